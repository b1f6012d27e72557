//! The questions that are asked of the tables.

use crate::{Actor, Event, Machine, State, table};
use std::fmt;

/// A move that the table does not have. It carries what the same actor may do instead, for the 409 answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Whose table refused.
    pub machine: Machine,
    /// Where the thing stands; `None`: it was to begin.
    pub state: Option<State>,
    /// What was asked.
    pub event: Event,
    /// Who asked.
    pub actor: Actor,
    /// What this actor may do now, in the order of the table; often nothing.
    pub allowed: Vec<Event>,
}

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { machine, state, event, actor, allowed } = self;
        match state {
            Some(state) => write!(f, "the {machine} is {state}: the {actor} cannot {event} it now")?,
            None => write!(f, "a {machine} does not begin with {event} by the {actor}")?,
        }
        match allowed.as_slice() {
            [] => f.write_str("; the next move is not theirs"),
            events => {
                let names: Vec<&str> = events.iter().map(|event| event.name()).collect();
                write!(f, "; allowed: {}", names.join(", "))
            }
        }
    }
}

/// The state in which a thing begins.
///
/// # Errors
/// [`Refused`] with `state: None` if no beginning has this event by this actor.
pub fn start(machine: Machine, event: Event, actor: Actor) -> Result<State, Refused> {
    step(machine, None, event, actor)
}

/// The state after `event` by `actor` on a thing that is in `state`.
///
/// # Errors
/// [`Refused`] if the table has no such row; a state that the machine does not know allows nothing.
pub fn next(machine: Machine, state: State, event: Event, actor: Actor) -> Result<State, Refused> {
    step(machine, Some(state), event, actor)
}

/// What `actor` may do to a thing in `state`, in the order of the table, each once.
pub fn allowed(machine: Machine, state: State, actor: Actor) -> Vec<Event> {
    events(machine, Some(state), actor)
}

/// Whether a thing in `state` has come to its end: the machine leads there, and nowhere from there.
pub fn is_terminal(machine: Machine, state: State) -> bool {
    let rows = table(machine);
    rows.iter().any(|row| row.to == state) && rows.iter().all(|row| row.from != Some(state))
}

fn step(machine: Machine, state: Option<State>, event: Event, actor: Actor) -> Result<State, Refused> {
    table(machine)
        .iter()
        .find(|row| row.from == state && row.event == event && row.actors.contains(&actor))
        .map(|row| row.to)
        .ok_or_else(|| Refused { machine, state, event, actor, allowed: events(machine, state, actor) })
}

fn events(machine: Machine, state: Option<State>, actor: Actor) -> Vec<Event> {
    let rows = table(machine).iter();
    rows.filter(|row| row.from == state && row.actors.contains(&actor)).map(|row| row.event).collect()
}

/// The states of work that can be accepted, in the order in which it gets further.
const FURTHER: [State; 5] = [State::Delivered, State::Approved, State::Unpaid, State::Paid, State::Settled];

/// Whether the work of a contract in this state is done or paid for now, so that its milestones can move.
#[must_use]
pub fn is_at_work(state: State) -> bool {
    state == State::Active || (state != State::Settled && FURTHER.contains(&state))
}

/// Where a contract stands whose milestones stand there: as far as the one that is least far. `None` where it has none.
#[must_use]
pub fn least_far(milestones: impl IntoIterator<Item = State>) -> Option<State> {
    let rank =
        |state: State| FURTHER.iter().position(|reached| *reached == state).map_or(0, |place| place + 1);
    let least = milestones.into_iter().map(rank).min()?;
    Some(least.checked_sub(1).and_then(|place| FURTHER.get(place)).copied().unwrap_or(State::Active))
}
