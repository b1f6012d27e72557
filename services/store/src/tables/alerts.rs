//! Saved searches, and the alerts that they have raised.

pub mod notifications;

use hanse_document::{Did, DocumentId, Kind};

use crate::changes::Cursor;
use crate::jobs::{Search, columns, fits};
use crate::rows::{id, is_uuid, parsed};
use crate::{Row, Sql, StoreError, ToSql, Tx, column};

const KEEP: &str = concat!(
    "INSERT INTO saved_search (did, label, query, made_at, folding, words, skill, language, remote, client, pay_kind, currency, pay_per, \
     least_pay, most_pay, country, latitude_e4, longitude_e4, within_km, posted_since, least_seats, least_hours, most_hours) \
     SELECT $19, $20, $21, $22, $23, s.* FROM (SELECT ",
    columns!(),
    ") s RETURNING id::text AS id"
);
const SEARCHES: &str = "SELECT id::text AS id, label, query, made_at, full_at FROM saved_search WHERE did = $1 \
     ORDER BY made_at, id";
const COUNT: &str = "SELECT count(*) AS count FROM saved_search WHERE did = $1";
const DELETE: &str = "DELETE FROM saved_search WHERE did = $1 AND id = $2::text::uuid";
// As of postings: see `jobs::stale`.
const STALE: &str = "SELECT id::text AS id, query FROM saved_search WHERE folding < $1 ORDER BY folding LIMIT $2 \
     FOR NO KEY UPDATE SKIP LOCKED";
const FOLD: &str = "UPDATE saved_search SET words = CASE WHEN new.words IS NULL THEN saved_search.words ELSE ARRAY[new.words::tsquery] END, folding = $1 \
     FROM unnest($2::text[], $3::text[]) AS new (id, words) WHERE saved_search.id = new.id::uuid";

const START: &str =
    "INSERT INTO feed_cursor (name, xid, position) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
const LOCK: &str = "SELECT xid, position FROM feed_cursor WHERE name = $1 FOR UPDATE";
const ADVANCE: &str = "UPDATE feed_cursor SET xid = $2, position = $3 WHERE name = $1";

/// The search up to which so many follow one; none if fewer are left.
const WINDOW: &str = "SELECT id::text AS id FROM saved_search WHERE id > $1::text::uuid ORDER BY id OFFSET $2::bigint - 1 LIMIT 1";

/// Whether an alert is there is counted, not joined: without statistics of a young table the planner joins each search with all alerts.
/// The rows of the searches are locked until the transaction ends: one that is deleted meanwhile is waited for, and gone then.
const RAISE: &str = concat!(
    "WITH hit AS (SELECT s.id AS search, s.did, j.id AS job, j.client FROM job j, saved_search s \
     WHERE j.id = $1 AND j.state = 'open' AND j.client <> s.did AND ",
    fits!(),
    " AND (SELECT count(*) FROM alert a WHERE a.search = s.id AND a.job = j.id) = 0 \
     AND (SELECT count(*) FROM block b WHERE b.by = s.did AND b.whom = j.client) = 0 \
     AND (SELECT count(*) FROM alert a WHERE a.search = s.id AND a.at > $2::bigint - 86400) < $3 \
     AND (SELECT count(*) FROM alert a WHERE a.search = s.id AND a.at > $2::bigint - 86400 AND a.client = j.client) < $4 \
     AND (NOT $6::boolean OR s.made_at <= j.posted_at) \
     AND s.id > $7::text::uuid AND ($8::text IS NULL OR s.id <= $8::text::uuid) ORDER BY s.id LIMIT $5 FOR KEY SHARE OF s) \
     INSERT INTO alert (did, search, job, client, at) SELECT did, search, job, client, $2 FROM hit ORDER BY search \
     RETURNING search::text AS search"
);
const MARK: &str = concat!(
    "UPDATE saved_search SET full_at = $2 WHERE id IN (SELECT s.id FROM job j, saved_search s \
     WHERE j.id = $1 AND j.state = 'open' AND j.client <> s.did AND s.full_at <= $2::bigint - 86400 \
     AND s.id > $4::text::uuid AND ($5::text IS NULL OR s.id <= $5::text::uuid) AND ",
    fits!(),
    " AND (SELECT count(*) FROM block b WHERE b.by = s.did AND b.whom = j.client) = 0 \
     AND (SELECT count(*) FROM alert a WHERE a.search = s.id AND a.job = j.id) = 0 LIMIT $3)"
);
const COUNT_ALL: &str = "SELECT count(*) AS count FROM (SELECT FROM saved_search LIMIT $1) AS counted";
const OPEN_SINCE: &str = "SELECT id FROM job WHERE state = 'open' AND id > $1 ORDER BY id LIMIT $2";

