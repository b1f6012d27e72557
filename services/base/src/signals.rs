//! How one part of a node wakes another, in this process and, over a session of its own (see [`notices`](crate::notices)), in the
//! others of the node. A signal holds at most one pending wake-up, so nothing can pile up; a lost one costs a pace (see
//! [`Rounds`](crate::rounds::Rounds)), because every worker also looks by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::{Notify, watch};

use crate::config::Config;

/// What there is to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notice {
    /// A transaction has committed that may have left work of any kind.
    Committed,
    /// The feed of changes may have grown.
    Changed,
    /// A log, own or mirrored, has new leaves.
    LogAdvanced,
    /// A log may count further than before.
    Cosigned,
    /// Alerts have been raised, or notifications have got their place.
    AlertsRaised,
    /// A search over peers waits for the process that has the network.
    SearchAsked,
    /// The answer to such a search is there.
    SearchAnswered,
    /// A delivery has its receipt.
    DeliveryAnswered,
}

impl Notice {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Committed,
        Self::Changed,
        Self::LogAdvanced,
        Self::Cosigned,
        Self::AlertsRaised,
        Self::SearchAsked,
        Self::SearchAnswered,
        Self::DeliveryAnswered,
    ];

    /// The payload that goes over the database.
    #[must_use]
    pub const fn payload(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Changed => "changed",
            Self::LogAdvanced => "log-advanced",
            Self::Cosigned => "cosigned",
            Self::AlertsRaised => "alerts-raised",
            Self::SearchAsked => "search-asked",
            Self::SearchAnswered => "search-answered",
            Self::DeliveryAnswered => "delivery-answered",
        }
    }

    /// From the payload; none for one of another version.
    #[must_use]
    pub fn parse(payload: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.payload() == payload)
    }
}

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
    /// Messages may wait for delivery, by peer.
    talk: BTreeMap<String, Notify>,
    /// A delivery has its receipt, in whichever process; every waiting caller hears it.
    pub receipt: Notify,
    /// This node has signed a head, its own or as an auditor.
    pub heads: Notify,
    /// Alerts have been raised, or notifications have got their place, in whichever process.
    pub alerts: Notify,
    /// Searches over peers wait for the process that has the network.
    pub searches: Notify,
    /// Answers to such searches are there; every waiting caller hears it.
    pub answers: Notify,
    /// The feed of changes may have grown; each of its readers subscribes.
    pub changed: watch::Sender<()>,
    /// Whether what other processes do is heard.
    hears_others: AtomicBool,
    /// What has still to be sent to the others.
    unsent: Mutex<BTreeSet<Notice>>,
    tell: Notify,
}

impl Signals {
    /// For a node with these peers.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let peers = config.peers.iter().map(|peer| (peer.name.to_string(), Notify::new()));
        let talk = config.peers.iter().map(|peer| (peer.name.to_string(), Notify::new()));
        Self { deliver: peers.collect(), talk: talk.collect(), ..Self::default() }
    }

    /// What wakes the delivery to a peer.
    pub fn deliver(&self, peer: &str) -> Option<&Notify> {
        self.deliver.get(peer)
    }

    /// What wakes the delivery of messages to a peer.
    pub fn talk(&self, peer: &str) -> Option<&Notify> {
        self.talk.get(peer)
    }

    /// Wakes every worker, of every process, whose work a committed transaction may have made.
    pub fn committed(&self) {
        self.raise(Notice::Committed);
    }

    /// Wakes the readers of the feed of changes, after a commit that touched a profile, a posting or a review.
    pub fn changed(&self) {
        self.raise(Notice::Changed);
    }

    /// Wakes whoever waits for leaves that have their place in a log.
    pub fn log_advanced(&self) {
        self.raise(Notice::LogAdvanced);
    }

    /// Wakes here what this notice is about, and has the other processes told of it.
    pub fn raise(&self, notice: Notice) {
        self.heard(notice);
        self.unsent.lock().unwrap_or_else(PoisonError::into_inner).insert(notice);
        self.tell.notify_one();
    }

    /// Wakes here what this notice is about.
    pub fn heard(&self, notice: Notice) {
        match notice {
            Notice::Committed => {
                self.changed.send_replace(());
                self.sequence.notify_one();
                self.relay.notify_one();
                self.deliver.values().chain(self.talk.values()).for_each(Notify::notify_one);
            }
            Notice::Changed => self.changed.send_replace(()),
            Notice::LogAdvanced => {
                self.react.notify_one();
                self.heads.notify_one();
                self.scores.notify_one();
            }
            Notice::Cosigned => self.scores.notify_one(),
            Notice::AlertsRaised => self.alerts.notify_one(),
            Notice::SearchAsked => self.searches.notify_one(),
            Notice::SearchAnswered => self.answers.notify_waiters(),
            Notice::DeliveryAnswered => self.receipt.notify_waiters(),
        }
    }

    /// Whether what other processes do is heard: then whoever is woken by it need not look often.
    pub fn hears_others(&self) -> bool {
        self.hears_others.load(Ordering::Relaxed)
    }

    /// Other processes are heard from now on, or no more. What happened between is found by looking, at once.
    pub(crate) fn set_hears_others(&self, hears: bool) {
        self.hears_others.store(hears, Ordering::Relaxed);
        Notice::ALL.into_iter().for_each(|notice| self.heard(notice));
    }

    /// Waits until there is something to send to the others.
    pub(crate) async fn unsent(&self) {
        self.tell.notified().await;
    }

    /// What has still to be sent to the others.
    pub(crate) fn take_unsent(&self) -> BTreeSet<Notice> {
        std::mem::take(&mut *self.unsent.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
