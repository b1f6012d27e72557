//! Disputes, by the two sides of a contract, by the arbiters whom it names, and by time.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is no move of a dispute is refused by its table before: the rest is about those that are"
)]

mod brought;
mod ending;

use hanse_base::error::{Failure, Hindrance, Refusal, UseError};
use hanse_base::stored::{kept, side};
use hanse_document::kind::{Dispute, Event as Said, NamedArbiter, Outcome, Step};
use hanse_document::{Body, Did, DocumentId, Verified};
use hanse_lifecycle::{Actor, Event, Machine, State, Timeout, is_at_work, is_terminal, next, start};
use hanse_store::contracts::{self, ContractRow};
use hanse_store::disputes::{self, Answer, Asked, DisputeRow};
use hanse_store::documents;
use hanse_store::jobs::JobRow;

pub use self::brought::bundle;
use super::guard::{self, Moving, begins};
use super::{Apply, Authority};

/// Disputes that one side of a contract opens over it, in all its time: each lets the contract rest for some weeks, and whoever opens one after
/// the other would hold the other side.
pub(crate) const CLAIMS_MAX: u32 = 3;
/// How long after a contract was closed it can be disputed.
const CLOSED_SECONDS: i64 = 30 * 86_400;
/// How long after it was ended for cause.
const TERMINATED_SECONDS: i64 = 14 * 86_400;

/// A side of a contract opens a dispute.
pub(crate) async fn open(
    ctx: &Apply<'_>,
    document: &Verified,
    body: &Dispute,
    job: &JobRow,
) -> Result<(), UseError> {
    let contract = contracts::contract(ctx.tx, &body.contract).await?;
    let contract = contract.ok_or_else(|| ctx.missing("contract"))?;
    let claimant = side(&contract, document.issuer()).ok_or(Refusal::NotYours("client or freelancer"))?;
    if body.to != contract.client_home {
        return Err(Refusal::WrongAddressee.into());
    }
    let milestone = body.milestone.and_then(|number| i32::try_from(number.get()).ok());
    if ctx.authority == Authority::Own {
        openable(ctx, &contract, claimant, milestone).await?;
    } else if let Some(before) = disputes::live_dispute(ctx.tx, &contract.id).await? {
        // The home that keeps the order has seen the end of it.
        ending::run_out(ctx, before).await?;
    }
    let state = start(Machine::Dispute, Event::OpenDispute, claimant).map_err(begins)?;
    let row = DisputeRow {
        id: document.id(),
        contract: contract.id,
        job: job.id,
        terms: contract.terms,
        milestone,
        client: contract.client.clone(),
        freelancer: contract.freelancer.clone(),
        client_home: contract.client_home.clone(),
        freelancer_home: contract.freelancer_home.clone(),
        claimant,
        state,
        head: document.id(),
        arbiters: named(ctx, &contract.id).await?,
        answers: Vec::new(),
        proposal: None,
        decided: document.id(),
        reopened: false,
        opened_at: ctx.now.unix(),
        changed_at: ctx.now.unix(),
        ended_at: None,
    };
    ctx.keep(document, false).await?;
    disputes::insert_dispute(ctx.tx, &row).await?;
    ctx.record(&row.id, Event::OpenDispute, state, claimant, Some(&row.id)).await?;
    if claimant == Actor::Client && ctx.keeps(job) {
        ctx.deliver(&row.freelancer_home, &row.job, &row.id).await?;
    }
    Ok(())
}

/// What only the home that keeps the order can say: it is time, there is no other one, and the milestone is still to be had.
async fn openable(
    ctx: &Apply<'_>,
    contract: &ContractRow,
    claimant: Actor,
    milestone: Option<i32>,
) -> Result<(), UseError> {
    let since = ctx.now.unix().saturating_sub(contract.closed_at.unwrap_or(ctx.now.unix()));
    let in_time = match contract.state {
        State::Closed => since <= CLOSED_SECONDS,
        State::Terminated => since <= TERMINATED_SECONDS,
        State::Paused | State::Cancelling | State::Closing | State::Settled => true,
        state => is_at_work(state),
    };
    if !in_time {
        return Err(Hindrance::NotDisputable(contract.state).into());
    }
    if disputes::live_dispute(ctx.tx, &contract.id).await?.is_some() {
        return Err(Hindrance::DisputeOpen.into());
    }
    if disputes::count_claims(ctx.tx, &contract.id, claimant).await? >= i64::from(CLAIMS_MAX) {
        return Err(Hindrance::TooManyDisputes(CLAIMS_MAX).into());
    }
    let Some(number) = milestone else { return Ok(()) };
    let parts = contracts::milestones(ctx.tx, &contract.id).await?;
    if parts.iter().any(|part| part.number == number) { Ok(()) } else { Err(Hindrance::NoMilestone.into()) }
}

