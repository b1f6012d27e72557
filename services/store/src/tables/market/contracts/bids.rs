//! Bids.

use hanse_document::{Did, DocumentId, Kind, NodeName};
use hanse_lifecycle::State;

use crate::deliveries::DeliveryState;
use crate::rows::{bytes32, head, id, parsed, parsed_opt};
use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const INSERT: &str = "INSERT INTO bid (id, job, freelancer, home, state, head, said, posting, made_at) \
     VALUES ($1, $2, $3, $4, $5, $1, $1, $6, $7)";
pub(super) const FIND: &str =
    "SELECT id, job, freelancer, home, state, head, said, posting, made_at FROM bid WHERE id = $1";
pub(super) const UPDATE: &str = "UPDATE bid SET state = $2, head = $3, said = $4, posting = $5 WHERE id = $1";
pub(super) const LIVE: &str = "SELECT count(*) AS bids FROM bid WHERE job = $1 AND freelancer = $2 \
     AND state IN ('submitted', 'shortlisted', 'interviewing', 'offered', 'won')";
pub(super) const TURN_DOWN: &str = "UPDATE bid SET state = $2 WHERE job = $1 AND state IN ('submitted', 'shortlisted', 'interviewing') RETURNING id";
pub(super) const COUNTS: &str = "SELECT count(*) FILTER (WHERE home = $2) AS of_home, \
     count(*) FILTER (WHERE home = $2 AND state IN ('submitted', 'shortlisted', 'interviewing', 'offered', 'won')) AS live_of_home, \
     count(*) FILTER (WHERE freelancer = $3) AS of_freelancer, \
     count(*) FILTER (WHERE freelancer = $3 AND state = 'declined') AS declined_of_freelancer FROM bid WHERE job = $1";
pub(super) const ON_JOB: &str = "SELECT id, job, freelancer, home, state, head, said, posting, made_at FROM bid \
     WHERE job = $1 AND ($2::bigint IS NULL OR (made_at, id) > ($2, $3::bytea)) ORDER BY made_at, id LIMIT $4";
// With those that the job's home has not answered, or has refused: they have no row among the bids.
pub(super) const OF_FREELANCER: &str = "SELECT id, job, freelancer, home, state, head, said, posting, made_at, delivery, refusal FROM ( \
     SELECT id, job, freelancer, home, state, head, said, posting, made_at, NULL::text AS delivery, NULL::text AS refusal FROM bid \
     WHERE freelancer = $1 UNION ALL \
     SELECT document.id, delivery.job, document.issuer, identity.home, 'submitted', document.id, document.id, delivery.job, document.received_at, \
     delivery.state, delivery.refusal \
     FROM document JOIN delivery ON delivery.document = document.id JOIN identity ON identity.did = document.issuer \
     WHERE document.issuer = $1 AND document.kind = 'bid' AND delivery.state <> 'accepted' \
     AND NOT EXISTS (SELECT 1 FROM bid WHERE bid.id = document.id)) AS own \
     WHERE ($2::bigint IS NULL OR (made_at, id) < ($2, $3::bytea)) \
     AND ($4::bytea IS NULL OR job = $4) ORDER BY made_at DESC, id DESC LIMIT $5";

const TABLE: &str = "bid";

/// A bid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BidRow {
    /// Its id.
    pub id: DocumentId,
    /// On which job.
    pub job: DocumentId,
    /// By whom.
    pub freelancer: Did,
    /// Their home.
    pub home: NodeName,
    /// Where it stands.
    pub state: State,
    /// The last document of its chain.
    pub head: DocumentId,
    /// The document that says what it is: the first, or the newest that revises it.
    pub said: DocumentId,
    /// The version of the posting that it is for.
    pub posting: DocumentId,
    /// When it came, Unix seconds.
    pub made_at: i64,
}

/// A bid, and how far it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentBid {
    /// The bid. One that the job's home has not taken is shown as it was sent.
    pub row: BidRow,
    /// How far it got, if the job's home has not taken it.
    pub delivery: Option<DeliveryState>,
    /// Why the job's home refused it.
    pub refusal: Option<String>,
}

impl From<BidRow> for SentBid {
    /// One that the job's home has taken.
    fn from(row: BidRow) -> Self {
        Self { row, delivery: None, refusal: None }
    }
}

/// Adds a bid.
///
/// # Errors
/// A unique violation if the freelancer has a live bid on the job.
pub async fn insert_bid(tx: &Tx<'_>, bid: &BidRow) -> Result<(), StoreError> {
    let values: [&(dyn crate::ToSql + Sync); 7] = [
        &bid.id.hash().as_slice(),
        &bid.job.hash().as_slice(),
        &bid.freelancer.as_str(),
        &bid.home.as_str(),
        &bid.state.name(),
        &bid.posting.hash().as_slice(),
        &bid.made_at,
    ];
    tx.execute(INSERT, &values).await?;
    Ok(())
}

