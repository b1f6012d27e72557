//! Sessions: login, refresh, logout.
//!
//! A refresh token is the session's id and a secret of 32 bytes, of which the database knows the hash. Each is good once, and for some
//! seconds more it gives the same successor again. A later use means that two parties hold it, and ends the session for both. The
//! second half of a secret says that this node made it, so that nobody ends a session with bytes of their own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hanse_api::views::{LoginView, Page, Session};
use hanse_base::error::{Refusal, UseError};
use hanse_base::present;
use hanse_document::Did;
use hanse_store::Tx;
use hanse_store::accounts::{self, NewSession, SessionRow};
use sha2::{Digest as _, Sha256};

use crate::handles::is_handle;
use crate::{Accounts, refresh};

/// A session that nobody refreshes ends: a month without a visit.
const SESSION_SECONDS: i64 = 30 * 86_400;
/// How long a refresh token that was used gives the same answer once more: two tabs wake at once, and an answer that was lost is asked
/// for again. Whoever has stolen one gains nothing: the successor is one, too, and good once.
const GRACE_SECONDS: i64 = 30;
/// Live sessions of a person: more than anybody has devices. The oldest ends, so that a login never fails over it.
const SESSIONS_MAX: i64 = 100;
/// Of what a program says of itself: browsers write a hundred characters and more, of which the first say most.
const AGENT_CHARS_MAX: usize = 120;
/// A UUID, a dot and 43 characters of base64url, with room; longer texts are not worth hashing.
const REFRESH_CHARS_MAX: usize = 128;

/// Who signs in.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    /// The account's name, or one that it had not long ago.
    pub handle: &'a str,
    /// Its password.
    pub password: &'a str,
    /// What the login may do, separated by spaces.
    pub scopes: &'a str,
    /// What the program says of itself.
    pub agent: Option<&'a str>,
}

impl<'a> Login<'a> {
    /// Of a program that says nothing of itself.
    #[must_use]
    pub fn of(handle: &'a str, password: &'a str, scopes: &'a str) -> Self {
        Self { handle, password, scopes, agent: None }
    }
}

impl std::fmt::Debug for Login<'_> {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("handle", &self.handle).finish_non_exhaustive()
    }
}

impl Accounts {
    /// Begins a session. An unknown handle costs the same time as a wrong password.
    ///
    /// # Errors
    /// `BadCredentials`, `Busy`.
    pub async fn login(&self, login: Login<'_>) -> Result<Session, UseError> {
        let Login { handle, password, scopes, agent } = login;
        let now = self.now().unix();
        // What is no handle has no account, and is not worth asking the database for.
        let account = match is_handle(handle) {
            true => accounts::account_named(&self.store().connection().await?, handle, now).await?,
            false => None,
        };
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let right = self.passwords.verify(password.to_owned(), hash).await?;
        let (Some(account), true) = (account, right) else { return Err(Refusal::BadCredentials.into()) };
        let expires_at = now + SESSION_SECONDS;
        let secret = refresh::first(self.keys(), &account.did)?;
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        // Held until the end: a password that is changed meanwhile ends this session, too, or this login is too late.
        if !accounts::hold_password(&tx, &account.did, &account.password_hash).await? {
            return Err(Refusal::BadCredentials.into());
        }
        accounts::trim_sessions(&tx, &account.did, SESSIONS_MAX - 1).await?;
        let (refresh_hash, agent) = (&hash_of(&secret), agent.and_then(told));
        let (did, agent, created_at) = (&account.did, agent.as_deref(), now);
        let new = NewSession { did, refresh_hash, scopes, agent, created_at, expires_at };
        let id = accounts::insert_session(&tx, new).await?;
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
                (self.ended)(id);
                tracing::warn!(did = %session.did, session = id, "a refresh token was used again; the session ends");
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
            (self.ended)(session);
        }
        Ok(())
    }

    /// The logins of a person: `current`, the one that asks, then the others, the newest first.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn logins(&self, did: &Did, current: &str) -> Result<Page<LoginView>, UseError> {
        let rows = accounts::sessions(&self.store().connection().await?, did, self.now().unix()).await?;
        let view = |row: SessionRow| LoginView {
            current: row.id == current,
            id: row.id,
            created_at: present::time(row.created_at),
            refreshed_at: row.rotated_at.map(present::time),
            expires_at: present::time(row.expires_at),
            scope: row.scopes,
            agent: row.agent,
        };
        let (asking, others): (Vec<_>, Vec<_>) = rows.into_iter().map(view).partition(|login| login.current);
        Ok(Page { items: asking.into_iter().chain(others).collect(), next: None })
    }

    /// Ends one login of a person.
    ///
    /// # Errors
    /// `NotFound` for one that is not theirs or has ended.
    pub async fn end_login(&self, did: &Did, session: &str) -> Result<(), UseError> {
        let (mut connection, now) = (self.store().connection().await?, self.now().unix());
        let tx = connection.begin().await?;
        let row = accounts::lock_session(&tx, session).await?.filter(|row| row.did == *did);
        let row = row.filter(|row| is_live(row, now)).ok_or(Refusal::NotFound("login"))?;
        revoke(&tx, &row.id, now).await?;
        tx.commit().await?;
        (self.ended)(&row.id);
        Ok(())
    }

    /// Ends every login of a person but this one.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn end_other_logins(&self, did: &Did, current: &str) -> Result<(), UseError> {
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        let ended = accounts::revoke_other_sessions(&tx, did, Some(current), self.now().unix()).await?;
        tx.commit().await?;
        ended.iter().for_each(|session| (self.ended)(session));
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

/// What a program says of itself, as it is kept: one line, and no more than a list shows.
fn told(agent: &str) -> Option<String> {
    let line: String = agent.chars().filter(|letter| !letter.is_control()).take(AGENT_CHARS_MAX).collect();
    Some(line.trim().to_owned()).filter(|line| !line.is_empty())
}

async fn revoke(tx: &Tx<'_>, session: &str, now: i64) -> Result<(), UseError> {
    Ok(accounts::revoke_session(tx, session, now).await?)
}

fn is_live(session: &SessionRow, now: i64) -> bool {
    session.revoked_at.is_none() && session.expires_at > now
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
    fn a_refresh_token_reads_back_and_nothing_else_does() {
        let token = token("0198-id", &[7; 32]);
        assert_eq!(read_token(&token), Some(("0198-id", [7; 32])));
        for wrong in ["", ".", "id.", "id.AAAA", &format!("{token}A"), &"a".repeat(500)] {
            assert_eq!(read_token(wrong), None, "{wrong}");
        }
    }
}
