//! Telling people whose home is here of a move, in the transaction of the move: it and what says that it happened commit together.

use hanse_base::error::UseError;
use hanse_document::{DocumentId, Kind};
use hanse_lifecycle::{Actor, Event, Machine, Receivers, State, told};
use hanse_store::contracts::ContractRow;
use hanse_store::notifications::{self, Around, Telling};

use super::Apply;

/// Whose move something is, and who knows the people around it.
const fn around(kind: Kind) -> Option<(Machine, Around)> {
    match kind {
        Kind::Job => Some((Machine::Job, Around::Jobs)),
        Kind::Invitation => Some((Machine::Invitation, Around::Invitations)),
        Kind::Bid => Some((Machine::Bid, Around::Bids)),
        Kind::Offer => Some((Machine::Contract, Around::Contracts)),
        Kind::Dispute => Some((Machine::Dispute, Around::Disputes)),
        Kind::Identity
        | Kind::Profile
        | Kind::Terms
        | Kind::Acceptance
        | Kind::Step
        | Kind::Text
        | Kind::Review
        | Kind::Reply
        | Kind::Arbiter => None,
    }
}

/// Tells of a move that has just been noted in the history of each of these things.
pub(super) async fn of_moves(
    ctx: &Apply<'_>,
    kind: Kind,
    objects: &[[u8; 32]],
    (event, to, actor): (Event, State, Actor),
) -> Result<(), UseError> {
    let Some((machine, around)) = around(kind) else { return Ok(()) };
    let Ok(told) = told(machine, event, to, actor) else { return Ok(()) };
    let telling = Telling { news: told.news, to: told.to, actor, at: ctx.now.unix() };
    Ok(notifications::tell(ctx.tx, around, kind.name(), objects, telling).await?)
}

/// Tells the invited that an invitation has lapsed with its job: whoever ended the job knows it.
pub(super) async fn of_lapsed(ctx: &Apply<'_>, invitations: &[[u8; 32]]) -> Result<(), UseError> {
    let (kind, actor) = (Kind::Invitation, Actor::Node);
    let Ok(told) = told(Machine::Invitation, Event::Lapse, State::Lapsed, actor) else { return Ok(()) };
    let telling = Telling { news: told.news, to: Receivers::Freelancer, actor, at: ctx.now.unix() };
    Ok(notifications::tell(ctx.tx, Around::Invitations, kind.name(), invitations, telling).await?)
}

/// Tells both sides that they may review each other.
pub(super) async fn of_window(ctx: &Apply<'_>, contract: &ContractRow) -> Result<(), UseError> {
    of_review(ctx, &contract.id, contract, (Event::Close, State::Open, Actor::Node)).await
}

/// Tells of a move of a review. The object is the review, or the contract as long as nobody may see the review.
pub(crate) async fn of_review(
    ctx: &Apply<'_>,
    object: &DocumentId,
    contract: &ContractRow,
    (event, to, actor): (Event, State, Actor),
) -> Result<(), UseError> {
    let Ok(told) = told(Machine::Review, event, to, actor) else { return Ok(()) };
    let telling = Telling { news: told.news, to: told.to, actor, at: ctx.now.unix() };
    Ok(notifications::tell_of_review(ctx.tx, object, &contract.id, telling).await?)
}
