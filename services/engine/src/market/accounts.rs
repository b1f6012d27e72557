//! Accounts with a hosted key: registration, login, refresh, logout.
//!
//! A refresh token is the session's id and a secret of 32 bytes, of which the database knows the hash. Each is good once, and for some
//! seconds more it gives the same successor again. A later use means that two parties hold it, and ends the session for both. The
//! second half of a secret says that this node made it, so that nobody ends a session with bytes of their own.

mod password;
mod refresh;
mod weak;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hanse_api::requests::Register;
use hanse_api::views::{AccountView, Session};
use hanse_base::error::{Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::stored::unsound;
use hanse_base::{keys, present};
use hanse_document::kind::{Custody, Identity};
use hanse_document::{Body, Did, Draft, List};
use hanse_ledger::{Statement, SubjectKey};
use hanse_store::accounts::{self, AccountRow, IdentityRow, SessionRow};
use hanse_store::{Tx, documents};
use sha2::{Digest as _, Sha256};

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
/// A session that nobody refreshes ends: a month without a visit.
const SESSION_SECONDS: i64 = 30 * 86_400;
/// How long a refresh token that was used gives the same answer once more: two tabs wake at once, and an answer that was lost is asked
/// for again. Whoever has stolen one gains nothing: the successor is one, too, and good once.
const GRACE_SECONDS: i64 = 30;
/// Live sessions of a person: more than anybody has devices. The oldest ends, so that a login never fails over it.
const SESSIONS_MAX: i64 = 100;
/// A UUID, a dot and 43 characters of base64url, with room; longer texts are not worth hashing.
const REFRESH_CHARS_MAX: usize = 128;

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
            custody: name.to_string(),
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

    /// The account of a person at home here.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn person(&self, did: &Did) -> Result<AccountView, UseError> {
        let account = accounts::account(&self.store().connection().await?, did).await?;
        Ok(present::account(&self.config().name, &account.ok_or(Refusal::NotFound("account"))?))
    }

    /// Begins a session. An unknown handle costs the same time as a wrong password.
    ///
    /// # Errors
    /// `BadCredentials`, `Busy`.
    pub async fn login(&self, handle: &str, password: &str, scopes: &str) -> Result<Session, UseError> {
        // What is no handle has no account, and is not worth asking the database for.
        let account = match check_handle(handle) {
            Ok(()) => accounts::account_by_handle(&self.store().connection().await?, handle).await?,
            Err(_) => None,
        };
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let right = self.passwords().verify(password.to_owned(), hash).await?;
        let (Some(account), true) = (account, right) else { return Err(Refusal::BadCredentials.into()) };
        let now = self.now().unix();
        let expires_at = now + SESSION_SECONDS;
        let secret = refresh::first(self.keys(), &account.did)?;
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        let (hash, times) = (hash_of(&secret), (now, expires_at));
        accounts::trim_sessions(&tx, &account.did, SESSIONS_MAX - 1).await?;
        let id = accounts::insert_session(&tx, &account.did, &hash, scopes, times).await?;
        tx.commit().await?;
        Ok(present::session(&account, id.clone(), token(&id, &secret), scopes, expires_at))
    }

    /// Takes a refresh token and gives the next one; the same one again to who asks again within 30 seconds.
    ///
    /// # Errors
    /// `SessionEnded`, also for a token that was used before: then the session ends.
    pub async fn refresh(&self, refresh: &str) -> Result<Session, UseError> {
        let (id, secret) = read_token(refresh).ok_or(Refusal::SessionEnded)?;
        let now = self.now().unix();
        let given = hash_of(&secret);
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        let session = accounts::lock_session(&tx, id).await?.filter(|session| is_live(session, now));
        let session = session.ok_or(Refusal::SessionEnded)?;
        let next = refresh::next(self.keys(), &session, &secret);
        let replaced = session.refresh_hash == hash_of(&next);
        let expires_at = if session.refresh_hash == given {
            accounts::rotate_session(&tx, id, (&given, &hash_of(&next)), now + SESSION_SECONDS, now).await?;
            now + SESSION_SECONDS
        } else if replaced && session.rotated_at.is_some_and(|at| now < at.saturating_add(GRACE_SECONDS)) {
            session.expires_at
        } else {
            if replaced || refresh::is_ours(self.keys(), &session.did, &secret) {
                accounts::revoke_session(&tx, id, now).await?;
                tx.commit().await?;
                self.events().session_ended(id);
                tracing::warn!(did = %session.did, session = id, "an old refresh token came again; the session ends");
            }
            return Err(Refusal::SessionEnded.into());
        };
        let account = accounts::account(&tx, &session.did).await?.ok_or(Refusal::SessionEnded)?;
        tx.commit().await?;
        Ok(present::session(&account, id.to_owned(), token(id, &next), &session.scopes, expires_at))
    }

    /// Ends a session. One that has ended, or never was, has ended.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn logout(&self, session: &str) -> Result<(), UseError> {
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        if accounts::session(&tx, session).await?.is_some() {
            revoke(&tx, session, self.now().unix()).await?;
            tx.commit().await?;
            self.events().session_ended(session);
        }
        Ok(())
    }

    /// Whether a session is neither ended nor expired.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn session_live(&self, session: &str) -> Result<bool, UseError> {
        let connection = self.store().connection().await?;
        Ok(accounts::session_lives(&connection, session, self.now().unix()).await?)
    }
}

async fn revoke(tx: &Tx<'_>, session: &str, now: i64) -> Result<(), UseError> {
    Ok(accounts::revoke_session(tx, session, now).await?)
}

fn is_live(session: &SessionRow, now: i64) -> bool {
    session.revoked_at.is_none() && session.expires_at > now
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

fn hash_of(secret: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

fn token(id: &str, secret: &[u8; 32]) -> String {
    format!("{id}.{}", URL_SAFE_NO_PAD.encode(secret))
}

fn read_token(token: &str) -> Option<(&str, [u8; 32])> {
    let (id, secret) = token.split_once('.').filter(|_| token.len() <= REFRESH_CHARS_MAX)?;
    Some((id, URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?))
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

    #[test]
    fn a_refresh_token_reads_back_and_nothing_else_does() {
        let token = token("0198-id", &[7; 32]);
        assert_eq!(read_token(&token), Some(("0198-id", [7; 32])));
        for wrong in ["", ".", "id.", "id.AAAA", &format!("{token}A"), &"a".repeat(500)] {
            assert_eq!(read_token(wrong), None, "{wrong}");
        }
    }
}
