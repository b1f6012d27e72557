//! What is missing, what does not count, and whose fault it is.

use hanse_document::kind::{Body, Custody, Identity, Reply, Role};
use hanse_document::{Commitment, List, NodeName, SigningKey, Text};
use hanse_ledger::evidence::{DocumentJson, Evidence};
use hanse_ledger::{Leaf, Statement};
use hanse_verifier::{Coverage, EntryReport, Report, SlotState, Standing, Verdict};
use serde_json::json;

use crate::fixture::{A, B, Story, TODAY, Words, World, story};

const FIVE: Words = Words { rating: 5, text: None };
const ONE: Words = Words { rating: 1, text: None };

fn states(report: &Report) -> Vec<SlotState> {
    report.contracts.iter().flat_map(|contract| &contract.slots).map(|slot| slot.state).collect()
}

fn entry<'a>(report: &'a Report, leaf: &Leaf) -> &'a EntryReport {
    report.entries.iter().find(|entry| entry.id == leaf.id().hex()).unwrap()
}

/// The documents beside this leaf in every part.
fn documents<'a>(evidence: &'a mut Evidence, leaf: &Leaf) -> impl Iterator<Item = &'a mut Vec<DocumentJson>> {
    let leaf = leaf.bytes().to_vec();
    let entries = evidence.parts.iter_mut().flat_map(|part| &mut part.entries);
    entries.filter(move |entry| entry.leaf.bytes() == leaf).map(|entry| &mut entry.documents)
}

#[test]
fn a_dropped_review_is_missed() {
    let story = story();
    let mut evidence = story.frida();
    for part in &mut evidence.parts {
        part.entries.retain(|entry| {
            entry.leaf.bytes() != story.plain.commit.bytes() && entry.leaf.bytes() != story.plain.open.bytes()
        });
    }
    let report = story.world.check(&evidence);
    assert_eq!((report.verdict, report.contracts.len()), (Verdict::Invalid, 0));
    assert!(report.to_string().contains("a leaf before it is not in the file"), "{report}");
    let mut evidence = story.frida();
    evidence.parts[0].entries.pop();
    let report = story.world.check(&evidence);
    assert_eq!(report.verdict, Verdict::Invalid);
    assert!(report.to_string().contains("the index lists other leaves"), "{report}");
}

#[test]
fn a_document_taken_out_makes_the_file_incomplete() {
    let story = story();
    let mut without_review = story.frida();
    documents(&mut without_review, &story.plain.open).for_each(Vec::clear);
    let report = story.world.check(&without_review);
    assert_eq!((report.verdict, states(&report)[1]), (Verdict::Incomplete, SlotState::DocumentMissing));

    let mut without_text = story.frida();
    documents(&mut without_text, &story.review.open).for_each(|documents| documents.truncate(1));
    let report = story.world.check(&without_text);
    // The words are a note, the facts count.
    assert_eq!((report.verdict, states(&report)[0]), (Verdict::Valid, SlotState::Reviewed));
    let review = report.reviews().next().unwrap();
    assert_eq!((review.rating, review.text.as_deref()), (5, None));
    assert!(review.text_missing.as_deref().is_some_and(|why| why.contains("is not in the file")));
    assert!(report.to_string().contains("not shown: the text that the review names is not in the file"));

    for kind in ["engagement", "reply"] {
        let mut without = story.frida();
        let mut entries = without.parts[0].entries.iter_mut();
        entries.find(|entry| entry.leaf.value()["t"] == kind).unwrap().documents.clear();
        assert_eq!(story.world.check(&without).verdict, Verdict::Incomplete, "{kind}");
    }
}

#[test]
fn an_authors_engagement_must_be_proved() {
    let story = story();
    let mut evidence = story.frida();
    evidence.engagements.remove(0);
    let report = story.world.check(&evidence);
    assert_eq!((report.verdict, states(&report)[0]), (Verdict::Incomplete, SlotState::DocumentMissing));
    assert_eq!(report.reviews().count(), 1);
    evidence.engagements.clear();
    assert_eq!(story.world.check(&evidence).reviews().count(), 0);
}

