//! What ties documents to leaves, persons and contracts, one tie cut at a time.

use hanse_document::kind::{Acceptance, Body, Reply, ReviewText, Role};
use hanse_document::{Commitment, LeafRef, LogName, NodeName, SigningKey, Text};
use hanse_ledger::evidence::DocumentJson;
use hanse_ledger::{Leaf, LeafId, Statement};
use hanse_verifier::{EntryReport, Report, SlotState, Standing, Verdict};

use crate::fixture::{A, B, Contract, N, TODAY, Words, World, log_of};

const ONE: Words = Words { rating: 1, text: None };

fn trio() -> (World, Contract) {
    let mut world = World::new();
    world.join("carl", 101, A, false);
    world.join("dora", 102, A, false);
    world.join("frida", 103, B, false);
    let contract = world.contract("carl", "frida", 110, TODAY + 10);
    (world, contract)
}

fn standing(report: &Report, id: LeafId) -> &Standing {
    let of = |entry: &&EntryReport| entry.id == id.hex();
    &report.entries.iter().find(of).unwrap().standing
}

/// Another's acceptance, and one that calls another log the subject's own.
#[test]
fn the_document_of_an_engagement_is_the_subjects_and_of_this_log() {
    for (issuer, log) in [("dora", B), ("frida", N)] {
        let (mut world, contract) = trio();
        let node = |name| NodeName::parse(name).unwrap();
        let acceptance = Body::Acceptance(Acceptance {
            client: world.people["carl"].did.clone(),
            log: LogName::of(&node(log)),
            offer: contract.offer.id(),
            slot: SigningKey::from_seed([77; 32]).public(),
            terms: None,
            to: node(A),
        });
        let acceptance = world.sign(issuer, acceptance);
        let engagement = Statement::Engagement {
            commitment: acceptance.commitment(),
            due: TODAY + 10,
            log: log_of(A),
            slots: vec![SigningKey::from_seed([78; 32]).public()],
        };
        let engagement = world.leaf("frida", &engagement, "frida");
        world.file(&engagement, vec![acceptance.value().clone()]);
        world.node(B).append(&engagement);
        world.seal();
        let report = world.check(&world.evidence("frida", &[B, A], &[]));
        assert_eq!((report.verdict, report.contracts.len()), (Verdict::Invalid, 0), "{issuer}");
        assert!(report.to_string().contains("another person's, or names another log"), "{report}");
    }
}

#[test]
fn the_document_of_an_engagement_is_an_offer_or_an_acceptance() {
    let (mut world, _) = trio();
    let reply = Reply { cites: LeafRef::from([1; 32]), text: Text::parse("No acceptance.").unwrap() };
    let reply = world.sign("frida", Body::Reply(reply));
    let engagement = Statement::Engagement {
        commitment: reply.commitment(),
        due: TODAY + 10,
        log: log_of(A),
        slots: vec![SigningKey::from_seed([78; 32]).public()],
    };
    let engagement = world.leaf("frida", &engagement, "frida");
    world.file(&engagement, vec![reply.value().clone()]);
    world.node(B).append(&engagement);
    world.seal();
    let report = world.check(&world.evidence("frida", &[B, A], &[]));
    assert_eq!(report.verdict, Verdict::Invalid, "{report}");
    assert!(report.to_string().contains("the document is no offer or acceptance"), "{report}");
}

/// By its author, about this contract, and from another log, or with another log as the subject's.
#[test]
fn a_cited_engagement_is_between_the_two_logs_of_the_contract() {
    for (at, names, why) in [(B, B, "does not cite its author's engagement"), (A, N, "names another log")] {
        let (mut world, contract) = trio();
        let stray = Statement::Engagement {
            commitment: Commitment::from_bytes([3; 32]),
            due: TODAY,
            log: log_of(names),
            slots: vec![contract.freelancer_slot.public()],
        };
        let stray = world.leaf("carl", &stray, "carl");
        world.node(at).append(&stray);
        let mut body = world.review_body(&contract, Role::Client, ONE, None);
        body.engagement = stray.id().into();
        let written = world.seal_review(&contract, Role::Client, "carl", body, None);
        world.publish(&written);
        world.seal();
        let report = world.check(&world.evidence(
            "frida",
            &[B, A],
            &[(A, contract.client_engagement), (at, stray.id())],
        ));
        assert_eq!(report.contracts[0].slots[0].state, SlotState::Void, "{report}");
        let standing = standing(&report, written.commit.id());
        assert!(matches!(standing, Standing::NotCounted(found) if found.contains(why)), "{standing:?}");
    }
}

/// Signed by the same person, in the same contract, and not what the log commits to.
#[test]
fn a_kinder_review_is_another_review() {
    let (mut world, contract) = trio();
    let written = world.write(&contract, Role::Client, ONE);
    world.publish(&written);
    world.seal();
    let kinder = world.review_body(&contract, Role::Client, Words { rating: 5, text: None }, None);
    let kinder = world.sign("carl", Body::Review(kinder)).value().clone();
    let mut evidence = world.evidence("frida", &[B, A], &[(A, contract.client_engagement)]);
    let open = evidence.parts[0].entries.iter_mut().find(|entry| entry.leaf.value()["t"] == "open").unwrap();
    open.documents = vec![DocumentJson::of(&kinder).unwrap()];
    let report = world.check(&evidence);
    assert_eq!((report.verdict, report.reviews().count()), (Verdict::Invalid, 0), "{report}");
}

