#![doc = include_str!("../README.md")]

pub mod append;
pub mod cosign;
mod edge;
mod error;
pub mod follow;
pub mod fsck;
pub mod heads;
mod leaves;
mod log_keys;
pub mod memory;
pub mod mend;
pub mod range;
pub mod sequence;
mod shows;
#[cfg(test)]
mod testing;
mod tiles;

use std::sync::Arc;

use hanse_base::Base;
use hanse_base::config::Config;
use hanse_base::error::EngineError;
use hanse_base::metrics::Metrics;
use hanse_base::signals::Signals;
use hanse_document::Timestamp;
use hanse_store::Store;

pub use edge::check_edge;
pub(crate) use edge::sound_leaves;
pub use error::LogError;
use heads::Heard;
pub use leaves::{LEAVES_MAX, contains, enqueue, enqueue_all, head, leaves_from, refuse_halted};
pub use log_keys::{LogKeys, Mirror, OwnLog};

/// The logs of one node: its own two, and a mirror of both logs of every pinned peer. Clones share one.
#[derive(Clone, Debug)]
pub struct Logbook {
    base: Base,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    log_keys: LogKeys,
    heard: Heard,
}

impl Logbook {
    /// The logs of a node, without its workers.
    ///
    /// # Errors
    /// `Peer` if a pinned peer's verifier keys cannot be used.
    pub fn new(base: Base) -> Result<Self, EngineError> {
        let log_keys = LogKeys::new(base.config(), base.keys())?;
        let heard = Heard::new(base.config());
        Ok(Self { base, shared: Arc::new(Shared { log_keys, heard }) })
    }

    /// The same on the connections of the workers.
    #[must_use]
    pub fn at_work(&self) -> Self {
        Self { base: self.base.at_work(), shared: Arc::clone(&self.shared) }
    }

    /// What it stands on.
    #[must_use]
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// The keys of every log and auditor that it knows.
    #[must_use]
    pub fn log_keys(&self) -> &LogKeys {
        &self.shared.log_keys
    }

    /// What it has heard of heads.
    #[must_use]
    pub fn heard(&self) -> &Heard {
        &self.shared.heard
    }

    fn config(&self) -> &Config {
        self.base.config()
    }

    fn store(&self) -> &Store {
        self.base.store()
    }

    fn now(&self) -> Timestamp {
        self.base.now()
    }

    fn network(&self) -> Option<hanse_network::Handle> {
        self.base.network()
    }

    fn signals(&self) -> &Signals {
        self.base.signals()
    }

    fn metrics(&self) -> &Metrics {
        self.base.metrics()
    }
}
