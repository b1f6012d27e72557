//! Evidence files, as a stranger checks them.

use hanse_base::error::{Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_document::kind::Role;
use hanse_document::{Did, Timestamp};
use hanse_logbook::cosign::{Cosigned, Withheld, cosign};
use hanse_logbook::follow::{Replayed, fill};
use hanse_store::{documents, log};
use hanse_verifier::{Options, Report, SlotState, Verdict, verify};

use crate::node::{A, B, N, Node, identities, log_keys, reputation};
use crate::story::{Story, audit, keep};

/// All three logs and auditors, and a quorum of two.
fn policy() -> String {
    let keys = [A, B, N].map(|node| log_keys(node, &[]));
    let lines = keys.iter().fold(String::new(), |lines, keys| {
        let (log, auditor) = (keys.own(LogKind::Reputation).signer.vkey(), keys.cosigner().vkey());
        format!("{lines}log {log}\nwitness {} {auditor}\n", auditor.name())
    });
    lines + "group auditors 2 a.example/auditor b.example/auditor n.example/auditor\nquorum auditors\n"
}

async fn report(node: &Node, did: &Did, now: Timestamp) -> Report {
    let file = node.engine.trust().evidence(did).await.unwrap();
    verify(&file, &policy(), now, &Options::default()).unwrap()
}

#[tokio::test]
async fn a_whole_contract_is_proved_to_a_stranger() {
    let [a, b, n] = Node::world([A, B, N]).await;
    let story = Story::new();
    story.begin(&a, &b).await;
    for home in [&a, &b] {
        home.sequence(&[story.settle()]).await;
    }
    story.end(&a, &b).await;
    audit(&[&a, &b, &n]).await;
    for node in [&a, &b, &n] {
        node.assert_sound().await;
    }
    for (node, person) in [(&a, &story.client), (&b, &story.freelancer)] {
        let report = report(node, &person.did, node.engine.now()).await;
        assert_eq!(report.verdict, Verdict::Valid, "{report}");
        assert!(
            report.contracts.iter().flat_map(|contract| &contract.slots).all(|slot| slot.review.is_some()),
            "{report}"
        );
    }
    // The same file is no longer proof of completeness when the cosignatures are old.
    let late = b.engine.now().add_seconds(3 * 86_400).unwrap();
    assert_eq!(report(&b, &story.freelancer.did, late).await.verdict, Verdict::Incomplete);
}

#[tokio::test]
async fn evidence_stays_at_the_size_that_a_quorum_knows() {
    let [a, b, n] = Node::world([A, B, N]).await;
    let story = Story::new();
    story.begin(&a, &b).await;
    audit(&[&a, &b, &n]).await;
    let known = b.row(&reputation(B)).await.size;
    // More leaves, among them one about the freelancer, that nobody has audited yet.
    b.sequence(&[story.review(Role::Client, 5).commit]).await;
    b.sequence(&identities(0..9)).await;
    let report = report(&b, &story.freelancer.did, b.engine.now()).await;
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert_eq!(report.logs[0].size, known);
    // The file shows that the client's log holds nothing for the slot either.
    assert_eq!(
        report.logs.iter().map(|log| log.origin.as_str()).collect::<Vec<_>>(),
        [reputation(B), reputation(A)]
    );
    assert_eq!(report.contracts[0].slots[0].state, SlotState::Open);
}

#[tokio::test]
async fn without_a_quorum_the_file_says_so() {
    let [a, b, n] = Node::world([A, B, N]).await;
    let story = Story::new();
    story.begin(&a, &b).await;
    let report = report(&b, &story.freelancer.did, b.engine.now()).await;
    assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
    drop(n);
    let stranger = crate::node::key(999).public();
    let nobody = b.engine.trust().evidence(&Did::of(&stranger)).await;
    assert!(matches!(nobody, Err(UseError::Refused(Refusal::NotFound(_)))));
}

#[tokio::test]
async fn an_opened_review_without_its_document_is_a_gap_that_is_not_cosigned_past() {
    let [a, b] = Node::world([A, B]).await;
    let story = Story::new();
    story.begin(&a, &b).await;
    let written = story.review(Role::Client, 5);
    a.sequence(&[written.commit.clone(), written.open.clone()]).await;
    let origin = reputation(A);
    let segment = a.page(&origin, b.row(&origin).await.size).await;
    let replayed = b.replay(&origin, &segment).await;
    assert!(matches!(replayed, Replayed::Advanced { missing: 1, ignored: 0, .. }), "{replayed:?}");
    let size = b.row(&origin).await.size;
    let audited = cosign(b.store(), b.keys(), &origin, size, b.engine.now()).await.unwrap();
    assert_eq!(audited, Cosigned::Withheld(Withheld::Gap));
    let wanted = log::wanted_owed(&b.db().await, &origin, 10).await.unwrap().remove(0);
    // Something else does not fill it.
    let other = story.review(Role::Client, 1);
    let sent = |documents: &[&hanse_document::Verified]| {
        documents.iter().map(|document| document.bytes().to_vec()).collect::<Vec<_>>()
    };
    assert!(!fill(b.engine.logbook(), &origin, &wanted, &sent(&[&other.review])).await.unwrap());
    assert!(documents::by_commitment(&b.db().await, &other.review.commitment()).await.unwrap().is_none());
    // The documents come with the leaf, once the author's home has them.
    keep(&a, &[&written.review, &written.text], true).await;
    let page = a.page(&origin, wanted.index).await;
    assert_eq!(page.entries[0].1, sent(&[&written.review, &written.text]));
    assert!(fill(b.engine.logbook(), &origin, &wanted, &page.entries[0].1).await.unwrap());
    let text = documents::by_commitment(&b.db().await, &written.text.commitment()).await.unwrap();
    assert!(text.is_some_and(|text| text.public));
    let audited = cosign(b.store(), b.keys(), &origin, size, b.engine.now()).await.unwrap();
    assert_eq!(audited, Cosigned::Signed { size });
}

#[tokio::test]
async fn a_review_that_was_opened_before_its_commit_is_asked_for_too() {
    let [a, b] = Node::world([A, B]).await;
    let story = Story::new();
    story.begin(&a, &b).await;
    let written = story.review(Role::Client, 5);
    let origin = reputation(A);
    for leaf in [&written.open, &written.commit] {
        a.sequence(std::slice::from_ref(leaf)).await;
        let segment = a.page(&origin, b.row(&origin).await.size).await;
        b.replay(&origin, &segment).await;
    }
    let size = b.row(&origin).await.size;
    let audited = async || cosign(b.store(), b.keys(), &origin, size, b.engine.now()).await.unwrap();
    assert_eq!(audited().await, Cosigned::Withheld(Withheld::Gap));
    let wanted = log::wanted_owed(&b.db().await, &origin, 10).await.unwrap().remove(0);
    keep(&a, &[&written.review, &written.text], true).await;
    let page = a.page(&origin, wanted.index).await;
    assert!(fill(b.engine.logbook(), &origin, &wanted, &page.entries[0].1).await.unwrap());
    assert_eq!(audited().await, Cosigned::Signed { size });
}

#[tokio::test]
async fn documents_that_no_leaf_commits_to_are_left_out_and_private_ones_are_not_sent() {
    let [a, b] = Node::world([A, B]).await;
    let story = Story::new();
    let written = story.review(Role::Client, 5);
    keep(&a, &[&written.review, &written.text], false).await;
    a.sequence(&[written.commit.clone(), written.open.clone()]).await;
    let origin = reputation(A);
    let mut segment = a.page(&origin, 0).await;
    assert!(
        segment.entries.iter().all(|(_, documents)| documents.is_empty()),
        "sealed documents stay at home"
    );
    // A peer that sends more than the leaves ask for.
    let other = story.review(Role::Client, 2);
    segment.entries[1].1 = vec![other.review.bytes().to_vec(), b"{}".to_vec()];
    segment.entries[2].1 = vec![written.review.bytes().to_vec(), other.text.bytes().to_vec(), vec![0; 9]];
    let replayed = b.replay(&origin, &segment).await;
    assert!(matches!(replayed, Replayed::Advanced { size: 4, missing: 0, ignored: 4, .. }), "{replayed:?}");
    let kept = documents::by_commitment(&b.db().await, &written.review.commitment()).await.unwrap();
    assert!(kept.is_some_and(|kept| kept.public));
    for ignored in [&other.review, &other.text] {
        assert!(documents::by_commitment(&b.db().await, &ignored.commitment()).await.unwrap().is_none());
    }
}

/// An angry client at N reviews, and cites as its own the engagement of the honest client at A.
#[tokio::test]
async fn a_review_that_cites_anothers_engagement_does_not_take_it_from_the_others_review() {
    let [a, b, n] = Node::world([A, B, N]).await;
    let (story, second) = (Story::new(), Story::second());
    story.begin(&a, &b).await;
    second.begin_second(&n, &b).await;
    story.end(&a, &b).await;
    let angry = second.review_citing(story.client_engagement().id());
    keep(&n, &[&angry.review, &angry.text], true).await;
    n.sequence(&[angry.commit.clone(), angry.open.clone()]).await;
    b.follow(&n).await;
    audit(&[&a, &b, &n]).await;
    let after = report(&b, &story.freelancer.did, b.engine.now()).await;
    assert_eq!(after.reviews().map(|review| review.rating).collect::<Vec<_>>(), [5], "{after}");
}
