//! A connection taken from the pool, and a transaction on it.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool_postgres::{Object, PoolError, Transaction};
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::{Row, SimpleQueryMessage, types::ToSql};

use crate::StoreError;
use crate::count::ran;
use crate::sql::{Sql, sealed::Sealed};

/// A connection of the pool; dropping it gives it back. One on which an answer did not come in time is thrown away instead:
/// whoever took it next would wait for that answer as well.
#[derive(Debug)]
pub struct Connection {
    /// None only while it is dropped.
    object: Option<Object>,
    answers: Answers,
}

/// How answers come on one connection.
#[derive(Debug)]
struct Answers {
    wait: Duration,
    /// One did not come.
    missed: AtomicBool,
}

impl Answers {
    /// Waits for an answer, but not for ever; not at all behind one that did not come.
    async fn within<T>(
        &self,
        statement: &'static str,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        if self.missed.load(Ordering::Relaxed) {
            return Err(StoreError::Unanswered { statement });
        }
        match tokio::time::timeout(self.wait, asked).await {
            Ok(answer) => answer.map_err(|source| StoreError::Statement { statement, source }),
            Err(_) => {
                self.missed.store(true, Ordering::Relaxed);
                Err(StoreError::Unanswered { statement })
            }
        }
    }
}

impl Connection {
    pub(crate) fn new(object: Object, wait: Duration) -> Self {
        Self { object: Some(object), answers: Answers { wait, missed: AtomicBool::new(false) } }
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

    /// Whether the server has ended it, or we have given it up.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.answers.missed.load(Ordering::Relaxed)
            || self.object.as_ref().is_none_or(|object| object.is_closed())
    }

    /// Begins a transaction (read committed).
    ///
    /// # Errors
    /// `Statement` if the connection broke, `Unanswered` if the server hangs.
    pub async fn begin(&mut self) -> Result<Tx<'_>, StoreError> {
        let object = self.object.as_mut().ok_or(StoreError::Connect(PoolError::Closed))?;
        let transaction = self.answers.within("BEGIN", object.transaction()).await?;
        Ok(Tx { transaction, answers: &self.answers })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(object) = self.object.take()
            && self.answers.missed.load(Ordering::Relaxed)
        {
            drop(Object::take(object));
        }
    }
}

/// A transaction. Dropping it without [`Tx::commit`] rolls it back.
pub struct Tx<'a> {
    transaction: Transaction<'a>,
    answers: &'a Answers,
}

impl<'a> Tx<'a> {
    fn client(&self) -> Result<&Transaction<'a>, StoreError> {
        Ok(&self.transaction)
    }

    /// Makes everything done in this transaction stand.
    ///
    /// # Errors
    /// `Statement` if the server said no, and `OutcomeUnknown` if it said nothing: then the transaction may stand or not.
    pub async fn commit(self) -> Result<(), StoreError> {
        let ended = self.answers.within("COMMIT", self.transaction.commit()).await;
        ended.map_err(
            |error| if is_refused(&error) { error } else { StoreError::OutcomeUnknown(Box::new(error)) },
        )
    }

    /// Begins a part that can be taken back by itself: what is done in it is undone when it is dropped.
    ///
    /// # Errors
    /// `Statement` if the connection broke, `Unanswered` if the server hangs.
    pub async fn part(&mut self) -> Result<Tx<'_>, StoreError> {
        let transaction = self.answers.within("SAVEPOINT", self.transaction.transaction()).await?;
        Ok(Tx { transaction, answers: self.answers })
    }

    /// Undoes everything done in this transaction, or in this part of one.
    ///
    /// # Errors
    /// `Statement`; the connection broke, and nothing of it stands.
    pub async fn undo(self) -> Result<(), StoreError> {
        self.answers.within("ROLLBACK", self.transaction.rollback()).await
    }
}

/// Whether the server said no. A session that is ended in the middle of its commit is told so as well, by a fatal error.
fn is_refused(error: &StoreError) -> bool {
    if let StoreError::Statement { source, .. } = error {
        return source.as_db_error().and_then(DbError::parsed_severity) == Some(Severity::Error);
    }
    false
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}

/// The same four bodies for both: `prepare_cached` keeps one prepared statement per connection, and a transaction shares the
/// cache of the connection that it runs on.
macro_rules! implement_sql {
    ($name:ty) => {
        impl Sealed for $name {}

        impl Sql for $name {
            async fn query(
                &self,
                statement: &'static str,
                params: &[&(dyn ToSql + Sync)],
            ) -> Result<Vec<Row>, StoreError> {
                ran(1);
                let client = self.client()?;
                let prepared = self.answers.within(statement, client.prepare_cached(statement)).await?;
                self.answers.within(statement, client.query(&prepared, params)).await
            }

            async fn query_opt(
                &self,
                statement: &'static str,
                params: &[&(dyn ToSql + Sync)],
            ) -> Result<Option<Row>, StoreError> {
                ran(1);
                let client = self.client()?;
                let prepared = self.answers.within(statement, client.prepare_cached(statement)).await?;
                self.answers.within(statement, client.query_opt(&prepared, params)).await
            }

            async fn query_one(
                &self,
                statement: &'static str,
                params: &[&(dyn ToSql + Sync)],
            ) -> Result<Row, StoreError> {
                ran(1);
                let client = self.client()?;
                let prepared = self.answers.within(statement, client.prepare_cached(statement)).await?;
                self.answers.within(statement, client.query_one(&prepared, params)).await
            }

            async fn execute(
                &self,
                statement: &'static str,
                params: &[&(dyn ToSql + Sync)],
            ) -> Result<u64, StoreError> {
                ran(1);
                let client = self.client()?;
                let prepared = self.answers.within(statement, client.prepare_cached(statement)).await?;
                self.answers.within(statement, client.execute(&prepared, params)).await
            }
        }
    };
}

implement_sql!(Connection);
implement_sql!(Tx<'_>);
