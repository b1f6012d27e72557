//! Where the time comes from. Everything that asks for the time asks a [`Clock`] that was passed in.

mod agree;
mod said;

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::UNIX_EPOCH;

use hanse_document::Timestamp;

pub use agree::Clocks;
pub use said::{read, say};

/// How far a document may be dated ahead of this node's clock, in seconds: clocks differ, and five minutes is what
/// cosignatures are given too.
pub const AHEAD_SECONDS_MAX: i64 = 300;

/// The wall clock of a node.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Now, in whole seconds.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    /// A machine whose clock stands before 2020 or after 2099 gets the nearest end of that range: documents then fail
    /// their time checks with a reason, instead of this process with a panic.
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
        let elapsed = std::time::SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = elapsed.map_or(0, |elapsed| i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX));
        clamped(seconds)
    }
}

/// A clock that stands still until it is moved; for tests, and shared between the nodes of one.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Stands at `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.unix()))
    }

    /// Moves the clock on, or back with a negative number.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        clamped(self.0.load(Ordering::SeqCst))
    }
}

fn clamped(seconds: i64) -> Timestamp {
    match Timestamp::from_unix(seconds) {
        Ok(time) => time,
        Err(_) if seconds < Timestamp::MIN.unix() => Timestamp::MIN,
        Err(_) => Timestamp::MAX,
    }
}
