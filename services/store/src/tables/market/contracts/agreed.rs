//! Contracts.

use std::collections::BTreeMap;

use hanse_document::{Did, DocumentId, Kind, NodeName, PublicKey};
use hanse_ledger::LeafId;
use hanse_lifecycle::{Actor, State};

use super::bids::split;
use crate::rows::{bytes32, bytes32_opt, id, parsed, parsed_opt};
use crate::{Row, Sql, StoreError, Tx, column};

/// The columns that make a row.
macro_rules! columns {
    () => {
        "id, job, bid, client, freelancer, client_home, freelancer_home, state, head, terms, acceptance, due_day, client_slot, \
         freelancer_slot, client_engagement, freelancer_engagement, client_engaged, freelancer_engaged, asked_by, counters, proposed, \
         proposed_by, proposed_at, offered_at, changed_at, closed_at"
    };
}

pub(super) const INSERT: &str = "INSERT INTO contract (id, job, bid, client, freelancer, client_home, \
     freelancer_home, state, head, terms, due_day, client_slot, offered_at, changed_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $1, $9, $10, $11, $12, $12)";
pub(super) const FIND: &str = concat!("SELECT ", columns!(), " FROM contract WHERE id = $1");
pub(super) const NEWEST_BY_BIDS: &str =
    "SELECT DISTINCT ON (bid) bid, id FROM contract WHERE bid = ANY($1) ORDER BY bid, offered_at DESC, id";
pub(super) const BY_ENGAGEMENT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM contract \
     WHERE client_engagement = $1 OR freelancer_engagement = $1"
);
pub(super) const BY_ENGAGEMENTS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM contract \
     WHERE client_engagement = ANY($1) OR freelancer_engagement = ANY($1)"
);
pub(super) const UPDATE: &str = "UPDATE contract SET state = $2, head = $3, acceptance = $4, \
     freelancer_slot = $5, client_engagement = $6, freelancer_engagement = $7, client_engaged = $8, \
     freelancer_engaged = $9, changed_at = $10, closed_at = $11, terms = $12, due_day = $13, asked_by = $14, counters = $15, \
     proposed = $16, proposed_by = $17, proposed_at = $18 WHERE id = $1";
// A seat is taken from the offer on; an offer that came to nothing gives it back.
pub(super) const TAKEN: &str = "SELECT count(*) AS seats, count(acceptance) AS accepted FROM contract \
     WHERE job = $1 AND state NOT IN ('declined', 'rescinded', 'lapsed', 'cancelled')";
pub(super) const UNFINISHED: &str = "SELECT count(*) AS contracts FROM contract \
     WHERE job = $1 AND state NOT IN ('declined', 'rescinded', 'lapsed', 'cancelled', 'terminated', 'closed')";
pub(super) const OFFERED: &str =
    "SELECT count(*) AS contracts FROM contract WHERE job = $1 AND state IN ('offered', 'countered')";
pub(super) const TERMS_FOR: &str = "SELECT count(*) AS contracts FROM contract \
     WHERE (terms = $1 OR proposed = $1) AND (client = $2 OR freelancer = $2)";
// Work that is not due yet is not late, and must not fill the page of what is; nor must what is disputed.
pub(super) const TIMED_OUT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM contract \
     WHERE state = $1 AND changed_at <= $2 AND (state <> 'active' OR (due_day + 1) * 86400 <= $2) \
     AND NOT EXISTS (SELECT FROM dispute WHERE dispute.contract = contract.id AND dispute.ended_at IS NULL) \
     ORDER BY changed_at LIMIT $3"
);
// One look into the index for each log: there are two of them for each peer.
pub(super) const ENGAGED_AHEAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM contract \
     WHERE state = 'accepted' AND EXISTS (SELECT FROM log JOIN log_leaf AS leaf ON leaf.origin = log.origin \
         AND leaf.id = ANY (ARRAY[contract.client_engagement, contract.freelancer_engagement]) \
         WHERE log.reacted < log.size AND leaf.index >= log.reacted) ORDER BY changed_at LIMIT $1"
);
pub(super) const OF_PERSON: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM contract \
     WHERE (client = $1 OR freelancer = $1) AND ($2::bigint IS NULL OR (offered_at, id) < ($2, $3::bytea)) \
     ORDER BY offered_at DESC, id DESC LIMIT $4"
);

