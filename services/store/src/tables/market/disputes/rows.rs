//! The rows of disputes.

use std::collections::BTreeMap;
use std::str::FromStr;

use hanse_document::{Did, DocumentId, Kind, NodeName};
use hanse_lifecycle::{Actor, State};

use crate::rows::{bytes32, bytes32_opt, head, id, parsed, parsed_opt};
use crate::{Row, Sql, StoreError, Tx, column};

/// The columns that make a row.
macro_rules! columns {
    () => {
        "id, contract, job, terms, milestone, client, freelancer, client_home, freelancer_home, claimant, state, head, arbiters, arbiter_homes, \
         answers, proposal, proposed_by, decided, reopened, opened_at, changed_at, ended_at"
    };
}

/// Those of a person: on either side, or as an arbiter who is or was asked.
macro_rules! concerns {
    ($person:literal) => {
        concat!(
            "(client = ",
            $person,
            " OR freelancer = ",
            $person,
            " OR (arbiters @> ARRAY[",
            $person,
            "]::text[] AND ",
            $person,
            " = ANY (arbiters[1:cardinality(answers) + (state IN ('in_arbitration', 'in_appeal'))::int])))"
        )
    };
}

pub(super) const INSERT: &str = concat!(
    "INSERT INTO dispute (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)"
);
pub(super) const FIND: &str = concat!("SELECT ", columns!(), " FROM dispute WHERE id = $1");
pub(super) const LOCK: &str = concat!("SELECT ", columns!(), " FROM dispute WHERE id = $1 FOR UPDATE");
pub(super) const LIVE: &str =
    concat!("SELECT ", columns!(), " FROM dispute WHERE contract = $1 AND ended_at IS NULL");
pub(super) const OF_CONTRACTS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM dispute WHERE contract = ANY (ARRAY(SELECT unnest($1::bytea[]))) ORDER BY contract, opened_at, id"
);
pub(super) const OF_PERSON: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM dispute WHERE ",
    concerns!("$1"),
    " AND ($2::bigint IS NULL OR (opened_at, id) < ($2, $3::bytea)) ORDER BY opened_at DESC, id DESC LIMIT $4"
);
pub(super) const CLAIMS: &str =
    "SELECT count(*) AS claims FROM dispute WHERE contract = $1 AND claimant = $2";
pub(super) const CONCERNED: &str = concat!(
    "SELECT count(*) AS disputes FROM dispute WHERE (id = $1 OR contract = $1) AND ",
    concerns!("$2")
);
pub(super) const UPDATE: &str = "UPDATE dispute SET state = $2, head = $3, answers = $4, proposal = $5, proposed_by = $6, decided = $7, \
     reopened = $8, changed_at = $9, ended_at = $10 WHERE id = $1";
pub(super) const TIMED_OUT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM dispute WHERE state = $1 AND changed_at <= $2 AND ended_at IS NULL ORDER BY changed_at LIMIT $3"
);
// What was left of a time when it stopped is left of it now. What moved meanwhile does not get ahead of the clock.
pub(super) const THAW_CONTRACT: &str =
    "UPDATE contract SET changed_at = least(changed_at + $2, $3) WHERE id = $1";
pub(super) const THAW_MILESTONES: &str = "UPDATE milestone SET changed_at = least(changed_at + $2, $3) \
     WHERE contract = $1 AND ($4::int IS NULL OR number = $4)";

const TABLE: &str = "dispute";

/// What an arbiter made of it who was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// They ruled.
    Ruled,
    /// They ruled, and a side has appealed.
    Appealed,
    /// They did not rule in time.
    Silent,
}

impl Answer {
    const ALL: [Self; 3] = [Self::Ruled, Self::Appealed, Self::Silent];

    /// The word of the column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ruled => "ruled",
            Self::Appealed => "appealed",
            Self::Silent => "silent",
        }
    }
}

impl FromStr for Answer {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self, StoreError> {
        let inconsistent = StoreError::Inconsistent { table: TABLE, column: "answers" };
        Self::ALL.into_iter().find(|answer| answer.name() == word).ok_or(inconsistent)
    }
}

/// An arbiter of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Who.
    pub did: Did,
    /// Where they are at home.
    pub home: NodeName,
}

