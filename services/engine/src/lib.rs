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
mod notes;
pub mod range;
mod record;
pub mod sequence;

pub mod requests;
pub mod views;

use std::sync::{Arc, OnceLock};

use hanse_document::Timestamp;
use hanse_store::Store;

use clock::Clocks;
pub use clock::{Clock, ManualClock, SystemClock};
pub use config::{Config, Pace, Peer, Secret};
pub use error::{EngineError, Failure, Refusal, UseError};
pub use fsck::{FsckReport, fsck};
pub use hanse_matching::side::Policy;
pub use keys::{KeyError, Keys, Purpose};
pub use knowledge::Knowledge;
pub use scores::{AgainView, ScoreHistory, ScoreQuestion, ScoreView};
pub use views::{Delivery, Idempotency, Page, Published};
pub use workers::{WorkerError, Workers};

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
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    keys: Keys,
    store: Store,
    clock: Arc<dyn Clock>,
    /// Set once, by the process that holds the lease; the others only serve.
    network: OnceLock<(hanse_network::Handle, Vec<String>)>,
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
        let keys = Keys::derive(&config.secret);
        let signals = Signals::new(&config);
        let logs = Logs::new(&config, &keys)?;
        let heard = Heard::new(&config);
        let clocks = Clocks::new(config.peers.len());
        let network = OnceLock::new();
        let receipts = Receipts::new(&config, &keys)?;
        let passwords = Passwords::new();
        let known = Known::new(config.ranking)?;
        Ok(Self(Arc::new(Inner {
            config,
            keys,
            store,
            clock,
            network,
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
        })))
    }

    /// What it was told at its start.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// Its database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The time of its clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The network, where this process runs it.
    pub(crate) fn network(&self) -> Option<&hanse_network::Handle> {
        self.0.network.get().map(|(handle, _)| handle)
    }

    /// Where the network listens, where this process runs it.
    pub(crate) fn listening(&self) -> &[String] {
        self.0.network.get().map_or(&[], |(_, listening)| listening)
    }

    /// A process leads at most once in its life: the second time it would have to give up the handle that others hold.
    pub(crate) fn set_network(&self, handle: hanse_network::Handle, listening: Vec<String>) {
        if self.0.network.set((handle, listening)).is_err() {
            tracing::error!("a process leads twice; its requests keep the first network");
        }
    }

    pub(crate) fn receipts(&self) -> &Receipts {
        &self.0.receipts
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    pub(crate) fn signals(&self) -> &Signals {
        &self.0.signals
    }

    /// The keys of every log and auditor that it knows.
    #[must_use]
    pub fn log_keys(&self) -> &Logs {
        &self.0.logs
    }

    /// What this process knows of scores.
    pub(crate) fn scores(&self) -> &Scores {
        &self.0.scores
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(crate) fn suggesting(&self) -> &Suggesting {
        &self.0.suggesting
    }

    pub(crate) fn known(&self) -> &Known {
        &self.0.known
    }

    /// The index of this process.
    pub(crate) fn matching(&self) -> &Matching {
        &self.0.matching
    }

    /// The open streams of events.
    pub(crate) fn events(&self) -> &Events {
        &self.0.events
    }

    /// What peers say of the time.
    pub(crate) fn clocks(&self) -> &Clocks {
        &self.0.clocks
    }

    /// What it has heard of heads.
    pub(crate) fn heard(&self) -> &Heard {
        &self.0.heard
    }
}
