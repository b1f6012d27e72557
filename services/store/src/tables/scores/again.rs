//! Private answers to "again?", which nobody but their author is ever shown.

use hanse_document::{Did, DocumentId, Kind};

use crate::rows::{id, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const PUT: &str = "INSERT INTO again (contract, author, about, again, at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (contract, author) DO UPDATE SET again = EXCLUDED.again, at = EXCLUDED.at";
pub(super) const FIND: &str =
    "SELECT contract, author, about, again, at FROM again WHERE contract = $1 AND author = $2";
pub(super) const REMOVE: &str = "DELETE FROM again WHERE contract = $1 AND author = $2";
pub(super) const BY: &str = "SELECT contract, author, about, again, at FROM again WHERE author = $1 \
     ORDER BY at DESC, contract LIMIT $2";

const TABLE: &str = "again";

/// A private answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgainRow {
    /// The contract.
    pub contract: DocumentId,
    /// Who answers.
    pub author: Did,
    /// Who is meant: the other side.
    pub about: Did,
    /// Whether the author would work with them again.
    pub again: bool,
    /// When it was given, Unix seconds.
    pub at: i64,
}

/// Keeps a private answer; a newer one takes the place of an older.
///
/// # Errors
/// A foreign key violation if the contract, the account or the other side is not known here.
pub async fn put_again(tx: &Tx<'_>, answer: &AgainRow) -> Result<(), StoreError> {
    let AgainRow { contract, author, about, again, at } = answer;
    let contract = contract.hash().as_slice();
    tx.execute(PUT, &[&contract, &author.as_str(), &about.as_str(), again, at]).await?;
    Ok(())
}

/// The private answer of a person about a contract.
///
/// # Errors
/// Those of every statement.
pub async fn again(
    db: &impl Sql,
    contract: &DocumentId,
    author: &Did,
) -> Result<Option<AgainRow>, StoreError> {
    let row = db.query_opt(FIND, &[&contract.hash().as_slice(), &author.as_str()]).await?;
    row.as_ref().map(read).transpose()
}

/// Takes a private answer back. `false` if there is none.
///
/// # Errors
/// Those of every statement.
pub async fn remove_again(tx: &Tx<'_>, contract: &DocumentId, author: &Did) -> Result<bool, StoreError> {
    Ok(tx.execute(REMOVE, &[&contract.hash().as_slice(), &author.as_str()]).await? == 1)
}

/// At most `limit` private answers of a person, the newest first.
///
/// # Errors
/// Those of every statement.
pub async fn again_by(db: &impl Sql, author: &Did, limit: i64) -> Result<Vec<AgainRow>, StoreError> {
    db.query(BY, &[&author.as_str(), &limit]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<AgainRow, StoreError> {
    Ok(AgainRow {
        contract: id(row, TABLE, "contract", Kind::Offer)?,
        author: parsed(row, TABLE, "author")?,
        about: parsed(row, TABLE, "about")?,
        again: column(row, TABLE, "again")?,
        at: column(row, TABLE, "at")?,
    })
}
