//! Milestones and time sheets: each moves by its own table, and a contract of several stands where the one stands that is least far.

use hanse_base::error::{Hindrance, Refusal, UseError};
use hanse_document::kind::step::MILESTONE_NUMBER_MAX;
use hanse_document::kind::{Event as Said, Terms, TimeSheet};
use hanse_lifecycle::{Actor, Event, Machine, State, is_at_work, least_far, next, start};
use hanse_store::contracts::{self, ContractRow, MilestoneRow, SheetRow};

use super::Stepping;
use super::terms::agreed;
use crate::apply::guard::begins;
use crate::apply::{Apply, Authority};

/// What a step moves of a contract that has parts.
pub(super) enum Part {
    /// A milestone or time sheet that is there.
    There(MilestoneRow),
    /// A time sheet that begins.
    Sheet(MilestoneRow),
}

/// The part that a step is about; `None` if it is about the contract as a whole.
pub(super) async fn part_of(
    ctx: &Apply<'_>,
    contract: &ContractRow,
    said: &Stepping<'_>,
) -> Result<Option<Part>, UseError> {
    if !is_of_part(said.event) {
        return Ok(None);
    }
    let parts = contracts::milestones(ctx.tx, &contract.id).await?;
    if let Some(number) = said.step.milestone() {
        let part = parts.into_iter().find(|part| u32::try_from(part.number) == Ok(number.get()));
        return Ok(Some(Part::There(part.ok_or(Hindrance::NoMilestone)?)));
    }
    if let Said::Deliver { hours: Some(hours), .. } = said.step {
        return Ok(Some(Part::Sheet(sheet(ctx, contract, &parts, *hours).await?)));
    }
    // Time sheets leave the contract a way of its own; milestones are all of it.
    if parts.iter().any(|part| part.sheet.is_none()) {
        Err(Hindrance::MilestoneUnsaid.into())
    } else {
        Ok(None)
    }
}

fn is_of_part(event: Event) -> bool {
    matches!(
        event,
        Event::Deliver
            | Event::RequestChanges
            | Event::AcceptDelivery
            | Event::AttestPaid
            | Event::ReportUnpaid
            | Event::ConfirmReceived
    )
}

/// A time sheet that begins.
async fn sheet(
    ctx: &Apply<'_>,
    contract: &ContractRow,
    parts: &[MilestoneRow],
    hours: TimeSheet,
) -> Result<MilestoneRow, UseError> {
    if ctx.authority == Authority::Own && !agreed(ctx, contract).await?.is_hourly() {
        return Err(Hindrance::NotHourly.into());
    }
    let number = parts.last().map_or(1, |last| last.number.saturating_add(1));
    if u32::try_from(number).is_ok_and(|number| number > MILESTONE_NUMBER_MAX) {
        return Err(Hindrance::TooManyMilestones.into());
    }
    let sheet = hours_of(hours);
    let state = start(Machine::Milestone, Event::Deliver, Actor::Freelancer).map_err(begins)?;
    let changed_at = ctx.now.unix();
    Ok(MilestoneRow { contract: contract.id, number, state, changed_at, changes: 0, sheet: Some(sheet) })
}

fn hours_of(hours: TimeSheet) -> SheetRow {
    SheetRow {
        minutes: i32::try_from(hours.minutes.get()).unwrap_or(i32::MAX),
        first_day: i64::from(hours.from.day()),
        last_day: i64::from(hours.to.day()),
    }
}

/// Moves a part, and answers where that leaves the contract.
pub(super) async fn step(
    ctx: &Apply<'_>,
    contract: &ContractRow,
    said: &Stepping<'_>,
    part: Part,
) -> Result<State, UseError> {
    if !is_at_work(contract.state) {
        // The table of the contract has none of these moves there, and says which it has.
        next(Machine::Contract, contract.state, said.event, said.actor)
            .map_err(|refused| Refusal::NotNow { refused, head: Some(contract.head) })?;
    }
    let part = match part {
        Part::Sheet(row) if said.actor == Actor::Freelancer => row,
        Part::Sheet(_) => return Err(Refusal::NotYours("the freelancer").into()),
        Part::There(row) => MilestoneRow { state: moved(ctx, contract, &row, said)?, ..row },
    };
    let changes = part.changes.saturating_add(i32::from(said.event == Event::RequestChanges));
    let mut sheet = part.sheet;
    if let (Some(sheet), Said::Deliver { hours: Some(hours), .. }) = (&mut sheet, said.step) {
        // A time sheet that is delivered again may have other hours.
        *sheet = hours_of(*hours);
    }
    let part = MilestoneRow { changed_at: ctx.now.unix(), changes, sheet, ..part };
    contracts::put_milestone(ctx.tx, &part).await?;
    summary(ctx, contract).await
}

