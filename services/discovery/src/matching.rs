//! Which freelancer fits which job: an index of everybody whose home is here and of every open posting in the memory of each
//! process, kept up by the feed of changes, and the use cases that ask it. The rules are `hanse-matching`'s; here is what
//! feeds them.

pub mod attention;
pub mod index;
mod matches;
pub mod peers;
pub mod picks;
mod posting;
mod rank;
mod recommend;
mod standing;
mod transparency;

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_matching::Space;
use hanse_matching::text::TextLanguage;
use index::State;
use peers::Peers;
use tokio::sync::Semaphore;

use crate::Discovery;

/// Rankings at a time in one process. Each has a core to itself, and more of them only make all of them late.
const RANKINGS_MAX: usize = 4;
/// How long a caller waits for its turn: rankings take milliseconds, so that a longer queue is a flood.
const TURN_WAIT: Duration = Duration::from_secs(2);
/// A list that a person reads.
const LIMIT: u32 = 20;
/// A list is for people; who is further down can ask why.
const LIMIT_MAX: u32 = 50;

/// What one process ranks with.
#[derive(Debug)]
pub(crate) struct Matching {
    /// Nothing until it has been built for the first time.
    state: RwLock<Option<State>>,
    /// Working space that is not in use; at most as much as there are rankings at a time.
    spaces: Mutex<Vec<Space>>,
    turns: Arc<Semaphore>,
    peers: Peers,
}

impl Matching {
    pub(crate) fn new() -> Self {
        Self {
            state: RwLock::new(None),
            spaces: Mutex::default(),
            turns: Arc::new(Semaphore::new(RANKINGS_MAX)),
            peers: Peers::new(),
        }
    }

    /// Whether the index has been built.
    pub(crate) fn is_built(&self) -> bool {
        self.state.read().is_ok_and(|state| state.is_some())
    }

    /// Looks at the index as it stands, for as long as a ranking takes.
    ///
    /// # Errors
    /// `NotReady` until it has been built, and after a panic in the middle of a change, until it has been built again.
    fn read<T>(&self, look: impl FnOnce(&State, &mut Space) -> T) -> Result<T, UseError> {
        let state = self.state.read().map_err(|_| Refusal::NotReady)?;
        let state = state.as_ref().ok_or(Refusal::NotReady)?;
        let mut space = lock(&self.spaces).pop().unwrap_or_default();
        let seen = look(state, &mut space);
        lock(&self.spaces).push(space);
        Ok(seen)
    }

    /// Changes the index. What a panic left half done is thrown away.
    fn write<T>(&self, change: impl FnOnce(&mut Option<State>) -> T) -> T {
        let mut state = self.state.write().unwrap_or_else(|poisoned| {
            let mut half_done = poisoned.into_inner();
            *half_done = None;
            self.state.clear_poison();
            half_done
        });
        change(&mut state)
    }
}

/// A lock over a collection that is whole between any two statements.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Discovery {
    /// Computes beside the tasks, when it is this caller's turn.
    ///
    /// # Errors
    /// `Busy` if that takes too long, and those of `work`.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, UseError> + Send + 'static,
    ) -> Result<T, UseError> {
        let turn = Arc::clone(&self.matching().turns).acquire_owned();
        // A closed semaphore would be a turn that never comes.
        let turn = tokio::time::timeout(TURN_WAIT, turn).await.ok().and_then(Result::ok);
        let turn = turn.ok_or(Refusal::Busy)?;
        let discovery = self.clone();
        let work = move || {
            let done = work(&discovery);
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(Failure::Cut)?
    }
}

/// How long a list is to be.
fn length(limit: Option<u32>) -> Result<usize, Refusal> {
    let limit = limit.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Refusal::BadField { field: "limit", reason: "must be 1 to 50" });
    }
    Ok(usize::try_from(limit).unwrap_or(1))
}

/// The language that sentences are asked in.
fn language(asked: Option<&str>) -> Result<TextLanguage, Refusal> {
    match asked {
        None | Some("en") => Ok(TextLanguage::English),
        Some("fr") => Ok(TextLanguage::French),
        Some(_) => Err(Refusal::BadField { field: "language", reason: "must be `en` or `fr`" }),
    }
}

/// The UTC day of the discovery's clock.
pub fn today(discovery: &Discovery) -> u32 {
    const DAY_SECONDS: i64 = 86_400;
    u32::try_from(discovery.now().unix().div_euclid(DAY_SECONDS)).unwrap_or(0)
}
