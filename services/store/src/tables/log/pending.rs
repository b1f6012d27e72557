//! Leaves accepted and not yet sequenced.

use hanse_ledger::LeafId;

use super::{bigint, bytes32, number};
use crate::{Row, Sql, StoreError, Tx, column};

// A leaf in the log is not queued again. Whoever sequences looks once more: this look may be a moment too early. `OFFSET 0` has each leaf
// looked up by itself: the queue is empty whenever statistics are made, and a plan for an empty queue reads the whole log for one leaf. The
// planner does not see through `ARRAY`, and so does not plan anew for each number of leaves.
pub(super) const ENQUEUE: &str = "INSERT INTO log_pending (origin, id, bytes) \
     SELECT $1, new.id, new.bytes \
     FROM unnest(ARRAY(SELECT unnest($2::bytea[])), $3::bytea[]) WITH ORDINALITY AS new (id, bytes, number) \
     WHERE NOT EXISTS (SELECT FROM log_leaf AS leaf WHERE leaf.origin = $1 AND leaf.id = new.id OFFSET 0) \
     ORDER BY new.number ON CONFLICT (origin, id) DO NOTHING";
pub(super) const TAKE: &str =
    "SELECT position, id, bytes FROM log_pending WHERE origin = $1 ORDER BY position LIMIT $2";
pub(super) const OF: &str =
    "SELECT position, id, bytes FROM log_pending WHERE origin = $1 AND id = ANY($2) ORDER BY position";
pub(super) const NEXT: &str = "SELECT next.position, next.id, next.bytes, \
     EXISTS (SELECT FROM log_leaf AS leaf WHERE leaf.origin = $1 AND leaf.id = next.id OFFSET 0) AS known \
     FROM (SELECT position, id, bytes FROM log_pending WHERE origin = $1 ORDER BY position LIMIT $2) AS next ORDER BY next.position";
pub(super) const REMOVE: &str = "DELETE FROM log_pending WHERE origin = $1 AND position = ANY($2)";
pub(super) const COUNT: &str = "SELECT count(*) AS leaves FROM log_pending WHERE origin = $1";

const TABLE: &str = "log_pending";

/// A leaf that waits for its index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRow {
    /// Its place in the queue.
    pub position: i64,
    /// Its leaf id.
    pub id: LeafId,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
}

/// Queues leaves in this order. One that is queued or in the log already is not queued again; says how many were.
///
/// # Errors
/// A foreign key violation if there is no such log.
pub async fn enqueue(tx: &Tx<'_>, origin: &str, leaves: &[(LeafId, &[u8])]) -> Result<u64, StoreError> {
    let ids: Vec<&[u8]> = leaves.iter().map(|(id, _)| id.as_bytes().as_slice()).collect();
    let bytes: Vec<&[u8]> = leaves.iter().map(|(_, bytes)| *bytes).collect();
    tx.execute(ENQUEUE, &[&origin, &ids, &bytes]).await
}

/// At most `limit` leaves from the head of the queue.
///
/// # Errors
/// Those of every statement.
pub async fn pending(db: &impl Sql, origin: &str, limit: u64) -> Result<Vec<PendingRow>, StoreError> {
    let rows = db.query(TAKE, &[&origin, &bigint(limit, "position")?]).await?;
    rows.iter().map(read).collect()
}

/// As [`pending`], each with whether the log holds it already.
///
/// # Errors
/// Those of every statement.
pub async fn next_pending(
    db: &impl Sql,
    origin: &str,
    limit: u64,
) -> Result<Vec<(PendingRow, bool)>, StoreError> {
    let rows = db.query(NEXT, &[&origin, &bigint(limit, "position")?]).await?;
    rows.iter().map(|row| Ok((read(row)?, column(row, TABLE, "known")?))).collect()
}

/// Those of these leaves that wait.
///
/// # Errors
/// Those of every statement.
pub async fn pending_of(db: &impl Sql, origin: &str, ids: &[LeafId]) -> Result<Vec<PendingRow>, StoreError> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
    db.query(OF, &[&origin, &ids]).await?.iter().map(read).collect()
}

/// Takes leaves off the queue, in the transaction that gave them their index.
///
/// # Errors
/// Those of every statement.
pub async fn remove_pending(tx: &Tx<'_>, origin: &str, positions: &[i64]) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[&origin, &positions]).await?;
    Ok(())
}

/// How many leaves wait.
///
/// # Errors
/// Those of every statement.
pub async fn pending_count(db: &impl Sql, origin: &str) -> Result<u64, StoreError> {
    number(&db.query_one(COUNT, &[&origin]).await?, TABLE, "leaves")
}

fn read(row: &Row) -> Result<PendingRow, StoreError> {
    Ok(PendingRow {
        position: column(row, TABLE, "position")?,
        id: LeafId::from_bytes(bytes32(row, TABLE, "id")?),
        bytes: column(row, TABLE, "bytes")?,
    })
}
