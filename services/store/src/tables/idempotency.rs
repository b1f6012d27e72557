//! What keyed requests made, by person and key. A row is written in the transaction of its request's effect: both stand or neither.

use hanse_document::Did;

use crate::rows::bytes32;
use crate::{Sql, StoreError, Tx, column};

// Waits for a transaction that has the key and has not ended. A row that is too old to be meant begins anew.
const CLAIM: &str = "INSERT INTO idempotency (did, key, request, at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (did, key) DO UPDATE SET request = $3, made = NULL, status = NULL, at = $4 \
     WHERE idempotency.at < $5";
const FIND: &str = "SELECT request, made FROM idempotency WHERE did = $1 AND key = $2";
// The release before takes a row without a status for a request that runs.
const KEEP: &str = "UPDATE idempotency SET made = $3, status = 201 WHERE did = $1 AND key = $2";
const COUNT: &str =
    "SELECT count(*) AS keys FROM (SELECT 1 FROM idempotency WHERE did = $1 LIMIT $2) AS of_this_person";
const REMOVE_OLD: &str = "DELETE FROM idempotency WHERE at < $1";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[CLAIM, FIND, KEEP, COUNT, REMOVE_OLD];

const TABLE: &str = "idempotency";

/// An earlier request with the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Hash of what it asked.
    pub request: [u8; 32],
    /// The id of what it made; `None` if the release before this one answered it.
    pub made: Option<String>,
}

/// Takes the key for a request that begins at `now`. `false` if an earlier one has it that began at `old_before` or later.
///
/// # Errors
/// A lock time-out if a transaction that has the key does not end.
pub async fn claim(
    tx: &Tx<'_>,
    did: &Did,
    key: &str,
    request: &[u8; 32],
    (now, old_before): (i64, i64),
) -> Result<bool, StoreError> {
    let values: [&(dyn crate::ToSql + Sync); 5] =
        [&did.as_str(), &key, &request.as_slice(), &now, &old_before];
    Ok(tx.execute(CLAIM, &values).await? == 1)
}

/// The earlier request.
pub async fn find(db: &impl Sql, did: &Did, key: &str) -> Result<Option<KeyRow>, StoreError> {
    let Some(row) = db.query_opt(FIND, &[&did.as_str(), &key]).await? else { return Ok(None) };
    Ok(Some(KeyRow { request: bytes32(&row, TABLE, "request")?, made: column(&row, TABLE, "made")? }))
}

/// Keeps what the request made.
pub async fn keep(tx: &Tx<'_>, did: &Did, key: &str, made: &str) -> Result<(), StoreError> {
    tx.execute(KEEP, &[&did.as_str(), &key, &made]).await?;
    Ok(())
}

/// How many keys a person has; counts no further than `most`.
pub async fn count(db: &impl Sql, did: &Did, most: i64) -> Result<i64, StoreError> {
    column(&db.query_one(COUNT, &[&did.as_str(), &most]).await?, TABLE, "keys")
}

/// Forgets what began before `before`.
pub async fn remove_old(db: &impl Sql, before: i64) -> Result<u64, StoreError> {
    db.execute(REMOVE_OLD, &[&before]).await
}
