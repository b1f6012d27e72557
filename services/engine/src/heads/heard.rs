//! What this process has heard of heads and not yet stored: how large each log is said to be, cosignatures that came before
//! their leaves, who has answered since this process began to lead, and which own logs it may sign since. Losing it costs one
//! round of asking.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::SignedHead;
use crate::config::Config;
use crate::logs::{LogKind, quorum_of};

/// Heard heads.
#[derive(Debug)]
pub(crate) struct Heard {
    hints: BTreeMap<String, Notify>,
    state: Mutex<State>,
}

/// Whether this process signs an own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signing {
    /// It does.
    Begun,
    /// Not before peers have answered; in words for the operator.
    Waits(String),
}

#[derive(Debug, Default)]
struct State {
    answered: BTreeSet<String>,
    signing: BTreeMap<LogKind, Signing>,
    largest: BTreeMap<String, u64>,
    /// By origin and cosigner, so there are at most as many as pinned keys allow.
    early: BTreeMap<(String, String), SignedHead>,
}

impl Heard {
    pub(crate) fn new(config: &Config) -> Self {
        let hints = config.peers.iter().map(|peer| (peer.name.to_string(), Notify::new())).collect();
        Self { hints, state: Mutex::default() }
    }

    /// Forgets who has answered and what may be signed: this process begins to lead, and another one may have signed before.
    pub(crate) fn begin(&self) {
        let mut state = self.state();
        state.answered.clear();
        state.signing.clear();
    }

    /// The peers that have said which heads they know.
    pub(crate) fn have_answered(&self) -> BTreeSet<String> {
        self.state().answered.clone()
    }

    /// Whether so many peers have said which heads they know that this node is told of whatever it has signed as an auditor, and
    /// may do so again. While fewer answer, no head gets a quorum of auditors anyway.
    pub(crate) fn may_audit(&self) -> bool {
        let peers = u64::try_from(self.hints.len()).unwrap_or(u64::MAX);
        let answered = u64::try_from(self.state().answered.len()).unwrap_or(u64::MAX);
        answered >= quorum_of(peers).min(peers)
    }

    /// Whether this process signs an own log; none if that has not been asked yet, or the log is halted.
    pub(crate) fn signing(&self, kind: LogKind) -> Option<Signing> {
        self.state().signing.get(&kind).cloned()
    }

    /// Notes whether this process signs an own log. `true` if that is news.
    pub(crate) fn set_signing(&self, kind: LogKind, signing: Signing) -> bool {
        let news = Some(&signing) != self.state().signing.get(&kind);
        self.state().signing.insert(kind, signing);
        news
    }

    /// The log was found halted: whoever resumes it is asked anew whether it may be signed.
    pub(crate) fn withdraw(&self, kind: LogKind) {
        self.state().signing.remove(&kind);
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
        Heard { hints, state: Mutex::default() }
    }

    #[test]
    fn an_auditor_waits_for_a_quorum_of_peers_and_begins_anew() {
        assert!(heard(&[]).may_audit(), "a node without peers has nobody to ask");
        let heard = heard(&["b.example", "n.example"]);
        heard.answered("b.example");
        heard.answered("stranger.example");
        assert!(!heard.may_audit());
        heard.answered("n.example");
        assert!(heard.may_audit());
        assert!(heard.set_signing(LogKind::Jobs, Signing::Begun));
        assert!(!heard.set_signing(LogKind::Jobs, Signing::Begun));
        heard.begin();
        assert!(!heard.may_audit());
        assert_eq!(heard.signing(LogKind::Jobs), None);
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
