//! What leaves of a log commit to and did not bring, or brought before it could have its effect: asked for, tried again, and
//! never passed for good.

use hanse_document::DocumentId;
use hanse_document::hash::Commitment;
use hanse_ledger::LeafId;

use super::leaves::{self, LeafRow};
use super::{bigint, bytes32, number};
use crate::{Row, Sql, StoreError, Tx, column};

/// Longest pause between two tries, in seconds.
pub const PAUSE_SECONDS_MAX: i64 = 3_600;

/// Open leaves of one commit, which has not come, that are kept in mind when a page brings more. The document of the first is the document
/// of all, and no honest log has any.
const CITING_MAX: i64 = 16;

// A document that is here is not missing.
pub(super) const INSERT: &str = "INSERT INTO wanted (origin, index, kind, commitment, cites, missing, owed, since, next_at) \
     SELECT $1, new.index, new.kind, new.commitment, new.cites, $6, $7, $8, $8 \
     FROM unnest($2::bigint[], $3::text[], $4::bytea[], $5::bytea[]) AS new (index, kind, commitment, cites) \
     WHERE NOT ($6 AND EXISTS (SELECT FROM document WHERE document.commitment = new.commitment)) \
     AND (new.cites IS NULL OR $9 > (SELECT count(*) FROM \
         (SELECT FROM wanted WHERE wanted.origin = $1 AND wanted.cites = new.cites LIMIT $9) AS citing)) \
     ON CONFLICT (origin, index) DO NOTHING";
// A time further ahead than the longest pause was written by another clock.
pub(super) const MISSING: &str = "SELECT index, commitment, tries, since, owed FROM wanted WHERE origin = $1 AND missing \
     AND commitment IS NOT NULL AND (next_at <= $2 OR next_at > $2 + $3) ORDER BY next_at, index LIMIT $4";
pub(super) const HERE: &str = "SELECT index, commitment, tries, since, owed FROM wanted WHERE origin = $1 AND NOT missing \
     AND (next_at <= $2 OR next_at > $2 + $3) ORDER BY next_at, index LIMIT $4";
pub(super) const ELSEWHERE: &str = "UPDATE wanted SET missing = false, tries = 0, since = $2, next_at = $2 FROM document \
     WHERE wanted.origin = $1 AND wanted.index = ANY($3) AND wanted.missing \
     AND document.commitment = wanted.commitment RETURNING wanted.index";
pub(super) const OWED: &str = "SELECT index, commitment, tries, since, owed FROM wanted WHERE origin = $1 AND missing AND owed \
     ORDER BY index LIMIT $2";
// What is settled is so in the list of the release before, too: the next leader would take it over again.
pub(super) const FORGIVE: &str = "WITH settled AS (DELETE FROM log_gap WHERE origin = $1 AND index = $2) \
     UPDATE wanted SET owed = false WHERE origin = $1 AND index = $2";
pub(super) const ARRIVED: &str = "UPDATE wanted SET missing = false, tries = 0, since = $3, next_at = $3 \
     WHERE origin = $1 AND index = $2 AND missing";
// Nothing waits since a time that has still to come: that was written by another clock.
pub(super) const PUT_OFF: &str = "UPDATE wanted SET tries = tries + 1, next_at = later.next_at, since = least(since, $4) \
     FROM unnest($2::bigint[], $3::bigint[]) AS later (index, next_at) \
     WHERE wanted.origin = $1 AND wanted.index = later.index";
// Whoever makes one of them known in the meantime is heard: what stands below is looked at again under the row's lock.
pub(super) const FORGET_UNKNOWN: &str = "DELETE FROM wanted WHERE origin = $1 AND missing AND commitment IS NULL AND index = ANY (ARRAY( \
     SELECT index FROM wanted WHERE origin = $1 AND missing AND commitment IS NULL AND (since < $2 OR since > $3) LIMIT $4))";
pub(super) const REMOVE: &str = "WITH settled AS (DELETE FROM log_gap WHERE origin = $1 AND index = $2) \
     DELETE FROM wanted WHERE origin = $1 AND index = $2";
pub(super) const KNOWN: &str = "UPDATE wanted SET commitment = $3, cites = NULL, owed = true, next_at = $4 \
     WHERE origin = $1 AND cites = $2";
// What waits for something else is not what this one waits for, unless it is one of those that it builds on.
pub(super) const BEFORE: &str = "SELECT EXISTS (SELECT FROM wanted WHERE origin = $1 AND kind = $2 AND index < $3 \
     AND (missing OR commitment IN (SELECT commitment FROM document WHERE id = ANY($4)))) AS before";
pub(super) const OF_KIND: &str = "SELECT log_leaf.index, log_leaf.id, log_leaf.bytes FROM wanted \
     JOIN log_leaf ON log_leaf.origin = wanted.origin AND log_leaf.index = wanted.index \
     WHERE wanted.origin = $1 AND wanted.kind = $2 ORDER BY wanted.index LIMIT $3";
