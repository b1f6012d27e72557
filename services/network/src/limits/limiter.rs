//! How much one peer may ask: the generic cell rate algorithm, with the time passed in.
//!
//! A bucket remembers one instant, the one at which it would be empty again. A request of cost `n` moves it by
//! `n` times the emission interval; if that lands more than the whole period ahead of now, the request comes
//! too soon, and the difference is the time to wait. A refused request costs nothing.

use std::time::Duration;

/// `burst` units at once, and as many again each `period`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) burst: u32,
    pub(crate) period: Duration,
}

/// Why a request is over its quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// It would conform after this time.
    TooSoon(Duration),
    /// It is larger than the whole burst and can never conform.
    TooLarge,
}

/// One quota's state. Times are counted from any fixed start and must not go back.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    quota: Quota,
    empty_at: Duration,
}

impl Bucket {
    /// A bucket with its whole burst at hand.
    pub(crate) const fn new(quota: Quota) -> Self {
        Self { quota, empty_at: Duration::ZERO }
    }

    /// Whether a request of this cost conforms now; takes nothing.
    pub(crate) fn check(&self, now: Duration, cost: u32) -> Result<(), Over> {
        self.after(now, cost).map(|_| ())
    }

    /// Takes the cost of a request, or says why not.
    pub(crate) fn take(&mut self, now: Duration, cost: u32) -> Result<(), Over> {
        self.empty_at = self.after(now, cost)?;
        Ok(())
    }

    fn after(&self, now: Duration, cost: u32) -> Result<Duration, Over> {
        if cost > self.quota.burst {
            return Err(Over::TooLarge);
        }
        // cost <= burst, so this is at most one period.
        let spent = self.quota.period.saturating_mul(cost) / self.quota.burst.max(1);
        let empty_at = self.empty_at.max(now).saturating_add(spent);
        match empty_at.checked_sub(now.saturating_add(self.quota.period)) {
            Some(wait) if !wait.is_zero() => Err(Over::TooSoon(wait)),
            Some(_) | None => Ok(empty_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const QUOTA: Quota = Quota { burst: 20, period: Duration::from_secs(10) };

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_burst_conforms_and_the_next_waits_for_one_unit() {
        let mut bucket = Bucket::new(QUOTA);
        for _ in 0..20 {
            assert_eq!(bucket.take(seconds(3.0), 1), Ok(()));
        }
        assert_eq!(bucket.take(seconds(3.0), 1), Err(Over::TooSoon(seconds(0.5))));
        assert_eq!(bucket.take(seconds(3.4), 1), Err(Over::TooSoon(seconds(0.1))));
        assert_eq!(bucket.take(seconds(3.5), 1), Ok(()));
    }

    #[test]
    fn a_refused_request_costs_nothing() {
        let mut bucket = Bucket::new(QUOTA);
        assert_eq!(bucket.take(Duration::ZERO, 20), Ok(()));
        for _ in 0..1_000 {
            assert!(bucket.take(Duration::ZERO, 20).is_err());
        }
        assert_eq!(bucket.take(seconds(10.0), 20), Ok(()));
    }

    #[test]
    fn more_than_the_burst_never_conforms() {
        let mut bucket = Bucket::new(QUOTA);
        assert_eq!(bucket.take(seconds(1e6), 21), Err(Over::TooLarge));
        assert_eq!(bucket.check(seconds(1e6), 20), Ok(()));
    }

    #[test]
    fn idle_time_saves_up_one_burst_and_no_more() {
        let mut bucket = Bucket::new(QUOTA);
        assert_eq!(bucket.take(seconds(1e6), 20), Ok(()));
        assert_eq!(bucket.take(seconds(1e6), 1), Err(Over::TooSoon(seconds(0.5))));
    }

    proptest! {
        /// In any window, at most the burst and what the window earns conforms; and whoever waits as long as
        /// told conforms.
        #[test]
        fn never_over_the_rate(requests in proptest::collection::vec((0_u64..3_000, 1_u32..=20), 1..200)) {
            let mut bucket = Bucket::new(QUOTA);
            let mut now = Duration::ZERO;
            let mut taken = Vec::new();
            for (pause, cost) in requests {
                now += Duration::from_millis(pause);
                match bucket.take(now, cost) {
                    Ok(()) => taken.push((now, cost)),
                    Err(Over::TooSoon(wait)) => prop_assert_eq!(bucket.check(now + wait, cost), Ok(())),
                    Err(Over::TooLarge) => prop_assert!(false, "no cost is above the burst"),
                }
            }
            for (first, (from, _)) in taken.iter().enumerate() {
                let mut sum = 0_u32;
                for (until, cost) in &taken[first..] {
                    sum += cost;
                    let earned = (*until - *from).as_secs_f64() / 10.0 * 20.0;
                    prop_assert!(f64::from(sum) <= 20.0 + earned + 1e-6);
                }
            }
        }
    }
}
