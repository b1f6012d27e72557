//! The process that leads looks at the clocks, and removes what is old.

use std::time::Duration;

use hanse_base::error::{Failure, UseError};
use hanse_base::rounds::{Every, Round, Rounds, SELDOM};
use hanse_discovery::matching::attention;
use hanse_effects::expire;
use hanse_store::{accounts, changes};
use tokio_util::sync::CancellationToken;

use crate::Engine;
use crate::notify::notifications::place;

/// How long changes are kept for readers that were away: a process that was away for longer reads everything anew.
const CHANGES_SECONDS: i64 = 86_400;
/// How long the copy of a profile is kept after the last document of its author: twice as long as a posting can stand, and as a contract
/// without a sign of life runs.
const COPY_SECONDS: i64 = 180 * 86_400;
/// Between two cleanings of changes, sessions and kept answers.
const CLEAN_EVERY: Duration = Duration::from_secs(1_200);

/// Looks at the clocks until it is cancelled.
pub(crate) async fn run(engine: Engine, cancel: CancellationToken) -> Result<(), Failure> {
    let (mut prunes, mut cleans) = (Every::new(CLEAN_EVERY), Every::new(CLEAN_EVERY));
    let pace = engine.config().pace.deliver;
    let mut rounds = Rounds::new("timeouts", engine.signals(), cancel, pace).woken(SELDOM);
    loop {
        if prunes.is_due()
            && let Err(error) = prune(&engine).await
        {
            tracing::error!(error = &error as &dyn std::error::Error, "removing old rows failed; will retry");
        }
        // What time has moved stays moved: not by a clock that has jumped, or that the peers contradict.
        let may_act = engine.clocks().look(engine.now().unix());
        let round = async { if may_act { expire::look(engine.logbook()).await } else { Ok(Round::Worked) } };
        if !rounds.round(round).await {
            return Ok(());
        }
        if may_act
            && cleans.is_due()
            && let Err(error) = clean(&engine).await
        {
            tracing::error!(error = &error as &dyn std::error::Error, "removing old rows failed; will retry");
        }
        rounds.pace().await;
    }
}

/// Forgets changes that every reader has read, by the database's clock: what grows with all that happens does not wait for this node's.
async fn prune(engine: &Engine) -> Result<(), UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    changes::prune(&tx, CHANGES_SECONDS).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets old sessions and keys of requests, by this node's clock: one that is not believed signs nobody out, and has nothing done twice.
async fn clean(engine: &Engine) -> Result<(), UseError> {
    engine.forget_old().await?;
    place::clean(engine).await?;
    hanse_notify::mail::clean(engine.base()).await?;
    let connection = engine.store().connection().await?;
    attention::clean(engine.discovery(), &connection).await?;
    accounts::forget_copies(&connection, engine.now().unix() - COPY_SECONDS).await?;
    drop(connection);
    engine.accounts().clean().await
}
