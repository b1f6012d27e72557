//! Whether this node's clock can be believed: peers say what theirs show when they are asked for heads. A clock that jumps, or that most
//! peers contradict, expires nothing: what time has moved stays moved, at this home alone.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::apply::guard::AHEAD_SECONDS_MAX;

/// How far two clocks may be apart, in seconds, and how far the machine's clock may run from its own ticks between two looks: what
/// documents may be dated ahead.
const APART_SECONDS_MAX: i64 = AHEAD_SECONDS_MAX;

/// How long a peer's word counts: it is asked several times a minute.
const WORD: Duration = Duration::from_secs(600);

/// How long a process waits after its start, or after a jump, for a first word; peers of an older release never say one.
const GRACE: Duration = Duration::from_secs(60);

/// What peers say of the time.
#[derive(Debug)]
pub(crate) struct Clocks {
    peers: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// How far this node's clock is ahead of each peer's, in seconds, and when that was heard.
    ahead: BTreeMap<String, (i64, Instant)>,
    /// Whether any peer has ever said its time to this process.
    told: bool,
    last: Option<(i64, Instant)>,
    /// Since when the clock waits for the peers' word.
    doubted: Option<Instant>,
    differs: bool,
}

impl Clocks {
    pub(crate) fn new(peers: usize) -> Self {
        let doubted = (peers > 0).then(Instant::now);
        let state = State { ahead: BTreeMap::new(), told: false, last: None, doubted, differs: false };
        Self { peers, state: Mutex::new(state) }
    }

    /// A peer has said its time, Unix seconds, when this node's clock showed `ours`.
    pub(crate) fn heard(&self, peer: &str, theirs: i64, ours: i64) {
        let mut state = self.state();
        state.told = true;
        state.ahead.insert(peer.to_owned(), (ours.saturating_sub(theirs), Instant::now()));
        state.judge();
    }

    /// Looks at the clock, which shows `now`. Whether what time alone brings about may happen.
    pub(crate) fn look(&self, now: i64) -> bool {
        let (mut state, at) = (self.state(), Instant::now());
        if let Some((before, since)) = state.last {
            let ticks = i64::try_from(at.duration_since(since).as_secs()).unwrap_or(i64::MAX);
            let jump = now.saturating_sub(before).saturating_sub(ticks);
            if jump.abs() > APART_SECONDS_MAX && self.peers > 0 {
                tracing::warn!(
                    seconds = jump,
                    "the clock has jumped: nothing expires until the peers' clocks agree"
                );
                // What was heard before was heard by the other clock.
                state.ahead.clear();
                state.doubted = Some(at);
            }
        }
        state.last = Some((now, at));
        state.judge();
        if !state.told && state.doubted.is_some_and(|since| at.duration_since(since) >= GRACE) {
            state.doubted = None;
        }
        state.may_act()
    }

    /// Whether what time alone brings about may happen, as of the last look.
    pub(crate) fn may_act(&self) -> bool {
        self.state().may_act()
    }

    /// How far this node's clock is ahead of the middle one of its peers', in seconds, if any has said its time lately.
    pub(crate) fn ahead(&self) -> Option<i64> {
        self.state().middle()
    }

    /// Whether most peers' clocks contradict this node's.
    pub(crate) fn differs(&self) -> bool {
        self.state().differs
    }

    /// No holder of the lock can leave the state half changed, so a panic elsewhere does not spoil it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    const fn may_act(&self) -> bool {
        self.doubted.is_none() && !self.differs
    }

    /// The middle of what the peers have said lately.
    fn middle(&self) -> Option<i64> {
        let mut ahead: Vec<i64> = self.ahead.values().map(|(ahead, _)| *ahead).collect();
        ahead.sort_unstable();
        ahead.get(ahead.len() / 2).copied()
    }

    /// Goes by more than half of those who have said their time lately; as many on both sides leave everything as it is.
    fn judge(&mut self) {
        let now = Instant::now();
        self.ahead.retain(|_, (_, at)| now.duration_since(*at) < WORD);
        let agree = self.ahead.values().filter(|(ahead, _)| ahead.abs() <= APART_SECONDS_MAX).count();
        let contradict = self.ahead.len() - agree;
        if agree > contradict {
            if self.differs {
                tracing::info!("the clock agrees with the peers' again");
            }
            (self.doubted, self.differs) = (None, false);
        } else if contradict > agree && !self.differs {
            let seconds = self.middle().unwrap_or_default();
            tracing::error!(
                seconds,
                "this clock is ahead of most peers' by so much (behind, if negative): nothing expires"
            );
            self.differs = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_950_000;
    const FORTY_DAYS: i64 = 40 * 86_400;

    #[tokio::test(start_paused = true)]
    async fn a_jump_has_no_effect_until_most_peers_share_it() {
        let clocks = Clocks::new(3);
        assert!(!clocks.look(NOON), "nobody has said anything yet");
        clocks.heard("b", NOON, NOON);
        assert!(clocks.look(NOON));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert!(clocks.look(NOON + 10), "time goes on");
        assert!(!clocks.look(NOON + FORTY_DAYS));
        tokio::time::advance(GRACE * 100).await;
        assert!(!clocks.look(NOON + FORTY_DAYS + 6_000), "no time-out stands in for their word");
        for peer in ["b", "c"] {
            clocks.heard(peer, NOON + 6_000, NOON + FORTY_DAYS + 6_000);
        }
        clocks.heard("d", NOON + FORTY_DAYS + 6_000, NOON + FORTY_DAYS + 6_000);
        assert!(clocks.differs() && !clocks.look(NOON + FORTY_DAYS + 6_001), "one liar alone agrees");
        assert_eq!(clocks.ahead(), Some(FORTY_DAYS));
        assert!(!clocks.look(NOON + 6_001), "put right, it has jumped again");
        clocks.heard("c", NOON + 6_001, NOON + 6_001);
        assert!(clocks.look(NOON + 6_001) && !clocks.differs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_with_nobody_to_ask_goes_by_its_own_clock() {
        let alone = Clocks::new(0);
        assert!(alone.look(NOON) && alone.look(NOON + FORTY_DAYS));
        let beside_old_releases = Clocks::new(2);
        assert!(!beside_old_releases.look(NOON));
        tokio::time::advance(GRACE).await;
        assert!(beside_old_releases.look(NOON + 60));
    }
}
