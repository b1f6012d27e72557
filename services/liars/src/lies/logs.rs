//! What operators do with their logs, and auditors with their cosignatures.

use std::collections::BTreeSet;

use hanse_document::canonical;
use hanse_document::{Commitment, SigningKey};
use hanse_ledger::{Leaf, LeafId, Statement};
use serde_json::{Map, Value, json};

use super::{Liars, Lie, LieTold};
use crate::world::{DAY, Event, NAMES, Plan, What, World};

/// How deep a leaf may be nested, and one level more (PROTOCOL.md 5.1).
const DEPTH: usize = 8;

/// By how many seconds a lying auditor's clock may be off: as far ahead as is allowed, farther, too old, and years.
const SKEWS: [i64; 5] = [200, 4_000, -3 * DAY, 40 * DAY, -400 * DAY];

fn outcome(what: What) -> bool {
    matches!(what, What::Commit(_) | What::Open(_) | What::Settle(_))
}

/// One event that fits, by its place.
fn one(world: &mut World, plan: &Plan, fits: impl Fn(&Event) -> bool) -> Option<usize> {
    world.dice.pick(&plan.places(fits)).copied()
}

/// All that follows from a review or payment.
fn follows(event: &Event, first: What) -> bool {
    match (first, event.what) {
        (What::Commit(said), What::Commit(other) | What::Open(other) | What::Reply(other))
        | (What::Open(said), What::Open(other) | What::Reply(other)) => said == other,
        _ => event.what == first,
    }
}

pub(super) fn no_copy(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let place = one(world, plan, |event| event.copy && outcome(event.what) && liars.holds(event.log))?;
    let Event { log, what, .. } = plan.events[place].clone();
    plan.events
        .retain(|event| event.log != log || matches!(event.what, What::Reply(_)) || !follows(event, what));
    Some(LieTold::harmless(lie))
}

fn without(lie: Lie, world: &mut World, plan: &mut Plan, fits: impl Fn(&Event) -> bool) -> Option<LieTold> {
    let place = one(world, plan, |event| !event.copy && fits(event))?;
    let what = plan.events[place].what;
    plan.events.retain(|event| !follows(event, what));
    Some(LieTold::harmless(lie))
}

pub(super) fn no_commit(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    without(lie, world, plan, |event| matches!(event.what, What::Commit(_)) && liars.holds(event.log))
}

pub(super) fn no_open(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    without(lie, world, plan, |event| matches!(event.what, What::Open(_)) && liars.holds(event.log))
}

pub(super) fn no_settle(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    without(lie, world, plan, |event| matches!(event.what, What::Settle(_)) && liars.holds(event.log))
}

pub(super) fn no_engagement(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let engagement = |event: &Event| matches!(event.what, What::Engagement(..)) && liars.holds(event.log);
    let place = one(world, plan, engagement)?;
    let Event { log, what, .. } = plan.events[place].clone();
    let What::Engagement(contract, side) = what else { return None };
    let other = world.people[world.contracts[contract].party(side.other())].home;
    if other == log || liars.holds(other) {
        plan.events.remove(place);
        return Some(LieTold::harmless(lie).by([log, other]));
    }
    // An honest home begins nothing before the other side's engagement is logged.
    let (said, settled) = (&world.said, &world.settled);
    plan.events.retain(|event| match event.what {
        What::Engagement(of, _) => of != contract,
        What::Commit(of) | What::Open(of) | What::Reply(of) => said[of].contract != contract,
        What::Settle(of) => settled[of].contract != contract,
        What::Identity(_) | What::Other => true,
    });
    Some(LieTold::harmless(lie).by([log]))
}

pub(super) fn hide_from_index(
    lie: Lie,
    world: &mut World,
    plan: &mut Plan,
    liars: &Liars,
) -> Option<LieTold> {
    let place = one(world, plan, |event| event.what != What::Other && liars.holds(event.log))?;
    plan.events[place].hidden = true;
    Some(LieTold::harmless(lie).by([plan.events[place].log]))
}

pub(super) fn keep_review(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let place = one(world, plan, |event| {
        !event.copy && matches!(event.what, What::Open(_)) && liars.holds(event.log)
    })?;
    let Event { log, what, .. } = plan.events[place].clone();
    let What::Open(said) = what else { return None };
    world.withheld.insert(*world.said[said].sealed.as_bytes());
    let mut by = BTreeSet::from([log]);
    // An honest home files what it can show; a lying one does as it likes.
    plan.events.retain(|event| event.what != what || !event.copy || liars.holds(event.log));
    by.extend(plan.events.iter().filter(|event| event.what == what).map(|event| event.log));
    Some(LieTold::harmless(lie).by(by))
}

