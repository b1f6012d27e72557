//! Waiting for what has no event: a condition is looked at until it holds, and a test that waits in vain says for what.
#![expect(clippy::panic, reason = "support of tests: a failure is the finding")]

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

/// Between two looks: short against what is waited for, long against a look.
const PACE: Duration = Duration::from_millis(20);
/// No condition here takes a tenth of it on an idle machine; a busy one may take longer.
const PATIENCE: Duration = Duration::from_secs(90);

/// Looks until there is something, and returns it.
///
/// # Panics
/// If there is nothing for a minute and a half; `what` says what was missing.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pace.tick().await;
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "this never happened: {what}");
    }
}

/// Looks until the condition holds.
///
/// # Panics
/// As [`eventually`].
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    eventually(what, async || holds().await.then_some(())).await;
}

/// Waits for something that has an event of its own, but not for ever.
///
/// # Panics
/// If it has not come within a minute and a half.
pub async fn within<T>(what: &str, coming: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, coming).await {
        Ok(come) => come,
        Err(_) => panic!("this never came: {what}"),
    }
}
