//! What counts, and what does not.

use hanse_document::kind::Role;
use hanse_reputation::record::UNDATED;
use hanse_reputation::{Ending, Epoch, Label, ReviewState};

use crate::world::{A, B, TODAY, World, entry_id, log_of};

#[test]
fn an_opened_review_is_an_entry() {
    let mut world = World::new();
    let (contract, written) = world.rated("ana", "vera", 4);
    let mut reading = world.read();
    reading.dated(&log_of(B), 4, TODAY);
    assert!(reading.changes().anew, "it has a day now");
    let [counted] = reading.entries()[..] else { panic!("one entry") };
    assert_eq!(counted.entry.id, entry_id(&written.open));
    assert_eq!((counted.entry.author, counted.entry.subject), (world.person("ana"), world.person("vera")));
    assert_eq!(counted.entry.verdict, Label::Better.verdict());
    assert_eq!(counted.entry.epoch, Epoch::of_day(TODAY));
    assert_eq!((counted.origin.as_str(), counted.index), ("b.example/reputation", 3));
    assert_eq!(counted.own, contract.client_engagement.id());
    assert_eq!(reading.entry(&counted.entry.id), Some(counted));
    assert_eq!(reading.did(&counted.entry.subject), Some(&world.somebody("vera").did));
}

#[test]
fn both_sides_count_alike() {
    let mut world = World::new();
    let (contract, _) = world.rated("ana", "vera", 5);
    let back = world.write(&contract, Role::Freelancer, 2);
    world.publish(&contract, Role::Freelancer, &back);
    let reading = world.read();
    let entries = reading.entries();
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|counted| counted.entry.epoch == UNDATED));
    let of_ana = reading.contracts(&world.person("ana"));
    assert_eq!(of_ana.len(), 1);
    assert_eq!((of_ana[0].review, of_ana[0].ending), (ReviewState::Opened, Ending::Completed));
    assert_eq!(of_ana[0].counterparty, world.person("vera"));
    assert_eq!(world.logs[&log_of(A)].len(), 6);
}
