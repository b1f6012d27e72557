//! The own logs.

use std::collections::BTreeMap;

use hanse_base::error::EngineError;
use hanse_base::names::LogKind;
use hanse_engine::Engine;
use hanse_ledger::Leaf;
use hanse_logbook::sequence::{BATCH_MAX, BatchPoint, Sequenced, sequence, sequence_with};
use hanse_logbook::{self, LogError, check_edge};
use hanse_store::{Sql as _, StoreError, log};
use hanse_tlog::{Note, TileSet, checkpoint, prove, tile, verify};

use crate::node::{A, Node, config, enqueue, identities, identity, name, now, reputation};

#[tokio::test]
async fn a_new_log_is_the_index_of_nothing_and_stays_when_opened_again() {
    let node = Node::new(A, &[]).await;
    for kind in LogKind::ALL {
        let own = node.keys().own(kind);
        let row = node.row(&own.origin).await;
        assert_eq!((row.size, row.own, row.halted.clone()), (1, true, None));
        let note = Note::parse(row.checkpoint.as_bytes()).unwrap();
        assert_eq!(checkpoint::open(&note, own.signer.vkey()).unwrap().root, row.root);
        node.keys().open(node.store(), now()).await.unwrap();
        assert_eq!(node.row(&own.origin).await, row);
    }
    node.assert_sound().await;
}

#[tokio::test]
async fn leaves_get_their_index_once_and_nothing_new_is_no_new_head() {
    let node = Node::new(A, &[]).await;
    let origin = reputation(A);
    node.enqueue(&identities(0..3)).await;
    node.enqueue(&identities(1..3)).await;
    let first = sequence(node.store(), node.own(), now()).await.unwrap();
    assert_eq!(first, Sequenced::Head { size: 5, leaves: 3, full: false });
    assert_eq!(sequence(node.store(), node.own(), now()).await.unwrap(), Sequenced::Nothing);
    node.enqueue(&identities(0..3)).await;
    assert_eq!(log::pending_count(&node.db().await, &origin).await.unwrap(), 0, "the log holds them");
    assert_eq!(sequence(node.store(), node.own(), now()).await.unwrap(), Sequenced::Nothing);
    let leaves = hanse_logbook::leaves_from(&node.db().await, &origin, 1, 3).await.unwrap();
    let ids: Vec<_> = leaves.iter().map(|leaf| (leaf.index, leaf.id)).collect();
    assert_eq!(ids, [(1, identity(0).id()), (2, identity(1).id()), (3, identity(2).id())]);
    assert!(hanse_logbook::contains(&node.db().await, &origin, &identity(2).id()).await.unwrap());
    assert!(!hanse_logbook::contains(&node.db().await, &origin, &identity(3).id()).await.unwrap());
    node.assert_sound().await;
}

#[tokio::test]
async fn a_leaf_that_was_sequenced_while_it_was_queued_again_is_skipped() {
    let node = Node::new(A, &[]).await;
    node.sequence(&identities(0..1)).await;
    // What a queue looks like whose writer looked a moment too early.
    let row =
        "INSERT INTO log_pending (origin, id, bytes) SELECT origin, id, bytes FROM log_leaf WHERE index = 1";
    node.db().await.execute(row, &[]).await.unwrap();
    let size = node.row(&reputation(A)).await.size;
    assert_eq!(sequence(node.store(), node.own(), now()).await.unwrap(), Sequenced::Nothing);
    assert_eq!(node.row(&reputation(A)).await.size, size);
    assert_eq!(log::pending_count(&node.db().await, &reputation(A)).await.unwrap(), 0);
}

