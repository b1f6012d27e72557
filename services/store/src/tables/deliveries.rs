//! Documents on their way: to other homes (kept with their receipt), and postings on their way to gossip.

use std::collections::BTreeMap;
use std::str::FromStr;

use hanse_document::{Did, DocumentId, Kind};

use crate::rows::{bytes32, id, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

const ENQUEUE: &str = "INSERT INTO delivery (peer, job, document, state, next_at) \
     VALUES ($1, $2, $3, 'waiting', $4) ON CONFLICT (peer, document) DO NOTHING";
// Of each job only the oldest: the next one builds on it. What came too early gives way to what was not tried yet, for ten seconds: what comes
// after that does not keep it waiting.
const DUE: &str = "SELECT position, peer, job, document, state, attempts, next_at, refusal FROM ( \
     SELECT DISTINCT ON (job) position, peer, job, document, state, attempts, next_at, refusal FROM delivery \
     WHERE peer = $1 AND state = 'waiting' ORDER BY job, position) AS heads \
     WHERE next_at <= $2 AND position <> ALL($3) ORDER BY next_at + CASE WHEN attempts > 0 THEN 10 ELSE 0 END, position LIMIT $4";
const LOCK: &str = "SELECT position, peer, job, document, state, attempts, next_at, refusal FROM delivery \
     WHERE position = $1 FOR UPDATE";
const OF_DOCUMENT: &str = "SELECT position, peer, job, document, state, attempts, next_at, refusal \
     FROM delivery WHERE document = $1";
const SETTLE: &str = "UPDATE delivery SET state = $2, receipt = $3, refusal = $4 \
     WHERE position = $1 AND state = 'waiting'";
const DEFER: &str = "UPDATE delivery SET attempts = attempts + 1, next_at = $2 \
     WHERE position = $1 AND state = 'waiting'";
// Attempts while the peer was away say nothing of the document.
const HASTEN: &str = "UPDATE delivery SET next_at = least(next_at, $2), attempts = 0 \
     WHERE peer = $1 AND state = 'waiting' AND (next_at > $2 OR attempts > 0)";
const WAITING: &str = "SELECT peer, count(*) AS waiting FROM delivery WHERE state = 'waiting' GROUP BY peer";
const NEWEST: &str = "SELECT position, peer, job, delivery.document, state, attempts, next_at, refusal \
     FROM delivery JOIN document ON document.id = delivery.document \
     WHERE job = $1 AND peer = $3 AND document.issuer = $2 ORDER BY position DESC LIMIT 1";
// For each pair one walk down the index, to the first that this person signed.
const NEWEST_ALL: &str = "SELECT position, peer, job, document, kind, state, attempts, next_at, refusal \
     FROM unnest(ARRAY(SELECT unnest($1::bytea[])), ARRAY(SELECT unnest($2::text[]))) AS wanted (of_job, to_peer) CROSS JOIN LATERAL ( \
     SELECT delivery.*, document.kind FROM delivery JOIN document ON document.id = delivery.document \
     WHERE delivery.job = of_job AND delivery.peer = to_peer AND document.issuer = $3 \
     ORDER BY position DESC LIMIT 1) AS newest";
const JOB_WAITS: &str =
    "SELECT count(*) AS waiting FROM delivery WHERE job = $1 AND peer = $2 AND state = 'waiting'";
const GOSSIP: &str = "INSERT INTO gossip (document) VALUES ($1)";
const GOSSIP_TAKE: &str =
    "SELECT position, document FROM gossip ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED";
const GOSSIP_DONE: &str = "DELETE FROM gossip WHERE position = ANY($1)";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    ENQUEUE,
    DUE,
    LOCK,
    OF_DOCUMENT,
    SETTLE,
    DEFER,
    HASTEN,
    WAITING,
    NEWEST,
    NEWEST_ALL,
    JOB_WAITS,
    GOSSIP,
    GOSSIP_TAKE,
    GOSSIP_DONE,
];

const TABLE: &str = "delivery";

/// How far a document on its way to another home is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// The other home has not answered.
    Waiting,
    /// It has accepted the document.
    Accepted,
    /// It has refused it.
    Refused,
}

impl DeliveryState {
    const ALL: [Self; 3] = [Self::Waiting, Self::Accepted, Self::Refused];

    /// The word of the column.
    const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }
}

impl FromStr for DeliveryState {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self, StoreError> {
        let inconsistent = StoreError::Inconsistent { table: TABLE, column: "state" };
        Self::ALL.into_iter().find(|state| state.name() == word).ok_or(inconsistent)
    }
}

/// A document on its way to another home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its place in the queue.
    pub position: i64,
    /// The other home.
    pub peer: String,
    /// The ordering key.
    pub job: DocumentId,
    /// Hash of the document.
    pub document: [u8; 32],
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried in vain.
    pub attempts: i32,
    /// Not before, Unix seconds.
    pub next_at: i64,
    /// The other home's reason.
    pub refusal: Option<String>,
}

/// What the other home said, with its signed receipt.
#[derive(Clone, Copy, Debug)]
pub enum Settled<'a> {
    /// It took the document.
    Accepted,
    /// It did not, and why.
    Refused(&'a str),
}

/// Queues a document for a peer, once.
pub async fn enqueue(
    tx: &Tx<'_>,
    peer: &str,
    job: &DocumentId,
    document: &DocumentId,
    now: i64,
) -> Result<(), StoreError> {
    tx.execute(ENQUEUE, &[&peer, &job.hash().as_slice(), &document.hash().as_slice(), &now]).await?;
    Ok(())
}

