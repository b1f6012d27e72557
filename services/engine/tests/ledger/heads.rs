//! Heads that nodes tell each other.

use hanse_base::names::LogKind;
use hanse_logbook::LogError;
use hanse_logbook::heads::{FORKED, ROLLED_BACK, Unheard, read};
use hanse_logbook::sequence::sequence;
use hanse_network::Verdict;
use hanse_store::log;
use hanse_tlog::{Checkpoint, Cosigner, KeyName};

use crate::author::Author;
use crate::node::{A, B, N, Node, identities, identity, log_keys, now, reputation};

fn word(halted: Option<String>) -> Option<String> {
    halted.and_then(|reason| reason.split(':').next().map(str::to_owned))
}

#[tokio::test]
async fn a_node_whose_backup_was_restored_signs_nothing_more() {
    let [a, b] = Node::world([A, B]).await;
    a.sequence(&identities(0..4)).await;
    b.follow(&a).await;
    let said = b.note(&reputation(A)).await;
    // The same node on an older database: it has signed more than it remembers.
    let restored = Node::new(A, &[B]).await;
    restored.enqueue(&identities(7..8)).await;
    restored.hear(&said).await;
    let halted = restored.row(&reputation(A)).await;
    assert_eq!(word(halted.halted.clone()).as_deref(), Some(ROLLED_BACK));
    assert!(
        halted.halted.is_some_and(|reason| reason.contains(said.lines().nth(2).unwrap())),
        "the proof is kept"
    );
    let refused = sequence(restored.store(), restored.own(), now()).await;
    assert!(matches!(refused, Err(LogError::Halted { .. })), "{refused:?}");
    // Its other log said nothing else before.
    assert_eq!(restored.row(&LogKind::Jobs.origin(restored.keys().name())).await.halted, None);
}

#[tokio::test]
async fn a_node_that_signed_two_histories_signs_nothing_more() {
    let [a, b] = Node::world([A, B]).await;
    a.sequence(&identities(0..4)).await;
    b.follow(&a).await;
    let said = b.note(&reputation(A)).await;
    for count in [4, 9] {
        let restored = Node::new(A, &[B]).await;
        restored.sequence(&identities(10..10 + count)).await;
        restored.hear(&said).await;
        assert_eq!(word(restored.row(&reputation(A)).await.halted).as_deref(), Some(ROLLED_BACK), "{count}");
    }
    a.hear(&said).await;
    assert_eq!(a.row(&reputation(A)).await.halted, None, "its own words harm nobody");
}

#[tokio::test]
async fn a_second_history_of_a_peer_halts_its_mirror_whoever_tells_of_it() {
    for size in [2, 4] {
        let node = Node::new(B, &[A]).await;
        let mut author = Author::new();
        for number in 0..3 {
            author.append(&identity(number));
        }
        author.seal();
        node.replay(&reputation(A), &author.segment(A, 0)).await;
        let mut other = Author::new();
        for number in 1..size {
            other.append(&identity(number + 50));
        }
        other.seal();
        node.hear(&other.checkpoint(A)).await;
        assert_eq!(word(node.row(&reputation(A)).await.halted).as_deref(), Some(FORKED), "{size}");
    }
}

#[tokio::test]
async fn an_older_head_of_the_same_history_changes_nothing() {
    let [a, b] = Node::world([A, B]).await;
    a.sequence(&identities(0..2)).await;
    let older = a.note(&reputation(A)).await;
    a.sequence(&identities(2..4)).await;
    b.follow(&a).await;
    b.hear(&older).await;
    a.hear(&older).await;
    for node in [&a, &b] {
        assert_eq!(node.row(&reputation(A)).await.halted, None);
        node.assert_sound().await;
    }
}

#[tokio::test]
async fn no_cosignature_is_kept_of_a_head_that_does_not_end_with_its_index() {
    let node = Node::new(B, &[A, N]).await;
    let mut author = Author::new();
    author.append(&identity(1));
    let bare = author.checkpoint(A);
    author.append(&identity(2));
    author.seal();
    node.replay(&reputation(A), &author.segment(A, 0)).await;
    let kept = async |bare: &str| {
        let head = read(node.keys(), bare.as_bytes()).unwrap().checkpoint;
        let line = log_keys(N, &[]).cosigner().cosign(&head, 7);
        node.hear(&format!("{bare}{line}\n")).await;
        log::cosignatures(&node.db().await, &reputation(A), head.size).await.unwrap().len()
    };
    assert_eq!(kept(&bare).await, 0, "no proof could be made of it");
    assert_eq!(kept(&author.checkpoint(A)).await, 1);
}

#[tokio::test]
async fn only_signed_heads_of_known_logs_are_read() {
    let node = Node::new(B, &[A]).await;
    let author = Author::new();
    let good = author.checkpoint(A);
    assert_eq!(read(node.keys(), good.as_bytes()).unwrap().note, good);
    let stranger = author.checkpoint(N);
    let forged = good.replace("\n1\n", "\n2\n");
    let cases = [(stranger, Verdict::Ignore), (forged, Verdict::Reject), (String::new(), Verdict::Reject)];
    for (note, verdict) in cases {
        let unheard = read(node.keys(), note.as_bytes()).unwrap_err();
        assert_eq!(unheard.verdict(A), verdict, "{unheard}");
    }
}

#[tokio::test]
async fn cosignatures_count_only_from_the_pinned_keys_of_others() {
    let node = Node::new(B, &[A, N]).await;
    let author = Author::new();
    let bare = author.checkpoint(A);
    let head: Checkpoint = read(node.keys(), bare.as_bytes()).unwrap().checkpoint;
    let line = |cosigner: &Cosigner, time| format!("{}\n", cosigner.cosign(&head, time));
    let (of_a, of_n) = (log_keys(A, &[]), log_keys(N, &[]));
    let unknown = Cosigner::new(KeyName::parse("x.example/auditor").unwrap(), [5; 32]);
    let note = [bare.clone(), line(of_n.cosigner(), 7), line(of_a.cosigner(), 7), line(&unknown, 7)].concat();
    let read_head = read(node.keys(), note.as_bytes()).unwrap();
    let cosigners: Vec<_> =
        read_head.cosignatures.iter().map(|line| (line.cosigner.as_str(), line.time)).collect();
    assert_eq!(cosigners, [("n.example/auditor", 7)], "not the operator's own, not a stranger's");
    assert_eq!(read_head.note, bare);
    let other = Checkpoint { size: 3, ..head.clone() };
    let lie = bare.clone() + &format!("{}\n", of_n.cosigner().cosign(&other, 7));
    assert!(matches!(read(node.keys(), lie.as_bytes()), Err(Unheard::ForgedCosignature { .. })));

    node.replay(&reputation(A), &author.segment(A, 0)).await;
    for (time, kept) in [(7, 7), (9, 9), (8, 9)] {
        node.hear(&(bare.clone() + &line(of_n.cosigner(), time))).await;
        let lines = log::cosignatures(&node.db().await, &reputation(A), 1).await.unwrap();
        assert_eq!(lines.iter().map(|line| line.time).collect::<Vec<_>>(), [kept], "the newest stays");
    }
    // Nobody tells this node what it has cosigned itself.
    node.hear(&(bare.clone() + &line(node.keys().cosigner(), 7))).await;
    assert_eq!(log::cosignatures(&node.db().await, &reputation(A), 1).await.unwrap().len(), 1);
}
