//! What somebody only claims, or fills where they may not: shown as what it is, and spoiling nobody's record.

use hanse_document::SigningKey;
use hanse_document::kind::{Body, Reply, ReviewText, Role};
use hanse_document::{Commitment, LeafRef, Text};
use hanse_ledger::{Leaf, LeafId, Statement};
use hanse_verifier::{Coverage, Report, SlotState, Standing, Verdict};
use serde_json::{Value, json};

use crate::fixture::{A, B, Contract, TODAY, Words, World, Written, log_of};

const ONE: Words = Words { rating: 1, text: None };
const FIVE: Words = Words { rating: 5, text: None };

fn pair() -> (World, Contract) {
    let mut world = World::new();
    world.join("carl", 101, A, true);
    world.join("dora", 102, A, false);
    world.join("frida", 103, B, false);
    let contract = world.contract("carl", "frida", 110, TODAY - 1);
    (world, contract)
}

/// Evidence about Frida with the parts of both logs and Carl's engagement.
fn check(world: &mut World, contract: &Contract) -> Report {
    world.seal();
    world.check(&world.evidence("frida", &[B, A], &[(A, contract.client_engagement)]))
}

fn log(world: &mut World, node: &str, written: &Written) {
    world.node(node).append(&written.commit);
    world.node(node).append(&written.open);
}

/// Nothing in a file shows who holds a key of somebody else.
#[test]
fn custody_of_an_author_is_said_as_the_authors_claim() {
    let (mut world, contract) = pair();
    let written = world.write(&contract, Role::Client, FIVE);
    world.publish(&written);
    let report = check(&mut world, &contract);
    let review = report.reviews().next().unwrap();
    assert_eq!(review.claims_custody.as_ref().map(|node| node.as_str()), Some(A));
    let text = report.to_string();
    assert!(text.contains("a.example, by the author's own claim, which nobody checked"), "{text}");
    assert!(!text.contains("which holds the author's key"));
}

/// The words of a review are one of: shown, missing, no document, no text, another's. The facts count in each case.
#[test]
fn a_text_that_cannot_be_shown_is_a_note_and_the_facts_count() {
    type Make = fn(&mut World) -> (Commitment, Option<Value>);
    let cases: [(&str, Make); 5] = [
        ("not in the file", |_| (Commitment::from_bytes([7; 32]), None)),
        ("refused: A text is not in", |_| {
            let broken = json!({"words": "any"});
            (Commitment::of(&hanse_document::canonical::to_vec(&broken)), Some(broken))
        }),
        ("none of its author's", |world| {
            let body = ReviewText { language: None, text: Text::parse("Not mine.").unwrap() };
            let document = world.sign("dora", Body::Text(body));
            (document.commitment(), Some(document.value().clone()))
        }),
        ("none of its author's", |world| {
            let body = Reply { cites: LeafRef::from([1; 32]), text: Text::parse("Not mine.").unwrap() };
            let document = world.sign("carl", Body::Reply(body));
            (document.commitment(), Some(document.value().clone()))
        }),
        ("not in the file", |world| {
            let body = ReviewText { language: None, text: Text::parse("Kept back.").unwrap() };
            (world.sign("carl", Body::Text(body)).commitment(), None)
        }),
    ];
    for (number, (why, make)) in cases.into_iter().enumerate() {
        let (mut world, contract) = pair();
        let (committed, document) = make(&mut world);
        let body = world.review_body(&contract, Role::Client, ONE, Some(committed));
        let written = world.seal_review(&contract, Role::Client, "carl", body, None);
        world.documents.get_mut(&written.open.id()).unwrap().extend(document);
        world.publish(&written);
        let report = check(&mut world, &contract);
        assert_eq!(
            (report.verdict, report.contracts[0].slots[0].state),
            (Verdict::Valid, SlotState::Reviewed)
        );
        let review = report.reviews().next().unwrap();
        assert_eq!((review.rating, &review.text), (1, &None), "{number}");
        let said = review.text_missing.as_deref().unwrap();
        assert!(number == 1 || said.contains(why), "{number}: {said}");
        assert!(number != 1 || said.starts_with("the text of the review is refused: "), "{said}");
        assert!(report.to_string().contains(&format!("not shown: {said}")));
    }
}

