//! The steps of a contract, by its two sides and by the node.

pub(crate) mod milestones;
pub(crate) mod terms;

use hanse_base::error::{Failure, Hindrance, Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::stored::{side, unsound};
use hanse_document::Verified;
use hanse_document::kind::{Event as Said, Step};
use hanse_ledger::{Statement, SubjectKey};
use hanse_lifecycle::{Actor, Event, Machine, State, is_terminal, next};
use hanse_store::contracts::{self, ContractRow, MilestoneRow};
use hanse_store::history;
use hanse_store::jobs::{self, JobRow};

use super::guard::{self, Moving};
use super::{Apply, Authority, tell};

/// A step by client or freelancer.
pub(crate) async fn step(
    ctx: &Apply<'_>,
    document: &Verified,
    step: &Step,
    attachments: &[Verified],
    job: &JobRow,
) -> Result<(), UseError> {
    let contract = contracts::contract(ctx.tx, &step.object).await?;
    let mut contract = contract.ok_or_else(|| ctx.missing("contract"))?;
    let actor = side(&contract, document.issuer()).ok_or(Refusal::NotYours("client or freelancer"))?;
    if step.to != contract.client_home {
        return Err(Refusal::WrongAddressee.into());
    }
    if let Said::ConfirmReceived { engagement, .. } = &step.event {
        // The document is evidence about the client, and evidence cites its author's own engagement.
        let own = contract.freelancer_engagement.map(|leaf| *leaf.as_bytes());
        if own != Some(*engagement.as_bytes()) {
            return Err(Refusal::WrongParty("engagement").into());
        }
    }
    let moving = moving(&contract);
    guard::continues(ctx, moving, step.prev, actor)?;
    if ctx.authority == Authority::Own {
        let part = step.event.milestone().and_then(|number| i32::try_from(number.get()).ok());
        super::dispute::refuse_frozen(ctx, &contract.id, part).await?;
    }
    let said = Stepping { document, step: &step.event, event: guard::event(&step.event)?, actor };
    let to = match milestones::part_of(ctx, &contract, &said).await? {
        Some(part) => milestones::step(ctx, &contract, &said, part).await?,
        None => {
            let to = guard::moved(ctx, moving, said.event, actor).await?;
            if ctx.authority == Authority::Own {
                possible(ctx, &contract, &said).await?;
            }
            let after = terms::change(ctx, &mut contract, &said, attachments).await?;
            after.unwrap_or(to)
        }
    };
    ctx.keep(document, false).await?;
    contract.head = document.id();
    let asks = matches!(to, State::Closing | State::Cancelling);
    contract.asked_by = contract.asked_by.or(Some(actor)).filter(|_| asks);
    move_to(ctx, &mut contract, to).await?;
    ctx.record(&contract.id, said.event, to, actor, Some(&document.id())).await?;
    if to == State::Settled && contract.freelancer_home == ctx.logbook.base().config().name {
        settle(ctx, &contract, document).await?;
    }
    ended(ctx, &contract, to, job).await?;
    if actor == Actor::Client && ctx.keeps(job) {
        ctx.deliver(&contract.freelancer_home, &job.id, &document.id()).await?;
    }
    Ok(())
}

/// A step that is about to have its effect.
#[derive(Clone, Copy)]
struct Stepping<'a> {
    document: &'a Verified,
    step: &'a Said,
    event: Event,
    actor: Actor,
}

fn moving(contract: &ContractRow) -> Moving<'_> {
    Moving { machine: Machine::Contract, object: &contract.id, state: contract.state, head: contract.head }
}

/// What the table cannot say: whose answer it is, and what must not be left behind. Only the home that keeps the order decides it.
async fn possible(ctx: &Apply<'_>, contract: &ContractRow, said: &Stepping<'_>) -> Result<(), UseError> {
    let first = contract.state == State::Active;
    let asks = matches!(said.event, Event::RequestClose | Event::Cancel);
    if asks && !first && contract.asked_by == Some(said.actor) {
        return Err(Hindrance::OwnRequest.into());
    }
    if first && (asks || said.event == Event::Pause) && !gives_reason(said.step) {
        return Err(Hindrance::ReasonMissing.into());
    }
    let parts = contracts::milestones(ctx.tx, &contract.id).await?;
    let waits = parts.iter().any(|part| part.state == State::Delivered);
    let unpaid = parts.iter().any(|part| !matches!(part.state, State::Paid | State::Settled));
    let unsettled = parts.iter().any(|part| part.state != State::Settled);
    let leaves = match said.actor {
        Actor::Client => matches!(said.event, Event::Pause | Event::RequestClose | Event::Terminate),
        Actor::Freelancer | Actor::Node | Actor::Arbiter => matches!(said.event, Event::Pause),
    };
    let hindrances = [
        (Hindrance::DeliveryWaits, first && leaves && waits),
        (Hindrance::WorkBegun, first && said.event == Event::Cancel && has_begun(ctx, contract).await?),
        (Hindrance::SheetsOpen, said.event == Event::AttestPaid && unpaid),
        (Hindrance::SheetsOpen, said.event == Event::ConfirmReceived && unsettled),
    ];
    let hindrance = hindrances.into_iter().find(|(_, stands)| *stands);
    hindrance.map_or(Ok(()), |(hindrance, _)| Err(hindrance.into()))
}

fn gives_reason(step: &Said) -> bool {
    matches!(
        step,
        Said::Pause { reason: Some(_) }
            | Said::RequestClose { reason: Some(_) }
            | Said::Cancel { reason: Some(_) }
    )
}

/// Whether anything was ever delivered.
async fn has_begun(ctx: &Apply<'_>, contract: &ContractRow) -> Result<bool, UseError> {
    let moves = history::of(ctx.tx, &contract.id).await?;
    Ok(moves.iter().any(|moved| moved.event == Event::Deliver))
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

/// A client who stays silent accepts a part of the work. The caller has locked the job, and notes the move.
pub(crate) async fn accepted_by_silence(
    ctx: &Apply<'_>,
    contract: &mut ContractRow,
    part: &MilestoneRow,
) -> Result<(), UseError> {
    let to = milestones::accept_by_silence(ctx, contract, part).await?;
    move_to(ctx, contract, to).await
}

async fn move_to(ctx: &Apply<'_>, contract: &mut ContractRow, to: State) -> Result<(), UseError> {
    contract.state = to;
    contract.changed_at = ctx.now.unix();
    // A close by this node's clock alone may be undone by its home.
    contract.closed_at = matches!(to, State::Closed | State::Terminated).then(|| ctx.now.unix());
    Ok(contracts::update_contract(ctx.tx, contract).await?)
}

/// What follows from the end of a contract: its bid waits again if it never was one, and the last one completes a filled job.
async fn ended(ctx: &Apply<'_>, contract: &ContractRow, to: State, job: &JobRow) -> Result<(), UseError> {
    if !is_terminal(Machine::Contract, to) {
        return Ok(());
    }
    if contract.closed_at.is_some() {
        tell::of_window(ctx, contract).await?;
    }
    contracts::end_milestones(ctx.tx, &contract.id, State::Closed, ctx.now.unix()).await?;
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
