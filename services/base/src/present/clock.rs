//! What happens to a thing by itself, and when: the time-outs of the tables, with the times of a row.

use hanse_api::views::Clock;
use hanse_lifecycle::{Event, Machine, State, Timeout, timeouts};
use hanse_store::contracts::{ContractRow, InvitationRow, MilestoneRow};
use hanse_store::disputes::DisputeRow;
use hanse_store::jobs::ShownJob;

use super::time;

const DAY_SECONDS: i64 = 86_400;

fn of(machine: Machine, state: State) -> impl Iterator<Item = &'static Timeout> {
    timeouts(machine).iter().filter(move |timeout| timeout.state == state)
}

fn shown(timeout: &Timeout, at: i64) -> Clock {
    Clock { event: timeout.event.to_string(), at: time(at), because: timeout.why.to_owned() }
}

/// Of a posting: its end, or before that the day on which its client has been silent for too long.
pub(super) fn job(row: &ShownJob) -> Option<Clock> {
    let at = |timeout: &Timeout| {
        if timeout.event == Event::GoStale {
            row.active_at.saturating_add(timeout.after_seconds)
        } else if timeout.event == Event::Complete {
            row.expires_at.saturating_add(timeout.after_seconds)
        } else {
            row.expires_at
        }
    };
    let first = of(Machine::Job, row.state).min_by_key(|timeout| at(timeout))?;
    Some(shown(first, at(first)))
}

/// Of a contract.
pub(super) fn contract(row: &ContractRow) -> Option<Clock> {
    let timeout = of(Machine::Contract, row.state).next()?;
    Some(shown(timeout, contract_at(row, timeout)))
}

/// When a contract that stands where the time-out says is moved by it, Unix seconds, by the home that keeps the order.
pub fn contract_at(row: &ContractRow, timeout: &Timeout) -> i64 {
    let mut since = row.changed_at;
    if timeout.state == State::Active {
        // Work that is not due yet is not dormant.
        since = since.max(row.due_day.saturating_add(1).saturating_mul(DAY_SECONDS));
    }
    since.saturating_add(timeout.after_seconds)
}

/// Of a milestone: the client's silence; everything else ends with the contract.
pub(super) fn milestone(row: &MilestoneRow) -> Option<Clock> {
    let timeout = of(Machine::Milestone, row.state).find(|timeout| timeout.event == Event::AcceptDelivery)?;
    Some(shown(timeout, row.changed_at.saturating_add(timeout.after_seconds)))
}

/// Of a bid that waits: its job's end.
pub(super) fn bid(state: State, job_expires_at: i64) -> Option<Clock> {
    let timeout = of(Machine::Bid, state).find(|timeout| timeout.event == Event::NotSelected)?;
    Some(shown(timeout, job_expires_at))
}

/// Of a dispute. An arbiter's silence passes it on while there is another one.
pub(super) fn dispute(row: &DisputeRow) -> Option<Clock> {
    let timeout = of(Machine::Dispute, row.state).next()?;
    let another = row.asked().is_some() && row.arbiters.len() > row.answers.len().saturating_add(1);
    let event = if another { Event::PassOn } else { timeout.event };
    let at = row.changed_at.saturating_add(timeout.after_seconds);
    Some(Clock { event: event.to_string(), ..shown(timeout, at) })
}

/// Of an invitation.
pub(super) fn invitation(row: &InvitationRow) -> Option<Clock> {
    let timeout = of(Machine::Invitation, row.state).next()?;
    Some(shown(timeout, row.made_at.saturating_add(timeout.after_seconds)))
}