/// Frida's home logs an engagement of hers with a key of her own, so that the client's home never sees the contract begin.
#[test]
fn without_an_outcome_a_contract_is_the_persons_word_alone() {
    let (mut world, contract) = pair();
    let report = check(&mut world, &contract);
    assert_eq!((report.verdict, report.contracts[0].confirmed), (Verdict::Valid, false));
    assert!(report.to_string().contains(", by the person's word alone"));
    let written = world.write(&contract, Role::Client, FIVE);
    world.publish(&written);
    let report = check(&mut world, &contract);
    assert!(report.contracts[0].confirmed && !report.to_string().contains("by the person's word alone"));
}

/// Whoever has the slot key and not the client's key can burn the slot, and nothing more: where the client's log came second, visibly.
#[test]
fn a_stolen_slot_key_burns_the_slot_and_says_nothing() {
    for (theirs_first, expected) in [(true, SlotState::Void), (false, SlotState::Reviewed)] {
        let (mut world, contract) = pair();
        let body = world.review_body(&contract, Role::Client, FIVE, None);
        let stolen = world.seal_review(&contract, Role::Client, "dora", body, None);
        let honest = world.write(&contract, Role::Client, ONE);
        log(&mut world, B, &stolen);
        if theirs_first {
            log(&mut world, A, &stolen);
        }
        log(&mut world, A, &honest);
        let report = check(&mut world, &contract);
        let slot = &report.contracts[0].slots[0];
        assert_eq!((report.verdict, slot.state), (Verdict::Valid, expected), "{report}");
        if theirs_first {
            assert_eq!(slot.why.as_deref(), Some("its author is not the other side of the contract"));
            assert!(report.to_string().contains("open, and does not count: its author is not"));
        } else {
            assert_eq!(report.reviews().next().unwrap().rating, 1);
        }
    }
}

/// One that cites nothing is no way to make a file incomplete: what it says breaks a rule whatever it cites.
#[test]
fn a_strangers_review_needs_no_engagement_to_be_void() {
    let (mut world, contract) = pair();
    let mut body = world.review_body(&contract, Role::Client, ONE, None);
    body.engagement = LeafRef::from([9; 32]);
    let stolen = world.seal_review(&contract, Role::Client, "dora", body, None);
    world.publish(&stolen);
    world.seal();
    let report = world.check(&world.evidence("frida", &[B, A], &[]));
    assert_eq!((report.verdict, report.contracts[0].slots[0].state), (Verdict::Valid, SlotState::Void));
}

fn engagement(world: &World, who: &str, of: &Contract, slots: &[&SigningKey]) -> Leaf {
    let (leaf, names) =
        if who == "frida" { (of.freelancer_engagement, A) } else { (of.client_engagement, B) };
    let commitment =
        match world.nodes[world.people[who].node].leaves.iter().find_map(|bytes| {
            Leaf::parse(bytes).ok().filter(|found| found.id() == leaf)?.statement().cloned()
        }) {
            Some(Statement::Engagement { commitment, .. }) => commitment,
            other => panic!("{other:?}"),
        };
    let slots = slots.iter().map(|slot| slot.public()).collect();
    world.leaf(who, &Statement::Engagement { commitment, due: TODAY, log: log_of(names), slots }, who)
}

/// Eight slots would be eight voices of one contract.
#[test]
fn a_contract_has_one_slot() {
    let (mut world, contract) = pair();
    let other = SigningKey::from_seed([60; 32]);
    let two = engagement(&world, "frida", &contract, &[&contract.client_slot, &other]);
    world.node(B).append(&two);
    world.seal();
    let report = world.check(&world.evidence("frida", &[B, A], &[]));
    assert_eq!(report.verdict, Verdict::Invalid, "{report}");
    assert!(report.to_string().contains("has more slots than one"));
}

/// One engagement of the other side is of one contract, so that it names one slot.
#[test]
fn an_authors_engagement_names_the_subjects_slot_and_no_other() {
    let (mut world, contract) = pair();
    let other = SigningKey::from_seed([60; 32]);
    let two = engagement(&world, "carl", &contract, &[&contract.freelancer_slot, &other]);
    world.node(A).append(&two);
    let mut body = world.review_body(&contract, Role::Client, FIVE, None);
    body.engagement = two.id().into();
    let written = world.seal_review(&contract, Role::Client, "carl", body, None);
    world.publish(&written);
    world.seal();
    let cited: [(&str, LeafId); 1] = [(A, two.id())];
    let report = world.check(&world.evidence("frida", &[B, A], &cited));
    assert_eq!(
        (report.verdict, report.contracts[0].slots[0].state),
        (Verdict::Valid, SlotState::Void),
        "{report}"
    );
}

