//! What happened to a thing, in order. A document has been applied here if, and only if, it stands in a history.

use hanse_document::DocumentId;

use crate::rows::bytes32_opt;
use crate::{Row, Sql, StoreError, Tx, column};

// The thing is locked by its job, so nobody else counts at the same time.
const APPEND: &str = "INSERT INTO history (object, position, event, state, actor, document, at) \
     SELECT $1, coalesce(max(position) + 1, 0), $2, $3, $4, $5, $6 FROM history WHERE object = $1";
const OF: &str = "SELECT event, state, actor, document, at FROM history WHERE object = $1 ORDER BY position";
const APPLIED: &str = "SELECT count(*) AS rows FROM history WHERE document = $1";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[APPEND, OF, APPLIED];

const TABLE: &str = "history";

/// One move. Words are those of the lifecycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// What happened.
    pub event: String,
    /// The state it led to.
    pub state: String,
    /// Who moved it.
    pub actor: String,
    /// Hash of the document; `None` where the node itself moved the thing.
    pub document: Option<[u8; 32]>,
    /// When this node did it, Unix seconds.
    pub at: i64,
}

/// Adds a move to the history of a thing.
pub async fn append(tx: &Tx<'_>, object: &DocumentId, row: &HistoryRow) -> Result<(), StoreError> {
    let document = row.document.map(|hash| hash.to_vec());
    let values: [&(dyn crate::ToSql + Sync); 6] =
        [&object.hash().as_slice(), &row.event, &row.state, &row.actor, &document, &row.at];
    tx.execute(APPEND, &values).await?;
    Ok(())
}

/// The moves of a thing, oldest first.
pub async fn of(db: &impl Sql, object: &DocumentId) -> Result<Vec<HistoryRow>, StoreError> {
    db.query(OF, &[&object.hash().as_slice()]).await?.iter().map(read).collect()
}

/// Whether a document has moved a thing here.
pub async fn has_applied(db: &impl Sql, document: &DocumentId) -> Result<bool, StoreError> {
    let row = db.query_one(APPLIED, &[&document.hash().as_slice()]).await?;
    Ok(column::<i64>(&row, TABLE, "rows")? > 0)
}

fn read(row: &Row) -> Result<HistoryRow, StoreError> {
    Ok(HistoryRow {
        event: column(row, TABLE, "event")?,
        state: column(row, TABLE, "state")?,
        actor: column(row, TABLE, "actor")?,
        document: bytes32_opt(row, TABLE, "document")?,
        at: column(row, TABLE, "at")?,
    })
}
