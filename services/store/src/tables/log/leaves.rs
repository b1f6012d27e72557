//! The leaves of a log, and which of them are about whom.

use std::collections::{BTreeMap, BTreeSet};

use hanse_ledger::{LeafId, SubjectKey};

use super::{bigint, bytes32, number};
use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const INSERT: &str = "INSERT INTO log_leaf (origin, index, id, bytes) \
     SELECT $1, * FROM unnest($2::bigint[], $3::bytea[], $4::bytea[])";
pub(super) const INSERT_LISTED: &str = "INSERT INTO log_listed (origin, subject, index) \
     SELECT $1, * FROM unnest($2::bytea[], $3::bigint[])";
pub(super) const RANGE: &str =
    "SELECT index, id, bytes FROM log_leaf WHERE origin = $1 AND index >= $2 ORDER BY index LIMIT $3";
pub(super) const ONE: &str = "SELECT index, id, bytes FROM log_leaf WHERE origin = $1 AND id = $2";
pub(super) const INDEX_OF: &str = "SELECT index FROM log_leaf WHERE origin = $1 AND id = $2";
// OFFSET 0 keeps it a probe of the index for each id: = ANY may become a filter over the log, and a join one pass over all of it.
pub(super) const BY_IDS: &str = "SELECT leaf.index, leaf.id, leaf.bytes FROM unnest($2::bytea[]) AS wanted (id) \
     CROSS JOIN LATERAL (SELECT index, id, bytes FROM log_leaf WHERE origin = $1 AND id = wanted.id OFFSET 0) AS leaf";
// One look into the index for each log and leaf: there are two logs for each peer.
pub(super) const ANYWHERE: &str = "SELECT DISTINCT ON (leaf.id) leaf.index, leaf.id, leaf.bytes \
     FROM unnest($1::bytea[]) AS wanted (id) CROSS JOIN log \
     CROSS JOIN LATERAL (SELECT origin, index, id, bytes FROM log_leaf WHERE origin = log.origin AND id = wanted.id OFFSET 0) AS leaf \
     ORDER BY leaf.id, leaf.origin";
pub(super) const KNOWN: &str = "SELECT leaf.id FROM unnest($2::bytea[]) AS wanted (id) \
     CROSS JOIN LATERAL (SELECT id FROM log_leaf WHERE origin = $1 AND id = wanted.id OFFSET 0) AS leaf";
pub(super) const LISTED: &str =
    "SELECT index FROM log_listed WHERE origin = $1 AND subject = $2 AND index < $3 ORDER BY index";
pub(super) const ABOUT: &str = "SELECT leaf.index, leaf.id, leaf.bytes FROM log_listed AS listed \
     JOIN log_leaf AS leaf ON leaf.origin = listed.origin AND leaf.index = listed.index \
     WHERE listed.origin = $1 AND listed.subject = $2 AND listed.index < $3 ORDER BY listed.index LIMIT $4";

pub(super) const LISTED_PAIRS: &str = "SELECT listed.subject, listed.index FROM log_listed AS listed \
     JOIN unnest($2::bytea[], $3::bigint[]) AS wanted (subject, index) \
         ON listed.subject = wanted.subject AND listed.index = wanted.index \
     WHERE listed.origin = $1";

const TABLE: &str = "log_leaf";

/// A leaf in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafRow {
    /// Its index in the log.
    pub index: u64,
    /// Its leaf id; of an index leaf its leaf hash.
    pub id: LeafId,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
}

/// Adds leaves.
///
/// # Errors
/// A unique violation if an index is taken or a leaf is in the log already.
pub async fn insert_leaves(tx: &Tx<'_>, origin: &str, leaves: &[LeafRow]) -> Result<(), StoreError> {
    let indexes = leaves.iter().map(|leaf| bigint(leaf.index, "index")).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<&[u8]> = leaves.iter().map(|leaf| leaf.id.as_bytes().as_slice()).collect();
    let bytes: Vec<&[u8]> = leaves.iter().map(|leaf| leaf.bytes.as_slice()).collect();
    tx.execute(INSERT, &[&origin, &indexes, &ids, &bytes]).await?;
    Ok(())
}

/// Lists leaves under the subjects that they are about.
///
/// # Errors
/// A unique violation if one is listed already.
pub async fn insert_listed(
    tx: &Tx<'_>,
    origin: &str,
    listed: &[(SubjectKey, u64)],
) -> Result<(), StoreError> {
    let subjects: Vec<&[u8]> = listed.iter().map(|(subject, _)| subject.as_bytes().as_slice()).collect();
    let indexes = listed.iter().map(|(_, index)| bigint(*index, "index")).collect::<Result<Vec<_>, _>>()?;
    tx.execute(INSERT_LISTED, &[&origin, &subjects, &indexes]).await?;
    Ok(())
}

