//! A federation in which nobody lies yet.

use hanse_document::Commitment;
use hanse_document::SigningKey;
use hanse_ledger::{Statement, SubjectKey};

use super::{Bent, DAY, Event, NAMES, Plan, Side, What, World, now};
use crate::random::Random;

/// Most epochs that a world lasts before the present one.
const EPOCHS_MAX: usize = 4;

/// Days of an epoch (PROTOCOL.md 9.5).
const EPOCH_DAYS: i64 = 30;

/// How long before now the last rounds are, in seconds: before the age at which a checkpoint is too old, after it, and just now.
const LAST_ROUNDS: [i64; 3] = [3 * DAY, DAY + 21_600, 3_600];

/// Days from the beginning of a contract to its due day: the same day, soon, and far away.
const DUE_DAYS: [u32; 4] = [0, 4, 35, 400];

/// A world and what its people do in it, all from a seed.
#[must_use]
pub fn honest(seed: u64) -> (World, Plan) {
    let mut dice = Random::seeded(seed);
    let epochs = i64::try_from(dice.below(EPOCHS_MAX)).unwrap();
    let before = (1..=epochs).rev().map(|epoch| -epoch * EPOCH_DAYS * DAY);
    let last =
        LAST_ROUNDS.iter().filter(|seconds| **seconds == 3_600 || dice.chance(1, 2)).map(|seconds| -seconds);
    let rounds = before.chain(last).map(|seconds| now().add_seconds(seconds).unwrap()).collect();
    let mut world = World::new(seed, dice, rounds);
    let mut plan = Plan::default();
    people(&mut world, &mut plan);
    for _ in 0..2 + world.dice.below(4) {
        contract(&mut world, &mut plan);
    }
    fill(&mut world, &mut plan);
    (world, plan)
}

fn people(world: &mut World, plan: &mut Plan) {
    for _ in 0..4 + world.dice.below(3) {
        let (home, hosted) = (world.dice.below(NAMES.len()), world.dice.chance(1, 2));
        let who = world.join(home, hosted);
        let document = world.people[who].identity.clone().unwrap();
        let leaf = world.identity_leaf(who, document);
        plan.push(Event::new(0, home, What::Identity(who), leaf.bytes()));
    }
}

/// A contract with whatever comes of it.
fn contract(world: &mut World, plan: &mut Plan) {
    let client = world.dice.below(world.people.len());
    let freelancer = (client + 1 + world.dice.below(world.people.len() - 1)) % world.people.len();
    let round = world.dice.below(world.rounds.len());
    let due = world.day(round) + *world.dice.pick(&DUE_DAYS).unwrap();
    let contract = world.agree(client, freelancer, round, due);
    for side in Side::BOTH {
        let home = world.people[world.contracts[contract].party(side)].home;
        let leaf = world.contracts[contract].engagement(side).unwrap();
        plan.push(Event::new(round, home, What::Engagement(contract, side), leaf.bytes()));
    }
    if world.dice.chance(1, 2) {
        settle(world, plan, contract, round);
    }
    for side in Side::BOTH {
        if world.dice.chance(3, 4) {
            review(world, plan, (contract, side), round);
        }
    }
}

fn later(world: &mut World, round: usize) -> usize {
    round + world.dice.below(world.rounds.len() - round)
}

fn settle(world: &mut World, plan: &mut Plan, contract: usize, round: usize) {
    let round = later(world, round);
    let settled = world.confirm(contract, round);
    let (client, freelancer) = (world.contracts[contract].client, world.contracts[contract].freelancer);
    let leaf = world.settled[settled].leaf.bytes();
    let event = Event::new(round, world.people[freelancer].home, What::Settle(settled), leaf);
    plan.file(event, world.people[client].home, round);
}

/// A review, sealed or opened, answered or not.
fn review(world: &mut World, plan: &mut Plan, (contract, side): (usize, Side), round: usize) {
    let round = later(world, round);
    let rating = u32::try_from(1 + world.dice.below(5)).unwrap();
    let said = world.say(contract, side, round, rating, &Bent::default());
    let parties = [side, side.other()].map(|side| world.contracts[contract].party(side));
    let [author, rated] = parties.map(|who| world.people[who].home);
    let event = Event::new(round, author, What::Commit(said), world.said[said].commit.bytes());
    plan.file(event, rated, round);
    if world.dice.chance(1, 5) {
        return;
    }
    let event = Event::new(round, author, What::Open(said), world.said[said].open.bytes());
    plan.file(event, rated, round);
    if world.dice.chance(1, 3) {
        let words = format!("Answer {}.", world.dice.below(1000));
        let leaf = world.answer(said, round, &words);
        plan.push(Event::new(round, rated, What::Reply(said), leaf.bytes()));
        world.said[said].reply = Some((leaf, words));
    }
}

/// In every epoch something happens in every log, so that each has a dating of each.
fn fill(world: &mut World, plan: &mut Plan) {
    let epoch = |world: &World, round: usize| i64::from(world.day(round)) / EPOCH_DAYS;
    for round in 0..world.rounds.len() {
        if 0 < round && epoch(world, round) == epoch(world, round - 1) {
            continue;
        }
        for log in 0..NAMES.len() {
            let key = SigningKey::from_seed(world.dice.bytes());
            let subject = SubjectKey::from_bytes(world.dice.bytes());
            let commitment = Commitment::from_bytes(world.dice.bytes());
            let leaf = Statement::Identity { commitment, seq: 0 }.draft(world.day(round), &[subject]);
            let leaf = leaf.sign(&[&key]).unwrap();
            plan.push(Event::new(round, log, What::Other, leaf.bytes()));
        }
    }
}
