//! Contracts as their two sides see them.

use std::collections::BTreeMap;

use hanse_api::views::{
    ContractDispute, ContractView, Engaged, MilestoneView, NamedArbiterView, ProposalView,
};
use hanse_document::kind::{Money, Offer, Part, Pay, Per, Terms};
use hanse_document::{Date, DocumentId};
use hanse_lifecycle::{Actor, Event, Machine, State, allowed};
use hanse_store::Sql;
use hanse_store::contracts::{self, ContractRow, MilestoneRow, Proposal, SheetRow};
use hanse_store::deliveries::{self, DeliveryRow, DeliveryState};
use hanse_store::disputes::{self, DisputeRow};

use super::moves::{self, Documents, Moves};
use super::person::{self, Said, Viewer};
use super::{clock, may, time};
use crate::error::UseError;
use crate::stored::side;

/// Minutes of an hour.
const HOUR_MINUTES: u64 = 60;

/// What contracts are shown from, beside their rows.
struct Beside {
    documents: Documents,
    moves: Moves,
    milestones: BTreeMap<[u8; 32], Vec<MilestoneRow>>,
    disputes: BTreeMap<[u8; 32], Vec<DisputeRow>>,
    on_their_way: BTreeMap<[u8; 32], (DeliveryRow, DocumentId)>,
    people: Said,
}

/// Contracts for one of their sides. Whoever waits for them does not hold the room of all that is loaded at once.
pub async fn contracts(
    db: &impl Sql,
    rows: &[ContractRow],
    viewer: Viewer<'_>,
) -> Result<Vec<ContractView>, UseError> {
    Box::pin(load(db, rows, viewer)).await
}

async fn load(
    db: &impl Sql,
    rows: &[ContractRow],
    viewer: Viewer<'_>,
) -> Result<Vec<ContractView>, UseError> {
    let ways: Vec<(&DocumentId, &str)> =
        rows.iter().map(|row| (&row.job, row.client_home.as_str())).collect();
    let ids = || rows.iter().map(|row| *row.id.hash());
    let terms = rows.iter().map(|row| row.terms);
    let proposed = rows.iter().filter_map(|row| row.proposal.map(|proposal| proposal.terms));
    let others = rows.iter().map(|row| viewer.other(&row.client, &row.freelancer));
    let (on_their_way, people, milestones, disputes, loaded) = tokio::join!(
        deliveries::newest_all(db, &ways, viewer.did),
        person::said(db, others),
        contracts::milestones_of(db, ids()),
        disputes::of_contracts(db, ids()),
        moves::load(db, ids(), terms.chain(proposed).map(|terms| *terms.hash()).chain(ids())),
    );
    let (moves, documents) = loaded?;
    let (milestones, disputes, on_their_way, people) = (milestones?, disputes?, on_their_way?, people?);
    let beside = Beside { documents, moves, milestones, disputes, on_their_way, people };
    rows.iter().map(|row| shown(row, &beside, viewer)).collect()
}

