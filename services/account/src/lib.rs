#![doc = include_str!("../README.md")]

mod blocks;
mod codes;
mod email;
mod handles;
mod letters;
mod open;
pub mod operator;
mod passwords;
mod recovery;
mod refresh;
mod sessions;
mod weak;

use std::fmt;
use std::sync::Arc;

use hanse_base::error::{AccountRefusal, Refusal, UseError};
use hanse_base::keys::Keys;
use hanse_document::Timestamp;
use hanse_logbook::Logbook;
use hanse_store::{Store, accounts, mail};

use passwords::Passwords;

pub use email::Address;
pub use handles::is_handle;
pub use open::{Registration, checked};
pub use recovery::Meant;
pub use sessions::Login;

/// An address that is not believed, a code, a handle: what is over is forgotten a day later, as sessions are.
const DAY_SECONDS: i64 = 86_400;
/// A letter that found no way by then is not sent any more: its code is void.
const LETTER_SECONDS: i64 = 3 * DAY_SECONDS;

/// Who is told that a login has ended.
type Ended = Arc<dyn Fn(&str) + Send + Sync>;

/// The accounts of a node. Clones share one.
#[derive(Clone)]
pub struct Accounts {
    logbook: Logbook,
    passwords: Arc<Passwords>,
    ended: Ended,
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").finish_non_exhaustive()
    }
}

impl Accounts {
    /// The accounts of the node of these logs; `ended` is told the id of each login that ends in this process.
    #[must_use]
    pub fn new(logbook: Logbook, ended: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { logbook, passwords: Arc::new(Passwords::new()), ended: Arc::new(ended) }
    }

    /// The same on the connections of the workers.
    #[must_use]
    pub fn at_work(&self) -> Self {
        Self { logbook: self.logbook.at_work(), ..self.clone() }
    }

    /// Forgets what is over: logins, codes, former handles, letters.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn clean(&self) -> Result<(), UseError> {
        let (connection, now) = (self.store().connection().await?, self.now().unix());
        // A day's grace lets a late refresh be answered with the right reason.
        accounts::remove_expired_sessions(&connection, now - DAY_SECONDS).await?;
        accounts::remove_old_codes(&connection, now - DAY_SECONDS).await?;
        accounts::remove_old_former(&connection, now - DAY_SECONDS).await?;
        mail::remove_old(&connection, now - LETTER_SECONDS).await?;
        Ok(())
    }

    /// Whether a letter that is written goes out.
    fn sends_letters(&self) -> Result<(), Refusal> {
        let mail = self.logbook.base().config().mail.as_ref();
        mail.map(drop).ok_or(Refusal::Account(AccountRefusal::NoMail))
    }

    fn keys(&self) -> &Keys {
        self.logbook.base().keys()
    }

    fn store(&self) -> &Store {
        self.logbook.base().store()
    }

    fn now(&self) -> Timestamp {
        self.logbook.base().now()
    }

    fn node(&self) -> &str {
        self.logbook.base().config().name.as_str()
    }
}
