//! How one part of a node wakes another. A signal holds at most one pending wake-up, so nothing can pile up; a lost one
//! costs a pace (see [`Pace`](crate::config::Pace)), because every worker also looks by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::config::Config;

/// The signals of one process.
#[derive(Debug, Default)]
pub struct Signals {
    /// Leaves wait for the sequencer.
    pub sequence: Notify,
    /// A log, own or mirrored, has new leaves.
    pub react: Notify,
    /// A log may count further than before.
    pub scores: Notify,
    /// Postings wait for gossip.
    pub relay: Notify,
    /// Documents may wait for delivery, by peer.
    deliver: BTreeMap<String, Notify>,
    /// A delivery got its receipt; every waiting caller hears it.
    pub receipt: Notify,
    /// This node has signed a head, its own or as an auditor.
    pub heads: Notify,
    /// The feed of changes may have grown; each of its readers subscribes.
    pub changed: watch::Sender<()>,
}

impl Signals {
    /// For a node with these peers.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let peers = config.peers.iter().map(|peer| (peer.name.to_string(), Notify::new()));
        Self { deliver: peers.collect(), ..Self::default() }
    }

    /// What wakes the delivery to a peer.
    pub fn deliver(&self, peer: &str) -> Option<&Notify> {
        self.deliver.get(peer)
    }

    /// Wakes every worker whose work a committed transaction may have made.
    pub fn committed(&self) {
        self.changed();
        self.sequence.notify_one();
        self.relay.notify_one();
        self.deliver.values().for_each(Notify::notify_one);
    }

    /// Wakes the readers of the feed of changes, after a commit that touched a profile, a posting or a review.
    pub fn changed(&self) {
        self.changed.send_replace(());
    }

    /// Wakes whoever waits for leaves that have their place in a log.
    pub fn log_advanced(&self) {
        self.react.notify_one();
        self.heads.notify_one();
        self.scores.notify_one();
    }
}

/// Waits for the signal, but not longer than the pace.
pub async fn woken(signal: &Notify, pace: Duration) {
    // A timeout is the ordinary case of an idle node.
    drop(tokio::time::timeout(pace, signal.notified()).await);
}
