//! Postings, of every node, and the search over them. The row is derived from the job's documents.

use hanse_document::{Did, DocumentId, Kind, NodeName};

use crate::rows::{head, id, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

// The title weighs most, then the skills, then the text. 'simple' stems nothing: postings come in any language.
const INSERT: &str = "INSERT INTO job (id, client, home, state, head, seats, title, language, skills, remote, \
     posted_at, expires_at, search) VALUES ($1, $2, $3, $4, $1, $5, $6, $7, $8, $9, $10, $11, \
     setweight(to_tsvector('simple', $6::text), 'A') || setweight(to_tsvector('simple', array_to_string($8::text[], ' ')), 'B') \
     || setweight(to_tsvector('simple', $12::text), 'C')) ON CONFLICT (id) DO NOTHING";
const FIND: &str =
    "SELECT id, client, home, state, head, seats, posted_at, expires_at FROM job WHERE id = $1";
const LOCK: &str = "SELECT id, client, home, state, head, seats, posted_at, expires_at FROM job WHERE id = $1 \
     FOR NO KEY UPDATE";
const MOVE: &str = "UPDATE job SET state = $2, head = $3 WHERE id = $1";
const EXPIRED: &str = "SELECT id, client, home, state, head, seats, posted_at, expires_at FROM job \
     WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT $2";
const LEFT_FILLED: &str = "SELECT id, client, home, state, head, seats, posted_at, expires_at FROM job \
     WHERE state = 'filled' AND expires_at <= $1 ORDER BY expires_at LIMIT $2";
const SEARCH: &str = "SELECT id, client, home, state, head, seats, posted_at, expires_at FROM job \
     WHERE ($1::text IS NULL OR search @@ websearch_to_tsquery('simple', $1)) \
     AND ($2::text IS NULL OR skills @> ARRAY[$2]) AND ($3::text IS NULL OR language = $3) \
     AND ($4::boolean IS NULL OR remote = $4) AND ($5::text IS NULL OR client = $5) \
     AND ($6::text IS NULL OR state = $6) \
     AND ($7::bigint IS NULL OR (posted_at, id) < ($7, $8::bytea)) \
     ORDER BY posted_at DESC, id DESC LIMIT $9";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[INSERT, FIND, LOCK, MOVE, EXPIRED, LEFT_FILLED, SEARCH];

const TABLE: &str = "job";

/// A posting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    /// Its id.
    pub id: DocumentId,
    /// Who posted it.
    pub client: Did,
    /// The node that keeps the order under it.
    pub home: NodeName,
    /// A word of the lifecycle.
    pub state: String,
    /// The last document of its chain.
    pub head: DocumentId,
    /// How many people.
    pub seats: i32,
    /// When, by the document, Unix seconds.
    pub posted_at: i64,
    /// Until when, by the document, Unix seconds.
    pub expires_at: i64,
}

/// A posting that is new here.
#[derive(Clone, Copy, Debug)]
pub struct NewJob<'a> {
    /// The row; its head is its id.
    pub row: &'a JobRow,
    /// One line.
    pub title: &'a str,
    /// What is to be done.
    pub text: &'a str,
    /// The language of both.
    pub language: Option<&'a str>,
    /// Skills.
    pub skills: &'a [String],
    /// Whether it is remote; `None` is unstated.
    pub remote: Option<bool>,
}

/// Which postings.
#[derive(Clone, Debug, Default)]
pub struct Search<'a> {
    /// Words as people type them; anything is a valid query.
    pub text: Option<&'a str>,
    /// One skill.
    pub skill: Option<&'a str>,
    /// The posting's language.
    pub language: Option<&'a str>,
    /// Remote or on site.
    pub remote: Option<bool>,
    /// Of one client.
    pub client: Option<&'a str>,
    /// In one state.
    pub state: Option<&'a str>,
    /// Only what comes after this posting (its time and hash) in the order of the page.
    pub after: Option<(i64, [u8; 32])>,
}

/// Adds a posting. `false` if it is here already.
pub async fn insert(tx: &Tx<'_>, job: &NewJob<'_>) -> Result<bool, StoreError> {
    let row = job.row;
    let values: [&(dyn crate::ToSql + Sync); 12] = [
        &row.id.hash().as_slice(),
        &row.client.as_str(),
        &row.home.as_str(),
        &row.state,
        &row.seats,
        &job.title,
        &job.language,
        &job.skills,
        &job.remote,
        &row.posted_at,
        &row.expires_at,
        &job.text,
    ];
    Ok(tx.execute(INSERT, &values).await? == 1)
}

/// A posting as it stands now.
pub async fn find(db: &impl Sql, id: &DocumentId) -> Result<Option<JobRow>, StoreError> {
    db.query_opt(FIND, &[&id.hash().as_slice()]).await?.as_ref().map(read).transpose()
}

/// A posting, held against every other writer until the transaction ends. Everything under a job is moved with its job
/// locked, so that a seat is given once.
pub async fn lock(tx: &Tx<'_>, id: &DocumentId) -> Result<Option<JobRow>, StoreError> {
    tx.query_opt(LOCK, &[&id.hash().as_slice()]).await?.as_ref().map(read).transpose()
}

/// Moves a posting that the transaction has locked.
pub async fn set_state(
    tx: &Tx<'_>,
    id: &DocumentId,
    state: &str,
    head: &DocumentId,
) -> Result<(), StoreError> {
    tx.execute(MOVE, &[&id.hash().as_slice(), &state, &head.hash().as_slice()]).await?;
    Ok(())
}

/// Open postings whose time is over, at most `limit`.
pub async fn expired(db: &impl Sql, now: i64, limit: i64) -> Result<Vec<JobRow>, StoreError> {
    db.query(EXPIRED, &[&now, &limit]).await?.iter().map(read).collect()
}

/// Filled postings whose date was `expired_before` or earlier, at most `limit`.
pub async fn left_filled(db: &impl Sql, expired_before: i64, limit: i64) -> Result<Vec<JobRow>, StoreError> {
    db.query(LEFT_FILLED, &[&expired_before, &limit]).await?.iter().map(read).collect()
}

/// Postings, newest first, at most `limit`.
pub async fn search(db: &impl Sql, search: &Search<'_>, limit: i64) -> Result<Vec<JobRow>, StoreError> {
    let posted_at = search.after.map(|(posted_at, _)| posted_at);
    let hash = search.after.map(|(_, hash)| hash.to_vec());
    let values: [&(dyn crate::ToSql + Sync); 9] = [
        &search.text,
        &search.skill,
        &search.language,
        &search.remote,
        &search.client,
        &search.state,
        &posted_at,
        &hash,
        &limit,
    ];
    db.query(SEARCH, &values).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<JobRow, StoreError> {
    let id = id(row, TABLE, "id", Kind::Job)?;
    Ok(JobRow {
        id,
        client: parsed(row, TABLE, "client")?,
        home: parsed(row, TABLE, "home")?,
        state: column(row, TABLE, "state")?,
        head: head(row, TABLE, id, Kind::Step)?,
        seats: column(row, TABLE, "seats")?,
        posted_at: column(row, TABLE, "posted_at")?,
        expires_at: column(row, TABLE, "expires_at")?,
    })
}