const TABLE: &str = "contract";

/// A contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractRow {
    /// Its id: the offer's.
    pub id: DocumentId,
    /// The job.
    pub job: DocumentId,
    /// The bid.
    pub bid: DocumentId,
    /// The client.
    pub client: Did,
    /// The freelancer.
    pub freelancer: Did,
    /// The client's home, which keeps the order.
    pub client_home: NodeName,
    /// The freelancer's home.
    pub freelancer_home: NodeName,
    /// Where it stands.
    pub state: State,
    /// The last document of its chain.
    pub head: DocumentId,
    /// The terms.
    pub terms: DocumentId,
    /// The acceptance, once there is one.
    pub acceptance: Option<DocumentId>,
    /// The last day of the work.
    pub due_day: i64,
    /// The client's closing slot key.
    pub client_slot: PublicKey,
    /// The freelancer's, from the acceptance on.
    pub freelancer_slot: Option<PublicKey>,
    /// Leaf id of the client's engagement, from the acceptance on.
    pub client_engagement: Option<LeafId>,
    /// Leaf id of the freelancer's engagement.
    pub freelancer_engagement: Option<LeafId>,
    /// Whether the client's is in its log.
    pub client_engaged: bool,
    /// Whether the freelancer's is in its log.
    pub freelancer_engaged: bool,
    /// Who asked for the end, while the other side has not answered.
    pub asked_by: Option<Actor>,
    /// How often the freelancer has answered the offer with other terms.
    pub counters: i32,
    /// Other terms that a side proposes.
    pub proposal: Option<Proposal>,
    /// When it was offered, Unix seconds.
    pub offered_at: i64,
    /// When it last moved, Unix seconds.
    pub changed_at: i64,
    /// When it ended.
    pub closed_at: Option<i64>,
}

/// Terms that one side proposes and the other has not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The terms.
    pub terms: DocumentId,
    /// Who proposes them.
    pub by: Actor,
    /// When, Unix seconds.
    pub at: i64,
}

/// Adds a contract. Only what an offer says is written.
pub async fn insert_contract(tx: &Tx<'_>, contract: &ContractRow) -> Result<(), StoreError> {
    let values: [&(dyn crate::ToSql + Sync); 12] = [
        &contract.id.hash().as_slice(),
        &contract.job.hash().as_slice(),
        &contract.bid.hash().as_slice(),
        &contract.client.as_str(),
        &contract.freelancer.as_str(),
        &contract.client_home.as_str(),
        &contract.freelancer_home.as_str(),
        &contract.state.name(),
        &contract.terms.hash().as_slice(),
        &contract.due_day,
        &contract.client_slot.as_bytes().as_slice(),
        &contract.offered_at,
    ];
    tx.execute(INSERT, &values).await?;
    Ok(())
}

/// A contract as it stands now.
pub async fn contract(db: &impl Sql, id: &DocumentId) -> Result<Option<ContractRow>, StoreError> {
    db.query_opt(FIND, &[&id.hash().as_slice()]).await?.as_ref().map(read).transpose()
}

/// The newest contract that was offered on each of these bids, by the hash of the bid.
pub async fn newest_by_bids(
    db: &impl Sql,
    bids: impl IntoIterator<Item = [u8; 32]>,
) -> Result<BTreeMap<[u8; 32], DocumentId>, StoreError> {
    let bids: Vec<Vec<u8>> = bids.into_iter().map(|hash| hash.to_vec()).collect();
    let rows = db.query(NEWEST_BY_BIDS, &[&bids]).await?;
    rows.iter().map(|row| Ok((bytes32(row, TABLE, "bid")?, id(row, TABLE, "id", Kind::Offer)?))).collect()
}

