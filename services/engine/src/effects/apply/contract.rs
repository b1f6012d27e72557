//! The steps of a contract, by its two sides and by the node.

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::stored::{side, unsound};
use hanse_document::Verified;
use hanse_document::kind::{Event as Said, Step};
use hanse_ledger::{Statement, SubjectKey};
use hanse_lifecycle::{Actor, Event, Machine, State, is_terminal, next};
use hanse_store::contracts::{self, ContractRow};
use hanse_store::jobs::{self, JobRow};

use super::Apply;
use super::guard::{self, Moving};

/// A step by client or freelancer.
pub(crate) async fn step(
    ctx: &Apply<'_>,
    document: &Verified,
    step: &Step,
    job: &JobRow,
) -> Result<(), UseError> {
    let contract = contracts::contract(ctx.tx, &step.object).await?;
    let mut contract = contract.ok_or_else(|| ctx.missing("contract"))?;
    let actor = side(&contract, document.issuer()).ok_or(Refusal::NotYours("client or freelancer"))?;
    if step.to != contract.client_home {
        return Err(Refusal::WrongAddressee.into());
    }
    if let Said::ConfirmReceived { engagement } = &step.event {
        // The document is evidence about the client, and evidence cites its author's own engagement.
        let own = contract.freelancer_engagement.map(|leaf| *leaf.as_bytes());
        if own != Some(*engagement.as_bytes()) {
            return Err(Refusal::WrongParty("engagement").into());
        }
    }
    let moving = Moving {
        machine: Machine::Contract,
        object: &contract.id,
        state: contract.state,
        head: contract.head,
    };
    guard::continues(ctx, moving, step.prev, actor)?;
    let event = guard::event(&step.event);
    let to = guard::moved(ctx, moving, event, actor).await?;
    ctx.keep(document, false).await?;
    contract.head = document.id();
    move_to(ctx, &mut contract, to).await?;
    ctx.record(&contract.id, event, to, actor, Some(&document.id())).await?;
    if event == Event::ConfirmReceived && contract.freelancer_home == ctx.engine.config().name {
        settle(ctx, &contract, document).await?;
    }
    ended(ctx, &contract, to, job).await?;
    if actor == Actor::Client && ctx.keeps(job) {
        ctx.deliver(&contract.freelancer_home, &job.id, &document.id()).await?;
    }
    Ok(())
}

/// A move that the node makes: an engagement stands, or time ran out. The caller has locked the job.
pub(crate) async fn node_event(
    ctx: &Apply<'_>,
    contract: &mut ContractRow,
    event: Event,
) -> Result<(), UseError> {
    let to = next(Machine::Contract, contract.state, event, Actor::Node)
        .map_err(|refused| Refusal::NotNow { refused, head: Some(contract.head) })?;
    move_to(ctx, contract, to).await?;
    ctx.record(&contract.id, event, to, Actor::Node, None).await?;
    let job = jobs::find(ctx.tx, &contract.job).await?.ok_or_else(|| ctx.missing("job"))?;
    ended(ctx, contract, to, &job).await
}

async fn move_to(ctx: &Apply<'_>, contract: &mut ContractRow, to: State) -> Result<(), UseError> {
    contract.state = to;
    contract.changed_at = ctx.now.unix();
    // A close by this node's clock alone may be undone by its home.
    contract.closed_at = (to == State::Closed).then(|| ctx.now.unix());
    Ok(contracts::update_contract(ctx.tx, contract).await?)
}

/// What follows from the end of a contract: its bid waits again if it never was one, and the last one completes a filled job.
async fn ended(ctx: &Apply<'_>, contract: &ContractRow, to: State, job: &JobRow) -> Result<(), UseError> {
    if !is_terminal(Machine::Contract, to) {
        return Ok(());
    }
    if contract.acceptance.is_none() {
        let bid = contracts::bid(ctx.tx, &contract.bid).await?;
        let bid = bid.ok_or_else(|| Failure::unreadable(contract.bid, "the bid of a contract is gone"))?;
        return super::bid::release(ctx, &bid, job).await;
    }
    let filled = job.state == State::Filled;
    if filled && ctx.keeps(job) && contracts::unfinished(ctx.tx, &job.id).await? == 0 {
        super::job::node_event(ctx, job, Event::Complete).await?;
    }
    Ok(())
}

/// The freelancer's home states, with the freelancer's slot key, that the client has paid.
async fn settle(ctx: &Apply<'_>, contract: &ContractRow, document: &Verified) -> Result<(), UseError> {
    let inconsistent = |what: &str| Failure::unreadable(contract.id, what);
    let engagement = contract.client_engagement.ok_or_else(|| inconsistent("no client's engagement"))?;
    let slot = contract.freelancer_slot.ok_or_else(|| inconsistent("no freelancer's slot"))?;
    let key = ctx.slot_key(&contract.freelancer, &slot).await?;
    let key = key.ok_or_else(|| inconsistent("the freelancer's slot key is not here"))?;
    let statement = Statement::Settle { commitment: document.commitment(), engagement };
    let leaf = statement
        .draft(document.from().day(), &[SubjectKey::of(&contract.client)])
        .sign(&[&key])
        .map_err(unsound)?;
    ctx.enqueue(LogKind::Reputation, &leaf).await
}
