//! Logins. A refresh token is known here by its hash alone.

use hanse_document::Did;

use crate::rows::{bytes32, is_uuid, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const INSERT: &str = "INSERT INTO session (id, did, refresh_hash, scopes, created_at, expires_at, agent) \
     VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6) RETURNING id::text AS id";
pub(super) const TRIM: &str = "DELETE FROM session WHERE id IN \
     (SELECT id FROM session WHERE did = $1 ORDER BY created_at DESC, id OFFSET $2)";
pub(super) const FIND: &str = "SELECT id::text AS id, did, refresh_hash, scopes, created_at, expires_at, \
     revoked_at, rotated_at, agent FROM session WHERE id = $1::text::uuid";
pub(super) const LIVES: &str = "SELECT EXISTS (SELECT FROM session \
     WHERE id = $1::text::uuid AND revoked_at IS NULL AND expires_at > $2) AS lives";
pub(super) const LOCK: &str = "SELECT id::text AS id, did, refresh_hash, scopes, created_at, expires_at, \
     revoked_at, rotated_at, agent FROM session WHERE id = $1::text::uuid FOR UPDATE";
pub(super) const ROTATE: &str = "UPDATE session SET refresh_hash = $3, expires_at = $4, rotated_at = $5 \
     WHERE id = $1::text::uuid AND refresh_hash = $2 AND revoked_at IS NULL AND expires_at > $5";
pub(super) const REVOKE: &str =
    "UPDATE session SET revoked_at = $2 WHERE id = $1::text::uuid AND revoked_at IS NULL";
pub(super) const REVOKE_OTHERS: &str = "UPDATE session SET revoked_at = $3 \
     WHERE did = $1 AND revoked_at IS NULL AND id::text <> $2 RETURNING id::text AS id";
pub(super) const LIST: &str = "SELECT id::text AS id, did, refresh_hash, scopes, created_at, expires_at, \
     revoked_at, rotated_at, agent FROM session \
     WHERE did = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY created_at DESC, id";
pub(super) const REMOVE_EXPIRED: &str = "DELETE FROM session WHERE expires_at < $1";

const TABLE: &str = "session";

/// A login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// A UUID.
    pub id: String,
    /// Whose.
    pub did: Did,
    /// SHA-256 of the refresh token that is good now.
    pub refresh_hash: [u8; 32],
    /// Separated by spaces.
    pub scopes: String,
    /// When it was begun, Unix seconds.
    pub created_at: i64,
    /// When it ends, Unix seconds.
    pub expires_at: i64,
    /// When it was ended, if it was.
    pub revoked_at: Option<i64>,
    /// When the refresh token was last replaced, if it was.
    pub rotated_at: Option<i64>,
    /// What the program said of itself that began it.
    pub agent: Option<String>,
}

/// A login that begins.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// Whose.
    pub did: &'a Did,
    /// SHA-256 of the refresh token.
    pub refresh_hash: &'a [u8; 32],
    /// Separated by spaces.
    pub scopes: &'a str,
    /// What the program says of itself, at most 120 characters.
    pub agent: Option<&'a str>,
    /// Now, Unix seconds.
    pub created_at: i64,
    /// When it ends if it is not refreshed.
    pub expires_at: i64,
}

/// Begins a session and returns its id.
pub async fn insert_session(tx: &Tx<'_>, new: NewSession<'_>) -> Result<String, StoreError> {
    let NewSession { did, refresh_hash, scopes, agent, created_at, expires_at } = new;
    let values: [&(dyn crate::ToSql + Sync); 6] =
        [&did.as_str(), &refresh_hash.as_slice(), &scopes, &created_at, &expires_at, &agent];
    column(&tx.query_one(INSERT, &values).await?, TABLE, "id")
}

/// Ends the oldest sessions of a person until `most` are left.
pub async fn trim_sessions(tx: &Tx<'_>, did: &Did, most: i64) -> Result<u64, StoreError> {
    tx.execute(TRIM, &[&did.as_str(), &most]).await
}

/// A session by its id, whatever its state; `None` also for a text that is no id.
pub async fn session(db: &impl Sql, id: &str) -> Result<Option<SessionRow>, StoreError> {
    if !is_uuid(id) {
        return Ok(None);
    }
    db.query_opt(FIND, &[&id]).await?.as_ref().map(read).transpose()
}

/// Whether a session has neither been ended nor ends before `now`; no text that is no id does.
pub async fn session_lives(db: &impl Sql, id: &str, now: i64) -> Result<bool, StoreError> {
    if !is_uuid(id) {
        return Ok(false);
    }
    column(&db.query_one(LIVES, &[&id, &now]).await?, TABLE, "lives")
}

/// A session, locked until the transaction ends.
pub async fn lock_session(tx: &Tx<'_>, id: &str) -> Result<Option<SessionRow>, StoreError> {
    if !is_uuid(id) {
        return Ok(None);
    }
    tx.query_opt(LOCK, &[&id]).await?.as_ref().map(read).transpose()
}

/// Replaces the refresh token at `now`, if it is still `old` and the session is live.
pub async fn rotate_session(
    tx: &Tx<'_>,
    id: &str,
    (old, new): (&[u8; 32], &[u8; 32]),
    expires_at: i64,
    now: i64,
) -> Result<bool, StoreError> {
    let values: [&(dyn crate::ToSql + Sync); 5] = [&id, &old.as_slice(), &new.as_slice(), &expires_at, &now];
    Ok(tx.execute(ROTATE, &values).await? == 1)
}

/// Ends a session. `id` must be one that [`session`] has returned.
pub async fn revoke_session(tx: &Tx<'_>, id: &str, now: i64) -> Result<(), StoreError> {
    tx.execute(REVOKE, &[&id, &now]).await?;
    Ok(())
}

/// Ends the sessions of a person but one, or all of them if none is named; says which those were.
pub async fn revoke_other_sessions(
    tx: &Tx<'_>,
    did: &Did,
    but: Option<&str>,
    now: i64,
) -> Result<Vec<String>, StoreError> {
    let rows = tx.query(REVOKE_OTHERS, &[&did.as_str(), &but.unwrap_or_default(), &now]).await?;
    rows.iter().map(|row| column(row, TABLE, "id")).collect()
}

/// The live sessions of a person, the newest first.
pub async fn sessions(db: &impl Sql, did: &Did, now: i64) -> Result<Vec<SessionRow>, StoreError> {
    db.query(LIST, &[&did.as_str(), &now]).await?.iter().map(read).collect()
}

/// Forgets sessions that ended before `before`.
pub async fn remove_expired_sessions(db: &impl Sql, before: i64) -> Result<u64, StoreError> {
    db.execute(REMOVE_EXPIRED, &[&before]).await
}

fn read(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: column(row, TABLE, "id")?,
        did: parsed(row, TABLE, "did")?,
        refresh_hash: bytes32(row, TABLE, "refresh_hash")?,
        scopes: column(row, TABLE, "scopes")?,
        created_at: column(row, TABLE, "created_at")?,
        expires_at: column(row, TABLE, "expires_at")?,
        revoked_at: column(row, TABLE, "revoked_at")?,
        rotated_at: column(row, TABLE, "rotated_at")?,
        agent: column(row, TABLE, "agent")?,
    })
}