/// The state of a part after a step. Where the home has decided, its word wins over what this node's own clock has concluded.
fn moved(
    ctx: &Apply<'_>,
    contract: &ContractRow,
    row: &MilestoneRow,
    said: &Stepping<'_>,
) -> Result<State, UseError> {
    let refused = match next(Machine::Milestone, row.state, said.event, said.actor) {
        Ok(to) => return Ok(to),
        Err(refused) => Refusal::NotNow { refused, head: Some(contract.head) },
    };
    // Silence accepts at one home a little earlier than at the other.
    let pair = [State::Delivered, State::Approved];
    let other = pair.into_iter().find(|other| pair.contains(&row.state) && *other != row.state);
    let Some(other) = other.filter(|_| ctx.authority == Authority::Home) else { return Err(refused.into()) };
    next(Machine::Milestone, other, said.event, said.actor).map_err(|_| refused.into())
}

/// Where a contract stands by its milestones: as far as the one that is least far.
pub(crate) async fn summary(ctx: &Apply<'_>, contract: &ContractRow) -> Result<State, UseError> {
    let parts = contracts::milestones(ctx.tx, &contract.id).await?;
    let milestones = parts.iter().filter(|part| part.sheet.is_none()).map(|part| part.state);
    Ok(least_far(milestones).unwrap_or(contract.state))
}

/// A client who stays silent accepts.
pub(crate) async fn accept_by_silence(
    ctx: &Apply<'_>,
    contract: &ContractRow,
    row: &MilestoneRow,
) -> Result<State, UseError> {
    let state = next(Machine::Milestone, row.state, Event::AcceptDelivery, Actor::Node)
        .map_err(|refused| Refusal::NotNow { refused, head: Some(contract.head) })?;
    contracts::put_milestone(ctx.tx, &MilestoneRow { state, changed_at: ctx.now.unix(), ..*row }).await?;
    summary(ctx, contract).await
}

/// Makes the milestones that terms list. With which work has begun, those stay as they are.
pub(crate) async fn plan(ctx: &Apply<'_>, contract: &ContractRow, terms: &Terms) -> Result<(), UseError> {
    let state = start(Machine::Milestone, Event::Accept, Actor::Node).map_err(begins)?;
    let there = contracts::milestones(ctx.tx, &contract.id).await?;
    let wanted = i32::try_from(terms.milestones.len()).unwrap_or(i32::MAX);
    contracts::remove_milestones(ctx.tx, &contract.id, wanted).await?;
    for number in 1..=wanted {
        if there.iter().all(|part| part.number != number) {
            let (contract, changed_at) = (contract.id, ctx.now.unix());
            let row = MilestoneRow { contract, number, state, changed_at, changes: 0, sheet: None };
            contracts::put_milestone(ctx.tx, &row).await?;
        }
    }
    Ok(())
}

/// Whether new terms leave everything as it is with which work has begun.
pub(super) async fn keeps_what_has_begun(
    ctx: &Apply<'_>,
    contract: &ContractRow,
    terms: &Terms,
) -> Result<bool, UseError> {
    let old = agreed(ctx, contract).await?;
    let parts = contracts::milestones(ctx.tx, &contract.id).await?;
    if parts.iter().any(|part| part.sheet.is_some()) && !terms.is_hourly() {
        return Ok(false);
    }
    let begun = parts.iter().filter(|part| part.sheet.is_none() && part.state != State::Planned);
    Ok(begun.filter_map(|part| usize::try_from(part.number - 1).ok()).all(|place| {
        old.milestones.get(place).is_some() && old.milestones.get(place) == terms.milestones.get(place)
    }))
}
