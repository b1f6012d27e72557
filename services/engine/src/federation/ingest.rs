//! Gossiped postings: verify, apply, judge.
//!
//! `Reject` costs the sender, so it is only for what the sender must have seen itself in the same bytes. What depends on our
//! policy, our clock, our peers or our database is `Ignore`.

#[cfg(test)]
mod tests;

use hanse_base::error::{Refusal, UseError};
use hanse_document::kind::Job;
use hanse_document::{Body, Kind, Rejection, Signed, Verified};
use hanse_network::Verdict;
use hanse_store::{accounts, jobs};

use crate::Engine;
use hanse_effects::apply::{Applied, Apply, apply, identity, job};
use hanse_effects::expire::UNLOGGED_MAX;

/// Lines of a message: a genesis and the posting or step.
const LINES: usize = 2;

/// Takes a message of the jobs topic.
pub(crate) async fn ingest(engine: &Engine, from: &str, message: &[u8]) -> Verdict {
    match read(message) {
        Ok((genesis, document)) => match take(engine, &genesis, &document).await {
            Ok(()) => Verdict::Accept,
            Err(UseError::Refused(refusal)) => {
                let verdict = verdict(&refusal);
                tracing::debug!(from, document = %document.id(), slug = refusal.slug(), ?verdict, "not ingested");
                verdict
            }
            Err(UseError::Failed(failure)) => {
                tracing::error!(
                    error = &failure as &dyn std::error::Error,
                    "a gossiped posting could not be processed"
                );
                Verdict::Ignore
            }
        },
        Err(rejection) => {
            tracing::debug!(from, slug = rejection.slug(), "a message that no honest node passes on");
            Verdict::Reject
        }
    }
}

/// The genesis and the document of a message.
fn read(message: &[u8]) -> Result<(Verified, Verified), Rejection> {
    let lines: Vec<&[u8]> = message.split(|byte| *byte == b'\n').take(LINES + 1).collect();
    let [genesis, document] = lines.as_slice() else { return Err(Rejection::OutOfForm) };
    let genesis = Signed::parse(genesis)?.verify()?;
    let document = Signed::parse(document)?.verify()?;
    let fits = genesis.kind() == Kind::Identity && genesis.issuer() == document.issuer();
    if fits && job::is_of_posting(document.body()) {
        Ok((genesis, document))
    } else {
        Err(Rejection::WrongKind)
    }
}

async fn take(engine: &Engine, genesis: &Verified, document: &Verified) -> Result<(), UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let ctx = Apply::home(engine.logbook(), &tx);
    if let Some(known) = accounts::find_identity(&tx, document.issuer()).await?
        && known.home == engine.config().name
    {
        // What is ours comes back to us from others; it is never ordered by gossip.
        return known_here(&ctx, document).await;
    }
    identity::learn(&ctx, genesis).await?;
    if apply(&ctx, document, &[]).await? == Applied::Now
        && let Some(job) = begun(document)
    {
        if jobs::count_unlogged(&tx, &job.home).await? >= UNLOGGED_MAX {
            return Err(Refusal::TooMany(u32::try_from(UNLOGGED_MAX).unwrap_or(u32::MAX)).into());
        }
        jobs::note_unlogged(&tx, &document.id(), &job.home, ctx.now.unix()).await?;
    }
    tx.commit().await?;
    engine.signals().changed();
    Ok(())
}

/// The posting that begins with this document. One that says another anew is a version of a row that is here, and bounded by that.
fn begun(document: &Verified) -> Option<&Job> {
    match document.body() {
        Body::Job(job) => Some(job).filter(|job| job.anew.is_none()),
        Body::Identity(_)
        | Body::Profile(_)
        | Body::Invitation(_)
        | Body::Arbiter(_)
        | Body::Dispute(_)
        | Body::Bid(_)
        | Body::Terms(_)
        | Body::Offer(_)
        | Body::Acceptance(_)
        | Body::Step(_)
        | Body::Text(_)
        | Body::Review(_)
        | Body::Reply(_) => None,
    }
}

async fn known_here(ctx: &Apply<'_>, document: &Verified) -> Result<(), UseError> {
    let known = if begun(document).is_some() {
        jobs::find(ctx.tx, &document.id()).await?.is_some()
    } else {
        hanse_store::history::has_applied(ctx.tx, &document.id()).await?
    };
    if known { Ok(()) } else { Err(Refusal::WrongCarrier.into()) }
}

/// What a refusal says about whoever sent the message.
pub(crate) fn verdict(refusal: &Refusal) -> Verdict {
    match refusal {
        // In the bytes themselves: the sender has checked them before passing them on, or should have.
        Refusal::Rejected(_) | Refusal::WrongHome | Refusal::WrongCustody => Verdict::Reject,
        // Between the bytes and what this node knows, expects or is told by its clock.
        Refusal::BadField { .. }
        | Refusal::BadValue { .. }
        | Refusal::UnknownPlace(_)
        | Refusal::SeveralPlaces { .. }
        | Refusal::Elsewhere(_)
        | Refusal::TooMany(_)
        | Refusal::NotFound(_)
        | Refusal::NoProfile
        | Refusal::NotYours(_)
        | Refusal::NotNow { .. }
        | Refusal::WrongPrev { .. }
        | Refusal::ProfileMoved(_)
        | Refusal::TooEarly
        | Refusal::InFlight
        | Refusal::Expired(_)
        | Refusal::Future
        | Refusal::WrongAddressee
        | Refusal::WrongCarrier
        | Refusal::UnknownOrigin
        | Refusal::UnknownPerson
        | Refusal::OtherGenesis
        | Refusal::MissingAttachment(_)
        | Refusal::WrongParty(_)
        | Refusal::OwnJob
        | Refusal::JobNotOpen(_)
        | Refusal::BidNotTaken
        | Refusal::BidExists
        | Refusal::BadDue
        | Refusal::NoFreeSeat
        | Refusal::OfferWaits
        | Refusal::Hindered(_)
        | Refusal::ReviewExists
        | Refusal::HandleTaken
        | Refusal::WeakPassword(_)
        | Refusal::BadCredentials
        | Refusal::SessionEnded
        | Refusal::KeyElsewhere
        | Refusal::OwnKeyNotYet
        | Refusal::TooManyBids(_)
        | Refusal::TooManySearches(_)
        | Refusal::TooManyStreams(_)
        | Refusal::Busy
        | Refusal::NotReady
        | Refusal::LogHalted(_)
        | Refusal::OwnScore
        | Refusal::TooWide
        | Refusal::TooBroad
        | Refusal::RecordTooLarge
        | Refusal::NotClosed
        | Refusal::Account(_)
        | Refusal::Talk(_)
        | Refusal::NotOnce(_)
        | Refusal::ByHome(_) => Verdict::Ignore,
    }
}