/// A contract whose terms were erased is shown without them: that it was made, and what became of it, stays true.
fn shown(row: &ContractRow, beside: &Beside, viewer: Viewer<'_>) -> Result<ContractView, UseError> {
    let way = beside.on_their_way.get(row.job.hash());
    let queued =
        way.filter(|(delivery, _)| delivery.state == DeliveryState::Waiting).map(|(_, id)| id.to_string());
    let terms = beside.documents.get(row.terms.hash()).map(moves::read::<Terms>).transpose()?;
    let role = side(row, viewer.did);
    let milestones = beside.milestones.get(row.id.hash()).map_or(&[][..], Vec::as_slice);
    let disputes = beside.disputes.get(row.id.hash()).map_or(&[][..], Vec::as_slice);
    let disputed = disputes.iter().find(|dispute| dispute.ended_at.is_none());
    let may_move = queued.is_none();
    let rests = |part: &MilestoneRow| {
        disputed.is_some_and(|dispute| dispute.milestone.is_none_or(|number| number == part.number))
    };
    let milestones: Vec<MilestoneView> = if matches!(row.state, State::Offered | State::Countered) {
        terms.as_ref().map(|terms| offered(terms, row.offered_at)).unwrap_or_default()
    } else {
        let shown = |part: &MilestoneRow| {
            let role = role.filter(|_| may_move && !rests(part));
            let view = milestone(part, terms.as_ref(), role);
            MilestoneView { clock: view.clock.filter(|_| !rests(part)), ..view }
        };
        milestones.iter().map(shown).collect()
    };
    let proposal = row.proposal.map(|proposal| proposed(proposal, &beside.documents)).transpose()?;
    let (scope, due, pay) = terms.map_or_else(
        || (String::new(), day(row.due_day), None),
        |Terms { scope, due, pay, .. }| (scope.into(), due.to_string(), pay),
    );
    Ok(ContractView {
        id: row.id.to_string(),
        job: row.job.to_string(),
        bid: row.bid.to_string(),
        client: row.client.to_string(),
        freelancer: row.freelancer.to_string(),
        home: row.client_home.to_string(),
        freelancer_home: row.freelancer_home.to_string(),
        other_side: viewer.sees(&beside.people, viewer.other(&row.client, &row.freelancer))?,
        role: role.map(|role| role.name().to_owned()).unwrap_or_default(),
        allowed: if may_move && disputed.is_none() { moves_of(row, role) } else { Vec::new() },
        state: row.state.to_string(),
        head: row.head.to_string(),
        scope,
        due,
        pay_text: pay.as_ref().map(ToString::to_string),
        pay,
        client_engagement: row.client_engagement.map(|leaf| leaf.hex()),
        freelancer_engagement: row.freelancer_engagement.map(|leaf| leaf.hex()),
        engaged: Engaged { client: row.client_engaged, freelancer: row.freelancer_engaged },
        milestones,
        proposal,
        arbiters: arbiters(row, &beside.documents)?,
        disputes: disputes.iter().map(dispute).collect(),
        asked_by: row.asked_by.map(|side| side.name().to_owned()),
        clock: clock::contract(row).filter(|_| disputed.is_none()),
        history: moves::told(&beside.moves, row.id.hash(), &beside.documents)?,
        queued,
        refused: way.and_then(|(delivery, _)| delivery.refusal.clone()),
        offered_at: time(row.offered_at),
        changed_at: time(row.changed_at),
        closed_at: row.closed_at.map(time),
    })
}

/// The arbiters whom the offer names.
fn arbiters(row: &ContractRow, documents: &Documents) -> Result<Vec<NamedArbiterView>, UseError> {
    let offer = documents.get(row.id.hash()).map(moves::read::<Offer>).transpose()?;
    let named = offer.iter().flat_map(|offer| offer.arbiters.iter());
    Ok(named
        .map(|arbiter| NamedArbiterView {
            did: arbiter.did.to_string(),
            home: arbiter.home.to_string(),
            shares_home: arbiter.shares_home,
            answer: None,
        })
        .collect())
}

fn dispute(row: &DisputeRow) -> ContractDispute {
    ContractDispute { id: row.id.to_string(), milestone: row.milestone, state: row.state.to_string() }
}

/// What a side may do: the table's answer, without what only the other side, or only a proposal that is there, makes possible.
pub fn contract_moves(row: &ContractRow, role: Actor) -> Vec<Event> {
    let own = |by: Option<Actor>| by == Some(role);
    let proposed_by = row.proposal.map(|proposal| proposal.by);
    let asked = matches!(row.state, State::Closing | State::Cancelling) && own(row.asked_by);
    let impossible = [
        (Event::ProposeAmendment, proposed_by.is_some()),
        (Event::AcceptAmendment, proposed_by.is_none() || own(proposed_by)),
        (Event::DeclineAmendment, proposed_by.is_none()),
        (Event::RequestClose, asked),
        (Event::Cancel, asked),
    ];
    let possible = |event: &Event| !impossible.contains(&(*event, true));
    allowed(Machine::Contract, row.state, role).into_iter().filter(possible).collect()
}

