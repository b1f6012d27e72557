//! What a ranking is made from: everybody who can be found and every open posting, with their documents. And what it leaves
//! behind: how much each person has been shown, and what was ranked with since when.

mod attention;
mod settings;

use hanse_document::{Did, NodeName};

use crate::rows::{bytes32, parsed};
use crate::{Row, Sql, StoreError, column};

pub use attention::{AttentionRow, add_attention, attention_of, count_list, forget_lists};
pub use settings::{SettingRow, note_setting, settings};

const PEOPLE_PAGE: &str = "SELECT identity.did, identity.subject, identity.home, document.bytes FROM identity \
     JOIN profile ON profile.did = identity.did JOIN document ON document.id = profile.document \
     WHERE identity.subject > $1 ORDER BY identity.subject LIMIT $2";
const PEOPLE_OF: &str = "SELECT identity.did, identity.subject, identity.home, document.bytes FROM identity \
     JOIN profile ON profile.did = identity.did JOIN document ON document.id = profile.document \
     WHERE identity.subject = ANY($1)";
// Here and in `JOBS_BY` the document of each is looked up by itself, whatever the planner believes of a table that was empty a minute ago.
const JOBS_PAGE: &str = "SELECT job.id, job.client, document.bytes FROM \
     (SELECT id, client, posting FROM job WHERE state = 'open' AND job.id > $1 ORDER BY id LIMIT $2) AS job \
     CROSS JOIN LATERAL (SELECT bytes FROM document WHERE id = job.posting OFFSET 0) AS document ORDER BY job.id";
const JOBS_OF: &str = "SELECT job.id, job.client, document.bytes FROM job \
     JOIN document ON document.id = job.posting WHERE job.state = 'open' AND job.id = ANY($1)";
const JOBS_BY: &str = "SELECT job.id, job.client, document.bytes FROM (SELECT did FROM identity WHERE subject = ANY($1) OFFSET 0) AS people \
     CROSS JOIN LATERAL (SELECT id, client, posting FROM job WHERE client = people.did AND state = 'open' OFFSET 0) AS job \
     CROSS JOIN LATERAL (SELECT bytes FROM document WHERE id = job.posting OFFSET 0) AS document";
const REVIEWED: &str = "SELECT DISTINCT subject FROM review WHERE commit_leaf = ANY($1)";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    PEOPLE_PAGE,
    PEOPLE_OF,
    JOBS_PAGE,
    JOBS_OF,
    JOBS_BY,
    REVIEWED,
    attention::ATTENTION,
    attention::ADD,
    attention::LIST,
    attention::FORGET,
    settings::LOCK,
    settings::LAST,
    settings::APPEND,
    settings::NEWEST,
];

/// Somebody with a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// Who.
    pub did: Did,
    /// The subject key.
    pub subject: [u8; 32],
    /// Their home node.
    pub home: NodeName,
    /// The newest profile, canonical bytes.
    pub profile: Vec<u8>,
}

/// An open posting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenJobRow {
    /// The hash of its document id.
    pub id: [u8; 32],
    /// Who posted it.
    pub client: Did,
    /// The posting, canonical bytes.
    pub document: Vec<u8>,
}

/// People with a profile in the order of their subject keys, after one of them, at most `limit`.
pub async fn people_after(
    db: &impl Sql,
    after: Option<[u8; 32]>,
    limit: i64,
) -> Result<Vec<PersonRow>, StoreError> {
    let after = after.map_or_else(Vec::new, |key| key.to_vec());
    db.query(PEOPLE_PAGE, &[&after, &limit]).await?.iter().map(person).collect()
}

/// Those of these people who have a profile, in no order.
pub async fn people(db: &impl Sql, subjects: &[[u8; 32]]) -> Result<Vec<PersonRow>, StoreError> {
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    db.query(PEOPLE_OF, &[&slices(subjects)]).await?.iter().map(person).collect()
}

/// Open postings in the order of their ids, after one of them, at most `limit`.
pub async fn jobs_after(
    db: &impl Sql,
    after: Option<[u8; 32]>,
    limit: i64,
) -> Result<Vec<OpenJobRow>, StoreError> {
    let after = after.map_or_else(Vec::new, |key| key.to_vec());
    db.query(JOBS_PAGE, &[&after, &limit]).await?.iter().map(job).collect()
}

/// Those of these postings that are open, in no order.
pub async fn open_jobs(db: &impl Sql, ids: &[[u8; 32]]) -> Result<Vec<OpenJobRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    db.query(JOBS_OF, &[&slices(ids)]).await?.iter().map(job).collect()
}

/// The open postings of these clients, in no order.
pub async fn open_jobs_by(db: &impl Sql, subjects: &[[u8; 32]]) -> Result<Vec<OpenJobRow>, StoreError> {
    // Of nobody there is none, and the planner would look at every posting to find that out.
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    db.query(JOBS_BY, &[&slices(subjects)]).await?.iter().map(job).collect()
}

/// The subject keys of those whom reviews are about, by the commit leaves of the reviews.
pub async fn reviewed(db: &impl Sql, commits: &[[u8; 32]]) -> Result<Vec<[u8; 32]>, StoreError> {
    if commits.is_empty() {
        return Ok(Vec::new());
    }
    let rows = db.query(REVIEWED, &[&slices(commits)]).await?;
    rows.iter().map(|row| bytes32(row, "review", "subject")).collect()
}

fn slices(keys: &[[u8; 32]]) -> Vec<&[u8]> {
    keys.iter().map(<[u8; 32]>::as_slice).collect()
}

fn person(row: &Row) -> Result<PersonRow, StoreError> {
    const TABLE: &str = "profile";
    Ok(PersonRow {
        did: parsed(row, TABLE, "did")?,
        subject: bytes32(row, TABLE, "subject")?,
        home: parsed(row, TABLE, "home")?,
        profile: column(row, TABLE, "bytes")?,
    })
}

fn job(row: &Row) -> Result<OpenJobRow, StoreError> {
    const TABLE: &str = "job";
    Ok(OpenJobRow {
        id: bytes32(row, TABLE, "id")?,
        client: parsed(row, TABLE, "client")?,
        document: column(row, TABLE, "bytes")?,
    })
}
