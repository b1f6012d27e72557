//! The answers of one connection: which are still to come, and how long each is waited for.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::StoreError;

pub(crate) const COMMIT: &str = "COMMIT";

/// What is still to come on one connection, and nobody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
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
pub(crate) struct Answers {
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
    pub(crate) fn new(wait: Duration) -> Self {
        Self { wait, due: Mutex::new(Due::Nothing) }
    }

    /// Waits for an answer, but not for ever; not at all behind one that did not come. If it does not come in time, or whoever
    /// waits for it is gone before it, it is due.
    pub(crate) async fn within<T>(
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

    pub(crate) fn due(&self) -> Due {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A commit that is due, or an end, stays: a statement beside it says less.
    pub(crate) fn set(&self, due: Due) {
        let mut now = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        if *now == Due::Nothing {
            *now = due;
        }
    }
}