/// At most `limit` leaves from index `start` on, in order.
///
/// # Errors
/// Those of every statement.
pub async fn leaves(db: &impl Sql, origin: &str, start: u64, limit: u64) -> Result<Vec<LeafRow>, StoreError> {
    let (start, limit) = (bigint(start, "index")?, bigint(limit, "index")?);
    db.query(RANGE, &[&origin, &start, &limit]).await?.iter().map(read).collect()
}

/// A leaf by its id.
///
/// # Errors
/// Those of every statement.
pub async fn leaf(db: &impl Sql, origin: &str, id: &LeafId) -> Result<Option<LeafRow>, StoreError> {
    db.query_opt(ONE, &[&origin, &id.as_bytes().as_slice()]).await?.as_ref().map(read).transpose()
}

/// Where a leaf stands, if it is in the log.
///
/// # Errors
/// Those of every statement.
pub async fn index_of(db: &impl Sql, origin: &str, id: &LeafId) -> Result<Option<u64>, StoreError> {
    let row = db.query_opt(INDEX_OF, &[&origin, &id.as_bytes().as_slice()]).await?;
    row.as_ref().map(|row| number(row, TABLE, "index")).transpose()
}

/// Leaves of a log by their ids; those that are there.
///
/// # Errors
/// Those of every statement.
pub async fn leaves_by_id(
    db: &impl Sql,
    origin: &str,
    ids: &BTreeSet<LeafId>,
) -> Result<BTreeMap<LeafId, LeafRow>, StoreError> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
    let rows = db.query(BY_IDS, &[&origin, &ids]).await?;
    rows.iter().map(|row| read(row).map(|row| (row.id, row))).collect()
}

/// Leaves by their ids, each from whatever log holds it: an id says what it states, so that one is as good as the other. Those that are
/// there.
///
/// # Errors
/// Those of every statement.
pub async fn leaves_anywhere(
    db: &impl Sql,
    ids: &BTreeSet<LeafId>,
) -> Result<BTreeMap<LeafId, LeafRow>, StoreError> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
    let rows = db.query(ANYWHERE, &[&ids]).await?;
    rows.iter().map(|row| read(row).map(|row| (row.id, row))).collect()
}

/// Those of `ids` that are in the log.
///
/// # Errors
/// Those of every statement.
pub async fn known(db: &impl Sql, origin: &str, ids: &[LeafId]) -> Result<BTreeSet<LeafId>, StoreError> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
    let rows = db.query(KNOWN, &[&origin, &ids]).await?;
    rows.iter().map(|row| bytes32(row, TABLE, "id").map(LeafId::from_bytes)).collect()
}

/// The indexes below `size` of the leaves about a subject, in order.
///
/// # Errors
/// Those of every statement.
pub async fn listed(
    db: &impl Sql,
    origin: &str,
    subject: &SubjectKey,
    size: u64,
) -> Result<Vec<u64>, StoreError> {
    let size = bigint(size, "index")?;
    let rows = db.query(LISTED, &[&origin, &subject.as_bytes().as_slice(), &size]).await?;
    rows.iter().map(|row| number(row, "log_listed", "index")).collect()
}

/// The leaves below `size` about a subject, in order, at most `limit`.
///
/// # Errors
/// Those of every statement.
pub async fn leaves_about(
    db: &impl Sql,
    origin: &str,
    subject: &SubjectKey,
    size: u64,
    limit: usize,
) -> Result<Vec<LeafRow>, StoreError> {
    let (size, limit) = (bigint(size, "index")?, i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = db.query(ABOUT, &[&origin, &subject.as_bytes().as_slice(), &size, &limit]).await?;
    rows.iter().map(read).collect()
}

/// Those of the pairs that are listed.
///
/// # Errors
/// Those of every statement.
pub async fn listed_pairs(
    db: &impl Sql,
    origin: &str,
    pairs: &[(SubjectKey, u64)],
) -> Result<BTreeSet<(SubjectKey, u64)>, StoreError> {
    let subjects: Vec<&[u8]> = pairs.iter().map(|(subject, _)| subject.as_bytes().as_slice()).collect();
    let indexes = pairs.iter().map(|(_, index)| bigint(*index, "index")).collect::<Result<Vec<_>, _>>()?;
    let rows = db.query(LISTED_PAIRS, &[&origin, &subjects, &indexes]).await?;
    let read = rows.iter().map(|row| {
        let subject = SubjectKey::from_bytes(bytes32(row, "log_listed", "subject")?);
        Ok((subject, number(row, "log_listed", "index")?))
    });
    read.collect()
}

pub(super) fn read(row: &Row) -> Result<LeafRow, StoreError> {
    Ok(LeafRow {
        index: number(row, TABLE, "index")?,
        id: LeafId::from_bytes(bytes32(row, TABLE, "id")?),
        bytes: column(row, TABLE, "bytes")?,
    })
}