pub(super) fn keep_text(lie: Lie, world: &mut World, _plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let kept = world.said.iter().filter(|said| {
        let home = world.people[world.contracts[said.contract].party(said.side)].home;
        said.text.is_some() && liars.holds(home)
    });
    let texts: Vec<[u8; 32]> = kept
        .filter_map(|said| world.documents.get(said.open.bytes())?.get(1))
        .map(|text| *text.commitment().as_bytes())
        .collect();
    let text = *world.dice.pick(&texts)?;
    world.withheld.insert(text);
    Some(LieTold::harmless(lie))
}

pub(super) fn reorder(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let log = *world.dice.pick(&liars.operators)?;
    for round in 0..world.rounds.len() {
        let places = plan.places(|event| event.log == log && event.round == round);
        for place in (1..places.len()).rev() {
            let other = world.dice.below(place + 1);
            plan.events.swap(places[place], places[other]);
        }
    }
    // An open leaf before its commit makes no document public (PROTOCOL.md 9.4).
    Some(LieTold::harmless(lie).in_records())
}

fn forked(world: &mut World, plan: &mut Plan, log: usize, second: BTreeSet<usize>) -> Option<()> {
    if plan.forks.contains_key(&log) {
        return None;
    }
    for _ in 0..=world.dice.below(2) {
        let place =
            one(world, plan, |event| event.log == log && outcome(event.what) && event.only.is_none())?;
        plan.events[place].only = Some(0);
        let Event { what, copy, .. } = plan.events[place];
        // Who follows the second history does not see it there, so does not file it.
        plan.events
            .retain(|event| copy || !event.copy || !follows(event, what) || !second.contains(&event.log));
    }
    plan.forks.insert(log, second);
    Some(())
}

pub(super) fn fork(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let log = *world.dice.pick(&liars.operators)?;
    forked(world, plan, log, BTreeSet::new())?;
    Some(LieTold::harmless(lie).by([log]))
}

pub(super) fn split_fork(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let log = *world.dice.pick(&liars.operators)?;
    let second = (0..NAMES.len()).filter(|other| *other != log && world.dice.chance(1, 2)).collect();
    forked(world, plan, log, second)?;
    Some(LieTold::harmless(lie).by([log]))
}

pub(super) fn cosign_times(lie: Lie, world: &mut World, plan: &mut Plan, _liars: &Liars) -> Option<LieTold> {
    let auditors: Vec<usize> = world.lying_auditors.iter().copied().collect();
    let auditor = *world.dice.pick(&auditors)?;
    plan.skewed.insert(auditor, *world.dice.pick(&SKEWS)?);
    Some(LieTold::harmless(lie))
}

pub(super) fn silence(lie: Lie, world: &mut World, _plan: &mut Plan, _liars: &Liars) -> Option<LieTold> {
    let auditors: Vec<usize> = world.lying_auditors.iter().copied().collect();
    let auditor = *world.dice.pick(&auditors)?;
    world.silent_auditors.insert(auditor);
    Some(LieTold::harmless(lie))
}

pub(super) fn leaf_twice(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let place = one(world, plan, |event| event.what != What::Other && liars.holds(event.log))?;
    let event = Event { what: What::Other, ..plan.events[place].clone() };
    let log = event.log;
    plan.push(event);
    Some(LieTold::harmless(lie).by([log]))
}

