//! Handles: their form, whose they are, and another one for an account.

use hanse_api::requests::AccountRequest;
use hanse_api::views::AccountView;
use hanse_base::error::{AccountRefusal, Refusal, UseError};
use hanse_base::present;
use hanse_document::Did;
use hanse_store::{StoreError, accounts};

use crate::{Accounts, DAY_SECONDS};

/// A handle fits a line of a list; three characters keep it from being a guess.
const HANDLE_CHARS: std::ops::RangeInclusive<usize> = 3..=32;
/// How long a former handle is kept for whoever had it, and leads to them: a quarter, in which most of those who know it come by.
const FORMER_SECONDS: i64 = 90 * DAY_SECONDS;
/// Former handles that are kept for one person: nobody takes names away from others by changing theirs.
const FORMER_MAX: i64 = 3;
/// Names of the node, of whoever runs it, and of nobody. Who has one already keeps it.
const RESERVED: [&str; 20] = [
    "abuse",
    "account",
    "admin",
    "administrator",
    "anonymous",
    "hanse",
    "help",
    "hostmaster",
    "moderator",
    "node",
    "nobody",
    "null",
    "operator",
    "postmaster",
    "root",
    "security",
    "self",
    "support",
    "system",
    "webmaster",
];

/// Whether a handle has the form of one.
#[must_use]
pub fn is_handle(handle: &str) -> bool {
    check_form(handle).is_ok()
}

/// Refuses what no account can be called.
pub(crate) fn check(handle: &str) -> Result<(), Refusal> {
    check_form(handle)?;
    check_free(handle)
}

impl Accounts {
    /// Gives an account another handle. The one before stays the person's for 90 days: it leads to them, and nobody else can take it.
    ///
    /// # Errors
    /// `BadField`, `HandleTaken`, `TooManyHandles`, `NotFound`.
    pub async fn rename(&self, did: &Did, request: &AccountRequest) -> Result<AccountView, UseError> {
        let (handle, now) = (request.handle.as_str(), self.now().unix());
        check(handle)?;
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        // Of two requests at once the second counts the handle of the first.
        accounts::lock_identity(&tx, did).await?;
        let mut account = accounts::account(&tx, did).await?.ok_or(Refusal::NotFound("account"))?;
        if account.handle != handle {
            accounts::rename(&tx, did, handle).await.map_err(taken)?;
            // After the new name stands: who gave it up meanwhile is seen.
            if accounts::former_owner(&tx, handle, now).await?.is_some_and(|owner| owner != *did) {
                return Err(Refusal::HandleTaken.into());
            }
            accounts::free_former(&tx, did, handle).await?;
            if accounts::count_former(&tx, did, now).await? >= FORMER_MAX {
                return Err(AccountRefusal::TooManyHandles(FORMER_MAX).into());
            }
            accounts::keep_former(&tx, did, &account.handle, now + FORMER_SECONDS).await?;
            handle.clone_into(&mut account.handle);
            tx.commit().await?;
        }
        Ok(present::account(&self.logbook.base().config().name, &account))
    }
}

/// A unique violation where a handle was set: it is somebody's.
pub(crate) fn taken(error: StoreError) -> UseError {
    if error.is_unique_violation() { Refusal::HandleTaken.into() } else { error.into() }
}

fn check_form(handle: &str) -> Result<(), Refusal> {
    let letter = |byte: &u8| byte.is_ascii_lowercase();
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let bytes = handle.as_bytes();
    let formed = HANDLE_CHARS.contains(&bytes.len())
        && bytes.first().is_some_and(letter)
        && bytes.last() != Some(&b'-')
        && bytes.iter().copied().all(inner);
    if formed {
        return Ok(());
    }
    let reason = "must be 3 to 32 of a-z, 0-9 and inner hyphens, and begin with a letter";
    Err(Refusal::BadField { field: "handle", reason })
}

/// Refuses what people would take for the node, its operator or nobody.
fn check_free(handle: &str) -> Result<(), Refusal> {
    if RESERVED.contains(&handle) {
        return Err(Refusal::BadField { field: "handle", reason: "is kept for the node and its operator" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_have_one_form() {
        for handle in ["ada", "ada-2", "a1b", &"a".repeat(32)] {
            assert_eq!(check(handle), Ok(()), "{handle}");
        }
        for handle in RESERVED {
            assert!(check_form(handle).is_ok() && check(handle).is_err(), "{handle}");
        }
        for handle in ["", "ad", "Ada", "2da", "-ada", "ada-", "ada lovelace", "adä", &"a".repeat(33)] {
            assert!(check(handle).is_err(), "{handle}");
        }
    }
}
