//! Attacks by the log's operator, by the one whom the file is about, and by the other side of a contract.

use hanse_document::kind::{Body, Offer, Role};
use hanse_document::{Commitment, DocumentId, Kind, LeafRef, LogName, NodeName, SigningKey, Verified};
use hanse_ledger::{Leaf, Statement};
use hanse_tlog::prove;
use hanse_verifier::{Coverage, Report, SlotState, Standing, Verdict};

use crate::fixture::{A, B, Contract, TODAY, Words, World, log_of, story};

const ONE: Words = Words { rating: 1, text: None };

fn contradicts(report: &Report) -> bool {
    report.verdict == Verdict::Invalid
        && report.steps.iter().any(|step| step.name.starts_with("equivocation"))
}

/// Carl of A and Frida of B, with one contract.
fn pair() -> (World, Contract) {
    let mut world = World::new();
    world.join("carl", 101, A, false);
    world.join("frida", 103, B, false);
    let contract = world.contract("carl", "frida", 110, TODAY + 10);
    (world, contract)
}

fn offer(world: &mut World, slot: &SigningKey, salt: u8) -> Verified {
    let node = |name| NodeName::parse(name).unwrap();
    let body = Body::Offer(Offer {
        arbiters: hanse_document::List::default(),
        bid: DocumentId::new(Kind::Bid, [salt; 32]),
        freelancer: world.people["frida"].did.clone(),
        job: DocumentId::new(Kind::Job, [salt; 32]),
        log: LogName::of(&node(A)),
        slot: slot.public(),
        terms: Commitment::from_bytes([salt; 32]),
        to: node(B),
    });
    world.sign("carl", body)
}

/// An engagement of Carl's to Frida, by this offer, which names a key of Carl's own as Frida's; and a payment confirmed by it.
fn pretend(world: &mut World, offer: &Verified, own: &SigningKey) -> Leaf {
    let engagement = Statement::Engagement {
        commitment: offer.commitment(),
        due: TODAY + 10,
        log: log_of(B),
        slots: vec![own.public()],
    };
    let engagement = world.leaf("carl", &engagement, "carl");
    world.file(&engagement, vec![offer.value().clone()]);
    let settle =
        Statement::Settle { commitment: Commitment::from_bytes([8; 32]), engagement: engagement.id() };
    let settle = world.leaf_by("carl", &settle, own);
    world.node(A).append(&engagement);
    world.node(A).append(&settle);
    settle
}

/// The last leaf is an index leaf, of before the review: everything else fits.
#[test]
fn an_older_index_is_no_index_of_the_log() {
    let (mut world, contract) = pair();
    world.seal();
    let mut evidence = world.evidence("frida", &[B, A], &[]);
    let old = evidence.parts[0].index.leaf.clone();
    let bad = world.write(&contract, Role::Client, ONE);
    let node = world.node(B);
    node.append(&bad.commit);
    node.append(&bad.open);
    node.append_bytes(old.bytes().to_vec());
    let (size, tiles) = (node.state.size, &node.tiles);
    let path = |index| prove::inclusion(tiles, index, size).unwrap();
    let part = &mut evidence.parts[0];
    part.index.path = path(size - 1);
    part.entries.iter_mut().for_each(|entry| entry.path = path(entry.index));
    part.checkpoint = world.note_of(B);
    let report = world.check(&evidence);
    assert_eq!(report.verdict, Verdict::Invalid, "{report}");
    assert!(report.to_string().contains("the index is not over all leaves before it"));
}

/// Every quorum cosigned, and the log showed two auditors two trees.
#[test]
fn two_roots_of_one_size_are_called_out() {
    let fork = |commitment| {
        let mut story = story();
        let commitment = Commitment::from_bytes(commitment);
        let leaf = story.world.leaf("dora", &Statement::Identity { commitment, seq: 0 }, "dora");
        story.world.node(A).append(&leaf);
        story.world.seal();
        story
    };
    let (one, other) = (fork([1; 32]), fork([2; 32]));
    assert_eq!(one.world.check(&one.frida()).verdict, Verdict::Valid);
    let mut evidence = one.frida();
    evidence.engagements = other.frida().engagements;
    assert!(contradicts(&one.world.check(&evidence)));
    // Also between two engagements, with no part of the log.
    let mut evidence = one.world.evidence("frida", &[B, A], &[(A, one.first.client_engagement)]);
    evidence.engagements.push(other.frida().engagements.remove(1));
    assert!(contradicts(&one.world.check(&evidence)));
}

