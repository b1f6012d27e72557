//! Leaves that were passed and whose effect has still to come: their document has arrived since, or what they waited for.

use hanse_store::log::{self, WantedRow};

use super::{Seen, Turn, turn};
use crate::Engine;
use crate::apply::Apply;
use crate::error::UseError;
use crate::follow::pause_seconds;

/// Leaves of one log in one round.
const LEAVES_MAX: u64 = 256;

/// Tries what is due, in the order of the log.
pub(super) async fn due(engine: &Engine, origin: &str) -> Result<(), UseError> {
    let connection = engine.store().connection().await?;
    let due = log::wanted_here(&connection, origin, engine.now().unix(), LEAVES_MAX).await?;
    drop(connection);
    let mut outcome = Ok(());
    for row in &due {
        outcome = outcome.and(again(engine, origin, row).await);
    }
    outcome
}

async fn again(engine: &Engine, origin: &str, row: &WantedRow) -> Result<(), UseError> {
    let mut connection = engine.store().connection().await?;
    let mut tx = connection.begin().await?;
    log::hold(&tx, origin).await?;
    let passed = log::find(&tx, origin).await?.is_some_and(|log| row.index < log.reacted);
    let leaf = log::leaves(&tx, origin, row.index, 1).await?.into_iter().find(|leaf| leaf.index == row.index);
    let seen = leaf.and_then(|leaf| Seen::read(engine, origin, &leaf));
    let turn = match seen {
        Some(seen) if passed => {
            let part = tx.part().await?;
            let turn = turn(&Apply::home(engine, &part), &seen).await?;
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
    if turn == Turn::Later {
        let next = engine.now().unix().saturating_add(pause_seconds(row.tries));
        log::put_off(&tx, origin, &[(row.index, next)]).await?;
    } else {
        log::unwant(&tx, origin, row.index).await?;
    }
    tx.commit().await?;
    engine.signals().committed();
    Ok(())
}
