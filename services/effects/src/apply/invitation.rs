//! Invitations to bid: made by a client, answered by a bid, by a no, or by nothing.

use hanse_base::error::{Failure, Hindrance, Refusal, UseError};
use hanse_document::kind::{Invitation, Step};
use hanse_document::{Did, DocumentId, Verified};
use hanse_lifecycle::{Actor, Event, Machine, State, next, start};
use hanse_store::contracts::{self, InvitationRow};
use hanse_store::history::{self, HistoryRow};
use hanse_store::jobs::JobRow;

use super::guard::{self, Moving, begins};
use super::{Apply, Authority};

/// Invitations to one job, and of one client within a day: a client who asks more people than this has read the profile of none.
pub(crate) const INVITATIONS_MAX: u32 = 30;
const DAY_SECONDS: i64 = 86_400;

/// A client invites a freelancer.
pub(crate) async fn invite(
    ctx: &Apply<'_>,
    document: &Verified,
    invitation: &Invitation,
    job: &JobRow,
) -> Result<(), UseError> {
    if *document.issuer() != job.client {
        return Err(Refusal::NotYours("the client").into());
    }
    if ctx.authority == Authority::Own {
        if job.state != State::Open {
            return Err(Refusal::JobNotOpen(job.state).into());
        }
        room(ctx, document, invitation, job).await?;
    }
    let begun = start(Machine::Invitation, Event::Invite, Actor::Client).map_err(begins)?;
    let row = InvitationRow {
        id: document.id(),
        job: job.id,
        client: job.client.clone(),
        freelancer: invitation.freelancer.clone(),
        home: invitation.to.clone(),
        state: begun,
        head: document.id(),
        made_at: ctx.now.unix(),
    };
    ctx.keep(document, false).await?;
    contracts::insert_invitation(ctx.tx, &row).await.map_err(before)?;
    ctx.record(&row.id, Event::Invite, begun, Actor::Client, Some(&row.id)).await?;
    if ctx.keeps(job) {
        ctx.deliver(&row.home, &job.id, &row.id).await?;
    }
    Ok(())
}

/// Whether the client may invite this person, and one more.
async fn room(
    ctx: &Apply<'_>,
    document: &Verified,
    invitation: &Invitation,
    job: &JobRow,
) -> Result<(), UseError> {
    if contracts::invitation_to(ctx.tx, &job.id, &invitation.freelancer).await?.is_some() {
        return Err(Hindrance::InvitedBefore.into());
    }
    if contracts::has_live_bid(ctx.tx, &job.id, &invitation.freelancer).await? {
        return Err(Refusal::BidExists.into());
    }
    let since = ctx.now.unix().saturating_sub(DAY_SECONDS);
    let made = contracts::count_invitations(ctx.tx, document.issuer(), since, &job.id).await?;
    if made.lately.max(made.of_job) >= i64::from(INVITATIONS_MAX) {
        return Err(Hindrance::TooManyInvitations(INVITATIONS_MAX).into());
    }
    Ok(())
}

fn before(error: hanse_store::StoreError) -> UseError {
    // The only other unique column is the document's id.
    if error.is_unique_violation() { Hindrance::InvitedBefore.into() } else { error.into() }
}

/// The freelancer declines, or the client takes it back.
pub(crate) async fn step(
    ctx: &Apply<'_>,
    document: &Verified,
    step: &Step,
    job: &JobRow,
) -> Result<(), UseError> {
    let row = contracts::invitation(ctx.tx, &step.object).await?;
    let row = row.ok_or_else(|| ctx.missing("invitation"))?;
    let actor = match document.issuer() {
        issuer if *issuer == row.freelancer => Actor::Freelancer,
        issuer if *issuer == row.client => Actor::Client,
        _ => return Err(Refusal::NotYours("the client or who is invited").into()),
    };
    if step.to != job.home {
        return Err(Refusal::WrongAddressee.into());
    }
    let moving = Moving { machine: Machine::Invitation, object: &row.id, state: row.state, head: row.head };
    guard::continues(ctx, moving, step.prev, actor)?;
    let event = guard::event(&step.event)?;
    let to = guard::moved(ctx, moving, event, actor).await?;
    ctx.keep(document, false).await?;
    contracts::move_invitation(ctx.tx, &row.id, to, &document.id()).await?;
    ctx.record(&row.id, event, to, actor, Some(&document.id())).await?;
    if actor == Actor::Client && ctx.keeps(job) {
        ctx.deliver(&row.home, &job.id, &document.id()).await?;
    }
    Ok(())
}

/// Who was invited has bid.
pub(super) async fn answered(ctx: &Apply<'_>, job: &DocumentId, freelancer: &Did) -> Result<(), UseError> {
    let row = contracts::invitation_to(ctx.tx, job, freelancer).await?;
    match row.filter(|row| row.state == State::Invited) {
        Some(row) => node_event(ctx, &row, Event::Accept).await,
        None => Ok(()),
    }
}

/// A move that the node makes: the freelancer has bid, or time ran out.
pub(crate) async fn node_event(ctx: &Apply<'_>, row: &InvitationRow, event: Event) -> Result<(), UseError> {
    let to = next(Machine::Invitation, row.state, event, Actor::Node)
        .map_err(|refused| Refusal::NotNow { refused, head: Some(row.head) })?;
    contracts::move_invitation(ctx.tx, &row.id, to, &row.head).await?;
    ctx.record(&row.id, event, to, Actor::Node, None).await
}

/// The job has ended: whoever was invited and has not answered learns it.
pub(super) async fn lapse_waiting(ctx: &Apply<'_>, job: &JobRow) -> Result<(), UseError> {
    let event = Event::Lapse;
    let to = next(Machine::Invitation, State::Invited, event, Actor::Node)
        .map_err(|refused| Failure::unreadable("lifecycle", refused))?;
    let lapsed = contracts::lapse_invitations(ctx.tx, &job.id, to).await?;
    let row = HistoryRow { event, state: to, actor: Actor::Node, document: None, at: ctx.now.unix() };
    history::append_all(ctx.tx, &lapsed, &row).await?;
    super::tell::of_lapsed(ctx, &lapsed).await
}
