//! People who rule in disputes, and what came of it as far as this node knows.

use std::collections::BTreeMap;

use hanse_document::{Did, DocumentId, Kind, NodeName, PublicKey};

use crate::rows::{bytes32, id, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const PUT: &str = "INSERT INTO arbiter (did, document, home, key, takes, changed_at) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (did) DO UPDATE SET document = excluded.document, home = excluded.home, key = excluded.key, takes = excluded.takes, \
     changed_at = excluded.changed_at";
pub(super) const FIND: &str =
    "SELECT did, document, home, key, takes, changed_at FROM arbiter WHERE did = $1";
pub(super) const LISTED: &str = "SELECT did, document, home, key, takes, changed_at FROM arbiter \
     WHERE takes AND ($1::bigint IS NULL OR (changed_at, document) < ($1, $2::bytea)) ORDER BY changed_at DESC, document DESC LIMIT $3";
// Of an arbiter who was asked: the place of the answer is that of the name.
pub(super) const RECORDS: &str = "SELECT asked.did, count(*) FILTER (WHERE asked.answer IN ('ruled', 'appealed')) AS rulings, \
     count(*) FILTER (WHERE asked.answer = 'appealed') AS appeals, count(*) FILTER (WHERE asked.answer = 'silent') AS silent \
     FROM dispute CROSS JOIN LATERAL unnest(dispute.arbiters, dispute.answers) AS asked (did, answer) \
     WHERE dispute.arbiters && $1::text[] AND asked.did = ANY ($1) GROUP BY asked.did";

const TABLE: &str = "arbiter";

/// A person who rules in disputes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArbiterRow {
    /// Who.
    pub did: Did,
    /// What they say of themselves, newest.
    pub document: DocumentId,
    /// Where they are at home.
    pub home: NodeName,
    /// The key that signs what they rule.
    pub key: PublicKey,
    /// Whether they can be named in new contracts.
    pub takes: bool,
    /// When they last said so, Unix seconds.
    pub changed_at: i64,
}

/// What came of asking somebody, as far as this node knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArbiterRecord {
    /// Rulings given.
    pub rulings: i64,
    /// Of these, those that a side has appealed.
    pub appeals: i64,
    /// Disputes in which they were asked and silent.
    pub silent: i64,
}

/// Puts what somebody says of themselves in the place of what they said before.
pub async fn put_arbiter(tx: &Tx<'_>, row: &ArbiterRow) -> Result<(), StoreError> {
    let values: [&(dyn crate::ToSql + Sync); 6] = [
        &row.did.as_str(),
        &row.document.hash().as_slice(),
        &row.home.as_str(),
        &row.key.as_bytes().as_slice(),
        &row.takes,
        &row.changed_at,
    ];
    tx.execute(PUT, &values).await?;
    Ok(())
}

/// What somebody says of themselves as an arbiter, also once they take no cases any more.
pub async fn arbiter(db: &impl Sql, did: &Did) -> Result<Option<ArbiterRow>, StoreError> {
    db.query_opt(FIND, &[&did.as_str()]).await?.as_ref().map(read).transpose()
}

/// Whoever takes cases, newest first, after the one that `after` names by time and hash of the document.
pub async fn arbiters(
    db: &impl Sql,
    after: Option<(i64, [u8; 32])>,
    limit: i64,
) -> Result<Vec<ArbiterRow>, StoreError> {
    let (at, hash) = (after.map(|(at, _)| at), after.map(|(_, hash)| hash.to_vec()));
    db.query(LISTED, &[&at, &hash, &limit]).await?.iter().map(read).collect()
}

/// What came of asking these people; who was never asked is not among them.
pub async fn records(db: &impl Sql, people: &[&str]) -> Result<BTreeMap<String, ArbiterRecord>, StoreError> {
    let record = |row: &Row| {
        Ok(ArbiterRecord {
            rulings: column(row, TABLE, "rulings")?,
            appeals: column(row, TABLE, "appeals")?,
            silent: column(row, TABLE, "silent")?,
        })
    };
    let rows = db.query(RECORDS, &[&people]).await?;
    rows.iter().map(|row| Ok((column(row, TABLE, "did")?, record(row)?))).collect()
}

fn read(row: &Row) -> Result<ArbiterRow, StoreError> {
    let key = PublicKey::from_bytes(&bytes32(row, TABLE, "key")?);
    Ok(ArbiterRow {
        did: parsed(row, TABLE, "did")?,
        document: id(row, TABLE, "document", Kind::Arbiter)?,
        home: parsed(row, TABLE, "home")?,
        key: key.map_err(|_| StoreError::Inconsistent { table: TABLE, column: "key" })?,
        takes: column(row, TABLE, "takes")?,
        changed_at: column(row, TABLE, "changed_at")?,
    })
}