/// The sizes differ, so the roots may; the leaf at one place may not.
#[test]
fn two_leaves_at_one_place_are_called_out() {
    let (mut one, first) = pair();
    let (mut other, _) = pair();
    let stranger = SigningKey::from_seed([99; 32]);
    let about_frida = Statement::Identity { commitment: Commitment::from_bytes([1; 32]), seq: 0 };
    let about_frida = one.leaf_by("frida", &about_frida, &stranger);
    one.node(A).append(&about_frida);
    let place = one.nodes[A].leaves.len() - 1;
    one.seal();
    let second = other.contract("carl", "frida", 120, TODAY + 10);
    assert_eq!(other.nodes[A].leaves.len() - 1, place);
    other.seal();
    other.seal();
    let mut evidence = one.evidence("frida", &[B, A], &[(A, first.client_engagement)]);
    assert_eq!(one.check(&evidence).verdict, Verdict::Valid);
    evidence.engagements.push(other.cited(A, second.client_engagement));
    assert!(contradicts(&one.check(&evidence)));
    // An index leaf has a place too.
    let (mut short, _) = pair();
    short.seal();
    let mut evidence = one.evidence("frida", &[B, A], &[]);
    evidence.parts[1] = short.part(A, "frida");
    evidence.engagements.push(other.cited(A, second.client_engagement));
    assert!(contradicts(&one.check(&evidence)));
}

#[test]
fn nobody_confirms_a_payment_to_themselves() {
    let mut world = World::new();
    world.join("carl", 101, A, false);
    world.join("frida", 103, B, false);
    let (slot, own) = (SigningKey::from_seed([50; 32]), SigningKey::from_seed([51; 32]));
    let offer = offer(&mut world, &slot, 9);
    let settle = pretend(&mut world, &offer, &own);
    world.seal();
    let report = world.check(&world.evidence("carl", &[A, B], &[]));
    assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
    assert!(!report.contracts[0].slots[0].settled && !report.contracts[0].confirmed);
    assert!(report.to_string().contains("by the person's word alone"));
    let entry = report.entries.iter().find(|entry| entry.id == settle.id().hex()).unwrap();
    assert!(matches!(entry.standing, Standing::NotCounted(_)));
}

/// With a true engagement of Frida's, for another contract with the same key of Carl's.
#[test]
fn one_engagement_of_the_other_side_stands_for_one_contract() {
    let (mut world, contract) = pair();
    let own = SigningKey::from_seed([51; 32]);
    let again = offer(&mut world, &contract.client_slot, 9);
    pretend(&mut world, &again, &own);
    world.seal();
    let report = world.check(&world.evidence("carl", &[A, B], &[(B, contract.freelancer_engagement)]));
    // Of a file in which something is wrong nothing is shown.
    assert_eq!((report.verdict, report.contracts.len()), (Verdict::Invalid, 0), "{report}");
    assert!(report.to_string().contains("the subject's slot key is of an earlier contract"));
}

/// What the file proves must be the other side's, for this contract, and between these logs.
#[test]
fn a_match_is_by_author_logs_and_slot() {
    let (mut world, contract) = pair();
    world.join("dora", 102, A, false);
    world.join("fred", 104, B, false);
    world.join("erna", 106, A, false);
    let others = [
        world.contract("dora", "frida", 120, TODAY + 10).freelancer_engagement,
        world.contract("carl", "fred", 130, TODAY + 10).freelancer_engagement,
    ];
    let slots = vec![contract.client_slot.public()];
    let engagement = |log: &str, slots| Statement::Engagement {
        commitment: Commitment::from_bytes([3; 32]),
        due: TODAY,
        log: log_of(log),
        slots,
    };
    let strays = [
        (B, world.leaf("fred", &engagement(A, slots.clone()), "fred")),
        (B, world.leaf("frida", &engagement("n.example", slots.clone()), "frida")),
        (A, world.leaf("frida", &engagement(A, slots), "frida")),
    ];
    strays.iter().for_each(|(node, leaf)| world.node(node).append(leaf));
    let settle = Statement::Settle {
        commitment: Commitment::from_bytes([8; 32]),
        engagement: contract.client_engagement,
    };
    let settle = world.leaf_by("carl", &settle, &contract.freelancer_slot);
    world.node(A).append(&settle);
    world.seal();
    let mut cited: Vec<_> = others.iter().map(|id| (B, *id)).collect();
    cited.extend(strays.iter().map(|(node, leaf)| (*node, leaf.id())));
    let settled = |cited: &[_]| {
        let report = world.check(&world.evidence("carl", &[A, B], cited));
        (report.verdict, report.contracts[0].slots[0].settled, report.contracts[0].confirmed)
    };
    // A payment that is confirmed must not be lost in silence either.
    assert_eq!(settled(&cited), (Verdict::Incomplete, false, false));
    cited.push((B, contract.freelancer_engagement));
    assert_eq!(settled(&cited), (Verdict::Valid, true, true));
}

