//! What people do to contracts that are there: thieves of slot keys, and authors who say two things.

use hanse_document::SigningKey;
use hanse_ledger::Statement;

use super::{Liars, Lie, LieTold};
use crate::world::{Bent, Event, Plan, Said, What, World};

/// A day that no honest leaf has, so that a second leaf differs from the first.
const OTHER_DAY: u32 = 77;

/// Reviews in a log whose event fits, by their place and the event.
fn said_in(plan: &Plan, fits: impl Fn(&Event) -> bool) -> Vec<(usize, Event)> {
    let commits = plan.events.iter().filter(|event| fits(event));
    let said = commits.filter_map(|event| match event.what {
        What::Commit(said) => Some((said, event.clone())),
        _ => None,
    });
    said.collect()
}

/// A review in the place of another one, by somebody who has its slot key.
fn stolen(world: &mut World, said: usize, round: usize) -> Option<usize> {
    let Said { contract, side, .. } = world.said[said];
    let parties = [world.contracts[contract].client, world.contracts[contract].freelancer];
    let thieves: Vec<usize> = (0..world.people.len()).filter(|who| !parties.contains(who)).collect();
    let thief = *world.dice.pick(&thieves)?;
    Some(world.say(contract, side, round, 1, &Bent { author: Some(thief), ..Bent::default() }))
}

fn of_review(event: &Event, said: usize) -> bool {
    matches!(event.what, What::Commit(of) | What::Open(of) if of == said)
}

pub(super) fn stolen_at_home(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let copies = said_in(plan, |event| event.copy && liars.holds(event.log));
    let (said, event) = world.dice.pick(&copies)?.clone();
    let theft = stolen(world, said, event.round)?;
    // One review for a slot: what comes second is not filed.
    plan.events.retain(|other| other.log != event.log || !of_review(other, said));
    log(world, plan, theft, (event.round, event.log), true);
    Some(LieTold::harmless(lie))
}

pub(super) fn stolen_in_their_log(
    lie: Lie,
    world: &mut World,
    plan: &mut Plan,
    liars: &Liars,
) -> Option<LieTold> {
    let originals = said_in(plan, |event| !event.copy && liars.holds(event.log));
    let (said, event) = world.dice.pick(&originals)?.clone();
    let theft = stolen(world, said, event.round)?;
    let copies = plan.places(|other| other.copy && of_review(other, said));
    let home = copies.first().map(|place| plan.events[*place].log);
    plan.events.retain(|other| !(other.copy && of_review(other, said)));
    log(world, plan, theft, (event.round, event.log), true);
    if let Some(home) = home {
        // The home files the seal, which it cannot look into, and not the opening of what does not fit.
        let bytes = world.said[theft].commit.bytes();
        plan.push(Event { copy: true, ..Event::new(event.round, home, What::Commit(theft), bytes) });
    }
    Some(LieTold::harmless(lie))
}

/// Logs the leaves of a review, before or after everything else.
fn log(world: &World, plan: &mut Plan, said: usize, (round, log): (usize, usize), first: bool) {
    let Said { commit, open, .. } = &world.said[said];
    let commit = Event::new(round, log, What::Commit(said), commit.bytes());
    let open = Event::new(round, log, What::Open(said), open.bytes());
    if first {
        plan.push_first(open);
        plan.push_first(commit);
    } else {
        plan.push(commit);
        plan.push(open);
    }
}

pub(super) fn commit_twice(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let places = said_in(plan, |event| liars.holds(event.log));
    let (said, event) = world.dice.pick(&places)?.clone();
    let Said { contract, side, author, .. } = world.said[said];
    if !liars.people.contains(&author) {
        return None;
    }
    let rating = u32::try_from(1 + world.dice.below(5)).unwrap();
    let again = world.say(contract, side, event.round, rating, &Bent::default());
    let first = world.dice.chance(1, 2);
    log(world, plan, again, (event.round, event.log), first);
    Some(LieTold::harmless(lie).of([author]))
}

pub(super) fn open_twice(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let places = said_in(plan, |event| liars.holds(event.log));
    let (said, event) = world.dice.pick(&places)?.clone();
    let Said { contract, side, ref commit, ref open, .. } = world.said[said];
    let rated = world.contracts[contract].party(side.other());
    let statement = Statement::Open { cites: commit.id() };
    let again = statement.draft(OTHER_DAY, &[world.people[rated].subject()]);
    let again = again.sign(&[world.contracts[contract].slot(side)]).unwrap();
    let documents = world.documents.get(open.bytes())?.clone();
    if world.withheld.contains(world.said[said].sealed.as_bytes()) {
        return None;
    }
    world.documents.insert(again.bytes().to_vec(), documents);
    plan.push(Event::new(event.round, event.log, What::Open(said), again.bytes()));
    Some(LieTold::harmless(lie))
}

pub(super) fn second_identity(
    lie: Lie,
    world: &mut World,
    plan: &mut Plan,
    liars: &Liars,
) -> Option<LieTold> {
    let who = *world.dice.pick(&liars.people)?;
    let log = *world.dice.pick(&liars.operators)?;
    let home = if world.dice.chance(1, 2) { log } else { world.people[who].home };
    let document = world.identity_of(who, home, world.rounds[0]);
    let leaf = world.identity_leaf(who, document);
    let event = Event::new(0, log, What::Other, leaf.bytes());
    if world.dice.chance(1, 2) {
        plan.push(event);
    } else {
        plan.push_first(event);
    }
    Some(LieTold::harmless(lie).of([who]))
}

pub(super) fn reply_twice(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let places = plan.places(|event| matches!(event.what, What::Reply(_)) && liars.holds(event.log));
    let event = plan.events[*world.dice.pick(&places)?].clone();
    let What::Reply(said) = event.what else { return None };
    let Said { contract, side, .. } = world.said[said];
    let who = world.contracts[contract].party(side.other());
    let leaf = world.answer(said, event.round, "Something else.");
    plan.push(Event::new(event.round, event.log, What::Other, leaf.bytes()));
    Some(LieTold::harmless(lie).of([who]))
}

pub(super) fn reply_to_nothing(
    lie: Lie,
    world: &mut World,
    plan: &mut Plan,
    liars: &Liars,
) -> Option<LieTold> {
    let who = *world.dice.pick(&liars.people)?;
    let log = *world.dice.pick(&liars.operators)?;
    let stranger = SigningKey::from_seed(world.dice.bytes());
    let round = world.rounds.len() - 1;
    let cites = world.contracts[0].of_client.id();
    let commitment = world.contracts[0].offer.commitment();
    let key = if world.dice.chance(1, 2) { &world.people[who].key } else { &stranger };
    let leaf = world.leaf(&Statement::Reply { cites, commitment }, who, round, key);
    plan.push(Event::new(round, log, What::Other, leaf.bytes()));
    Some(LieTold::harmless(lie).of([who]))
}
