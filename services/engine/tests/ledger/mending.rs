//! LogKeys that are halted, and what their operator may do about it.

use hanse_logbook::heads::{RECOVERING, ROLLED_BACK};
use hanse_logbook::mend::{MendError, accept, examine, recover, resume};
use hanse_logbook::{LogError, range};
use hanse_store::{Sql as _, log};

use crate::author::Author;
use crate::node::{A, B, Node, config, identities, identity, now, reputation};

const FLIP: &str = "UPDATE log_leaf SET bytes = set_byte(bytes, 30, get_byte(bytes, 30) # 1) WHERE origin = $1 AND index = 2";

/// One byte of a leaf is another on the disk; the second time it is as it was.
async fn flip(node: &Node) {
    let db = node.db().await;
    for statement in ["ALTER TABLE log_leaf DISABLE TRIGGER USER", "ALTER TABLE log_leaf ENABLE TRIGGER USER"]
    {
        db.execute(statement, &[]).await.unwrap();
        if statement.contains("DISABLE") {
            assert_eq!(db.execute(FLIP, &[&reputation(A)]).await.unwrap(), 1);
        }
    }
}

async fn decisions(node: &Node) -> i64 {
    let counted = node.db().await.query_one("SELECT count(*) AS decisions FROM log_decision", &[]).await;
    counted.unwrap().get("decisions")
}

async fn halt(node: &Node, reason: &str) {
    assert!(log::halt(&node.db().await, &reputation(A), reason).await.unwrap());
}

#[tokio::test]
async fn a_damaged_leaf_is_found_before_it_is_handed_out() {
    let [a, b] = Node::world([A, B]).await;
    a.sequence(&identities(0..4)).await;
    flip(&a).await;
    let refused = range::answer(&a.db().await, &reputation(A), 0, 6).await;
    assert!(
        matches!(&refused, Err(LogError::Damaged { what, .. }) if what.contains("leaf 2")),
        "{refused:?}"
    );
    assert!(a.engine.logbook().tile("reputation", "tile/entries/000.p/6").await.is_err());
    // A page without it is fine, and the log goes on.
    assert!(range::answer(&a.db().await, &reputation(A), 3, 6).await.is_ok());
    flip(&a).await;
    b.follow(&a).await;
    assert!(a.engine.logbook().tile("reputation", "tile/entries/000.p/6").await.unwrap().is_some());
    assert_eq!(a.engine.logbook().tile("reputation", "tile/entries/000.p/7").await.unwrap(), None);
}

#[tokio::test]
async fn a_mirror_is_resumed_after_the_origin_was_mended_and_not_against_a_second_history() {
    let [a, b] = Node::world([A, B]).await;
    a.sequence(&identities(0..4)).await;
    b.follow(&a).await;
    a.sequence(&identities(4..6)).await;
    halt(&b, "wrong-root: the leaves up to 9 do not hash to the root that the log signed").await;
    let examined = resume(b.store(), b.keys(), &reputation(A), now()).await.unwrap();
    assert!(examined.sound(), "{examined}");
    assert_eq!(decisions(&b).await, 1);
    b.follow(&a).await;
    let again = resume(b.store(), b.keys(), &reputation(A), now()).await;
    assert!(matches!(again, Err(MendError::NotThis(_))), "{again:?}");

    let mut other = Author::new();
    for number in 1..4 {
        other.append(&identity(number + 50));
    }
    other.seal();
    b.hear(&other.checkpoint(A)).await;
    let refused = resume(b.store(), b.keys(), &reputation(A), now()).await;
    let Err(MendError::Unsound(examined)) = refused else { panic!("{refused:?}") };
    assert!(examined.to_string().contains("two histories"), "{examined}");
    assert!(b.row(&reputation(A)).await.halted.is_some());
}

#[tokio::test]
async fn an_own_log_is_resumed_when_what_was_damaged_is_whole_again() {
    let a = Node::new(A, &[B]).await;
    a.sequence(&identities(0..4)).await;
    flip(&a).await;
    halt(&a, "damaged: the disk").await;
    let refused = resume(a.store(), a.keys(), &reputation(A), now()).await;
    assert!(matches!(refused, Err(MendError::Unsound(_))), "{refused:?}");
    flip(&a).await;
    resume(a.store(), a.keys(), &reputation(A), now()).await.unwrap();
    a.sequence(&identities(4..6)).await;
    a.assert_sound().await;
}

#[tokio::test]
async fn a_log_that_was_rolled_back_is_recovered_and_never_just_resumed() {
    let [a, b] = Node::world([A, B]).await;
    a.sequence(&identities(0..4)).await;
    b.follow(&a).await;
    let restored = Node::new(A, &[B]).await;
    let not_yet = recover(restored.store(), restored.keys(), &reputation(A), now()).await;
    assert!(matches!(not_yet, Err(MendError::NotThis(_))), "{not_yet:?}");
    restored.hear(&b.note(&reputation(A)).await).await;
    let refused = resume(restored.store(), restored.keys(), &reputation(A), now()).await;
    assert!(matches!(refused, Err(MendError::Unsound(_))), "{refused:?}");
    recover(restored.store(), restored.keys(), &reputation(A), now()).await.unwrap();
    let halted = restored.row(&reputation(A)).await.halted.unwrap();
    assert!(halted.starts_with(RECOVERING) && !halted.contains(ROLLED_BACK), "{halted}");
    // A mirror is nobody's to recover.
    halt(&b, ROLLED_BACK).await;
    assert!(matches!(recover(b.store(), b.keys(), &reputation(A), now()).await, Err(MendError::NotThis(_))));
}

#[tokio::test]
async fn what_the_operator_states_is_about_one_head_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let heads = Some(folder.path().to_owned());
    let a = Node::of(hanse_base::config::Config { heads, ..config(A, &[B]) }).await;
    let origin = reputation(A);
    let accepted = async || {
        let own = a.own();
        own.memory.recall(own.signer.vkey()).await.unwrap().is_some_and(|memory| memory.accepted)
    };
    for wrong in [
        accept(a.store(), a.keys(), &origin, 7, now()).await,
        accept(a.store(), a.keys(), &reputation(B), 0, now()).await,
    ] {
        assert!(matches!(wrong, Err(MendError::NotThis(_))), "{wrong:?}");
    }
    assert!(!accepted().await);
    accept(a.store(), a.keys(), &origin, 1, now()).await.unwrap();
    assert!(accepted().await);
    assert_eq!(decisions(&a).await, 1);
    assert!(examine(a.store(), a.keys(), &origin).await.unwrap().sound());
    a.sequence(&identities(0..2)).await;
    assert!(!accepted().await, "it was about the head before");
    // A memory of more than the database has is stronger than any statement.
    let older = Node::of(a.engine.config().clone()).await;
    let refused = accept(older.store(), older.keys(), &origin, 1, now()).await;
    assert!(matches!(refused, Err(MendError::Unsound(_))), "{refused:?}");
}