// As the schema did once when it came: the release before, while it leads, goes on writing there. What is owed stays there, so that
// whoever goes back to that release finds it.
pub(super) const GAPS: &str = "INSERT INTO wanted (origin, index, kind, commitment, missing, owed, since, next_at) \
     SELECT origin, index, 'open', commitment, true, true, $1, $1 FROM log_gap \
     WHERE NOT EXISTS (SELECT FROM document WHERE document.commitment = log_gap.commitment) \
     ON CONFLICT (origin, index) DO NOTHING";
pub(super) const COUNT: &str = "SELECT count(*) AS wanted FROM wanted WHERE origin = $1";

const TABLE: &str = "wanted";

/// A leaf of which something is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Index of the leaf.
    pub index: u64,
    /// Its type.
    pub kind: String,
    /// Commitment of the document, if it is known and the leaf does not itself wait.
    pub commitment: Option<Commitment>,
    /// Of an open leaf whose commit has not come: which.
    pub cites: Option<LeafId>,
}

/// Why something is wanted of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Its document is not here.
    Document,
    /// Its document is not here, and without it an auditor does not cosign a log that owes it.
    Review,
    /// It has not had its effect.
    Effect,
}

/// A row of what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedRow {
    /// Index of the leaf.
    pub index: u64,
    /// Commitment of the document; `None` where the leaf itself waits.
    pub commitment: Option<Commitment>,
    /// How often it was asked for, or tried, in vain.
    pub tries: u32,
    /// Since when, Unix seconds; of an effect since the document is here.
    pub since: i64,
    /// Whether an auditor does not cosign the log without it.
    pub owed: bool,
}

/// Notes that something of leaves is wanted; what is noted already stays as it is, and a document that is here is not missing. Says of how
/// many it is.
///
/// # Errors
/// Those of every statement.
pub async fn want(
    tx: &Tx<'_>,
    origin: &str,
    why: Want,
    wanted: &[Wanted],
    now: i64,
) -> Result<u64, StoreError> {
    if wanted.is_empty() {
        return Ok(0);
    }
    let indexes = wanted.iter().map(|row| bigint(row.index, "index")).collect::<Result<Vec<_>, _>>()?;
    let kinds: Vec<&str> = wanted.iter().map(|row| row.kind.as_str()).collect();
    let commitments: Vec<Option<&[u8]>> = wanted
        .iter()
        .map(|row| row.commitment.as_ref().map(|commitment| commitment.as_bytes().as_slice()))
        .collect();
    let cites: Vec<Option<&[u8]>> =
        wanted.iter().map(|row| row.cites.as_ref().map(|cites| cites.as_bytes().as_slice())).collect();
    let (missing, owed) = (why != Want::Effect, why == Want::Review);
    tx.execute(INSERT, &[&origin, &indexes, &kinds, &commitments, &cites, &missing, &owed, &now, &CITING_MAX])
        .await
}

/// At most `limit` leaves whose document is not here and may be asked for now, those that wait longest first.
///
/// # Errors
/// Those of every statement.
pub async fn wanted_missing(
    db: &impl Sql,
    origin: &str,
    now: i64,
    limit: u64,
) -> Result<Vec<WantedRow>, StoreError> {
    let limit = bigint(limit, "index")?;
    db.query(MISSING, &[&origin, &now, &PAUSE_SECONDS_MAX, &limit]).await?.iter().map(read).collect()
}

/// Those of these leaves whose document has come by another way: their effect is tried from now on.
///
/// # Errors
/// Those of every statement.
pub async fn arrived_elsewhere(
    tx: &Tx<'_>,
    origin: &str,
    indexes: &[u64],
    now: i64,
) -> Result<Vec<u64>, StoreError> {
    let indexes = indexes.iter().map(|index| bigint(*index, "index")).collect::<Result<Vec<_>, _>>()?;
    let rows = tx.query(ELSEWHERE, &[&origin, &now, &indexes]).await?;
    rows.iter().map(|row| number(row, TABLE, "index")).collect()
}

/// At most `limit` leaves whose document is here and whose effect may be tried now, those that wait longest first.
///
/// # Errors
/// Those of every statement.
pub async fn wanted_here(
    db: &impl Sql,
    origin: &str,
    now: i64,
    limit: u64,
) -> Result<Vec<WantedRow>, StoreError> {
    let limit = bigint(limit, "index")?;
    db.query(HERE, &[&origin, &now, &PAUSE_SECONDS_MAX, &limit]).await?.iter().map(read).collect()
}

/// At most `limit` leaves without whose document an auditor does not cosign the log.
///
/// # Errors
/// Those of every statement.
pub async fn wanted_owed(db: &impl Sql, origin: &str, limit: u64) -> Result<Vec<WantedRow>, StoreError> {
    db.query(OWED, &[&origin, &bigint(limit, "index")?]).await?.iter().map(read).collect()
}

