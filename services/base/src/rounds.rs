//! What every worker of a node does: a round of its work, then a wait until something wakes it, its time is over, or it is
//! cancelled. What fails is logged and tried again.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::error::{Failure, UseError};
use crate::signals::Signals;

/// Where the work of other processes is heard of, a worker that finds nothing looks ever more seldom, down to this: what a lost
/// notification costs at most.
pub const SELDOM: Duration = Duration::from_secs(10);
/// The longest pause after rounds that failed one after the other: a database that is back is noticed as soon.
const FAILING: Duration = Duration::from_secs(5);

/// What a round came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// There was something to do, or it is not known.
    Worked,
    /// There was nothing to do.
    Idle,
    /// There is more to do after this rest, which no signal ends.
    Rest(Duration),
}

impl From<()> for Round {
    fn from((): ()) -> Self {
        Self::Worked
    }
}

/// Why a round failed.
pub trait RoundError: std::error::Error + 'static {
    /// Whether the same round may succeed by being tried again.
    fn may_pass(&self) -> bool;
}

impl RoundError for Failure {
    fn may_pass(&self) -> bool {
        self.is_transient()
    }
}

impl RoundError for UseError {
    fn may_pass(&self) -> bool {
        match self {
            Self::Failed(failure) => failure.is_transient(),
            Self::Refused(_) => false,
        }
    }
}

/// The loop of one worker: `while rounds.round(work).await { rounds.wait(signal).await; }`.
#[derive(Debug)]
pub struct Rounds<'a> {
    worker: &'static str,
    /// What it works on, where there are several of its kind.
    about: Option<&'a str>,
    signals: &'a Signals,
    cancel: CancellationToken,
    pace: Duration,
    rest: Duration,
    /// How seldom it looks while there is nothing, where others are heard.
    seldom: Duration,
    idle: u32,
    failed: u32,
    /// The rest that the last round asked for.
    asked: Option<Duration>,
}

impl<'a> Rounds<'a> {
    /// A worker that looks at this pace until `cancel`. Its name stands in the log.
    #[must_use]
    pub fn new(
        worker: &'static str,
        signals: &'a Signals,
        cancel: CancellationToken,
        pace: Duration,
    ) -> Self {
        let (rest, seldom) = (Duration::ZERO, pace);
        Self { worker, about: None, signals, cancel, pace, rest, seldom, idle: 0, failed: 0, asked: None }
    }

    /// One of several workers of this name, which works on this.
    #[must_use]
    pub fn about(self, about: &'a str) -> Self {
        Self { about: Some(about), ..self }
    }

    /// Rests after each round, whatever wakes it: what comes meanwhile is done together.
    #[must_use]
    pub fn resting(self, rest: Duration) -> Self {
        Self { rest, ..self }
    }

    /// Whatever makes work for it wakes it, in every process of the node, or is in no hurry: while it finds nothing, and the process hears
    /// the others, it looks ever more seldom, down to once in this time.
    #[must_use]
    pub fn woken(self, seldom: Duration) -> Self {
        Self { seldom, ..self }
    }

    /// Does a round, unless it is cancelled before it is done. `false` if it was: the worker ends.
    pub async fn round<R: Into<Round>, E: RoundError>(
        &mut self,
        work: impl Future<Output = Result<R, E>>,
    ) -> bool {
        if self.cancel.is_cancelled() {
            return false;
        }
        match self.cancel.run_until_cancelled(work).await {
            None => return false,
            Some(Ok(done)) => {
                self.failed = 0;
                match done.into() {
                    Round::Worked => self.idle = 0,
                    Round::Idle => self.idle = self.idle.saturating_add(1),
                    Round::Rest(rest) => (self.idle, self.asked) = (0, Some(rest)),
                }
            }
            Some(Err(error)) => {
                self.failed = self.failed.saturating_add(1);
                self.report(&error);
            }
        }
        true
    }