#[test]
fn an_engagement_stands_in_the_file_once() {
    let (mut world, contract) = trio();
    world.seal();
    let once = (A, contract.client_engagement);
    assert_eq!(world.check(&world.evidence("frida", &[B, A], &[once])).verdict, Verdict::Valid);
    assert_eq!(world.check(&world.evidence("frida", &[B, A], &[once, once])).verdict, Verdict::Invalid);
}

/// The facts count, and words that are not the author's are not shown.
#[test]
fn a_text_is_shown_only_if_the_author_signed_it_as_a_text() {
    for by_another in [true, false] {
        let (mut world, contract) = trio();
        let text = Text::parse("Not mine.").unwrap();
        let document = if by_another {
            world.sign("dora", Body::Text(ReviewText { language: None, text }))
        } else {
            world.sign("carl", Body::Reply(Reply { cites: LeafRef::from([1; 32]), text }))
        };
        let body = world.review_body(&contract, Role::Client, ONE, Some(document.commitment()));
        let written = world.seal_review(&contract, Role::Client, "carl", body, Some(&document));
        world.publish(&written);
        world.seal();
        let report = world.check(&world.evidence("frida", &[B, A], &[(A, contract.client_engagement)]));
        let review = report.reviews().next().unwrap();
        assert_eq!((report.verdict, review.rating, &review.text), (Verdict::Valid, 1, &None), "{report}");
    }
}

/// What nobody could accept as a document is no text either.
#[test]
fn a_text_that_is_no_document_is_not_shown() {
    let (mut world, contract) = trio();
    let nonsense = serde_json::json!({"words": "any"});
    let committed = Commitment::of(&hanse_document::canonical::to_vec(&nonsense));
    let body = world.review_body(&contract, Role::Client, ONE, Some(committed));
    let written = world.seal_review(&contract, Role::Client, "carl", body, None);
    world.documents.get_mut(&written.open.id()).unwrap().push(nonsense);
    world.publish(&written);
    world.seal();
    let report = world.check(&world.evidence("frida", &[B, A], &[(A, contract.client_engagement)]));
    assert_eq!((report.verdict, report.reviews().count()), (Verdict::Valid, 1), "{report}");
}

#[test]
fn a_reply_cites_the_review_that_its_leaf_cites() {
    let (mut world, contract) = trio();
    let written = world.write(&contract, Role::Client, ONE);
    world.publish(&written);
    let body = Reply { cites: LeafRef::from([5; 32]), text: Text::parse("Elsewhere.").unwrap() };
    let document = world.sign("frida", Body::Reply(body));
    let reply = Statement::Reply { cites: written.commit.id(), commitment: document.commitment() };
    let reply = world.leaf("frida", &reply, "frida");
    world.file(&reply, vec![document.value().clone()]);
    world.node(B).append(&reply);
    world.seal();
    let report = world.check(&world.evidence("frida", &[B, A], &[(A, contract.client_engagement)]));
    assert_eq!((report.verdict, report.reviews().count()), (Verdict::Invalid, 0), "{report}");
    assert!(report.to_string().contains("the document is no reply of the subject to this review"));
}

/// The right key, and a leaf of another type: it neither opens a review nor confirms a payment.
#[test]
fn a_slot_is_answered_by_the_right_type_of_leaf_only() {
    let (mut world, contract) = trio();
    let (first, second) =
        (world.write(&contract, Role::Client, ONE), world.write(&contract, Role::Client, ONE));
    let reply = |world: &World, commit: &Leaf| {
        let commitment = Commitment::from_bytes([6; 32]);
        world.leaf_by("frida", &Statement::Reply { cites: commit.id(), commitment }, &contract.client_slot)
    };
    let replies = [&first.commit, &second.commit].map(|commit| reply(&world, commit));
    for leaf in [&first.commit, &second.commit, &replies[0], &replies[1]] {
        world.node(B).append(leaf);
    }
    world.seal();
    let report = world.check(&world.evidence("frida", &[B, A], &[(A, contract.client_engagement)]));
    let slot = &report.contracts[0].slots[0];
    assert_eq!(
        (report.verdict, slot.state, slot.settled),
        (Verdict::Valid, SlotState::Sealed, false),
        "{report}"
    );
    for leaf in &replies {
        assert_eq!(standing(&report, leaf.id()), &Standing::Foreign);
    }
}

#[test]
fn a_payment_is_confirmed_once() {
    let (mut world, contract) = trio();
    let settles = [1, 2].map(|number| {
        let commitment = Commitment::from_bytes([number; 32]);
        let settle = Statement::Settle { commitment, engagement: contract.client_engagement };
        world.leaf_by("carl", &settle, &contract.freelancer_slot)
    });
    settles.iter().for_each(|settle| world.node(A).append(settle));
    world.seal();
    let report = world.check(&world.evidence("carl", &[A, B], &[(B, contract.freelancer_engagement)]));
    assert!(report.contracts[0].slots[0].settled, "{report}");
    assert_eq!(standing(&report, settles[0].id()), &Standing::Counts);
    assert!(matches!(standing(&report, settles[1].id()), Standing::NotCounted(_)));
}
