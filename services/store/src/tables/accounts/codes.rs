//! Codes that are good once: to recover an account, and to show that an address is one's own.

use hanse_document::Did;

use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const INSERT: &str = "INSERT INTO account_code (hash, did, purpose, address, made_at, until) \
     VALUES ($1, $2, $3, $4, $5, $6)";
pub(super) const TAKE: &str = "DELETE FROM account_code WHERE hash = $1 AND did = $2 AND purpose = ANY ($3) \
     AND (until IS NULL OR until > $4) RETURNING purpose, address";
pub(super) const REMOVE: &str = "DELETE FROM account_code WHERE did = $1 AND purpose = ANY ($2)";
pub(super) const COUNT: &str =
    "SELECT count(*) AS made FROM account_code WHERE did = $1 AND purpose = ANY ($2) AND made_at > $3";
pub(super) const REMOVE_OLD: &str = "DELETE FROM account_code WHERE until < $1";

const TABLE: &str = "account_code";

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Sets a new password; its person keeps it for that day.
    Recovery,
    /// Sets a new password; the operator has made it.
    Operator,
    /// Sets a new password; it was sent to the person's address.
    Mailed,
    /// Shows that who has it reads what is sent to an address.
    Address,
}

impl Purpose {
    /// Those that set a new password.
    pub const RESETS: &'static [Self] = &[Self::Recovery, Self::Operator, Self::Mailed];

    fn name(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Operator => "operator",
            Self::Mailed => "mailed",
            Self::Address => "address",
        }
    }
}

/// A code, as it is kept.
#[derive(Clone, Copy, Debug)]
pub struct NewCode<'a> {
    /// The keyed hash of the code.
    pub hash: &'a [u8; 32],
    /// What it is for.
    pub purpose: Purpose,
    /// The address that it was sent to, where it is there to show that.
    pub address: Option<&'a str>,
    /// When it was made, Unix seconds.
    pub made_at: i64,
    /// When its time is over; without one, it has none.
    pub until: Option<i64>,
}

/// Keeps a code of a person.
pub async fn insert_code(tx: &Tx<'_>, did: &Did, code: NewCode<'_>) -> Result<(), StoreError> {
    let NewCode { hash, purpose, address, made_at, until } = code;
    tx.execute(INSERT, &[&hash.as_slice(), &did.as_str(), &purpose.name(), &address, &made_at, &until])
        .await?;
    Ok(())
}

/// Uses a code up, if it is this person's, one of these, and its time is not over; then also the address that it was sent to.
pub async fn take_code(
    tx: &Tx<'_>,
    did: &str,
    hash: &[u8; 32],
    purposes: &[Purpose],
    now: i64,
) -> Result<Option<Option<String>>, StoreError> {
    let row = tx.query_opt(TAKE, &[&hash.as_slice(), &did, &names(purposes), &now]).await?;
    row.as_ref().map(|row: &Row| column(row, TABLE, "address")).transpose()
}

/// Forgets the codes of a person that are for one of these.
pub async fn remove_codes(tx: &Tx<'_>, did: &Did, purposes: &[Purpose]) -> Result<u64, StoreError> {
    tx.execute(REMOVE, &[&did.as_str(), &names(purposes)]).await
}

/// How many codes of a person for one of these were made after a time and are not used.
pub async fn count_codes(
    db: &impl Sql,
    did: &Did,
    purposes: &[Purpose],
    since: i64,
) -> Result<i64, StoreError> {
    column(&db.query_one(COUNT, &[&did.as_str(), &names(purposes), &since]).await?, TABLE, "made")
}

/// Forgets codes whose time was over before `before`.
pub async fn remove_old_codes(db: &impl Sql, before: i64) -> Result<u64, StoreError> {
    db.execute(REMOVE_OLD, &[&before]).await
}

fn names(purposes: &[Purpose]) -> Vec<&'static str> {
    purposes.iter().map(|purpose| purpose.name()).collect()
}