#[tokio::test]
async fn full_batches_fill_tiles_that_prove_every_leaf() {
    let node = Node::new(A, &[]).await;
    let origin = reputation(A);
    node.enqueue(&identities(0..600)).await;
    let mut sizes = vec![];
    while let Sequenced::Head { size, .. } = sequence(node.store(), node.own(), now()).await.unwrap() {
        sizes.push(size);
    }
    assert_eq!(sizes, [257, 513, 604]);
    node.assert_sound().await;
    let note = node.engine.logbook().checkpoint("reputation").await.unwrap().unwrap();
    let head = checkpoint::open(&Note::parse(note.as_bytes()).unwrap(), node.own().signer.vkey()).unwrap();
    assert_eq!(head.size, 604);
    let mut tiles = TileSet::new();
    for id in (0..head.size).flat_map(|index| prove::tiles_for_inclusion(index, head.size)) {
        let width = Some(id.width(head.size)).filter(|width| *width < 256);
        let bytes = node
            .engine
            .logbook()
            .tile("reputation", &tile::path(id.level, id.index, width))
            .await
            .unwrap()
            .unwrap();
        tiles.insert(id, tile::hashes_from_bytes(&bytes).unwrap());
    }
    let bundle = node.engine.logbook().tile("reputation", "tile/entries/002.p/92").await.unwrap().unwrap();
    let entries = tile::parse_bundle(&bundle).unwrap();
    assert_eq!(entries.len(), 92);
    for (index, entry) in (512..).zip(entries) {
        let path = prove::inclusion(&tiles, index, head.size).unwrap();
        verify::inclusion(index, head.size, &hanse_tlog::hash::leaf(&entry), &path, &head.root).unwrap();
    }
    for missing in
        ["tile/entries/002", "tile/entries/002.p/93", "tile/0/002.p/93", "tile/1/000", "tile/9/000", "../etc"]
    {
        assert_eq!(node.engine.logbook().tile("reputation", missing).await.unwrap(), None, "{missing}");
    }
    assert_eq!(node.engine.logbook().tile("other", "tile/0/000").await.unwrap(), None);
    assert_eq!(
        node.engine.logbook().tile("jobs", "tile/0/x999/x999/x999/x999/x999/x999/999").await.unwrap(),
        None
    );
    assert_eq!(node.engine.logbook().checkpoint("other").await.unwrap(), None);
    assert_eq!(
        u64::try_from(hanse_logbook::leaves_from(&node.db().await, &origin, 0, 9_999).await.unwrap().len()),
        Ok(256)
    );
}

