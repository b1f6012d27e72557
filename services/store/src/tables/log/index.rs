//! The completeness index: per subject the right edge of its list, and the nodes of the prefix tree, a version for each
//! checkpoint that changed them.

use std::collections::BTreeMap;

use hanse_ledger::SubjectKey;
use hanse_ledger::index::{Listed, Node, Nodes, Path};
use hanse_tlog::tile;

use super::{bigint, bytes32, edge, number};
use crate::{Sql, StoreError, Tx, column};

pub(super) const SUBJECTS: &str =
    "SELECT subject, count, range FROM log_subject WHERE origin = $1 AND subject = ANY($2)";
pub(super) const PUT_SUBJECTS: &str = "INSERT INTO log_subject (origin, subject, count, range) \
     SELECT $1, * FROM unnest($2::bytea[], $3::bigint[], $4::bytea[]) \
     ON CONFLICT (origin, subject) DO UPDATE SET count = EXCLUDED.count, range = EXCLUDED.range";
// One index probe for each path: the root alone has as many versions as the log has checkpoints.
pub(super) const NODES: &str = "SELECT wanted.path, found.node FROM unnest($2::bytea[]) AS wanted (path) \
     CROSS JOIN LATERAL (SELECT node FROM log_node WHERE origin = $1 AND path = wanted.path AND size <= $3 \
         ORDER BY size DESC LIMIT 1) AS found";
pub(super) const INSERT_NODES: &str = "INSERT INTO log_node (origin, path, size, node) \
     SELECT $1, path, $2, node FROM unnest($3::bytea[], $4::bytea[]) AS new (path, node)";

pub(super) const NODE_VERSIONS: &str = "SELECT node.path, node.size, node.node \
     FROM unnest($2::bytea[], $3::bigint[]) AS wanted (path, size) \
     JOIN log_node AS node ON node.origin = $1 AND node.path = wanted.path AND node.size = wanted.size";

/// Nodes written by one statement: about as many as an honest page changes.
const NODES_AT_ONCE: usize = 8_192;

const SUBJECT_TABLE: &str = "log_subject";
const NODE_TABLE: &str = "log_node";

/// What the log lists under those of `keys` that it knows.
///
/// # Errors
/// Those of every statement; `Inconsistent` if an edge does not fit its count.
pub async fn subjects(
    db: &impl Sql,
    origin: &str,
    keys: &[SubjectKey],
) -> Result<BTreeMap<SubjectKey, Listed>, StoreError> {
    let keys: Vec<&[u8]> = keys.iter().map(|key| key.as_bytes().as_slice()).collect();
    let mut found = BTreeMap::new();
    for row in db.query(SUBJECTS, &[&origin, &keys]).await? {
        let key = SubjectKey::from_bytes(bytes32(&row, SUBJECT_TABLE, "subject")?);
        let count = number(&row, SUBJECT_TABLE, "count")?;
        let listed = edge(count, column(&row, SUBJECT_TABLE, "range")?)
            .and_then(|range| Listed::from_parts(count, range.edge().to_vec()))
            .ok_or(StoreError::Inconsistent { table: SUBJECT_TABLE, column: "range" })?;
        found.insert(key, listed);
    }
    Ok(found)
}

/// Writes what the log lists under these subjects now.
///
/// # Errors
/// Those of every statement.
pub async fn put_subjects(
    tx: &Tx<'_>,
    origin: &str,
    subjects: &BTreeMap<SubjectKey, Listed>,
) -> Result<(), StoreError> {
    let keys: Vec<&[u8]> = subjects.keys().map(|key| key.as_bytes().as_slice()).collect();
    let counts =
        subjects.values().map(|listed| bigint(listed.count, "count")).collect::<Result<Vec<_>, _>>()?;
    let ranges: Vec<Vec<u8>> =
        subjects.values().map(|listed| tile::hashes_to_bytes(listed.range.edge())).collect();
    tx.execute(PUT_SUBJECTS, &[&origin, &keys, &counts, &ranges]).await?;
    Ok(())
}

/// The nodes at those of `paths` where there is one, as the checkpoint of `size` has them.
///
/// # Errors
/// Those of every statement; `Inconsistent` for a node that cannot be read.
pub async fn nodes(db: &impl Sql, origin: &str, paths: &[Path], size: u64) -> Result<Nodes, StoreError> {
    let size = bigint(size, "size")?;
    let paths: Vec<Vec<u8>> = paths.iter().map(Path::to_bytes).collect();
    let mut found = Nodes::new();
    for row in db.query(NODES, &[&origin, &paths, &size]).await? {
        let path = Path::from_bytes(column(&row, NODE_TABLE, "path")?)
            .ok_or(StoreError::Inconsistent { table: NODE_TABLE, column: "path" })?;
        let node = Node::from_bytes(column(&row, NODE_TABLE, "node")?)
            .ok_or(StoreError::Inconsistent { table: NODE_TABLE, column: "node" })?;
        found.insert(path, node);
    }
    Ok(found)
}

/// Adds the nodes that the checkpoint of `size` changed, some at a time: a page of somebody else's log may change as many as two
/// hundred thousand.
///
/// # Errors
/// A unique violation if a path has a version of this size already.
pub async fn insert_nodes(
    tx: &Tx<'_>,
    origin: &str,
    size: u64,
    nodes: &[(&Path, &Node)],
) -> Result<(), StoreError> {
    let size = bigint(size, "size")?;
    for some in nodes.chunks(NODES_AT_ONCE) {
        let paths: Vec<Vec<u8>> = some.iter().map(|(path, _)| path.to_bytes()).collect();
        let bytes: Vec<Vec<u8>> = some.iter().map(|(_, node)| node.to_bytes().to_vec()).collect();
        tx.execute(INSERT_NODES, &[&origin, &size, &paths, &bytes]).await?;
    }
    Ok(())
}

/// Those of the versions of nodes that are stored, each by its path and the size that it was written at.
///
/// # Errors
/// Those of every statement; `Inconsistent` for a node that cannot be read.
pub async fn node_versions(
    db: &impl Sql,
    origin: &str,
    wanted: &[(Path, u64)],
) -> Result<BTreeMap<(Path, u64), Node>, StoreError> {
    let paths: Vec<Vec<u8>> = wanted.iter().map(|(path, _)| path.to_bytes()).collect();
    let sizes = wanted.iter().map(|(_, size)| bigint(*size, "size")).collect::<Result<Vec<_>, _>>()?;
    let mut found = BTreeMap::new();
    for row in db.query(NODE_VERSIONS, &[&origin, &paths, &sizes]).await? {
        let path = Path::from_bytes(column(&row, NODE_TABLE, "path")?)
            .ok_or(StoreError::Inconsistent { table: NODE_TABLE, column: "path" })?;
        let node = Node::from_bytes(column(&row, NODE_TABLE, "node")?)
            .ok_or(StoreError::Inconsistent { table: NODE_TABLE, column: "node" })?;
        found.insert((path, number(&row, NODE_TABLE, "size")?), node);
    }
    Ok(found)
}
