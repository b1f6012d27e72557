//! Contracts that are made for a lie: invented ones, and reviews that do not fit.

use hanse_document::{Commitment, SigningKey, Timestamp};
use hanse_ledger::{Leaf, Statement};

use super::{Liars, Lie, LieTold};
use crate::world::{Bent, Contract, Event, Plan, Said, Side, What, World, node_name};

/// The earliest time that a document may claim (PROTOCOL.md 2.5).
const EARLIEST: &str = "2020-01-01T00:00:00Z";

/// A day on which all is due soon.
const DUE_DAYS: u32 = 3;

/// A new contract of a liar with anybody, logged by both homes: the contract and the liar's side.
fn agreed(world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<(usize, Side)> {
    let liar = *world.dice.pick(&liars.people)?;
    let slots = [world.dice.bytes(), world.dice.bytes()].map(SigningKey::from_seed);
    Some(agreed_by(world, plan, liar, slots))
}

fn agreed_by(world: &mut World, plan: &mut Plan, liar: usize, slots: [SigningKey; 2]) -> (usize, Side) {
    let other = (liar + 1 + world.dice.below(world.people.len() - 1)) % world.people.len();
    let side = *world.dice.pick(&Side::BOTH).unwrap();
    let (client, freelancer) = if side == Side::Client { (liar, other) } else { (other, liar) };
    let round = world.dice.below(world.rounds.len());
    let due = world.day(round) + DUE_DAYS;
    let contract = world.agree_with(client, freelancer, (round, due), slots);
    for side in Side::BOTH {
        let of: &Contract = &world.contracts[contract];
        let (home, leaf) = (world.people[of.party(side)].home, of.engagement(side).unwrap());
        plan.push(Event::new(round, home, What::Engagement(contract, side), leaf.bytes()));
    }
    (contract, side)
}

/// Logs a review by that side. The rated person's home files the seal, and the opening only of what it can show and finds fitting.
fn publish(world: &World, plan: &mut Plan, said: usize, fits: bool) {
    let Said { contract, side, commit, open, .. } = &world.said[said];
    let of = &world.contracts[*contract];
    let [author, rated] = [*side, side.other()].map(|side| world.people[of.party(side)].home);
    let commit = Event::new(of.round, author, What::Commit(said), commit.bytes());
    plan.file(commit, rated, of.round);
    let open = Event::new(of.round, author, What::Open(said), open.bytes());
    plan.file(open, if fits { rated } else { author }, of.round);
}

/// A review by a liar that is bent so.
fn bent(
    lie: Lie,
    world: &mut World,
    plan: &mut Plan,
    liars: &Liars,
    bend: impl FnOnce(&mut World, usize, Side) -> Option<Bent>,
) -> Option<LieTold> {
    let (contract, side) = agreed(world, plan, liars)?;
    let bent = bend(world, contract, side)?;
    let rating = u32::try_from(1 + world.dice.below(5)).unwrap();
    let round = world.contracts[contract].round;
    let said = world.say(contract, side, round, rating, &bent);
    let fits = world.said[said].binds;
    publish(world, plan, said, fits);
    Some(LieTold::harmless(lie))
}

/// Somebody who has nothing to do with a contract.
fn third(world: &mut World, contract: usize) -> Option<usize> {
    let parties = Side::BOTH.map(|side| world.contracts[contract].party(side));
    let others: Vec<usize> = (0..world.people.len()).filter(|who| !parties.contains(who)).collect();
    world.dice.pick(&others).copied()
}

pub(super) fn wrong_role(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    bent(lie, world, plan, liars, |_, _, _| Some(Bent { role: true, ..Bent::default() }))
}

pub(super) fn wrong_contract(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    bent(lie, world, plan, liars, |_, contract, _| {
        Some(Bent { contract: Some(contract.checked_sub(1)?), ..Bent::default() })
    })
}

pub(super) fn wrong_person(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    bent(lie, world, plan, liars, |world, contract, _| {
        Some(Bent { rated: Some(third(world, contract)?), ..Bent::default() })
    })
}

pub(super) fn wrong_engagement(
    lie: Lie,
    world: &mut World,
    plan: &mut Plan,
    liars: &Liars,
) -> Option<LieTold> {
    bent(lie, world, plan, liars, |_, _, _| Some(Bent { engagement: true, ..Bent::default() }))
}

pub(super) fn wrong_author(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    bent(lie, world, plan, liars, |world, contract, _| {
        Some(Bent { author: Some(third(world, contract)?), ..Bent::default() })
    })
}

pub(super) fn false_custody(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    bent(lie, world, plan, liars, |world, _, _| {
        let node = node_name(world.dice.below(5));
        Some(Bent { custody: Some(node), ..Bent::default() })
    })
}

pub(super) fn text_never_given(
    lie: Lie,
    world: &mut World,
    plan: &mut Plan,
    liars: &Liars,
) -> Option<LieTold> {
    bent(lie, world, plan, liars, |_, _, _| Some(Bent { no_text: true, ..Bent::default() }))
}

pub(super) fn text_by_another(
    lie: Lie,
    world: &mut World,
    plan: &mut Plan,
    liars: &Liars,
) -> Option<LieTold> {
    bent(lie, world, plan, liars, |world, contract, _| {
        Some(Bent { text_by: Some(third(world, contract)?), ..Bent::default() })
    })
}

pub(super) fn text_no_text(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    bent(lie, world, plan, liars, |_, _, _| Some(Bent { text_is_reply: true, ..Bent::default() }))
}

pub(super) fn early_review(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let early = |_: &mut World, _, _| {
        Some(Bent { from: Some(Timestamp::parse(EARLIEST).unwrap()), ..Bent::default() })
    };
    bent(lie, world, plan, liars, early)
}

pub(super) fn no_document(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let (contract, side) = agreed(world, plan, liars)?;
    let sealed = Commitment::from_bytes(world.dice.bytes());
    world.withheld.insert(*sealed.as_bytes());
    let of = &world.contracts[contract];
    let (round, author) = (of.round, of.party(side));
    let (commit, open) = world.seal(contract, side, round, &sealed);
    let (rating, text, binds, reply) = (1, None, false, None);
    world.said.push(Said { contract, side, author, rating, text, binds, commit, open, sealed, reply });
    publish(world, plan, world.said.len() - 1, false);
    let home = world.people[author].home;
    Some(LieTold::harmless(lie).by([home]))
}

pub(super) fn day_claims(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let (contract, side) = agreed(world, plan, liars)?;
    let round = world.contracts[contract].round;
    let said = world.say(contract, side, round, 2, &Bent::default());
    let day = if world.dice.chance(1, 2) { 0 } else { u32::MAX };
    let of = &world.contracts[contract];
    let (rated, slot) = (of.party(side.other()), of.slot(side));
    let subject = [world.people[rated].subject()];
    let engagement = of.engagement(side.other())?.id();
    let commit = Statement::Commit { commitment: world.said[said].sealed, engagement };
    let commit = commit.draft(day, &subject).sign(&[slot]).unwrap();
    let open = Statement::Open { cites: commit.id() }.draft(day, &subject).sign(&[slot]).unwrap();
    let documents = world.documents.get(world.said[said].open.bytes())?.clone();
    world.documents.insert(open.bytes().to_vec(), documents);
    (world.said[said].commit, world.said[said].open) = (commit, open);
    publish(world, plan, said, true);
    Some(LieTold::harmless(lie))
}

pub(super) fn slot_twice(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let liar = *world.dice.pick(&liars.people)?;
    let own = world.contracts.iter().filter(|contract| contract.agreed);
    let own = own.flat_map(|contract| Side::BOTH.map(|side| (contract.party(side), contract.slot(side))));
    let seeds: Vec<_> = own.filter(|(who, _)| *who == liar).map(|(_, key)| *key.seed()).collect();
    let seed = *world.dice.pick(&seeds)?;
    let fresh = world.dice.bytes();
    // Whichever side the liar is on now, one of the two keys is old.
    let slots = [SigningKey::from_seed(seed), SigningKey::from_seed(fresh)];
    let (contract, side) = agreed_by(world, plan, liar, slots);
    let round = world.contracts[contract].round;
    for side in [side, side.other()] {
        let said = world.say(contract, side, round, 4, &Bent::default());
        publish(world, plan, said, true);
    }
    Some(LieTold::harmless(lie).of(Side::BOTH.map(|side| world.contracts[contract].party(side))))
}

/// A client's engagement with somebody who never heard of it, and outcomes by keys that the client holds.
fn invented(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars, slots: usize) -> Option<LieTold> {
    let homes: Vec<usize> =
        liars.people.iter().copied().filter(|who| liars.holds(world.people[*who].home)).collect();
    let client = *world.dice.pick(&homes)?;
    let freelancer = (client + 1 + world.dice.below(world.people.len() - 1)) % world.people.len();
    let keys: Vec<SigningKey> = (0..=slots).map(|_| SigningKey::from_seed(world.dice.bytes())).collect();
    let round = world.dice.below(world.rounds.len());
    let due = world.day(round) + DUE_DAYS;
    let mut keys = keys.into_iter();
    let (client_slot, freelancer_slot) = (keys.next()?, keys.next()?);
    let more: Vec<SigningKey> = keys.collect();
    let named: Vec<&SigningKey> = std::iter::once(&freelancer_slot).chain(&more).collect();
    let offer = world.offer(client, freelancer, round, &client_slot);
    let theirs = world.people[freelancer].home;
    let of_client: Leaf = world.engage(client, &offer, (round, due), theirs, &named);
    let home = world.people[client].home;
    let contract = world.contracts.len();
    plan.push(Event::new(round, home, What::Engagement(contract, Side::Client), of_client.bytes()));
    world.contracts.push(Contract {
        client,
        freelancer,
        agreed: false,
        client_slot,
        freelancer_slot,
        offer,
        acceptance: None,
        of_client,
        of_freelancer: None,
        round,
    });
    let log = if liars.holds(theirs) && world.dice.chance(1, 2) { theirs } else { home };
    if world.dice.chance(1, 2) {
        let settled = world.confirm(contract, round);
        let leaf = world.settled[settled].leaf.bytes();
        plan.push(Event::new(round, log, What::Settle(settled), leaf));
    }
    if world.dice.chance(1, 2) {
        let author = third(world, contract)?;
        let bent = Bent { author: Some(author), ..Bent::default() };
        let said = world.say(contract, Side::Freelancer, round, 5, &bent);
        plan.push(Event::new(round, log, What::Commit(said), world.said[said].commit.bytes()));
        plan.push(Event::new(round, log, What::Open(said), world.said[said].open.bytes()));
    }
    Some(LieTold::harmless(lie).of([client]))
}

pub(super) fn invented_partner(
    lie: Lie,
    world: &mut World,
    plan: &mut Plan,
    liars: &Liars,
) -> Option<LieTold> {
    invented(lie, world, plan, liars, 1)
}

pub(super) fn many_slots(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let slots = 2 + world.dice.below(3);
    invented(lie, world, plan, liars, slots)
}
