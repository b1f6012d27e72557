//! Follows both logs of one peer: ask for its heads, pull what is missing up to a checkpoint, replay it into the mirror, fill
//! gaps, cosign. A hint or the pace starts a round; the pull is the truth, the hint only says when.

mod documents;
mod fault;
mod fetch;
pub(crate) mod recover;
mod replay;

use hanse_document::NodeName;
use hanse_network::{Request, RequestError, Response};
use hanse_store::Store;
use hanse_store::log::{self, GapRow};
use tokio_util::sync::CancellationToken;

use crate::Engine;
use crate::apply::Apply;
use crate::cosign::audit;
use crate::error::{Failure, UseError};
use crate::heads;
use crate::logs::{LogError, LogKind, Mirror};
use crate::react;
use crate::signals::woken;

pub use fault::Fault;
pub use replay::{Replayed, Segment, replay};

/// Most gaps of one log that a round tries to fill: each is a request of its own.
const GAPS_MAX: u64 = 16;

/// Follows a peer until it is told to stop. A round that fails is tried again at the next pace or hint.
pub(crate) async fn run(engine: Engine, peer: NodeName, cancel: CancellationToken) -> Result<(), Failure> {
    let pace = engine.config().pace.follow;
    while !cancel.is_cancelled() {
        match cancel.run_until_cancelled(round(&engine, &peer)).await {
            Some(Err(error)) if error.is_transient() => {
                tracing::warn!(peer = %peer, error = &error as &dyn std::error::Error, "following is tried again");
            }
            Some(Err(error)) => {
                tracing::error!(peer = %peer, error = &error as &dyn std::error::Error, "a peer cannot be followed");
            }
            Some(Ok(())) | None => {}
        }
        match engine.heard().hinted(peer.as_str()) {
            Some(hint) => cancel.run_until_cancelled(woken(hint, pace)).await,
            None => cancel.run_until_cancelled(tokio::time::sleep(pace)).await,
        };
    }
    Ok(())
}

/// One round: the heads that the peer knows, then both of its logs.
async fn round(engine: &Engine, peer: &NodeName) -> Result<(), LogError> {
    ask_heads(engine, peer).await?;
    for kind in LogKind::ALL {
        let origin = kind.origin(peer);
        let Some(mirror) = engine.log_keys().mirror(&origin) else { continue };
        catch_up(engine, mirror).await?;
        fill_gaps(engine, mirror).await?;
        audit(engine, &origin).await?;
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
    for note in &notes {
        match heads::read(engine.log_keys(), note) {
            Ok(head) => heads::learn(engine, &head).await?,
            Err(heads::Unheard::UnknownLog) => {}
            Err(unheard) => tracing::warn!(%peer, reason = %unheard, "a peer sends a head that is none"),
        }
    }
    engine.heard().answered(peer.as_str());
    Ok(())
}

/// Pulls and replays a log up to the largest head that its key was seen to sign.
async fn catch_up(engine: &Engine, mirror: &Mirror) -> Result<(), LogError> {
    loop {
        let connection = engine.store().connection().await?;
        let Some(row) = log::find(&connection, &mirror.origin).await? else { return Ok(()) };
        drop(connection);
        let target = engine.heard().largest(&mirror.origin);
        if row.halted.is_some() || row.size >= target {
            return Ok(());
        }
        let Some(fetched) = fetch::segment(engine, mirror, row.size, target).await else { return Ok(()) };
        match fetched.segment {
            Ok(segment) => match replay(engine.store(), mirror, &segment, engine.now()).await? {
                Replayed::Advanced { size, gaps, ignored } => {
                    tracing::info!(origin = mirror.origin, size, gaps, ignored, "a mirror has new leaves");
                    heads::ripen(engine, &mirror.origin, size).await?;
                    engine.signals().log_advanced();
                }
                Replayed::Elsewhere => {}
                Replayed::Halted => return Ok(()),
                Replayed::Refused(fault) => {
                    return accuse(engine.store(), mirror, &fetched.from, &fault).await.map(drop);
                }
            },
            Err(fault) => return accuse(engine.store(), mirror, &fetched.from, &fault).await.map(drop),
        }
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

/// Asks again for the documents of opened reviews that did not come along.
async fn fill_gaps(engine: &Engine, mirror: &Mirror) -> Result<(), LogError> {
    let connection = engine.store().connection().await?;
    let gaps = log::gaps(&connection, &mirror.origin, GAPS_MAX).await?;
    drop(connection);
    for gap in gaps {
        let Some(documents) = fetch::documents(engine, mirror, gap.index).await else { continue };
        match fill_gap(engine, &mirror.origin, &gap, &documents).await {
            Ok(true) => {
                tracing::info!(origin = mirror.origin, index = gap.index, "an opened review has arrived");
                engine.signals().committed();
            }
            Ok(false) => {}
            // One gap that cannot be filled keeps no other from it.
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(origin = mirror.origin, index = gap.index, error, "a gap stays open");
            }
        }
    }
    Ok(())
}

/// Keeps what came for the leaf of a gap, unchecked so far, and shows the review that it opened. `true` if it closes the gap.
///
/// # Errors
/// Only our own failures.
pub async fn fill_gap(
    engine: &Engine,
    origin: &str,
    gap: &GapRow,
    sent: &[Vec<u8>],
) -> Result<bool, UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    log::hold(&tx, origin).await?;
    let closed = documents::close_gap(&tx, origin, gap, sent, engine.now()).await?;
    if closed {
        react::opened_before(&Apply::home(engine, &tx), origin, gap.index).await?;
    }
    tx.commit().await?;
    Ok(closed)
}
