#![doc = include_str!("../README.md")]

mod clock;
mod config;
mod error;
mod keys;
pub mod knowledge;
mod matching;
mod metrics;
mod signals;
mod workers;

mod apply;
mod author;
mod page;
mod publish;
mod show;

mod accounts;
mod alerts;
mod bids;
mod contracts;
mod jobs;
mod once;
mod profiles;
mod reputation;
mod reviews;
mod scores;
mod search;
mod serve;
mod signed;

mod deliver;
mod ingest;
mod receipts;
mod relay;

mod expire;
mod react;

mod about;
mod inbound;
mod lead;

#[cfg(test)]
mod testing;

pub mod cosign;
pub mod events;
mod evidence;
pub mod follow;
pub mod fsck;
pub mod heads;
pub mod logs;
pub mod mend;
mod notes;
pub mod range;
mod record;
pub mod sequence;

pub mod requests;
pub mod views;

use std::sync::Arc;

use hanse_document::Timestamp;
use hanse_store::Store;
use tokio::sync::watch;

pub use accounts::is_handle;
use clock::Clocks;
pub use clock::{Clock, ManualClock, SystemClock};
pub use config::{Config, NET_BYTES_MAX, Pace, Peer, Secret};
pub use error::{EngineError, Failure, Refusal, UseError};
pub use fsck::{FsckReport, fsck};
pub use hanse_matching::side::Policy;
pub use keys::{KeyError, Keys, Purpose};
pub use knowledge::Knowledge;
pub use once::{Asked, Key, NotOnce};
pub use scores::{AgainView, ScoreHistory, ScoreQuestion, ScoreView};
pub use views::{Delivery, Page, Published};
pub use workers::{WorkerError, Workers};

use about::Looks;
use accounts::Passwords;
use events::Events;
use heads::Heard;
use knowledge::{Known, Suggesting};
use logs::Logs;
use matching::Matching;
use metrics::Metrics;
use receipts::Receipts;
use scores::Scores;
use signals::Signals;

/// One node's use cases. Clones share one engine.
#[derive(Clone, Debug)]
pub struct Engine {
    inner: Arc<Inner>,
    /// The connections that it uses: those for requests, or those for the workers.
    store: Store,
}

#[derive(Debug)]
struct Inner {
    config: Config,
    keys: Keys,
    /// The connections of the workers.
    work: Store,
    clock: Arc<dyn Clock>,
    /// There while this process holds the lease; otherwise it only serves.
    network: watch::Sender<Option<(hanse_network::Handle, Vec<String>)>>,
    looks: Looks,
    receipts: Receipts,
    passwords: Passwords,
    signals: Signals,
    logs: Logs,
    heard: Heard,
    clocks: Clocks,
    metrics: Metrics,
    scores: Scores,
    known: Known,
    matching: Matching,
    suggesting: Suggesting,
    events: Events,
}

impl Engine {
    /// An engine that serves, without workers and without network.
    ///
    /// # Errors
    /// `Peer` if a pinned peer's verifier keys cannot be used, `Failed` if our own list of trades cannot.
    pub fn idle(config: Config, store: Store, clock: Arc<dyn Clock>) -> Result<Self, EngineError> {
        Self::new(config, store.clone(), store, clock)
    }

    /// As [`Engine::idle`], with connections for requests and others for workers.
    fn new(config: Config, store: Store, work: Store, clock: Arc<dyn Clock>) -> Result<Self, EngineError> {
        let keys = Keys::derive(&config.secret);
        let signals = Signals::new(&config);
        let logs = Logs::new(&config, &keys)?;
        let heard = Heard::new(&config);
        let clocks = Clocks::new(config.peers.len());
        let network = watch::Sender::new(None);
        let receipts = Receipts::new(&config, &keys)?;
        let passwords = Passwords::new();
        let known = Known::new(config.ranking)?;
        let inner = Inner {
            config,
            keys,
            work,
            clock,
            network,
            looks: Looks::default(),
            signals,
            logs,
            heard,
            clocks,
            receipts,
            passwords,
            metrics: Metrics::default(),
            matching: Matching::new(),
            scores: Scores::new(),
            known,
            suggesting: Suggesting::new(),
            events: Events::default(),
        };
        Ok(Self { inner: Arc::new(inner), store })
    }

    /// What it was told at its start.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// Its database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The time of its clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The same engine on the connections of the workers, which no number of requests can take.
    pub(crate) fn at_work(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), store: self.inner.work.clone() }
    }

    /// The network, while this process runs it.
    pub(crate) fn network(&self) -> Option<hanse_network::Handle> {
        self.inner.network.borrow().as_ref().map(|(handle, _)| handle.clone())
    }

    /// Where the network listens, while this process runs it.
    pub(crate) fn listening(&self) -> Vec<String> {
        self.inner.network.borrow().as_ref().map(|(_, listening)| listening.clone()).unwrap_or_default()
    }

    /// This process begins to run the network, or has ended it.
    pub(crate) fn set_network(&self, network: Option<(hanse_network::Handle, Vec<String>)>) {
        self.inner.network.send_replace(network);
    }

    /// When the database was last looked at, and what it showed.
    pub(crate) fn looks(&self) -> &Looks {
        &self.inner.looks
    }

    pub(crate) fn receipts(&self) -> &Receipts {
        &self.inner.receipts
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    pub(crate) fn signals(&self) -> &Signals {
        &self.inner.signals
    }

    /// The keys of every log and auditor that it knows.
    #[must_use]
    pub fn log_keys(&self) -> &Logs {
        &self.inner.logs
    }

    /// What this process knows of scores.
    pub(crate) fn scores(&self) -> &Scores {
        &self.inner.scores
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    pub(crate) fn suggesting(&self) -> &Suggesting {
        &self.inner.suggesting
    }

    pub(crate) fn known(&self) -> &Known {
        &self.inner.known
    }

    /// The index of this process.
    pub(crate) fn matching(&self) -> &Matching {
        &self.inner.matching
    }

    /// The open streams of events.
    pub(crate) fn events(&self) -> &Events {
        &self.inner.events
    }

    /// What peers say of the time.
    pub(crate) fn clocks(&self) -> &Clocks {
        &self.inner.clocks
    }

    /// What it has heard of heads.
    pub(crate) fn heard(&self) -> &Heard {
        &self.inner.heard
    }
}
