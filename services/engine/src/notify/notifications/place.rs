//! Giving notifications their place: moves of many jobs commit at once, and a listener who has heard of the later one must not miss the
//! earlier. So one process after the other, whoever holds the row that alerts are raised under, gives numbers to what has committed.

use hanse_base::error::{Failure, UseError};
use hanse_base::rounds::{Round, Rounds, SELDOM};
use hanse_base::signals::Notice;
use hanse_store::{alerts, changes, notifications};
use tokio_util::sync::CancellationToken;

use crate::Engine;
use crate::notify::alerts::raise::CURSOR;

/// Notifications that a person has: more is not read, and the things themselves tell what happened to them.
pub(crate) const OF_PERSON_MAX: i64 = 1_000;
/// How long they are kept, as alerts are: about three months.
const KEPT_SECONDS: i64 = 90 * 86_400;
/// Notifications in one transaction, which alerts wait for.
const BATCH: i64 = 1_000;

/// Gives places until it is cancelled.
pub(crate) async fn run(engine: Engine, cancel: CancellationToken) -> Result<(), Failure> {
    let mut changed = engine.signals().changed.subscribe();
    let pace = engine.config().pace.deliver;
    let mut rounds = Rounds::new("notifications", engine.signals(), cancel, pace).woken(SELDOM);
    while rounds.round(round(&engine)).await {
        rounds.wait(changed.changed()).await;
    }
    Ok(())
}

/// Gives everything that waits for it its place.
pub(crate) async fn round(engine: &Engine) -> Result<Round, UseError> {
    let mut round = Round::Idle;
    while step(engine, BATCH, OF_PERSON_MAX).await? {
        round = Round::Worked;
    }
    Ok(round)
}

/// One transaction; whether it found anything. Of each person of whom it did the newest are kept.
pub(crate) async fn step(engine: &Engine, batch: i64, most: i64) -> Result<bool, UseError> {
    let mut connection = engine.store().connection().await?;
    if !notifications::waits(&connection).await? {
        return Ok(false);
    }
    let tx = connection.begin().await?;
    let first = changes::cursor(&tx).await?;
    alerts::hold_cursor(&tx, CURSOR, first).await?;
    let mut people = notifications::place(&tx, batch).await?;
    people.sort_unstable();
    people.dedup();
    notifications::keep_newest(&tx, &people, most).await?;
    tx.commit().await?;
    engine.signals().raise(Notice::AlertsRaised);
    Ok(!people.is_empty())
}

/// Forgets what is old.
pub(crate) async fn clean(engine: &Engine) -> Result<(), UseError> {
    let before = engine.now().unix().saturating_sub(KEPT_SECONDS);
    notifications::prune(&engine.store().connection().await?, before).await?;
    Ok(())
}