/// A dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeRow {
    /// Its id.
    pub id: DocumentId,
    /// Over which contract.
    pub contract: DocumentId,
    /// The job of that.
    pub job: DocumentId,
    /// The terms that held when it was opened.
    pub terms: DocumentId,
    /// Over which milestone of it; over all of it if none is said.
    pub milestone: Option<i32>,
    /// The client.
    pub client: Did,
    /// The freelancer.
    pub freelancer: Did,
    /// The client's home, which keeps the order.
    pub client_home: NodeName,
    /// The freelancer's home.
    pub freelancer_home: NodeName,
    /// Who opened it.
    pub claimant: Actor,
    /// Where it stands.
    pub state: State,
    /// The last document of its chain.
    pub head: DocumentId,
    /// The arbiters of the contract, in the order in which they are asked.
    pub arbiters: Vec<Asked>,
    /// What those made of it who were asked, in that order.
    pub answers: Vec<Answer>,
    /// The step that proposes a settlement, and whose it is.
    pub proposal: Option<(DocumentId, Actor)>,
    /// The document whose outcome stands: the claim, a settlement, a ruling.
    pub decided: DocumentId,
    /// Whether it was reopened.
    pub reopened: bool,
    /// When it was opened, Unix seconds.
    pub opened_at: i64,
    /// When it last moved.
    pub changed_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
}

impl DisputeRow {
    /// The first arbiter who was not asked yet, or has been asked and not answered.
    #[must_use]
    pub fn next_arbiter(&self) -> Option<&Asked> {
        self.arbiters.get(self.answers.len())
    }

    /// The arbiter who is asked to rule now.
    #[must_use]
    pub fn asked(&self) -> Option<&Asked> {
        self.next_arbiter().filter(|_| matches!(self.state, State::InArbitration | State::InAppeal))
    }
}

/// Adds a dispute.
///
/// # Errors
/// A unique violation if another one of the contract has not ended.
pub async fn insert_dispute(tx: &Tx<'_>, row: &DisputeRow) -> Result<(), StoreError> {
    let arbiters: Vec<&str> = row.arbiters.iter().map(|arbiter| arbiter.did.as_str()).collect();
    let homes: Vec<&str> = row.arbiters.iter().map(|arbiter| arbiter.home.as_str()).collect();
    let answers: Vec<&str> = row.answers.iter().map(|answer| answer.name()).collect();
    let (proposal, proposed_by) = proposal(row);
    let values: [&(dyn crate::ToSql + Sync); 22] = [
        &row.id.hash().as_slice(),
        &row.contract.hash().as_slice(),
        &row.job.hash().as_slice(),
        &row.terms.hash().as_slice(),
        &row.milestone,
        &row.client.as_str(),
        &row.freelancer.as_str(),
        &row.client_home.as_str(),
        &row.freelancer_home.as_str(),
        &row.claimant.name(),
        &row.state.name(),
        &row.head.hash().as_slice(),
        &arbiters,
        &homes,
        &answers,
        &proposal,
        &proposed_by,
        &row.decided.hash().as_slice(),
        &row.reopened,
        &row.opened_at,
        &row.changed_at,
        &row.ended_at,
    ];
    tx.execute(INSERT, &values).await?;
    Ok(())
}

/// A dispute as it stands now.
pub async fn dispute(db: &impl Sql, id: &DocumentId) -> Result<Option<DisputeRow>, StoreError> {
    db.query_opt(FIND, &[&id.hash().as_slice()]).await?.as_ref().map(read).transpose()
}

/// A dispute, locked until the transaction ends.
pub async fn lock_dispute(tx: &Tx<'_>, id: &DocumentId) -> Result<Option<DisputeRow>, StoreError> {
    tx.query_opt(LOCK, &[&id.hash().as_slice()]).await?.as_ref().map(read).transpose()
}

/// The dispute over a contract that has not ended.
pub async fn live_dispute(db: &impl Sql, contract: &DocumentId) -> Result<Option<DisputeRow>, StoreError> {
    db.query_opt(LIVE, &[&contract.hash().as_slice()]).await?.as_ref().map(read).transpose()
}

/// The disputes over these contracts, by the hash of the contract, oldest first.
pub async fn of_contracts(
    db: &impl Sql,
    contracts: impl IntoIterator<Item = [u8; 32]>,
) -> Result<BTreeMap<[u8; 32], Vec<DisputeRow>>, StoreError> {
    let contracts: Vec<Vec<u8>> = contracts.into_iter().map(|hash| hash.to_vec()).collect();
    let mut of: BTreeMap<[u8; 32], Vec<DisputeRow>> = BTreeMap::new();
    for row in db.query(OF_CONTRACTS, &[&contracts]).await? {
        let row = read(&row)?;
        of.entry(*row.contract.hash()).or_default().push(row);
    }
    Ok(of)
}

/// The disputes of a person, on either side or as an arbiter who is or was asked, newest first, after the one that `after` names.
pub async fn disputes_of(
    db: &impl Sql,
    person: &Did,
    after: Option<(i64, [u8; 32])>,
    limit: i64,
) -> Result<Vec<DisputeRow>, StoreError> {
    let (at, hash) = (after.map(|(at, _)| at), after.map(|(_, hash)| hash.to_vec()));
    db.query(OF_PERSON, &[&person.as_str(), &at, &hash, &limit]).await?.iter().map(read).collect()
}

