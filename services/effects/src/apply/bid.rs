//! Bids: made by a freelancer, turned down by the client, or taken along by what happens to the job.

use hanse_base::error::{Failure, Hindrance, Refusal, UseError};
use hanse_base::stored::kept;
use hanse_document::kind::{Anew, Bid, Event as Said, Step};
use hanse_document::{Body, DocumentId, Kind, Verified};
use hanse_lifecycle::{Actor, Event, Machine, State, next, start};
use hanse_store::accounts::{self, IdentityRow};
use hanse_store::contracts::{self, BidRow};
use hanse_store::documents;
use hanse_store::history::{self, HistoryRow};
use hanse_store::jobs::JobRow;

use super::guard::{self, Moving, begins};
use super::job::is_live;
use super::{Apply, Authority};

/// Bids on one job by people of the job's own home that are neither withdrawn nor turned down: more than a client reads. Each home has a
/// bound of its own, so that none can close a job to the others.
pub const BIDS_MAX: u32 = 1_000;

/// Bids on one job by people of one other home, whatever became of them. Their number is only that home's word.
pub const BIDS_OF_HOME_MAX: u32 = 200;

/// Bids on one job by one person, whatever became of them: one, and one more after a withdrawal. One that waits is made better by a
/// revision, and the client's list does not fill with drafts.
pub const BIDS_OF_PERSON_MAX: u32 = 2;

/// A bid: a new one, or one that says another anew.
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
    if let Some(anew) = bid.anew {
        return revise(ctx, document, bid, anew, job).await;
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
        answers(ctx, bid, job).await?;
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
        said: document.id(),
        posting: job.posting,
        made_at: ctx.now.unix(),
    };
    ctx.keep(document, false).await?;
    contracts::insert_bid(ctx.tx, &row).await?;
    ctx.record(&row.id, Event::Submit, begun, Actor::Freelancer, Some(&row.id)).await?;
    super::invitation::answered(ctx, &job.id, &author.did).await?;
    if !is_live(job_state) {
        // The home took the bid, and the job's end was quicker to arrive here than the home's answer.
        node_event(ctx, &row, Event::NotSelected).await?;
    }
    Ok(())
}

/// Whether a bid answers what the posting asks.
async fn answers(ctx: &Apply<'_>, bid: &Bid, job: &JobRow) -> Result<(), UseError> {
    let posting = documents::find(ctx.tx, &job.posting).await?.ok_or(Refusal::NotFound("job"))?;
    let posting = kept(&posting)?;
    let Body::Job(posting) = posting.body() else { return Err(Refusal::NotFound("job").into()) };
    let asked = posting.questions.len();
    // Each answer is to another question, so as many answers as questions are answers to each, if none is to a question that is not there.
    let fits = bid.answers.len() == asked
        && bid.answers.iter().all(|answer| usize::try_from(answer.question.get()).is_ok_and(|n| n <= asked));
    if fits { Ok(()) } else { Err(Hindrance::AnswersMissing(asked).into()) }
}

/// The freelancer says a bid that waits anew. It is for the posting as it is now.
async fn revise(
    ctx: &Apply<'_>,
    document: &Verified,
    bid: &Bid,
    anew: Anew,
    job: &JobRow,
) -> Result<(), UseError> {
    let before = contracts::bid(ctx.tx, &anew.object).await?.ok_or_else(|| ctx.missing("bid"))?;
    if before.freelancer != *document.issuer() {
        return Err(Refusal::NotYours("the freelancer").into());
    }
    if before.job != job.id {
        return Err(Refusal::WrongParty("job").into());
    }
    let moving = Moving { machine: Machine::Bid, object: &before.id, state: before.state, head: before.head };
    guard::continues(ctx, moving, anew.prev, Actor::Freelancer)?;
    let state = guard::moved(ctx, moving, Event::Revise, Actor::Freelancer).await?;
    if ctx.authority == Authority::Own {
        answers(ctx, bid, job).await?;
    }
    ctx.keep(document, false).await?;
    let (head, said, posting) = (document.id(), document.id(), job.posting);
    contracts::update_bid(ctx.tx, &BidRow { state, head, said, posting, ..before.clone() }).await?;
    ctx.record(&before.id, Event::Revise, state, Actor::Freelancer, Some(&head)).await
}

