//! Postings, of every node, and the search over them. The row is derived from the job's documents.

mod clients;
mod folding;
mod search;
mod unlogged;

use std::collections::BTreeMap;

use hanse_document::{Did, DocumentId, Kind, NodeName, Verified};
use hanse_lifecycle::State;

use crate::rows::{head, id, parsed};
use crate::tables::documents;
use crate::{Row, Sql, StoreError, Tx, column};

pub use clients::{Answers, Postings, answers_of, ended_alike, postings_of};
pub use folding::{Stale, fold_again, stale};
pub use search::{Near, Place, Relevance, Search, relevant, search};
pub(crate) use search::{columns, fits, run as run_search};
pub use unlogged::{count_unlogged, drop_unlogged, logged, note_unlogged, unlogged};

// What follows from a posting follows from the row that is new; references are looked at when the whole statement has run.
const POST: &str = "WITH kept AS (INSERT INTO document (id, kind, issuer, commitment, bytes, public, received_at) \
         VALUES ($1, $22, $2, $23, $24, true, $25) ON CONFLICT (id) DO NOTHING), \
     posted AS (INSERT INTO job (id, client, home, state, head, seats, title, language, skills, remote, \
         posted_at, expires_at, posting, active_at, pay_kind, currency, pay_per, pay_min, pay_max, country, latitude_e4, longitude_e4, \
         hours, search, folding) \
         VALUES ($1, $2, $3, $4, $1, $5, $6, $7, $8, $9, $10, $11, $1, $30, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
         $12::text::tsvector, $29) ON CONFLICT (id) DO NOTHING RETURNING id), \
     moved AS (INSERT INTO history (object, position, event, state, actor, document, at) \
         SELECT id, (SELECT coalesce(max(position) + 1, 0) FROM history WHERE object = id), $26, $4, $27, $1, $25 FROM posted), \
     told AS (INSERT INTO gossip (document) SELECT id FROM posted WHERE $28) \
     SELECT count(*) AS jobs FROM posted";
const FIND: &str = "SELECT id, client, home, state, head, posting, version, seats, posted_at, expires_at, active_at FROM job WHERE id = $1";
const FIND_ALL: &str = "SELECT id, client, home, state, head, posting, version, seats, posted_at, expires_at, active_at FROM job WHERE id = ANY($1)";
const SHOWN: &str = "SELECT j.id, client, home, state, head, posting, version, posted_at, expires_at, active_at, commitment, bytes \
     FROM job j LEFT JOIN document ON document.id = j.posting WHERE j.id = $1";
// As with documents, the planner is not told how many.
const SHOWN_ALL: &str = "SELECT j.id, client, home, state, head, posting, version, posted_at, expires_at, active_at, commitment, bytes \
     FROM job j LEFT JOIN document ON document.id = j.posting WHERE j.id = ANY (ARRAY(SELECT unnest($1::bytea[])))";
const LOCK: &str = "SELECT id, client, home, state, head, posting, version, seats, posted_at, expires_at, active_at FROM job WHERE id = $1 \
     FOR NO KEY UPDATE";
const MOVE: &str = "UPDATE job SET state = $2, head = $3, active_at = coalesce($4, active_at) WHERE id = $1";
// What a posting says anew; when it was posted stays.
const AMEND: &str = "UPDATE job SET state = $2, head = $3, posting = $3, version = version + 1, active_at = $4, seats = $5, title = $6, \
     language = $7, skills = $8, remote = $9, expires_at = $10, pay_kind = $12, currency = $13, pay_per = $14, pay_min = $15, \
     pay_max = $16, country = $17, latitude_e4 = $18, longitude_e4 = $19, hours = $20, \
     search = $11::text::tsvector, folding = $21 WHERE id = $1";
const EXPIRED: &str = "SELECT id, client, home, state, head, posting, version, seats, posted_at, expires_at, active_at FROM job \
     WHERE state IN ('open', 'paused', 'stale') AND expires_at <= $1 ORDER BY expires_at LIMIT $2";
const SILENT: &str = "SELECT id, client, home, state, head, posting, version, seats, posted_at, expires_at, active_at FROM job \
     WHERE state = 'open' AND active_at <= $1 ORDER BY active_at LIMIT $2";
const LEFT_FILLED: &str = "SELECT id, client, home, state, head, posting, version, seats, posted_at, expires_at, active_at FROM job \
     WHERE state = 'filled' AND expires_at <= $1 ORDER BY expires_at LIMIT $2";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    POST,
    FIND,
    FIND_ALL,
    SHOWN,
    SHOWN_ALL,
    LOCK,
    MOVE,
    AMEND,
    EXPIRED,
    SILENT,
    LEFT_FILLED,
    clients::POSTINGS,
    clients::ANSWERS,
    clients::ENDED_ALIKE,
    folding::STALE,
    folding::FOLD,
    search::PATIENCE,
    search::SEARCH,
    search::RELEVANT,
    unlogged::NOTE,
    unlogged::COUNT,
    unlogged::LOGGED,
    unlogged::OLD,
    unlogged::DROP,
];

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
    /// Where it stands.
    pub state: State,
    /// The last document of its chain.
    pub head: DocumentId,
    /// The document that says what it is: the first, or the newest that amends it.
    pub posting: DocumentId,
    /// How often it was said, from 1.
    pub version: i32,
    /// How many people.
    pub seats: i32,
    /// When, by the document, Unix seconds.
    pub posted_at: i64,
    /// Until when, by the document, Unix seconds.
    pub expires_at: i64,
    /// When its client last moved it, Unix seconds.
    pub active_at: i64,
}

