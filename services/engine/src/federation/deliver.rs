//! `/hanse/deliver/1`: the durable outbox, and what answers it on the other side.
//!
//! A document waits until the other home has signed for it. For each job only the oldest is sent, so that the other side
//! never sees a move before the one that it builds on. Everything here may happen twice: a document is applied once, whoever
//! asks, and a receipt that was lost is given again.

mod accept;
#[cfg(test)]
mod tests;

use std::time::Duration;

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::rounds::{Round, Rounds};
use hanse_base::signals::Notice;
use hanse_base::stored::kept;
use hanse_document::{Body, Commitment, Did, DocumentId, Kind, Verified};
use hanse_network::{Bytes, Request, RequestError, Response};
use hanse_store::deliveries::{self, DeliveryRow, DeliveryState, Settled};
use hanse_store::disputes::{self, DisputeRow};
use hanse_store::documents::DocumentRow;
use hanse_store::{Sql, accounts, documents, log};
use tokio_util::sync::CancellationToken;

use crate::Engine;
use crate::federation::receipts::{self, Answered};
use hanse_effects::apply::dispute::bundle;
use hanse_effects::apply::{Applied, Apply, apply};
use hanse_effects::react::engaged_before;

pub(crate) use accept::answer;

/// Documents of different jobs that are sent one after the other before looking again.
const BATCH: i64 = 32;
/// The shortest and the longest rest after the peer was busy. What a document builds on is mostly under way, in a log that is sequenced
/// once a second and followed at once; and what waits behind it for a signal waits as long.
const BUSY_REST_MIN: Duration = Duration::from_millis(250);
const BUSY_REST_MAX: Duration = Duration::from_secs(2);
/// Busy answers to different documents after which nothing more is sent before the rest: then it is the peer that cannot.
const BUSY_MAX: usize = 3;
/// Attempts that come so soon, some three seconds of them. Whatever has not come by then takes longer.
const ATTEMPTS_SOON: i32 = 12;
/// The longest pause between two attempts: a pinned peer that comes back should hear from us within a minute.
const PAUSE_SECONDS_MAX: i64 = 60;
/// Attempts after which the pause no longer grows: 1.25^18 is above 55.
const ATTEMPTS_GROWING: i32 = 18;

/// Delivers to one peer until it is cancelled.
pub(crate) async fn run(
    engine: Engine,
    peer: hanse_document::NodeName,
    cancel: CancellationToken,
) -> Result<(), Failure> {
    let signals = engine.signals();
    let mut rounds =
        Rounds::new("deliver", signals, cancel, engine.config().pace.deliver).about(peer.as_str());
    while rounds.round(drain(&engine, peer.as_str())).await {
        let Some(signal) = signals.deliver(peer.as_str()) else { return Ok(()) };
        rounds.wait(signal.notified()).await;
    }
    Ok(())
}

/// Tells the operator of documents that wait for peers which the configuration no longer names: nothing sends them, and their
/// authors wait for an answer.
pub(crate) async fn tell_left_behind(engine: &Engine) -> Result<(), Failure> {
    for (peer, documents) in left_behind(engine).await? {
        tracing::warn!(
            peer,
            documents,
            "documents wait for a peer that is not pinned any more; they go out when it is again"
        );
    }
    Ok(())
}

/// The peers that are not pinned and for whom documents wait, and how many.
async fn left_behind(engine: &Engine) -> Result<Vec<(String, i64)>, Failure> {
    let connection = engine.store().connection().await?;
    let pinned = |peer: &str| engine.config().peers.iter().any(|pinned| pinned.name.as_str() == peer);
    let waiting = deliveries::waiting(&connection).await?;
    Ok(waiting.into_iter().filter(|(peer, _)| !pinned(peer)).collect())
}

