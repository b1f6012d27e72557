//! An offer, which begins a contract, and its acceptance, which binds both sides.

use hanse_base::error::{Failure, Hindrance, Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::stored::kept;
use hanse_document::kind::{Acceptance, Offer};
use hanse_document::{Body, LogName, Verified};
use hanse_lifecycle::{Actor, Event, Machine, start};
use hanse_store::contracts::{self, BidRow, ContractRow};
use hanse_store::documents;
use hanse_store::jobs::{self, JobRow};

use super::contract::{milestones, terms};
use super::guard::{self, Moving, begins};
use super::job::is_live;
use super::{Apply, Authority, dispute, engagement};

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
    dispute::check_arbiters(ctx, &offer.arbiters, [&job.home, &bid.home]).await?;
    if ctx.authority == Authority::Own {
        open_seat(ctx, document, job).await?;
    }
    let moving = Moving { machine: Machine::Bid, object: &bid.id, state: bid.state, head: bid.head };
    let bid_to = guard::moved(ctx, moving, Event::Offer, Actor::Client).await?;
    let (terms, said) = terms::keep(ctx, document, &offer.terms, attachments, &[]).await?;
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
        terms: terms.id(),
        acceptance: None,
        due_day: i64::from(said.due.day()),
        client_slot: offer.slot,
        freelancer_slot: None,
        client_engagement: None,
        freelancer_engagement: None,
        client_engaged: false,
        freelancer_engaged: false,
        asked_by: None,
        counters: 0,
        proposal: None,
        offered_at: ctx.now.unix(),
        changed_at: ctx.now.unix(),
        closed_at: None,
    };
    ctx.keep(document, false).await?;
    contracts::insert_contract(ctx.tx, &contract).await?;
    contracts::update_bid(ctx.tx, &BidRow { state: bid_to, ..bid.clone() }).await?;
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
    if !is_live(job_state) {
        return Err(Refusal::JobNotOpen(job_state).into());
    }
    if job.expires_at <= ctx.now.unix() {
        return Err(Refusal::Expired("posting").into());
    }
    let (taken, _) = contracts::taken_seats(ctx.tx, &job.id).await?;
    if taken >= i64::from(job.seats) { Err(Refusal::NoFreeSeat.into()) } else { Ok(()) }
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
    let countered = contract.counters > 0;
    // Terms that were answered with others have a time of their own.
    if ctx.authority == Authority::Own && !countered && offer.until().is_none_or(|until| until <= ctx.now) {
        return Err(Refusal::Expired("offer").into());
    }
    accepted_terms(ctx, &contract, acceptance, &offer).await?;
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
    milestones::plan(ctx, &contract, &terms::agreed(ctx, &contract).await?).await?;
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

/// An acceptance names the terms that it accepts, where they are not those of the offer itself.
async fn accepted_terms(
    ctx: &Apply<'_>,
    contract: &ContractRow,
    acceptance: &Acceptance,
    offer: &Verified,
) -> Result<(), UseError> {
    let gone = || Failure::unreadable(contract.terms, "the terms of a contract are gone");
    let newest = documents::find(ctx.tx, &contract.terms).await?.ok_or_else(gone)?.commitment;
    let Body::Offer(offer) = offer.body() else { return Err(gone().into()) };
    let named = acceptance.terms.unwrap_or(offer.terms);
    if named == newest { Ok(()) } else { Err(Hindrance::OtherTerms.into()) }
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
    if accepted >= i64::from(job.seats) && is_live(job.state) {
        super::job::fill(ctx, &job).await?;
    }
    Ok(())
}