/// A bid as it stands now.
pub async fn bid(db: &impl Sql, id: &DocumentId) -> Result<Option<BidRow>, StoreError> {
    db.query_opt(FIND, &[&id.hash().as_slice()]).await?.as_ref().map(read).transpose()
}

/// Writes everything of a bid that can change.
pub async fn update_bid(tx: &Tx<'_>, bid: &BidRow) -> Result<(), StoreError> {
    let values: [&(dyn crate::ToSql + Sync); 5] = [
        &bid.id.hash().as_slice(),
        &bid.state.name(),
        &bid.head.hash().as_slice(),
        &bid.said.hash().as_slice(),
        &bid.posting.hash().as_slice(),
    ];
    tx.execute(UPDATE, &values).await?;
    Ok(())
}

/// Whether the freelancer has a bid on the job that is neither withdrawn nor turned down.
pub async fn has_live_bid(db: &impl Sql, job: &DocumentId, freelancer: &Did) -> Result<bool, StoreError> {
    let row = db.query_one(LIVE, &[&job.hash().as_slice(), &freelancer.as_str()]).await?;
    Ok(column::<i64>(&row, TABLE, "bids")? > 0)
}

/// How many bids a job has had of whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BidCounts {
    /// From people of one home, whatever became of them.
    pub of_home: i64,
    /// Of these, those that are neither withdrawn nor turned down.
    pub live_of_home: i64,
    /// From one person, whatever became of them.
    pub of_freelancer: i64,
    /// Of these, those that the client has declined.
    pub declined_of_freelancer: i64,
}

/// Counts the bids on a job from a home and from a person.
pub async fn count_bids(
    db: &impl Sql,
    job: &DocumentId,
    home: &NodeName,
    freelancer: &Did,
) -> Result<BidCounts, StoreError> {
    let row = db.query_one(COUNTS, &[&job.hash().as_slice(), &home.as_str(), &freelancer.as_str()]).await?;
    Ok(BidCounts {
        of_home: column(&row, TABLE, "of_home")?,
        live_of_home: column(&row, TABLE, "live_of_home")?,
        of_freelancer: column(&row, TABLE, "of_freelancer")?,
        declined_of_freelancer: column(&row, TABLE, "declined_of_freelancer")?,
    })
}

/// Moves the bids on a job that wait for the client, all at once; answers their hashes.
pub async fn turn_down(tx: &Tx<'_>, job: &DocumentId, state: State) -> Result<Vec<[u8; 32]>, StoreError> {
    let rows = tx.query(TURN_DOWN, &[&job.hash().as_slice(), &state.name()]).await?;
    rows.iter().map(|row| bytes32(row, TABLE, "id")).collect()
}

/// Bids on a job, oldest first, after the one that `after` names by time and hash.
pub async fn bids_on(
    db: &impl Sql,
    job: &DocumentId,
    after: Option<(i64, [u8; 32])>,
    limit: i64,
) -> Result<Vec<BidRow>, StoreError> {
    let (made_at, hash) = split(after);
    db.query(ON_JOB, &[&job.hash().as_slice(), &made_at, &hash, &limit]).await?.iter().map(read).collect()
}

/// Bids of a freelancer, on one job or on all, newest first, with those that the job's home has not taken.
pub async fn bids_of(
    db: &impl Sql,
    freelancer: &Did,
    job: Option<&DocumentId>,
    after: Option<(i64, [u8; 32])>,
    limit: i64,
) -> Result<Vec<SentBid>, StoreError> {
    let (made_at, hash) = split(after);
    let job = job.map(|job| job.hash().to_vec());
    let values: [&(dyn crate::ToSql + Sync); 5] = [&freelancer.as_str(), &made_at, &hash, &job, &limit];
    db.query(OF_FREELANCER, &values).await?.iter().map(read_sent).collect()
}

pub(super) fn split(after: Option<(i64, [u8; 32])>) -> (Option<i64>, Option<Vec<u8>>) {
    (after.map(|(at, _)| at), after.map(|(_, hash)| hash.to_vec()))
}

fn read_sent(row: &Row) -> Result<SentBid, StoreError> {
    Ok(SentBid {
        row: read(row)?,
        delivery: parsed_opt(row, TABLE, "delivery")?,
        refusal: column(row, TABLE, "refusal")?,
    })
}

fn read(row: &Row) -> Result<BidRow, StoreError> {
    let own = id(row, TABLE, "id", Kind::Bid)?;
    let said = id(row, TABLE, "said", Kind::Bid)?;
    Ok(BidRow {
        id: own,
        job: id(row, TABLE, "job", Kind::Job)?,
        freelancer: parsed(row, TABLE, "freelancer")?,
        home: parsed(row, TABLE, "home")?,
        state: parsed(row, TABLE, "state")?,
        head: head(row, TABLE, &[own, said])?,
        said,
        posting: id(row, TABLE, "posting", Kind::Job)?,
        made_at: column(row, TABLE, "made_at")?,
    })
}
