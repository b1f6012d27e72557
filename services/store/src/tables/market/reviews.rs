//! Reviews, found by their commit leaf: sealed, then open, then perhaps answered.

use std::collections::BTreeMap;

use hanse_document::{Commitment, Did, DocumentId, Kind};
use hanse_ledger::LeafId;
use hanse_lifecycle::State;

use crate::rows::{bytes32, bytes32_opt, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

const INSERT: &str = "INSERT INTO review (commit_leaf, contract, author, subject, commitment, engagement, \
     open_leaf, document, text, state, committed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
     ON CONFLICT (commit_leaf) DO NOTHING";
const FIND: &str = "SELECT commit_leaf, contract, author, subject, commitment, engagement, open_leaf, document, \
     text, state, reply, committed_at, published_at FROM review WHERE commit_leaf = $1";
const FIND_ALL: &str = "SELECT commit_leaf, contract, author, subject, commitment, engagement, open_leaf, document, \
     text, state, reply, committed_at, published_at FROM review WHERE commit_leaf = ANY($1)";
const OF_CONTRACT: &str = "SELECT commit_leaf, contract, author, subject, commitment, engagement, open_leaf, \
     document, text, state, reply, committed_at, published_at FROM review WHERE contract = $1 \
     ORDER BY committed_at, commit_leaf";
const SEALED: &str = "SELECT review.commit_leaf, contract, author, subject, commitment, engagement, open_leaf, \
     document, text, review.state, reply, committed_at, published_at FROM review \
     JOIN contract ON contract.id = review.contract WHERE review.state = 'committed' \
     AND open_leaf IS NOT NULL AND contract.closed_at <= $1 ORDER BY contract.closed_at LIMIT $2";
const UPDATE: &str = "UPDATE review SET author = $2, document = $3, text = $4, state = $5, reply = $6, \
     published_at = $7 WHERE commit_leaf = $1";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[INSERT, FIND, FIND_ALL, OF_CONTRACT, SEALED, UPDATE];

const TABLE: &str = "review";

/// A review as far as this node knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewRow {
    /// Its commit leaf.
    pub commit_leaf: LeafId,
    /// The contract, where this node is a home of it.
    pub contract: Option<DocumentId>,
    /// Who wrote it; known to the author's home at once, to others from the open on.
    pub author: Option<Did>,
    /// Subject key of the rated person.
    pub subject: [u8; 32],
    /// Of the review document.
    pub commitment: Commitment,
    /// The rated person's engagement leaf.
    pub engagement: LeafId,
    /// The signed open leaf, waiting for the other side; at the author's home only.
    pub open_leaf: Option<Vec<u8>>,
    /// The review document, once it is here.
    pub document: Option<DocumentId>,
    /// Its text document, once it is here.
    pub text: Option<DocumentId>,
    /// Where it stands.
    pub state: State,
    /// The reply document.
    pub reply: Option<DocumentId>,
    /// When this node learned of it, Unix seconds.
    pub committed_at: i64,
    /// When it opened.
    pub published_at: Option<i64>,
}

/// Adds a review. `false` if it is here already; then nothing changes.
pub async fn insert(tx: &Tx<'_>, review: &ReviewRow) -> Result<bool, StoreError> {
    let hash = |id: Option<DocumentId>| id.map(|id| id.hash().to_vec());
    let (contract, document, text) = (hash(review.contract), hash(review.document), hash(review.text));
    let author = review.author.as_ref().map(Did::as_str);
    let values: [&(dyn crate::ToSql + Sync); 11] = [
        &review.commit_leaf.as_bytes().as_slice(),
        &contract,
        &author,
        &review.subject.as_slice(),
        &review.commitment.as_bytes().as_slice(),
        &review.engagement.as_bytes().as_slice(),
        &review.open_leaf,
        &document,
        &text,
        &review.state.name(),
        &review.committed_at,
    ];
    Ok(tx.execute(INSERT, &values).await? == 1)
}

/// A review by its commit leaf.
pub async fn find(db: &impl Sql, commit_leaf: &LeafId) -> Result<Option<ReviewRow>, StoreError> {
    db.query_opt(FIND, &[&commit_leaf.as_bytes().as_slice()]).await?.as_ref().map(read).transpose()
}

/// Reviews by their commit leaves; those that are here.
pub async fn find_all(
    db: &impl Sql,
    commit_leaves: &[LeafId],
) -> Result<BTreeMap<LeafId, ReviewRow>, StoreError> {
    let leaves: Vec<&[u8]> = commit_leaves.iter().map(|leaf| leaf.as_bytes().as_slice()).collect();
    let rows = db.query(FIND_ALL, &[&leaves]).await?;
    rows.iter().map(|row| read(row).map(|row| (row.commit_leaf, row))).collect()
}

/// The reviews of a contract.
pub async fn of_contract(db: &impl Sql, contract: &DocumentId) -> Result<Vec<ReviewRow>, StoreError> {
    db.query(OF_CONTRACT, &[&contract.hash().as_slice()]).await?.iter().map(read).collect()
}

/// Reviews that wait here, sealed, although their contract closed at `closed_before` or earlier.
pub async fn sealed(db: &impl Sql, closed_before: i64, limit: i64) -> Result<Vec<ReviewRow>, StoreError> {
    db.query(SEALED, &[&closed_before, &limit]).await?.iter().map(read).collect()
}

/// Writes everything of a review that can change.
pub async fn update(tx: &Tx<'_>, review: &ReviewRow) -> Result<(), StoreError> {
    let hash = |id: Option<DocumentId>| id.map(|id| id.hash().to_vec());
    let (document, text, reply) = (hash(review.document), hash(review.text), hash(review.reply));
    let author = review.author.as_ref().map(Did::as_str);
    let values: [&(dyn crate::ToSql + Sync); 7] = [
        &review.commit_leaf.as_bytes().as_slice(),
        &author,
        &document,
        &text,
        &review.state.name(),
        &reply,
        &review.published_at,
    ];
    tx.execute(UPDATE, &values).await?;
    Ok(())
}

fn read(row: &Row) -> Result<ReviewRow, StoreError> {
    let id = |name, kind| {
        Ok::<_, StoreError>(bytes32_opt(row, TABLE, name)?.map(|hash| DocumentId::new(kind, hash)))
    };
    let author: Option<&str> = column(row, TABLE, "author")?;
    let author = author.map(|text| {
        Did::parse(text).map_err(|_| StoreError::Inconsistent { table: TABLE, column: "author" })
    });
    Ok(ReviewRow {
        commit_leaf: LeafId::from_bytes(bytes32(row, TABLE, "commit_leaf")?),
        contract: id("contract", Kind::Offer)?,
        author: author.transpose()?,
        subject: bytes32(row, TABLE, "subject")?,
        commitment: Commitment::from_bytes(bytes32(row, TABLE, "commitment")?),
        engagement: LeafId::from_bytes(bytes32(row, TABLE, "engagement")?),
        open_leaf: column(row, TABLE, "open_leaf")?,
        document: id("document", Kind::Review)?,
        text: id("text", Kind::Text)?,
        state: parsed(row, TABLE, "state")?,
        reply: id("reply", Kind::Reply)?,
        committed_at: column(row, TABLE, "committed_at")?,
        published_at: column(row, TABLE, "published_at")?,
    })
}
