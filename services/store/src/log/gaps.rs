//! Opened reviews whose document has not arrived: an auditor does not cosign past them.

use hanse_document::hash::Commitment;

use super::{bigint, bytes32, number};
use crate::{Sql, StoreError, Tx, column};

pub(super) const INSERT: &str = "INSERT INTO log_gap (origin, index, commitment) VALUES ($1, $2, $3) ON CONFLICT (origin, index) DO NOTHING";
pub(super) const REMOVE: &str = "DELETE FROM log_gap WHERE origin = $1 AND index = $2";
pub(super) const LIST: &str =
    "SELECT index, commitment FROM log_gap WHERE origin = $1 ORDER BY index LIMIT $2";
pub(super) const ANY: &str = "SELECT EXISTS (SELECT FROM log_gap WHERE origin = $1) AS gaps";

const TABLE: &str = "log_gap";

/// What is missing for one leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapRow {
    /// Index of the `open` leaf.
    pub index: u64,
    /// Commitment of the review document.
    pub commitment: Commitment,
}

/// Notes that the document of an `open` leaf is missing.
///
/// # Errors
/// Those of every statement.
pub async fn insert_gap(tx: &Tx<'_>, origin: &str, gap: &GapRow) -> Result<(), StoreError> {
    let index = bigint(gap.index, "index")?;
    tx.execute(INSERT, &[&origin, &index, &gap.commitment.as_bytes().as_slice()]).await?;
    Ok(())
}

/// The document has arrived.
///
/// # Errors
/// Those of every statement.
pub async fn remove_gap(tx: &Tx<'_>, origin: &str, index: u64) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[&origin, &bigint(index, "index")?]).await?;
    Ok(())
}

/// At most `limit` gaps of a log, in order.
///
/// # Errors
/// Those of every statement.
pub async fn gaps(db: &impl Sql, origin: &str, limit: u64) -> Result<Vec<GapRow>, StoreError> {
    let rows = db.query(LIST, &[&origin, &bigint(limit, "index")?]).await?;
    let read = rows.iter().map(|row| {
        let commitment = Commitment::from(bytes32(row, TABLE, "commitment")?);
        Ok(GapRow { index: number(row, TABLE, "index")?, commitment })
    });
    read.collect()
}

/// Whether a log has any gap.
///
/// # Errors
/// Those of every statement.
pub async fn has_gaps(db: &impl Sql, origin: &str) -> Result<bool, StoreError> {
    column(&db.query_one(ANY, &[&origin]).await?, TABLE, "gaps")
}
