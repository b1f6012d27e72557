//! Whether this node's clock can be believed: peers say what theirs show when they are asked for heads. A clock that jumps, or that most
//! peers contradict, expires nothing: what time has moved stays moved, at this home alone.
//!
//! A clock that has jumped waits for more than half of all peers, for ever if they stay away. One that has only been begun to be gone
//! by, after a start or a change of leader, has shown nothing against itself: it waits for them as well, but no longer than the
//! peers that are up need to speak, and then goes by those. So a node that is started with a wrong clock and without a network acts
//! by it after a minute. At a tie this node's own clock decides, if it has not jumped: it is a voice, too.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::AHEAD_SECONDS_MAX;

/// How far two clocks may be apart, in seconds, and how far the machine's clock may run from its own ticks between two looks: what
/// documents may be dated ahead.
const APART_SECONDS_MAX: i64 = AHEAD_SECONDS_MAX;

/// How long the time that a peer said counts: it is asked several times a minute.
const WORD: Duration = Duration::from_secs(600);

/// How long a process that begins to lead waits for most peers to say their time: in this time each that is up is asked several times. Some
/// may be away, and those of an older release never say one.
const GRACE: Duration = Duration::from_secs(60);

/// What peers say of the time.
#[derive(Debug)]
pub struct Clocks {
    state: Mutex<State>,
}

/// Why the clock waits for the peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    /// This process begins to go by it; since its first look.
    Begun(Option<Instant>),
    /// It has jumped.
    Jumped,
}

#[derive(Debug)]
struct State {
    peers: usize,
    /// How far this node's clock is ahead of each peer's, in seconds, and when that was heard.
    ahead: BTreeMap<String, (i64, Instant)>,
    last: Option<(i64, Instant)>,
    doubted: Option<Doubt>,
    differs: bool,
}

impl Clocks {
    /// For a node with so many peers.
    #[must_use]
    pub fn new(peers: usize) -> Self {
        let mut state = State { peers, ahead: BTreeMap::new(), last: None, doubted: None, differs: false };
        state.begin();
        Self { state: Mutex::new(state) }
    }

    /// This process begins to lead: nobody has said the time to it while it did not, and it goes by its clock from now on.
    pub fn begin(&self) {
        self.state().begin();
    }

    /// A peer has said its time, Unix seconds, when this node's clock showed `ours`.
    pub fn heard(&self, peer: &str, theirs: i64, ours: i64) {
        let mut state = self.state();
        state.ahead.insert(peer.to_owned(), (ours.saturating_sub(theirs), Instant::now()));
        state.judge();
    }

    /// Looks at the clock, which shows `now`. Whether what time alone brings about may happen.
    pub fn look(&self, now: i64) -> bool {
        let (mut state, at) = (self.state(), Instant::now());
        if let Some((before, since)) = state.last {
            let ticks = i64::try_from(at.duration_since(since).as_secs()).unwrap_or(i64::MAX);
            let jump = now.saturating_sub(before).saturating_sub(ticks);
            if jump.abs() > APART_SECONDS_MAX && state.peers > 0 {
                tracing::warn!(
                    seconds = jump,
                    "the clock has jumped: nothing expires until the clocks of most peers agree"
                );
                // What was heard before was heard by the other clock.
                state.ahead.clear();
                state.doubted = Some(Doubt::Jumped);
            }
        }
        state.last = Some((now, at));
        if let Some(Doubt::Begun(since @ None)) = &mut state.doubted {
            *since = Some(at);
        }
        state.judge();
        state.may_act()
    }

    /// Whether what time alone brings about may happen, as of the last look.
    pub fn may_act(&self) -> bool {
        self.state().may_act()
    }

    /// How far this node's clock is ahead of the middle one of its peers', in seconds, if any has said its time lately.
    pub fn ahead(&self) -> Option<i64> {
        self.state().middle()
    }

