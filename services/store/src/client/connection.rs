//! A connection taken from the pool, and a transaction on it.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::{Object, PoolError, Transaction};
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::{Row, SimpleQueryMessage, types::ToSql};

use crate::StoreError;
use crate::client::count::ran;
use crate::client::pool::Source;
use crate::client::sql::{Sql, sealed::Sealed};

const COMMIT: &str = "COMMIT";

/// A connection of the pool; dropping it gives it back. One on which an answer is still to come is ended instead, whether it did not
/// come in time or whoever waited for it is gone: whoever took the connection next would wait for that answer as well.
pub struct Connection {
    /// None only while it is dropped.
    object: Option<Object>,
    source: Arc<Source>,
    answers: Answers,
}

/// What is still to come on one connection, and nobody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// Nothing.
    Nothing,
    /// The answer to a statement.
    Answer,
    /// The answer to a commit.
    Commit,
    /// What is known of the session is not enough to give it to anybody else.
    End,
}

/// How answers come on one connection. Statements may run at once: they are sent one behind the other without waiting, and the
/// server answers them in that order.
#[derive(Debug)]
struct Answers {
    wait: Duration,
    due: Mutex<Due>,
}

/// A statement whose answer is waited for; dropped before that, its answer is due.
struct Waiting<'a> {
    answers: &'a Answers,
    due: Due,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.due != Due::Nothing {
            self.answers.set(self.due);
        }
    }
}

impl Answers {
    /// Waits for an answer, but not for ever; not at all behind one that did not come. If it does not come in time, or whoever
    /// waits for it is gone before it, it is due.
    async fn within<T>(
        &self,
        statement: &'static str,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        if self.due() != Due::Nothing {
            return Err(StoreError::Unanswered { statement });
        }
        let due = if statement == COMMIT { Due::Commit } else { Due::Answer };
        let mut waiting = Waiting { answers: self, due };
        match tokio::time::timeout(self.wait, asked).await {
            Ok(answer) => {
                waiting.due = Due::Nothing;
                answer.map_err(|source| StoreError::Statement { statement, source })
            }
            Err(_) => Err(StoreError::Unanswered { statement }),
        }
    }

    fn due(&self) -> Due {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A commit that is due, or an end, stays: a statement beside it says less.
    fn set(&self, due: Due) {
        let mut now = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        if *now == Due::Nothing {
            *now = due;
        }
    }
}

impl Connection {
    pub(crate) fn new(object: Object, source: Arc<Source>, wait: Duration) -> Self {
        Self { object: Some(object), source, answers: Answers { wait, due: Mutex::new(Due::Nothing) } }
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
        let object = self.object.as_mut().ok_or(StoreError::Connect(PoolError::Closed))?;
        let transaction = self.answers.within("BEGIN", object.transaction()).await?;
        Ok(Tx { transaction, answers: &self.answers, part: false })
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

/// A transaction. Dropping it without [`Tx::commit`] rolls it back.
pub struct Tx<'a> {
    transaction: Transaction<'a>,
    answers: &'a Answers,
    /// It is part of another one, with which it stands or falls.
    part: bool,
}

impl<'a> Tx<'a> {
    fn client(&self) -> Result<&Transaction<'a>, StoreError> {
        Ok(&self.transaction)
    }

    /// Makes everything done in this transaction stand; of a part, as far as the whole stands.
    ///
    /// # Errors
    /// `Statement` if the server said no, `Unanswered` if an earlier answer is still to come, so that it was not asked; then nothing
    /// stands. `OutcomeUnknown` if it was asked and said nothing: then the transaction may stand or not.
    pub async fn commit(self) -> Result<(), StoreError> {
        if self.part {
            return self.answers.within("RELEASE SAVEPOINT", self.transaction.commit()).await;
        }
        if self.answers.due() != Due::Nothing {
            return Err(StoreError::Unanswered { statement: COMMIT });
        }
        let ended = self.answers.within(COMMIT, self.transaction.commit()).await;
        ended.map_err(
            |error| if is_refused(&error) { error } else { StoreError::OutcomeUnknown(Box::new(error)) },
        )
    }

    /// Begins a part that can be taken back by itself: what is done in it is undone when it is dropped.
    ///
    /// # Errors
    /// `Statement` if the connection broke, `Unanswered` if the server hangs.
    pub async fn savepoint(&mut self) -> Result<Tx<'_>, StoreError> {
        let transaction = self.answers.within("SAVEPOINT", self.transaction.transaction()).await?;
        Ok(Tx { transaction, answers: self.answers, part: true })
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
