//! Follows both logs of one peer: ask for its heads, pull what is missing up to a checkpoint, replay it into the mirror, ask
//! for documents that are wanted, cosign. A hint or the pace starts a round; the pull is the truth, the hint only says when.

mod documents;
mod fault;
mod fetch;
mod pace;
pub(crate) mod recover;
mod replay;
#[cfg(test)]
mod tests;
mod want;

use std::collections::BTreeSet;

use hanse_document::NodeName;
use hanse_network::{Request, RequestError, Response};
use hanse_store::Store;
use hanse_store::log;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Engine;
use crate::cosign::audit;
use crate::error::Failure;
use crate::heads;
use crate::logs::{LogError, LogKind, Mirror};
use crate::signals::woken;

pub use fault::Fault;
use fetch::Fetched;
use pace::Pace;

pub(crate) use documents::owes;
pub use replay::{Replayed, Segment, replay};
#[cfg(test)]
pub(crate) use want::ROUNDS_MIN;
pub use want::fill;
pub(crate) use want::{believed, has_waited_too_long, pause_seconds};

/// Follows a peer until it is told to stop. A round that fails is tried again at the next pace or hint.
pub(crate) async fn run(engine: Engine, peer: NodeName, cancel: CancellationToken) -> Result<(), Failure> {
    let pace = engine.config().pace.follow;
    let mut paces = LogKind::ALL.map(|kind| (kind, Pace::new(Instant::now())));
    while !cancel.is_cancelled() {
        if let Some(Err(error)) = cancel.run_until_cancelled(round(&engine, &peer, &mut paces)).await {
            tracing::warn!(peer = %peer, error = &error as &dyn std::error::Error, "following is tried again");
        }
        match engine.heard().hinted(peer.as_str()) {
            Some(hint) => cancel.run_until_cancelled(woken(hint, pace)).await,
            None => cancel.run_until_cancelled(tokio::time::sleep(pace)).await,
        };
    }
    Ok(())
}

/// One round: the heads that the peer knows, then both of its logs. One that fails keeps the other from nothing; what may pass
/// fails the round in the end, what may not leaves the log alone for a while.
async fn round(engine: &Engine, peer: &NodeName, paces: &mut [(LogKind, Pace)]) -> Result<(), LogError> {
    ask_heads(engine, peer).await?;
    let mut outcome = Ok(());
    for (kind, pace) in paces {
        let origin = kind.origin(peer);
        let Some(mirror) = engine.log_keys().mirror(&origin) else { continue };
        if pace.rests(Instant::now()) {
            continue;
        }
        match follow(engine, mirror, pace).await {
            Ok(()) => {
                pace.succeeded();
                engine.metrics().mirror_fails(&origin, false);
            }
            Err(error) if error.is_transient() => outcome = outcome.and(Err(error)),
            Err(error) => {
                let (pause, error) = (pace.failed(Instant::now()), &error as &dyn std::error::Error);
                tracing::error!(
                    origin,
                    ?pause,
                    error,
                    "a log cannot be followed and is left alone for a while"
                );
                engine.metrics().mirror_fails(&origin, true);
            }
        }
    }
    outcome
}

async fn follow(engine: &Engine, mirror: &Mirror, pace: &mut Pace) -> Result<(), LogError> {
    catch_up(engine, mirror, pace).await?;
    // What somebody withholds keeps no cosignature waiting that does not need it.
    audit(engine, &mirror.origin).await?;
    if want::ask(engine, mirror, pace).await? {
        audit(engine, &mirror.origin).await?;
    }
    Ok(())
}

/// Asks a peer which heads it knows, its own and ours among them, and learns from the answer.
async fn ask_heads(engine: &Engine, peer: &NodeName) -> Result<(), LogError> {
    let Some(network) = engine.network() else { return Ok(()) };
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
    heads::hear(engine, peer.as_str(), &notes).await
}

/// Pulls and replays a log up to the largest head that its key was seen to sign.
async fn catch_up(engine: &Engine, mirror: &Mirror, pace: &mut Pace) -> Result<(), LogError> {
    let mut wrong = BTreeSet::new();
    loop {
        if !pace.allows(Instant::now()) {
            tracing::warn!(origin = mirror.origin, "a log grows faster than this node follows any");
            return Ok(());
        }
        let connection = engine.store().connection().await?;
        let Some(row) = log::find(&connection, &mirror.origin).await? else { return Ok(()) };
        drop(connection);
        let target = engine.heard().largest(&mirror.origin);
        if row.halted.is_some() || row.size >= target {
            return Ok(());
        }
        let fetched = fetch::segment(engine, mirror, (row.size, target), &wrong).await;
        let Some(Fetched { from, segment }) = fetched else { return Ok(()) };
        let fault = match segment {
            Ok(segment) => match replay(engine.store(), mirror, &segment, engine.now()).await? {
                Replayed::Advanced { size, missing, ignored, nodes } => {
                    pace.took(size.saturating_sub(row.size), nodes, segment.document_bytes());
                    tracing::info!(origin = mirror.origin, size, missing, ignored, "a mirror has new leaves");
                    heads::ripen(engine, &mirror.origin, size).await?;
                    engine.signals().log_advanced();
                    continue;
                }
                Replayed::Elsewhere => continue,
                Replayed::Halted => return Ok(()),
                Replayed::Refused(fault) => fault,
            },
            Err(fault) => fault,
        };
        if accuse(engine.store(), mirror, &from, &fault).await? {
            return Ok(());
        }
        // A liar among those who mirror a log keeps nobody from asking the others.
        wrong.insert(from);
    }
}

/// Judges a fault: one that the log itself has signed, or that its own operator sends, halts the mirror; anyone else is just not
/// believed. `true` if the mirror is halted by it.
///
/// # Errors
/// Those of the store.
pub async fn accuse(store: &Store, mirror: &Mirror, from: &str, fault: &Fault) -> Result<bool, LogError> {
    let origin = mirror.origin.as_str();
    if !fault.is_proved() && from != mirror.operator.as_str() {
        tracing::warn!(origin, from, %fault, "a peer sends wrong leaves of another's log");
        return Ok(false);
    }
    let halted = log::halt(&store.connection().await?, origin, &fault.to_string()).await?;
    if halted {
        tracing::error!(origin, from, %fault, "a mirror is halted");
    }
    Ok(halted)
}
