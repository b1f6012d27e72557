//! When to dial whom: pinned peers are dialled for ever, with a growing pause, never twice at once.

use std::time::Duration;

/// Growth of the pause with each failure, as a ratio: 1.25.
const GROWTH: (u32, u32) = (5, 4);

/// Pause after the first failure.
const PAUSE: Duration = Duration::from_secs(1);

/// Longest pause. Short, because an operator pinned the peer and waits for it: a node that restarts is back
/// in the mesh within this time.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// A connection that ends sooner than this after it came up counts as a failed dial: the other side may not
/// have pinned us, and it can say so only after the handshake.
const STABLE: Duration = Duration::from_secs(10);

/// Failures after which the pause no longer grows (1.25^11 > 10).
const FAILURES_MAX: u32 = 11;

/// The link to one peer. Times are counted from any fixed start.
#[derive(Debug, Clone, Default)]
pub(crate) struct Link {
    /// Established connections; two when both sides dialled at once.
    connections: u32,
    dialling: bool,
    failures: u32,
    due: Duration,
    since: Duration,
}

impl Link {
    pub(crate) const fn connected(&self) -> bool {
        self.connections > 0
    }

    /// Whether to dial now. Says so once; then the dial must end in [`Self::opened`] or [`Self::failed`].
    pub(crate) fn dial(&mut self, now: Duration) -> bool {
        let dial = !self.dialling && !self.connected() && self.due <= now;
        self.dialling |= dial;
        dial
    }

    /// A connection came up; `ours` if we dialled it. True if it is the first.
    pub(crate) fn opened(&mut self, ours: bool, now: Duration) -> bool {
        self.dialling &= !ours;
        self.connections = self.connections.saturating_add(1);
        let first = self.connections == 1;
        if first {
            self.since = now;
        }
        first
    }

    /// A connection ended; true if it was the last. After a stable one the first redial is due at once.
    pub(crate) fn closed(&mut self, now: Duration) -> bool {
        self.connections = self.connections.saturating_sub(1);
        if self.connected() {
            return false;
        }
        if now.saturating_sub(self.since) < STABLE {
            self.pause(now);
        } else {
            self.failures = 0;
            self.due = now;
        }
        true
    }

    /// Our dial failed.
    pub(crate) fn failed(&mut self, now: Duration) {
        self.dialling = false;
        self.pause(now);
    }

    fn pause(&mut self, now: Duration) {
        self.due = now.saturating_add(pause(self.failures));
        self.failures = self.failures.saturating_add(1).min(FAILURES_MAX);
    }
}

/// 1.25 to the power of the failures before, in seconds, up to the cap.
fn pause(failures: u32) -> Duration {
    (0..failures).fold(PAUSE, |pause, _| (pause * GROWTH.0 / GROWTH.1).min(PAUSE_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_new_link_dials_at_once_and_only_once() {
        let mut link = Link::default();
        assert!(link.dial(at(0)));
        assert!(!link.dial(at(60_000)), "a dial is under way");
    }

    #[test]
    fn the_pause_grows_to_the_cap_and_starts_anew_after_a_connection() {
        let mut link = Link::default();
        let mut now = at(0);
        let mut pauses = Vec::new();
        for _ in 0..15 {
            assert!(link.dial(now));
            link.failed(now);
            assert!(!link.dial(now));
            let mut wait = Duration::ZERO;
            while !link.dial(now + wait) {
                wait += at(1);
            }
            link.dialling = false;
            pauses.push(wait.as_millis());
            now += wait;
        }
        assert_eq!(pauses[..5], [1_000, 1_250, 1_563, 1_954, 2_442]);
        assert_eq!(pauses[11..], [10_000; 4]);
        assert!(link.opened(true, now));
        now += STABLE;
        assert!(link.closed(now));
        assert!(link.dial(now), "a lost connection is redialled at once");
        link.failed(now);
        assert!(!link.dial(now + at(999)));
        assert!(link.dial(now + at(1_000)));
    }

    #[test]
    fn a_peer_that_hangs_up_at_once_is_not_dialled_in_a_circle() {
        let mut link = Link::default();
        let mut now = at(0);
        for wait in [1_000, 1_250, 1_562] {
            assert!(link.dial(now));
            assert!(link.opened(true, now));
            now += at(5);
            assert!(link.closed(now));
            assert!(!link.dial(now + at(wait - 1)));
            now += at(wait + 1);
        }
    }

    #[test]
    fn two_connections_are_one_link() {
        let mut link = Link::default();
        assert!(link.dial(at(0)));
        assert!(link.opened(false, at(0)), "the peer dialled us first");
        assert!(!link.opened(true, at(0)), "and then ours came up");
        assert!(!link.closed(at(1)));
        assert!(link.connected());
        assert!(!link.dial(at(2)));
        assert!(link.closed(at(20_000)));
        assert!(link.dial(at(20_000)));
    }

    #[test]
    fn a_dial_that_fails_beside_a_connection_does_no_harm() {
        let mut link = Link::default();
        assert!(link.dial(at(0)));
        assert!(link.opened(false, at(0)));
        link.failed(at(1));
        assert!(link.connected());
        assert!(!link.dial(at(60_000)));
    }
}