const OF: &str = "SELECT a.position, a.search::text AS search, s.label, a.job, j.title, j.client, j.home, a.at \
     FROM alert a JOIN saved_search s ON s.id = a.search JOIN job j ON j.id = a.job \
     WHERE a.did = $1 AND a.position > $2 ORDER BY a.position LIMIT $3";
const PRUNE: &str = "DELETE FROM alert WHERE at < $1";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    KEEP, SEARCHES, COUNT, DELETE, STALE, FOLD, START, LOCK, ADVANCE, WINDOW, RAISE, MARK, COUNT_ALL,
    OPEN_SINCE, OF, PRUNE,
];

const SEARCH: &str = "saved_search";
const ALERT: &str = "alert";
const CURSOR: &str = "feed_cursor";

/// A search that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchRow {
    /// A UUID.
    pub id: String,
    /// What they call it.
    pub label: String,
    /// What they asked, as JSON.
    pub query: String,
    /// When, Unix seconds.
    pub made_at: i64,
    /// When a posting last fitted and raised no alert, because there were too many, to the day; 0 is never.
    pub full_at: i64,
}

/// A search about to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewSearch<'a> {
    /// Whose.
    pub did: &'a Did,
    /// What they call it.
    pub label: &'a str,
    /// What they asked, as JSON.
    pub query: &'a str,
    /// The same for the database.
    pub search: &'a Search<'a>,
    /// The number of the folding that made its words.
    pub folding: i16,
    /// When, Unix seconds.
    pub made_at: i64,
}

/// A posting that fits a saved search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRow {
    /// Its place among all alerts of this node; later ones are larger.
    pub position: i64,
    /// Id of the search.
    pub search: String,
    /// What the person calls the search.
    pub label: String,
    /// The posting.
    pub job: DocumentId,
    /// Its title.
    pub title: String,
    /// Who posted it.
    pub client: Did,
    /// Where.
    pub home: String,
    /// When the alert was raised, Unix seconds.
    pub at: i64,
}

/// How alerts are raised.
#[derive(Clone, Copy, Debug)]
pub struct Raising {
    /// The time, Unix seconds.
    pub now: i64,
    /// How many one search may have had in the last 24 hours to have one more.
    pub of_search: i64,
    /// How many of them about the same client.
    pub of_client: i64,
    /// At most so many at once.
    pub limit: i64,
    /// At most so many searches are looked at at once.
    pub window: i64,
    /// Only for searches that are not younger than the posting.
    pub old_searches: bool,
}

/// Keeps a search and returns its id.
pub async fn keep(tx: &Tx<'_>, new: &NewSearch<'_>) -> Result<String, StoreError> {
    let values = new.search.values();
    let mut params: Vec<&(dyn ToSql + Sync)> = Vec::new();
    for value in &values {
        params.push(value.as_ref());
    }
    let did = new.did.as_str();
    params.extend([&did as &(dyn ToSql + Sync), &new.label, &new.query, &new.made_at, &new.folding]);
    column(&tx.query_one(KEEP, &params).await?, SEARCH, "id")
}

/// Searches that were folded by a smaller folding, id and what was asked as JSON, at most `limit`, locked until the transaction ends.
pub async fn stale(tx: &Tx<'_>, folding: i16, limit: i64) -> Result<Vec<(String, String)>, StoreError> {
    let read = |row: &Row| Ok((column(row, SEARCH, "id")?, column(row, SEARCH, "query")?));
    tx.query(STALE, &[&folding, &limit]).await?.iter().map(read).collect()
}

/// Says what searches must be found by, each as the text of a `tsquery`; one without stays as it is. All are of this folding then.
pub async fn fold_again(
    tx: &Tx<'_>,
    folding: i16,
    searches: &[(String, Option<String>)],
) -> Result<(), StoreError> {
    let (ids, words): (Vec<&str>, Vec<Option<&str>>) =
        searches.iter().map(|(id, words)| (id.as_str(), words.as_deref())).unzip();
    tx.execute(FOLD, &[&folding, &ids, &words]).await?;
    Ok(())
}

/// The searches of a person, the oldest first.
pub async fn searches(db: &impl Sql, did: &Did) -> Result<Vec<SearchRow>, StoreError> {
    let read = |row: &Row| {
        Ok(SearchRow {
            id: column(row, SEARCH, "id")?,
            label: column(row, SEARCH, "label")?,
            query: column(row, SEARCH, "query")?,
            made_at: column(row, SEARCH, "made_at")?,
            full_at: column(row, SEARCH, "full_at")?,
        })
    };
    db.query(SEARCHES, &[&did.as_str()]).await?.iter().map(read).collect()
}

/// How many searches a person keeps.
pub async fn count(db: &impl Sql, did: &Did) -> Result<i64, StoreError> {
    column(&db.query_one(COUNT, &[&did.as_str()]).await?, SEARCH, "count")
}

