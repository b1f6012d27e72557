//! An offer, which begins a contract, and its acceptance, which binds both sides.

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::stored::kept;
use hanse_document::kind::terms::DUE_DAYS_MAX;
use hanse_document::kind::{Acceptance, Offer};
use hanse_document::{Body, Commitment, DocumentId, LogName, Verified};
use hanse_lifecycle::{Actor, Event, Machine, State, start};
use hanse_store::contracts::{self, ContractRow};
use hanse_store::documents;
use hanse_store::jobs::{self, JobRow};

use super::guard::{self, Moving, begins};
use super::{Apply, Authority, engagement};

/// The client offers a contract on a bid.
pub(crate) async fn offer(
    ctx: &Apply<'_>,
    document: &Verified,
    offer: &Offer,
    attachments: &[Verified],
    job: &JobRow,
) -> Result<(), UseError> {
    if *document.issuer() != job.client {
        return Err(Refusal::NotYours("the client").into());
    }
    let bid = contracts::bid(ctx.tx, &offer.bid).await?.ok_or_else(|| ctx.missing("bid"))?;
    if bid.job != job.id {
        return Err(Refusal::WrongParty("job").into());
    }
    if bid.freelancer != offer.freelancer {
        return Err(Refusal::WrongParty("freelancer").into());
    }
    if offer.to != bid.home {
        return Err(Refusal::WrongAddressee.into());
    }
    if offer.log != LogName::of(&job.home) {
        return Err(Refusal::WrongParty("log").into());
    }
    if ctx.authority == Authority::Own {
        open_seat(ctx, document, job).await?;
    }
    let moving = Moving { machine: Machine::Bid, object: &bid.id, state: bid.state, head: bid.head };
    let bid_to = guard::moved(ctx, moving, Event::Offer, Actor::Client).await?;
    let (terms, due_day) = keep_terms(ctx, document, &offer.terms, attachments).await?;
    let begun = start(Machine::Contract, Event::Offer, Actor::Client).map_err(begins)?;
    let contract = ContractRow {
        id: document.id(),
        job: job.id,
        bid: bid.id,
        client: job.client.clone(),
        freelancer: bid.freelancer.clone(),
        client_home: job.home.clone(),
        freelancer_home: bid.home.clone(),
        state: begun,
        head: document.id(),
        terms,
        acceptance: None,
        due_day,
        client_slot: offer.slot,
        freelancer_slot: None,
        client_engagement: None,
        freelancer_engagement: None,
        client_engaged: false,
        freelancer_engaged: false,
        offered_at: ctx.now.unix(),
        changed_at: ctx.now.unix(),
        closed_at: None,
    };
    ctx.keep(document, false).await?;
    contracts::insert_contract(ctx.tx, &contract).await?;
    contracts::move_bid(ctx.tx, &bid.id, bid_to, &bid.head).await?;
    ctx.record(&bid.id, Event::Offer, bid_to, Actor::Client, Some(&contract.id)).await?;
    ctx.record(&contract.id, Event::Offer, begun, Actor::Client, Some(&contract.id)).await?;
    if ctx.keeps(job) {
        ctx.deliver(&bid.home, &job.id, &contract.id).await?;
    }
    Ok(())
}

/// What only the home that keeps the order can say: the offer stands, the job is open, a seat is free.
async fn open_seat(ctx: &Apply<'_>, document: &Verified, job: &JobRow) -> Result<(), UseError> {
    if document.until().is_none_or(|until| until <= ctx.now) {
        return Err(Refusal::Expired("offer").into());
    }
    let job_state = job.state;
    if job_state != State::Open {
        return Err(Refusal::JobNotOpen(job_state).into());
    }
    if job.expires_at <= ctx.now.unix() {
        return Err(Refusal::Expired("posting").into());
    }
    let (taken, _) = contracts::taken_seats(ctx.tx, &job.id).await?;
    if taken >= i64::from(job.seats) { Err(Refusal::NoFreeSeat.into()) } else { Ok(()) }
}

