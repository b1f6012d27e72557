//! Honest evidence is valid, and the report says what is in it.

use hanse_document::kind::Role;
use hanse_verifier::{Coverage, Outcome, SlotState, Standing, Verdict};

use crate::fixture::{A, B, World, story};

#[test]
fn a_freelancer_with_every_kind_of_slot() {
    let story = story();
    let report = story.world.check(&story.frida());
    assert_eq!((report.verdict, report.exit_code()), (Verdict::Valid, 0), "{report}");
    let states: Vec<_> = report.contracts.iter().map(|contract| contract.slots[0].state).collect();
    let expected =
        [SlotState::Reviewed, SlotState::Reviewed, SlotState::Sealed, SlotState::Expired, SlotState::Open];
    assert_eq!(states, expected);

    let reviews: Vec<_> = report.reviews().collect();
    let people = &story.world.people;
    assert_eq!(reviews[0].author, people["carl"].did);
    assert_eq!((reviews[0].rating, reviews[0].role, reviews[0].on_time), (5, Role::Client, Some(true)));
    assert_eq!(reviews[0].text.as_deref(), Some("Quick and kind."));
    assert_eq!(reviews[0].reply.as_deref(), Some("Thank you."));
    assert_eq!(reviews[0].claims_custody.as_ref().map(|node| node.as_str()), Some(A));
    assert_eq!((reviews[1].rating, reviews[1].text.as_deref()), (2, None));
    assert_eq!(reviews.len(), 2);
    assert!(
        report.contracts[0].confirmed && report.contracts.iter().all(|contract| !contract.slots[0].settled)
    );

    let (home, other) = (&report.logs[0], &report.logs[1]);
    assert_eq!((home.coverage, home.asked, home.others), (Coverage::Audited, 2, 2));
    assert_eq!((home.foreign, other.foreign), (1, 0));
    let auditors: Vec<_> = home.auditors.iter().map(|auditor| auditor.operator.as_str()).collect();
    assert_eq!(auditors, ["a.example", "n.example"]);
    // In the other log, the subject's home is one of the auditors, and that is said.
    assert!(other.auditors.iter().any(|auditor| auditor.operator == B && auditor.subjects_home));
    assert!(report.steps.iter().all(|step| step.outcome <= Outcome::Note));
    let beyond = report.not_proved.iter().filter(|line| line.contains("may hold beyond"));
    assert_eq!(beyond.count(), 2);
}

#[test]
fn a_client_with_a_confirmed_payment() {
    let story = story();
    let report = story.world.check(&story.carl());
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    let slot = &report.contracts[0].slots[0];
    assert!(slot.settled);
    assert_eq!(slot.review.as_ref().unwrap().text.as_deref(), Some("Clear terms."));
    assert_eq!(report.custody.as_ref().map(|node| node.as_str()), Some(A));
    assert!(report.not_proved.iter().any(|line| line.contains("a.example holds the key")));
    assert!(report.entries.iter().all(|entry| entry.standing == Standing::Counts));
}

#[test]
fn nobody_has_hired_this_person_yet() {
    let mut world = World::new();
    world.join("nina", 50, B, false);
    world.seal();
    let report = world.check(&world.evidence("nina", &[B], &[]));
    assert_eq!((report.verdict, report.contracts.len()), (Verdict::Valid, 0), "{report}");
}

#[test]
fn the_report_is_printed_and_serialised_in_full() {
    let story = story();
    let report = story.world.check(&story.frida());
    let text = report.to_string();
    for part in [
        "VALID",
        "a quorum of auditors rebuilt tree and index",
        "leaves about the subject, and no other",
        "5 of 5, communication 5, on time",
        "\"Quick and kind.\"",
        "sealed, not opened",
        "none, and the due day is over",
        "foreign: by nobody entitled",
        "Not proved",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    // What is equal is printed once.
    let mut equal = text.lines().filter(|line| line.contains("leaves before it"));
    assert!(equal.all(|line| !line.contains("; against")), "{text}");
    let value = serde_json::to_value(&report).unwrap();
    assert_eq!(value["verdict"], "valid");
    assert_eq!(value["contracts"][0]["slots"][0]["review"]["axes"]["communication"], 5);
    let standings = value["entries"].as_array().unwrap().iter().map(|entry| entry["standing"].clone());
    assert!(standings.into_iter().any(|standing| standing == "foreign"));
}