/// Whether the job takes one more bid of this person.
async fn room(ctx: &Apply<'_>, author: &IdentityRow, job: &JobRow) -> Result<(), UseError> {
    let bids = contracts::count_bids(ctx.tx, &job.id, &author.home, &author.did).await?;
    if bids.declined_of_freelancer > 0 || bids.of_freelancer >= i64::from(BIDS_OF_PERSON_MAX) {
        return Err(Hindrance::BidBefore.into());
    }
    let of_home = if author.home == job.home {
        (bids.live_of_home, BIDS_MAX)
    } else {
        (bids.of_home, BIDS_OF_HOME_MAX)
    };
    let (bids, most) = of_home;
    if bids >= i64::from(most) { Err(Refusal::TooManyBids(most).into()) } else { Ok(()) }
}

/// A move of a bid that waits, by the freelancer or the client.
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
    let event = guard::event(&step.event)?;
    let to = guard::moved(ctx, moving, event, actor).await?;
    let mut posting = bid.posting;
    if let Said::Confirm { posting: newest } = &step.event {
        posting = confirmed(ctx, &bid, newest, job)?;
    }
    if event == Event::Read && ctx.authority == Authority::Own && was_read(ctx, &bid).await? {
        return Err(Hindrance::ReadBefore.into());
    }
    ctx.keep(document, false).await?;
    let head = document.id();
    contracts::update_bid(ctx.tx, &BidRow { state: to, head, posting, ..bid.clone() }).await?;
    ctx.record(&bid.id, event, to, actor, Some(&document.id())).await?;
    if actor == Actor::Client && ctx.keeps(job) {
        ctx.deliver(&bid.home, &job.id, &document.id()).await?;
    }
    Ok(())
}

/// The version of the posting that a bid is confirmed for: the newest one, which the bid is not for yet.
fn confirmed(
    ctx: &Apply<'_>,
    bid: &BidRow,
    posting: &DocumentId,
    job: &JobRow,
) -> Result<DocumentId, UseError> {
    if ctx.authority == Authority::Own {
        if bid.posting == job.posting {
            return Err(Hindrance::NotAmended.into());
        }
        if *posting != job.posting {
            return Err(Refusal::WrongParty("posting").into());
        }
    }
    Ok(*posting)
}

async fn was_read(ctx: &Apply<'_>, bid: &BidRow) -> Result<bool, UseError> {
    let moves = history::of(ctx.tx, &bid.id).await?;
    Ok(moves.iter().any(|moved| moved.event == Event::Read))
}

/// The job has ended: every bid that waits learns its outcome, however many there are.
pub(crate) async fn turn_down_waiting(ctx: &Apply<'_>, job: &JobRow) -> Result<(), UseError> {
    let event = Event::NotSelected;
    let to = next(Machine::Bid, State::Submitted, event, Actor::Node)
        .map_err(|refused| Failure::unreadable("lifecycle", refused))?;
    let bids = contracts::turn_down(ctx.tx, &job.id, to).await?;
    let row = HistoryRow { event, state: to, actor: Actor::Node, document: None, at: ctx.now.unix() };
    history::append_all(ctx.tx, &bids, &row).await?;
    super::tell::of_moves(ctx, Kind::Bid, &bids, (event, to, Actor::Node)).await
}

/// A move of a bid that follows from something else: `win`, `release`, `not_selected`.
pub(crate) async fn node_event(ctx: &Apply<'_>, bid: &BidRow, event: Event) -> Result<(), UseError> {
    let moving = Moving { machine: Machine::Bid, object: &bid.id, state: bid.state, head: bid.head };
    let to = guard::moved(ctx, moving, event, Actor::Node).await?;
    contracts::update_bid(ctx.tx, &BidRow { state: to, ..bid.clone() }).await?;
    ctx.record(&bid.id, event, to, Actor::Node, None).await
}

/// The offer on a bid came to nothing: the bid waits again, unless the job has ended meanwhile.
pub(crate) async fn release(ctx: &Apply<'_>, bid: &BidRow, job: &JobRow) -> Result<(), UseError> {
    node_event(ctx, bid, Event::Release).await?;
    let over = !is_live(job.state);
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