/// Keeps the terms that an offer commits to; their id and the day that the work is due.
async fn keep_terms(
    ctx: &Apply<'_>,
    offer: &Verified,
    commitment: &Commitment,
    attachments: &[Verified],
) -> Result<(DocumentId, i64), UseError> {
    let row = documents::by_commitment(ctx.tx, commitment).await?;
    let before = row.as_ref().map(kept).transpose()?;
    let came = attachments.iter().find(|attachment| attachment.commitment() == *commitment);
    let document = before.as_ref().or(came).ok_or(Refusal::MissingAttachment("terms"))?;
    let Body::Terms(terms) = document.body() else {
        return Err(Refusal::MissingAttachment("terms").into());
    };
    if document.issuer() != offer.issuer() {
        return Err(Refusal::WrongParty("terms").into());
    }
    let (due, offered) = (terms.due.day(), offer.from().day());
    if !(offered..=offered.saturating_add(DUE_DAYS_MAX)).contains(&due) {
        return Err(Refusal::BadDue.into());
    }
    ctx.keep(document, false).await?;
    Ok((document.id(), i64::from(due)))
}

/// The freelancer accepts. From here on both homes can compute both engagement leaves.
pub(crate) async fn accept(
    ctx: &Apply<'_>,
    document: &Verified,
    acceptance: &Acceptance,
    job: &JobRow,
) -> Result<(), UseError> {
    let contract = contracts::contract(ctx.tx, &acceptance.offer).await?;
    let mut contract = contract.ok_or_else(|| ctx.missing("contract"))?;
    if *document.issuer() != contract.freelancer {
        return Err(Refusal::NotYours("the freelancer").into());
    }
    if acceptance.client != contract.client {
        return Err(Refusal::WrongParty("client").into());
    }
    if acceptance.to != contract.client_home {
        return Err(Refusal::WrongAddressee.into());
    }
    if acceptance.log != LogName::of(&contract.freelancer_home) {
        return Err(Refusal::WrongParty("log").into());
    }
    if acceptance.slot == contract.client_slot {
        return Err(Refusal::WrongParty("slot").into());
    }
    let moving = Moving {
        machine: Machine::Contract,
        object: &contract.id,
        state: contract.state,
        head: contract.head,
    };
    let to = guard::moved(ctx, moving, Event::Accept, Actor::Freelancer).await?;
    let offer = documents::find(ctx.tx, &contract.id).await?;
    let offer = kept(&offer.ok_or_else(|| Failure::unreadable(contract.id, "the offer is gone"))?)?;
    if ctx.authority == Authority::Own && offer.until().is_none_or(|until| until <= ctx.now) {
        return Err(Refusal::Expired("offer").into());
    }
    contract.freelancer_slot = Some(acceptance.slot);
    let (client, freelancer) = engagement::drafts(&contract, &offer, document)?;
    contract.state = to;
    contract.head = document.id();
    contract.acceptance = Some(document.id());
    contract.client_engagement = Some(client.id());
    contract.freelancer_engagement = Some(freelancer.id());
    contract.changed_at = ctx.now.unix();
    ctx.keep(document, false).await?;
    contracts::update_contract(ctx.tx, &contract).await?;
    ctx.record(&contract.id, Event::Accept, to, Actor::Freelancer, Some(&document.id())).await?;
    let bid = contracts::bid(ctx.tx, &contract.bid).await?;
    let bid = bid.ok_or_else(|| Failure::unreadable(contract.bid, "the bid of a contract is gone"))?;
    super::bid::node_event(ctx, &bid, Event::Win).await?;
    if ctx.keeps(job) {
        commit_client(ctx, &contract, client).await?;
        fill_when_full(ctx, job).await?;
    }
    Ok(())
}

/// The client's home logs the client's engagement first.
async fn commit_client(
    ctx: &Apply<'_>,
    contract: &ContractRow,
    draft: hanse_ledger::UnsignedLeaf,
) -> Result<(), UseError> {
    let key = ctx.hosted_key(&contract.client).await?;
    let key = key.ok_or_else(|| Failure::unreadable(contract.id, "an offer without the client's key"))?;
    ctx.enqueue(LogKind::Reputation, &draft.sign(&[&key]).map_err(hanse_base::stored::unsound)?).await
}

async fn fill_when_full(ctx: &Apply<'_>, job: &JobRow) -> Result<(), UseError> {
    let (_, accepted) = contracts::taken_seats(ctx.tx, &job.id).await?;
    // Read again: nothing else moves it while it is locked, but what this transaction did counts.
    let job = jobs::find(ctx.tx, &job.id).await?.ok_or(Refusal::NotFound("job"))?;
    if accepted >= i64::from(job.seats) && job.state == State::Open {
        super::job::fill(ctx, &job).await?;
    }
    Ok(())
}
