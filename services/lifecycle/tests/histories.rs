//! Random histories of contracts, with and without milestones: what nobody can do for themselves, and whom nobody can hold.

use std::collections::BTreeSet;

use hanse_lifecycle::{
    Actor, Event, Machine, State, allowed, is_at_work, is_terminal, least_far, next, start, table, timeouts,
};
use proptest::prelude::*;

const DAY: i64 = 86_400;
/// The longest that silence alone can take from any state to the end, in days: a rest, and then the silence of an active contract; a
/// delivery that is accepted, and not paid, takes less.
const SILENCE_DAYS_MAX: i64 = 120;

/// What moves a milestone, where there are some.
const OF_PARTS: [Event; 6] = [
    Event::Deliver,
    Event::RequestChanges,
    Event::AcceptDelivery,
    Event::AttestPaid,
    Event::ReportUnpaid,
    Event::ConfirmReceived,
];

#[derive(Clone, Debug)]
struct Contract {
    state: State,
    parts: Vec<State>,
    asked_by: Option<Actor>,
    delivered: bool,
    /// What bears weight in a record: of the client, and of the freelancer.
    settled: bool,
}

impl Contract {
    fn offered(parts: usize) -> Self {
        let state = start(Machine::Contract, Event::Offer, Actor::Client).unwrap();
        let planned = start(Machine::Milestone, Event::Accept, Actor::Node).unwrap();
        Self { state, parts: vec![planned; parts], asked_by: None, delivered: false, settled: false }
    }

    /// Tries a move, with the guards that the notes of the tables name. `None` if it is refused.
    fn moved(&self, event: Event, actor: Actor, part: usize) -> Option<Self> {
        let mut after = self.clone();
        if !self.parts.is_empty() && OF_PARTS.contains(&event) {
            if !is_at_work(self.state) {
                return None;
            }
            let place = part % self.parts.len();
            after.parts[place] = next(Machine::Milestone, self.parts[place], event, actor).ok()?;
            after.state = least_far(after.parts.iter().copied())?;
        } else {
            let first = self.state == State::Active;
            let asks = matches!(event, Event::RequestClose | Event::Cancel);
            let waits = self.parts.contains(&State::Delivered);
            let leaves = matches!(event, Event::Pause | Event::RequestClose | Event::Terminate);
            let refused = (asks && !first && self.asked_by == Some(actor))
                || (event == Event::Cancel && first && self.delivered)
                || (first && leaves && waits && (actor == Actor::Client || event == Event::Pause));
            if refused {
                return None;
            }
            after.state = next(Machine::Contract, self.state, event, actor).ok()?;
            if matches!(event, Event::Object | Event::Resume) {
                after.state = least_far(self.parts.iter().copied()).unwrap_or(after.state);
            }
            after.asked_by = if asks { self.asked_by.or(Some(actor)) } else { None };
        }
        after.delivered |= event == Event::Deliver;
        after.settled |= after.state == State::Settled;
        Some(after)
    }

    /// What time alone does next, and after how many seconds.
    fn by_itself(&self) -> Option<(Self, i64)> {
        let part = self.parts.iter().position(|part| *part == State::Delivered);
        if let Some(part) = part.filter(|_| is_at_work(self.state)) {
            let timeout =
                timeouts(Machine::Milestone).iter().find(|timeout| timeout.state == State::Delivered)?;
            return Some((self.moved(timeout.event, Actor::Node, part)?, timeout.after_seconds));
        }
        let timeout = timeouts(Machine::Contract).iter().find(|timeout| timeout.state == self.state)?;
        Some((self.moved(timeout.event, Actor::Node, 0)?, timeout.after_seconds))
    }
}

fn other(side: Actor) -> Actor {
    if side == Actor::Client { Actor::Freelancer } else { Actor::Client }
}

