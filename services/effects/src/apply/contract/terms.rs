//! Terms that are answered with other terms: before a contract by counter-offers, after it by amendments that both sides sign.

use hanse_base::error::{Failure, Hindrance, Refusal, UseError};
use hanse_base::stored::kept;
use hanse_document::kind::Terms;
use hanse_document::kind::terms::DUE_DAYS_MAX;
use hanse_document::{Body, Commitment, Did, Verified};
use hanse_lifecycle::{Actor, Event, State};
use hanse_store::contracts::{ContractRow, Proposal};
use hanse_store::documents;

use super::{Stepping, milestones};
use crate::apply::{Apply, Authority};

/// Answers of a freelancer with other terms to one offer: by then they talk.
pub(crate) const COUNTERS_MAX: i32 = 3;
/// How long a proposal of other terms can be accepted: as long as an offer.
pub(crate) const PROPOSAL_SECONDS: i64 = 7 * 86_400;

/// What a step changes of the terms; the state that this leads to where it is not the one of the table.
pub(super) async fn change(
    ctx: &Apply<'_>,
    contract: &mut ContractRow,
    said: &Stepping<'_>,
    attachments: &[Verified],
) -> Result<Option<State>, UseError> {
    if said.event == Event::Counter {
        counter(ctx, contract, said, attachments).await?;
    }
    if said.event == Event::ProposeAmendment {
        propose(ctx, contract, said, attachments).await?;
    }
    if said.event == Event::DeclineAmendment {
        contract.proposal.take().ok_or(Hindrance::NoProposal)?;
    }
    if said.event == Event::AcceptAmendment { accept(ctx, contract, said).await } else { Ok(None) }
}

async fn counter(
    ctx: &Apply<'_>,
    contract: &mut ContractRow,
    said: &Stepping<'_>,
    attachments: &[Verified],
) -> Result<(), UseError> {
    if said.actor == Actor::Freelancer {
        contract.counters = contract.counters.saturating_add(1);
        if ctx.authority == Authority::Own && contract.counters > COUNTERS_MAX {
            return Err(Hindrance::TooManyCounters(COUNTERS_MAX).into());
        }
    }
    let (document, terms) = named(ctx, contract, said, attachments).await?;
    contract.terms = document.id();
    contract.due_day = i64::from(terms.due.day());
    Ok(())
}

async fn propose(
    ctx: &Apply<'_>,
    contract: &mut ContractRow,
    said: &Stepping<'_>,
    attachments: &[Verified],
) -> Result<(), UseError> {
    let waits = contract.proposal.is_some_and(|proposal| stands(ctx, proposal));
    if ctx.authority == Authority::Own && waits {
        return Err(Hindrance::ProposalWaits.into());
    }
    let (document, terms) = named(ctx, contract, said, attachments).await?;
    if ctx.authority == Authority::Own && !milestones::keeps_what_has_begun(ctx, contract, &terms).await? {
        return Err(Hindrance::MilestoneBegun.into());
    }
    contract.proposal = Some(Proposal { terms: document.id(), by: said.actor, at: ctx.now.unix() });
    Ok(())
}

fn stands(ctx: &Apply<'_>, proposal: Proposal) -> bool {
    ctx.now.unix() < proposal.at.saturating_add(PROPOSAL_SECONDS)
}

async fn accept(
    ctx: &Apply<'_>,
    contract: &mut ContractRow,
    said: &Stepping<'_>,
) -> Result<Option<State>, UseError> {
    let proposal = contract.proposal.ok_or(Hindrance::NoProposal)?;
    if proposal.by == said.actor {
        return Err(Hindrance::OwnRequest.into());
    }
    if ctx.authority == Authority::Own && !stands(ctx, proposal) {
        return Err(Refusal::Expired("proposal").into());
    }
    let gone = || Failure::unreadable(proposal.terms, "proposed terms are gone");
    let document = kept(&documents::find(ctx.tx, &proposal.terms).await?.ok_or_else(gone)?)?;
    if said.step.terms() != Some(&document.commitment()) {
        return Err(Hindrance::OtherTerms.into());
    }
    let Body::Terms(terms) = document.body() else { return Err(gone().into()) };
    if ctx.authority == Authority::Own && !milestones::keeps_what_has_begun(ctx, contract, terms).await? {
        return Err(Hindrance::MilestoneBegun.into());
    }
    contract.terms = proposal.terms;
    contract.due_day = i64::from(terms.due.day());
    contract.proposal = None;
    milestones::plan(ctx, contract, terms).await?;
    milestones::summary(ctx, contract).await.map(Some)
}

/// The terms that a step names: new ones of its author's, or of the other side's what is here.
async fn named(
    ctx: &Apply<'_>,
    contract: &ContractRow,
    said: &Stepping<'_>,
    attachments: &[Verified],
) -> Result<(Verified, Terms), UseError> {
    let commitment = said.step.terms().ok_or(Refusal::MissingAttachment("terms"))?;
    let authors = [&contract.client, &contract.freelancer];
    keep(ctx, said.document, commitment, attachments, &authors).await
}

/// Keeps the terms that a document commits to, if one of these people signed them and they are due in time.
pub(crate) async fn keep(
    ctx: &Apply<'_>,
    document: &Verified,
    commitment: &Commitment,
    attachments: &[Verified],
    authors: &[&Did],
) -> Result<(Verified, Terms), UseError> {
    let row = documents::by_commitment(ctx.tx, commitment).await?;
    let before = row.as_ref().map(kept).transpose()?;
    let came = attachments.iter().find(|attachment| attachment.commitment() == *commitment).cloned();
    let came_now = before.is_none();
    let found = before.or(came).ok_or(Refusal::MissingAttachment("terms"))?;
    let Body::Terms(terms) = found.body() else { return Err(Refusal::MissingAttachment("terms").into()) };
    // What is new is its bringer's own; of what is here the other side's may be taken up.
    let own = found.issuer() == document.issuer();
    if !own && (came_now || authors.iter().all(|author| *author != found.issuer())) {
        return Err(Refusal::WrongParty("terms").into());
    }
    let (due, named) = (terms.due.day(), document.from().day());
    if !(named..=named.saturating_add(DUE_DAYS_MAX)).contains(&due) {
        return Err(Refusal::BadDue.into());
    }
    let terms = terms.clone();
    ctx.keep(&found, false).await?;
    Ok((found, terms))
}

/// The terms of a contract as they are now.
pub(crate) async fn agreed(ctx: &Apply<'_>, contract: &ContractRow) -> Result<Terms, UseError> {
    let gone = || Failure::unreadable(contract.terms, "the terms of a contract are gone");
    let document = kept(&documents::find(ctx.tx, &contract.terms).await?.ok_or_else(gone)?)?;
    let Body::Terms(terms) = document.body() else { return Err(gone().into()) };
    Ok(terms.clone())
}
