//! Which lines of the log are written. How often a peer comes and goes is the peer's to say, and after a few lines it is nothing new.

use std::time::Duration;

use crate::limits::limiter::{Bucket, Quota};

/// Comings and goings of one pinned peer: a restart is two of them.
pub(crate) const CHANGES: Quota = Quota { burst: 4, period: Duration::from_secs(60) };

/// Refusals of whoever is not pinned, all addresses together: an operator who has forgotten a peer sees it within a minute, and
/// nobody fills a disk.
pub(crate) const REFUSALS: Quota = Quota { burst: 1, period: Duration::from_secs(60) };

/// A few lines of one trouble, and how many were left out between them.
#[derive(Debug)]
pub(crate) struct LogLimit {
    lines: Bucket,
    left_out: u64,
}

impl LogLimit {
    pub(crate) const fn new(quota: Quota) -> Self {
        Self { lines: Bucket::new(quota), left_out: 0 }
    }

    /// Whether a line is written now; then it says how many were left out since the last one.
    pub(crate) fn tell(&mut self, now: Duration) -> Option<u64> {
        if self.lines.take(now, 1).is_err() {
            self.left_out = self.left_out.saturating_add(1);
            return None;
        }
        Some(std::mem::take(&mut self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_lines_are_written_and_then_how_many_were_not() {
        let mut flaps = LogLimit::new(CHANGES);
        let second = Duration::from_secs;
        let written = (0..100).filter(|_| flaps.tell(second(0)).is_some()).count();
        assert_eq!(written, 4);
        assert_eq!(flaps.tell(second(15)), Some(96));
        assert_eq!(flaps.tell(second(15)), None);
        assert_eq!(flaps.tell(second(120)), Some(1));
    }

    #[test]
    fn who_is_refused_again_and_again_is_one_line_a_minute() {
        let mut refusals = LogLimit::new(REFUSALS);
        let lines: Vec<u64> =
            (0..600).filter_map(|second| refusals.tell(Duration::from_secs(second))).collect();
        assert_eq!(lines, [0, 59, 59, 59, 59, 59, 59, 59, 59, 59]);
    }
}
