//! A connection taken from the pool.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Object, PoolError};
use tokio_postgres::SimpleQueryMessage;

use crate::StoreError;
use crate::answers::{Answers, Due};
use crate::pool::Source;
use crate::sql::implement_sql;
use crate::transaction::Tx;

/// A connection of the pool; dropping it gives it back. One on which an answer is still to come is ended instead, whether it did not
/// come in time or whoever waited for it is gone: whoever took the connection next would wait for that answer as well.
pub struct Connection {
    /// None only while it is dropped.
    object: Option<Object>,
    source: Arc<Source>,
    answers: Answers,
}

impl Connection {
    pub(crate) fn new(object: Object, source: Arc<Source>, wait: Duration) -> Self {
        Self { object: Some(object), source, answers: Answers::new(wait) }
    }

    /// The connection itself.
    pub(crate) fn client(&self) -> Result<&Object, StoreError> {
        self.object.as_ref().ok_or(StoreError::Connect(PoolError::Closed))
    }

    /// Takes it out of the pool for good.
    pub(crate) fn take(mut self) -> Result<deadpool_postgres::ClientWrapper, StoreError> {
        self.object.take().map(Object::take).ok_or(StoreError::Connect(PoolError::Closed))
    }

    /// Runs a statement unprepared.
    pub(crate) async fn simple(
        &self,
        statement: &'static str,
    ) -> Result<Vec<SimpleQueryMessage>, StoreError> {
        self.answers.within(statement, self.client()?.simple_query(statement)).await
    }

    /// Ends the session when this is dropped, instead of giving it to somebody else: it may hold what is nobody else's.
    pub(crate) fn give_up(&self) {
        self.answers.set(Due::End);
    }

    /// Whether the server has ended it, or we have given it up.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.answers.due() != Due::Nothing || self.object.as_ref().is_none_or(|object| object.is_closed())
    }

    /// Begins a transaction (read committed).
    ///
    /// # Errors
    /// `Statement` if the connection broke, `Unanswered` if the server hangs.
    pub async fn begin(&mut self) -> Result<Tx<'_>, StoreError> {
        let object = self.object.as_ref().ok_or(StoreError::Connect(PoolError::Closed))?;
        Tx::begin(object, &self.answers).await
    }

    fn answers(&self) -> &Answers {
        &self.answers
    }

    async fn within<T>(
        &self,
        statement: &'static str,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        self.answers.within(statement, asked).await
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(object) = self.object.take() else { return };
        match self.answers.due() {
            Due::Nothing => drop(object),
            Due::Answer => self.source.cancel(object),
            // A commit is not cancelled: cancelled while it waits for a replica, it stands here and maybe nowhere else.
            Due::Commit | Due::End => drop(Object::take(object)),
        }
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("answers", &self.answers).finish_non_exhaustive()
    }
}

implement_sql!(Connection);
