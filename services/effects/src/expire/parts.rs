//! What time alone brings about of invitations and of milestones.

use hanse_base::error::{Refusal, UseError};
use hanse_lifecycle::{Actor, Event, State, is_at_work};
use hanse_store::contracts::{self, InvitationRow, MilestoneRow};
use hanse_store::{deliveries, jobs};

use super::answer_seconds;
use crate::apply::contract::accepted_by_silence;
use crate::apply::{Apply, FOLLOW_SECONDS, dispute, invitation};
use hanse_logbook::Logbook;

/// Nobody has answered an invitation.
pub(super) async fn lapse(logbook: &Logbook, row: &InvitationRow) -> Result<(), UseError> {
    let mut connection = logbook.base().store().connection().await?;
    let tx = connection.begin().await?;
    let ctx = Apply::own(logbook, &tx);
    jobs::lock(&tx, &row.job).await?;
    let row = contracts::invitation(&tx, &row.id).await?.ok_or(Refusal::NotFound("invitation"))?;
    if row.state == State::Invited {
        invitation::node_event(&ctx, &row, Event::Lapse).await?;
        tx.commit().await?;
        logbook.base().signals().committed();
    }
    Ok(())
}

/// The client has not answered a delivery: it is accepted.
pub(super) async fn accept(logbook: &Logbook, row: &MilestoneRow) -> Result<(), UseError> {
    let mut connection = logbook.base().store().connection().await?;
    let tx = connection.begin().await?;
    let ctx = Apply::own(logbook, &tx);
    let contract = contracts::contract(&tx, &row.contract).await?.ok_or(Refusal::NotFound("contract"))?;
    jobs::lock(&tx, &contract.job).await?;
    let mut contract = contracts::contract(&tx, &row.contract).await?.ok_or(Refusal::NotFound("contract"))?;
    let parts = contracts::milestones(&tx, &row.contract).await?;
    let Some(part) = parts.into_iter().find(|part| part.number == row.number) else { return Ok(()) };
    let home = contract.client_home.clone();
    let follows = home != logbook.base().config().name;
    let grace = if follows { FOLLOW_SECONDS } else { 0 };
    let due = part.changed_at.saturating_add(answer_seconds()).saturating_add(grace);
    // A contract that rests, or that somebody wants to end, waits with all that belongs to it.
    let disputed = dispute::is_frozen(&ctx, &contract.id, Some(part.number)).await?;
    if part.state != State::Delivered || ctx.now.unix() < due || !is_at_work(contract.state) || disputed {
        return Ok(());
    }
    if follows && deliveries::job_waits(&tx, &contract.job, home.as_str()).await? {
        return Ok(());
    }
    accepted_by_silence(&ctx, &mut contract, &part).await?;
    ctx.record(&contract.id, Event::AcceptDelivery, contract.state, Actor::Node, None).await?;
    tx.commit().await?;
    logbook.base().signals().committed();
    Ok(())
}
