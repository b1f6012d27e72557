//! Leaves that were passed and whose effect has still to come: their document has arrived since, or what they waited for.

use hanse_base::error::UseError;
use hanse_logbook::follow::{believed, has_waited_too_long, pause_seconds};
use hanse_store::log::{self, WantedRow};

use super::{LoggedLeaf, Turn, turn};
use crate::apply::Apply;
use hanse_logbook::Logbook;

/// Leaves of one log in one turn: whoever signs a log decides how many of its leaves wait, and new ones of all logs wait behind them.
const LEAVES_MAX: u64 = 16;

/// Tries what is due, those that wait longest first; `true` if there may be more that is worth its turn. As long as none of those that
/// are tried is done with, the rest is left to the next round.
pub(super) async fn due(logbook: &Logbook, origin: &str) -> Result<bool, UseError> {
    let connection = logbook.base().store().connection().await?;
    let due = log::wanted_here(&connection, origin, logbook.base().now().unix(), LEAVES_MAX).await?;
    drop(connection);
    let (mut done, mut outcome) = (false, Ok(()));
    for row in &due {
        match again(logbook, origin, row).await {
            Ok(this) => done |= this,
            Err(error) => outcome = outcome.and(Err(error)),
        }
    }
    outcome.map(|()| done && u64::try_from(due.len()).is_ok_and(|tried| tried >= LEAVES_MAX))
}

/// Tries one leaf; `true` if it is done with.
async fn again(logbook: &Logbook, origin: &str, row: &WantedRow) -> Result<bool, UseError> {
    let mut connection = logbook.base().store().connection().await?;
    let mut tx = connection.begin().await?;
    log::hold(&tx, origin).await?;
    let passed = log::find(&tx, origin).await?.is_some_and(|log| row.index < log.reacted);
    let leaf = log::leaves(&tx, origin, row.index, 1).await?.into_iter().find(|leaf| leaf.index == row.index);
    let seen = leaf.and_then(|leaf| LoggedLeaf::read(logbook, origin, &leaf));
    let turn = match seen {
        Some(seen) if passed => {
            let part = tx.savepoint().await?;
            let turn = turn(&Apply::home(logbook, &part), &seen).await?;
            if turn == Turn::On {
                part.commit().await?;
            } else {
                part.undo().await?;
            }
            turn
        }
        // The reactor has still to come by, and finds the document here.
        Some(_) | None => Turn::On,
    };
    let waits = turn == Turn::Later && !has_waited_too_long(logbook, row, row.tries.saturating_add(1));
    if waits {
        let next_at = logbook.base().now().unix().saturating_add(pause_seconds(row.tries));
        log::put_off(&tx, origin, &[(row.index, next_at)], believed(logbook)).await?;
    } else {
        if turn == Turn::Later {
            tracing::info!(origin, index = row.index, "a leaf is given up: what it waited for never came");
        }
        log::unwant(&tx, origin, row.index).await?;
    }
    tx.commit().await?;
    logbook.base().signals().committed();
    Ok(!waits)
}