/// The states that a side reaches alone, with what time does, within so many seconds; the other side says nothing any more.
fn alone(contract: &Contract, side: Actor, seconds: i64) -> BTreeSet<State> {
    let mut reached = BTreeSet::from([contract.state]);
    let mut seen = BTreeSet::new();
    let mut rest = vec![(contract.clone(), seconds, 0)];
    while let Some((now, left, depth)) = rest.pop() {
        // Six moves end anything that one side can end.
        if depth > 6 || is_terminal(Machine::Contract, now.state) {
            continue;
        }
        let by_side =
            Event::ALL.iter().flat_map(|event| (0..now.parts.len().max(1)).map(move |part| (*event, part)));
        let moves = by_side.filter_map(|(event, part)| now.moved(event, side, part)).map(|after| (after, 0));
        let moves: Vec<_> = moves.chain(now.by_itself()).collect();
        for (after, seconds) in moves {
            if seconds <= left && seen.insert((after.state, after.parts.clone(), after.asked_by)) {
                reached.insert(after.state);
                rest.push((after, left - seconds, depth + 1));
            }
        }
    }
    reached
}

fn moves() -> impl Strategy<Value = Vec<(Event, Actor, usize)>> {
    let one = (prop::sample::select(Event::ALL), prop::sample::select(Actor::ALL), 0_usize..4);
    prop::collection::vec(one, 0..300)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// No event whose only actor is X raises X's record; and from wherever two people have got, silence alone ends the contract, soon, and
    /// whoever is left alone can end it sooner, with the right to review if work was begun.
    #[test]
    fn nobody_lifts_themselves_and_nobody_holds_anybody(tries in moves(), parts in 0_usize..4) {
        let mut contract = Contract::offered(parts);
        for (event, actor, part) in tries {
            let Some(after) = contract.moved(event, actor, part) else { continue };
            // Of the client it is said that they pay, and never by themselves, nor by a clock.
            prop_assert!(after.settled == contract.settled || actor == Actor::Freelancer, "{event} by {actor}");
            contract = after;
            if is_terminal(Machine::Contract, contract.state) {
                break;
            }
        }
        let (mut silent, mut seconds) = (contract.clone(), 0);
        for _ in 0..20 {
            let Some((after, after_seconds)) = silent.by_itself() else { break };
            (silent, seconds) = (after, seconds + after_seconds);
        }
        prop_assert!(is_terminal(Machine::Contract, silent.state), "{contract:?} stays {silent:?}");
        prop_assert!(seconds <= SILENCE_DAYS_MAX * DAY + 14 * DAY * i64::try_from(parts).unwrap(), "{seconds} s from {contract:?}");
        if is_at_work(contract.state) || contract.state == State::Paused {
            for side in [Actor::Client, Actor::Freelancer] {
                let within = 14 * DAY * (1 + i64::try_from(parts).unwrap()) + 7 * DAY;
                let ends = alone(&contract, side, within);
                prop_assert!(
                    ends.contains(&State::Terminated) || ends.contains(&State::Closed),
                    "{side} is held by {} in {contract:?}: {ends:?}", other(side)
                );
            }
        }
    }
}

/// What is said of somebody in the log is said by somebody else: the tables have no row of another kind.
#[test]
fn what_bears_weight_is_said_by_the_other_side() {
    for machine in [Machine::Contract, Machine::Milestone] {
        for row in table(machine).iter().filter(|row| row.event == Event::ConfirmReceived) {
            assert_eq!(row.actors, [Actor::Freelancer], "{machine}: the settle leaf is about the client");
        }
        for row in table(machine).iter().filter(|row| row.event == Event::AcceptDelivery) {
            assert!(!row.actors.contains(&Actor::Freelancer), "{machine}: nobody accepts their own work");
        }
        for row in table(machine).iter().filter(|row| row.event == Event::AttestPaid) {
            assert_eq!(row.to, State::Paid, "{machine}: what the client says alone settles nothing");
        }
    }
    let waits = allowed(Machine::Contract, State::Delivered, Actor::Client);
    assert!(!waits.contains(&Event::Terminate), "a client answers what was delivered");
}
