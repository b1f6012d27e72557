//! Postings that are known by gossip alone.

use hanse_document::{DocumentId, Kind, NodeName};

use super::{JobRow, TABLE};
use crate::rows::{id, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const NOTE: &str =
    "INSERT INTO unlogged (job, home, at) VALUES ($1, $2, $3) ON CONFLICT (job) DO NOTHING";
pub(super) const COUNT: &str = "SELECT count(*) AS jobs FROM unlogged WHERE home = $1";
pub(super) const LOGGED: &str = "DELETE FROM unlogged WHERE job = $1";
// What people here have bid on, or are about to, is not taken from them.
pub(super) const OLD: &str = "SELECT job, home FROM (SELECT unlogged.job, unlogged.home, at, \
     row_number() OVER (PARTITION BY unlogged.home ORDER BY at, unlogged.job) AS place FROM unlogged WHERE at <= $1 \
     AND NOT EXISTS (SELECT FROM bid WHERE bid.job = unlogged.job) \
     AND NOT EXISTS (SELECT FROM delivery WHERE delivery.job = unlogged.job AND delivery.state = 'waiting')) AS old \
     WHERE place <= $2 ORDER BY at, job";
pub(super) const DROP: &str = "WITH dropped AS (DELETE FROM job WHERE id = $1 \
         AND EXISTS (SELECT FROM unlogged WHERE unlogged.job = $1) AND NOT EXISTS (SELECT FROM bid WHERE bid.job = $1) \
         AND NOT EXISTS (SELECT FROM delivery WHERE delivery.job = $1 AND delivery.state = 'waiting') RETURNING id), \
     alerts AS (DELETE FROM alert USING dropped WHERE alert.job = dropped.id), \
     picks AS (DELETE FROM pick USING dropped WHERE pick.job = dropped.id), \
     documents AS (DELETE FROM document USING dropped, history \
         WHERE history.object = dropped.id AND document.id = history.document), \
     moves AS (DELETE FROM history USING dropped WHERE history.object = dropped.id) \
     SELECT count(*) AS jobs FROM dropped";

/// Notes that a posting is known by gossip, and not yet from the log of its home.
pub async fn note_unlogged(
    tx: &Tx<'_>,
    job: &DocumentId,
    home: &NodeName,
    at: i64,
) -> Result<(), StoreError> {
    tx.execute(NOTE, &[&job.hash().as_slice(), &home.as_str(), &at]).await?;
    Ok(())
}

/// How many postings of a home are known by gossip alone.
pub async fn count_unlogged(db: &impl Sql, home: &NodeName) -> Result<i64, StoreError> {
    column(&db.query_one(COUNT, &[&home.as_str()]).await?, "unlogged", "jobs")
}

/// The log of its home shows the posting.
pub async fn logged(tx: &Tx<'_>, job: &DocumentId) -> Result<(), StoreError> {
    tx.execute(LOGGED, &[&job.hash().as_slice()]).await?;
    Ok(())
}

/// Postings that have been known by gossip alone since `before` or longer and that nobody has bid on, with their homes; of each home at most
/// `limit`, so that none stands in another's way.
pub async fn unlogged(
    db: &impl Sql,
    before: i64,
    limit: i64,
) -> Result<Vec<(DocumentId, NodeName)>, StoreError> {
    let rows = db.query(OLD, &[&before, &limit]).await?;
    let read = |row: &Row| Ok((id(row, "unlogged", "job", Kind::Job)?, parsed(row, "unlogged", "home")?));
    rows.iter().map(read).collect()
}

/// Removes a posting that is known by gossip alone, with its documents and its history. `false` if it is not, or somebody has bid on it.
pub async fn drop_unlogged(tx: &Tx<'_>, job: &JobRow) -> Result<bool, StoreError> {
    let row = tx.query_one(DROP, &[&job.id.hash().as_slice()]).await?;
    Ok(column::<i64>(&row, TABLE, "jobs")? == 1)
}
