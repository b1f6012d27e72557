//! What this process has heard of heads and not yet stored: the largest head of each log, cosignatures that came before their
//! leaves, who has answered since this process began to lead and what of its own logs, and which of those it may sign since. Losing
//! it costs one round of asking.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hanse_base::config::Config;
use hanse_base::names::{LogKind, quorum_of};
use hanse_tlog::Hash;
use tokio::sync::Notify;

use super::SignedHead;

/// Heard heads.
#[derive(Debug)]
pub struct Heard {
    hints: BTreeMap<String, Notify>,
    state: Mutex<State>,
}

/// Whether this process signs an own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signing {
    /// It does.
    Begun,
    /// Not before peers have answered; in words for the operator.
    Waits(String),
}

/// The largest head of an own log that a peer's answer showed, size and root; none if it knows none.
pub(super) type Shown = Option<(u64, Hash)>;

#[derive(Debug, Default)]
struct State {
    answered: BTreeSet<String>,
    /// What the peers' last answers showed of each own log.
    shown: BTreeMap<LogKind, BTreeMap<String, Shown>>,
    signing: BTreeMap<LogKind, Signing>,
    /// By origin, without cosignatures.
    largest: BTreeMap<String, SignedHead>,
    /// By origin and cosigner, so there are at most as many as pinned keys allow.
    early: BTreeMap<(String, String), SignedHead>,
}

impl Heard {
    /// Nothing yet, of the logs that `config` names.
    #[must_use]
    pub(crate) fn new(config: &Config) -> Self {
        let hints = config.peers.iter().map(|peer| (peer.name.to_string(), Notify::new())).collect();
        Self { hints, state: Mutex::default() }
    }

    /// Forgets who has answered and what may be signed: this process begins to lead, and another one may have signed before.
    pub fn begin(&self) {
        let mut state = self.state();
        state.answered.clear();
        state.shown.clear();
        state.signing.clear();
    }

    /// What each peer that has answered showed of an own log.
    pub(crate) fn shown(&self, kind: LogKind) -> BTreeMap<String, Shown> {
        self.state().shown.get(&kind).cloned().unwrap_or_default()
    }

    /// Whether so many peers have said which heads they know that this node is told of whatever it has signed as an auditor, and
    /// may do so again. While fewer answer, no head gets a quorum of auditors anyway.
    pub(crate) fn may_audit(&self) -> bool {
        let peers = u64::try_from(self.hints.len()).unwrap_or(u64::MAX);
        let answered = u64::try_from(self.state().answered.len()).unwrap_or(u64::MAX);
        answered >= quorum_of(peers).min(peers)
    }

    /// Whether this process signs an own log; none if that has not been asked yet, or the log is halted.
    pub fn signing(&self, kind: LogKind) -> Option<Signing> {
        self.state().signing.get(&kind).cloned()
    }

    /// Notes whether this process signs an own log. `true` if that is news.
    pub(crate) fn set_signing(&self, kind: LogKind, signing: Signing) -> bool {
        let news = Some(&signing) != self.state().signing.get(&kind);
        self.state().signing.insert(kind, signing);
        news
    }

    /// The log was found halted: once it goes on, the peers are asked anew whether it may be signed.
    pub(crate) fn withdraw(&self, kind: LogKind) {
        let mut state = self.state();
        state.signing.remove(&kind);
        state.shown.remove(&kind);
    }

    /// A pinned peer has said which heads it knows. Where it says nothing that counts of an own log, its answer before counts no more.
    pub(crate) fn answered(&self, peer: &str, mut shown: BTreeMap<LogKind, Shown>) {
        if !self.hints.contains_key(peer) {
            return;
        }
        let mut state = self.state();
        state.answered.insert(peer.to_owned());
        for kind in LogKind::ALL {
            let of_kind = state.shown.entry(kind).or_default();
            match shown.remove(&kind) {
                Some(shown) => of_kind.insert(peer.to_owned(), shown),
                None => of_kind.remove(peer),
            };
        }
    }

    /// The largest size of a log that its key was seen to sign since the start.
    pub fn largest(&self, origin: &str) -> u64 {
        self.state().largest.get(origin).map_or(0, |head| head.checkpoint.size)
    }

    /// The largest head of a log that its key was seen to sign since the start, without cosignatures.
    pub(crate) fn largest_head(&self, origin: &str) -> Option<SignedHead> {
        self.state().largest.get(origin).cloned()
    }

    /// Keeps a head whose signature was verified, if it is the largest of its log: until its leaves are here, nobody else may have it.
    pub(crate) fn saw(&self, head: &SignedHead) {
        let mut state = self.state();
        let origin = head.checkpoint.origin.as_str();
        if state.largest.get(origin).is_none_or(|largest| largest.checkpoint.size < head.checkpoint.size) {
            state.largest.insert(origin.to_owned(), SignedHead { cosignatures: Vec::new(), ..head.clone() });
        }
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
    pub fn hint(&self, peer: &str) {
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
        let agrees = BTreeMap::from([(LogKind::Jobs, Some((3, hash::EMPTY)))]);
        heard.answered("b.example", agrees.clone());
        heard.answered("stranger.example", agrees.clone());
        assert!(!heard.may_audit());
        heard.answered("n.example", BTreeMap::new());
        assert!(heard.may_audit());
        assert!(heard.set_signing(LogKind::Jobs, Signing::Begun));
        assert!(!heard.set_signing(LogKind::Jobs, Signing::Begun));
        let shown = BTreeMap::from([("b.example".to_owned(), Some((3, hash::EMPTY)))]);
        assert_eq!(heard.shown(LogKind::Jobs), shown);
        assert_eq!(heard.shown(LogKind::Reputation), BTreeMap::new());
        heard.withdraw(LogKind::Jobs);
        assert_eq!(heard.shown(LogKind::Jobs), BTreeMap::new(), "all are asked anew");
        heard.answered("b.example", agrees);
        heard.answered("b.example", BTreeMap::new());
        assert_eq!(heard.shown(LogKind::Jobs), BTreeMap::new(), "it says nothing that counts any more");
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