/// Sends what is due, of each job one document after the other, until nothing is left or the peer does not answer.
pub(crate) async fn drain(engine: &Engine, peer: &str) -> Result<Round, UseError> {
    let mut busy = Vec::new();
    let mut longest = Duration::ZERO;
    let drained = |rest: Duration| if rest.is_zero() { Round::Worked } else { Round::Rest(rest) };
    loop {
        let connection = engine.store().connection().await?;
        let due = deliveries::due(&connection, peer, engine.now().unix(), &busy, BATCH).await?;
        drop(connection);
        if due.is_empty() {
            return Ok(drained(longest));
        }
        for row in &due {
            match send(engine, row).await {
                Ok(Sent::NotNow) => return Ok(Round::Worked),
                Ok(Sent::Busy(rest)) => {
                    busy.push(row.position);
                    // No signal ends this rest: each commit gives one, and the peer would be asked as often.
                    longest = longest.max(rest);
                    if busy.len() == BUSY_MAX {
                        return Ok(drained(longest));
                    }
                }
                Ok(Sent::Settled | Sent::Deferred) => {}
                // One document that cannot be sent, or cannot have its effect, keeps none of another job.
                Err(UseError::Failed(failure)) if !failure.is_transient() => {
                    tracing::error!(peer, position = row.position, error = %failure, "a document cannot be delivered; other jobs go on");
                    defer(engine, row).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    /// It is settled.
    Settled,
    /// This one waits; others may go.
    Deferred,
    /// As `Deferred`, and it may be right after this rest.
    Busy(Duration),
    /// The peer does not answer: nothing else is worth trying.
    NotNow,
}

async fn send(engine: &Engine, row: &DeliveryRow) -> Result<Sent, UseError> {
    let Some(network) = engine.network() else { return Ok(Sent::NotNow) };
    let connection = engine.store().connection().await?;
    let document = documents::find_hash(&connection, &row.document).await?;
    let document = document.ok_or_else(|| Failure::unreadable(row.job, "a document to deliver is gone"))?;
    let parcel = parcel(&connection, &row.peer, &document).await?;
    drop(connection);
    match network.request(&row.peer, Request::Deliver { documents: parcel }).await {
        Ok(Response::Receipt { receipt }) => {
            match engine.receipts().read(&row.peer, &document.id, &receipt) {
                Ok(answered) => settle(engine, row, &document, &answered, &receipt).await,
                Err(error) => {
                    tracing::warn!(peer = row.peer, document = %document.id, %error, "a peer sent an invalid receipt");
                    defer(engine, row).await
                }
            }
        }
        Ok(Response::Refused { slug, detail }) => {
            tracing::warn!(peer = row.peer, document = %document.id, slug, detail, "a peer rejected a delivery as malformed");
            settle(engine, row, &document, &Answered::Refused(receipts::word(slug)), b"").await
        }
        Ok(Response::Busy { retry_after_ms }) => {
            busy(engine, row, Duration::from_millis(retry_after_ms.into())).await
        }
        Ok(
            Response::Heads { .. } | Response::Range { .. } | Response::Match { .. } | Response::Talk { .. },
        ) => defer(engine, row).await,
        Err(RequestError::TooLarge) => {
            settle(engine, row, &document, &Answered::Refused("too-large".into()), b"").await
        }
        Err(error) => {
            tracing::debug!(peer = row.peer, document = %document.id, %error, "not delivered");
            defer(engine, row).await?;
            Ok(Sent::NotNow)
        }
    }
}

/// A document with what the other side needs to judge it: the genesis of its issuer first, then what they say of themselves, and what it
/// commits to.
async fn parcel(db: &impl Sql, peer: &str, document: &DocumentRow) -> Result<Vec<Bytes>, UseError> {
    let mut parcel = vec![genesis(db, document).await?];
    parcel.extend(Box::pin(profile(db, document)).await?);
    let verified = kept(document)?;
    if let Some(terms) = terms_named(verified.body())
        && let Some(terms) = documents::by_commitment(db, terms).await?
        // Terms of the other side are there already.
        && terms.issuer == document.issuer
    {
        parcel.push(terms.bytes);
    }
    if let Body::Step(step) = verified.body()
        && step.object.kind() == Kind::Dispute
    {
        parcel.extend(for_arbiter(db, peer, &step.object, &document.issuer).await?);
    }
    parcel.push(document.bytes.clone());
    Ok(parcel.into_iter().map(Bytes::from).collect())
}

/// What the home of an arbiter needs of a dispute beside its newest step: the homes of the two sides have it.
async fn for_arbiter(
    db: &impl Sql,
    peer: &str,
    dispute: &DocumentId,
    issuer: &Did,
) -> Result<Vec<Vec<u8>>, UseError> {
    let row = disputes::dispute(db, dispute).await?;
    let away = |row: &DisputeRow| peer != row.client_home.as_str() && peer != row.freelancer_home.as_str();
    let Some(row) = row.filter(away) else { return Ok(Vec::new()) };
    let mut parcel = Vec::new();
    let arbiters = row.arbiters.iter().map(|arbiter| &arbiter.did);
    for person in [&row.client, &row.freelancer].into_iter().chain(arbiters) {
        if person != issuer
            && let Some(identity) = accounts::find_identity(db, person).await?
        {
            let genesis = documents::find(db, &identity.genesis).await?;
            parcel.extend(genesis.map(|genesis| genesis.bytes));
        }
    }
    parcel.extend(bundle(db, &row).await?);
    Ok(parcel)
}

/// The terms that a document commits to.
fn terms_named(body: &Body) -> Option<&Commitment> {
    if let Body::Offer(offer) = body {
        return Some(&offer.terms);
    }
    if let Body::Step(step) = body { step.event.terms() } else { None }
}

/// The bytes of the newest profile of a document's issuer, if they have one.
async fn profile(db: &impl Sql, document: &DocumentRow) -> Result<Option<Vec<u8>>, UseError> {
    let Some(newest) = accounts::profile(db, &document.issuer).await? else { return Ok(None) };
    Ok(documents::find(db, &newest.document).await?.map(|profile| profile.bytes))
}

/// The bytes of the genesis of a document's issuer.
async fn genesis(db: &impl Sql, document: &DocumentRow) -> Result<Vec<u8>, UseError> {
    let gone = || Failure::unreadable(&document.issuer, "the genesis is gone");
    let identity = accounts::find_identity(db, &document.issuer).await?.ok_or_else(gone)?;
    Ok(documents::find(db, &identity.genesis).await?.ok_or_else(gone)?.bytes)
}

/// The home has answered: what it accepted has its effect here too, in the transaction that ends the delivery.
async fn settle(
    engine: &Engine,
    row: &DeliveryRow,
    document: &DocumentRow,
    answered: &Answered,
    receipt: &[u8],
) -> Result<Sent, UseError> {
    if *answered == Answered::Accepted {
        match accepted(engine, row, &kept(document)?, receipt).await {
            Ok(()) => {}
            Err(UseError::Refused(Refusal::TooEarly)) => return busy(engine, row, BUSY_REST_MIN).await,
            Err(UseError::Refused(refusal)) => {
                // The home decides. That this node cannot follow is for its operator to see; the queue goes on.
                tracing::error!(peer = row.peer, document = %document.id, %refusal, "the job's home accepted a document that this node's rules refuse");
                end(engine, row, Settled::Accepted, receipt).await?;
            }
            Err(UseError::Failed(failure)) => return Err(failure.into()),
        }
    } else if let Answered::Refused(slug) = answered {
        tracing::info!(peer = row.peer, document = %document.id, slug, "a delivery is refused");
        end(engine, row, Settled::Refused(slug), receipt).await?;
    }
    engine.signals().committed();
    engine.signals().raise(Notice::DeliveryAnswered);
    Ok(Sent::Settled)
}

async fn accepted(
    engine: &Engine,
    row: &DeliveryRow,
    document: &Verified,
    receipt: &[u8],
) -> Result<(), UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    // Leaves of the home may have been quicker than its receipt; none slips through while this looks for them.
    log::hold(&tx, &format!("{}/{}", row.peer, LogKind::Reputation.name())).await?;
    if deliveries::lock(&tx, row.position).await?.is_some_and(|row| row.state == DeliveryState::Waiting) {
        let ctx = Apply::home(engine.logbook(), &tx);
        if apply(&ctx, document, &[]).await? == Applied::Now
            && let Body::Acceptance(acceptance) = document.body()
        {
            engaged_before(&ctx, &acceptance.offer).await?;
        }
        deliveries::settle(&tx, row.position, Settled::Accepted, receipt).await?;
    }
    Ok(tx.commit().await?)
}

async fn end(
    engine: &Engine,
    row: &DeliveryRow,
    settled: Settled<'_>,
    receipt: &[u8],
) -> Result<(), UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    deliveries::settle(&tx, row.position, settled, receipt).await?;
    Ok(tx.commit().await?)
}

async fn defer(engine: &Engine, row: &DeliveryRow) -> Result<Sent, UseError> {
    put_off(engine, row, pause_seconds(row.attempts)).await?;
    Ok(Sent::Deferred)
}

/// Puts off what may be right in a moment. A longer rest than an early document asks for says that the peer cannot, and nothing of this
/// document; one that is early is only put off until the queue is looked at again, some times.
async fn busy(engine: &Engine, row: &DeliveryRow, rest: Duration) -> Result<Sent, UseError> {
    let sent = Sent::Busy(rest.clamp(BUSY_REST_MIN, BUSY_REST_MAX));
    if BUSY_REST_MIN < rest {
        return Ok(sent);
    }
    if row.attempts < ATTEMPTS_SOON {
        put_off(engine, row, 0).await?;
        return Ok(sent);
    }
    // What stays early keeps nobody else's waiting any more.
    put_off(engine, row, pause_seconds(row.attempts - ATTEMPTS_SOON)).await?;
    Ok(Sent::Deferred)
}

async fn put_off(engine: &Engine, row: &DeliveryRow, seconds: i64) -> Result<(), UseError> {
    let next_at = engine.now().unix().saturating_add(seconds);
    Ok(deliveries::defer(&engine.store().connection().await?, row.position, next_at).await?)
}

/// 1.25^n seconds, at least one, at most a minute; in integers.
fn pause_seconds(attempts: i32) -> i64 {
    let grow = |milliseconds: i64, _| milliseconds * 5 / 4;
    let milliseconds = (0..attempts.clamp(0, ATTEMPTS_GROWING)).fold(1_000, grow);
    (milliseconds / 1_000).clamp(1, PAUSE_SECONDS_MAX)
}

/// A peer has come back: what waits for it is due now.
pub(crate) async fn hasten(engine: &Engine, peer: &str) -> Result<(), UseError> {
    deliveries::hasten(&engine.store().connection().await?, peer, engine.now().unix()).await?;
    engine.signals().committed();
    Ok(())
}
