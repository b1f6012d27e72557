//! What has changed in this database, in an order that no reader can fall out of. Triggers write it; every process reads it
//! with a cursor of its own.
//!
//! A row becomes visible when its transaction commits, which need not be in the order of its number: a cursor over numbers
//! would pass rows that can still commit. So the order is (transaction, number), and only transactions count before which none
//! is still open. A long transaction anywhere on the same server delays the feed; it loses nothing. Transactions are numbered
//! by the server: what a restored backup says of numbers that this server has not reached means nothing here.

use crate::rows::bytes32;
use crate::{Row, Sql, StoreError, Tx, column};

const NOW: &str = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid";
// By the column: by what is shown of it, no index is in order.
const SINCE: &str = "SELECT xid::text::bigint AS xid, position, kind, key FROM change \
     WHERE (xid, position) > ($1::bigint::text::xid8, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot()) \
     ORDER BY change.xid, position LIMIT $3";
const FLOOR: &str = "SELECT xid::text::bigint AS xid, position, \
     pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next FROM change_floor";
const PRUNE: &str = "WITH gone AS (DELETE FROM change WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) \
     AND at < extract(epoch FROM clock_timestamp())::bigint - $1 RETURNING xid, position), \
     last AS (SELECT xid, position FROM gone ORDER BY xid DESC, position DESC LIMIT 1) \
     UPDATE change_floor SET xid = last.xid, position = last.position FROM last \
     WHERE (last.xid, last.position) > (change_floor.xid, change_floor.position)";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[NOW, SINCE, FLOOR, PRUNE];

const TABLE: &str = "change";

/// How far a reader has read. Later ones are larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The transaction of the last row that was read.
    pub xid: i64,
    /// Its number; 0 is before every row of the transaction.
    pub position: i64,
}

/// What a change is about, and so what its key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Changed {
    /// A profile is new, replaced or gone; the key is the person's subject key.
    Profile,
    /// A posting is new, in another state, or gone; the key is the hash of its document id.
    Job,
    /// A review has opened; the key is its commit leaf.
    Review,
}

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it stands: what a reader keeps once it has applied it.
    pub at: Cursor,
    /// What it is about.
    pub changed: Changed,
    /// Which of these.
    pub key: [u8; 32],
}

/// The answer to a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// What follows, in order; perhaps nothing, perhaps not all yet.
    Changes(Vec<Change>),
    /// Rows that the reader has not read are gone, or the cursor is another server's: it must take a new cursor and read
    /// everything again.
    Behind,
}

/// The cursor of a reader that begins now. It takes the cursor first and reads the tables then: what commits in between is
/// seen twice, and nothing is missed.
pub async fn cursor(db: &impl Sql) -> Result<Cursor, StoreError> {
    Ok(Cursor { xid: column(&db.query_one(NOW, &[]).await?, TABLE, "xid")?, position: 0 })
}

/// At most `limit` changes after a cursor.
pub async fn since(db: &impl Sql, cursor: Cursor, limit: i64) -> Result<Since, StoreError> {
    let rows = db.query(SINCE, &[&cursor.xid, &cursor.position, &limit]).await?;
    // The floor is looked at last: what is pruned between the two looks is then noticed.
    let floor = db.query_one(FLOOR, &[]).await?;
    let next: i64 = column(&floor, TABLE, "next")?;
    let pruned = place(&floor)?;
    if (pruned > cursor && pruned.xid < next) || cursor.xid > next {
        return Ok(Since::Behind);
    }
    Ok(Since::Changes(rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// Forgets changes older than so many seconds.
pub async fn prune(tx: &Tx<'_>, seconds: i64) -> Result<(), StoreError> {
    tx.execute(PRUNE, &[&seconds]).await?;
    Ok(())
}

fn place(row: &Row) -> Result<Cursor, StoreError> {
    Ok(Cursor { xid: column(row, TABLE, "xid")?, position: column(row, TABLE, "position")? })
}

fn read(row: &Row) -> Result<Change, StoreError> {
    let changed = match column(row, TABLE, "kind")? {
        "profile" => Changed::Profile,
        "job" => Changed::Job,
        "review" => Changed::Review,
        _ => return Err(StoreError::Inconsistent { table: TABLE, column: "kind" }),
    };
    Ok(Change { at: place(row)?, changed, key: bytes32(row, TABLE, "key")? })
}
