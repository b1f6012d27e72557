//! Transparency logs: our own two and the mirrors of every peer's, in the same tables.
//!
//! A log's row is what its one writer locks and compares: whoever appends takes [`lock`], works in the same transaction, and
//! ends with [`advance`], which writes nothing if the log is not what it was. Everything else here is added under that lock and
//! never changed again, except the right edge: subjects' ranges and partial tiles grow.

mod checkpoints;
mod decisions;
mod index;
mod leaves;
mod pending;
mod tiles;
mod wanted;

use hanse_tlog::{CompactRange, Hash, tile};

use crate::{Row, Sql, StoreError, Tx, column};

pub use checkpoints::{
    CheckpointRow, CosignatureRow, checkpoint, checkpoints_below, checkpoints_between, cosign, cosignatures,
    insert_checkpoint, newest_cosigned_by, newest_with_quorum,
};
pub use decisions::insert_decision;
pub use index::{SubtreeRow, insert_subtrees, put_subjects, subjects, subtree_versions, subtrees};
pub use leaves::{
    LeafRow, index_of, insert_leaves, insert_listed, known, leaf, leaves, leaves_about, leaves_anywhere,
    leaves_by_id, listed, listed_pairs,
};
pub use pending::{PendingRow, enqueue, next_pending, pending, pending_count, pending_of, remove_pending};
pub use tiles::{put_tiles, tiles};
pub use wanted::{
    PAUSE_SECONDS_MAX, Want, Wanted, WantedRow, arrived, arrived_elsewhere, commit_known, forget_unknown,
    forgive, put_off, take_over_gaps, unwant, want, wanted_before, wanted_count, wanted_here, wanted_missing,
    wanted_of_kind, wanted_owed,
};

const CREATE: &str = "INSERT INTO log (origin, own, vkey, size, root, range, checkpoint) \
     VALUES ($1, $2, $3, 0, $4, ''::bytea, '') ON CONFLICT (origin) DO NOTHING";
const FIND: &str =
    "SELECT origin, own, vkey, size, root, range, checkpoint, reacted, halted FROM log WHERE origin = $1";
// Not FOR UPDATE: that would also stop every transaction that only queues a leaf, whose foreign key needs the row to stay.
const LOCK: &str = "SELECT origin, own, vkey, size, root, range, checkpoint, reacted, halted FROM log WHERE origin = $1 \
     FOR NO KEY UPDATE";
// Waits for whoever appends or reacts, and lets others hold it too.
const HOLD: &str = "SELECT origin FROM log WHERE origin = $1 FOR SHARE";
const ALL: &str =
    "SELECT origin, own, vkey, size, root, range, checkpoint, reacted, halted FROM log ORDER BY origin";
const ADVANCE: &str = "UPDATE log SET size = $4, root = $5, range = $6, checkpoint = $7 \
     WHERE origin = $1 AND size = $2 AND root = $3 AND halted IS NOT DISTINCT FROM $8";
const RESUME: &str = "UPDATE log SET halted = NULL WHERE origin = $1 AND halted = $2";
const CHANGE: &str = "UPDATE log SET halted = $3 WHERE origin = $1 AND halted = $2";
const HALT: &str = "UPDATE log SET halted = $2 WHERE origin = $1 AND halted IS NULL";
const HALTED: &str = "SELECT halted FROM log WHERE origin = $1 AND halted IS NOT NULL";
const COUNTS: &str = "SELECT (SELECT count(*) FROM log_leaf WHERE origin = $1) AS leaves, \
     (SELECT count(*) FROM log_listed WHERE origin = $1) AS listed, \
     (SELECT count(*) FROM log_subject WHERE origin = $1) AS subjects, \
     (SELECT count(*) FROM log_subtree WHERE origin = $1) AS subtrees, \
     (SELECT count(*) FROM log_tile WHERE origin = $1) AS tiles, \
     (SELECT count(*) FROM log_checkpoint WHERE origin = $1) AS checkpoints";
