//! Asks for what leaves of a mirror, or of an own log that was recovered, commit to and did not bring: of the log's operator first, then of whoever else mirrors it, one
//! after the other, with a pause that grows. Whoever withholds a document, or sends another, delays it and can do no more.

use hanse_base::clock::AHEAD_SECONDS_MAX;
use hanse_network::RANGE_ENTRIES_MAX;
use hanse_store::log::{self, PAUSE_SECONDS_MAX, WantedRow};
use tokio::time::Instant;

use super::pace::Pace;
use super::{documents, fetch};
use crate::{LogError, Logbook, Mirror};

/// Pages asked for in one round of a log: what is missing is mostly missing in one place, and new leaves go first.
const PAGES_MAX: usize = 4;

/// Wanted leaves looked at in one round: what the pages of a round can hold.
const LEAVES_MAX: u64 = 1_024;

/// How long a leaf may wait, in seconds: thirty days, longer than a node is away. What has not come by then was erased, or its
/// log was never going to be right, and what waits must not grow for ever.
pub(super) const WAIT_SECONDS_MAX: i64 = 2_592_000;

/// Rounds in vain before a leaf is given up, an hour apart in the end: a day. Who has slept through the month, or noted the leaf by
/// a clock that ran behind, asks for so long at least.
pub const ROUNDS_MIN: u32 = 36;

/// Asks for a few pages of what is missing and due, as far as the log may bring more; `true` if any of it has arrived.
pub(super) async fn ask(book: &Logbook, mirror: &Mirror, pace: &mut Pace) -> Result<bool, LogError> {
    let mut any = false;
    forget_unknown(book, mirror).await?;
    let mut due = missing(book, mirror).await?;
    let sources = fetch::sources(book, mirror);
    for _ in 0..PAGES_MAX {
        let Some(first) = due.first().copied().filter(|_| pace.allows(Instant::now())) else { break };
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
            sent = fetch::documents(book, mirror, from, first.index, end).await;
            if sent.is_some() {
                break;
            }
        }
        // Nobody is there to be asked: that is no try.
        let Some(sent) = sent else { break };
        let answered = first.index.saturating_add(u64::try_from(sent.len()).unwrap_or(u64::MAX));
        asked.retain(|row| row.index < answered);
        let Taken { arrived, bytes } = take(book, mirror, &asked, first.index, &sent).await?;
        pace.took(0, 0, bytes);
        any |= arrived > 0;
        if arrived > 0 {
            tracing::info!(origin = mirror.origin, arrived, "documents that were missing have arrived");
            book.signals().log_advanced();
        }
    }
    Ok(any)
}

/// What is missing and due, in the order of the log.
async fn missing(book: &Logbook, mirror: &Mirror) -> Result<Vec<WantedRow>, LogError> {
    let now = book.now().unix();
    let mut connection = book.store().connection().await?;
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
        book.signals().log_advanced();
        due.retain(|row| !here.contains(&row.index));
    }
    Ok(due)
}

/// Forgets open leaves whose commit has not come for as long as a leaf may wait, some at a time. No honest log has any: a commit
/// stands before what opens it.
async fn forget_unknown(book: &Logbook, mirror: &Mirror) -> Result<(), LogError> {
    let Some(now) = believed(book) else { return Ok(()) };
    let noted = (now.saturating_sub(WAIT_SECONDS_MAX), now.saturating_add(AHEAD_SECONDS_MAX));
    let connection = book.store().connection().await?;
    let forgotten = log::forget_unknown(&connection, &mirror.origin, noted, LEAVES_MAX).await?;
    if forgotten > 0 {
        tracing::info!(origin = mirror.origin, forgotten, "open leaves whose commits never came are dropped");
    }
    Ok(())
}

/// What came of what was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Taken {
    /// So many documents that were missing.
    arrived: usize,
    /// Their bytes, with what was kept beside them.
    bytes: u64,
}