/// The arbiters whom the offer of a contract names.
async fn named(ctx: &Apply<'_>, contract: &DocumentId) -> Result<Vec<Asked>, UseError> {
    let gone = || Failure::unreadable(contract, "the offer is gone");
    let offer = kept(&documents::find(ctx.tx, contract).await?.ok_or_else(gone)?)?;
    let Body::Offer(offer) = offer.body() else { return Err(gone().into()) };
    Ok(asked(offer.arbiters.iter()))
}

fn asked<'a>(named: impl Iterator<Item = &'a NamedArbiter>) -> Vec<Asked> {
    named.map(|arbiter| Asked { did: arbiter.did.clone(), home: arbiter.home.clone() }).collect()
}

/// A step of a dispute. `job` is the job of its contract where that is here: at the homes of the two sides.
pub(crate) async fn step(
    ctx: &Apply<'_>,
    document: &Verified,
    step: &Step,
    attachments: &[Verified],
    job: Option<&JobRow>,
) -> Result<(), UseError> {
    let Some(mut row) = disputes::lock_dispute(ctx.tx, &step.object).await? else {
        return brought::take(ctx, document, step, attachments).await;
    };
    if step.to != row.client_home {
        return Err(Refusal::WrongAddressee.into());
    }
    let actor =
        role(ctx, &row, document.issuer()).ok_or(Refusal::NotYours("a side, or the arbiter who is asked"))?;
    let moving = Moving { machine: Machine::Dispute, object: &row.id, state: row.state, head: row.head };
    guard::continues(ctx, moving, step.prev, actor)?;
    let event = guard::event(&step.event)?;
    let to = guard::moved(ctx, moving, event, actor).await?;
    if ctx.authority == Authority::Own {
        possible(ctx, &row, &step.event, actor).await?;
    }
    let before = row.asked().cloned();
    changed(&mut row, document, event, actor);
    ctx.keep(document, false).await?;
    row.head = document.id();
    move_to(ctx, &mut row, to).await?;
    ctx.record(&row.id, event, to, actor, Some(&row.head)).await?;
    if job.is_some_and(|job| ctx.keeps(job)) {
        tell_others(ctx, &row, before, actor).await?;
    }
    ending::after(ctx, &row).await
}

/// Whose move it is. Where the home has decided, an arbiter's whom this node's own clock had passed over already.
fn role(ctx: &Apply<'_>, row: &DisputeRow, person: &Did) -> Option<Actor> {
    let asked = row.asked().filter(|asked| asked.did == *person);
    let named = || row.arbiters.iter().any(|arbiter| arbiter.did == *person);
    match person {
        person if *person == row.client => Some(Actor::Client),
        person if *person == row.freelancer => Some(Actor::Freelancer),
        _ if asked.is_some() || (ctx.authority == Authority::Home && named()) => Some(Actor::Arbiter),
        _ => None,
    }
}

/// What the table cannot say: whose answer it is, and whether there is somebody to ask. Only the home that keeps the order decides it.
async fn possible(ctx: &Apply<'_>, row: &DisputeRow, said: &Said, actor: Actor) -> Result<(), UseError> {
    let own = actor == row.claimant;
    let hindered = |hindrance: Hindrance, stands: bool| if stands { Err(hindrance.into()) } else { Ok(()) };
    match said {
        Said::Respond { .. } => hindered(Hindrance::OwnRequest, own),
        Said::Reopen { .. } if row.reopened => Err(Hindrance::ReopenedBefore.into()),
        Said::Reopen { .. } => hindered(Hindrance::OwnRequest, own),
        Said::Withdraw { .. } if !own => Err(Refusal::NotYours("the claimant").into()),
        Said::Escalate {} => hindered(Hindrance::NoArbiter, row.next_arbiter().is_none()),
        Said::Appeal { .. } => hindered(Hindrance::NoOtherArbiter, row.next_arbiter().is_none()),
        Said::Settle { outcome } => {
            let (proposal, by) = match (row.state, row.proposal) {
                (State::Opened | State::Defaulted, _) => (row.id, row.claimant),
                (_, Some(proposal)) => proposal,
                (_, None) => return Err(Hindrance::NoSettlement.into()),
            };
            hindered(Hindrance::OwnRequest, by == actor)?;
            let same = ending::outcome(ctx, &proposal).await?.as_ref() == Some(outcome);
            hindered(Hindrance::OtherOutcome, !same)
        }
        _ => Ok(()),
    }
}

