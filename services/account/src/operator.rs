//! What an operator does about one account, beside the running node.

use hanse_base::error::{Refusal, UseError};
use hanse_base::keys::Keys;
use hanse_document::Timestamp;
use hanse_store::accounts::{self, AccountRow, Purpose};
use hanse_store::{Sql, Store};

use crate::DAY_SECONDS;
use crate::codes::{self, Made};

/// Makes a code that sets a new password within 24 hours; an earlier one is void. Whoever gets it can take the account over: the
/// operator has made sure who that is.
///
/// # Errors
/// `NotFound`.
pub async fn reset(store: &Store, keys: &Keys, handle: &str, now: Timestamp) -> Result<String, UseError> {
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    let account = named(&tx, handle, now).await?;
    accounts::lock_identity(&tx, &account.did).await?;
    accounts::remove_codes(&tx, &account.did, &[Purpose::Operator]).await?;
    let until = Some(now.unix() + DAY_SECONDS);
    let made = Made { purpose: Purpose::Operator, address: None, now: now.unix(), until };
    let code = codes::make(&tx, keys, &account.did, made).await?;
    tx.commit().await?;
    Ok(code)
}

/// Ends every login of an account; says how many there were. Streams that are open end within a heartbeat.
///
/// # Errors
/// `NotFound`.
pub async fn end_logins(store: &Store, handle: &str, now: Timestamp) -> Result<usize, UseError> {
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    let account = named(&tx, handle, now).await?;
    let ended = accounts::revoke_other_sessions(&tx, &account.did, None, now.unix()).await?;
    tx.commit().await?;
    Ok(ended.len())
}

async fn named(db: &impl Sql, handle: &str, now: Timestamp) -> Result<AccountRow, UseError> {
    let account = accounts::account_named(db, handle, now.unix()).await?;
    Ok(account.ok_or(Refusal::NotFound("account"))?)
}
