//! A transaction on a connection of the pool.

use std::future::Future;
use std::sync::{Mutex, PoisonError};

use deadpool_postgres::Object;
use futures::{FutureExt as _, TryStreamExt as _};
use tokio_postgres::SimpleQueryStream;
use tokio_postgres::error::{DbError, Severity};

use crate::StoreError;
use crate::answers::{Answers, COMMIT, Due};
use crate::sql::implement_sql;

const BEGIN: &str = "BEGIN";
const ROLLBACK: &str = "ROLLBACK";

/// A transaction. Dropping it without [`Tx::commit`] rolls it back.
pub struct Tx<'a> {
    object: &'a Object,
    answers: &'a Answers,
    /// The answer to `BEGIN`, until somebody waits for it: it comes with that to the first statement, so that beginning costs no round trip.
    begun: Mutex<Option<SimpleQueryStream>>,
    /// It is part of another one, with which it stands or falls.
    part: bool,
    /// Its end was asked for.
    ended: bool,
}

impl<'a> Tx<'a> {
    /// Sends `BEGIN`, and waits for no answer.
    pub(crate) async fn begin(object: &'a Object, answers: &'a Answers) -> Result<Self, StoreError> {
        if answers.due() != Due::Nothing {
            return Err(StoreError::Unanswered { statement: BEGIN });
        }
        let begun = object.simple_query_raw(BEGIN).await;
        let begun = begun.map_err(|source| StoreError::Statement { statement: BEGIN, source })?;
        Ok(Self { object, answers, begun: Mutex::new(Some(begun)), part: false, ended: false })
    }

    /// Makes everything done in this transaction stand; of a part, as far as the whole stands.
    ///
    /// # Errors
    /// `Statement` if the server said no, `Unanswered` if an earlier answer is still to come, so that it was not asked; then nothing
    /// stands. `OutcomeUnknown` if it was asked and said nothing: then the transaction may stand or not.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if self.part {
            self.ended = true;
            return self.run("RELEASE SAVEPOINT part").await;
        }
        if self.answers.due() != Due::Nothing {
            return Err(StoreError::Unanswered { statement: COMMIT });
        }
        self.ended = true;
        self.run(COMMIT).await.map_err(|error| {
            if is_refused(&error) { error } else { StoreError::OutcomeUnknown(Box::new(error)) }
        })
    }

    /// Begins a part that can be taken back by itself: what is done in it is undone when it is dropped.
    ///
    /// # Errors
    /// `Statement` if the connection broke, `Unanswered` if the server hangs.
    pub async fn savepoint(&mut self) -> Result<Tx<'_>, StoreError> {
        self.run("SAVEPOINT part").await?;
        let Self { object, answers, .. } = *self;
        Ok(Tx { object, answers, begun: Mutex::new(None), part: true, ended: false })
    }

    /// Undoes everything done in this transaction, or in this part of one.
    ///
    /// # Errors
    /// `Statement`; the connection broke, and nothing of it stands.
    pub async fn undo(mut self) -> Result<(), StoreError> {
        self.ended = true;
        self.run(self.undoing()).await
    }

    fn undoing(&self) -> &'static str {
        // Released as well: a part that comes later has the same name.
        if self.part { "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part" } else { ROLLBACK }
    }

    async fn run(&self, statement: &'static str) -> Result<(), StoreError> {
        self.within(statement, self.object.batch_execute(statement)).await
    }

    fn client(&self) -> Result<&Object, StoreError> {
        Ok(self.object)
    }

    fn answers(&self) -> &Answers {
        self.answers
    }

    /// Waits for an answer, and whoever is first for that to `BEGIN` as well: without it the statement was none of this transaction.
    async fn within<T>(
        &self,
        statement: &'static str,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner).take();
        let answer = self.answers.within(statement, asked);
        let Some(begun) = begun else { return answer.await };
        let begun = async { begun.try_collect::<Vec<_>>().await.map(drop) };
        let (begun, answer) = tokio::join!(self.answers.within(BEGIN, begun), answer);
        if begun.is_err() {
            // What was sent behind it stands by itself; nobody builds on that.
            self.answers.set(Due::End);
        }
        begun.and(answer)
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        if !self.ended {
            // It is sent, and its answer is left to come: whoever takes the connection next waits behind it.
            let _ = self.object.simple_query_raw(self.undoing()).now_or_never();
        }
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

implement_sql!(Tx<'_>);