/// Everything in the file fits, and the index lies: only those who rebuild it can tell, and they did not sign.
#[test]
fn a_lying_index_is_signed_by_its_log_alone() {
    let mut world = World::new();
    world.join("carl", 101, A, false);
    world.join("frida", 103, B, false);
    let contract = world.contract("carl", "frida", 110, TODAY + 10);
    let bad = world.write(&contract, Role::Client, ONE);
    world.node(B).append_hidden(&bad.commit);
    world.node(B).append_hidden(&bad.open);
    world.seal();
    let hiding = |leaf: &&Leaf| leaf.id() != bad.commit.id() && leaf.id() != bad.open.id();
    let honest: Vec<Leaf> =
        world.nodes[B].leaves.iter().filter_map(|bytes| Leaf::parse(bytes).ok()).collect();
    assert_eq!(honest.iter().filter(hiding).count() + 2, honest.len());

    let mut evidence = world.evidence_without("frida", &[B, A], &[&bad.commit, &bad.open]);
    evidence.parts[0].checkpoint = world.nodes[B].note(&[]).to_string();
    let report = world.check(&evidence);
    assert_eq!((report.verdict, report.logs[0].coverage), (Verdict::Incomplete, Coverage::Unwitnessed));
    assert_eq!(states(&report), [SlotState::Open]);
}

/// A home that logs no review of its person hides nothing: the author's log has it.
#[test]
fn a_review_counts_from_the_authors_log_alone() {
    let mut world = World::new();
    world.join("carl", 101, A, false);
    world.join("frida", 103, B, false);
    let contract = world.contract("carl", "frida", 110, TODAY - 1);
    let bad = world.write(&contract, Role::Client, ONE);
    world.node(A).append(&bad.commit);
    world.node(A).append(&bad.open);
    world.seal();
    let cited = [(A, contract.client_engagement)];
    let report = world.check(&world.evidence("frida", &[B, A], &cited));
    assert_eq!((report.verdict, states(&report)), (Verdict::Valid, vec![SlotState::Reviewed]));
    assert_eq!(report.reviews().next().unwrap().rating, 1);
    let report = world.check(&world.evidence("frida", &[B], &cited));
    assert_eq!(report.verdict, Verdict::Incomplete);
}

/// Both stand in both logs, in different order: the author's log decides.
#[test]
fn of_two_reviews_for_a_slot_the_first_in_the_authors_log_counts() {
    let mut world = World::new();
    world.join("carl", 101, A, false);
    world.join("frida", 103, B, false);
    let contract = world.contract("carl", "frida", 110, TODAY + 10);
    let (first, second) =
        (world.write(&contract, Role::Client, ONE), world.write(&contract, Role::Client, FIVE));
    for (node, order) in [(A, [&first, &second]), (B, [&second, &first])] {
        for written in order {
            world.node(node).append(&written.commit);
            world.node(node).append(&written.open);
        }
    }
    world.seal();
    let cited = [(A, contract.client_engagement)];
    let with_authors_log = world.check(&world.evidence("frida", &[B, A], &cited));
    assert_eq!(with_authors_log.reviews().map(|review| review.rating).collect::<Vec<_>>(), [1]);
    for leaf in [&second.commit, &second.open] {
        assert!(matches!(entry(&with_authors_log, leaf).standing, Standing::NotCounted(_)));
    }
    assert_eq!(with_authors_log.verdict, Verdict::Valid);
    // Without the log that decides, nothing is said of either.
    let home_alone = world.check(&world.evidence("frida", &[B], &cited));
    assert_eq!((home_alone.verdict, home_alone.reviews().count()), (Verdict::Incomplete, 0));
    assert_eq!(states(&home_alone), [SlotState::NotCovered]);
    for leaf in [&first.commit, &first.open, &second.commit, &second.open] {
        assert!(matches!(entry(&home_alone, leaf).standing, Standing::NotCounted(_)));
    }
}

/// The id of a leaf does not depend on its signer, so a copy that anybody signed has the id that a review cites.
#[test]
fn a_strangers_copy_of_an_engagement_proves_nothing() {
    let mut story = story();
    let world = &mut story.world;
    let bytes = world.nodes[A]
        .leaves
        .iter()
        .find(|leaf| Leaf::parse(leaf).is_ok_and(|leaf| leaf.id() == story.first.client_engagement));
    let genuine = Leaf::parse(bytes.unwrap()).unwrap();
    let stranger = SigningKey::from_seed([97; 32]);
    let copy =
        genuine.statement().unwrap().draft(genuine.day(), genuine.subjects()).sign(&[&stranger]).unwrap();
    assert_eq!(copy.id(), genuine.id());
    world.node(A).append(&copy);
    world.seal();
    let mut evidence = story.frida();
    assert_eq!(story.world.check(&evidence).verdict, Verdict::Valid);
    evidence.engagements[0] = story.world.cited_leaf(A, &copy);
    // Whoever had it logged is at fault, not the file; it lacks the true one.
    let report = story.world.check(&evidence);
    assert_eq!((report.verdict, states(&report)[0]), (Verdict::Incomplete, SlotState::DocumentMissing));
}

