//! Answers already given, by person and key, so that a repeated request is the same request.

use hanse_document::Did;

use crate::rows::bytes32;
use crate::{Sql, StoreError, Tx, column};

// A row whose first request never ended (its process died), and one that is too old to be meant, begin anew.
const BEGIN: &str = "INSERT INTO idempotency (did, key, request, at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (did, key) DO UPDATE SET request = $3, status = NULL, body = NULL, headers = NULL, at = $4 \
     WHERE (idempotency.status IS NULL AND idempotency.at < $5) OR idempotency.at < $6";
const FIND: &str = "SELECT request, status, headers, body FROM idempotency WHERE did = $1 AND key = $2";
const FINISH: &str =
    "UPDATE idempotency SET status = $3, headers = $4, body = $5 WHERE did = $1 AND key = $2";
const FORGET: &str = "DELETE FROM idempotency WHERE did = $1 AND key = $2 AND status IS NULL";
const REMOVE_OLD: &str = "DELETE FROM idempotency WHERE at < $1";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[BEGIN, FIND, FINISH, FORGET, REMOVE_OLD];

const TABLE: &str = "idempotency";

/// An earlier request with the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRow {
    /// Hash of what it asked.
    pub request: [u8; 32],
    /// HTTP status; `None` while it runs.
    pub status: Option<i32>,
    /// Headers worth repeating.
    pub headers: Option<String>,
    /// The body.
    pub body: Option<Vec<u8>>,
}

/// When earlier rows no longer count.
#[derive(Clone, Copy, Debug)]
pub struct Ages {
    /// Now, Unix seconds.
    pub now: i64,
    /// A request that began before this and has not ended is dead.
    pub dead_before: i64,
    /// An answer from before this is forgotten.
    pub old_before: i64,
}

/// Takes the key for a new request. `false` if an earlier one holds it: see [`find`].
pub async fn begin(
    tx: &Tx<'_>,
    did: &Did,
    key: &str,
    request: &[u8; 32],
    ages: Ages,
) -> Result<bool, StoreError> {
    let values: [&(dyn crate::ToSql + Sync); 6] =
        [&did.as_str(), &key, &request.as_slice(), &ages.now, &ages.dead_before, &ages.old_before];
    Ok(tx.execute(BEGIN, &values).await? == 1)
}

/// The earlier request.
pub async fn find(db: &impl Sql, did: &Did, key: &str) -> Result<Option<AnswerRow>, StoreError> {
    let Some(row) = db.query_opt(FIND, &[&did.as_str(), &key]).await? else { return Ok(None) };
    Ok(Some(AnswerRow {
        request: bytes32(&row, TABLE, "request")?,
        status: column(&row, TABLE, "status")?,
        headers: column(&row, TABLE, "headers")?,
        body: column(&row, TABLE, "body")?,
    }))
}

/// Keeps the answer.
pub async fn finish(
    db: &impl Sql,
    did: &Did,
    key: &str,
    (status, headers, body): (i32, &str, &[u8]),
) -> Result<(), StoreError> {
    db.execute(FINISH, &[&did.as_str(), &key, &status, &headers, &body]).await?;
    Ok(())
}

/// Frees the key of a request that ended without an answer worth keeping.
pub async fn forget(db: &impl Sql, did: &Did, key: &str) -> Result<(), StoreError> {
    db.execute(FORGET, &[&did.as_str(), &key]).await?;
    Ok(())
}

/// Forgets what began before `before`.
pub async fn remove_old(db: &impl Sql, before: i64) -> Result<u64, StoreError> {
    db.execute(REMOVE_OLD, &[&before]).await
}