/// A posting as it is shown to somebody: what was read when it came here is passed on as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownJob {
    /// Its id.
    pub id: DocumentId,
    /// The did of who posted it.
    pub client: String,
    /// The node that keeps the order under it.
    pub home: String,
    /// Where it stands.
    pub state: State,
    /// The last document of its chain.
    pub head: DocumentId,
    /// The document that says what it is.
    pub posting: DocumentId,
    /// How often it was said, from 1.
    pub version: i32,
    /// When, by the document, Unix seconds.
    pub posted_at: i64,
    /// Until when, by the document, Unix seconds.
    pub expires_at: i64,
    /// When its client last moved it, Unix seconds.
    pub active_at: i64,
    /// The bytes of its document, those that were verified before they were stored; `None` if it was erased or is damaged.
    pub document: Option<Vec<u8>>,
}

/// A posting that is new here.
#[derive(Clone, Copy, Debug)]
pub struct NewJob<'a> {
    /// The row; its head is its id, its client who signed the document.
    pub row: &'a JobRow,
    /// Its document.
    pub document: &'a Verified,
    /// One line.
    pub title: &'a str,
    /// What it is found by, as the text of a `tsvector`.
    pub lexemes: &'a str,
    /// The number of the folding that made it.
    pub folding: i16,
    /// The language of title and text.
    pub language: Option<&'a str>,
    /// Skills.
    pub skills: &'a [String],
    /// Whether it is remote; `None` is unstated.
    pub remote: Option<bool>,
    /// What is given in return.
    pub pay: JobPay<'a>,
    /// The country of the place, if it has one.
    pub country: Option<&'a str>,
    /// Latitude and longitude of the place in ten-thousandths of a degree, if stated.
    pub point: Option<(i32, i32)>,
    /// Hours a week.
    pub hours: Option<i32>,
}

/// What a posting gives in return, as far as it is searched by.
#[derive(Clone, Copy, Debug, Default)]
pub struct JobPay<'a> {
    /// `money`, `barter` or `time_credits`.
    pub kind: Option<&'a str>,
    /// Of money.
    pub currency: Option<&'a str>,
    /// Of money: `hour` or `project`.
    pub per: Option<&'a str>,
    /// Of money, in minor units.
    pub min: Option<i64>,
    /// Of money, in minor units.
    pub max: Option<i64>,
}

/// A posting as it stands now, with its document.
pub async fn shown(db: &impl Sql, id: &DocumentId) -> Result<Option<ShownJob>, StoreError> {
    db.query_opt(SHOWN, &[&id.hash().as_slice()]).await?.as_ref().map(read_shown).transpose()
}

/// These postings as they stand now, with their documents, in no order.
pub async fn shown_all(db: &impl Sql, ids: &[[u8; 32]]) -> Result<Vec<ShownJob>, StoreError> {
    let ids: Vec<&[u8]> = ids.iter().map(<[u8; 32]>::as_slice).collect();
    db.query(SHOWN_ALL, &[&ids]).await?.iter().map(read_shown).collect()
}

/// Adds a posting, its document for everybody, the first move of its history and, if the node says it to others, what waits for gossip.
/// `false` if it is here already.
pub async fn post(
    tx: &Tx<'_>,
    job: &NewJob<'_>,
    (event, actor): (&str, &str),
    at: i64,
    gossip: bool,
) -> Result<bool, StoreError> {
    let (row, document) = (job.row, job.document);
    let (latitude, longitude) = job.point.unzip();
    let commitment = document.commitment();
    let values: [&(dyn crate::ToSql + Sync); 30] = [
        &row.id.hash().as_slice(),
        &row.client.as_str(),
        &row.home.as_str(),
        &row.state.name(),
        &row.seats,
        &job.title,
        &job.language,
        &job.skills,
        &job.remote,
        &row.posted_at,
        &row.expires_at,
        &job.lexemes,
        &job.pay.kind,
        &job.pay.currency,
        &job.pay.per,
        &job.pay.min,
        &job.pay.max,
        &job.country,
        &latitude,
        &longitude,
        &job.hours,
        &row.id.kind().name(),
        &commitment.as_bytes().as_slice(),
        &document.bytes(),
        &at,
        &event,
        &actor,
        &gossip,
        &job.folding,
        &row.active_at,
    ];
    Ok(column::<i64>(&tx.query_one(POST, &values).await?, TABLE, "jobs")? == 1)
}

