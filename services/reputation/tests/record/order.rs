//! Interleaving, repetition and time of arrival change nothing.

use hanse_document::Verified;
use hanse_document::kind::Role;
use hanse_reputation::record::{Counted, Reading};
use hanse_reputation::{Contract, Entry, Epoch, Graph, Parameters, Standpoint, SubjectKey};
use proptest::prelude::*;

use crate::world::{A, B, TODAY, World, log_of};

/// What can be fed, in the order of its source.
#[derive(Clone)]
enum Fed {
    Leaf(String, u64, Vec<u8>),
    Document(Box<Verified>),
    Dated(String, u64, u32),
}

fn feed(reading: &mut Reading, fed: &Fed) {
    match fed {
        Fed::Leaf(origin, index, leaf) => reading.leaf(origin, *index, leaf).unwrap(),
        Fed::Document(document) => reading.document(document),
        Fed::Dated(origin, size, day) => reading.dated(origin, *size, *day),
    }
}

/// Both directions, a slot that was filled twice, one that nobody filled, a review by a stranger, and days of two epochs.
fn world() -> (World, Vec<SubjectKey>) {
    let mut world = World::new();
    let (first, _) = world.rated("ana", "vera", 5);
    let back = world.write(&first, Role::Freelancer, 2);
    world.publish(&first, Role::Freelancer, &back);
    world.rated("bo", "vera", 1);
    world.rated("ana", "bo", 4);
    world.rated("vera", "zoe", 3);
    let twice = world.contract("bo", "zoe");
    let (early, late) = (world.write(&twice, Role::Client, 1), world.write(&twice, Role::Client, 5));
    for (node, order) in [(A, [&late, &early]), (B, [&early, &late])] {
        for written in order {
            world.push(node, &written.commit);
            world.push(node, &written.open);
        }
    }
    for written in [&early, &late] {
        world.documents.push(written.document.clone());
    }
    world.documents.push(twice.acceptance.clone());
    let empty = world.contract("ana", "zoe");
    world.documents.push(empty.offer);
    let (people, strange) =
        (["ana", "bo", "vera", "zoe"].map(|name| world.person(name)), world.contract("ana", "vera"));
    let body = world.body(&strange, Role::Client, 5);
    let forged = world.seal(&strange, Role::Client, "bo", body);
    world.publish(&strange, Role::Client, &forged);
    (world, people.to_vec())
}

/// Everything that a reading says, asked at the end.
fn said(reading: &mut Reading, people: &[SubjectKey]) -> (Vec<Counted>, Vec<Contract>) {
    reading.changes();
    let entries = reading.entries().into_iter().cloned().collect();
    (entries, people.iter().flat_map(|person| reading.contracts(person)).collect())
}

fn sources(world: &World) -> Vec<Vec<Fed>> {
    let mut sources: Vec<Vec<Fed>> = Vec::new();
    for (origin, leaves) in &world.logs {
        let leaf = |(index, leaf): (u64, &Vec<u8>)| Fed::Leaf(origin.clone(), index, leaf.clone());
        sources.push((0..).zip(leaves).map(leaf).collect());
    }
    sources.push(world.documents.iter().map(|document| Fed::Document(Box::new(document.clone()))).collect());
    let size = u64::try_from(world.logs[&log_of(A)].len()).unwrap();
    sources.push(vec![
        Fed::Dated(log_of(A), size / 2, TODAY - 60),
        Fed::Dated(log_of(A), size, TODAY),
        Fed::Dated(log_of(B), 6, TODAY - 30),
        Fed::Dated(log_of(B), 9, TODAY - 90),
        Fed::Dated(log_of(B), 12, TODAY + 60),
    ]);
    sources
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Logs, documents and days in any interleaving, documents and days also in any order and repeated, asked at any times.
    #[test]
    fn arrival_leaves_no_trace(picks in prop::collection::vec((0..4_usize, any::<u16>()), 120), asks in any::<u64>()) {
        let (world, people) = world();
        let mut plain = Reading::new();
        sources(&world).iter().flatten().for_each(|fed| feed(&mut plain, fed));
        let expected = said(&mut plain, &people);
        prop_assert_eq!(expected.0.len(), 6);

        let (mut left, mut reading) = (sources(&world), Reading::new());
        let mut entries: Vec<Entry> = Vec::new();
        for (turn, (source, place)) in picks.into_iter().enumerate() {
            let source = &mut left[source];
            match source.first().cloned() {
                None => continue,
                Some(leaf @ Fed::Leaf(..)) => {
                    feed(&mut reading, &leaf);
                    source.remove(0);
                }
                // Sometimes it comes again, and later ones come first.
                Some(_) => {
                    let place = usize::from(place);
                    let fed = source[place % source.len()].clone();
                    feed(&mut reading, &fed);
                    if place % 3 != 0 {
                        source.remove(place % source.len());
                    }
                }
            }
            if asks >> (turn % 64) & 1 == 1 {
                follow(&mut reading, &mut entries);
            }
        }
        left.iter().flatten().for_each(|fed| feed(&mut reading, fed));
        follow(&mut reading, &mut entries);
        let found = said(&mut reading, &people);
        prop_assert_eq!(&found, &expected);

        // Who followed the changes has the same graph as who asked once.
        let epoch = Epoch::of_day(TODAY);
        let grown = Graph::build(Parameters::default(), epoch, entries).unwrap();
        let anew = Graph::build(Parameters::default(), epoch, expected.0.iter().map(|counted| counted.entry)).unwrap();
        for viewer in &people {
            for subject in people.iter().filter(|subject| *subject != viewer) {
                let standpoint = Standpoint::own(*viewer);
                prop_assert_eq!(grown.explain(standpoint, subject), anew.explain(standpoint, subject));
            }
        }
    }
}

/// What a node does with changes: adds what is new, and begins anew when it is told to.
fn follow(reading: &mut Reading, entries: &mut Vec<Entry>) {
    let changes = reading.changes();
    if changes.anew {
        *entries = reading.entries().into_iter().map(|counted| counted.entry).collect();
    } else {
        entries.extend(changes.entries);
    }
}

#[test]
fn a_leaf_out_of_order_is_refused() {
    let mut reading = Reading::new();
    reading.leaf(&log_of(A), 0, b"x").unwrap();
    let refused = reading.leaf(&log_of(A), 0, b"x").unwrap_err();
    assert_eq!((refused.given, refused.next), (0, 1));
    assert_eq!(reading.read(&log_of(A)), 1);
    assert!(reading.leaf(&log_of(B), 1, b"x").is_err());
}
