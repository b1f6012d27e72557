//! Findings of a reviewer with fresh eyes: each of these fails, or shows what should not be.

use hanse_document::kind::Role;
use hanse_document::{Commitment, SigningKey};
use hanse_ledger::evidence::Evidence;
use hanse_ledger::{Leaf, Statement};
use hanse_verifier::Verdict;

use crate::fixture::{A, B, TODAY, Words, World, log_of, story};

/// Writes file and policy for check_evidence.py, and says what Rust says.
fn dump(name: &str, world: &World, evidence: &Evidence) -> Option<Verdict> {
    let folder = std::path::Path::new("/tmp/wf");
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(format!("{name}.json")), evidence.to_bytes()).unwrap();
    std::fs::write(folder.join(format!("{name}.policy")), world.policy()).unwrap();
    let found = world.check_bytes(&evidence.to_bytes());
    let said = match &found {
        Ok(report) => report.to_string(),
        Err(error) => format!("UNUSABLE {error}"),
    };
    std::fs::write(folder.join(format!("{name}.rust")), said).unwrap();
    let verdict = found.ok().map(|report| report.verdict);
    println!("{name}: {verdict:?}");
    verdict
}

fn two_replies(second_right: bool) -> (World, Evidence) {
    let mut story = story();
    let first = story.review.commit.clone();
    let second = story.world.reply("frida", &first, "Another answer.");
    story.world.seal();
    let mut evidence = story.frida();
    let replies: Vec<usize> = (0..evidence.parts[0].entries.len())
        .filter(|at| evidence.parts[0].entries[*at].leaf.value()["t"] == "reply")
        .collect();
    assert_eq!(replies.len(), 2);
    let wrong = evidence.parts[0].entries[replies[0]].documents.clone();
    evidence.parts[0].entries[replies[0]].documents.clear();
    if !second_right {
        evidence.parts[0].entries[replies[1]].documents = wrong;
    }
    let _ = second;
    (story.world, evidence)
}

/// 9.2 step 8: the first reply counts. Its document is missing, which is incomplete; the second is not looked at.
#[test]
fn a_second_reply_is_not_read() {
    let (world, evidence) = two_replies(false);
    assert_eq!(dump("reply_wrong", &world, &evidence), Some(Verdict::Incomplete));
}

#[test]
fn a_second_reply_is_not_shown() {
    let (world, evidence) = two_replies(true);
    dump("reply_right", &world, &evidence);
    let report = world.check(&evidence);
    assert!(report.reviews().all(|review| review.reply.is_none()), "{report}");
}

fn strangers(world: &World) -> Leaf {
    let engagement = Statement::Engagement {
        commitment: Commitment::from_bytes([9; 32]),
        due: TODAY,
        log: log_of(B),
        slots: vec![SigningKey::from_seed([201; 32]).public()],
    };
    world.leaf_by("carl", &engagement, &SigningKey::from_seed([202; 32]))
}

/// 9.2 step 4: what is not signed by whom it is about is a note, whoever vouches for its checkpoint.
#[test]
fn a_strangers_engagement_is_a_note_below_an_unaudited_checkpoint() {
    let mut story = story();
    let leaf = strangers(&story.world);
    story.world.node(A).append(&leaf);
    story.world.seal();
    let mut evidence = story.frida();
    let mut proof = story.world.cited_leaf(A, &leaf);
    proof.checkpoint = Some(story.world.nodes[A].note(&[]).to_string());
    evidence.engagements.push(proof);
    assert_eq!(dump("stranger_unaudited", &story.world, &evidence), Some(Verdict::Valid));
}

fn forked(more: bool) -> (World, Leaf) {
    let mut world = World::new();
    world.join("carl", 101, A, false);
    world.join("frida", 103, B, false);
    world.contract("carl", "frida", 110, TODAY + 10);
    let leaf = strangers(&world);
    if more {
        let claim = Statement::Open { cites: leaf.id() };
        let foreign = world.leaf_by("frida", &claim, &SigningKey::from_seed([203; 32]));
        world.node(A).append(&foreign);
        let claim = Statement::Open { cites: foreign.id() };
        let foreign = world.leaf_by("frida", &claim, &SigningKey::from_seed([203; 32]));
        world.node(A).append(&foreign);
    } else {
        world.node(A).append(&leaf);
    }
    world.seal();
    (world, leaf)
}