#[tokio::test]
async fn two_sequencers_on_one_database_never_fork() {
    let node = Node::new(A, &[]).await;
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..2 {
        let (store, engine) = (node.database.store().await, node.engine.clone());
        tasks.spawn(async move {
            for round in 0..12 {
                let first = worker * 1_000 + round * 10;
                // Half of the leaves are queued by both.
                let leaves = [identities(first..first + 5), identities(round * 10..round * 10 + 5)].concat();
                enqueue(&store, &reputation(A), &leaves).await;
                sequence(&store, engine.log_keys().own(LogKind::Reputation), now()).await.unwrap();
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    node.sequence(&[]).await;
    node.assert_sound().await;
    let mut expected: Vec<_> = (0..12).flat_map(|round| [round * 10, 1_000 + round * 10]).collect();
    expected.sort_unstable();
    for first in expected {
        for leaf in identities(first..first + 5) {
            assert!(hanse_logbook::contains(&node.db().await, &reputation(A), &leaf.id()).await.unwrap());
        }
    }
}

#[tokio::test]
async fn a_failure_at_any_point_leaves_the_log_whole() {
    let node = Node::new(A, &[]).await;
    let origin = reputation(A);
    // What was signed of each size, the outside world's memory.
    let mut signed = BTreeMap::new();
    for (round, step) in (0_u32..).zip(BatchPoint::ALL) {
        let leaves: Vec<Leaf> = identities(round * 10..round * 10 + 3);
        node.enqueue(&leaves).await;
        let before = node.row(&origin).await;
        // Twice in a row: the way back from a failure may fail as well.
        for _ in 0..2 {
            let fail = |at| if at == step { Err(LogError::Store(StoreError::Conflict)) } else { Ok(()) };
            let outcome = sequence_with(node.store(), node.own(), now(), fail).await;
            let after = node.row(&origin).await;
            let committed = step == BatchPoint::Committed && after != before;
            assert!(committed || after == before, "{step:?}");
            assert!(outcome.is_err() || after.size == before.size + 4, "{step:?}");
            node.assert_sound().await;
        }
        node.sequence(&[]).await;
        let after = node.row(&origin).await;
        assert_eq!(after.size, before.size + 4, "{step:?}: each leaf once, and one index");
        for leaf in &leaves {
            assert!(
                hanse_logbook::contains(&node.db().await, &origin, &leaf.id()).await.unwrap(),
                "{step:?}"
            );
        }
        assert_eq!(signed.insert(after.size, after.root), None);
    }
    node.assert_sound().await;
    let kept = log::checkpoints_between(&node.db().await, &origin, 0, 1_000).await.unwrap();
    let kept: BTreeMap<_, _> =
        kept.into_iter().filter(|kept| kept.size > 1).map(|kept| (kept.size, kept.root)).collect();
    assert_eq!(kept, signed);
}

#[tokio::test]
async fn a_head_that_was_remembered_and_not_committed_is_made_again_and_no_other_of_its_size() {
    let origin = reputation(A);
    let folder = tempfile::tempdir().unwrap();
    let heads = Some(folder.path().to_owned());
    let node = Node::of(hanse_base::config::Config { heads, ..config(A, &[]) }).await;
    let remembered = async || {
        let recalled = node.own().memory.recall(node.own().signer.vkey()).await.unwrap();
        recalled.and_then(|remembered| remembered.head).map(|head| head.checkpoint)
    };
    node.sequence(&identities(0..2)).await;
    node.enqueue(&identities(10..13)).await;
    let fail =
        |at| if at == BatchPoint::Written { Err(LogError::Store(StoreError::Conflict)) } else { Ok(()) };
    assert!(sequence_with(node.store(), node.own(), now(), fail).await.is_err());
    let signed = remembered().await.unwrap();
    assert_eq!((node.row(&origin).await.size, signed.size), (4, 8));
    // Others have come meanwhile: they wait for the next head.
    node.enqueue(&identities(20..25)).await;
    sequence(node.store(), node.own(), now()).await.unwrap();
    let row = node.row(&origin).await;
    assert_eq!((row.size, row.root), (signed.size, signed.root));
    node.sequence(&[]).await;
    let row = node.row(&origin).await;
    assert_eq!((row.size, Some(row.root)), (14, remembered().await.map(|head| head.root)));
    node.assert_sound().await;
}

#[tokio::test]
async fn a_remembered_head_whose_leaves_are_others_now_is_not_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let heads = Some(folder.path().to_owned());
    let node = Node::of(hanse_base::config::Config { heads, ..config(A, &[]) }).await;
    node.enqueue(&identities(0..2)).await;
    let fail =
        |at| if at == BatchPoint::Written { Err(LogError::Store(StoreError::Conflict)) } else { Ok(()) };
    assert!(sequence_with(node.store(), node.own(), now(), fail).await.is_err());
    // An id leaves signatures out: the same leaf, with other bytes.
    let (own, other) = (identity(1), identity(0));
    let forged = String::from_utf8(own.bytes().to_vec()).unwrap();
    let forged = forged.replace(&own.signatures()[0].1.hex(), &other.signatures()[0].1.hex());
    let forge = "UPDATE log_pending SET bytes = $1 WHERE id = $2";
    let values = (forged.as_bytes(), own.id());
    let forged = node.db().await.execute(forge, &[&values.0, &values.1.as_bytes().as_slice()]).await;
    assert_eq!(forged.unwrap(), 1);
    let refused = sequence(node.store(), node.own(), now()).await;
    assert!(matches!(refused, Err(LogError::Forgotten { signed: 4, size: 1, .. })), "{refused:?}");
    assert_eq!(node.row(&reputation(A)).await.size, 1);
}

#[tokio::test]
async fn a_database_that_is_older_than_what_is_remembered_is_not_signed_on() {
    let folder = tempfile::tempdir().unwrap();
    let remembering =
        || hanse_base::config::Config { heads: Some(folder.path().to_owned()), ..config(A, &[]) };
    let node = Node::of(remembering()).await;
    node.sequence(&identities(0..3)).await;
    let restored = Node::of(remembering()).await;
    // Leaves of the forgotten head wait, but not all of them.
    restored.enqueue(&identities(1..3)).await;
    let refused = sequence(restored.store(), restored.own(), now()).await;
    assert!(matches!(refused, Err(LogError::Forgotten { signed: 5, size: 1, .. })), "{refused:?}");
    assert_eq!(restored.row(&reputation(A)).await.size, 1);
}

#[tokio::test]
async fn a_damaged_log_is_halted_at_the_start_and_never_signed_on() {
    let damages = [
        "UPDATE log SET root = decode(repeat('00', 32), 'hex')",
        "UPDATE log SET range = decode(repeat('00', octet_length(range)), 'hex')",
        "UPDATE log SET checkpoint = 'no note'",
        "UPDATE log SET checkpoint = (SELECT note FROM log_checkpoint c WHERE c.origin = log.origin AND c.size = 1)",
        "UPDATE log_tile SET hashes = hashes || decode(repeat('00', 32), 'hex') WHERE level = 0; ",
        "INSERT INTO log_leaf (origin, index, id, bytes) SELECT origin, size, decode(repeat('00', 32), 'hex'), '' FROM log",
        "UPDATE log_subtree SET nodes = decode('00020000' || repeat('07', 64), 'hex')",
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        let node = Node::new(A, &[]).await;
        node.sequence(&identities(0..3)).await;
        let before = node.row(&reputation(A)).await;
        node.db().await.execute(damage, &[]).await.unwrap();
        node.enqueue(&identities(3..4)).await;
        let refused = sequence(node.store(), node.own(), now()).await;
        if number == 4 {
            // Hashes beyond the head harm nobody, but the next batch cannot take their place: the schema refuses.
            assert!(matches!(refused, Err(LogError::Store(_))), "{refused:?}");
        } else {
            assert!(matches!(refused, Err(LogError::Damaged { .. })), "{damage}: {refused:?}");
            node.keys().open(node.store(), now()).await.unwrap();
            let halted = node.row(&reputation(A)).await;
            assert!(
                halted.halted.as_deref().is_some_and(|reason| reason.starts_with("damaged: ")),
                "{damage}"
            );
            let refused = sequence(node.store(), node.own(), now()).await;
            assert!(matches!(refused, Err(LogError::Halted { .. })), "{damage}: {refused:?}");
        }
        assert_eq!(node.row(&reputation(A)).await.size, before.size, "{damage}");
        assert!(!hanse_logbook::fsck::fsck(node.store()).await.unwrap().sound(), "{damage}");
    }
}

#[tokio::test]
async fn a_database_serves_the_secret_that_founded_it_and_no_other() {
    let node = Node::new(A, &[]).await;
    let own = node.own();
    let row = node.row(&own.origin).await;
    let other = crate::node::log_keys("b.example", &[]);
    let refused = check_edge(&node.db().await, &row, other.own(LogKind::Reputation).signer.vkey()).await;
    assert!(matches!(refused, Err(LogError::OtherKey { .. })));
    let mut config = node.engine.config().clone();
    config.secret = hanse_base::config::Secret::new([99; 32]);
    let thief = Engine::idle(config, node.store().clone(), node.clock.clone()).unwrap();
    let refused = thief.log_keys().open(thief.store(), now()).await.map_err(EngineError::from);
    assert!(matches!(refused, Err(EngineError::OtherNode(_))), "{refused:?}");
    // Another name with the same secret would found other logs beside these.
    let renamed = hanse_base::config::Config { name: name("w.example"), ..node.engine.config().clone() };
    let renamed = Engine::idle(renamed, node.store().clone(), node.clock.clone()).unwrap();
    let refused = renamed.log_keys().open(renamed.store(), now()).await.map_err(EngineError::from);
    assert!(
        matches!(&refused, Err(EngineError::OtherNode(text)) if text.contains("w.example")),
        "{refused:?}"
    );
    let logs = log::all(&node.db().await).await.unwrap();
    assert_eq!(logs.len(), 2, "nothing was founded");
}

#[tokio::test]
async fn only_sound_leaves_are_queued() {
    let node = Node::new(A, &[]).await;
    let leaf = identity(1);
    let mut forged = String::from_utf8(leaf.bytes().to_vec()).unwrap();
    let value = leaf.signatures()[0].1.hex();
    forged = forged.replace(&value, &identity(2).signatures()[0].1.hex());
    let forged = Leaf::parse(forged.as_bytes()).unwrap();
    let mut connection = node.db().await;
    let tx = connection.begin().await.unwrap();
    assert!(matches!(hanse_logbook::enqueue(&tx, &reputation(A), &forged).await, Err(LogError::Leaf(_))));
    assert!(hanse_logbook::enqueue(&tx, &reputation(A), &leaf).await.unwrap());
    assert!(!hanse_logbook::enqueue(&tx, &reputation(A), &leaf).await.unwrap());
    assert_eq!(BATCH_MAX, 255);
}