/// How many disputes a side of a contract has opened over it.
pub async fn count_claims(db: &impl Sql, contract: &DocumentId, claimant: Actor) -> Result<i64, StoreError> {
    let row = db.query_one(CLAIMS, &[&contract.hash().as_slice(), &claimant.name()]).await?;
    column(&row, TABLE, "claims")
}

/// Whether this dispute, or one over this contract, concerns a person.
pub async fn is_concerned(db: &impl Sql, id: &DocumentId, person: &Did) -> Result<bool, StoreError> {
    let row = db.query_one(CONCERNED, &[&id.hash().as_slice(), &person.as_str()]).await?;
    Ok(column::<i64>(&row, TABLE, "disputes")? > 0)
}

/// Writes everything of a dispute that can change.
pub async fn update_dispute(tx: &Tx<'_>, row: &DisputeRow) -> Result<(), StoreError> {
    let answers: Vec<&str> = row.answers.iter().map(|answer| answer.name()).collect();
    let (proposal, proposed_by) = proposal(row);
    let values: [&(dyn crate::ToSql + Sync); 10] = [
        &row.id.hash().as_slice(),
        &row.state.name(),
        &row.head.hash().as_slice(),
        &answers,
        &proposal,
        &proposed_by,
        &row.decided.hash().as_slice(),
        &row.reopened,
        &row.changed_at,
        &row.ended_at,
    ];
    tx.execute(UPDATE, &values).await?;
    Ok(())
}

/// Disputes that have stood in a state since `since` or longer, at most `limit`.
pub async fn timed_out(
    db: &impl Sql,
    state: State,
    since: i64,
    limit: i64,
) -> Result<Vec<DisputeRow>, StoreError> {
    db.query(TIMED_OUT, &[&state.name(), &since, &limit]).await?.iter().map(read).collect()
}

/// Lets the clocks of a contract run again, and those of one of its milestones or of all: they have stood for so many seconds.
pub async fn thaw(
    tx: &Tx<'_>,
    contract: &DocumentId,
    milestone: Option<i32>,
    seconds: i64,
    now: i64,
) -> Result<(), StoreError> {
    let contract = contract.hash().as_slice();
    tx.execute(THAW_CONTRACT, &[&contract, &seconds, &now]).await?;
    tx.execute(THAW_MILESTONES, &[&contract, &seconds, &now, &milestone]).await?;
    Ok(())
}

fn proposal(row: &DisputeRow) -> (Option<&[u8]>, Option<&'static str>) {
    let proposal = row.proposal.as_ref();
    proposal.map(|(step, by)| (step.hash().as_slice(), by.name())).unzip()
}

fn read(row: &Row) -> Result<DisputeRow, StoreError> {
    let own = id(row, TABLE, "id", Kind::Dispute)?;
    let decided = bytes32(row, TABLE, "decided")?;
    let step = |hash| if hash == *own.hash() { own } else { DocumentId::new(Kind::Step, hash) };
    let proposed_by: Option<Actor> = parsed_opt(row, TABLE, "proposed_by")?;
    let proposal = bytes32_opt(row, TABLE, "proposal")?.map(step).zip(proposed_by);
    let arbiters: Vec<String> = column(row, TABLE, "arbiters")?;
    let homes: Vec<String> = column(row, TABLE, "arbiter_homes")?;
    let answers: Vec<String> = column(row, TABLE, "answers")?;
    let asked = arbiters.iter().zip(&homes).map(|(did, home)| {
        let inconsistent = |_| StoreError::Inconsistent { table: TABLE, column: "arbiters" };
        Ok(Asked { did: did.parse().map_err(inconsistent)?, home: home.parse().map_err(inconsistent)? })
    });
    Ok(DisputeRow {
        id: own,
        contract: id(row, TABLE, "contract", Kind::Offer)?,
        job: id(row, TABLE, "job", Kind::Job)?,
        terms: id(row, TABLE, "terms", Kind::Terms)?,
        milestone: column(row, TABLE, "milestone")?,
        client: parsed(row, TABLE, "client")?,
        freelancer: parsed(row, TABLE, "freelancer")?,
        client_home: parsed(row, TABLE, "client_home")?,
        freelancer_home: parsed(row, TABLE, "freelancer_home")?,
        claimant: parsed(row, TABLE, "claimant")?,
        state: parsed(row, TABLE, "state")?,
        head: head(row, TABLE, &[own])?,
        arbiters: asked.collect::<Result<_, StoreError>>()?,
        answers: answers.iter().map(|answer| answer.parse()).collect::<Result<_, _>>()?,
        proposal,
        decided: step(decided),
        reopened: column(row, TABLE, "reopened")?,
        opened_at: column(row, TABLE, "opened_at")?,
        changed_at: column(row, TABLE, "changed_at")?,
        ended_at: column(row, TABLE, "ended_at")?,
    })
}