const SNAPSHOT: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
const REACTED: &str = "UPDATE log SET reacted = $3 WHERE origin = $1 AND reacted = $2";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    CREATE,
    FIND,
    LOCK,
    HOLD,
    ALL,
    ADVANCE,
    HALT,
    RESUME,
    CHANGE,
    HALTED,
    REACTED,
    COUNTS,
    SNAPSHOT,
    checkpoints::INSERT,
    checkpoints::FIND,
    checkpoints::BELOW,
    checkpoints::COSIGN,
    checkpoints::COSIGNATURES,
    checkpoints::NEWEST_COSIGNED_BY,
    checkpoints::NEWEST_WITH_QUORUM,
    checkpoints::BETWEEN,
    decisions::INSERT,
    index::SUBJECTS,
    index::PUT_SUBJECTS,
    index::SUBTREES,
    index::INSERT_SUBTREES,
    index::SUBTREE_VERSIONS,
    leaves::INSERT,
    leaves::INSERT_LISTED,
    leaves::RANGE,
    leaves::ONE,
    leaves::INDEX_OF,
    leaves::BY_IDS,
    leaves::ANYWHERE,
    leaves::KNOWN,
    leaves::LISTED,
    leaves::ABOUT,
    leaves::LISTED_PAIRS,
    pending::ENQUEUE,
    pending::TAKE,
    pending::NEXT,
    pending::OF,
    pending::REMOVE,
    pending::COUNT,
    tiles::GET,
    tiles::PUT,
    wanted::INSERT,
    wanted::MISSING,
    wanted::HERE,
    wanted::ELSEWHERE,
    wanted::OWED,
    wanted::FORGIVE,
    wanted::ARRIVED,
    wanted::PUT_OFF,
    wanted::FORGET_UNKNOWN,
    wanted::REMOVE,
    wanted::KNOWN,
    wanted::BEFORE,
    wanted::OF_KIND,
    wanted::GAPS,
    wanted::COUNT,
];

/// The head of a log, and what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// The log's origin, for example `a.example/reputation`.
    pub origin: String,
    /// Whether this node signs it.
    pub own: bool,
    /// The verifier key that it was created with.
    pub vkey: String,
    /// Number of leaves.
    pub size: u64,
    /// Root of all leaves.
    pub root: Hash,
    /// The right edge of all leaves; its root is not compared with `root` here.
    pub range: CompactRange,
    /// The newest signed note, without cosignatures; empty before the first.
    pub checkpoint: String,
    /// Leaves below this index have had their effect here.
    pub reacted: u64,
    /// Why this log signs (own) or is followed (mirror) no more.
    pub halted: Option<String>,
}

/// A head to move to.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The right edge of all leaves, which gives size and root.
    pub range: &'a CompactRange,
    /// The signed note.
    pub checkpoint: &'a str,
}

/// Rows of a log, by table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Leaves.
    pub leaves: u64,
    /// Leaves under their subjects.
    pub listed: u64,
    /// Subjects.
    pub subjects: u64,
    /// Versions of subtrees of the index.
    pub subtrees: u64,
    /// Tiles.
    pub tiles: u64,
    /// Checkpoints.
    pub checkpoints: u64,
}

/// Creates an empty log; one that is there already stays as it is. `true` if it is new.
///
/// # Errors
/// Those of every statement.
pub async fn create(tx: &Tx<'_>, origin: &str, own: bool, vkey: &str) -> Result<bool, StoreError> {
    let root: &[u8] = hanse_tlog::hash::EMPTY.as_bytes();
    Ok(tx.execute(CREATE, &[&origin, &own, &vkey, &root]).await? == 1)
}

/// The head of a log as committed now.
///
/// # Errors
/// Those of every statement; `Inconsistent` if the right edge does not fit the size.
pub async fn find(db: &impl Sql, origin: &str) -> Result<Option<LogRow>, StoreError> {
    db.query_opt(FIND, &[&origin]).await?.as_ref().map(read).transpose()
}

/// The head of a log, locked against every other writer until the transaction ends.
///
/// # Errors
/// As [`find`].
pub async fn lock(tx: &Tx<'_>, origin: &str) -> Result<Option<LogRow>, StoreError> {
    tx.query_opt(LOCK, &[&origin]).await?.as_ref().map(read).transpose()
}

/// Every log, by origin.
///
/// # Errors
/// As [`find`].
pub async fn all(db: &impl Sql) -> Result<Vec<LogRow>, StoreError> {
    db.query(ALL, &[]).await?.iter().map(read).collect()
}

/// Moves a log to a new head, if it is still what `from` says. Whether one that is halted may move is the caller's business.
///
/// # Errors
/// `Conflict` if it is not; the caller drops the transaction and whatever it signed.
pub async fn advance(tx: &Tx<'_>, from: &LogRow, to: &Head<'_>) -> Result<(), StoreError> {
    let (old_size, old_root) = (bigint(from.size, "size")?, from.root.as_bytes().as_slice());
    let (size, root) = (bigint(to.range.size(), "size")?, to.range.root());
    let (root, range) = (root.as_bytes().as_slice(), tile::hashes_to_bytes(to.range.edge()));
    match tx
        .execute(
            ADVANCE,
            &[&from.origin, &old_size, &old_root, &size, &root, &range, &to.checkpoint, &from.halted],
        )
        .await?
    {
        1 => Ok(()),
        _ => Err(StoreError::Conflict),
    }
}

/// Stops a log with its reason. A log that is halted already keeps its first reason; `true` if it was not.
///
/// # Errors
/// Those of every statement.
pub async fn halt(db: &impl Sql, origin: &str, reason: &str) -> Result<bool, StoreError> {
    Ok(db.execute(HALT, &[&origin, &reason]).await? == 1)
}

