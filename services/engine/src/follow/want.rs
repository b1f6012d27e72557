//! Asks for what leaves of a mirror, or of an own log that was recovered, commit to and did not bring: of the log's operator first, then of whoever else mirrors it, one
//! after the other, with a pause that grows. Whoever withholds a document, or sends another, delays it and can do no more.

use hanse_network::RANGE_ENTRIES_MAX;
use hanse_store::log::{self, PAUSE_SECONDS_MAX, WantedRow};

use super::{documents, fetch};
use crate::Engine;
use crate::logs::{LogError, Mirror};

/// Pages asked for in one round of a log: what is missing is mostly missing in one place, and new leaves go first.
const PAGES_MAX: usize = 4;

/// Wanted leaves looked at in one round: what the pages of a round can hold.
const LEAVES_MAX: u64 = 1_024;

/// Asks for a few pages of what is missing and due; `true` if any of it has arrived.
pub(super) async fn ask(engine: &Engine, mirror: &Mirror) -> Result<bool, LogError> {
    let mut any = false;
    let mut due = missing(engine, mirror).await?;
    let sources = fetch::sources(engine, mirror);
    for _ in 0..PAGES_MAX {
        let Some(first) = due.first().copied() else { break };
        let end = first.index.saturating_add(RANGE_ENTRIES_MAX);
        let (mut asked, rest): (Vec<WantedRow>, Vec<WantedRow>) =
            due.into_iter().partition(|row| row.index < end);
        due = rest;
        let end = asked.last().map_or(end, |last| last.index.saturating_add(1));
        // Who was asked in vain before is the last to be asked now.
        let turn = usize::try_from(first.tries).unwrap_or_default() % sources.len().max(1);
        let (asked_before, next) = sources.split_at(turn.min(sources.len()));
        let mut sent = None;
        for from in next.iter().chain(asked_before) {
            sent = fetch::documents(engine, mirror, from, first.index, end).await;
            if sent.is_some() {
                break;
            }
        }
        // Nobody is there to be asked: that is no try.
        let Some(sent) = sent else { break };
        let answered = first.index.saturating_add(u64::try_from(sent.len()).unwrap_or(u64::MAX));
        asked.retain(|row| row.index < answered);
        let arrived = take(engine, mirror, &asked, first.index, &sent).await?;
        any |= arrived > 0;
        if arrived > 0 {
            tracing::info!(origin = mirror.origin, arrived, "documents that were missing have arrived");
            engine.signals().log_advanced();
        }
    }
    Ok(any)
}

/// What is missing and due, in the order of the log.
async fn missing(engine: &Engine, mirror: &Mirror) -> Result<Vec<WantedRow>, LogError> {
    let now = engine.now().unix();
    let mut connection = engine.store().connection().await?;
    let mut due = log::wanted_missing(&connection, &mirror.origin, now, LEAVES_MAX).await?;
    if due.is_empty() {
        return Ok(due);
    }
    due.sort_by_key(|row| row.index);
    let indexes: Vec<u64> = due.iter().map(|row| row.index).collect();
    let tx = connection.begin().await?;
    let here = log::arrived_elsewhere(&tx, &mirror.origin, &indexes, now).await?;
    tx.commit().await?;
    if !here.is_empty() {
        engine.signals().log_advanced();
        due.retain(|row| !here.contains(&row.index));
    }
    Ok(due)
}

/// Keeps what came of what was asked for, and puts off the rest. Says how many documents have arrived.
async fn take(
    engine: &Engine,
    mirror: &Mirror,
    asked: &[WantedRow],
    start: u64,
    sent: &[Vec<Vec<u8>>],
) -> Result<usize, LogError> {
    let peers = u32::try_from(engine.config().peers.len().max(1)).unwrap_or(u32::MAX);
    let (mut arrived, mut later) = (0, Vec::new());
    let now = engine.now().unix();
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    for row in asked {
        let at = row.index.checked_sub(start).and_then(|at| usize::try_from(at).ok());
        let documents = at.and_then(|at| sent.get(at)).map(Vec::as_slice).unwrap_or_default();
        let sent = !documents.is_empty();
        if sent && documents::fill(&tx, &mirror.origin, row, documents, engine.now()).await? {
            arrived += usize::from(log::arrived(&tx, &mirror.origin, row.index, now).await?);
        } else {
            later.push((row.index, now.saturating_add(pause_seconds(row.tries / peers))));
        }
    }
    log::put_off(&tx, &mirror.origin, &later).await?;
    tx.commit().await?;
    Ok(arrived)
}

/// Keeps what came for one leaf of which a document is missing, unchecked so far. `true` if it is not missing any more: the
/// reactor gives the leaf its effect.
///
/// # Errors
/// Those of the store.
pub async fn fill(
    engine: &Engine,
    origin: &str,
    wanted: &WantedRow,
    sent: &[Vec<u8>],
) -> Result<bool, LogError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let arrived = documents::fill(&tx, origin, wanted, sent, engine.now()).await?;
    if arrived {
        log::arrived(&tx, origin, wanted.index, engine.now().unix()).await?;
    }
    tx.commit().await?;
    Ok(arrived)
}

/// How long to wait after so many rounds in vain, in seconds: twice as long each time, an hour at most.
pub(crate) fn pause_seconds(rounds: u32) -> i64 {
    1_i64.checked_shl(rounds.min(32)).unwrap_or(PAUSE_SECONDS_MAX).min(PAUSE_SECONDS_MAX)
}
