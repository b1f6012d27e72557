//! Asks for leaves: the log's operator first, and, while that one is away, anyone else who mirrors it. It does not matter who
//! answers, because nothing is believed that the log has not signed.

use std::collections::BTreeSet;
use std::time::Duration;

use hanse_network::{Bytes, Entry, RANGE_ENTRIES_MAX, Request, Response};

use super::documents::DOCUMENTS_MAX;
use super::fault::Fault;
use super::replay::Segment;
use crate::Logbook;
use crate::Mirror;

/// Most leaves between two checkpoints. A sequencer's batch fills one page; a second one is more than any log of this
/// version needs.
const SEGMENT_LEAVES_MAX: usize = 512;

/// How often a busy peer is asked for one page.
const ATTEMPTS_MAX: usize = 5;

/// Longest pause for a busy peer: what its rate limit needs to let a full page pass again.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// What came, and from whom.
pub(super) struct Fetched {
    pub(super) from: String,
    /// A segment up to a checkpoint, or what was wrong before there was one.
    pub(super) segment: Result<Segment, Fault>,
}

impl Fetched {
    /// Whether it goes on from a mirror of this size.
    pub(super) fn starts_at(&self, size: u64) -> bool {
        self.segment.as_ref().is_ok_and(|segment| segment.start == size)
    }
}

/// Pages from `start` on until one ends at a checkpoint, all from one peer, and from none of those who just sent something
/// wrong. None if nobody has them now.
pub(super) async fn segment(
    book: &Logbook,
    mirror: &Mirror,
    (start, target): (u64, u64),
    wrong: &BTreeSet<String>,
) -> Option<Fetched> {
    for from in sources(book, mirror).into_iter().filter(|from| !wrong.contains(from)) {
        if let Some(segment) = segment_from(book, mirror, &from, start, target).await {
            return Some(Fetched { from, segment });
        }
    }
    None
}

/// The documents of the leaves `start..end`, or of the first of them, from one peer; `None` if it does not say.
pub(super) async fn documents(
    book: &Logbook,
    mirror: &Mirror,
    from: &str,
    start: u64,
    end: u64,
) -> Option<Vec<Vec<Vec<u8>>>> {
    let (entries, _) = page(book, mirror, from, start, end).await?;
    let most = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
    let documents: Vec<_> = entries.into_iter().take(most).map(|entry| documents_of(entry).1).collect();
    (!documents.is_empty()).then_some(documents)
}

/// Who may have leaves of a log: its operator, if that is not this node itself, then everybody else who mirrors it.
pub(super) fn sources(book: &Logbook, mirror: &Mirror) -> Vec<String> {
    let operator = mirror.operator.as_str();
    let others = book.config().peers.iter().map(|peer| peer.name.as_str()).filter(|name| *name != operator);
    let operator = Some(operator).filter(|operator| *operator != book.config().name.as_str());
    operator.into_iter().chain(others).map(str::to_owned).collect()
}

async fn segment_from(
    book: &Logbook,
    mirror: &Mirror,
    from: &str,
    start: u64,
    target: u64,
) -> Option<Result<Segment, Fault>> {
    let mut segment = Segment { start, ..Segment::default() };
    loop {
        let next = start.saturating_add(u64::try_from(segment.entries.len()).ok()?);
        // A checkpoint stands within one page of the last one; only what is left of that page is asked for again.
        let first = start.saturating_add(RANGE_ENTRIES_MAX);
        let end = target.min(if next < first { first } else { next.saturating_add(RANGE_ENTRIES_MAX) });
        let (entries, checkpoint) = page(book, mirror, from, next, end).await?;
        // Fewer than asked for is an answer, none or more is not.
        if entries.is_empty() || u64::try_from(entries.len()).ok()? > end.saturating_sub(next) {
            return None;
        }
        segment.entries.extend(entries.into_iter().map(documents_of));
        if let Some(checkpoint) = checkpoint {
            segment.checkpoint = checkpoint;
            return Some(Ok(segment));
        }
        let leaves = segment.entries.len();
        let at_target = start.saturating_add(u64::try_from(leaves).ok()?) >= target;
        if at_target || leaves >= SEGMENT_LEAVES_MAX {
            return Some(Err(Fault::NoCheckpoint { leaves }));
        }
    }
}

/// A leaf and as many of its documents as it can commit to; the rest would only take memory.
fn documents_of(entry: Entry) -> (Vec<u8>, Vec<Vec<u8>>) {
    let documents = entry.documents.into_iter().take(DOCUMENTS_MAX).map(Bytes::into_vec).collect();
    (entry.leaf.into_vec(), documents)
}

/// One page of one peer; None for every kind of no. A peer that is busy is asked again, so that the pages of a segment that
/// came already are not asked for once more.
async fn page(
    book: &Logbook,
    mirror: &Mirror,
    from: &str,
    start: u64,
    end: u64,
) -> Option<(Vec<Entry>, Option<Vec<u8>>)> {
    for _ in 0..ATTEMPTS_MAX {
        let request = Request::Range { origin: mirror.origin.clone(), start, end };
        match book.network()?.request(from, request).await {
            Ok(Response::Range { entries, checkpoint }) => {
                return Some((entries, checkpoint.map(Bytes::into_vec)));
            }
            Ok(Response::Busy { retry_after_ms }) => {
                let pause = Duration::from_millis(retry_after_ms.into());
                tokio::time::sleep(pause.min(PAUSE_MAX)).await;
            }
            Ok(answer) => {
                tracing::debug!(origin = mirror.origin, from, ?answer, "a peer does not send leaves");
                return None;
            }
            Err(error) => {
                tracing::debug!(origin = mirror.origin, from, %error, "a peer cannot be asked for leaves");
                return None;
            }
        }
    }
    None
}