/// The same bytes twice: no auditor lets it happen.
#[test]
fn a_log_that_holds_a_leaf_twice_is_wrong() {
    let (mut world, contract) = pair();
    let leaves = world.nodes[B].leaves.iter().filter_map(|leaf| Leaf::parse(leaf).ok());
    let engagement = leaves.into_iter().find(|leaf| leaf.id() == contract.freelancer_engagement).unwrap();
    world.node(B).append(&engagement);
    world.seal();
    let report = world.check(&world.evidence("frida", &[B, A], &[]));
    assert_eq!((report.verdict, report.contracts.len()), (Verdict::Incomplete, 0), "{report}");
    assert_eq!(report.logs[0].coverage, Coverage::Wrong);
    assert!(report.to_string().contains("b.example signed a log that no auditor takes"));
}

/// Version 1 knows first documents only.
#[test]
fn a_later_identity_leaf_states_nothing() {
    let (mut world, _) = pair();
    let later = Statement::Identity { commitment: Commitment::from_bytes([4; 32]), seq: 1 };
    let later = world.leaf("frida", &later, "frida");
    world.node(B).append(&later);
    world.seal();
    let report = world.check(&world.evidence("frida", &[B, A], &[]));
    assert_eq!((report.verdict, report.logs[0].foreign), (Verdict::Valid, 1), "{report}");
}

/// A review that cites a leaf which nobody can show, or one that a stranger signed.
#[test]
fn a_review_that_cites_nothing_spoils_nothing() {
    let stranger = SigningKey::from_seed([97; 32]);
    for strange in [false, true] {
        let (mut world, contract) = pair();
        let statement = Statement::Engagement {
            commitment: Commitment::from_bytes([3; 32]),
            due: TODAY,
            log: log_of(B),
            slots: vec![contract.freelancer_slot.public()],
        };
        let leaf = world.leaf_by("carl", &statement, &stranger);
        world.node(A).append(&leaf);
        let mut body = world.review_body(&contract, Role::Client, ONE, None);
        body.engagement = if strange { leaf.id().into() } else { LeafRef::from([9; 32]) };
        let written = world.seal_review(&contract, Role::Client, "carl", body, None);
        world.publish(&written);
        world.seal();
        let mut cited = vec![];
        cited.extend(strange.then(|| (A, leaf.id())));
        let without = world.check(&world.evidence("frida", &[B, A], &cited));
        assert_eq!(without.verdict, Verdict::Incomplete, "{without}");
        cited.push((A, contract.client_engagement));
        let with = world.check(&world.evidence("frida", &[B, A], &cited));
        assert_eq!(with.verdict, Verdict::Valid, "{with}");
        assert_eq!(with.contracts[0].slots[0].state, SlotState::Void);
    }
}

/// A text may hold what turns the reading direction. The report must not obey it.
#[test]
fn a_terminal_is_told_nothing_by_a_text() {
    let (mut world, contract) = pair();
    let words = Words { rating: 1, text: Some("bad\n  VALID\u{202e}dab\u{200b}") };
    let written = world.write(&contract, Role::Client, words);
    world.publish(&written);
    world.seal();
    let report = world.check(&world.evidence("frida", &[B, A], &[(A, contract.client_engagement)]));
    let text = report.to_string();
    assert!(text.contains(r#""bad\n  VALID\u{202e}dab\u{200b}""#), "{text}");
    assert!(!text.chars().any(|character| character.is_control() && character != '\n'));
}