/// Signed by the right slot key, and saying what its author may not say: no fault of the one rated.
#[test]
fn a_review_that_does_not_bind_is_void_and_spoils_nothing() {
    type Change = fn(&mut hanse_document::kind::Review, &Story);
    let changes: [(&str, &str, Change); 6] = [
        ("carl", "about somebody else", |review, story| review.id = story.world.people["dora"].did.clone()),
        ("carl", "the subject's own side", |review, _| review.role = Role::Freelancer),
        ("carl", "another contract", |review, story| review.contract = story.second.offer.id()),
        ("carl", "did not sign the engagement", |review, story| {
            review.engagement = story.second.client_engagement.into();
        }),
        ("dora", "not the other side", |_, _| {}),
        ("carl", "does not name the subject's slot", |review, story| {
            review.engagement = story.sealed.client_engagement.into();
        }),
    ];
    for (author, why, change) in changes {
        let mut story = story();
        let contract = story.world.contract("carl", "frida", 160, TODAY + 10);
        let mut body = story.world.review_body(&contract, Role::Client, ONE, None);
        change(&mut body, &story);
        let written = story.world.seal_review(&contract, Role::Client, author, body, None);
        story.world.publish(&written);
        story.world.seal();
        let mut cited = vec![(A, story.first.client_engagement), (A, story.second.client_engagement)];
        cited.extend([(A, story.sealed.client_engagement), (A, contract.client_engagement)]);
        let report = story.world.check(&story.world.evidence("frida", &[B, A], &cited));
        assert_eq!(
            (report.verdict, states(&report).last()),
            (Verdict::Valid, Some(&SlotState::Void)),
            "{why}\n{report}"
        );
        assert_eq!(report.reviews().count(), 2);
        let standing = &entry(&report, &written.commit).standing;
        assert!(
            matches!(standing, Standing::NotCounted(found) if found.contains(why)),
            "{why}: {standing:?}"
        );
    }
}

/// The commit is to something that nobody could accept as a document.
#[test]
fn a_commitment_to_nonsense_is_void() {
    let mut world = World::new();
    world.join("carl", 101, A, false);
    world.join("frida", 103, B, false);
    let contract = world.contract("carl", "frida", 110, TODAY + 10);
    let nonsense = json!({"rating": 1});
    let commit = Statement::Commit {
        commitment: Commitment::of(&hanse_document::canonical::to_vec(&nonsense)),
        engagement: contract.freelancer_engagement,
    };
    let commit = world.leaf_by("frida", &commit, &contract.client_slot);
    let open = world.leaf_by("frida", &Statement::Open { cites: commit.id() }, &contract.client_slot);
    world.file(&open, vec![nonsense]);
    world.node(B).append(&commit);
    world.node(B).append(&open);
    world.seal();
    let report = world.check(&world.evidence("frida", &[B, A], &[]));
    assert_eq!((report.verdict, states(&report)), (Verdict::Valid, vec![SlotState::Void]));
}

#[test]
fn leaves_by_nobody_entitled_are_foreign_and_need_no_document() {
    let mut story = story();
    let world = &mut story.world;
    let stranger = SigningKey::from_seed([98; 32]);
    let commitment = Commitment::from_bytes([5; 32]);
    let cites = story.review.commit.id();
    let engagement = story.first.freelancer_engagement;
    let slot = &story.first.client_slot;
    let leaves = [
        world.leaf_by("frida", &Statement::Identity { commitment, seq: 0 }, &stranger),
        // An id does not depend on the signer, so this is of another day than the true one.
        Statement::Open { cites }.draft(TODAY - 1, story.review.open.subjects()).sign(&[&stranger]).unwrap(),
        world.leaf_by("frida", &Statement::Reply { cites, commitment }, &stranger),
        world.leaf_by("frida", &Statement::Settle { commitment, engagement }, &stranger),
        // The right key for another contract.
        world.leaf_by("frida", &Statement::Commit { commitment, engagement: story.second.freelancer_engagement }, slot),
        // A type of the future, by anyone.
        Leaf::from_value(&json!({
            "day": TODAY, "sigs": [], "subjects": [world.people["frida"].subject().hex()], "t": "rumour", "v": 1,
        }))
        .unwrap(),
    ];
    leaves.iter().for_each(|leaf| world.node(B).append(leaf));
    world.seal();
    let report = story.world.check(&story.frida());
    assert_eq!((report.verdict, report.logs[0].foreign), (Verdict::Valid, 7), "{report}");
    assert!(leaves.iter().all(|leaf| entry(&report, leaf).standing == Standing::Foreign));
    assert_eq!(report.reviews().count(), 2);
}

