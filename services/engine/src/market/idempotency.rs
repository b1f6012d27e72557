//! A request with a key is done once. Its key is claimed before anything is read, and what it made is kept with the key, in the
//! transaction of the effect itself: a crash leaves both or neither, and a repetition is shown what the first one made.

use hanse_api::views::Versioned;
use hanse_base::error::{Failure, NotOnce, UseError};
use hanse_document::{Did, DocumentId};
use hanse_store::idempotency::{self, KeyRow};
use hanse_store::{Connection, Tx};

use crate::Engine;

/// A key is known for a day: clients retry within minutes, batch jobs within the night.
const KEPT_SECONDS: i64 = 86_400;
/// Keys of one person that are known at a time. Only what had an effect keeps its key, so that this is twice the documents that
/// one person may make in a day; at some 300 bytes a key it is a megabyte.
pub(crate) const KEYS_MAX: i64 = 4_000;

/// Who asks for a change, and how.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The person.
    pub did: Did,
    /// The key under which it is done once; without one each repetition is a new request.
    pub key: Option<Key>,
    /// The versions (`hanse_api::views::version`) of the thing from which alone it may move; `None` is any.
    pub seen: Option<Vec<String>>,
}

/// An idempotency key.
#[derive(Clone, Debug)]
pub struct Key {
    /// 1 to 255 characters, chosen by the caller.
    pub name: String,
    /// The hash of all that is asked.
    pub request: [u8; 32],
}

impl From<&Did> for Asked {
    fn from(did: &Did) -> Self {
        Self { did: did.clone(), key: None, seen: None }
    }
}

/// Whether the caller wants it done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// For good.
    Do,
    /// Everything is built and checked, and nothing stays.
    Try,
}

impl Intent {
    pub(crate) fn of(dry_run: bool) -> Self {
        if dry_run { Self::Try } else { Self::Do }
    }
}

impl Asked {
    /// Refuses to move a thing of which the caller has seen other versions only.
    pub(crate) async fn saw<T: Versioned>(
        &self,
        head: &DocumentId,
        look: impl AsyncFnOnce() -> Result<T, UseError>,
    ) -> Result<(), UseError> {
        let Some(seen) = &self.seen else { return Ok(()) };
        if seen.contains(&look().await?.version()) {
            return Ok(());
        }
        Err(NotOnce::Moved { head: head.to_string() }.into())
    }
}

/// The transaction of one request. There is no other way to one with a key, and none out of it but [`Unit::commit`].
pub(crate) struct Unit<'a> {
    pub(crate) tx: Tx<'a>,
    asked: &'a Asked,
    intent: Intent,
}

/// Whether it is done now.
pub(crate) enum Begun<'a> {
    /// Yes.
    Now(Unit<'a>),
    /// No: it was done, and made what has this id.
    Before(Tx<'a>, String),
}

impl<'a> Unit<'a> {
    /// Begins the transaction and claims the key. Another request with this key is waited for as long as for any lock.
    ///
    /// # Errors
    /// `NotOnce`.
    pub(crate) async fn begin(
        engine: &Engine,
        connection: &'a mut Connection,
        asked: &'a Asked,
        intent: Intent,
    ) -> Result<Begun<'a>, UseError> {
        let tx = connection.begin().await?;
        let now = engine.now().unix();
        let Some(Key { name, request }) = &asked.key else {
            return Ok(Begun::Now(Unit { tx, asked, intent }));
        };
        let claimed = match intent {
            Intent::Do => idempotency::claim(&tx, &asked.did, name, request, (now, now - KEPT_SECONDS)).await,
            // A trial has no effect that could be had twice: it takes no key, and may not pretend to be what took it.
            Intent::Try => Ok(idempotency::find(&tx, &asked.did, name).await?.is_none()),
        };
        match claimed {
            Ok(true) if idempotency::count(&tx, &asked.did, KEYS_MAX + 1).await? > KEYS_MAX => {
                Err(NotOnce::TooManyKeys(KEYS_MAX).into())
            }
            Ok(true) => Ok(Begun::Now(Unit { tx, asked, intent })),
            Ok(false) => {
                let before = idempotency::find(&tx, &asked.did, name).await?;
                Ok(Begun::Before(tx, made(before, request)?))
            }
            Err(error) if error.is_lock_timeout() => Err(NotOnce::StillRunning.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the effect stand, and with it that this request has made what has this id. A trial leaves nothing.
    pub(crate) async fn commit(self, made: &str) -> Result<(), UseError> {
        let Self { tx, asked, intent } = self;
        if intent == Intent::Try {
            return Ok(());
        }
        if let Some(key) = &asked.key {
            idempotency::keep(&tx, &asked.did, &key.name, made).await?;
        }
        Ok(tx.commit().await?)
    }
}

fn made(before: Option<KeyRow>, request: &[u8; 32]) -> Result<String, NotOnce> {
    match before {
        Some(row) if row.request != *request => Err(NotOnce::KeyReused),
        Some(KeyRow { made: Some(made), .. }) => Ok(made),
        Some(KeyRow { made: None, .. }) | None => Err(NotOnce::StillRunning),
    }
}

/// An id that was kept with a key.
pub(crate) fn read<T: std::str::FromStr>(made: &str) -> Result<T, Failure> {
    made.parse().map_err(|_| Failure::unreadable(made, "a request has made what is no id"))
}

impl Engine {
    /// Forgets keys that are too old to be meant.
    pub(crate) async fn forget_old(&self) -> Result<(), UseError> {
        let before = self.now().unix() - KEPT_SECONDS;
        idempotency::remove_old(&self.store().connection().await?, before).await?;
        Ok(())
    }
}
