//! Postings that were gossiped and that their homes' logs do not show.

use std::collections::BTreeSet;

use hanse_base::error::UseError;
use hanse_base::names::LogKind;
use hanse_store::{accounts, jobs, log};

use hanse_logbook::Logbook;

/// Postings of one home that this node holds by gossip alone. Gossip is ahead of the log by a second or two, in which an honest home
/// posts few; what is too much now comes with the log.
pub const UNLOGGED_MAX: i64 = 32;
/// How long a posting may be known by gossip alone, in seconds: its home logs it at once, and after minutes it is somebody else's
/// invention, or its home has a fault. If the log shows it later, it is here again.
pub const UNLOGGED_SECONDS: i64 = 600;

/// Drops postings that their homes' logs have not shown in time, as far as the logs are held here and have had their effect, with the
/// people who are known by nothing else. What people here have bid on stays.
pub async fn drop_unlogged(logbook: &Logbook) -> Result<(), UseError> {
    let before = logbook.base().now().unix().saturating_sub(UNLOGGED_SECONDS);
    let mut connection = logbook.base().store().connection().await?;
    let mut behind = BTreeSet::new();
    for (job, home) in jobs::unlogged(&connection, before, UNLOGGED_MAX).await? {
        if behind.contains(&home) {
            continue;
        }
        let origin = LogKind::Jobs.origin(&home);
        let tx = connection.begin().await?;
        // No leaf that commits to the document comes in meanwhile: it would find the document here, and not ask for it.
        log::hold(&tx, &origin).await?;
        let held = log::find(&tx, &origin).await?;
        if held.is_some_and(|log| log.reacted < log.size || log.size < logbook.heard().largest(&origin)) {
            behind.insert(home);
            continue;
        }
        let Some(row) = jobs::lock(&tx, &job).await? else { continue };
        if jobs::drop_unlogged(&tx, &row).await? {
            tracing::info!(job = %row.id, %home, "a posting that its home's log does not show is dropped");
            accounts::drop_unlogged(&tx, &row.client).await?;
            tx.commit().await?;
            logbook.base().signals().changed();
        }
    }
    Ok(())
}
