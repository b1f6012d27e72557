//! What this node ranks with, each time that it changed.

use crate::rows::bytes32_opt;
use crate::{Row, Sql, StoreError, Tx, column};

// Two processes that see the same change note it once.
pub(super) const LOCK: &str = "LOCK TABLE ranking_change IN SHARE ROW EXCLUSIVE MODE";
pub(super) const LAST: &str = "SELECT digest FROM ranking_change ORDER BY position DESC LIMIT 1";
pub(super) const APPEND: &str = "INSERT INTO ranking_change (digest, setting, at) VALUES ($1, $2, $3)";
pub(super) const NEWEST: &str = "SELECT setting, at FROM ranking_change ORDER BY position DESC LIMIT $1";

const TABLE: &str = "ranking_change";

/// What was ranked with from a moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRow {
    /// All of it, as JSON text.
    pub setting: String,
    /// Since when, Unix seconds.
    pub at: i64,
}

/// Notes the inputs of the ranking from now on, if it differs from the last note. `false` if it does not.
pub async fn note_setting(
    tx: &Tx<'_>,
    digest: &[u8; 32],
    setting: &str,
    at: i64,
) -> Result<bool, StoreError> {
    tx.execute(LOCK, &[]).await?;
    let last = tx.query_opt(LAST, &[]).await?;
    let last = last.as_ref().map(|row| bytes32_opt(row, TABLE, "digest")).transpose()?.flatten();
    if last.as_ref() == Some(digest) {
        return Ok(false);
    }
    tx.execute(APPEND, &[&digest.as_slice(), &setting, &at]).await?;
    Ok(true)
}

/// The newest notes, the newest first.
pub async fn settings(db: &impl Sql, limit: i64) -> Result<Vec<SettingRow>, StoreError> {
    let read =
        |row: &Row| Ok(SettingRow { setting: column(row, TABLE, "setting")?, at: column(row, TABLE, "at")? });
    db.query(NEWEST, &[&limit]).await?.iter().map(read).collect()
}
