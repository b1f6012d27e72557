//! Bids: made by a freelancer, turned down by the client, or taken along by what happens to the job.

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_document::Verified;
use hanse_document::kind::{Bid, Step};
use hanse_lifecycle::{Actor, Event, Machine, State, next, start};
use hanse_store::accounts::{self, IdentityRow};
use hanse_store::contracts::{self, BidRow};
use hanse_store::history::{self, HistoryRow};
use hanse_store::jobs::JobRow;

use super::guard::{self, Moving, begins};
use super::{Apply, Authority};

/// Bids on one job by people of the job's own home that are neither withdrawn nor turned down: more than a client reads. Each home has a
/// bound of its own, so that none can close a job to the others.
pub(crate) const BIDS_MAX: u32 = 1_000;

/// Bids on one job by people of one other home, whatever became of them. Their number is only that home's word.
pub(crate) const BIDS_OF_HOME_MAX: u32 = 200;

/// Bids on one job by one person, whatever became of them: a withdrawn one can be made better, and the client's list does not fill with
/// drafts.
pub(crate) const BIDS_OF_PERSON_MAX: u32 = 5;

/// A new bid.
pub(crate) async fn submit(
    ctx: &Apply<'_>,
    document: &Verified,
    bid: &Bid,
    author: &IdentityRow,
    job: &JobRow,
) -> Result<(), UseError> {
    if bid.to != job.home {
        return Err(Refusal::WrongAddressee.into());
    }
    if bid.home != author.home {
        return Err(Refusal::WrongHome.into());
    }
    if author.did == job.client {
        return Err(Refusal::OwnJob.into());
    }
    // Where the client is at home, which is where the order of the job is kept.
    if ctx.authority == Authority::Own && accounts::is_blocked(ctx.tx, &job.client, &author.did).await? {
        return Err(Refusal::BidNotTaken.into());
    }
    let job_state = job.state;
    if ctx.authority == Authority::Own {
        if job.expires_at <= ctx.now.unix() {
            return Err(Refusal::Expired("posting").into());
        }
        if job_state != State::Open {
            return Err(Refusal::JobNotOpen(job_state).into());
        }
    }
    // The job is locked, so nobody can bid between these looks and the insertion.
    if contracts::has_live_bid(ctx.tx, &job.id, &author.did).await? {
        return Err(Refusal::BidExists.into());
    }
    if ctx.authority == Authority::Own {
        room(ctx, author, job).await?;
    }
    let begun = start(Machine::Bid, Event::Submit, Actor::Freelancer).map_err(begins)?;
    let row = BidRow {
        id: document.id(),
        job: job.id,
        freelancer: author.did.clone(),
        home: bid.home.clone(),
        state: begun,
        head: document.id(),
        made_at: ctx.now.unix(),
    };
    ctx.keep(document, false).await?;
    contracts::insert_bid(ctx.tx, &row).await?;
    ctx.record(&row.id, Event::Submit, begun, Actor::Freelancer, Some(&row.id)).await?;
    if job_state != State::Open {
        // The home took the bid, and the job's end was quicker to arrive here than the home's answer.
        node_event(ctx, &row, Event::NotSelected).await?;
    }
    Ok(())
}

/// Whether the job takes one more bid of this person.
async fn room(ctx: &Apply<'_>, author: &IdentityRow, job: &JobRow) -> Result<(), UseError> {
    let bids = contracts::count_bids(ctx.tx, &job.id, &author.home, &author.did).await?;
    let of_home = if author.home == job.home {
        (bids.live_of_home, BIDS_MAX)
    } else {
        (bids.of_home, BIDS_OF_HOME_MAX)
    };
    let limits = [(bids.of_freelancer, BIDS_OF_PERSON_MAX), of_home];
    match limits.into_iter().find(|(bids, most)| *bids >= i64::from(*most)) {
        Some((_, most)) => Err(Refusal::TooManyBids(most).into()),
        None => Ok(()),
    }
}

/// The freelancer withdraws, or the client declines.
pub(crate) async fn step(
    ctx: &Apply<'_>,
    document: &Verified,
    step: &Step,
    job: &JobRow,
) -> Result<(), UseError> {
    let bid = contracts::bid(ctx.tx, &step.object).await?.ok_or_else(|| ctx.missing("bid"))?;
    let actor = match document.issuer() {
        issuer if *issuer == bid.freelancer => Actor::Freelancer,
        issuer if *issuer == job.client => Actor::Client,
        _ => return Err(Refusal::NotYours("the freelancer or the client").into()),
    };
    if step.to != job.home {
        return Err(Refusal::WrongAddressee.into());
    }
    let moving = Moving { machine: Machine::Bid, object: &bid.id, state: bid.state, head: bid.head };
    guard::continues(ctx, moving, step.prev, actor)?;
    let event = guard::event(&step.event);
    let to = guard::moved(ctx, moving, event, actor).await?;
    ctx.keep(document, false).await?;
    contracts::move_bid(ctx.tx, &bid.id, to, &document.id()).await?;
    ctx.record(&bid.id, event, to, actor, Some(&document.id())).await?;
    if actor == Actor::Client && ctx.keeps(job) {
        ctx.deliver(&bid.home, &job.id, &document.id()).await?;
    }
    Ok(())
}

/// The job has ended: every bid that waits learns its outcome, however many there are.
pub(crate) async fn turn_down_waiting(ctx: &Apply<'_>, job: &JobRow) -> Result<(), UseError> {
    let event = Event::NotSelected;
    let to = next(Machine::Bid, State::Submitted, event, Actor::Node)
        .map_err(|refused| Failure::unreadable("lifecycle", refused))?;
    let bids = contracts::turn_down(ctx.tx, &job.id, to).await?;
    let row = HistoryRow { event, state: to, actor: Actor::Node, document: None, at: ctx.now.unix() };
    Ok(history::append_all(ctx.tx, &bids, &row).await?)
}

/// A move of a bid that follows from something else: `win`, `release`, `not_selected`.
pub(crate) async fn node_event(ctx: &Apply<'_>, bid: &BidRow, event: Event) -> Result<(), UseError> {
    let moving = Moving { machine: Machine::Bid, object: &bid.id, state: bid.state, head: bid.head };
    let to = guard::moved(ctx, moving, event, Actor::Node).await?;
    contracts::move_bid(ctx.tx, &bid.id, to, &bid.head).await?;
    ctx.record(&bid.id, event, to, Actor::Node, None).await
}

/// The offer on a bid came to nothing: the bid waits again, unless the job has ended meanwhile.
pub(crate) async fn release(ctx: &Apply<'_>, bid: &BidRow, job: &JobRow) -> Result<(), UseError> {
    node_event(ctx, bid, Event::Release).await?;
    let over = job.state != State::Open;
    let released = contracts::bid(ctx.tx, &bid.id).await?;
    match released {
        Some(released)
            if over && next(Machine::Bid, released.state, Event::NotSelected, Actor::Node).is_ok() =>
        {
            node_event(ctx, &released, Event::NotSelected).await
        }
        Some(_) | None => Ok(()),
    }
}
