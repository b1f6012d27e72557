//! What time alone brings about of disputes.

use hanse_base::error::{Refusal, UseError};
use hanse_lifecycle::{Machine, Timeout, timeouts};
use hanse_logbook::Logbook;
use hanse_store::disputes::{self, DisputeRow};
use hanse_store::{Connection, contracts, deliveries, jobs};

use crate::apply::{Apply, FOLLOW_SECONDS, dispute};

/// Disputes that have stood still for too long, each with the time-out that says so.
pub(super) async fn late(
    connection: &Connection,
    now: i64,
    most: i64,
) -> Result<Vec<(DisputeRow, &'static Timeout)>, UseError> {
    let mut late = Vec::new();
    for timeout in timeouts(Machine::Dispute) {
        let since = now.saturating_sub(timeout.after_seconds);
        let rows = disputes::timed_out(connection, timeout.state, since, most).await?;
        late.extend(rows.into_iter().map(|row| (row, timeout)));
    }
    Ok(late)
}

/// A dispute that has stood still for too long.
pub(super) async fn run_out(logbook: &Logbook, row: &DisputeRow, timeout: &Timeout) -> Result<(), UseError> {
    let mut connection = logbook.base().store().connection().await?;
    let tx = connection.begin().await?;
    let ctx = Apply::own(logbook, &tx);
    // At an arbiter's home there is neither contract nor, as a rule, job.
    if contracts::contract(&tx, &row.contract).await?.is_some() {
        jobs::lock(&tx, &row.job).await?;
    }
    let mut row = disputes::lock_dispute(&tx, &row.id).await?.ok_or(Refusal::NotFound("dispute"))?;
    let home = row.client_home.clone();
    let follows = home != logbook.base().config().name;
    let grace = if follows { FOLLOW_SECONDS } else { 0 };
    let due = row.changed_at.saturating_add(timeout.after_seconds).saturating_add(grace);
    if row.state != timeout.state || ctx.now.unix() < due {
        return Ok(());
    }
    if follows && deliveries::job_waits(&tx, &row.job, home.as_str()).await? {
        return Ok(());
    }
    dispute::run_out(&ctx, &mut row, timeout).await?;
    tx.commit().await?;
    logbook.base().signals().committed();
    Ok(())
}
