//! Accounts with a hosted key.

mod password;
mod refresh;
mod sessions;
mod weak;

use hanse_api::requests::Register;
use hanse_api::views::AccountView;
use hanse_base::error::{Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::stored::unsound;
use hanse_base::{keys, present};
use hanse_document::kind::{Custody, Identity};
use hanse_document::{Body, Did, Draft, List};
use hanse_ledger::{Statement, SubjectKey};
use hanse_store::accounts::{self, AccountRow, IdentityRow};
use hanse_store::documents;

use crate::Engine;

pub(crate) use password::Passwords;

/// A handle fits a line of a list; three characters keep it from being a guess.
const HANDLE_CHARS: std::ops::RangeInclusive<usize> = 3..=32;
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
    check_handle(handle).is_ok()
}

/// A registration with which an account can be opened; [`checked`] alone makes one. Judging a password is work of
/// milliseconds, and done once.
#[derive(Debug)]
pub struct Registration(Register);

/// Refuses what no account can be opened with, before anything is looked up or counted.
///
/// # Errors
/// `BadField`, `WeakPassword`.
pub fn checked(request: Register) -> Result<Registration, Refusal> {
    check_handle(&request.handle)?;
    check_free(&request.handle)?;
    password::check(&request.password, &request.handle)?;
    Ok(Registration(request))
}

impl Engine {
    /// Checks a registration and opens the account.
    ///
    /// # Errors
    /// `BadField`, `WeakPassword`, and those of [`Engine::open_account`].
    pub async fn register(&self, request: Register) -> Result<AccountView, UseError> {
        self.open_account(checked(request)?).await
    }

    /// Opens an account: makes the key and the genesis, and queues the identity leaf.
    ///
    /// # Errors
    /// `HandleTaken`, `Busy`.
    pub async fn open_account(&self, registration: Registration) -> Result<AccountView, UseError> {
        let Registration(request) = registration;
        if accounts::account_by_handle(&self.store().connection().await?, &request.handle).await?.is_some() {
            return Err(Refusal::HandleTaken.into());
        }
        let password_hash = self.passwords().hash(request.password).await?;
        let key = keys::new_key()?;
        let did = Did::of(&key.public());
        let now = self.now();
        let name = self.config().name.clone();
        let body = Identity {
            custody: Custody::Node(name.clone()),
            home: name.clone(),
            recovery: List::default(),
            seq: 0,
        };
        let genesis = Draft {
            issuer: did.clone(),
            body: Body::Identity(body),
            salt: keys::random()?,
            from: now,
            until: None,
            custody: Some(name.clone()),
        }
        .sign(&key)?;
        let statement = Statement::Identity { commitment: genesis.commitment(), seq: 0 };
        let leaf = statement.draft(now.day(), &[SubjectKey::of(&did)]).sign(&[&key]).map_err(unsound)?;
        let identity = IdentityRow {
            did: did.clone(),
            genesis: genesis.id(),
            home: name.clone(),
            custody: Custody::Node(name.clone()),
            logged_index: None,
        };
        let account = AccountRow {
            sealed_key: self.keys().seal_hosted(&did, &key)?,
            did,
            handle: request.handle,
            password_hash,
            created_at: now.unix(),
        };
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        hanse_logbook::refuse_halted(&tx, self.log_keys().own(LogKind::Reputation)).await?;
        documents::insert(&tx, &genesis, true, now.unix()).await?;
        accounts::insert_identity(&tx, &identity).await?;
        accounts::insert_account(&tx, &account).await.map_err(taken)?;
        hanse_logbook::enqueue(&tx, &self.log_keys().own(LogKind::Reputation).origin, &leaf).await?;
        tx.commit().await?;
        self.signals().committed();
        Ok(present::account(&self.config().name, &account))
    }

    /// The account of a person whose home is here.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn person(&self, did: &Did) -> Result<AccountView, UseError> {
        let account = accounts::account(&self.store().connection().await?, did).await?;
        Ok(present::account(&self.config().name, &account.ok_or(Refusal::NotFound("account"))?))
    }
}

fn taken(error: hanse_store::StoreError) -> UseError {
    // The only other unique column is the fresh key.
    if error.is_unique_violation() { Refusal::HandleTaken.into() } else { error.into() }
}

fn check_handle(handle: &str) -> Result<(), Refusal> {
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
            assert_eq!(check_handle(handle), Ok(()), "{handle}");
        }
        for handle in RESERVED {
            assert!(check_handle(handle).is_ok() && check_free(handle).is_err(), "{handle}");
        }
        assert_eq!(check_free("ada"), Ok(()));
        for handle in ["", "ad", "Ada", "2da", "-ada", "ada-", "ada lovelace", "adä", &"a".repeat(33)] {
            assert!(check_handle(handle).is_err(), "{handle}");
        }
    }
}
