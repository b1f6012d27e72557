//! The home's side of a delivery: verify, apply, sign.

use hanse_base::error::{Refusal, UseError};
use hanse_document::{Body, Kind, NodeName, Signed, Verified};
use hanse_lifecycle::{Machine, Refused, State};
use hanse_network::{BUSY_RETRY_MS, Bytes, Response};
use hanse_store::{Tx, accounts, contracts, jobs};

use crate::Engine;
use crate::federation::receipts::Answered;
use hanse_effects::apply::{Apply, Authority, apply, identity, profile};

/// Documents in a parcel of ours: at most those of a dispute that comes to an arbiter's home, with the genesis of everybody who has a part in it, and a profile;
/// with room for later kinds.
const PARCEL_MAX: usize = 20;

/// When a document that came too early may be right: what it builds on is mostly under way, in a log that is followed at once.
const EARLY_RETRY_MS: u32 = 250;

/// How far ahead of this node's clock a delivered document may be dated and be waited for, in seconds.
const AHEAD_SECONDS_WAITED: i64 = 86_400;

/// Answers a parcel: the last document is the one to apply, the others are what it needs.
pub(crate) async fn answer(engine: &Engine, from: &str, parcel: Vec<Bytes>) -> Response {
    if parcel.len() > PARCEL_MAX {
        return refused("too-many-documents", "A parcel is one document and what it commits to.");
    }
    let read = |bytes: &Bytes| Signed::parse(bytes).and_then(Signed::verify);
    let mut documents = match parcel.iter().map(read).collect::<Result<Vec<_>, _>>() {
        Ok(documents) => documents,
        Err(rejection) => return refused(rejection.slug(), rejection.detail()),
    };
    let Some(document) = documents.pop() else {
        return refused("no-document", "A parcel has at least one document.");
    };
    let answered = match taken(engine, from, &document, &documents).await {
        Ok(()) => Answered::Accepted,
        Err(UseError::Refused(refusal))
            if is_early(&refusal) || (refusal == Refusal::Future && is_soon(engine, &document)) =>
        {
            tracing::debug!(from, document = %document.id(), %refusal, "a delivered document came too early");
            engine.metrics().delivered("deferred");
            return Response::Busy { retry_after_ms: EARLY_RETRY_MS };
        }
        Err(UseError::Refused(refusal)) => {
            tracing::info!(from, document = %document.id(), slug = refusal.slug(), "a delivered document is refused");
            Answered::Refused(refusal.slug().to_owned())
        }
        Err(UseError::Failed(failure)) => {
            tracing::error!(from, document = %document.id(), error = &failure as &dyn std::error::Error,
                "storing a delivered document failed; the peer will send it again");
            engine.metrics().delivered("failed");
            return busy();
        }
    };
    engine.metrics().delivered(if answered == Answered::Accepted { "accepted" } else { "refused" });
    match engine.receipts().sign(&document.id(), &answered, engine.now()) {
        Ok(receipt) => Response::Receipt { receipt: Bytes::from(receipt) },
        Err(error) => {
            tracing::error!(%error, "a receipt could not be signed");
            busy()
        }
    }
}

/// What comes before this has not arrived here, or a log that both homes follow has not been followed as far as the sender
/// has: the same document may be right in a moment.
fn is_early(refusal: &Refusal) -> bool {
    let unengaged =
        |refused: &Refused| refused.machine == Machine::Contract && refused.state == Some(State::Accepted);
    // What waited at the sender for a week may come within an hour, and is then too much for one day.
    // And what this node cannot log now it can log when its operator has resumed the log.
    matches!(refusal, Refusal::TooEarly | Refusal::TooMany(_) | Refusal::LogHalted(_))
        || matches!(refusal, Refusal::NotNow { refused, .. } if unengaged(refused))
}

/// The document will be in time soon: one of the two clocks is wrong, and either may be put right. What is dated further ahead would hold
/// up everything behind it.
fn is_soon(engine: &Engine, document: &Verified) -> bool {
    document.from().seconds_since(engine.now()) <= AHEAD_SECONDS_WAITED
}

