//! What leads to an account beside its handle: the handles before, and a private address.

use hanse_document::Did;

use crate::rows::parsed;
use crate::{Row, Sql, StoreError, Tx, column};

use super::people::{AccountRow, read_account};

pub(super) const OWNER: &str = "SELECT did FROM former_handle WHERE handle = $1 AND until > $2";
pub(super) const KEEP_FORMER: &str = "INSERT INTO former_handle (handle, did, until) VALUES ($1, $2, $3) \
     ON CONFLICT (handle) DO UPDATE SET did = $2, until = $3";
pub(super) const FREE_FORMER: &str = "DELETE FROM former_handle WHERE handle = $1 AND did = $2";
pub(super) const COUNT_FORMER: &str =
    "SELECT count(*) AS kept FROM former_handle WHERE did = $1 AND until > $2";
pub(super) const REMOVE_OLD: &str = "DELETE FROM former_handle WHERE until < $1";
pub(super) const RENAME: &str = "UPDATE account SET handle = $2 WHERE did = $1";
pub(super) const NAMED: &str = "SELECT account.did, account.handle, password_hash, sealed_key, created_at \
     FROM account WHERE handle = $1 UNION ALL \
     SELECT account.did, account.handle, password_hash, sealed_key, created_at FROM former_handle \
     JOIN account USING (did) WHERE former_handle.handle = $1 AND until > $2 LIMIT 1";
pub(super) const PUT_EMAIL: &str = "INSERT INTO account_email (did, address, verified_at) VALUES ($1, $2, $3) \
     ON CONFLICT (did) DO UPDATE SET address = $2, verified_at = $3";
pub(super) const EMAIL: &str = "SELECT address, verified_at FROM account_email WHERE did = $1";
pub(super) const REMOVE_EMAIL: &str = "DELETE FROM account_email WHERE did = $1";
pub(super) const BY_EMAIL: &str = "SELECT account.did, handle, password_hash, sealed_key, created_at \
     FROM account_email JOIN account USING (did) WHERE lower(address) = lower($1) \
     ORDER BY account_email.verified_at LIMIT $2";

/// A person's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailRow {
    /// As they wrote it.
    pub address: String,
    /// When they had shown that it is theirs, Unix seconds.
    pub verified_at: i64,
}

/// The account that a handle leads to at this time: the one that has it, or had it not long ago.
pub async fn account_named(db: &impl Sql, handle: &str, now: i64) -> Result<Option<AccountRow>, StoreError> {
    db.query_opt(NAMED, &[&handle, &now]).await?.as_ref().map(read_account).transpose()
}

/// For whom a handle is kept that nobody has.
pub async fn former_owner(db: &impl Sql, handle: &str, now: i64) -> Result<Option<Did>, StoreError> {
    let row = db.query_opt(OWNER, &[&handle, &now]).await?;
    row.as_ref().map(|row| parsed(row, "former_handle", "did")).transpose()
}

/// Gives an account another handle.
///
/// # Errors
/// A unique violation if it is taken.
pub async fn rename(tx: &Tx<'_>, did: &Did, handle: &str) -> Result<(), StoreError> {
    tx.execute(RENAME, &[&did.as_str(), &handle]).await?;
    Ok(())
}

/// Keeps a handle that a person has given up, for them, until a time.
pub async fn keep_former(tx: &Tx<'_>, did: &Did, handle: &str, until: i64) -> Result<(), StoreError> {
    tx.execute(KEEP_FORMER, &[&handle, &did.as_str(), &until]).await?;
    Ok(())
}

/// A person has a former handle of theirs again.
pub async fn free_former(tx: &Tx<'_>, did: &Did, handle: &str) -> Result<(), StoreError> {
    tx.execute(FREE_FORMER, &[&handle, &did.as_str()]).await?;
    Ok(())
}

/// How many handles are kept for a person beside their own.
pub async fn count_former(db: &impl Sql, did: &Did, now: i64) -> Result<i64, StoreError> {
    column(&db.query_one(COUNT_FORMER, &[&did.as_str(), &now]).await?, "former_handle", "kept")
}

/// Lets go of handles that were kept until before `before`.
pub async fn remove_old_former(db: &impl Sql, before: i64) -> Result<u64, StoreError> {
    db.execute(REMOVE_OLD, &[&before]).await
}

/// Makes an address the person's; whoever else has it keeps it, too.
pub async fn put_email(tx: &Tx<'_>, did: &Did, address: &str, now: i64) -> Result<(), StoreError> {
    tx.execute(PUT_EMAIL, &[&did.as_str(), &address, &now]).await?;
    Ok(())
}

/// The address of a person.
pub async fn email(db: &impl Sql, did: &Did) -> Result<Option<EmailRow>, StoreError> {
    let row = db.query_opt(EMAIL, &[&did.as_str()]).await?;
    let read = |row: &Row| {
        Ok(EmailRow {
            address: column(row, "account_email", "address")?,
            verified_at: column(row, "account_email", "verified_at")?,
        })
    };
    row.as_ref().map(read).transpose()
}

/// Forgets the address of a person.
pub async fn remove_email(tx: &Tx<'_>, did: &Did) -> Result<(), StoreError> {
    tx.execute(REMOVE_EMAIL, &[&did.as_str()]).await?;
    Ok(())
}

/// The accounts of an address, those first that have had it longest.
pub async fn accounts_by_email(
    db: &impl Sql,
    address: &str,
    most: i64,
) -> Result<Vec<AccountRow>, StoreError> {
    db.query(BY_EMAIL, &[&address, &most]).await?.iter().map(read_account).collect()
}