/// A leaf of a type that nobody knows, about these, nested so deep.
fn unknown(world: &mut World, about: &[usize], depth: usize) -> Map<String, Value> {
    let mut nested = json!(world.dice.below(1000));
    for _ in 1..depth {
        nested = if world.dice.chance(1, 2) { json!([nested]) } else { json!({ "in": nested }) };
    }
    let mut subjects: Vec<String> = about.iter().map(|who| world.people[*who].subject().hex()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let leaf = json!({"day": 1, "sigs": [], "subjects": subjects, "t": "rumour", "v": 1, "what": nested});
    leaf.as_object().unwrap().clone()
}

pub(super) fn out_of_form(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let log = *world.dice.pick(&liars.operators)?;
    let who = world.dice.below(world.people.len());
    let mut leaf = unknown(world, &[who], DEPTH);
    match world.dice.below(5) {
        0 => drop(leaf.remove("day")),
        1 => drop(leaf.insert("v".into(), json!(2))),
        2 => drop(leaf.insert("t".into(), json!("Rumour"))),
        3 => leaf = unknown(world, &[who], DEPTH + 4),
        _ => drop(leaf.insert("sigs".into(), json!([{"key": "00", "value": "00"}]))),
    }
    let round = world.dice.below(world.rounds.len());
    plan.push(Event::new(round, log, What::Other, &canonical::to_vec(&Value::Object(leaf))));
    Some(LieTold::harmless(lie).by([log]))
}

pub(super) fn begin_wrongly(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let log = *world.dice.pick(&liars.operators)?;
    plan.begin_wrongly.insert(log);
    Some(LieTold::harmless(lie).by([log]))
}

pub(super) fn unknown_leaves(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let log = *world.dice.pick(&liars.operators)?;
    let round = world.dice.below(world.rounds.len());
    for _ in 0..3 {
        let about = [world.dice.below(world.people.len()), world.dice.below(world.people.len())];
        let depth = 1 + world.dice.below(DEPTH);
        let leaf = unknown(world, &about, depth);
        plan.push(Event::new(round, log, What::Other, &canonical::to_vec(&Value::Object(leaf))));
    }
    Some(LieTold::harmless(lie))
}

/// The leaf with this signer instead of its own.
fn signed_by(leaf: &[u8], key: &SigningKey) -> Vec<u8> {
    let mut fields: Map<String, Value> = serde_json::from_slice(leaf).unwrap();
    fields.remove("sigs");
    let message =
        [b"hanse/leaf/v1\n".as_slice(), &canonical::to_vec(&Value::Object(fields.clone()))].concat();
    let signature = key.sign(&message);
    fields.insert("sigs".into(), json!([{"key": key.public().hex(), "value": signature.hex()}]));
    canonical::to_vec(&Value::Object(fields))
}

pub(super) fn foreign_leaves(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let log = *world.dice.pick(&liars.operators)?;
    let round = world.dice.below(world.rounds.len());
    let key = SigningKey::from_seed(world.dice.bytes());
    let commits: Vec<(usize, LeafId, LeafId)> = world
        .said
        .iter()
        .map(|said| {
            let contract = &world.contracts[said.contract];
            let engagement = contract.engagement(said.side.other()).unwrap_or(&contract.of_client);
            (contract.party(said.side.other()), engagement.id(), said.commit.id())
        })
        .collect();
    let (about, engagement, cites) = *world.dice.pick(&commits)?;
    let commitment = Commitment::from_bytes(world.dice.bytes());
    let statements = [
        Statement::Commit { commitment, engagement },
        Statement::Settle { commitment, engagement },
        Statement::Open { cites },
        Statement::Reply { cites, commitment },
        Statement::Identity { commitment, seq: 0 },
    ];
    let statement = world.dice.pick(&statements)?.clone();
    let leaf = world.leaf(&statement, about, round, &key);
    plan.push_first(Event::new(round, log, What::Other, leaf.bytes()));
    Some(LieTold::harmless(lie))
}

/// A leaf that stands in another log, and not in that of a liar.
fn elsewhere(world: &mut World, plan: &Plan, log: usize) -> Option<Event> {
    let id = |bytes: &[u8]| Leaf::parse_general(bytes).map(|leaf| leaf.id());
    let here: Vec<_> = plan.events.iter().filter(|event| event.log == log).collect();
    let held = |event: &Event| here.iter().any(|here| id(&here.bytes) == id(&event.bytes));
    let place = one(world, plan, |event| event.what != What::Other && !held(event))?;
    Some(plan.events[place].clone())
}

pub(super) fn strangers_copy(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let log = *world.dice.pick(&liars.operators)?;
    let event = elsewhere(world, plan, log)?;
    let bytes = signed_by(&event.bytes, &SigningKey::from_seed(world.dice.bytes()));
    plan.push(Event::new(event.round, log, What::Other, &bytes));
    Some(LieTold::harmless(lie))
}

/// True leaves of other logs: where one stands is no part of it.
pub(super) fn true_copy(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let log = *world.dice.pick(&liars.operators)?;
    let elsewhere = |event: &&Event| matches!(event.what, What::Engagement(..)) && event.log != log;
    let copies: Vec<Event> = plan.events.iter().filter(elsewhere).cloned().collect();
    for event in &copies {
        if plan.events.iter().all(|here| here.log != log || here.bytes != event.bytes) {
            plan.push(Event::new(event.round, log, What::Other, &event.bytes));
        }
    }
    (!copies.is_empty()).then(|| LieTold::harmless(lie))
}

pub(super) fn bad_signature(lie: Lie, world: &mut World, plan: &mut Plan, liars: &Liars) -> Option<LieTold> {
    let log = *world.dice.pick(&liars.operators)?;
    let event = elsewhere(world, plan, log)?;
    let mut leaf: Value = serde_json::from_slice(&event.bytes).unwrap();
    let value = leaf["sigs"][0]["value"].as_str()?.to_owned();
    let other = if value.starts_with('0') { "1" } else { "0" };
    leaf["sigs"][0]["value"] = json!(format!("{other}{}", value.split_at(1).1));
    let bytes = canonical::to_vec(&leaf);
    world.unsigned.insert(bytes.clone());
    plan.push(Event::new(event.round, log, What::Other, &bytes));
    Some(LieTold::harmless(lie))
}
