//! What a client's postings, and the bids on them, add up to.

use hanse_document::{Did, NodeName};

use crate::{Sql, StoreError, column};

// Of a client who has posted much, the newest: what is counted for one look has a bound.
pub(super) const POSTINGS: &str = "SELECT count(*) AS postings, count(*) FILTER (WHERE state IN ('filled', 'completed')) AS filled, \
     count(*) FILTER (WHERE state IN ('closed_unfilled', 'expired')) AS unfilled, count(*) FILTER (WHERE version > 1) AS amended, \
     coalesce(sum(version - 1), 0)::bigint AS amendments \
     FROM (SELECT state, version FROM job WHERE client = $1 ORDER BY posted_at DESC, id DESC LIMIT $2) AS newest";
// An answer is a signed step of the client: to have read is none, and what the node does when a posting ends is none either.
pub(super) const ANSWERS: &str = "SELECT count(*) FILTER (WHERE answered) AS answered, \
     count(*) FILTER (WHERE NOT answered AND state = 'not_selected') AS passed_over, \
     count(*) FILTER (WHERE NOT answered AND state = 'submitted') AS waiting FROM ( \
     SELECT bid.state, EXISTS (SELECT FROM history WHERE object = bid.id AND actor = 'client' AND document IS NOT NULL \
         AND event IN ('shortlist', 'interview', 'offer', 'decline')) AS answered \
     FROM (SELECT id FROM job WHERE client = $1 AND home = $2 ORDER BY posted_at DESC, id DESC LIMIT $3) AS posting \
     CROSS JOIN LATERAL (SELECT id, state FROM bid WHERE job = posting.id ORDER BY made_at, id LIMIT $4) AS bid) AS looked";

pub(super) const ENDED_ALIKE: &str = "SELECT count(*) AS jobs FROM job WHERE client = $1 AND title = $2 AND expires_at >= $3 \
     AND state IN ('closed_unfilled', 'expired')";

/// What became of the newest postings of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Postings {
    /// How many were looked at.
    pub postings: i64,
    /// Filled.
    pub filled: i64,
    /// Ended unfilled.
    pub unfilled: i64,
    /// Said anew.
    pub amended: i64,
    /// How often in all.
    pub amendments: i64,
}

/// What became of bids on the newest postings of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The client has answered.
    pub answered: i64,
    /// The posting has ended, and the client has not.
    pub passed_over: i64,
    /// It waits.
    pub waiting: i64,
}

/// What became of the newest postings of a client, at most so many.
pub async fn postings_of(db: &impl Sql, client: &Did, most: i64) -> Result<Postings, StoreError> {
    const TABLE: &str = "job";
    let row = db.query_one(POSTINGS, &[&client.as_str(), &most]).await?;
    Ok(Postings {
        postings: column(&row, TABLE, "postings")?,
        filled: column(&row, TABLE, "filled")?,
        unfilled: column(&row, TABLE, "unfilled")?,
        amended: column(&row, TABLE, "amended")?,
        amendments: column(&row, TABLE, "amendments")?,
    })
}

/// What became of the bids on the newest postings of a client of this home: at most so many postings, and bids on each.
pub async fn answers_of(
    db: &impl Sql,
    client: &Did,
    home: &NodeName,
    (postings, bids): (i64, i64),
) -> Result<Answers, StoreError> {
    const TABLE: &str = "bid";
    let row = db.query_one(ANSWERS, &[&client.as_str(), &home.as_str(), &postings, &bids]).await?;
    Ok(Answers {
        answered: column(&row, TABLE, "answered")?,
        passed_over: column(&row, TABLE, "passed_over")?,
        waiting: column(&row, TABLE, "waiting")?,
    })
}

/// Whether a posting of this client with this title was closed without hiring, or expired, and would have ended at `since` or later.
pub async fn ended_alike(db: &impl Sql, client: &Did, title: &str, since: i64) -> Result<bool, StoreError> {
    let row = db.query_one(ENDED_ALIKE, &[&client.as_str(), &title, &since]).await?;
    Ok(column::<i64>(&row, "job", "jobs")? > 0)
}
