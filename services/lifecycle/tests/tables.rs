//! Properties of the tables as a whole.

use hanse_lifecycle::{
    Actor, Event, Machine, State, allowed, is_terminal, next, render, start, table, timeouts,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn machines() -> impl Iterator<Item = Machine> {
    Machine::ALL.iter().copied()
}

fn states(machine: Machine) -> BTreeSet<State> {
    table(machine).iter().flat_map(|row| row.from.into_iter().chain([row.to])).collect()
}

/// The states that the rows which pass `through` lead to, from the beginning on.
fn reached(machine: Machine, through: impl Fn(Event) -> bool) -> BTreeSet<State> {
    let mut reached: BTreeSet<State> = BTreeSet::new();
    for _ in State::ALL {
        let known = |from: Option<State>| from.is_none_or(|from| reached.contains(&from));
        let rows = table(machine).iter().filter(|row| through(row.event) && known(row.from));
        let to: Vec<State> = rows.map(|row| row.to).collect();
        reached.extend(to);
    }
    reached
}

#[test]
fn from_one_state_an_event_leads_to_one_place() {
    for machine in machines() {
        let mut seen = BTreeSet::new();
        for row in table(machine) {
            assert!(seen.insert((row.from, row.event)), "{machine}: {:?} {} twice", row.from, row.event);
            assert!(!row.actors.is_empty() && !row.note.is_empty());
        }
        assert!(table(machine).iter().any(|row| row.from.is_none()), "{machine} begins");
    }
}

#[test]
fn every_state_is_reachable() {
    for machine in machines() {
        assert_eq!(reached(machine, |_| true), states(machine), "{machine}");
    }
}

#[test]
fn every_word_is_used_by_some_table() {
    let used: BTreeSet<State> = machines().flat_map(states).collect();
    assert_eq!(used, State::ALL.iter().copied().collect());
    let used: BTreeSet<Event> = machines().flat_map(table).map(|row| row.event).collect();
    assert_eq!(used, Event::ALL.iter().copied().collect());
}

#[test]
fn every_state_that_is_not_terminal_has_a_timeout_and_no_other_has() {
    for machine in machines() {
        for state in states(machine) {
            let ends = timeouts(machine).iter().any(|timeout| timeout.state == state);
            assert_eq!(ends, !is_terminal(machine, state), "{machine} {state}");
        }
        assert!(timeouts(machine).iter().all(|timeout| states(machine).contains(&timeout.state)));
    }
}

#[test]
fn a_state_to_which_nothing_leads_is_no_end() {
    // A submitted bid is no state of a job at all, and nothing leads out of it there.
    assert!(!is_terminal(Machine::Job, State::Submitted));
    assert!(is_terminal(Machine::Job, State::ClosedUnfilled));
}

#[test]
fn time_alone_ends_everything() {
    for machine in machines() {
        for from in states(machine) {
            let mut state = from;
            for _ in State::ALL {
                let Some(timeout) = timeouts(machine).iter().find(|timeout| timeout.state == state) else {
                    break;
                };
                assert!(timeout.after_seconds > 0 && !timeout.why.is_empty());
                state = next(machine, state, timeout.event, Actor::Node).unwrap();
            }
            assert!(is_terminal(machine, state), "{machine}: silence in {from} stays in {state}");
        }
    }
}

/// A clock that starts with an event which need not have happened would never start.
#[test]
fn the_event_that_starts_a_clock_lies_on_every_way_to_its_state() {
    for machine in machines() {
        for timeout in timeouts(machine) {
            let without = reached(machine, |event| event != timeout.since);
            assert!(!without.contains(&timeout.state), "{machine} {}", timeout.state);
        }
    }
}

/// The whole space: every machine, origin, event and actor.
#[test]
fn what_is_not_in_the_table_is_refused_with_exactly_the_allowed_set() {
    for machine in machines() {
        let origins = State::ALL.iter().map(|state| Some(*state)).chain([None]);
        for (from, actor) in origins.flat_map(|from| Actor::ALL.iter().map(move |actor| (from, *actor))) {
            let rows = || table(machine).iter().filter(move |row| row.from == from);
            let may: Vec<Event> =
                rows().filter(|row| row.actors.contains(&actor)).map(|row| row.event).collect();
            if let Some(state) = from {
                assert_eq!(allowed(machine, state, actor), may);
            }
            for event in Event::ALL.iter().copied() {
                let answer = match from {
                    Some(state) => next(machine, state, event, actor),
                    None => start(machine, event, actor),
                };
                match answer {
                    Ok(to) => {
                        assert!(may.contains(&event));
                        assert!(rows().any(|row| row.event == event && row.to == to));
                    }
                    Err(refused) => {
                        assert!(!may.contains(&event));
                        assert_eq!((refused.machine, refused.state), (machine, from));
                        assert_eq!((refused.event, refused.actor), (event, actor));
                        assert_eq!(refused.allowed, may);
                    }
                }
            }
        }
    }
}

#[test]
fn the_contract_is_closed_by_its_client_only_once_the_work_is_approved() {
    let closable: Vec<State> = State::ALL
        .iter()
        .copied()
        .filter(|state| allowed(Machine::Contract, *state, Actor::Client).contains(&Event::Close))
        .collect();
    assert_eq!(closable, [State::Approved, State::Paid, State::Settled]);
    let by_freelancer = |row: &&hanse_lifecycle::Transition| row.actors.contains(&Actor::Freelancer);
    assert!(table(Machine::Contract).iter().filter(by_freelancer).all(|row| row.event != Event::Close));
}

#[test]
fn work_may_be_delivered_again() {
    let again = next(Machine::Contract, State::Delivered, Event::Deliver, Actor::Freelancer);
    assert_eq!(again, Ok(State::Delivered));
}

#[test]
fn a_refusal_says_what_is_possible() {
    let refused = next(Machine::Contract, State::Approved, Event::Deliver, Actor::Client).unwrap_err();
    insta::assert_snapshot!(refused, @"the contract is approved: the client cannot deliver it now; allowed: attest_paid, close");
    let refused = next(Machine::Bid, State::Offered, Event::Withdraw, Actor::Freelancer).unwrap_err();
    insta::assert_snapshot!(refused, @"the bid is offered: the freelancer cannot withdraw it now; the next move is not theirs");
    let refused = start(Machine::Job, Event::Submit, Actor::Client).unwrap_err();
    insta::assert_snapshot!(refused, @"a job does not begin with submit by the client; allowed: publish");
}

#[test]
fn every_word_reads_back_and_no_two_are_spelt_alike() {
    for state in State::ALL {
        assert_eq!(state.name().parse::<State>().as_ref(), Ok(state));
    }
    for event in Event::ALL {
        assert_eq!(event.name().parse::<Event>().as_ref(), Ok(event));
    }
    for machine in Machine::ALL {
        assert_eq!(machine.name().parse::<Machine>().as_ref(), Ok(machine));
    }
    for actor in Actor::ALL {
        assert_eq!(actor.name().parse::<Actor>().as_ref(), Ok(actor));
    }
    insta::assert_snapshot!("Open".parse::<State>().unwrap_err(), @"`Open` is no state");
}

#[test]
fn the_tables_as_people_read_them() {
    insta::assert_snapshot!(render());
}

fn any_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

proptest! {
    /// Whatever people try in whatever order, what took effect has its ground before it.
    #[test]
    fn no_walk_skips_a_signature(tries in prop::collection::vec((any_of(Event::ALL), any_of(Actor::ALL)), 0..400)) {
        let mut state = start(Machine::Contract, Event::Offer, Actor::Client).unwrap();
        let mut done = vec![Event::Offer];
        for (event, actor) in tries {
            if let Ok(to) = next(Machine::Contract, state, event, actor) {
                prop_assert!(!is_terminal(Machine::Contract, state));
                state = to;
                done.push(event);
            }
        }
        let before = |event: Event, ground: Event| {
            done.iter().position(|seen| *seen == event)
                .is_none_or(|at| done.iter().take(at).any(|seen| *seen == ground))
        };
        prop_assert!(before(Event::Engage, Event::Accept));
        prop_assert!(before(Event::Deliver, Event::Engage));
        prop_assert!(before(Event::AcceptDelivery, Event::Deliver));
        prop_assert!(before(Event::AttestPaid, Event::AcceptDelivery));
        prop_assert!(before(Event::ConfirmReceived, Event::AttestPaid));
        for once in [Event::Accept, Event::Engage, Event::ConfirmReceived, Event::Close, Event::Terminate] {
            prop_assert!(done.iter().filter(|event| **event == once).count() <= 1);
        }
    }
}
