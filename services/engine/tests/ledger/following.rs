//! Mirrors of honest peers, and of others.

use hanse_base::names::LogKind;
use hanse_logbook::follow::{Fault, Replayed, Segment, accuse};
use hanse_tlog::LogSigner;

use crate::author::{Author, signed};
use crate::node::{A, B, N, Node, identities, identity, log_keys, reputation};

#[tokio::test]
async fn a_mirror_is_the_log_in_every_row() {
    let [a, b] = Node::world([A, B]).await;
    for batch in [0..2, 2..300, 300..301] {
        a.sequence(&identities(batch)).await;
    }
    b.follow(&a).await;
    a.sequence(&identities(301..310)).await;
    b.follow(&a).await;
    let (ours, theirs) = (b.row(&reputation(A)).await, a.row(&reputation(A)).await);
    assert_eq!(
        (ours.size, ours.root, &ours.range, &ours.checkpoint),
        (theirs.size, theirs.root, &theirs.range, &theirs.checkpoint)
    );
    assert!(!ours.own && theirs.own);
    b.assert_sound().await;
    let origin = reputation(A);
    let (here, there) = (
        hanse_store::log::counts(&b.db().await, &origin).await.unwrap(),
        hanse_store::log::counts(&a.db().await, &origin).await.unwrap(),
    );
    assert_eq!(
        (here.subtrees, here.listed, here.subjects, here.tiles),
        (there.subtrees, there.listed, there.subjects, there.tiles)
    );
}

#[tokio::test]
async fn pages_without_a_checkpoint_are_joined_to_a_segment() {
    let [a, b] = Node::world([A, B]).await;
    a.sequence(&identities(0..20)).await;
    let origin = reputation(A);
    let whole = a.page(&origin, 0).await;
    assert_eq!(whole.entries.len(), 22);
    let early = Segment { entries: whole.entries[..10].to_vec(), ..whole.clone() };
    assert_eq!(b.replay(&origin, &early).await, Replayed::Refused(Fault::Size { stated: 22, sent: 10 }));
    let replayed = b.replay(&origin, &whole).await;
    assert!(matches!(replayed, Replayed::Advanced { size: 22, missing: 20, ignored: 0, .. }), "{replayed:?}");
    assert_eq!(b.replay(&origin, &whole).await, Replayed::Elsewhere, "another process was faster");
    b.assert_sound().await;
}

/// A mirror of an honest log of four leaves, and the log.
async fn mirrored() -> (Node, Author) {
    let node = Node::new(B, &[A, N]).await;
    let mut author = Author::new();
    author.append(&identity(1));
    author.append(&identity(2));
    author.seal();
    let replayed = node.replay(&reputation(A), &author.segment(A, 0)).await;
    assert!(matches!(replayed, Replayed::Advanced { size: 4, missing: 2, ignored: 0, .. }), "{replayed:?}");
    (node, author)
}

/// The segment is refused, nothing of it is kept, and its sender is judged.
async fn assert_refused(node: &Node, segment: &Segment, word: &str, proved: bool) {
    let origin = reputation(A);
    let before = node.row(&origin).await;
    let Replayed::Refused(fault) = node.replay(&origin, segment).await else { panic!("{word} is believed") };
    assert_eq!(fault.to_string().split(':').next(), Some(word), "{fault}");
    assert_eq!(fault.is_proved(), proved, "{fault}");
    assert_eq!(node.row(&origin).await, before);
    node.assert_sound().await;
    let mirror = node.keys().mirror(&origin).unwrap();
    assert_eq!(
        accuse(node.store(), mirror, N, &fault).await.unwrap(),
        proved,
        "somebody else's word halts nothing"
    );
    assert_eq!(accuse(node.store(), mirror, A, &fault).await.unwrap(), !proved, "the operator's own does");
    assert_eq!(node.row(&origin).await.halted, Some(fault.to_string()));
    assert_eq!(node.replay(&origin, segment).await, Replayed::Halted);
}

#[tokio::test]
async fn an_index_that_leaves_somebody_out_is_refused() {
    let (node, mut author) = mirrored().await;
    author.hide(&identity(3));
    author.seal();
    assert_refused(&node, &author.segment(A, 4), "wrong-index", true).await;
}

#[tokio::test]
async fn an_index_that_counts_wrongly_is_refused() {
    let (node, mut author) = mirrored().await;
    author.append(&identity(3));
    author.seal_falsely();
    assert_refused(&node, &author.segment(A, 4), "wrong-index", true).await;
}

#[tokio::test]
async fn a_head_that_does_not_end_with_its_index_is_refused() {
    let (node, mut author) = mirrored().await;
    author.append(&identity(3));
    assert_refused(&node, &author.segment(A, 4), "wrong-index", true).await;
}

#[tokio::test]
async fn a_leaf_out_of_form_is_refused() {
    for bytes in [&b"{}"[..], b" ", b"{\"day\":1,\"sigs\":[],\"subjects\":[],\"t\":\"x\",\"v\":2}"] {
        let (node, mut author) = mirrored().await;
        author.append_raw(bytes);
        author.seal();
        assert_refused(&node, &author.segment(A, 4), "wrong-leaf", true).await;
    }
}

#[tokio::test]
async fn a_leaf_that_stands_in_the_log_already_is_refused() {
    let (node, mut author) = mirrored().await;
    author.append(&identity(2));
    author.seal();
    assert_refused(&node, &author.segment(A, 4), "repeated-leaf", true).await;
    let (node, mut author) = mirrored().await;
    author.append(&identity(3));
    author.append(&identity(3));
    author.seal();
    assert_refused(&node, &author.segment(A, 4), "repeated-leaf", true).await;
}

#[tokio::test]
async fn a_wrong_leaf_is_refused() {
    let (node, mut author) = mirrored().await;
    author.append(&identity(3));
    author.seal();
    let mut segment = author.segment(A, 4);
    segment.entries[0].0 = identity(4).bytes().to_vec();
    assert_refused(&node, &segment, "wrong-root", false).await;
}

#[tokio::test]
async fn a_forked_log_is_refused() {
    let (node, _) = mirrored().await;
    let mut other = Author::new();
    other.append(&identity(1));
    other.append(&identity(9));
    other.seal();
    other.append(&identity(3));
    other.seal();
    assert_refused(&node, &other.segment(A, 4), "wrong-root", false).await;
}

#[tokio::test]
async fn a_forged_checkpoint_is_refused() {
    let (node, mut author) = mirrored().await;
    author.append(&identity(3));
    author.seal();
    let honest = author.segment(A, 4);
    // Another node's key, another key in the log's name, and no signature at all.
    let keys = log_keys(A, &[]);
    let name = keys.own(LogKind::Reputation).signer.vkey().name().clone();
    let impostor = LogSigner::new(name, [66; 32]);
    let root = hanse_tlog::hash::EMPTY;
    for checkpoint in [author.checkpoint(B), signed(&impostor, author.size(), root), "nothing".to_owned()] {
        let (node, _) = mirrored().await;
        assert_refused(
            &node,
            &Segment { checkpoint: checkpoint.into_bytes(), ..honest.clone() },
            "forged-checkpoint",
            false,
        )
        .await;
    }
    let replayed = node.replay(&reputation(A), &honest).await;
    assert!(matches!(replayed, Replayed::Advanced { size: 6, missing: 1, ignored: 0, .. }), "{replayed:?}");
}