/// What a step changes beside the state.
fn changed(row: &mut DisputeRow, document: &Verified, event: Event, actor: Actor) {
    if event == Event::Reopen {
        row.reopened = true;
    }
    if event == Event::ProposeSettlement {
        row.proposal = Some((document.id(), actor));
    }
    if matches!(event, Event::Settle | Event::Rule) {
        row.decided = document.id();
    }
    if event == Event::Rule {
        let place = row.arbiters.iter().position(|arbiter| arbiter.did == *document.issuer());
        row.answers.truncate(place.unwrap_or(row.answers.len()));
        row.answers.push(Answer::Ruled);
    }
    if event == Event::Appeal
        && let Some(ruling) = row.answers.last_mut()
    {
        *ruling = Answer::Appealed;
    }
}

/// Sends a step to the homes that do not have it: of the other side, and of the arbiter who is or was asked.
async fn tell_others(
    ctx: &Apply<'_>,
    row: &DisputeRow,
    before: Option<Asked>,
    actor: Actor,
) -> Result<(), UseError> {
    if actor != Actor::Freelancer {
        ctx.deliver(&row.freelancer_home, &row.job, &row.head).await?;
    }
    let asked = row.asked().cloned();
    for arbiter in before.into_iter().filter(|_| actor != Actor::Arbiter).chain(asked) {
        ctx.deliver(&arbiter.home, &row.job, &row.head).await?;
    }
    Ok(())
}

/// A move by time alone. The caller has locked the job, where it is here, and the dispute.
pub(crate) async fn run_out(
    ctx: &Apply<'_>,
    row: &mut DisputeRow,
    timeout: &Timeout,
) -> Result<(), UseError> {
    let asked = row.asked().is_some();
    if asked {
        row.answers.push(Answer::Silent);
    }
    let event = if row.asked().is_some() { Event::PassOn } else { timeout.event };
    let to = next(Machine::Dispute, row.state, event, Actor::Node)
        .map_err(|refused| Refusal::NotNow { refused, head: Some(row.head) })?;
    move_to(ctx, row, to).await?;
    ctx.record(&row.id, event, to, Actor::Node, None).await?;
    if row.client_home == ctx.logbook.base().config().name
        && let Some(arbiter) = row.asked()
    {
        ctx.deliver(&arbiter.home, &row.job, &row.head).await?;
    }
    ending::after(ctx, row).await
}

async fn move_to(ctx: &Apply<'_>, row: &mut DisputeRow, to: State) -> Result<(), UseError> {
    row.state = to;
    row.changed_at = ctx.now.unix();
    row.ended_at = is_terminal(Machine::Dispute, to).then(|| ctx.now.unix());
    Ok(disputes::update_dispute(ctx.tx, row).await?)
}

/// Refuses a move of what is disputed. Other milestones than the one go on.
pub(crate) async fn refuse_frozen(
    ctx: &Apply<'_>,
    contract: &DocumentId,
    milestone: Option<i32>,
) -> Result<(), UseError> {
    if is_frozen(ctx, contract, milestone).await? { Err(Hindrance::Disputed.into()) } else { Ok(()) }
}

/// Whether a milestone of a contract, or the contract as a whole, rests because it is disputed.
pub(crate) async fn is_frozen(
    ctx: &Apply<'_>,
    contract: &DocumentId,
    milestone: Option<i32>,
) -> Result<bool, UseError> {
    let live = disputes::live_dispute(ctx.tx, contract).await?;
    let elsewhere =
        |row: &DisputeRow| milestone.is_some() && row.milestone.is_some() && milestone != row.milestone;
    Ok(live.is_some_and(|row| !elsewhere(&row)))
}

/// Whether an offer names arbiters as it may: whoever takes cases, with their key, and openly if they are at home where a side is.
pub(crate) async fn check_arbiters(
    ctx: &Apply<'_>,
    arbiters: &[NamedArbiter],
    homes: [&hanse_document::NodeName; 2],
) -> Result<(), UseError> {
    for arbiter in arbiters {
        if arbiter.shares_home != homes.contains(&&arbiter.home) {
            return Err(Hindrance::ArbiterSharesHome.into());
        }
        // A home that is no peer of ours delivers nothing, and asking its people would be waiting for nothing.
        if !ctx.logbook.base().config().knows_home(&arbiter.home) {
            return Err(Refusal::UnknownOrigin.into());
        }
        let known = disputes::arbiter(ctx.tx, &arbiter.did).await?;
        let fits = known.is_some_and(|row| row.takes && row.home == arbiter.home && row.key == arbiter.key);
        if ctx.authority == Authority::Own && !fits {
            return Err(Hindrance::NoSuchArbiter.into());
        }
    }
    Ok(())
}

/// How a document of a dispute says that it ends.
fn said_outcome(body: &Body) -> Option<&Outcome> {
    match body {
        Body::Dispute(dispute) => Some(&dispute.outcome),
        Body::Step(Step {
            event: Said::ProposeSettlement { outcome } | Said::Settle { outcome } | Said::Rule { outcome, .. },
            ..
        }) => Some(outcome),
        _ => None,
    }
}