    /// Whether most peers' clocks contradict this node's.
    pub fn differs(&self) -> bool {
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

    /// Forgets what the peers said; that the clock has jumped stays.
    fn begin(&mut self) {
        self.ahead.clear();
        if self.peers > 0 && self.doubted != Some(Doubt::Jumped) {
            self.doubted = Some(Doubt::Begun(None));
        }
    }

    /// Goes by those who have said their time lately. While nobody has, what they said before stays so.
    fn judge(&mut self) {
        let now = Instant::now();
        self.ahead.retain(|_, (_, at)| now.duration_since(*at) < WORD);
        let agree = self.ahead.values().filter(|(ahead, _)| ahead.abs() <= APART_SECONDS_MAX).count();
        let contradict = self.ahead.len() - agree;
        if contradict > agree && !self.differs {
            let seconds = self.middle().unwrap_or_default();
            tracing::error!(
                seconds,
                "this clock is ahead of most peers' by so much (behind, if negative): nothing expires"
            );
            self.differs = true;
        } else if agree > 0 && agree >= contradict && self.differs {
            tracing::info!("the clock agrees with the peers' again");
            self.differs = false;
        }
        // One alone could be a liar who was faster than the others.
        let most = agree > self.peers / 2;
        let believed = match self.doubted {
            None => return,
            Some(Doubt::Jumped | Doubt::Begun(None)) => most,
            Some(Doubt::Begun(Some(since))) => {
                most || now.duration_since(since) >= GRACE && agree >= contradict
            }
        };
        if believed {
            self.doubted = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_950_000;
    const FORTY_DAYS: i64 = 40 * 86_400;

    /// A node of so many peers whose clock is believed at noon.
    fn believed(peers: &[&str]) -> Clocks {
        let clocks = Clocks::new(peers.len());
        assert!(!clocks.look(NOON), "nobody has said anything yet");
        for peer in peers {
            clocks.heard(peer, NOON, NOON);
        }
        assert!(clocks.look(NOON));
        clocks
    }

    #[tokio::test(start_paused = true)]
    async fn a_jump_has_no_effect_until_most_peers_share_it() {
        let clocks = believed(&["b", "c", "d"]);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert!(clocks.look(NOON + 10), "time goes on");
        assert!(!clocks.look(NOON + FORTY_DAYS));
        tokio::time::advance(GRACE * 100).await;
        let jumped = NOON + FORTY_DAYS + 6_000;
        assert!(!clocks.look(jumped), "no time-out stands in for their word");
        clocks.heard("d", jumped, jumped);
        assert!(!clocks.look(jumped), "one liar was faster than the others");
        for peer in ["b", "c"] {
            clocks.heard(peer, NOON + 6_000, jumped);
        }
        assert!(clocks.differs() && !clocks.look(jumped + 1), "one liar alone agrees");
        assert_eq!(clocks.ahead(), Some(FORTY_DAYS));
        assert!(!clocks.look(NOON + 6_001), "put right, it has jumped again");
        clocks.heard("c", NOON + 6_001, NOON + 6_001);
        assert!(!clocks.look(NOON + 6_001), "one of three");
        clocks.heard("b", NOON + 6_001, NOON + 6_001);
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

    #[tokio::test(start_paused = true)]
    async fn a_process_that_begins_to_lead_asks_before_it_goes_by_its_clock() {
        let stood_by = Clocks::new(3);
        tokio::time::advance(GRACE * 2).await;
        assert!(!stood_by.look(NOON + FORTY_DAYS), "it has asked nobody while it stood by");
        stood_by.heard("b", NOON, NOON + FORTY_DAYS);
        tokio::time::advance(GRACE).await;
        assert!(!stood_by.look(NOON + FORTY_DAYS + 60));

        let led_before = believed(&["b", "c", "d"]);
        led_before.begin();
        tokio::time::advance(GRACE * 2).await;
        assert!(!led_before.look(NOON + 120), "what was heard before is old");
        led_before.heard("b", NOON + 120, NOON + 120);
        assert!(!led_before.look(NOON + 120), "the others have not had the time to speak");
        tokio::time::advance(GRACE).await;
        assert!(led_before.look(NOON + 180), "they are away");
        assert!(!led_before.look(NOON + FORTY_DAYS));
        led_before.begin();
        tokio::time::advance(GRACE).await;
        assert!(!led_before.look(NOON + FORTY_DAYS + 60), "that it has jumped is not forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn one_liar_of_two_peers_stops_no_clock_whoever_speaks_first() {
        for order in [["honest", "liar"], ["liar", "honest"]] {
            let clocks = Clocks::new(2);
            assert!(!clocks.look(NOON));
            for peer in order {
                clocks.heard(peer, if peer == "liar" { 0 } else { NOON }, NOON);
            }
            assert!(!clocks.differs(), "{order:?}");
            tokio::time::advance(GRACE).await;
            assert!(clocks.look(NOON + 60), "{order:?}");
        }
        // A peer that is alone with its word is most of those who speak.
        let clocks = believed(&["honest", "liar"]);
        tokio::time::advance(WORD).await;
        clocks.heard("liar", 0, NOON + 600);
        assert!(clocks.differs() && !clocks.look(NOON + 600));
        tokio::time::advance(WORD).await;
        assert!(!clocks.look(NOON + 1_200), "silence takes nothing back");
        clocks.heard("honest", NOON + 1_200, NOON + 1_200);
        assert!(clocks.look(NOON + 1_200));
    }
}