fn moves_of(row: &ContractRow, role: Option<Actor>) -> Vec<String> {
    let events = role.map(|role| contract_moves(row, role)).unwrap_or_default();
    events.iter().map(|event| event.name().to_owned()).collect()
}

/// The milestones of terms that nobody has accepted: whoever is to accept them sees them, and nothing can be done to them.
fn offered(terms: &Terms, at: i64) -> Vec<MilestoneView> {
    let part = |(number, part): (i32, &Part)| MilestoneView {
        number,
        title: Some(part.title.to_string()),
        due: part.due.map(|due| due.to_string()),
        pay_text: part.pay.as_ref().map(ToString::to_string),
        pay: part.pay.clone(),
        minutes: None,
        from: None,
        to: None,
        state: State::Planned.to_string(),
        allowed: Vec::new(),
        changes: 0,
        clock: None,
        changed_at: time(at),
    };
    (1..).zip(terms.milestones.iter()).map(part).collect()
}

fn milestone(row: &MilestoneRow, terms: Option<&Terms>, role: Option<Actor>) -> MilestoneView {
    let place = usize::try_from(row.number).ok().and_then(|number| number.checked_sub(1));
    let part = terms.zip(place).and_then(|(terms, place)| terms.milestones.get(place));
    let pay = match (part, row.sheet) {
        (Some(part), _) => part.pay.clone(),
        (None, Some(sheet)) => terms.and_then(|terms| for_hours(terms, sheet)),
        (None, None) => None,
    };
    MilestoneView {
        number: row.number,
        title: part.map(|Part { title, .. }| title.to_string()),
        due: part.and_then(|part| part.due).map(|due| due.to_string()),
        pay_text: pay.as_ref().map(ToString::to_string),
        pay,
        minutes: row.sheet.map(|sheet| sheet.minutes),
        from: row.sheet.map(|sheet| day(sheet.first_day)),
        to: row.sheet.map(|sheet| day(sheet.last_day)),
        state: row.state.to_string(),
        allowed: may(Machine::Milestone, row.state, role),
        changes: row.changes,
        clock: clock::milestone(row),
        changed_at: time(row.changed_at),
    }
}

/// What the hours of a time sheet cost at the rate of the terms, rounded up to the minor unit; `None` where the rate is a range.
fn for_hours(terms: &Terms, sheet: SheetRow) -> Option<Pay> {
    let Some(Pay::Money(rate)) = terms.pay.as_ref().filter(|_| terms.is_hourly()) else { return None };
    let (min, max) = (rate.min()?, rate.max()?);
    let minutes = u64::try_from(sheet.minutes).ok().filter(|_| min == max)?;
    let amount = min.checked_mul(minutes)?.div_ceil(HOUR_MINUTES);
    Money::new(rate.currency().clone(), Some(amount), Some(amount), Per::Project).ok().map(Pay::Money)
}

fn proposed(proposal: Proposal, documents: &Documents) -> Result<ProposalView, UseError> {
    let terms = documents.get(proposal.terms.hash()).map(moves::read::<Terms>).transpose()?;
    let titles = terms.iter().flat_map(|terms| terms.milestones.iter());
    Ok(ProposalView {
        by: proposal.by.name().to_owned(),
        milestones: titles.map(|part| part.title.to_string()).collect(),
        due: terms.as_ref().map(|terms| terms.due.to_string()),
        pay_text: terms.as_ref().and_then(|terms| terms.pay.as_ref()).map(ToString::to_string),
        pay: terms.as_ref().and_then(|terms| terms.pay.clone()),
        scope: terms.map(|terms| terms.scope.into()).unwrap_or_default(),
        at: time(proposal.at),
    })
}

/// A stored day in its written form.
fn day(day: i64) -> String {
    let day = u32::try_from(day).ok().and_then(|day| Date::from_day(day).ok());
    day.map(|day| day.to_string()).unwrap_or_default()
}
