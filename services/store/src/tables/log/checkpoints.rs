//! The signed checkpoints of a log, kept for ever, and who cosigned them.

use hanse_tlog::Hash;

use super::{bigint, hash, number};
use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const INSERT: &str = "INSERT INTO log_checkpoint (origin, size, root, note, at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (origin, size) DO NOTHING";
pub(super) const FIND: &str = "SELECT size, root, note FROM log_checkpoint WHERE origin = $1 AND size = $2";
pub(super) const BELOW: &str = "SELECT size, root, note FROM log_checkpoint WHERE origin = $1 AND size <= $2 ORDER BY size DESC LIMIT $3";
// An older cosignature of the same head says less than a newer one.
pub(super) const COSIGN: &str = "INSERT INTO log_cosignature (origin, size, cosigner, time, line) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (origin, size, cosigner) DO UPDATE SET time = EXCLUDED.time, line = EXCLUDED.line \
     WHERE log_cosignature.time < EXCLUDED.time";
pub(super) const COSIGNATURES: &str = "SELECT size, cosigner, time, line FROM log_cosignature WHERE origin = $1 AND size = $2 ORDER BY cosigner";
pub(super) const NEWEST_WITH_QUORUM: &str = "SELECT size FROM log_cosignature WHERE origin = $1 AND cosigner = ANY($2) \
     GROUP BY size HAVING count(*) >= $3 ORDER BY size DESC LIMIT 1";
pub(super) const BETWEEN: &str = "SELECT size, root, note FROM log_checkpoint WHERE origin = $1 AND size > $2 AND size <= $3 ORDER BY size";
pub(super) const NEWEST_COSIGNED_BY: &str = "SELECT size, cosigner, time, line FROM log_cosignature \
     WHERE origin = $1 AND cosigner = $2 ORDER BY size DESC LIMIT 1";

const TABLE: &str = "log_checkpoint";
const COSIGNATURE_TABLE: &str = "log_cosignature";

/// A signed head of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointRow {
    /// Number of leaves.
    pub size: u64,
    /// Root of these leaves.
    pub root: Hash,
    /// The note as the log signed it, without cosignatures.
    pub note: String,
}

/// A cosigner's statement about a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignatureRow {
    /// Size of the checkpoint.
    pub size: u64,
    /// Key name of the cosigner, for example `b.example/auditor`.
    pub cosigner: String,
    /// When it cosigned, in Unix seconds.
    pub time: u64,
    /// The signature line of the note, with its line feed.
    pub line: String,
}

/// Keeps a checkpoint; one of the same size stays as it is. `true` if it is new.
///
/// # Errors
/// Those of every statement.
pub async fn insert_checkpoint(
    tx: &Tx<'_>,
    origin: &str,
    checkpoint: &CheckpointRow,
    now: i64,
) -> Result<bool, StoreError> {
    let (size, root) = (bigint(checkpoint.size, "size")?, checkpoint.root.as_bytes().as_slice());
    Ok(tx.execute(INSERT, &[&origin, &size, &root, &checkpoint.note, &now]).await? == 1)
}

/// The checkpoint of a size.
///
/// # Errors
/// Those of every statement.
pub async fn checkpoint(db: &impl Sql, origin: &str, size: u64) -> Result<Option<CheckpointRow>, StoreError> {
    db.query_opt(FIND, &[&origin, &bigint(size, "size")?]).await?.as_ref().map(read).transpose()
}

/// At most `limit` checkpoints of at most `size` leaves, the largest first.
///
/// # Errors
/// Those of every statement.
pub async fn checkpoints_below(
    db: &impl Sql,
    origin: &str,
    size: u64,
    limit: u64,
) -> Result<Vec<CheckpointRow>, StoreError> {
    let (size, limit) = (bigint(size, "size")?, bigint(limit, "size")?);
    db.query(BELOW, &[&origin, &size, &limit]).await?.iter().map(read).collect()
}

/// Keeps a cosignature of a checkpoint that is kept; only a newer one of the same cosigner takes its place. `true` if it is news.
///
/// # Errors
/// A foreign key violation if there is no such checkpoint.
pub async fn cosign(tx: &Tx<'_>, origin: &str, cosignature: &CosignatureRow) -> Result<bool, StoreError> {
    let CosignatureRow { size, cosigner, time, line } = cosignature;
    let (size, time) = (bigint(*size, "size")?, bigint(*time, "time")?);
    Ok(tx.execute(COSIGN, &[&origin, &size, cosigner, &time, line]).await? == 1)
}

/// Who cosigned the checkpoint of a size, by name.
///
/// # Errors
/// Those of every statement.
pub async fn cosignatures(db: &impl Sql, origin: &str, size: u64) -> Result<Vec<CosignatureRow>, StoreError> {
    let size = bigint(size, "size")?;
    db.query(COSIGNATURES, &[&origin, &size]).await?.iter().map(read_cosignature).collect()
}

/// The cosignature of this cosigner at the largest size.
///
/// # Errors
/// Those of every statement.
pub async fn newest_cosigned_by(
    db: &impl Sql,
    origin: &str,
    cosigner: &str,
) -> Result<Option<CosignatureRow>, StoreError> {
    let row = db.query_opt(NEWEST_COSIGNED_BY, &[&origin, &cosigner]).await?;
    row.as_ref().map(read_cosignature).transpose()
}

/// The largest size that at least `quorum` of these cosigners have cosigned.
///
/// # Errors
/// Those of every statement.
pub async fn newest_with_quorum(
    db: &impl Sql,
    origin: &str,
    cosigners: &[&str],
    quorum: u64,
) -> Result<Option<u64>, StoreError> {
    let row = db.query_opt(NEWEST_WITH_QUORUM, &[&origin, &cosigners, &bigint(quorum, "cosigner")?]).await?;
    row.as_ref().map(|row| number(row, COSIGNATURE_TABLE, "size")).transpose()
}

/// The checkpoints of more than `after` and at most `to` leaves, in order.
///
/// # Errors
/// Those of every statement.
pub async fn checkpoints_between(
    db: &impl Sql,
    origin: &str,
    after: u64,
    to: u64,
) -> Result<Vec<CheckpointRow>, StoreError> {
    let (after, to) = (bigint(after, "size")?, bigint(to, "size")?);
    db.query(BETWEEN, &[&origin, &after, &to]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<CheckpointRow, StoreError> {
    Ok(CheckpointRow {
        size: number(row, TABLE, "size")?,
        root: hash(row, TABLE, "root")?,
        note: column(row, TABLE, "note")?,
    })
}

fn read_cosignature(row: &Row) -> Result<CosignatureRow, StoreError> {
    Ok(CosignatureRow {
        size: number(row, COSIGNATURE_TABLE, "size")?,
        cosigner: column(row, COSIGNATURE_TABLE, "cosigner")?,
        time: number(row, COSIGNATURE_TABLE, "time")?,
        line: column(row, COSIGNATURE_TABLE, "line")?,
    })
}