/// A posting as it stands now.
pub async fn find(db: &impl Sql, id: &DocumentId) -> Result<Option<JobRow>, StoreError> {
    db.query_opt(FIND, &[&id.hash().as_slice()]).await?.as_ref().map(read).transpose()
}

/// Postings as they stand now, by the hash of their ids; those that are here.
pub async fn find_all(
    db: &impl Sql,
    ids: impl IntoIterator<Item = [u8; 32]>,
) -> Result<BTreeMap<[u8; 32], JobRow>, StoreError> {
    let ids: Vec<Vec<u8>> = ids.into_iter().map(|hash| hash.to_vec()).collect();
    let rows = db.query(FIND_ALL, &[&ids]).await?;
    rows.iter().map(|row| read(row).map(|row| (*row.id.hash(), row))).collect()
}

/// A posting, locked against every other writer until the transaction ends. Everything under a job is moved with its job
/// locked, so that a seat is given once.
pub async fn lock(tx: &Tx<'_>, id: &DocumentId) -> Result<Option<JobRow>, StoreError> {
    tx.query_opt(LOCK, &[&id.hash().as_slice()]).await?.as_ref().map(read).transpose()
}

/// Moves a posting that the transaction has locked; `active_at` is when its client did it, if it was the client.
pub async fn set_state(
    tx: &Tx<'_>,
    id: &DocumentId,
    state: State,
    head: &DocumentId,
    active_at: Option<i64>,
) -> Result<(), StoreError> {
    tx.execute(MOVE, &[&id.hash().as_slice(), &state.name(), &head.hash().as_slice(), &active_at]).await?;
    Ok(())
}

/// Says a posting that the transaction has locked anew. Of the row, what a document cannot change stays.
pub async fn amend(tx: &Tx<'_>, job: &NewJob<'_>) -> Result<(), StoreError> {
    let (row, posting) = (job.row, job.document.id());
    let (latitude, longitude) = job.point.unzip();
    let values: [&(dyn crate::ToSql + Sync); 21] = [
        &row.id.hash().as_slice(),
        &row.state.name(),
        &posting.hash().as_slice(),
        &row.active_at,
        &row.seats,
        &job.title,
        &job.language,
        &job.skills,
        &job.remote,
        &row.expires_at,
        &job.lexemes,
        &job.pay.kind,
        &job.pay.currency,
        &job.pay.per,
        &job.pay.min,
        &job.pay.max,
        &job.country,
        &latitude,
        &longitude,
        &job.hours,
        &job.folding,
    ];
    tx.execute(AMEND, &values).await?;
    Ok(())
}

/// Open postings whose client was last heard of at `since` or earlier, at most `limit`.
pub async fn silent(db: &impl Sql, since: i64, limit: i64) -> Result<Vec<JobRow>, StoreError> {
    db.query(SILENT, &[&since, &limit]).await?.iter().map(read).collect()
}

/// Postings that can still be filled and whose time is over, at most `limit`.
pub async fn expired(db: &impl Sql, now: i64, limit: i64) -> Result<Vec<JobRow>, StoreError> {
    db.query(EXPIRED, &[&now, &limit]).await?.iter().map(read).collect()
}

/// Filled postings whose date was `expired_before` or earlier, at most `limit`.
pub async fn left_filled(db: &impl Sql, expired_before: i64, limit: i64) -> Result<Vec<JobRow>, StoreError> {
    db.query(LEFT_FILLED, &[&expired_before, &limit]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<JobRow, StoreError> {
    let posting = id(row, TABLE, "posting", Kind::Job)?;
    let id = id(row, TABLE, "id", Kind::Job)?;
    Ok(JobRow {
        id,
        client: parsed(row, TABLE, "client")?,
        home: parsed(row, TABLE, "home")?,
        state: parsed(row, TABLE, "state")?,
        head: head(row, TABLE, &[id, posting])?,
        posting,
        version: column(row, TABLE, "version")?,
        seats: column(row, TABLE, "seats")?,
        posted_at: column(row, TABLE, "posted_at")?,
        expires_at: column(row, TABLE, "expires_at")?,
        active_at: column(row, TABLE, "active_at")?,
    })
}

fn read_shown(row: &Row) -> Result<ShownJob, StoreError> {
    let posting = id(row, TABLE, "posting", Kind::Job)?;
    let id = id(row, TABLE, "id", Kind::Job)?;
    Ok(ShownJob {
        id,
        client: column(row, TABLE, "client")?,
        home: column(row, TABLE, "home")?,
        state: parsed(row, TABLE, "state")?,
        head: head(row, TABLE, &[id, posting])?,
        posting,
        version: column(row, TABLE, "version")?,
        posted_at: column(row, TABLE, "posted_at")?,
        expires_at: column(row, TABLE, "expires_at")?,
        active_at: column(row, TABLE, "active_at")?,
        document: documents::kept(row)?,
    })
}
