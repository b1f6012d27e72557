//! A repeated request is the same request: answers by person and idempotency key.

use hanse_document::Did;
use hanse_store::idempotency::{self, Ages};

use crate::Engine;
use crate::error::{Failure, UseError};
use crate::views::Idempotency;

/// An answer is repeated for a day: clients retry within minutes, batch jobs within the night.
const KEPT_SECONDS: i64 = 86_400;
/// A request that has not ended after this was cut off with its process: longer than any request may take.
const DEAD_SECONDS: i64 = 120;

impl Engine {
    /// Begins a request under a key, or says what became of the earlier one. `request` is the hash of all that it asks.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn begin_once(
        &self,
        did: &Did,
        key: &str,
        request: &[u8; 32],
    ) -> Result<Idempotency, UseError> {
        let now = self.now().unix();
        let ages = Ages { now, dead_before: now - DEAD_SECONDS, old_before: now - KEPT_SECONDS };
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        if idempotency::begin(&tx, did, key, request, ages).await? {
            tx.commit().await?;
            return Ok(Idempotency::New);
        }
        let Some(row) = idempotency::find(&tx, did, key).await? else {
            // It ended between the two statements, without an answer; the caller may ask again.
            return Ok(Idempotency::Running);
        };
        if row.request != *request {
            return Ok(Idempotency::Mismatch);
        }
        let Some(status) = row.status else { return Ok(Idempotency::Running) };
        let status = u16::try_from(status).map_err(|error| Failure::unreadable("a kept status", error))?;
        Ok(Idempotency::Answered {
            status,
            headers: row.headers.unwrap_or_default(),
            body: row.body.unwrap_or_default(),
        })
    }

    /// Keeps the answer to a request that [`begin_once`](Self::begin_once) has begun.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn finish_once(
        &self,
        did: &Did,
        key: &str,
        status: u16,
        headers: &str,
        body: &[u8],
    ) -> Result<(), UseError> {
        let connection = self.store().connection().await?;
        Ok(idempotency::finish(&connection, did, key, (i32::from(status), headers, body)).await?)
    }

    /// Frees the key of a request that we failed, so that it can be tried again.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn forget_once(&self, did: &Did, key: &str) -> Result<(), UseError> {
        Ok(idempotency::forget(&self.store().connection().await?, did, key).await?)
    }

    /// Forgets answers that are too old to be repeated.
    pub(crate) async fn forget_old(&self) -> Result<(), UseError> {
        let before = self.now().unix() - KEPT_SECONDS;
        idempotency::remove_old(&self.store().connection().await?, before).await?;
        Ok(())
    }
}