/// 9.2 step 9: two leaves proved to be at one place of one log are invalid.
#[test]
fn two_leaves_at_one_place_are_invalid_though_one_is_by_nobody() {
    let ((one, leaf), (other, _)) = (forked(false), forked(true));
    let mut evidence = other.evidence("frida", &[B, A], &[]);
    evidence.engagements.push(one.cited_leaf(A, &leaf));
    let places: Vec<u64> = evidence.parts[1].entries.iter().map(|entry| entry.index).collect();
    assert!(places.contains(&evidence.engagements[0].index));
    assert_eq!(dump("fork", &other, &evidence), Some(Verdict::Invalid));
}

/// Rust refuses C1 and DEL in the name of a line of an unknown key, and so the file; Python reads on.
#[test]
fn a_line_of_an_unknown_key_with_a_c1_name() {
    for (name, character) in [("c1", '\u{81}'), ("del", '\u{7f}')] {
        let story = story();
        let mut evidence = story.frida();
        evidence.parts[0].checkpoint += &format!("\u{2014} x{character}y AAAAAAAAAAAA\n");
        dump(name, &story.world, &evidence);
    }
}

/// A lying partner's home logs leaves about Frida by nobody, in form and so audited.
#[test]
fn strangers_leaves_at_the_partners_home_leave_the_file_readable() {
    let mut story = story();
    for number in 0..16_384_u64 {
        let claim = Statement::Open { cites: hanse_ledger::LeafId::from_bytes({
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&number.to_be_bytes());
            bytes
        }) };
        let leaf = story.world.leaf_by("frida", &claim, &SigningKey::from_seed([203; 32]));
        story.world.node(A).append(&leaf);
    }
    story.world.seal();
    let evidence = story.frida();
    assert!(dump("many", &story.world, &evidence).is_some());
}

/// Where the log that decides is not covered, an open that cites a settle is foreign, as where it is covered.
#[test]
fn an_open_of_a_settle_is_foreign() {
    let mut story = story();
    let settle = Statement::Settle {
        commitment: Commitment::from_bytes([7; 32]),
        engagement: story.first.client_engagement,
    };
    let settle = story.world.leaf_by("carl", &settle, &story.first.freelancer_slot);
    let open = story.world.leaf_by("carl", &Statement::Open { cites: settle.id() }, &story.first.freelancer_slot);
    story.world.node(A).append(&open);
    story.world.seal();
    let covered = story.carl();
    dump("open_settle_covered", &story.world, &covered);
    let mut uncovered = covered.clone();
    uncovered.parts.retain(|part| part.origin == log_of(A));
    uncovered.engagements.clear();
    dump("open_settle_uncovered", &story.world, &uncovered);
    let _ = (Role::Client, Words { rating: 1, text: None });
    let foreign = |evidence| story.world.check(evidence).logs[0].foreign;
    assert_eq!(foreign(&covered), foreign(&uncovered));
}

/// The operator of any log of the policy copies the author's engagement, which is public, into its own log, where every auditor takes it.
/// Whoever hands over the file proves the engagement there and not in the author's log: the bad review is void, and the file valid.
#[test]
fn a_copy_of_the_authors_engagement_in_another_log_voids_no_review() {
    let mut story = story();
    let honest = story.world.check(&story.frida());
    assert_eq!((honest.verdict, honest.reviews().count()), (Verdict::Valid, 2));
    let id = story.second.client_engagement;
    let copy = story.world.nodes[A].leaves.iter().filter_map(|bytes| Leaf::parse(bytes).ok()).find(|leaf| leaf.id() == id).unwrap();
    story.world.node(crate::fixture::N).append(&copy);
    story.world.seal();
    let mut evidence = story.frida();
    evidence.engagements[1] = story.world.cited_leaf(crate::fixture::N, &copy);
    let verdict = dump("copied_engagement", &story.world, &evidence);
    let report = story.world.check(&evidence);
    assert!(verdict != Some(Verdict::Valid) || report.reviews().count() == 2, "{report}");
}
