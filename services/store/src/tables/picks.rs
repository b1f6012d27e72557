//! Mutual picks of the newest night.

use hanse_document::{Did, DocumentId, Kind};

use crate::rows::{bytes32, id, parsed};
use crate::{Row, Sql, StoreError, ToSql, Tx, column};

// A seat is taken from the offer on; an offer that came to nothing gives it back.
const OPEN: &str = "SELECT j.id, j.client, j.seats - (SELECT count(*) FROM contract c WHERE c.job = j.id \
     AND c.state NOT IN ('declined', 'rescinded', 'lapsed')) AS free FROM \
     (SELECT id, client, seats FROM job WHERE state = 'open' AND id > $1 ORDER BY id LIMIT $2) AS j ORDER BY j.id";
const DAY: &str = "SELECT made_at FROM pick_day WHERE day = $1";
const BEGIN: &str =
    "INSERT INTO pick_day (day, made_at, jobs, people) VALUES ($1, $2, $3, $4) ON CONFLICT (day) DO NOTHING";
const FORGET: &str = "DELETE FROM pick_day WHERE day < $1";
const INSERT: &str = "INSERT INTO pick (day, job, client, did, score, explanation) \
     SELECT $1, j.id, j.client, i.did, said.score, said.explanation \
     FROM unnest($2::bytea[], $3::bytea[], $4::int[], $5::text[]) AS said (job, person, score, explanation) \
     JOIN job j ON j.id = said.job JOIN identity i ON i.subject = said.person";
const NEWEST: &str = "SELECT day, made_at, jobs, people FROM pick_day ORDER BY day DESC LIMIT 1";
const OF: &str = "SELECT p.job, j.title, p.client, j.home, p.did, p.explanation FROM pick p \
     CROSS JOIN LATERAL (SELECT title, home FROM job WHERE id = p.job AND state = 'open' OFFSET 0) AS j \
     WHERE p.day = $1 AND (p.did = $2 OR p.client = $2) ORDER BY p.score DESC, p.job, p.did LIMIT $3";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[OPEN, DAY, BEGIN, FORGET, INSERT, NEWEST, OF];

const TABLE: &str = "pick";

/// An open posting, for whom it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRow {
    /// The hash of its id.
    pub id: [u8; 32],
    /// Who posted it.
    pub client: Did,
    /// Seats without an offer or a contract; not more than none may be free.
    pub free: i64,
}

/// A pair about to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPick {
    /// The hash of the posting's id.
    pub job: [u8; 32],
    /// The freelancer's subject key.
    pub person: [u8; 32],
    /// Millionths.
    pub score: i32,
    /// JSON.
    pub explanation: String,
}

/// A night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NightRow {
    /// UTC day number.
    pub day: i64,
    /// When, Unix seconds.
    pub made_at: i64,
    /// Postings that were looked at.
    pub jobs: i32,
    /// People whom one of them could do with.
    pub people: i32,
}

/// A pair as one of the two is shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickRow {
    /// The posting.
    pub job: DocumentId,
    /// Its title.
    pub title: String,
    /// Who posted it.
    pub client: Did,
    /// Where.
    pub home: String,
    /// The freelancer.
    pub freelancer: Did,
    /// JSON.
    pub explanation: String,
}

/// Open postings beyond one, in order, at most `limit`.
pub async fn open_jobs(db: &impl Sql, beyond: &[u8], limit: i64) -> Result<Vec<OpenRow>, StoreError> {
    let read = |row: &Row| {
        Ok(OpenRow {
            id: bytes32(row, "job", "id")?,
            client: parsed(row, "job", "client")?,
            free: column(row, "job", "free")?,
        })
    };
    db.query(OPEN, &[&beyond, &limit]).await?.iter().map(read).collect()
}

/// Whether the pairs of a day are made.
pub async fn made(db: &impl Sql, day: i64) -> Result<bool, StoreError> {
    Ok(db.query_opt(DAY, &[&day]).await?.is_some())
}

/// Keeps the pairs of a night, and no older ones. `false` if somebody else has made that night's.
pub async fn keep(tx: &Tx<'_>, night: NightRow, picks: &[NewPick]) -> Result<bool, StoreError> {
    let new = tx.execute(BEGIN, &[&night.day, &night.made_at, &night.jobs, &night.people]).await?;
    if new == 0 {
        return Ok(false);
    }
    tx.execute(FORGET, &[&night.day]).await?;
    let jobs: Vec<&[u8]> = picks.iter().map(|pick| pick.job.as_slice()).collect();
    let people: Vec<&[u8]> = picks.iter().map(|pick| pick.person.as_slice()).collect();
    let scores: Vec<i32> = picks.iter().map(|pick| pick.score).collect();
    let explanations: Vec<&str> = picks.iter().map(|pick| pick.explanation.as_str()).collect();
    let values: [&(dyn ToSql + Sync); 5] = [&night.day, &jobs, &people, &scores, &explanations];
    tx.execute(INSERT, &values).await?;
    Ok(true)
}

/// The newest night, if there was one.
pub async fn newest(db: &impl Sql) -> Result<Option<NightRow>, StoreError> {
    let read = |row: Row| {
        Ok(NightRow {
            day: column(&row, "pick_day", "day")?,
            made_at: column(&row, "pick_day", "made_at")?,
            jobs: column(&row, "pick_day", "jobs")?,
            people: column(&row, "pick_day", "people")?,
        })
    };
    db.query_opt(NEWEST, &[]).await?.map(read).transpose()
}

/// The pairs of a day that a person is in, of postings that are still open, best first, at most `limit`.
pub async fn of(db: &impl Sql, day: i64, did: &Did, limit: i64) -> Result<Vec<PickRow>, StoreError> {
    let read = |row: &Row| {
        Ok(PickRow {
            job: id(row, TABLE, "job", Kind::Job)?,
            title: column(row, TABLE, "title")?,
            client: parsed(row, TABLE, "client")?,
            home: column(row, TABLE, "home")?,
            freelancer: parsed(row, TABLE, "did")?,
            explanation: column(row, TABLE, "explanation")?,
        })
    };
    db.query(OF, &[&day, &did.as_str(), &limit]).await?.iter().map(read).collect()
}
