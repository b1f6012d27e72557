//! How much of one peer's log this node takes, and when it leaves the log alone: what others sign must not fill this node's disk, and
//! what cannot be taken must not be tried without end.

use std::time::Duration;

use tokio::time::Instant;

/// What one log may bring within a day, in leaves with what an ordinary one brings along; as much at once after a quiet day. A home with a
/// hundred thousand people writes a tenth of it, and it is some four gigabytes. Of more, the log is followed more slowly.
const WEIGHT_A_DAY: u64 = 1_000_000;

/// Subtrees of the index that go with an ordinary leaf: the way to one of four billion people.
const SUBTREES_OF_A_LEAF: u64 = 8;

/// Bytes of documents that go with an ordinary leaf: a long posting.
const DOCUMENT_BYTES_OF_A_LEAF: u64 = 8_192;

/// The first pause after a failure; twice as long each time.
const REST_FIRST: Duration = Duration::from_secs(2);

/// The longest pause.
const REST_MAX: Duration = Duration::from_secs(600);

/// In which one more leaf may come: 86.4 ms.
const LEAF_EVERY: Duration = Duration::from_micros(86_400_000_000 / WEIGHT_A_DAY);

/// What is to be remembered of following one log, as long as the process runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    left: u64,
    /// Up to here what time brings is counted in `left`.
    since: Instant,
    failures: u32,
    rests_until: Option<Instant>,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { left: WEIGHT_A_DAY, since: now, failures: 0, rests_until: None }
    }

    /// Whether the log is left alone for now.
    pub(super) fn rests(&self, now: Instant) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }

    /// Following has failed and will not come right by itself at once. Says for how long the log is left alone.
    pub(super) fn failed(&mut self, now: Instant) -> Duration {
        let pause = REST_FIRST.saturating_mul(1 << self.failures.min(16)).min(REST_MAX);
        self.failures = self.failures.saturating_add(1);
        self.rests_until = Some(now + pause);
        pause
    }

    /// Following has not failed.
    pub(super) fn succeeded(&mut self) {
        (self.failures, self.rests_until) = (0, None);
    }

    /// Whether the log may bring more now.
    pub(super) fn allows(&mut self, now: Instant) -> bool {
        match u32::try_from(now.duration_since(self.since).as_nanos() / LEAF_EVERY.as_nanos()) {
            Ok(gained) if u64::from(gained) < WEIGHT_A_DAY => {
                self.left = self.left.saturating_add(gained.into()).min(WEIGHT_A_DAY);
                // What is left of the time is not lost, however often somebody asks.
                self.since += LEAF_EVERY.saturating_mul(gained);
            }
            Ok(_) | Err(_) => (self.left, self.since) = (WEIGHT_A_DAY, now),
        }
        self.left > 0
    }

    /// The log has brought this.
    pub(super) fn took(&mut self, leaves: u64, subtrees: u64, document_bytes: u64) {
        let weight = leaves
            .saturating_add(subtrees / SUBTREES_OF_A_LEAF)
            .saturating_add(document_bytes / DOCUMENT_BYTES_OF_A_LEAF);
        self.left = self.left.saturating_sub(weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_log_brings_so_much_in_a_day_and_then_slowly_more() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.took(WEIGHT_A_DAY - 1, 0, 0);
        assert!(pace.allows(start));
        // One leaf with a way to two people, as deep as a tree can be, and three documents as long as can be.
        pace.took(1, 514, 196_608);
        assert!(!pace.allows(start));
        assert!(pace.allows(start + Duration::from_secs(1)), "slowly, but it goes on");
        pace.took(999, 0, 0);
        assert!(pace.allows(start + Duration::from_secs(2 * 86_400)));
        assert_eq!(pace.left, WEIGHT_A_DAY, "what was not used for days is not saved up");
    }

    #[tokio::test(start_paused = true)]
    async fn asking_often_costs_a_log_nothing_of_what_it_may_bring() {
        let (mut often, mut once) = (Pace::new(Instant::now()), Pace::new(Instant::now()));
        let start = often.since;
        often.took(WEIGHT_A_DAY, 0, 0);
        once.took(WEIGHT_A_DAY, 0, 0);
        let hour = Duration::from_secs(3_600);
        let mut passed = Duration::ZERO;
        while passed < hour {
            passed = (passed + Duration::from_millis(1_900)).min(hour);
            often.allows(start + passed);
        }
        once.allows(start + hour);
        assert_eq!(often.left, once.left);
        assert_eq!(once.left, WEIGHT_A_DAY / 24);
    }

    #[tokio::test(start_paused = true)]
    async fn a_log_that_fails_is_left_alone_for_longer_each_time() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let pauses: Vec<_> = (0..40).map(|_| pace.failed(start)).collect();
        assert_eq!((pauses.first(), pauses.last()), (Some(&REST_FIRST), Some(&REST_MAX)));
        assert!(pauses.is_sorted());
        assert!(pace.rests(start) && !pace.rests(start + REST_MAX));
        pace.succeeded();
        assert!(!pace.rests(start));
        assert_eq!(pace.failed(start), REST_FIRST);
    }
}
