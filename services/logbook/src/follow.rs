//! Follows both logs of one peer: ask for its heads, pull what is missing up to a checkpoint, replay it into the mirror, ask
//! for documents that are wanted, cosign. A hint or the pace starts a round; the pull is the truth, the hint only says when.

mod documents;
mod fault;
mod fetch;
mod pace;
pub mod recover;
mod replay;
#[cfg(test)]
mod tests;
mod want;

use std::collections::BTreeSet;

use hanse_base::error::Failure;
use hanse_base::names::LogKind;
use hanse_base::rounds::Rounds;
use hanse_document::NodeName;
use hanse_network::{Request, RequestError, Response};
use hanse_store::{Store, log};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::cosign::audit;
use crate::{LogError, Logbook, Mirror, heads};

pub use fault::Fault;
use fetch::Fetched;
pub use fetch::Segment;
use pace::Pace;

pub use replay::{Replayed, replay};
pub use want::{ROUNDS_MIN, believed, fill, has_waited_too_long, pause_seconds};

/// Follows a peer until it is cancelled. A round that fails is tried again at the next pace or hint.
pub async fn run(book: Logbook, peer: NodeName, cancel: CancellationToken) -> Result<(), Failure> {
    let pace = book.config().pace.follow;
    let mut paces = LogKind::ALL.map(|kind| (kind, Pace::new(Instant::now())));
    let mut rounds = Rounds::new("follow", book.signals(), cancel, pace).about(peer.as_str());
    while rounds.round(round(&book, &peer, &mut paces)).await {
        match book.heard().hinted(peer.as_str()) {
            Some(hint) => rounds.wait(hint.notified()).await,
            None => rounds.pace().await,
        }
    }
    Ok(())
}

/// One round: the heads that the peer knows, then both of its logs. One that fails keeps the other from nothing; what may pass
/// fails the round in the end, what may not leaves the log alone for a while.
async fn round(book: &Logbook, peer: &NodeName, paces: &mut [(LogKind, Pace)]) -> Result<(), LogError> {
    ask_heads(book, peer).await?;
    let mut outcome = Ok(());
    for (kind, pace) in paces {
        let origin = kind.origin(peer);
        let Some(mirror) = book.log_keys().mirror(&origin) else { continue };
        if pace.rests(Instant::now()) {
            continue;
        }
        match follow(book, mirror, pace).await {
            Ok(()) => {
                pace.succeeded();
                book.metrics().mirror_fails(&origin, false);
            }
            Err(error) if error.is_transient() => outcome = outcome.and(Err(error)),
            Err(error) => {
                let (pause, error) = (pace.failed(Instant::now()), &error as &dyn std::error::Error);
                tracing::error!(origin, ?pause, error, "a log cannot be followed; pausing");
                book.metrics().mirror_fails(&origin, true);
            }
        }
    }
    outcome
}

async fn follow(book: &Logbook, mirror: &Mirror, pace: &mut Pace) -> Result<(), LogError> {
    catch_up(book, mirror, pace).await?;
    // What somebody withholds keeps no cosignature waiting that does not need it.
    audit(book, &mirror.origin).await?;
    if want::ask(book, mirror, pace).await? {
        audit(book, &mirror.origin).await?;
    }
    Ok(())
}

/// Asks a peer which heads it knows, its own and ours among them, and learns from the answer.
async fn ask_heads(book: &Logbook, peer: &NodeName) -> Result<(), LogError> {
    let Some(network) = book.network() else { return Ok(()) };
    let notes = match network.request(peer.as_str(), Request::Heads).await {
        Ok(Response::Heads { notes }) => notes,
        Ok(other) => {
            tracing::debug!(%peer, answer = ?other, "a peer does not say which heads it knows");
            return Ok(());
        }
        Err(RequestError::NotConnected) => return Ok(()),
        Err(error) => {
            tracing::debug!(%peer, %error, "a peer cannot be asked for heads");
            return Ok(());
        }
    };
    heads::hear(book, peer.as_str(), &notes).await
}

/// Pulls and replays a log up to the largest head that its key was seen to sign. While one page is replayed the next one is under way.
async fn catch_up(book: &Logbook, mirror: &Mirror, pace: &mut Pace) -> Result<(), LogError> {
    let (mut wrong, mut ahead) = (BTreeSet::new(), None);
    loop {
        if !pace.allows(Instant::now()) {
            tracing::warn!(
                origin = mirror.origin,
                "a log is above its daily quota; following it more slowly"
            );
            return Ok(());
        }
        let connection = book.store().connection().await?;
        let Some(row) = log::find(&connection, &mirror.origin).await? else { return Ok(()) };
        drop(connection);
        let target = book.heard().largest(&mirror.origin);
        if row.halted.is_some() || row.size >= target {
            return Ok(());
        }
        let fetched = match ahead.take().filter(|ahead: &Fetched| ahead.starts_at(row.size)) {
            Some(ahead) => Some(ahead),
            None => fetch::segment(book, mirror, (row.size, target), &wrong).await,
        };
        let Some(Fetched { from, segment }) = fetched else { return Ok(()) };
        let fault = match segment {
            Ok(segment) => {
                let next = async {
                    let end = segment.end();
                    if end < target {
                        fetch::segment(book, mirror, (end, target), &wrong).await
                    } else {
                        None
                    }
                };
                let (replayed, fetched) = tokio::join!(Box::pin(take(book, mirror, &segment, pace)), next);
                ahead = fetched;
                match replayed? {
                    Replayed::Advanced { .. } | Replayed::Elsewhere => continue,
                    Replayed::Halted => return Ok(()),
                    Replayed::Refused(fault) => fault,
                }
            }
            Err(fault) => fault,
        };
        if accuse(book.store(), mirror, &from, &fault).await? {
            return Ok(());
        }
        // A liar among those who mirror a log keeps nobody from asking the others, and what came from there behind it does not count.
        wrong.insert(from);
        ahead = None;
    }
}

/// Replays a page into the mirror, and tells whoever waits for its leaves.
async fn take(
    book: &Logbook,
    mirror: &Mirror,
    segment: &Segment,
    pace: &mut Pace,
) -> Result<Replayed, LogError> {
    let replayed = replay(book.store(), mirror, segment, book.now()).await?;
    if let Replayed::Advanced { size, missing, ignored, subtrees } = replayed {
        pace.took(size.saturating_sub(segment.start), subtrees, segment.document_bytes());
        tracing::info!(origin = mirror.origin, size, missing, ignored, "a mirror has new leaves");
        heads::ripen(book, &mirror.origin, size).await?;
        book.signals().log_advanced();
    }
    Ok(replayed)
}

/// Judges a fault: one that the log itself has signed, or that its own operator sends, halts the mirror; anyone else is just not
/// believed. `true` if the mirror is halted by it.
///
/// # Errors
/// Those of the store.
pub async fn accuse(store: &Store, mirror: &Mirror, from: &str, fault: &Fault) -> Result<bool, LogError> {
    let origin = mirror.origin.as_str();
    if !fault.is_proved() && from != mirror.operator.as_str() {
        tracing::warn!(origin, from, %fault, "a peer sent wrong leaves of a log that it mirrors");
        return Ok(false);
    }
    let halted = log::halt(&store.connection().await?, origin, &fault.to_string()).await?;
    if halted {
        tracing::error!(origin, from, %fault, "a followed log is halted");
    }
    Ok(halted)
}