/// The contract that this engagement leaf, of either side, belongs to.
pub async fn by_engagement(db: &impl Sql, leaf: &LeafId) -> Result<Option<ContractRow>, StoreError> {
    db.query_opt(BY_ENGAGEMENT, &[&leaf.as_bytes().as_slice()]).await?.as_ref().map(read).transpose()
}

/// The contracts that these engagement leaves, of either side, belong to, in no order.
pub async fn by_engagements(
    db: &impl Sql,
    leaves: impl IntoIterator<Item = LeafId>,
) -> Result<Vec<ContractRow>, StoreError> {
    let leaves: Vec<Vec<u8>> = leaves.into_iter().map(|leaf| leaf.as_bytes().to_vec()).collect();
    db.query(BY_ENGAGEMENTS, &[&leaves]).await?.iter().map(read).collect()
}

/// Writes everything of a contract that can change.
pub async fn update_contract(tx: &Tx<'_>, contract: &ContractRow) -> Result<(), StoreError> {
    let leaf = |leaf: Option<LeafId>| leaf.map(|leaf| leaf.as_bytes().to_vec());
    let acceptance = contract.acceptance.map(|acceptance| acceptance.hash().to_vec());
    let slot = contract.freelancer_slot.map(|slot| slot.as_bytes().to_vec());
    let (client, freelancer) = (leaf(contract.client_engagement), leaf(contract.freelancer_engagement));
    let proposed = contract.proposal.map(|proposal| proposal.terms.hash().to_vec());
    let proposed_by = contract.proposal.map(|proposal| proposal.by.name());
    let proposed_at = contract.proposal.map(|proposal| proposal.at);
    let asked_by = contract.asked_by.map(Actor::name);
    let values: [&(dyn crate::ToSql + Sync); 18] = [
        &contract.id.hash().as_slice(),
        &contract.state.name(),
        &contract.head.hash().as_slice(),
        &acceptance,
        &slot,
        &client,
        &freelancer,
        &contract.client_engaged,
        &contract.freelancer_engaged,
        &contract.changed_at,
        &contract.closed_at,
        &contract.terms.hash().as_slice(),
        &contract.due_day,
        &asked_by,
        &contract.counters,
        &proposed,
        &proposed_by,
        &proposed_at,
    ];
    tx.execute(UPDATE, &values).await?;
    Ok(())
}

/// How many seats of a job have an offer or a contract, and how many of these were accepted.
pub async fn taken_seats(db: &impl Sql, job: &DocumentId) -> Result<(i64, i64), StoreError> {
    let row = db.query_one(TAKEN, &[&job.hash().as_slice()]).await?;
    Ok((column(&row, TABLE, "seats")?, column(&row, TABLE, "accepted")?))
}

/// How many contracts of a job have not ended.
pub async fn unfinished(db: &impl Sql, job: &DocumentId) -> Result<i64, StoreError> {
    column(&db.query_one(UNFINISHED, &[&job.hash().as_slice()]).await?, TABLE, "contracts")
}

/// How many offers on a job wait for an answer.
pub async fn offered(db: &impl Sql, job: &DocumentId) -> Result<i64, StoreError> {
    column(&db.query_one(OFFERED, &[&job.hash().as_slice()]).await?, TABLE, "contracts")
}

/// Whether these terms belong to a contract of this person.
pub async fn are_terms_of(db: &impl Sql, terms: &DocumentId, person: &Did) -> Result<bool, StoreError> {
    let row = db.query_one(TERMS_FOR, &[&terms.hash().as_slice(), &person.as_str()]).await?;
    Ok(column::<i64>(&row, TABLE, "contracts")? > 0)
}

/// Contracts that have stood in a state since `since` or longer, at most `limit`.
pub async fn timed_out(
    db: &impl Sql,
    state: State,
    since: i64,
    limit: i64,
) -> Result<Vec<ContractRow>, StoreError> {
    db.query(TIMED_OUT, &[&state.name(), &since, &limit]).await?.iter().map(read).collect()
}