/// The log does not owe the document of this leaf: it is a copy of another log's.
///
/// # Errors
/// Those of every statement.
pub async fn forgive(tx: &Tx<'_>, origin: &str, index: u64) -> Result<(), StoreError> {
    tx.execute(FORGIVE, &[&origin, &bigint(index, "index")?]).await?;
    Ok(())
}

/// The document of a leaf has come: its effect is tried from now on.
///
/// # Errors
/// Those of every statement.
pub async fn arrived(tx: &Tx<'_>, origin: &str, index: u64, now: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(ARRIVED, &[&origin, &bigint(index, "index")?, &now]).await? == 1)
}

/// Counts tries in vain; each leaf with the time of its next one. `now` is the time, if the clock that shows it is believed.
///
/// # Errors
/// Those of every statement.
pub async fn put_off(
    tx: &Tx<'_>,
    origin: &str,
    later: &[(u64, i64)],
    now: Option<i64>,
) -> Result<(), StoreError> {
    let indexes = later.iter().map(|(index, _)| bigint(*index, "index")).collect::<Result<Vec<_>, _>>()?;
    let times: Vec<i64> = later.iter().map(|(_, next_at)| *next_at).collect();
    tx.execute(PUT_OFF, &[&origin, &indexes, &times, &now]).await?;
    Ok(())
}

/// Nothing is wanted of this leaf any more.
///
/// # Errors
/// Those of every statement.
pub async fn unwant(tx: &Tx<'_>, origin: &str, index: u64) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[&origin, &bigint(index, "index")?]).await?;
    Ok(())
}

/// A commit has come of which open leaves may stand in the log before: now it is known what they open. Whoever cosigns sees whether the
/// log owes it.
///
/// # Errors
/// Those of every statement.
pub async fn commit_known(
    tx: &Tx<'_>,
    origin: &str,
    commit: &LeafId,
    commitment: &Commitment,
    now: i64,
) -> Result<(), StoreError> {
    let (commit, commitment) = (commit.as_bytes().as_slice(), commitment.as_bytes().as_slice());
    tx.execute(KNOWN, &[&origin, &commit, &commitment, &now]).await?;
    Ok(())
}

/// Forgets at most `limit` open leaves whose commit has not come, noted before `from`, or behind `until` by another clock. Says how many
/// these were.
///
/// # Errors
/// Those of every statement.
pub async fn forget_unknown(
    db: &impl Sql,
    origin: &str,
    (from, until): (i64, i64),
    limit: u64,
) -> Result<u64, StoreError> {
    db.execute(FORGET_UNKNOWN, &[&origin, &from, &until, &bigint(limit, "index")?]).await
}

/// Whether a leaf before the one at `index` may bring what that one builds on: the document of one of this type is not here, or one of
/// these documents is here and has still to have its effect.
///
/// # Errors
/// Those of every statement.
pub async fn wanted_before(
    db: &impl Sql,
    origin: &str,
    kind: &str,
    index: u64,
    builds_on: &[DocumentId],
) -> Result<bool, StoreError> {
    let ids: Vec<&[u8]> = builds_on.iter().map(|id| id.hash().as_slice()).collect();
    let row = db.query_one(BEFORE, &[&origin, &kind, &bigint(index, "index")?, &ids]).await?;
    column(&row, TABLE, "before")
}

/// At most `limit` leaves of this type of which something is wanted, in the order of the log.
///
/// # Errors
/// Those of every statement.
pub async fn wanted_of_kind(
    db: &impl Sql,
    origin: &str,
    kind: &str,
    limit: u64,
) -> Result<Vec<LeafRow>, StoreError> {
    db.query(OF_KIND, &[&origin, &kind, &bigint(limit, "index")?]).await?.iter().map(leaves::read).collect()
}

/// Takes over what the release before has noted as missing while it led. Says how much that is.
///
/// # Errors
/// Those of every statement.
pub async fn take_over_gaps(db: &impl Sql, now: i64) -> Result<u64, StoreError> {
    db.execute(GAPS, &[&now]).await
}

/// Of how many leaves of a log something is wanted.
///
/// # Errors
/// Those of every statement.
pub async fn wanted_count(db: &impl Sql, origin: &str) -> Result<u64, StoreError> {
    number(&db.query_one(COUNT, &[&origin]).await?, TABLE, "wanted")
}

fn read(row: &Row) -> Result<WantedRow, StoreError> {
    let commitment: Option<&[u8]> = column(row, TABLE, "commitment")?;
    let commitment =
        commitment.map(|_| bytes32(row, TABLE, "commitment").map(Commitment::from)).transpose()?;
    let tries: i32 = column(row, TABLE, "tries")?;
    Ok(WantedRow {
        index: number(row, TABLE, "index")?,
        commitment,
        tries: u32::try_from(tries).unwrap_or_default(),
        since: column(row, TABLE, "since")?,
        owed: column(row, TABLE, "owed")?,
    })
}
