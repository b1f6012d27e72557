//! The tables themselves. A row says who may move what from where to where; a timeout says what happens when nobody does.
//! A rule that a table cannot hold (whose bid, which seat) stands in the note, and the engine keeps it.

mod bid;
mod contract;
mod dispute;
mod job;
mod milestone;
mod review;

use crate::{Actor, Event, Machine, State};

/// One row: from a state (`None`: the thing begins), by an event of one of the actors, to a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The state before; `None` begins the thing.
    pub from: Option<State>,
    /// What happens.
    pub event: Event,
    /// The state after.
    pub to: State,
    /// Who may do it; never empty.
    pub actors: &'static [Actor],
    /// The guard, or what follows, in a few words.
    pub note: &'static str,
}

/// What the node does when a thing has stood in a state for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeout {
    /// Where the thing stands.
    pub state: State,
    /// The clock starts with the newest event of this name in the life of the thing.
    pub since: Event,
    /// Seconds from there; the clock is the receipt time of the home that keeps the order, never a time that a person signed.
    pub after_seconds: i64,
    /// What the node then does; a row of the same table has it.
    pub event: Event,
    /// Why this outcome is fair, and what may make the time shorter or longer.
    pub why: &'static str,
}

/// Seconds of a day: every time below is whole days.
pub(crate) const DAY: i64 = 86_400;
/// The longest life of a posting. A document says less if it likes.
const POSTING: i64 = 90 * DAY;
/// An answer that needs one decision: an offer, an invitation, an end, a claim, whether to appeal, and the two logs' entries after an acceptance.
const ANSWER: i64 = 7 * DAY;
/// An answer that needs a look at the work, at a bank account or at a dispute, the time to write a review, and a client's sign of life.
const CHECK: i64 = 14 * DAY;
/// A payment and its transfer; a rest; a reply to a review.
const MONTH: i64 = 30 * DAY;
/// No signed activity: the parties have gone.
const SILENCE: i64 = 90 * DAY;
/// After this a filled job is history, whatever contract still runs: contracts have clocks of their own.
const YEAR: i64 = 365 * DAY;

const CLIENT: &[Actor] = &[Actor::Client];
const FREELANCER: &[Actor] = &[Actor::Freelancer];
const NODE: &[Actor] = &[Actor::Node];
const ARBITER: &[Actor] = &[Actor::Arbiter];
const CLIENT_OR_NODE: &[Actor] = &[Actor::Client, Actor::Node];
const FREELANCER_OR_NODE: &[Actor] = &[Actor::Freelancer, Actor::Node];
const EITHER_SIDE: &[Actor] = &[Actor::Client, Actor::Freelancer];
const ANYBODY: &[Actor] = &[Actor::Client, Actor::Freelancer, Actor::Node];

/// The rows of a machine, beginnings first, in the order in which a life runs.
pub fn table(machine: Machine) -> &'static [Transition] {
    match machine {
        Machine::Job => job::JOB,
        Machine::Invitation => job::INVITATION,
        Machine::Bid => bid::BID,
        Machine::Contract => contract::CONTRACT,
        Machine::Milestone => milestone::MILESTONE,
        Machine::Review => review::REVIEW,
        Machine::Dispute => dispute::DISPUTE,
    }
}

/// The timeouts of a machine: one or more for each state that is not terminal.
pub fn timeouts(machine: Machine) -> &'static [Timeout] {
    match machine {
        Machine::Job => job::JOB_TIMEOUTS,
        Machine::Invitation => job::INVITATION_TIMEOUTS,
        Machine::Bid => bid::BID_TIMEOUTS,
        Machine::Contract => contract::CONTRACT_TIMEOUTS,
        Machine::Milestone => milestone::MILESTONE_TIMEOUTS,
        Machine::Review => review::REVIEW_TIMEOUTS,
        Machine::Dispute => dispute::DISPUTE_TIMEOUTS,
    }
}

const fn begin(event: Event, to: State, actors: &'static [Actor], note: &'static str) -> Transition {
    Transition { from: None, event, to, actors, note }
}

const fn row(
    from: State,
    event: Event,
    to: State,
    actors: &'static [Actor],
    note: &'static str,
) -> Transition {
    Transition { from: Some(from), event, to, actors, note }
}

const fn timeout(state: State, since: Event, after_seconds: i64, event: Event, why: &'static str) -> Timeout {
    Timeout { state, since, after_seconds, event, why }
}
