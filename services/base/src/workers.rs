//! The background tasks of one process: named, cancelled together, drained within a bound. The only place that spawns.

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::error::Failure;

/// How long tasks may take to finish what they hold when the process is told to stop: longer than any one request or
/// transaction, shorter than the 30 seconds that Kubernetes gives.
const DRAIN: Duration = Duration::from_secs(10);

/// A task that ended although nobody told it to. The process must end with it: what the task did is not done any more.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// It panicked; the panic itself is on standard error.
    #[error("the worker {0} panicked")]
    Panicked(&'static str),
    /// It gave up.
    #[error("the worker {0} gave up")]
    Failed(&'static str, #[source] Failure),
    /// It returned before it was told to.
    #[error("the worker {0} ended early")]
    Ended(&'static str),
    /// Tasks were still running when the time to stop was over; they were cut off.
    #[error("{0} workers did not stop in time")]
    Overdue(usize),
}

/// The running tasks. Dropping it cuts them off.
#[derive(Debug, Default)]
pub struct Workers {
    token: CancellationToken,
    tasks: JoinSet<Ended>,
}

type Ended = (&'static str, Result<(), Failure>);

impl Workers {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The token that tells every task to finish.
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Starts a task. It ends only when the token is cancelled, or with an error that ends the process.
    pub fn spawn(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<(), Failure>> + Send + 'static,
    ) {
        self.tasks.spawn(async move {
            // A panic must name its worker; the join error alone does not.
            let guard = Guard(name);
            let result = work.await;
            drop(guard);
            (name, result)
        });
    }

    /// Waits until a task ends although it was not told to: the process must then stop with this error. Cancel-safe.
    pub async fn failed(&mut self) -> WorkerError {
        loop {
            match self.tasks.join_next().await {
                Some(ended) => match judged(ended) {
                    Err(error) => return error,
                    Ok(_) if self.token.is_cancelled() => {}
                    Ok(name) => return WorkerError::Ended(name),
                },
                // A process without the lease has no tasks, and nothing of it can fail.
                None => std::future::pending().await,
            }
        }
    }

    /// Tells every task to finish and waits, at most ten seconds.
    ///
    /// # Errors
    /// The first task that failed, or `Overdue`.
    pub async fn stop(mut self) -> Result<(), WorkerError> {
        self.token.cancel();
        let mut outcome = Ok(());
        let drained = tokio::time::timeout(DRAIN, async {
            while let Some(ended) = self.tasks.join_next().await {
                let ended = judged(ended).map(drop);
                outcome = std::mem::replace(&mut outcome, Ok(())).and(ended);
            }
        });
        let drained = drained.await;
        match drained {
            Ok(()) => outcome,
            Err(_) => outcome.and(Err(WorkerError::Overdue(self.tasks.len()))),
        }
    }
}

/// Says in the log which worker panicked.
struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(worker = self.0, "a worker panicked");
        }
    }
}

fn judged(ended: Result<Ended, tokio::task::JoinError>) -> Result<&'static str, WorkerError> {
    match ended {
        Ok((name, Ok(()))) => Ok(name),
        Ok((name, Err(failure))) => Err(WorkerError::Failed(name, failure)),
        Err(_) => Err(WorkerError::Panicked("named in the log")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_worker_that_panics_or_ends_early_is_reported() {
        let mut workers = Workers::new();
        workers.spawn("breaks", async { panic!("on purpose") });
        assert!(matches!(workers.failed().await, WorkerError::Panicked(_)));
        workers.spawn("ends", async { Ok(()) });
        assert!(matches!(workers.failed().await, WorkerError::Ended("ends")));
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_waits_for_those_that_finish_and_cuts_off_those_that_do_not() {
        let mut workers = Workers::new();
        let token = workers.token();
        workers.spawn("finishes", async move {
            token.cancelled().await;
            Ok(())
        });
        assert!(workers.stop().await.is_ok());
        let mut workers = Workers::new();
        workers.spawn("hangs", std::future::pending());
        assert!(matches!(workers.stop().await, Err(WorkerError::Overdue(1))));
    }
}