async fn taken(
    engine: &Engine,
    from: &str,
    document: &Verified,
    attachments: &[Verified],
) -> Result<(), UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let genesis = attachments.iter().find(|attachment| attachment.kind() == Kind::Identity);
    if let Some(genesis) = genesis.filter(|genesis| genesis.issuer() == document.issuer()) {
        identity::learn(&Apply::home(engine.logbook(), &tx), genesis).await?;
    }
    let author = accounts::find_identity(&tx, document.issuer()).await?.ok_or(Refusal::UnknownPerson)?;
    let sender = NodeName::parse(from)?;
    // What is said in a dispute is carried by the home that keeps its order, whoever said it.
    let carried = matches!(document.body(), Body::Step(step) if step.object.kind() == Kind::Dispute && step.to == sender);
    if author.home != sender && !carried {
        return Err(Refusal::WrongCarrier.into());
    }
    let authority = authority(engine, &tx, document, &sender).await?;
    let ctx = Apply { logbook: engine.logbook(), tx: &tx, now: engine.now(), authority };
    apply(&ctx, document, attachments).await?;
    if let Some(said) = attachments.iter().find(|attachment| attachment.kind() == Kind::Profile) {
        Box::pin(profile::hear(&ctx, said, &author)).await?;
    }
    tx.commit().await?;
    engine.signals().committed();
    Ok(())
}

/// Who keeps the order that the document belongs to: this node, or the sender; nobody else's order is taken from it.
async fn authority(
    engine: &Engine,
    tx: &Tx<'_>,
    document: &Verified,
    sender: &NodeName,
) -> Result<Authority, UseError> {
    let home = match document.body() {
        Body::Bid(bid) => Some(bid.to.clone()),
        Body::Acceptance(acceptance) => Some(acceptance.to.clone()),
        Body::Step(step) => Some(step.to.clone()),
        Body::Dispute(dispute) => Some(dispute.to.clone()),
        Body::Offer(offer) => jobs::find(tx, &offer.job).await?.map(|job| job.home),
        Body::Invitation(invitation) => jobs::find(tx, &invitation.job).await?.map(|job| job.home),
        Body::Identity(_)
        | Body::Profile(_)
        | Body::Job(_)
        | Body::Terms(_)
        | Body::Text(_)
        | Body::Review(_)
        | Body::Reply(_)
        | Body::Arbiter(_) => return Err(hanse_document::Rejection::WrongKind.into()),
    };
    match home {
        // A job of ours that we do not know is no job; one of the sender's may still arrive.
        None => Err(Refusal::TooEarly.into()),
        Some(home) if home == engine.config().name => Ok(Authority::Own),
        Some(home) if home == *sender => {
            ours(engine, tx, document).await?;
            Ok(Authority::Home)
        }
        Some(_) => Err(Refusal::WrongAddressee.into()),
    }
}

/// What another home orders concerns this node only through a freelancer whose home is here.
async fn ours(engine: &Engine, tx: &Tx<'_>, document: &Verified) -> Result<(), UseError> {
    let home = match document.body() {
        Body::Offer(offer) => Some(offer.to.clone()),
        Body::Invitation(invitation) => Some(invitation.to.clone()),
        Body::Step(step) if step.object.kind() == Kind::Invitation => {
            contracts::invitation(tx, &step.object).await?.map(|row| row.home)
        }
        Body::Step(step) if step.object.kind() == Kind::Bid => {
            contracts::bid(tx, &step.object).await?.map(|bid| bid.home)
        }
        // Of an arbiter's home nothing is known before it comes: applying it looks whether somebody here is asked.
        Body::Step(step) if step.object.kind() == Kind::Dispute => Some(engine.config().name.clone()),
        Body::Step(step) => contracts::contract(tx, &step.object).await?.map(|row| row.freelancer_home),
        Body::Dispute(dispute) => {
            contracts::contract(tx, &dispute.contract).await?.map(|row| row.freelancer_home)
        }
        Body::Identity(_)
        | Body::Profile(_)
        | Body::Job(_)
        | Body::Bid(_)
        | Body::Terms(_)
        | Body::Acceptance(_)
        | Body::Text(_)
        | Body::Review(_)
        | Body::Reply(_)
        | Body::Arbiter(_) => return Err(Refusal::WrongAddressee.into()),
    };
    match home {
        None => Err(Refusal::TooEarly.into()),
        Some(home) if home == engine.config().name => Ok(()),
        Some(_) => Err(Refusal::WrongAddressee.into()),
    }
}

fn busy() -> Response {
    Response::Busy { retry_after_ms: BUSY_RETRY_MS }
}

fn refused(slug: &str, detail: &str) -> Response {
    Response::Refused { slug: slug.to_owned(), detail: detail.to_owned() }
}