/// Lets a log go on that is halted for exactly this reason. `false` if it is not.
///
/// # Errors
/// Those of every statement.
pub async fn resume(db: &impl Sql, origin: &str, reason: &str) -> Result<bool, StoreError> {
    Ok(db.execute(RESUME, &[&origin, &reason]).await? == 1)
}

/// Gives a log that is halted for exactly this reason another one. `false` if it is not.
///
/// # Errors
/// Those of every statement.
pub async fn change_halt(db: &impl Sql, origin: &str, reason: &str, other: &str) -> Result<bool, StoreError> {
    Ok(db.execute(CHANGE, &[&origin, &reason, &other]).await? == 1)
}

/// Why a log is halted, if it is.
///
/// # Errors
/// Those of every statement.
pub async fn halted(db: &impl Sql, origin: &str) -> Result<Option<String>, StoreError> {
    db.query_opt(HALTED, &[&origin]).await?.map(|row| column(&row, "log", "halted")).transpose()
}

/// Keeps a log as it is until the transaction ends: it gets no leaf, and its reactor does not move on. A job is locked after
/// this, never before: whoever reacts has them in that order too.
///
/// # Errors
/// Those of every statement.
pub async fn hold(tx: &Tx<'_>, origin: &str) -> Result<(), StoreError> {
    tx.query_opt(HOLD, &[&origin]).await.map(drop)
}

/// Moves the cursor of the reactor, if it is still at `from`.
///
/// # Errors
/// `Conflict` if another reactor moved it.
pub async fn set_reacted(tx: &Tx<'_>, origin: &str, from: u64, to: u64) -> Result<(), StoreError> {
    let (from, to) = (bigint(from, "reacted")?, bigint(to, "reacted")?);
    match tx.execute(REACTED, &[&origin, &from, &to]).await? {
        1 => Ok(()),
        _ => Err(StoreError::Conflict),
    }
}

/// Lets a transaction see the database as it is now until it ends, whatever others commit. Its first statement; it writes nothing.
///
/// # Errors
/// Those of every statement.
pub async fn snapshot(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.execute(SNAPSHOT, &[]).await.map(drop)
}

/// How many rows a log has.
///
/// # Errors
/// Those of every statement.
pub async fn counts(db: &impl Sql, origin: &str) -> Result<Counts, StoreError> {
    let row = db.query_one(COUNTS, &[&origin]).await?;
    let count = |name| number(&row, "log", name);
    Ok(Counts {
        leaves: count("leaves")?,
        listed: count("listed")?,
        subjects: count("subjects")?,
        subtrees: count("subtrees")?,
        tiles: count("tiles")?,
        checkpoints: count("checkpoints")?,
    })
}

fn read(row: &Row) -> Result<LogRow, StoreError> {
    const TABLE: &str = "log";
    let size = number(row, TABLE, "size")?;
    let range = edge(size, column(row, TABLE, "range")?)
        .ok_or(StoreError::Inconsistent { table: TABLE, column: "range" })?;
    Ok(LogRow {
        origin: column(row, TABLE, "origin")?,
        own: column(row, TABLE, "own")?,
        vkey: column(row, TABLE, "vkey")?,
        size,
        root: hash(row, TABLE, "root")?,
        range,
        checkpoint: column(row, TABLE, "checkpoint")?,
        reacted: number(row, TABLE, "reacted")?,
        halted: column(row, TABLE, "halted")?,
    })
}

/// A right edge from its concatenated hashes, of which there are at most 64.
fn edge(size: u64, bytes: &[u8]) -> Option<CompactRange> {
    let hashes = if bytes.is_empty() { Vec::new() } else { tile::hashes_from_bytes(bytes).ok()? };
    CompactRange::from_parts(size, hashes)
}

/// PostgreSQL has no unsigned integers; a log of 2^63 leaves does not exist.
fn bigint(value: u64, column: &'static str) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Inconsistent { table: "log", column })
}

fn number(row: &Row, table: &'static str, name: &'static str) -> Result<u64, StoreError> {
    let value: i64 = column(row, table, name)?;
    u64::try_from(value).map_err(|_| StoreError::Inconsistent { table, column: name })
}

fn hash(row: &Row, table: &'static str, name: &'static str) -> Result<Hash, StoreError> {
    let bytes: &[u8] = column(row, table, name)?;
    Hash::try_from(bytes).map_err(|_| StoreError::Inconsistent { table, column: name })
}

fn bytes32(row: &Row, table: &'static str, name: &'static str) -> Result<[u8; 32], StoreError> {
    let bytes: &[u8] = column(row, table, name)?;
    bytes.try_into().map_err(|_| StoreError::Inconsistent { table, column: name })
}