/// Contracts of a person on either side, newest first, after the one that `after` names by time and hash.
pub async fn contracts_of(
    db: &impl Sql,
    person: &Did,
    after: Option<(i64, [u8; 32])>,
    limit: i64,
) -> Result<Vec<ContractRow>, StoreError> {
    let (offered_at, hash) = split(after);
    db.query(OF_PERSON, &[&person.as_str(), &offered_at, &hash, &limit]).await?.iter().map(read).collect()
}

/// Accepted contracts of which an engagement stands in a log at or behind the cursor of the reactor, at most `limit`.
pub async fn engaged_ahead(db: &impl Sql, limit: i64) -> Result<Vec<ContractRow>, StoreError> {
    db.query(ENGAGED_AHEAD, &[&limit]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<ContractRow, StoreError> {
    let own = id(row, TABLE, "id", Kind::Offer)?;
    let acceptance = bytes32_opt(row, TABLE, "acceptance")?;
    let hash = bytes32(row, TABLE, "head")?;
    let head = match acceptance {
        _ if hash == *own.hash() => own,
        Some(acceptance) if hash == acceptance => DocumentId::new(Kind::Acceptance, hash),
        Some(_) | None => DocumentId::new(Kind::Step, hash),
    };
    let leaf = |name| Ok::<_, StoreError>(bytes32_opt(row, TABLE, name)?.map(LeafId::from_bytes));
    let freelancer_slot = bytes32_opt(row, TABLE, "freelancer_slot")?;
    Ok(ContractRow {
        id: own,
        job: id(row, TABLE, "job", Kind::Job)?,
        bid: id(row, TABLE, "bid", Kind::Bid)?,
        client: parsed(row, TABLE, "client")?,
        freelancer: parsed(row, TABLE, "freelancer")?,
        client_home: parsed(row, TABLE, "client_home")?,
        freelancer_home: parsed(row, TABLE, "freelancer_home")?,
        state: parsed(row, TABLE, "state")?,
        head,
        terms: id(row, TABLE, "terms", Kind::Terms)?,
        acceptance: acceptance.map(|hash| DocumentId::new(Kind::Acceptance, hash)),
        due_day: column(row, TABLE, "due_day")?,
        client_slot: key(&bytes32(row, TABLE, "client_slot")?, "client_slot")?,
        freelancer_slot: freelancer_slot.map(|bytes| key(&bytes, "freelancer_slot")).transpose()?,
        client_engagement: leaf("client_engagement")?,
        freelancer_engagement: leaf("freelancer_engagement")?,
        client_engaged: column(row, TABLE, "client_engaged")?,
        freelancer_engaged: column(row, TABLE, "freelancer_engaged")?,
        asked_by: parsed_opt(row, TABLE, "asked_by")?,
        counters: column(row, TABLE, "counters")?,
        proposal: read_proposal(row)?,
        offered_at: column(row, TABLE, "offered_at")?,
        changed_at: column(row, TABLE, "changed_at")?,
        closed_at: column(row, TABLE, "closed_at")?,
    })
}

fn read_proposal(row: &Row) -> Result<Option<Proposal>, StoreError> {
    let terms = bytes32_opt(row, TABLE, "proposed")?;
    let by = parsed_opt(row, TABLE, "proposed_by")?;
    let at: Option<i64> = column(row, TABLE, "proposed_at")?;
    let (Some(terms), Some(by), Some(at)) = (terms, by, at) else { return Ok(None) };
    Ok(Some(Proposal { terms: DocumentId::new(Kind::Terms, terms), by, at }))
}

fn key(bytes: &[u8; 32], column: &'static str) -> Result<PublicKey, StoreError> {
    PublicKey::from_bytes(bytes).map_err(|_| StoreError::Inconsistent { table: TABLE, column })
}