    /// Waits for the signal, the end of the pause, or its cancellation; after a round that failed or asked for a rest, for the end of that.
    pub async fn wait(&mut self, signal: impl Future) {
        if let Some(rest) = self.asked.take() {
            self.cancel.run_until_cancelled(sleep(rest)).await;
            return;
        }
        let (rest, pause) = (self.rest, self.pause());
        // A failure is no work, whoever signals meanwhile; the worker itself may have.
        let failed = self.failed > 0;
        let waited = async {
            sleep(rest).await;
            if failed {
                sleep(pause).await;
                return false;
            }
            timeout(pause, signal).await.is_ok()
        };
        if self.cancel.run_until_cancelled(waited).await == Some(true) {
            self.idle = 0;
        }
    }

    /// Waits without a signal.
    pub async fn pace(&mut self) {
        self.wait(std::future::pending::<()>()).await;
    }

    fn pause(&self) -> Duration {
        let doubled = |times: u32| self.pace.saturating_mul(1_u32.checked_shl(times).unwrap_or(u32::MAX));
        if self.failed > 0 {
            return doubled(self.failed - 1).min(FAILING.max(self.pace));
        }
        if self.signals.hears_others() {
            return doubled(self.idle.saturating_sub(1)).min(self.seldom.max(self.pace));
        }
        self.pace
    }

    fn report(&self, error: &impl RoundError) {
        let (worker, about) = (self.worker, self.about);
        let passes = error.may_pass();
        let error = error as &dyn std::error::Error;
        if passes {
            tracing::warn!(worker, about, error, "a round of a worker failed; will retry");
        } else {
            tracing::error!(
                worker,
                about,
                error,
                "a round of a worker failed, and trying again may not help"
            );
        }
    }
}

/// What a worker does beside its rounds, seldom.
#[derive(Debug)]
pub struct Every {
    period: Duration,
    last: Option<Instant>,
}

impl Every {
    /// Once in this time, and at the first look.
    #[must_use]
    pub const fn new(period: Duration) -> Self {
        Self { period, last: None }
    }

