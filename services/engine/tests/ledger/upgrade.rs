//! What an earlier release stored, in the form of this one.

use hanse_ledger::index::{Path, Subtree, TreeNode};
use hanse_store::Sql as _;

use crate::node::{A, Node, identities, reputation};

/// The table of the index as it was before V15, and the rest of what that changed.
const BEFORE: &str = "CREATE TABLE log_node (origin text NOT NULL REFERENCES log (origin), path bytea NOT NULL, size bigint NOT NULL, \
         node bytea NOT NULL, PRIMARY KEY (origin, path, size)); \
     ALTER TABLE log_subtree RENAME TO made; ALTER INDEX log_subtree_pkey RENAME TO made_pkey; \
     DROP TRIGGER log_no_delete ON log; DROP TRIGGER log_no_truncate ON log; \
     ALTER TABLE log_leaf ADD FOREIGN KEY (origin) REFERENCES log; \
     ALTER TABLE log_listed ADD FOREIGN KEY (origin) REFERENCES log; \
     ALTER TABLE log_subject ADD FOREIGN KEY (origin) REFERENCES log; \
     ALTER TABLE log_tile ADD FOREIGN KEY (origin) REFERENCES log;";
const NODE: &str = "INSERT INTO log_node (origin, path, size, node) VALUES ($1, $2, $3, $4)";
const MADE: &str = "SELECT top, size, nodes FROM log_subtree ORDER BY top, size";

/// Single nodes become the subtrees that the leaves make: each version of each, byte for byte.
#[tokio::test]
async fn the_index_of_an_earlier_release_is_the_same_in_subtrees() {
    let node = Node::new(A, &[]).await;
    for batch in [0..1, 1..40, 40..43, 43..240] {
        node.sequence(&identities(batch)).await;
    }
    let made = rows(&node).await;
    assert!(made.len() > 100, "more than the top of the tree: {}", made.len());
    node.database.script(BEFORE).await;
    let db = node.db().await;
    let mut before = std::collections::BTreeMap::new();
    for (top, size, nodes) in &made {
        for (path, one) in Subtree::from_bytes(nodes).unwrap().nodes(Path::from_bytes(top).unwrap()) {
            // An earlier release wrote a node when it changed, and only then.
            if before.insert(path, one) != Some(one) {
                let bytes = TreeNode::to_bytes(&one);
                db.execute(NODE, &[&reputation(A), &path.to_bytes(), size, &bytes.as_slice()]).await.unwrap();
            }
        }
    }
    drop(db);
    node.database.script(include_str!("../../../../migrations/V15__subtrees.sql")).await;
    assert!(rows(&node).await == made, "another index");
    node.assert_sound().await;
    node.sequence(&identities(240..250)).await;
    node.assert_sound().await;
}

async fn rows(node: &Node) -> Vec<(Vec<u8>, i64, Vec<u8>)> {
    let rows = node.db().await.query(MADE, &[]).await.unwrap();
    rows.iter().map(|row| (row.get("top"), row.get("size"), row.get("nodes"))).collect()
}
