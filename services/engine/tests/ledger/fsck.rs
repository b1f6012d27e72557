//! What fsck sees.

use hanse_base::names::LogKind;
use hanse_logbook::fsck::fsck;
use hanse_logbook::sequence::sequence;
use hanse_store::Sql as _;

use crate::node::{A, B, Node, enqueue, identities, now, reputation};

#[tokio::test]
async fn every_row_that_the_leaves_do_not_make_is_found() {
    let damages = [
        "DELETE FROM log_listed WHERE index = 2",
        "UPDATE log_listed SET index = 3 WHERE index = 2",
        "INSERT INTO log_listed SELECT origin, subject, 1 FROM log_listed WHERE index = 2",
        "DELETE FROM log_subject WHERE subject = (SELECT subject FROM log_subject ORDER BY subject LIMIT 1)",
        "UPDATE log_subject SET range = decode(repeat('00', 32), 'hex')",
        "DELETE FROM log_subtree WHERE size = 4 AND top = (SELECT top FROM log_subtree WHERE size = 4 ORDER BY top DESC LIMIT 1)",
        "UPDATE log_subtree SET size = 5 WHERE size = 4",
        "INSERT INTO log_subtree SELECT origin, top, 3, nodes FROM log_subtree WHERE size = 4 LIMIT 1",
        "INSERT INTO log_tile SELECT origin, 1, 0, hashes FROM log_tile LIMIT 1",
        "UPDATE log SET size = 4 WHERE size > 4",
        "UPDATE log SET reacted = size + 1",
        "INSERT INTO log_pending (origin, id, bytes) SELECT origin, decode(repeat('07', 32), 'hex'), bytes FROM log_leaf WHERE index = 1",
        "UPDATE log SET vkey = 'a.example/reputation+00000000+AA=='",
        "INSERT INTO log_checkpoint SELECT origin, 3, root, note, at FROM log_checkpoint WHERE size = 4",
    ];
    for damage in damages {
        let node = Node::new(A, &[B]).await;
        for batch in [0..2, 2..5] {
            node.sequence(&identities(batch)).await;
        }
        node.assert_sound().await;
        let touched = node.db().await.execute(damage, &[]).await.unwrap();
        assert!(touched > 0, "{damage}");
        let report = fsck(node.store()).await.unwrap();
        assert!(!report.sound(), "{damage}");
        assert!(report.to_string().contains("DIFFERS"), "{report}");
    }
}

#[tokio::test]
async fn the_leaves_of_a_log_cannot_be_changed_or_removed() {
    let node = Node::new(A, &[]).await;
    node.sequence(&identities(0..2)).await;
    for damage in [
        "UPDATE log_leaf SET bytes = ''",
        "DELETE FROM log_leaf",
        "TRUNCATE log_leaf CASCADE",
        "UPDATE log_checkpoint SET note = ''",
        "DELETE FROM log_checkpoint",
        "DELETE FROM log_tile",
        "UPDATE log_tile SET hashes = decode(repeat('00', octet_length(hashes)), 'hex')",
    ] {
        assert!(node.db().await.execute(damage, &[]).await.is_err(), "{damage}");
    }
    node.assert_sound().await;
}

#[tokio::test]
async fn a_log_is_checked_beside_its_writer() {
    let node = Node::new(A, &[]).await;
    let (store, engine) = (node.database.store().await, node.engine.clone());
    let mut writer = tokio::task::JoinSet::from_iter([async move {
        for round in 0..30 {
            enqueue(&store, &reputation(A), &identities(round * 5..round * 5 + 5)).await;
            sequence(&store, engine.log_keys().own(LogKind::Reputation), now()).await.unwrap();
        }
    }]);
    while writer.try_join_next().is_none() {
        node.keys().open(node.store(), now()).await.unwrap();
        node.assert_sound().await;
    }
    let row = node.row(&reputation(A)).await;
    assert_eq!((row.size, row.halted), (1 + 30 * 6, None));
}
