//! Raising alerts: the leader reads what has changed and holds every posting that is open against every saved search.
//!
//! Exactly once: an alert and the step of the cursor over its posting commit together, and search and job stand in one alert at most.
//! In order: whoever raises holds the cursor's row, so that a position becomes visible only after every earlier one.

use std::time::Duration;

use hanse_base::error::{Failure, UseError};
use hanse_base::rounds::{Every, Round, Rounds, SELDOM};
use hanse_base::signals::Notice;
use hanse_document::kind::job::OPEN_DAYS_MAX;
use hanse_store::alerts::{self, Raising};
use hanse_store::changes::{self, Change, Changed, Since};
use tokio_util::sync::CancellationToken;

use crate::Engine;

/// The name of the cursor; whoever holds it gives positions.
pub(crate) const CURSOR: &str = "alerts";
/// Alerts that one search and one client have in a day: a client who posts hundreds of jobs does not drown the others.
pub(crate) const OF_CLIENT_A_DAY: i64 = 10;
/// Alerts that one search has in a day: more is not read, and the search lists them all.
pub(crate) const OF_SEARCH_A_DAY: i64 = 100;
/// Alerts in one transaction: it holds back every reader of the changes, and it is over within a second.
const BATCH: i64 = 5_000;
/// Searches in one transaction for each alert in it: 25,000, of which the longest posting takes a second if each has as many words as can be. Without this a
/// million searches would be more than a statement may take, and the cursor would wait for ever.
pub(crate) const WINDOW: i64 = 5;
/// Where there are fewer searches than this, as many postings are matched with them in one transaction as make a window together.
const MANY: i64 = 1_000;
const TOGETHER: usize = 50;
/// How long it rests between two looks: postings that come meanwhile are told of together.
const REST: Duration = Duration::from_millis(100);
/// Changes in one look: what is no posting costs nothing.
const CHANGES: i64 = 500;
/// Open postings in one look, where everything is read again.
const PAGE: i64 = 500;
const DAY_SECONDS: i64 = 86_400;
/// A posting that an alert told of has ended by then, and cannot open again: the alert is not needed to keep it from being told twice.
const KEPT_SECONDS: i64 = (OPEN_DAYS_MAX as i64 + 1) * DAY_SECONDS;
/// Between two cleanings.
const CLEAN_EVERY: Duration = Duration::from_secs(1_200);

/// Raises until it is cancelled.
pub(crate) async fn run(engine: Engine, cancel: CancellationToken) -> Result<(), Failure> {
    let mut changed = engine.signals().changed.subscribe();
    let mut cleans = Every::new(CLEAN_EVERY);
    let pace = engine.config().pace.deliver;
    let mut rounds = Rounds::new("alerts", engine.signals(), cancel, pace).resting(REST).woken(SELDOM);
    while rounds.round(round(&engine)).await {
        if cleans.is_due()
            && let Err(error) = clean(&engine).await
        {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "removing old alerts failed; will retry"
            );
        }
        rounds.wait(changed.changed()).await;
    }
    Ok(())
}

/// Raises everything that the changes so far lead to.
pub(crate) async fn round(engine: &Engine) -> Result<Round, UseError> {
    let mut round = Round::Idle;
    let mut beyond = alerts::FIRST.to_owned();
    loop {
        match step(engine, BATCH, &mut beyond).await? {
            Progress::More => round = Round::Worked,
            Progress::Behind => again(engine).await?,
            Progress::Done => return Ok(round),
        }
    }
}

/// What one transaction led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Something; there may be more.
    More,
    /// Nothing is left.
    Done,
    /// Changes that were not read are gone.
    Behind,
}

/// One transaction: passes what is no posting, and raises at most `most` alerts of the first postings behind it, of the very first for
/// a window of the searches beyond one. Where the rest begins is only remembered to save work: what has been raised is not raised again.
pub(crate) async fn step(engine: &Engine, most: i64, beyond: &mut String) -> Result<Progress, UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let first = changes::cursor(&tx).await?;
    let cursor = alerts::hold_cursor(&tx, CURSOR, first).await?;
    let changes = match changes::since(&tx, cursor, CHANGES).await? {
        Since::Behind => return Ok(Progress::Behind),
        Since::Changes(changes) => changes,
    };
    let Some(last) = changes.last() else {
        // Where a cursor was made, it stays.
        tx.commit().await?;
        return Ok(Progress::Done);
    };
    let jobs: Vec<&Change> = changes.iter().filter(|change| change.changed == Changed::Job).collect();
    let searches = alerts::count_all(&tx, MANY).await?;
    let together = match searches {
        0 => usize::MAX,
        few if few < MANY => TOGETHER,
        _ => 1,
    };
    let held = if searches == 0 { 0 } else { together };
    let (mut passed, mut count, mut rest) = (None, 0, None);
    for job in jobs.iter().take(held) {
        let how = raising(engine, most.saturating_sub(count), false);
        let from = if passed.is_none() { beyond.as_str() } else { alerts::FIRST };
        let raised = alerts::raise(&tx, &job.key, how, from).await?;
        alerts::mark_full(&tx, &job.key, how, from, &raised).await?;
        count = count.saturating_add(raised.count);
        rest = raised.reached;
        if rest.is_some() {
            // The rest of the same posting follows; the cursor waits for it.
            break;
        }
        passed = Some(job.at);
    }
    let all = rest.is_none() && jobs.len() <= together;
    if let Some(reached) = if all { Some(last.at) } else { passed } {
        alerts::move_cursor(&tx, CURSOR, reached).await?;
    }
    tx.commit().await?;
    *beyond = rest.unwrap_or_else(|| alerts::FIRST.to_owned());
    if count > 0 {
        engine.signals().raise(Notice::AlertsRaised);
    }
    Ok(Progress::More)
}

/// Matches all open postings with all searches: nobody knows which of them the lost changes told of. A search hears of none that
/// is older than itself.
async fn again(engine: &Engine) -> Result<(), UseError> {
    tracing::warn!(
        "changes were lost before alerts were raised from them: every open posting is looked at again"
    );
    let mut beyond = Vec::new();
    let mut connection = engine.store().connection().await?;
    let to = changes::cursor(&connection).await?;
    loop {
        let jobs = alerts::open_jobs(&connection, &beyond, PAGE).await?;
        let Some(last) = jobs.last() else { break };
        beyond = last.to_vec();
        for job in &jobs {
            let mut beyond = Some(alerts::FIRST.to_owned());
            while let Some(from) = beyond {
                let tx = connection.begin().await?;
                alerts::hold_cursor(&tx, CURSOR, to).await?;
                let raised = alerts::raise(&tx, job, raising(engine, BATCH, true), &from).await?;
                tx.commit().await?;
                beyond = raised.reached;
            }
        }
    }
    let tx = connection.begin().await?;
    alerts::hold_cursor(&tx, CURSOR, to).await?;
    alerts::move_cursor(&tx, CURSOR, to).await?;
    tx.commit().await?;
    engine.signals().raise(Notice::AlertsRaised);
    Ok(())
}

pub(crate) async fn clean(engine: &Engine) -> Result<(), UseError> {
    let before = engine.now().unix().saturating_sub(KEPT_SECONDS);
    alerts::prune(&engine.store().connection().await?, before).await?;
    Ok(())
}

fn raising(engine: &Engine, limit: i64, old_searches: bool) -> Raising {
    Raising {
        now: engine.now().unix(),
        of_search: OF_SEARCH_A_DAY,
        of_client: OF_CLIENT_A_DAY,
        limit,
        window: limit.saturating_mul(WINDOW),
        old_searches,
    }
}