/// A freelancer is paid and pays nobody.
#[test]
fn a_payment_is_confirmed_about_a_client() {
    let (mut world, contract) = pair();
    let settle = Statement::Settle {
        commitment: Commitment::from_bytes([8; 32]),
        engagement: contract.freelancer_engagement,
    };
    let settle = world.leaf_by("frida", &settle, &contract.client_slot);
    world.node(B).append(&settle);
    let report = check(&mut world, &contract);
    assert_eq!((report.verdict, report.contracts[0].slots[0].settled), (Verdict::Valid, false));
    let entry = report.entries.iter().find(|entry| entry.id == settle.id().hex()).unwrap();
    assert!(matches!(entry.standing, Standing::NotCounted(_)));
}

/// The log's own lie, whoever the file is about: named, and nothing else is lost.
#[test]
fn a_log_that_holds_what_no_log_may_hold_is_named() {
    let deep = (0..8).fold(json!({}), |inner, _| json!({"x": inner}));
    for lie in [json!({"d": deep}), json!({"d": "x".repeat(4_000)}), json!({"sigs": [{}]})] {
        for (node, contracts) in [(A, 1), (B, 0)] {
            let (mut world, _) = pair();
            let subject = world.people["frida"].subject();
            let mut leaf =
                json!({"day": TODAY, "sigs": [], "subjects": [subject.hex()], "t": "rumour", "v": 1});
            leaf.as_object_mut().unwrap().extend(lie.as_object().unwrap().clone());
            let bytes = hanse_document::canonical::to_vec(&leaf);
            if bytes.len() > 4_096 {
                continue;
            }
            world.node(node).append_about(&subject, bytes);
            world.seal();
            let report = world.check(&world.evidence("frida", &[B, A], &[]));
            let wrong = report.logs.iter().find(|log| log.origin == log_of(node)).unwrap();
            assert_eq!((report.verdict, wrong.coverage), (Verdict::Incomplete, Coverage::Wrong), "{report}");
            assert_eq!((report.contracts.len(), report.uncovered.len()), (contracts, contracts));
            assert!(report.to_string().contains(&format!("{node} signed a log that no auditor takes")));
            let why = "its operator signed what no log may hold";
            assert_eq!(
                report.steps.iter().filter(|step| step.says.contains(why)).count(),
                contracts,
                "{report}"
            );
        }
    }
}

/// Beside its leaf the identity document may stand once.
#[test]
fn the_identity_document_stands_beside_its_leaf_once() {
    let (mut world, _) = pair();
    world.seal();
    let mut file = world.evidence("frida", &[B, A], &[]);
    let identity = file.identity.clone();
    file.parts[0].entries[0].documents = vec![identity.clone(), identity];
    let report = world.check(&file);
    assert_eq!(report.verdict, Verdict::Invalid, "{report}");
    assert!(report.to_string().contains("more than one document beside the identity leaf"));
}

/// The operator logs a leaf in the name of a key that never signed it: no rule reads it.
#[test]
fn a_leaf_that_its_key_did_not_sign_is_nobodys() {
    let (mut world, contract) = pair();
    let written = world.write(&contract, Role::Client, Words { rating: 1, text: None });
    let mut forged: Value = serde_json::from_slice(written.commit.bytes()).unwrap();
    let other = world.write(&contract, Role::Client, Words { rating: 2, text: None });
    let other: Value = serde_json::from_slice(other.commit.bytes()).unwrap();
    assert_ne!(forged["sigs"], other["sigs"]);
    forged["sigs"] = other["sigs"].clone();
    let subject = world.people["frida"].subject();
    for node in [A, B] {
        world.node(node).append_about(&subject, hanse_document::canonical::to_vec(&forged));
    }
    world.seal();
    let report = world.check(&world.evidence("frida", &[B, A], &[]));
    assert_eq!(report.contracts[0].slots[0].state, SlotState::Expired, "{report}");
    let foreign = report.entries.iter().filter(|entry| entry.standing == Standing::Foreign);
    assert_eq!(foreign.count(), 2);
}