/// Keeps what came of what was asked for, puts off the rest, and forgets what has waited for too long after everybody was asked for it;
/// never what the log owes.
async fn take(
    book: &Logbook,
    mirror: &Mirror,
    asked: &[WantedRow],
    start: u64,
    sent: &[Vec<Vec<u8>>],
) -> Result<Taken, LogError> {
    let peers = u32::try_from(book.config().peers.len().max(1)).unwrap_or(u32::MAX);
    let (mut taken, mut later) = (Taken::default(), Vec::new());
    let now = book.now().unix();
    let mut connection = book.store().connection().await?;
    let tx = connection.begin().await?;
    for row in asked {
        let at = row.index.checked_sub(start).and_then(|at| usize::try_from(at).ok());
        let documents = at.and_then(|at| sent.get(at)).map(Vec::as_slice).unwrap_or_default();
        if !documents.is_empty() {
            let filled = documents::fill(&tx, &mirror.origin, row, documents, book.now()).await?;
            taken.bytes = taken.bytes.saturating_add(filled.bytes);
            if filled.here {
                taken.arrived += usize::from(log::arrived(&tx, &mirror.origin, row.index, now).await?);
                continue;
            }
        }
        let rounds = row.tries.saturating_add(1) / peers;
        if !row.owed && has_waited_too_long(book, row, rounds) {
            tracing::info!(origin = mirror.origin, index = row.index, "nobody has the document of a leaf");
            log::unwant(&tx, &mirror.origin, row.index).await?;
        } else {
            later.push((row.index, now.saturating_add(pause_seconds(row.tries / peers))));
        }
    }
    log::put_off(&tx, &mirror.origin, &later, believed(book)).await?;
    tx.commit().await?;
    Ok(taken)
}

/// Whether a leaf has waited for as long as any may, after so many rounds in vain: by a clock that is believed, as it is for good.
pub fn has_waited_too_long(book: &Logbook, row: &WantedRow, rounds: u32) -> bool {
    let waited = believed(book).map(|now| now.saturating_sub(row.since));
    rounds >= ROUNDS_MIN && waited.is_some_and(|waited| waited > WAIT_SECONDS_MAX)
}

/// What the clock shows, Unix seconds, if it is believed.
pub fn believed(book: &Logbook) -> Option<i64> {
    book.base().clocks().may_act().then(|| book.now().unix())
}

/// Keeps what came for one leaf of which a document is missing, unchecked so far. `true` if it is not missing any more: the
/// reactor gives the leaf its effect.
///
/// # Errors
/// Those of the store.
pub async fn fill(
    book: &Logbook,
    origin: &str,
    wanted: &WantedRow,
    sent: &[Vec<u8>],
) -> Result<bool, LogError> {
    let mut connection = book.store().connection().await?;
    let tx = connection.begin().await?;
    let filled = documents::fill(&tx, origin, wanted, sent, book.now()).await?;
    if filled.here {
        log::arrived(&tx, origin, wanted.index, book.now().unix()).await?;
    }
    tx.commit().await?;
    Ok(filled.here)
}

/// How long to wait after so many rounds in vain, in seconds: twice as long each time, an hour at most.
pub fn pause_seconds(rounds: u32) -> i64 {
    1_i64.checked_shl(rounds.min(32)).unwrap_or(PAUSE_SECONDS_MAX).min(PAUSE_SECONDS_MAX)
}

#[cfg(test)]
mod tests {
    use hanse_store::log::Want;

    use super::*;
    use crate::range;
    use crate::testing::Home;

    const DAY_SECONDS: i64 = 86_400;

    /// A home that has the leaves of another one's postings and none of the documents; what it wants of them.
    async fn bare(postings: usize) -> (Home, Home, Mirror, Vec<WantedRow>) {
        let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
        let ada = a.register("ada").await;
        for _ in 0..postings {
            a.post(&ada).await;
        }
        a.sequence().await;
        b.pull(&a, 0).await;
        let mirror = b.book.log_keys().mirror("a.example/jobs").unwrap().clone();
        let rows = missing(&b.book, &mirror).await.unwrap();
        assert_eq!(rows.len(), postings);
        (a, b, mirror, rows)
    }

