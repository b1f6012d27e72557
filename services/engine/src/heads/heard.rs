//! What this process has heard of heads and not yet stored: how large each log is said to be, cosignatures that came before
//! their leaves, and who has answered since the start. Losing it costs one round of asking.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::SignedHead;
use crate::config::Config;

/// How long after its start a process waits for every peer to say which heads it knows, before it signs anything. A database
/// that was restored from a backup learns from them that it has signed more than it remembers; a peer that is away must not
/// stop a node for longer.
const GRACE: Duration = Duration::from_secs(15);

/// Heard heads.
#[derive(Debug)]
pub(crate) struct Heard {
    started: Instant,
    hints: BTreeMap<String, Notify>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    answered: BTreeSet<String>,
    largest: BTreeMap<String, u64>,
    /// By origin and cosigner, so there are at most as many as pinned keys allow.
    early: BTreeMap<(String, String), SignedHead>,
}

impl Heard {
    pub(crate) fn new(config: &Config) -> Self {
        let hints = config.peers.iter().map(|peer| (peer.name.to_string(), Notify::new())).collect();
        Self { started: Instant::now(), hints, state: Mutex::default() }
    }

    /// Whether this process may sign: every peer has said what it knows, or had its time to.
    pub(crate) fn may_sign(&self) -> bool {
        self.state().answered.len() >= self.hints.len() || self.started.elapsed() >= GRACE
    }

    /// A pinned peer has said which heads it knows.
    pub(crate) fn answered(&self, peer: &str) {
        if self.hints.contains_key(peer) {
            self.state().answered.insert(peer.to_owned());
        }
    }

    /// The largest size of a log that its key was seen to sign since the start.
    pub(crate) fn largest(&self, origin: &str) -> u64 {
        self.state().largest.get(origin).copied().unwrap_or(0)
    }

    /// Notes the size of a head whose signature was verified.
    pub(crate) fn saw(&self, head: &SignedHead) {
        let mut state = self.state();
        let largest = state.largest.entry(head.checkpoint.origin.as_str().to_owned()).or_default();
        *largest = head.checkpoint.size.max(*largest);
    }

    /// Keeps the cosignatures of a head that has not been replayed here yet; the largest of each cosigner.
    pub(crate) fn keep(&self, head: &SignedHead) {
        let mut state = self.state();
        for cosignature in &head.cosignatures {
            let key = (head.checkpoint.origin.as_str().to_owned(), cosignature.cosigner.clone());
            let single = SignedHead { cosignatures: vec![cosignature.clone()], ..head.clone() };
            let kept = state.early.entry(key).or_insert_with(|| single.clone());
            if kept.checkpoint.size < head.checkpoint.size {
                *kept = single;
            }
        }
    }

    /// Takes out what was kept of a log up to a size.
    pub(crate) fn ripe(&self, origin: &str, size: u64) -> Vec<SignedHead> {
        let mut state = self.state();
        let ripe =
            |(of, _): &(String, String), head: &SignedHead| of == origin && head.checkpoint.size <= size;
        let (taken, kept) =
            std::mem::take(&mut state.early).into_iter().partition(|(key, head)| ripe(key, head));
        state.early = kept;
        let taken: BTreeMap<_, SignedHead> = taken;
        taken.into_values().collect()
    }

    /// Wakes the follower of a peer's logs.
    pub(crate) fn hint(&self, peer: &str) {
        if let Some(hint) = self.hints.get(peer) {
            hint.notify_one();
        }
    }

    /// What [`Heard::hint`] wakes.
    pub(crate) fn hinted(&self, peer: &str) -> Option<&Notify> {
        self.hints.get(peer)
    }

    /// No holder of the lock can leave the state half changed, so a panic elsewhere does not spoil it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use hanse_store::log::CosignatureRow;
    use hanse_tlog::{Checkpoint, KeyName, hash};

    use super::*;

    fn head(size: u64, cosigner: &str) -> SignedHead {
        let origin = KeyName::parse("b.example/jobs").unwrap();
        let cosignature =
            CosignatureRow { size, cosigner: cosigner.to_owned(), time: 1, line: String::new() };
        SignedHead {
            checkpoint: Checkpoint { origin, size, root: hash::EMPTY },
            note: String::new(),
            cosignatures: vec![cosignature],
        }
    }

    fn heard(peers: &[&str]) -> Heard {
        let hints = peers.iter().map(|peer| ((*peer).to_owned(), Notify::new())).collect();
        Heard { started: Instant::now(), hints, state: Mutex::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn signing_waits_for_every_peer_but_not_for_ever() {
        assert!(heard(&[]).may_sign(), "a node without peers has nobody to ask");
        let heard = heard(&["b.example", "n.example"]);
        heard.answered("b.example");
        heard.answered("stranger.example");
        assert!(!heard.may_sign());
        heard.answered("n.example");
        assert!(heard.may_sign());
        let heard = self::heard(&["b.example"]);
        tokio::time::advance(GRACE).await;
        assert!(heard.may_sign());
    }

    #[tokio::test]
    async fn early_cosignatures_ripen_with_the_log() {
        let heard = heard(&["b.example"]);
        for early in
            [head(5, "n.example/auditor"), head(9, "n.example/auditor"), head(7, "c.example/auditor")]
        {
            heard.saw(&early);
            heard.keep(&early);
        }
        heard.keep(&head(3, "n.example/auditor"));
        assert_eq!(heard.largest("b.example/jobs"), 9);
        assert_eq!(heard.ripe("b.example/jobs", 6), []);
        assert_eq!(heard.ripe("b.example/reputation", 10), []);
        assert_eq!(heard.ripe("b.example/jobs", 8), [head(7, "c.example/auditor")]);
        assert_eq!(heard.ripe("b.example/jobs", 9), [head(9, "n.example/auditor")]);
        assert_eq!(heard.ripe("b.example/jobs", 9), []);
    }
}