/// What may be sent to a peer now, without those at the positions `but`: of each job the oldest waiting document, if its time has come.
pub async fn due(
    db: &impl Sql,
    peer: &str,
    now: i64,
    but: &[i64],
    limit: i64,
) -> Result<Vec<DeliveryRow>, StoreError> {
    db.query(DUE, &[&peer, &now, &but, &limit]).await?.iter().map(read).collect()
}

/// A delivery, locked until the transaction ends.
pub async fn lock(tx: &Tx<'_>, position: i64) -> Result<Option<DeliveryRow>, StoreError> {
    tx.query_opt(LOCK, &[&position]).await?.as_ref().map(read).transpose()
}

/// How far the delivery of a document is.
pub async fn of_document(db: &impl Sql, document: &DocumentId) -> Result<Option<DeliveryRow>, StoreError> {
    let rows = db.query(OF_DOCUMENT, &[&document.hash().as_slice()]).await?;
    rows.first().map(read).transpose()
}

/// Ends a delivery that waits. `false` if it had ended already.
pub async fn settle(
    tx: &Tx<'_>,
    position: i64,
    settled: Settled<'_>,
    receipt: &[u8],
) -> Result<bool, StoreError> {
    let (state, slug) = match settled {
        Settled::Accepted => (DeliveryState::Accepted, None),
        Settled::Refused(slug) => (DeliveryState::Refused, Some(slug)),
    };
    Ok(tx.execute(SETTLE, &[&position, &state.name(), &receipt, &slug]).await? == 1)
}

/// Puts a delivery off, counting the attempt.
pub async fn defer(db: &impl Sql, position: i64, next_at: i64) -> Result<(), StoreError> {
    db.execute(DEFER, &[&position, &next_at]).await?;
    Ok(())
}

/// Makes everything that waits for a peer due now: it has come back.
pub async fn hasten(db: &impl Sql, peer: &str, now: i64) -> Result<(), StoreError> {
    db.execute(HASTEN, &[&peer, &now]).await?;
    Ok(())
}

/// How many documents wait for each peer that any wait for, whether it is still pinned or not.
pub async fn waiting(db: &impl Sql) -> Result<BTreeMap<String, i64>, StoreError> {
    let rows = db.query(WAITING, &[]).await?;
    rows.iter().map(|row| Ok((column(row, TABLE, "peer")?, column(row, TABLE, "waiting")?))).collect()
}

/// The newest document of this person about this job that was to go to this peer. Nobody sends a second one while it waits.
pub async fn newest(
    db: &impl Sql,
    job: &DocumentId,
    issuer: &Did,
    peer: &str,
) -> Result<Option<DeliveryRow>, StoreError> {
    let row = db.query_opt(NEWEST, &[&job.hash().as_slice(), &issuer.as_str(), &peer]).await?;
    row.as_ref().map(read).transpose()
}

/// The same for many jobs, each with the peer that its documents go to: by the hash of the job, the delivery and the document's id.
pub async fn newest_all(
    db: &impl Sql,
    jobs: &[(&DocumentId, &str)],
    issuer: &Did,
) -> Result<BTreeMap<[u8; 32], (DeliveryRow, DocumentId)>, StoreError> {
    let (hashes, peers): (Vec<&[u8]>, Vec<&str>) =
        jobs.iter().map(|(job, peer)| (job.hash().as_slice(), *peer)).unzip();
    let rows = db.query(NEWEST_ALL, &[&hashes, &peers, &issuer.as_str()]).await?;
    let newest = rows.iter().map(|row| {
        let delivery = read(row)?;
        let document = DocumentId::new(parsed(row, "document", "kind")?, delivery.document);
        Ok((*delivery.job.hash(), (delivery, document)))
    });
    newest.collect()
}

/// Whether anything about a job waits for a peer.
pub async fn job_waits(db: &impl Sql, job: &DocumentId, peer: &str) -> Result<bool, StoreError> {
    let row = db.query_one(JOB_WAITS, &[&job.hash().as_slice(), &peer]).await?;
    Ok(column::<i64>(&row, TABLE, "waiting")? > 0)
}

/// Queues a posting for gossip.
pub async fn gossip(tx: &Tx<'_>, document: &DocumentId) -> Result<(), StoreError> {
    tx.execute(GOSSIP, &[&document.hash().as_slice()]).await?;
    Ok(())
}

/// Postings that wait for gossip, oldest first: place in the queue and hash of the document. Held until the transaction
/// ends; what another process holds is passed over.
pub async fn take_gossip(tx: &Tx<'_>, limit: i64) -> Result<Vec<(i64, [u8; 32])>, StoreError> {
    const TABLE: &str = "gossip";
    let rows = tx.query(GOSSIP_TAKE, &[&limit]).await?;
    rows.iter().map(|row| Ok((column(row, TABLE, "position")?, bytes32(row, TABLE, "document")?))).collect()
}

/// Takes postings off the queue.
pub async fn gossiped(tx: &Tx<'_>, positions: &[i64]) -> Result<(), StoreError> {
    tx.execute(GOSSIP_DONE, &[&positions]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<DeliveryRow, StoreError> {
    Ok(DeliveryRow {
        position: column(row, TABLE, "position")?,
        peer: column(row, TABLE, "peer")?,
        job: id(row, TABLE, "job", Kind::Job)?,
        document: bytes32(row, TABLE, "document")?,
        state: parsed(row, TABLE, "state")?,
        attempts: column(row, TABLE, "attempts")?,
        next_at: column(row, TABLE, "next_at")?,
        refusal: column(row, TABLE, "refusal")?,
    })
}