    async fn wanted(home: &Home, mirror: &Mirror) -> u64 {
        log::wanted_count(&home.book.store().connection().await.unwrap(), &mirror.origin).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_kept_of_what_was_asked_for_counts_and_what_others_send_instead_does_not() {
        let (a, b, mirror, rows) = bare(3).await;
        let theirs = a.book.store().connection().await.unwrap();
        let (start, end) = (rows[0].index, rows[2].index + 1);
        let page = range::answer(&theirs, &mirror.origin, start, end).await.unwrap();
        let hanse_network::Response::Range { entries, .. } = page else { panic!("the log has the leaves") };
        let mut sent: Vec<Vec<Vec<u8>>> = entries
            .iter()
            .map(|entry| entry.documents.iter().map(|document| document.to_vec()).collect())
            .collect();
        let right = sent[0][0].clone();
        // Of the second leaf another one's, beside the third one's own too.
        sent[1][0] = right.clone();
        sent[2].push(right.clone());
        let taken = take(&b.book, &mirror, &rows, start, &sent).await.unwrap();
        let kept = right.len() + sent[2][0].len();
        assert_eq!(taken, Taken { arrived: 2, bytes: u64::try_from(kept).unwrap() });
    }

    #[tokio::test]
    async fn a_document_that_nobody_has_is_asked_for_during_a_month_and_one_that_is_owed_for_ever() {
        let (_a, b, mirror, rows) = bare(2).await;
        let mut connection = b.book.store().connection().await.unwrap();
        let tx = connection.begin().await.unwrap();
        let owed = log::Wanted {
            index: rows[1].index,
            kind: "open".into(),
            commitment: rows[1].commitment,
            cites: None,
        };
        log::unwant(&tx, &mirror.origin, owed.index).await.unwrap();
        log::want(&tx, &mirror.origin, Want::Review, &[owed], b.book.now().unix()).await.unwrap();
        tx.commit().await.unwrap();
        for (days, left) in [(29, 2), (2, 2)] {
            b.clock.advance(days * DAY_SECONDS);
            assert_eq!(in_vain(&b, &mirror, rows[0].index, 1).await, left, "after {days} more days");
        }
        // Whoever was away that long asks for a day at least.
        b.believe();
        assert_eq!(in_vain(&b, &mirror, rows[0].index, ROUNDS_MIN - 4).await, 2);
        assert_eq!(in_vain(&b, &mirror, rows[0].index, 2).await, 1);
        b.clock.advance(300 * DAY_SECONDS);
        b.believe();
        assert_eq!(in_vain(&b, &mirror, rows[0].index, ROUNDS_MIN).await, 1);
    }

    /// Asks for what is missing in so many rounds, an hour apart, and gets nothing; how many leaves are still waited for.
    async fn in_vain(home: &Home, mirror: &Mirror, start: u64, rounds: u32) -> u64 {
        for _ in 0..rounds {
            home.clock.advance(PAUSE_SECONDS_MAX);
            let due = missing(&home.book, mirror).await.unwrap();
            take(&home.book, mirror, &due, start, &vec![Vec::new(); due.len()]).await.unwrap();
        }
        wanted(home, mirror).await
    }

    #[tokio::test]
    async fn a_clock_that_has_jumped_gives_up_no_document() {
        let (_a, b, mirror, rows) = bare(1).await;
        b.believe();
        b.clock.advance(31 * DAY_SECONDS);
        assert!(!b.book.base().clocks().look(b.book.now().unix()));
        assert_eq!(in_vain(&b, &mirror, rows[0].index, ROUNDS_MIN).await, 1);
        b.believe();
        assert_eq!(in_vain(&b, &mirror, rows[0].index, 1).await, 0);
    }

    #[tokio::test]
    async fn what_was_noted_by_a_clock_that_ran_ahead_waits_from_now_on() {
        let (_a, b, mirror, rows) = bare(1).await;
        b.clock.advance(-900 * DAY_SECONDS);
        assert_eq!(in_vain(&b, &mirror, rows[0].index, ROUNDS_MIN).await, 1);
        let since = async || missing(&b.book, &mirror).await.unwrap()[0].since;
        b.clock.advance(DAY_SECONDS);
        assert_eq!(since().await, rows[0].since, "nobody shares this clock");
        b.believe();
        in_vain(&b, &mirror, rows[0].index, 1).await;
        b.clock.advance(DAY_SECONDS);
        assert_eq!(since().await, b.book.now().unix() - DAY_SECONDS);
    }

    #[tokio::test]
    async fn open_leaves_of_a_commit_that_never_comes_are_forgotten_after_a_month() {
        let (_a, b, mirror, _) = bare(0).await;
        let opens = |from: u64| -> Vec<log::Wanted> {
            let open = |index: u64| log::Wanted {
                index,
                kind: "open".into(),
                commitment: None,
                cites: Some(hanse_ledger::LeafId::from_bytes([u8::try_from(index).unwrap(); 32])),
            };
            (from..from + 10).map(open).collect()
        };
        let note = async |from: u64| {
            let mut connection = b.book.store().connection().await.unwrap();
            let tx = connection.begin().await.unwrap();
            log::want(&tx, &mirror.origin, Want::Document, &opens(from), b.book.now().unix()).await.unwrap();
            tx.commit().await.unwrap();
        };
        let look = async || {
            ask(&b.book, &mirror, &mut Pace::new(Instant::now())).await.unwrap();
            wanted(&b, &mirror).await
        };
        note(0).await;
        b.clock.advance(20 * DAY_SECONDS);
        note(10).await;
        assert_eq!(look().await, 20);
        b.clock.advance(11 * DAY_SECONDS);
        assert_eq!(look().await, 20, "nobody shares this clock");
        b.believe();
        assert_eq!(look().await, 10);
        // By a clock that ran ahead until it was put right.
        b.clock.advance(-40 * DAY_SECONDS);
        b.believe();
        assert_eq!(look().await, 0);
    }
}
