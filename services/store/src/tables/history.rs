//! What happened to a thing, in order. A document has been applied here if, and only if, it stands in a history.

use std::collections::BTreeMap;

use hanse_document::DocumentId;
use hanse_lifecycle::{Actor, Event, State};

use crate::rows::{bytes32, bytes32_opt, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

// The thing is locked by its job, so nobody else counts at the same time.
const APPEND: &str = "INSERT INTO history (object, position, event, state, actor, document, at) \
     SELECT $1, coalesce(max(position) + 1, 0), $2, $3, $4, $5, $6 FROM history WHERE object = $1";
const APPEND_ALL: &str = "INSERT INTO history (object, position, event, state, actor, at) \
     SELECT moved.object, (SELECT coalesce(max(position) + 1, 0) FROM history WHERE history.object = moved.object), \
     $2, $3, $4, $5 FROM unnest($1::bytea[]) AS moved (object)";
const OF: &str = "SELECT event, state, actor, document, at FROM history WHERE object = $1 ORDER BY position";
const OF_ALL: &str = "SELECT object, event, state, actor, document, at FROM history \
     WHERE object = ANY (ARRAY(SELECT unnest($1::bytea[]))) ORDER BY object, position";
const APPLIED: &str = "SELECT count(*) AS rows FROM history WHERE document = $1";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[APPEND, APPEND_ALL, OF, OF_ALL, APPLIED];

const TABLE: &str = "history";

/// One move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// What happened.
    pub event: Event,
    /// The state it led to.
    pub state: State,
    /// Who moved it.
    pub actor: Actor,
    /// Hash of the document; `None` where the node itself moved the thing.
    pub document: Option<[u8; 32]>,
    /// When this node did it, Unix seconds.
    pub at: i64,
}

/// Adds a move to the history of a thing.
pub async fn append(tx: &Tx<'_>, object: &DocumentId, row: &HistoryRow) -> Result<(), StoreError> {
    let document = row.document.map(|hash| hash.to_vec());
    let values: [&(dyn crate::ToSql + Sync); 6] = [
        &object.hash().as_slice(),
        &row.event.name(),
        &row.state.name(),
        &row.actor.name(),
        &document,
        &row.at,
    ];
    tx.execute(APPEND, &values).await?;
    Ok(())
}

/// Adds the same move, which no document made, to the histories of many things, by the hash of their ids.
pub async fn append_all(tx: &Tx<'_>, objects: &[[u8; 32]], row: &HistoryRow) -> Result<(), StoreError> {
    let objects: Vec<&[u8]> = objects.iter().map(<[u8; 32]>::as_slice).collect();
    tx.execute(APPEND_ALL, &[&objects, &row.event.name(), &row.state.name(), &row.actor.name(), &row.at])
        .await?;
    Ok(())
}

/// The moves of a thing, oldest first.
pub async fn of(db: &impl Sql, object: &DocumentId) -> Result<Vec<HistoryRow>, StoreError> {
    db.query(OF, &[&object.hash().as_slice()]).await?.iter().map(read).collect()
}

/// The moves of these things, by the hash of their ids, each thing's oldest first.
pub async fn of_all(
    db: &impl Sql,
    objects: impl IntoIterator<Item = [u8; 32]>,
) -> Result<BTreeMap<[u8; 32], Vec<HistoryRow>>, StoreError> {
    let objects: Vec<Vec<u8>> = objects.into_iter().map(|hash| hash.to_vec()).collect();
    let mut of: BTreeMap<[u8; 32], Vec<HistoryRow>> = BTreeMap::new();
    for row in db.query(OF_ALL, &[&objects]).await? {
        of.entry(bytes32(&row, TABLE, "object")?).or_default().push(read(&row)?);
    }
    Ok(of)
}

/// Whether a document has moved a thing here.
pub async fn has_applied(db: &impl Sql, document: &DocumentId) -> Result<bool, StoreError> {
    let row = db.query_one(APPLIED, &[&document.hash().as_slice()]).await?;
    Ok(column::<i64>(&row, TABLE, "rows")? > 0)
}

fn read(row: &Row) -> Result<HistoryRow, StoreError> {
    Ok(HistoryRow {
        event: parsed(row, TABLE, "event")?,
        state: parsed(row, TABLE, "state")?,
        actor: parsed(row, TABLE, "actor")?,
        document: bytes32_opt(row, TABLE, "document")?,
        at: column(row, TABLE, "at")?,
    })
}
