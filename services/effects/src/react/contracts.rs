//! Leaves about contracts of people here: engagements, and the freelancer's word that the client has paid.

use hanse_base::error::{Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::stored::kept;
use hanse_document::{Body, Commitment, DocumentId, Rejection};
use hanse_ledger::LeafId;
use hanse_lifecycle::{Event, State};
use hanse_store::contracts::{self, ContractRow};
use hanse_store::{documents, log};

use super::{LoggedLeaf, locked};
use crate::apply::contract::node_event;
use crate::apply::{Apply, engagement as leaves};

/// An engagement stands in a log. The freelancer's home answers the client's; with both, the contract is active.
pub(super) async fn engagement(ctx: &Apply<'_>, seen: &LoggedLeaf) -> Result<(), UseError> {
    let Some(mut contract) = locked::contract(ctx, &seen.id).await? else { return Ok(()) };
    let of_client = contract.client_engagement == Some(seen.id);
    let (party, home) = if of_client {
        (&contract.client, &contract.client_home)
    } else {
        (&contract.freelancer, &contract.freelancer_home)
    };
    if seen.operator != *home {
        return Err(Refusal::WrongHome.into());
    }
    // The id leaves signatures out; without the party's own the leaf binds nobody.
    if !seen.leaf.is_signed_by(&party.key()) {
        return Err(Rejection::BadSignature.into());
    }
    if of_client {
        contract.client_engaged = true;
        let waits = contract.state == State::Accepted && !contract.freelancer_engaged;
        if waits && contract.freelancer_home == ctx.logbook.base().config().name {
            leaves::answer(ctx, &contract).await?;
        }
    } else {
        // An answer to nothing is void; but the client's leaf may stand in its log and only be read after this one.
        if !contract.client_engaged && !stands(ctx, &contract).await? {
            return Err(Refusal::WrongParty("engagement").into());
        }
        contract.client_engaged = true;
        contract.freelancer_engaged = true;
    }
    contracts::update_contract(ctx.tx, &contract).await?;
    let both = contract.client_engaged && contract.freelancer_engaged;
    if both && contract.state == State::Accepted {
        node_event(ctx, &mut contract, Event::Engage).await?;
    }
    Ok(())
}

/// An acceptance has its effect here only now: its receipt was lost or late, or another document was in the way. If the
/// engagements stand in their logs already, the reactor has passed them without knowing them. The caller holds the log of
/// the client's home, which the first of them is in.
pub async fn engaged_before(ctx: &Apply<'_>, contract: &DocumentId) -> Result<(), UseError> {
    let Some(contract) = contracts::contract(ctx.tx, contract).await? else { return Ok(()) };
    let sides = [
        (&contract.client_home, contract.client_engagement),
        (&contract.freelancer_home, contract.freelancer_engagement),
    ];
    for (home, leaf) in sides {
        let Some(leaf) = leaf else { continue };
        let origin = LogKind::Reputation.origin(home);
        let Some(seen) = LoggedLeaf::standing(ctx, &origin, &leaf).await? else { continue };
        match engagement(ctx, &seen).await {
            // As in the log: a leaf that is not right has no effect.
            Err(UseError::Refused(refusal)) => {
                tracing::info!(
                    origin,
                    index = seen.index,
                    slug = refusal.slug(),
                    "a leaf without effect here"
                );
            }
            done => done?,
        }
    }
    Ok(())
}

/// Whether the client's engagement stands in the log of the client's home, as far as it is held here.
async fn stands(ctx: &Apply<'_>, contract: &ContractRow) -> Result<bool, UseError> {
    let Some(leaf) = contract.client_engagement else { return Ok(false) };
    let origin = LogKind::Reputation.origin(&contract.client_home);
    Ok(log::index_of(ctx.tx, &origin, &leaf).await?.is_some())
}

/// A settle leaf of the other home is filed here too, so that it counts from either log.
pub(super) async fn settle(
    ctx: &Apply<'_>,
    seen: &LoggedLeaf,
    commitment: &Commitment,
    engagement: &LeafId,
) -> Result<(), UseError> {
    let Some(contract) = locked::contract(ctx, engagement).await? else { return Ok(()) };
    let about_client = contract.client_engagement == Some(*engagement)
        && seen.leaf.subjects().iter().all(|subject| *subject.as_bytes() == contract.client.subject_key());
    let by_slot = contract.freelancer_slot.is_some_and(|slot| seen.leaf.is_signed_by(&slot));
    if !about_client || !by_slot {
        return Err(Refusal::WrongParty("slot").into());
    }
    if seen.own {
        return Ok(());
    }
    // Only the one that states what happened here, on the day that its document says: a slot key can sign any number of others, and
    // this log keeps them for ever.
    let document = documents::by_commitment(ctx.tx, commitment).await?.as_ref().map(kept).transpose()?;
    let document = document.ok_or(Refusal::TooEarly)?;
    let of_contract = matches!(document.body(), Body::Step(step) if step.object == contract.id);
    if !of_contract || seen.leaf.day() != document.from().day() {
        return Err(Refusal::WrongParty("settle").into());
    }
    ctx.enqueue(LogKind::Reputation, &seen.leaf).await
}
