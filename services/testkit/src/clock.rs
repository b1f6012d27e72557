//! A clock that runs and can be moved.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use hanse_base::clock::Clock;
use hanse_document::Timestamp;

/// Begins where it is told and runs with the machine, so that whatever waits for a time comes to it; a test moves it over weeks.
#[derive(Debug)]
pub struct MovableClock {
    start: i64,
    since: Instant,
    moved: AtomicI64,
}

impl MovableClock {
    /// Stands at `start` now.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self { start: start.unix(), since: Instant::now(), moved: AtomicI64::new(0) }
    }

    /// Moves the clock on by so many seconds, or back with a negative number.
    pub fn advance(&self, seconds: i64) {
        self.moved.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        let ran = i64::try_from(self.since.elapsed().as_secs()).unwrap_or(i64::MAX);
        let seconds = self.start.saturating_add(ran).saturating_add(self.moved.load(Ordering::SeqCst));
        Timestamp::from_unix(seconds).unwrap_or(Timestamp::MAX)
    }
}