#[test]
fn what_is_said_twice_counts_once() {
    let mut story = story();
    let world = &mut story.world;
    let again = world.reply("frida", &story.review.commit, "And another thing.");
    let to_nothing = world.reply("frida", &story.of_carl.commit, "To somebody else's review.");
    let home = NodeName::parse(B).unwrap();
    let identity = Identity { custody: Custody::Own, home, recovery: List::new(vec![]).unwrap(), seq: 0 };
    let second = world.sign("frida", Body::Identity(identity));
    let second =
        world.leaf("frida", &Statement::Identity { commitment: second.commitment(), seq: 0 }, "frida");
    world.node(B).append(&second);
    let later =
        Statement::Open { cites: story.review.commit.id() }.draft(TODAY + 1, story.review.commit.subjects());
    let later = later.sign(&[&story.first.client_slot]).unwrap();
    world.node(B).append(&later);
    world.seal();
    let report = story.world.check(&story.frida());
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert_eq!(report.reviews().next().unwrap().reply.as_deref(), Some("Thank you."));
    for leaf in [&again, &to_nothing, &second, &later] {
        assert!(matches!(entry(&report, leaf).standing, Standing::NotCounted(_)), "{}", leaf.kind());
    }
}

/// The subject's own documents are the subject's own fault.
#[test]
fn a_person_answers_for_their_own_documents() {
    let mut story = story();
    let world = &mut story.world;
    let body = Reply { cites: story.review.commit.id().into(), text: Text::parse("Mine.").unwrap() };
    let by_another = world.sign("dora", Body::Reply(body));
    let reply = Statement::Reply { cites: story.plain.commit.id(), commitment: by_another.commitment() };
    let reply = world.leaf("frida", &reply, "frida");
    world.file(&reply, vec![by_another.value().clone()]);
    world.node(B).append(&reply);
    world.seal();
    assert_eq!(story.world.check(&story.frida()).verdict, Verdict::Invalid);
}

#[test]
fn the_identity_must_be_in_the_home_that_it_names() {
    let mut world = World::new();
    world.join("frida", 103, B, false);
    world.join("frieda", 104, A, false);
    let stray = world.leaf(
        "frieda",
        &Statement::Identity { commitment: Commitment::from_bytes([1; 32]), seq: 0 },
        "frida",
    );
    world.node(A).append(&stray);
    world.seal();
    let mut elsewhere = world.evidence("frida", &[B, A], &[]);
    elsewhere.parts = vec![world.part(A, "frida")];
    assert_eq!(world.check(&elsewhere).verdict, Verdict::Incomplete);

    let mut of_another = world.evidence("frida", &[B, A], &[]);
    of_another.identity = world.evidence("frieda", &[A], &[]).identity;
    let report = world.check(&of_another);
    assert_eq!(report.verdict, Verdict::Invalid);
    assert!(report.to_string().contains("the identity document is somebody else's"), "{report}");

    // A first document that was signed and never logged.
    let home = NodeName::parse(B).unwrap();
    let identity = Identity { custody: Custody::Own, home, recovery: List::new(vec![]).unwrap(), seq: 0 };
    let mut unlogged = world.evidence("frida", &[B, A], &[]);
    unlogged.identity = DocumentJson::of(world.sign("frida", Body::Identity(identity)).value()).unwrap();
    assert_eq!(world.check(&unlogged).verdict, Verdict::Invalid);

    // The home log holds nothing about this person.
    let mut absent = world.evidence("frida", &[B, A], &[]);
    absent.parts = vec![world.part(B, "frieda")];
    absent.subject = world.people["frieda"].did.clone();
    absent.identity = world.evidence("frieda", &[A], &[]).identity;
    assert_eq!(world.check(&absent).verdict, Verdict::Incomplete);
}

/// Both sides at one home: one log answers for both.
#[test]
fn a_contract_within_one_node() {
    let mut world = World::new();
    world.join("bert", 105, B, false);
    world.join("frida", 103, B, false);
    let contract = world.contract("bert", "frida", 110, TODAY - 1);
    let late = world.contract("bert", "frida", 120, TODAY - 1);
    let written = world.write(&contract, Role::Client, FIVE);
    world.node(B).append(&written.commit);
    world.node(B).append(&written.open);
    world.seal();
    let report = world.check(&world.evidence("frida", &[B, A], &[(B, contract.client_engagement)]));
    assert_eq!(
        (report.verdict, states(&report)),
        (Verdict::Valid, vec![SlotState::Reviewed, SlotState::Expired])
    );
    assert_eq!(late.client, "bert");
}
