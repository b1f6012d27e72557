//! Changes of requests run in tasks of their own, and go on when the connection of who asked is gone: the server drops the handler
//! then, and must not drop the work.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt;
use hanse_base::error::UseError;
use hanse_store::{counted, ran};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use crate::problem::Problem;
use crate::state::gate;

/// Changes that run at a time. Most of them wait for a connection of the pool; whoever resets connections can leave no more behind.
const CHANGES_MAX: usize = 256;
/// How long one may take, whether its caller still waits or not: a connection of the pool, some statements and the wait for another
/// home are half of it.
const CHANGE_WAIT: Duration = Duration::from_secs(30);

/// The places of the changes that run.
#[derive(Clone, Debug)]
pub struct Changes(Arc<Semaphore>);

impl Default for Changes {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(CHANGES_MAX)))
    }
}

impl Changes {
    /// Runs it to its end, whether the caller waits for that or not.
    pub async fn run<R: 'static>(
        &self,
        admitted: Option<gate::Place>,
        work: impl Future<Output = Result<R, UseError>> + 'static,
    ) -> Result<R, Problem> {
        let place = self.0.clone().try_acquire_owned().map_err(|_| Problem::busy())?;
        let work = async move {
            let done = tokio::time::timeout(CHANGE_WAIT, counted(work)).await;
            drop((place, admitted));
            done
        };
        match rt::spawn(work.in_current_span()).await {
            Ok(Ok((done, statements))) => {
                ran(statements);
                Ok(done?)
            }
            // It was given up, panicked, or was cut off at the end of the process: it may have been committed before.
            Ok(Err(late)) => Err(Problem::outcome_unknown(&late)),
            Err(error) => Err(Problem::outcome_unknown(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn so_many_changes_run_at_a_time_and_one_more_is_told_to_come_back() {
        let changes = Changes::default();
        let end = Arc::new(Semaphore::new(0));
        let work = || {
            let end = Arc::clone(&end);
            async move { Ok::<_, UseError>(end.acquire().await.is_err()) }
        };
        let running = (0..CHANGES_MAX).map(|_| changes.run(None, work()));
        let mut running = Box::pin(futures::future::join_all(running));
        assert!(futures::poll!(&mut running).is_pending());
        assert_eq!(changes.run(None, work()).await.unwrap_err().status, 503);
        end.close();
        assert!(running.await.iter().all(Result::is_ok));
        assert!(changes.run(None, work()).await.is_ok());
    }
}
