//! True leaves in the wrong place: copies of engagements, second answers, what a stranger logged.

use hanse_document::{Commitment, SigningKey};
use hanse_ledger::{Leaf, Statement};
use hanse_verifier::{SlotState, Verdict};

use crate::fixture::{A, B, N, TODAY, World, log_of, story};

/// An engagement that somebody else signed in Carl's name.
fn strangers(world: &World) -> Leaf {
    let engagement = Statement::Engagement {
        commitment: Commitment::from_bytes([9; 32]),
        due: TODAY,
        log: log_of(B),
        slots: vec![SigningKey::from_seed([201; 32]).public()],
    };
    world.leaf_by("carl", &engagement, &SigningKey::from_seed([202; 32]))
}

/// Any operator can copy a leaf of another log, and every auditor takes it: where an engagement stands is no part of its id. Whoever hands
/// over the file must not void a bad review by proving the copy in the place of the original.
#[test]
fn a_copy_of_the_authors_engagement_in_another_log_voids_no_review() {
    let mut story = story();
    let id = story.second.client_engagement;
    let leaves = story.world.nodes[A].leaves.iter().filter_map(|bytes| Leaf::parse(bytes).ok());
    let original = leaves.into_iter().find(|leaf| leaf.id() == id).unwrap();
    story.world.node(N).append(&original);
    story.world.seal();
    let honest = story.frida();
    let mut with_both = honest.clone();
    with_both.engagements.push(story.world.cited_leaf(N, &original));
    let report = story.world.check(&with_both);
    assert_eq!((report.verdict, report.reviews().count()), (Verdict::Valid, 2), "{report}");
    let mut instead = honest;
    instead.engagements[1] = story.world.cited_leaf(N, &original);
    let report = story.world.check(&instead);
    assert_eq!((report.verdict, report.reviews().count()), (Verdict::Incomplete, 1), "{report}");
    assert_eq!(report.contracts[1].slots[0].state, SlotState::DocumentMissing);
    assert!(
        report
            .to_string()
            .contains(&format!("does not prove the author's engagement {} in a.example", id.hex()))
    );
}

/// The first answer counts. If its words are missing, the second does not take its place, whatever they are.
#[test]
fn a_second_reply_is_not_looked_at() {
    for second_right in [true, false] {
        let mut story = story();
        let commit = story.review.commit.clone();
        story.world.reply("frida", &commit, "Another answer.");
        story.world.seal();
        let mut evidence = story.frida();
        let entries = &mut evidence.parts[0].entries;
        let is_reply = |at: &usize| entries[*at].leaf.value()["t"] == "reply";
        let replies: Vec<usize> = (0..entries.len()).filter(is_reply).collect();
        let first = std::mem::take(&mut entries[replies[0]].documents);
        if !second_right {
            entries[replies[1]].documents = first;
        }
        let report = story.world.check(&evidence);
        assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
        assert!(report.reviews().all(|review| review.reply.is_none()), "{report}");
    }
}

/// Whoever vouches for its checkpoint, or does not.
#[test]
fn a_strangers_engagement_is_a_note() {
    let mut story = story();
    let leaf = strangers(&story.world);
    story.world.node(A).append(&leaf);
    story.world.seal();
    let mut evidence = story.frida();
    let mut proof = story.world.cited_leaf(A, &leaf);
    proof.checkpoint = Some(story.world.nodes[A].note(&[]).to_string());
    evidence.engagements.push(proof);
    let report = story.world.check(&evidence);
    assert_eq!(report.verdict, Verdict::Valid);
    let note =
        report.steps.iter().find(|step| step.says.contains("is not signed by the person that it is about"));
    assert_eq!(note.unwrap().compared[0].stated, story.world.people["carl"].subject().hex());
}

/// What nobody entitled signed has a place in the log all the same.
#[test]
fn two_leaves_at_one_place_are_invalid_though_one_is_by_nobody() {
    let forked = |engagement: bool| {
        let mut world = World::new();
        world.join("carl", 101, A, false);
        world.join("frida", 103, B, false);
        world.contract("carl", "frida", 110, TODAY + 10);
        let leaf = strangers(&world);
        let claim =
            |cites| world.leaf_by("frida", &Statement::Open { cites }, &SigningKey::from_seed([203; 32]));
        let (first, second) = (claim(leaf.id()), claim(claim(leaf.id()).id()));
        let logged = if engagement { vec![leaf.clone()] } else { vec![first, second] };
        logged.iter().for_each(|leaf| world.node(A).append(leaf));
        world.seal();
        (world, leaf)
    };
    let ((one, leaf), (other, _)) = (forked(true), forked(false));
    let mut evidence = other.evidence("frida", &[B, A], &[]);
    evidence.engagements.push(one.cited_leaf(A, &leaf));
    let place = evidence.engagements[0].index;
    assert!(evidence.parts[1].entries.iter().any(|entry| entry.index == place));
    assert_eq!(other.check(&evidence).verdict, Verdict::Invalid);
}

/// Where the log that decides is not covered, as where it is.
#[test]
fn an_open_of_a_settle_is_foreign() {
    let mut story = story();
    let settle = Statement::Settle {
        commitment: Commitment::from_bytes([7; 32]),
        engagement: story.first.client_engagement,
    };
    let settle = story.world.leaf_by("carl", &settle, &story.first.freelancer_slot);
    let open = Statement::Open { cites: settle.id() };
    let open = story.world.leaf_by("carl", &open, &story.first.freelancer_slot);
    story.world.node(A).append(&open);
    story.world.seal();
    let covered = story.carl();
    let mut uncovered = covered.clone();
    uncovered.parts.retain(|part| part.origin == log_of(A));
    uncovered.engagements.clear();
    let foreign = |evidence| story.world.check(evidence).logs[0].foreign;
    assert_eq!(foreign(&covered), foreign(&uncovered));
}
