//! How far people can be trusted, from the logs as this node has them: each process keeps the graph of all entries in memory, fed up
//! to the newest size of each log that a quorum of auditors cosigned.
//!
//! What is served here, a stranger recomputes from the record of the same logs to the last digit: whatever feeds a score is a
//! leaf or a document that a leaf makes public. The one exception, a person's private "again?", is shown to its author apart.

mod answer;
mod concentration;
mod explain;
mod feed;
mod history;
mod rehire;
mod standing;
mod state;
mod worker;

use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use hanse_api::views::Concentration;
use hanse_base::error::{Failure, Refusal, UseError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::state::ScoreState;
use crate::Trust;

pub use answer::{ScoreQuestion, ScoreView};
pub use feed::Feed;
pub use history::ScoreHistory;
pub use rehire::AgainView;
pub use state::FeedItem;
pub use worker::round;
pub use worker::run;

/// Scores computed at one time: each keeps one core busy for some milliseconds, and other work goes on beside it.
const CONCURRENT_MAX: usize = 4;
/// Evidence files made at one time: each takes up to twice the 64 MiB of the largest.
const FILES_MAX: usize = 2;
/// How long a caller waits for a place: hundreds of scores on each.
const WAIT: Duration = Duration::from_secs(2);

/// What one process knows of scores.
#[derive(Debug)]
pub(crate) struct Scores {
    /// None until the logs were read for the first time.
    state: RwLock<Option<ScoreState>>,
    places: Arc<Semaphore>,
    files: Arc<Semaphore>,
    /// The last measurement, and when it was made, in Unix seconds.
    concentration: Mutex<Option<(i64, Concentration)>>,
}

impl Scores {
    pub(crate) fn new() -> Self {
        Self {
            state: RwLock::new(None),
            places: Arc::new(Semaphore::new(CONCURRENT_MAX)),
            files: Arc::new(Semaphore::new(FILES_MAX)),
            concentration: Mutex::new(None),
        }
    }

    /// Whether the logs have been read.
    pub(crate) fn is_read(&self) -> bool {
        self.look(|_| ()).is_some()
    }

    /// Looks at the state; nothing where a change of it broke off.
    fn look<T>(&self, work: impl FnOnce(&ScoreState) -> T) -> Option<T> {
        self.state.read().ok()?.as_ref().map(work)
    }

    /// Changes the state. What a panic left half done is thrown away.
    fn change<T>(&self, work: impl FnOnce(&mut Option<ScoreState>) -> T) -> T {
        let mut state = self.state.write().unwrap_or_else(|poisoned| {
            let mut half_done = poisoned.into_inner();
            *half_done = None;
            self.state.clear_poison();
            half_done
        });
        work(&mut state)
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        turn(&self.places).await
    }

    /// A turn to make an evidence file, for as long as the answer is held.
    pub(crate) async fn file(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        turn(&self.files).await
    }
}

async fn turn(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Refusal> {
    match tokio::time::timeout(WAIT, Arc::clone(places).acquire_owned()).await {
        Ok(Ok(place)) => Ok(place),
        // The semaphore is never closed.
        Ok(Err(_)) | Err(_) => Err(Refusal::Busy),
    }
}

impl Trust {
    /// Computes something from the state, aside and in a bounded number.
    ///
    /// # Errors
    /// `NotReady` as long as the logs were not read, `Busy`, and what the work refuses.
    async fn in_state<T: Send + 'static>(
        &self,
        work: impl FnOnce(&ScoreState) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, UseError> {
        let place = self.scores().place().await?;
        let trust = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let done = trust.scores().look(work);
            drop(place);
            done
        });
        Ok(done.await.map_err(Failure::Cut)?.ok_or(Refusal::NotReady)??)
    }
}
