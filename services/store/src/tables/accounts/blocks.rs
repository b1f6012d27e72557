//! Whom people do not want to deal with.

use hanse_document::Did;

use crate::rows::parsed;
use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const INSERT: &str =
    "INSERT INTO block (by, whom, at) VALUES ($1, $2, $3) ON CONFLICT (by, whom) DO NOTHING";
pub(super) const DELETE: &str = "DELETE FROM block WHERE by = $1 AND whom = $2";
pub(super) const LIST: &str = "SELECT whom, at FROM block WHERE by = $1 ORDER BY at DESC, whom LIMIT $2";
pub(super) const COUNT: &str = "SELECT count(*) AS blocked FROM block WHERE by = $1";
pub(super) const HOLDS: &str = "SELECT EXISTS (SELECT FROM block WHERE by = $1 AND whom = $2) AS blocked";

/// People that one person blocks: more than anybody meets on purpose, and few enough to be read whole.
pub const BLOCKS_MAX: i64 = 1_000;

const TABLE: &str = "block";

/// Somebody who is blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRow {
    /// The person.
    pub whom: Did,
    /// Since when, Unix seconds.
    pub at: i64,
}

/// Blocks a person; who is blocked already stays so.
pub async fn insert_block(tx: &Tx<'_>, by: &Did, whom: &Did, at: i64) -> Result<(), StoreError> {
    tx.execute(INSERT, &[&by.as_str(), &whom.as_str(), &at]).await?;
    Ok(())
}

/// Ends it; `false` if there was no block.
pub async fn remove_block(db: &impl Sql, by: &Did, whom: &Did) -> Result<bool, StoreError> {
    Ok(db.execute(DELETE, &[&by.as_str(), &whom.as_str()]).await? == 1)
}

/// Whom a person has blocked, the newest first.
pub async fn blocks(db: &impl Sql, by: &Did, most: i64) -> Result<Vec<BlockRow>, StoreError> {
    let read = |row: &Row| Ok(BlockRow { whom: parsed(row, TABLE, "whom")?, at: column(row, TABLE, "at")? });
    db.query(LIST, &[&by.as_str(), &most]).await?.iter().map(read).collect()
}

/// How many people somebody has blocked.
pub async fn count_blocks(db: &impl Sql, by: &Did) -> Result<i64, StoreError> {
    column(&db.query_one(COUNT, &[&by.as_str()]).await?, TABLE, "blocked")
}

/// Whether a person does not want to deal with another one. Only the person's home knows.
pub async fn is_blocked(db: &impl Sql, by: &Did, whom: &Did) -> Result<bool, StoreError> {
    column(&db.query_one(HOLDS, &[&by.as_str(), &whom.as_str()]).await?, TABLE, "blocked")
}