    /// Whether it is time again; counts from now on if it is.
    pub fn is_due(&mut self) -> bool {
        let due = self.last.is_none_or(|last| self.period <= last.elapsed());
        if due {
            self.last = Some(Instant::now());
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use hanse_store::StoreError;
    use tokio::sync::Notify;

    use super::*;
    use crate::error::Refusal;

    const PACE: Duration = Duration::from_secs(1);

    fn rounds(signals: &Signals) -> Rounds<'_> {
        Rounds::new("test", signals, CancellationToken::new(), PACE)
    }

    /// How long it waits after a round with this outcome.
    async fn waits(rounds: &mut Rounds<'_>, outcome: Result<Round, Failure>) -> Duration {
        assert!(rounds.round(async { outcome }).await);
        let before = Instant::now();
        rounds.pace().await;
        before.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn who_finds_nothing_looks_ever_more_seldom_as_long_as_others_are_heard() {
        let signals = Signals::default();
        let mut rounds = rounds(&signals).woken(SELDOM);
        for _ in 0..3 {
            assert_eq!(waits(&mut rounds, Ok(Round::Idle)).await, PACE, "nobody is heard");
        }
        signals.set_hears_others(true);
        assert_eq!(waits(&mut rounds, Ok(Round::Worked)).await, PACE);
        for seconds in [1, 2, 4, 8, 10, 10] {
            assert_eq!(waits(&mut rounds, Ok(Round::Idle)).await, Duration::from_secs(seconds));
        }
        rounds.wait(async {}).await;
        assert_eq!(waits(&mut rounds, Ok(Round::Idle)).await, PACE, "woken, it is quick again");
        assert_eq!(waits(&mut rounds, Ok(Round::Idle)).await, PACE * 2);
        assert_eq!(
            waits(&mut rounds, Ok(().into())).await,
            PACE,
            "who does not say what it found has worked"
        );
        assert_eq!(waits(&mut rounds, Ok(Round::Idle)).await, PACE);
        signals.set_hears_others(false);
        assert_eq!(waits(&mut rounds, Ok(Round::Idle)).await, PACE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_fails_waits_longer_but_never_for_long() {
        let signals = Signals::default();
        let mut rounds = rounds(&signals);
        for seconds in [1, 2, 4, 5, 5] {
            let failure = Failure::from(StoreError::Config("on purpose".to_owned()));
            assert_eq!(waits(&mut rounds, Err(failure)).await, Duration::from_secs(seconds));
        }
        let before = Instant::now();
        rounds.wait(async {}).await;
        assert_eq!(before.elapsed(), FAILING, "no signal ends it");
        assert_eq!(waits(&mut rounds, Ok(Round::Idle)).await, PACE);
    }

    #[tokio::test(start_paused = true)]
    async fn whose_pace_is_slower_than_that_keeps_it() {
        let (signals, slow) = (Signals::default(), SELDOM * 6);
        signals.set_hears_others(true);
        let mut rounds = Rounds::new("test", &signals, CancellationToken::new(), slow).woken(SELDOM);
        let failure = Failure::from(StoreError::Config("on purpose".to_owned()));
        for outcome in [Ok(Round::Idle), Ok(Round::Idle), Err(failure)] {
            assert_eq!(waits(&mut rounds, outcome).await, slow);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_signal_ends_a_rest_that_a_round_asked_for() {
        let signals = Signals::default();
        let mut rounds = rounds(&signals);
        assert!(rounds.round(async { Ok::<_, Failure>(Round::Rest(PACE * 3)) }).await);
        let before = Instant::now();
        rounds.wait(async {}).await;
        assert_eq!(before.elapsed(), PACE * 3);
        rounds.wait(async {}).await;
        assert_eq!(before.elapsed(), PACE * 3, "once");
    }

    #[tokio::test(start_paused = true)]
    async fn who_rests_after_each_round_is_woken_no_sooner() {
        let signals = Signals::default();
        let mut rounds = rounds(&signals).resting(PACE * 2);
        for (signal, waited) in [(true, PACE * 2), (false, PACE * 3)] {
            assert!(rounds.round(async { Ok::<_, Failure>(()) }).await);
            let before = Instant::now();
            let signal = async {
                if !signal {
                    std::future::pending::<()>().await;
                }
            };
            rounds.wait(signal).await;
            assert_eq!(before.elapsed(), waited);
        }
    }

    #[test]
    fn what_is_refused_is_refused_again_and_what_failed_may_pass_if_it_is_transient() {
        let lasting = || Failure::from(StoreError::Config("on purpose".to_owned()));
        assert!(!lasting().is_transient() && !lasting().may_pass());
        assert!(!UseError::from(lasting()).may_pass());
        assert!(!UseError::from(Refusal::TooEarly).may_pass());
        let passing = || Failure::from(StoreError::Conflict);
        assert!(passing().is_transient() && passing().may_pass());
        assert!(UseError::from(passing()).may_pass());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_seldom_done_counts_time_and_not_looks() {
        let mut every = Every::new(PACE * 2);
        let mut done = Vec::new();
        for _ in 0..6 {
            done.push(every.is_due());
            sleep(PACE).await;
        }
        assert_eq!(done, [true, false, true, false, true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_in_the_middle_of_a_round_and_of_a_wait() {
        let signals = Signals::default();
        let mut rounds = rounds(&signals).resting(PACE);
        let (cancel, begun) = (rounds.cancel.clone(), Notify::new());
        let work = async {
            begun.notify_one();
            std::future::pending::<Result<(), Failure>>().await
        };
        let stop = async {
            begun.notified().await;
            cancel.cancel();
        };
        let (goes_on, ()) = tokio::join!(rounds.round(work), stop);
        assert!(!goes_on);
        rounds.pace().await;
        assert!(!rounds.round(async { Ok::<_, Failure>(()) }).await, "nothing is begun any more");
    }
}
