//! Leaves that were passed and whose effect has still to come: their document has arrived since, or what they waited for.

use hanse_base::error::UseError;
use hanse_logbook::follow::{believed, has_waited_too_long, pause_seconds};
use hanse_store::log::{self, WantedRow};

use super::{LoggedLeaf, Turn, turn};
use crate::Engine;
use crate::effects::apply::Apply;

/// Leaves of one log in one turn: whoever signs a log decides how many of its leaves wait, and new ones of all logs wait behind them.
const LEAVES_MAX: u64 = 16;

/// Tries what is due, those that wait longest first; `true` if there may be more that is worth its turn. As long as none of those that
/// are tried is done with, the rest is left to the next round.
pub(super) async fn due(engine: &Engine, origin: &str) -> Result<bool, UseError> {
    let connection = engine.store().connection().await?;
    let due = log::wanted_here(&connection, origin, engine.now().unix(), LEAVES_MAX).await?;
    drop(connection);
    let (mut done, mut outcome) = (false, Ok(()));
    for row in &due {
        match again(engine, origin, row).await {
            Ok(this) => done |= this,
            Err(error) => outcome = outcome.and(Err(error)),
        }
    }
    outcome.map(|()| done && u64::try_from(due.len()).is_ok_and(|tried| tried >= LEAVES_MAX))
}

/// Tries one leaf; `true` if it is done with.
async fn again(engine: &Engine, origin: &str, row: &WantedRow) -> Result<bool, UseError> {
    let mut connection = engine.store().connection().await?;
    let mut tx = connection.begin().await?;
    log::hold(&tx, origin).await?;
    let passed = log::find(&tx, origin).await?.is_some_and(|log| row.index < log.reacted);
    let leaf = log::leaves(&tx, origin, row.index, 1).await?.into_iter().find(|leaf| leaf.index == row.index);
    let seen = leaf.and_then(|leaf| LoggedLeaf::read(engine, origin, &leaf));
    let turn = match seen {
        Some(seen) if passed => {
            let part = tx.savepoint().await?;
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
    let waits =
        turn == Turn::Later && !has_waited_too_long(engine.logbook(), row, row.tries.saturating_add(1));
    if waits {
        let next_at = engine.now().unix().saturating_add(pause_seconds(row.tries));
        log::put_off(&tx, origin, &[(row.index, next_at)], believed(engine.logbook())).await?;
    } else {
        if turn == Turn::Later {
            tracing::info!(origin, index = row.index, "a leaf is given up: what it waited for never came");
        }
        log::unwant(&tx, origin, row.index).await?;
    }
    tx.commit().await?;
    engine.signals().committed();
    Ok(!waits)
}

#[cfg(test)]
mod tests {
    use hanse_store::log::PAUSE_SECONDS_MAX;

    use crate::effects::react;
    use crate::testing::Home;
    use hanse_base::names::LogKind;
    use hanse_logbook::follow::ROUNDS_MIN;

    const DAY_SECONDS: i64 = 86_400;

    #[tokio::test]
    async fn a_leaf_waits_for_a_month_for_what_never_comes() {
        let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
        let ada = a.register("ada").await;
        a.post(&ada).await;
        a.sequence().await;
        // Whom it is of is not said.
        b.pull_log(&a, LogKind::Reputation, 0).await;
        b.pull_log(&a, LogKind::Jobs, 3).await;
        let tried = async |rounds: u32| {
            for _ in 0..rounds {
                b.clock.advance(PAUSE_SECONDS_MAX);
                react::round(&b.engine).await.unwrap();
            }
            let db = b.engine.store().connection().await.unwrap();
            hanse_store::log::wanted_count(&db, "a.example/jobs").await.unwrap()
        };
        b.believe();
        assert_eq!(tried(ROUNDS_MIN).await, 1);
        b.clock.advance(29 * DAY_SECONDS);
        assert!(!b.engine.clocks().look(b.engine.now().unix()), "it has jumped");
        assert_eq!(tried(1).await, 1, "nobody shares this clock");
        b.clock.advance(-2 * DAY_SECONDS);
        b.believe();
        assert_eq!(tried(1).await, 1);
        b.clock.advance(2 * DAY_SECONDS);
        b.believe();
        assert_eq!(tried(1).await, 0);
    }
}