/// Forgets a search of a person, and its alerts. `false` if they keep none of this id.
pub async fn delete(tx: &Tx<'_>, did: &Did, id: &str) -> Result<bool, StoreError> {
    if !is_uuid(id) {
        return Ok(false);
    }
    Ok(tx.execute(DELETE, &[&did.as_str(), &id]).await? == 1)
}

/// Where a reader of the changes that survives its process stands, locked until the transaction ends; `first` if it has never read.
pub async fn hold_cursor(tx: &Tx<'_>, name: &str, first: Cursor) -> Result<Cursor, StoreError> {
    tx.execute(START, &[&name, &first.xid, &first.position]).await?;
    let row = tx.query_one(LOCK, &[&name]).await?;
    Ok(Cursor { xid: column(&row, CURSOR, "xid")?, position: column(&row, CURSOR, "position")? })
}

/// Moves a reader that the transaction holds.
pub async fn move_cursor(tx: &Tx<'_>, name: &str, to: Cursor) -> Result<(), StoreError> {
    tx.execute(ADVANCE, &[&name, &to.xid, &to.position]).await?;
    Ok(())
}

/// What was raised at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raised {
    /// How many alerts.
    pub count: i64,
    /// Up to which search, in the order of ids, all has been raised; none if no search is left.
    pub reached: Option<String>,
}

/// Before every search.
pub const FIRST: &str = "00000000-0000-0000-0000-000000000000";

/// How many searches there are; counts no further than `most`.
pub async fn count_all(db: &impl Sql, most: i64) -> Result<i64, StoreError> {
    column(&db.query_one(COUNT_ALL, &[&most]).await?, SEARCH, "count")
}

/// Raises the alerts of an open posting that are missing, for a window of the searches beyond one in the order of their ids. The
/// transaction must hold the cursor of the alerts, so that positions become visible in order.
pub async fn raise(tx: &Tx<'_>, job: &[u8; 32], how: Raising, beyond: &str) -> Result<Raised, StoreError> {
    let job = job.as_slice();
    let window = tx.query_opt(WINDOW, &[&beyond, &how.window]).await?;
    let end: Option<String> = window.map(|row| column(&row, SEARCH, "id")).transpose()?;
    let values: [&(dyn ToSql + Sync); 8] =
        [&job, &how.now, &how.of_search, &how.of_client, &how.limit, &how.old_searches, &beyond, &end];
    let rows = tx.query(RAISE, &values).await?;
    let searches: Vec<String> =
        rows.iter().map(|row| column(row, ALERT, "search")).collect::<Result<_, _>>()?;
    // UUIDs in one form have one order as numbers and as text.
    let count = i64::try_from(searches.len()).unwrap_or(i64::MAX);
    let reached = if how.limit <= count { searches.into_iter().max() } else { end };
    Ok(Raised { count, reached })
}

/// Marks the searches that a posting fits and that are not told of it, at most as many as are raised at once, each once a day: those
/// beyond one for which everything has just been raised.
pub async fn mark_full(
    tx: &Tx<'_>,
    job: &[u8; 32],
    how: Raising,
    beyond: &str,
    raised: &Raised,
) -> Result<u64, StoreError> {
    tx.execute(MARK, &[&job.as_slice(), &how.now, &how.limit, &beyond, &raised.reached]).await
}

/// The hashes of open postings beyond one, in order, at most `limit`.
pub async fn open_jobs(db: &impl Sql, beyond: &[u8], limit: i64) -> Result<Vec<[u8; 32]>, StoreError> {
    let read = |row: &Row| crate::rows::bytes32(row, "job", "id");
    db.query(OPEN_SINCE, &[&beyond, &limit]).await?.iter().map(read).collect()
}

/// The alerts of a person after a position, in order, at most `limit`.
pub async fn of(db: &impl Sql, did: &Did, after: i64, limit: i64) -> Result<Vec<AlertRow>, StoreError> {
    let read = |row: &Row| {
        Ok(AlertRow {
            position: column(row, ALERT, "position")?,
            search: column(row, ALERT, "search")?,
            label: column(row, ALERT, "label")?,
            job: id(row, ALERT, "job", Kind::Job)?,
            title: column(row, ALERT, "title")?,
            client: parsed(row, ALERT, "client")?,
            home: column(row, ALERT, "home")?,
            at: column(row, ALERT, "at")?,
        })
    };
    db.query(OF, &[&did.as_str(), &after, &limit]).await?.iter().map(read).collect()
}

/// Forgets alerts that were raised before `before`.
pub async fn prune(db: &impl Sql, before: i64) -> Result<u64, StoreError> {
    db.execute(PRUNE, &[&before]).await
}
