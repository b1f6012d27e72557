//! The completeness index: per subject the right edge of its list, and the subtrees of the prefix tree, a version for each
//! checkpoint that changed them.

use std::collections::BTreeMap;

use hanse_ledger::SubjectKey;
use hanse_ledger::index::{Listed, Nodes, Path, Subtree};
use hanse_tlog::tile;

use super::{bigint, bytes32, edge, number};
use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const SUBJECTS: &str = "SELECT found.subject, found.count, found.range FROM unnest($2::bytea[]) AS wanted (subject) \
     CROSS JOIN LATERAL (SELECT subject, count, range FROM log_subject WHERE origin = $1 AND subject = wanted.subject OFFSET 0) AS found";
pub(super) const PUT_SUBJECTS: &str = "INSERT INTO log_subject (origin, subject, count, range) \
     SELECT $1, * FROM unnest($2::bytea[], $3::bigint[], $4::bytea[]) \
     ON CONFLICT (origin, subject) DO UPDATE SET count = EXCLUDED.count, range = EXCLUDED.range";
// One index probe for each top: the root alone has as many versions as the log has checkpoints.
pub(super) const SUBTREES: &str = "SELECT wanted.top, found.nodes FROM unnest($2::bytea[]) AS wanted (top) \
     CROSS JOIN LATERAL (SELECT nodes FROM log_subtree WHERE origin = $1 AND top = wanted.top AND size <= $3 \
         ORDER BY size DESC LIMIT 1) AS found";
pub(super) const INSERT_SUBTREES: &str = "INSERT INTO log_subtree (origin, top, size, nodes) \
     SELECT $1, * FROM unnest($2::bytea[], $3::bigint[], $4::bytea[])";

pub(super) const SUBTREE_VERSIONS: &str = "SELECT subtree.top, subtree.size, subtree.nodes \
     FROM unnest($2::bytea[], $3::bigint[]) AS wanted (top, size) \
     CROSS JOIN LATERAL (SELECT top, size, nodes FROM log_subtree \
         WHERE origin = $1 AND top = wanted.top AND size = wanted.size OFFSET 0) AS subtree";

/// Subtrees written by one statement: some megabytes.
const SUBTREES_AT_ONCE: usize = 4_096;

const SUBJECT_TABLE: &str = "log_subject";
const SUBTREE_TABLE: &str = "log_subtree";

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

/// The subtrees with these tops, where there is one, as the checkpoint of `size` has them.
///
/// # Errors
/// Those of every statement; `Inconsistent` for a subtree that cannot be read.
pub async fn subtrees(
    db: &impl Sql,
    origin: &str,
    tops: impl IntoIterator<Item = Path>,
    size: u64,
) -> Result<Nodes, StoreError> {
    let size = bigint(size, "size")?;
    let tops: Vec<Vec<u8>> = tops.into_iter().map(|top| top.to_bytes()).collect();
    let mut found = Nodes::new();
    for row in db.query(SUBTREES, &[&origin, &tops, &size]).await? {
        let (top, subtree) = read(&row)?;
        found.put(top, subtree);
    }
    Ok(found)
}

/// A subtree as it is from the checkpoint of one size on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubtreeRow {
    /// Where its top stands.
    pub top: Path,
    /// Size of the checkpoint that changed it.
    pub size: u64,
    /// Its nodes, as [`Subtree::to_bytes`] writes them.
    pub nodes: Vec<u8>,
}

/// Adds versions of subtrees, some at a time: a page of somebody else's log may change as many as sixty thousand.
///
/// # Errors
/// A unique violation if a subtree has a version of this size already.
pub async fn insert_subtrees(tx: &Tx<'_>, origin: &str, rows: &[SubtreeRow]) -> Result<(), StoreError> {
    for some in rows.chunks(SUBTREES_AT_ONCE) {
        let tops: Vec<Vec<u8>> = some.iter().map(|row| row.top.to_bytes()).collect();
        let sizes = some.iter().map(|row| bigint(row.size, "size")).collect::<Result<Vec<_>, _>>()?;
        let nodes: Vec<&[u8]> = some.iter().map(|row| row.nodes.as_slice()).collect();
        tx.execute(INSERT_SUBTREES, &[&origin, &tops, &sizes, &nodes]).await?;
    }
    Ok(())
}

/// Those of the versions of subtrees that are stored, each by its top and the size that it was written at.
///
/// # Errors
/// Those of every statement; `Inconsistent` for a subtree that cannot be read.
pub async fn subtree_versions(
    db: &impl Sql,
    origin: &str,
    wanted: &[(Path, u64)],
) -> Result<BTreeMap<(Path, u64), Subtree>, StoreError> {
    let tops: Vec<Vec<u8>> = wanted.iter().map(|(top, _)| top.to_bytes()).collect();
    let sizes = wanted.iter().map(|(_, size)| bigint(*size, "size")).collect::<Result<Vec<_>, _>>()?;
    let mut found = BTreeMap::new();
    for row in db.query(SUBTREE_VERSIONS, &[&origin, &tops, &sizes]).await? {
        let (top, subtree) = read(&row)?;
        found.insert((top, number(&row, SUBTREE_TABLE, "size")?), subtree);
    }
    Ok(found)
}

fn read(row: &Row) -> Result<(Path, Subtree), StoreError> {
    let top = Path::from_bytes(column(row, SUBTREE_TABLE, "top")?)
        .ok_or(StoreError::Inconsistent { table: SUBTREE_TABLE, column: "top" })?;
    let subtree = Subtree::from_bytes(column(row, SUBTREE_TABLE, "nodes")?)
        .ok_or(StoreError::Inconsistent { table: SUBTREE_TABLE, column: "nodes" })?;
    Ok((top, subtree))
}
