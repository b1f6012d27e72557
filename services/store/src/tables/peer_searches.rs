//! Questions that a process without the network leaves for the one that has it. Time is the database's.

use crate::{Sql, StoreError, column};

const SEND: &str = "INSERT INTO peer_search (question, expires_at) \
     SELECT $1, clock_timestamp() + make_interval(secs => $2) WHERE (SELECT count(*) FROM peer_search) < $3 \
     RETURNING id::text AS id";
const TAKE: &str = "UPDATE peer_search SET taken = true WHERE id IN ( \
     SELECT id FROM peer_search WHERE NOT taken AND clock_timestamp() < expires_at \
     ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING id::text AS id, question";
const ANSWER: &str = "UPDATE peer_search SET answer = $2 WHERE id = $1::text::uuid";
const FETCH: &str =
    "DELETE FROM peer_search WHERE id = $1::text::uuid AND answer IS NOT NULL RETURNING answer";
const DROP: &str = "DELETE FROM peer_search WHERE id = $1::text::uuid";
const EXPIRE: &str = "DELETE FROM peer_search WHERE expires_at < clock_timestamp()";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[SEND, TAKE, ANSWER, FETCH, DROP, EXPIRE];

const TABLE: &str = "peer_search";

/// A question that somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedSearch {
    /// A UUID.
    pub id: String,
    /// What is asked.
    pub question: Vec<u8>,
}

/// Leaves a question that counts for `seconds`, and removes those that nobody waits for any more. None if `most` wait already.
pub async fn send(
    db: &impl Sql,
    question: &[u8],
    seconds: f64,
    most: i64,
) -> Result<Option<String>, StoreError> {
    db.execute(EXPIRE, &[]).await?;
    let row = db.query_opt(SEND, &[&question, &seconds, &most]).await?;
    row.map(|row| column(&row, TABLE, "id")).transpose()
}

/// Takes up to `limit` questions, those first that have waited longest. Nobody else gets them.
pub async fn take(db: &impl Sql, limit: i64) -> Result<Vec<QueuedSearch>, StoreError> {
    let rows = db.query(TAKE, &[&limit]).await?;
    let read =
        |row| Ok(QueuedSearch { id: column(row, TABLE, "id")?, question: column(row, TABLE, "question")? });
    rows.iter().map(read).collect()
}

/// Leaves the answer, if anybody still waits.
pub async fn answer(db: &impl Sql, id: &str, answer: &[u8]) -> Result<(), StoreError> {
    db.execute(ANSWER, &[&id, &answer]).await?;
    Ok(())
}

/// The answer, once.
pub async fn fetch(db: &impl Sql, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let row = db.query_opt(FETCH, &[&id]).await?;
    row.map(|row| column(&row, TABLE, "answer")).transpose()
}

/// Removes a question that nobody waits for any more.
pub async fn forget(db: &impl Sql, id: &str) -> Result<(), StoreError> {
    db.execute(DROP, &[&id]).await?;
    Ok(())
}
