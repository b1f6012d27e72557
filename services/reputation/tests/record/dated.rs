//! What datings say: how old an entry is, and whether somebody let their day pass in silence.

use hanse_document::kind::Role;
use hanse_reputation::record::Broken;
use hanse_reputation::{Epoch, ReviewState};

use crate::world::{A, B, TODAY, World, log_of};

/// What became of the review that Vera, who lives at B, owes Ana, if B's log was dated like this, in this order: sizes from its end, days
/// from today.
fn owed(world: &mut World, datings: &[(i64, u32)]) -> ReviewState {
    let ana = world.person("ana");
    let mut reading = world.read();
    let end = i64::try_from(reading.read(&log_of(B))).unwrap();
    for (beyond, days) in datings {
        reading.dated(&log_of(B), u64::try_from(end + beyond).unwrap(), TODAY + days);
    }
    reading.changes();
    let contracts = reading.contracts(&ana);
    assert_eq!(contracts.len(), 1);
    contracts[0].review
}

/// The last day decides, and of that day the smallest state: all that was vouched for then must have been read.
#[test]
fn of_several_datings_the_smallest_of_the_last_day_counts() {
    let mut world = World::new();
    world.rated("ana", "vera", 5);
    for (datings, state) in [
        (&[(0, 60)][..], ReviewState::Silent),
        (&[(1, 60)], ReviewState::Awaited),
        (&[(0, 60), (1, 60)], ReviewState::Silent),
        (&[(1, 60), (0, 60)], ReviewState::Silent),
        (&[(1, 60), (2, 60)], ReviewState::Awaited),
        (&[(0, 60), (1, 90)], ReviewState::Awaited),
        (&[(1, 90), (0, 60)], ReviewState::Awaited),
        (&[(1, 60), (0, 90)], ReviewState::Silent),
        (&[(0, 90), (1, 60)], ReviewState::Silent),
    ] {
        assert_eq!(owed(&mut world, datings), state, "{datings:?}");
    }
}

/// An entry is of the earliest day on which a state that covers it was cosigned, in whatever order that is told.
#[test]
fn an_entry_is_of_the_first_day_that_covers_it() {
    let mut world = World::new();
    world.rated("ana", "vera", 5);
    let size = u64::try_from(world.logs[&log_of(B)].len()).unwrap();
    let epoch = |datings: &[(u64, u32)]| {
        let mut reading = world.read();
        for (size, day) in datings {
            reading.dated(&log_of(B), *size, *day);
        }
        reading.changes();
        reading.entries()[0].entry.epoch
    };
    let days = |days: u32| Epoch::of_day(TODAY + days);
    assert_eq!(epoch(&[(size, TODAY + 60)]), days(60));
    assert_eq!(epoch(&[(size, TODAY + 60), (size, TODAY + 30)]), days(30));
    assert_eq!(epoch(&[(size, TODAY + 30), (size, TODAY + 60)]), days(30));
    assert_eq!(epoch(&[(size + 5, TODAY + 30), (size, TODAY + 60)]), days(30), "a larger state covers it");
    assert_eq!(epoch(&[(size, TODAY + 60), (size + 5, TODAY + 30)]), days(30));
    assert_eq!(epoch(&[(size - 1, TODAY), (size, TODAY + 60)]), days(60), "a smaller one does not");
}

/// Words are open that bind nobody: once the day is over that is silence. Words that are open and not here may still come.
#[test]
fn words_that_bind_nobody_are_silence() {
    let mut world = World::new();
    let (contract, _) = world.rated("ana", "vera", 5);
    let mut body = world.body(&contract, Role::Freelancer, 1);
    body.id = world.somebody("zoe").did.clone();
    let void = world.seal(&contract, Role::Freelancer, "vera", body);
    world.push(B, &void.commit);
    world.push(B, &void.open);
    assert_eq!(owed(&mut world, &[(0, 60)]), ReviewState::Awaited, "somebody still has to show it");
    world.documents.push(void.document);
    assert_eq!(owed(&mut world, &[(0, 10)]), ReviewState::Awaited, "the day is not over");
    assert_eq!(owed(&mut world, &[(0, 60)]), ReviewState::Silent);
}

/// A commit seals what it says in the log that holds it, and in no other.
#[test]
fn a_commit_seals_one_document_in_its_log() {
    let mut world = World::new();
    let contract = world.contract("ana", "vera");
    let written = world.write(&contract, Role::Client, 5);
    world.push(A, &written.commit);
    let reading = world.read();
    let seals = |origin: &str| reading.seals(&written.commit.id(), origin).copied();
    assert_eq!(seals(&log_of(A)), Some(written.document.commitment()));
    assert_eq!((seals(&log_of(B)), seals("c.example/reputation")), (None, None));
    assert_eq!(reading.seals(&written.open.id(), &log_of(A)), None);
}

#[test]
fn each_rule_says_what_is_broken() {
    let told = [
        (Broken::Rated, "about somebody else"),
        (Broken::Author, "not the other side"),
        (Broken::Role, "the subject's own side"),
        (Broken::Contract, "another contract"),
        (Broken::Signer, "did not sign"),
        (Broken::Slot, "the subject's slot"),
        (Broken::Log, "another log than the contract says"),
        (Broken::Home, "another log as the subject's"),
    ];
    for (broken, words) in told {
        assert!(broken.to_string().contains(words), "{broken}");
    }
}
