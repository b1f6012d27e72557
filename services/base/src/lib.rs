#![doc = include_str!("../README.md")]

pub mod clock;
pub mod config;
pub mod error;
pub mod keys;
pub mod metrics;
pub mod names;
pub mod notices;
pub mod page;
pub mod present;
pub mod rounds;
pub mod signals;
pub mod stored;
#[cfg(feature = "testing")]
pub mod testing;
pub mod workers;

use std::sync::Arc;

use hanse_document::Timestamp;
use hanse_store::Store;
use tokio::sync::watch;

use clock::{Clock, Clocks};
use config::Config;
use keys::Keys;
use metrics::Metrics;
use signals::Signals;

/// What every part of a node stands on. Clones share one.
#[derive(Clone, Debug)]
pub struct Base {
    shared: Arc<Shared>,
    /// The connections that it uses: those for requests, or those for the workers.
    store: Store,
}

#[derive(Debug)]
struct Shared {
    config: Config,
    keys: Keys,
    /// The connections of the workers.
    work: Store,
    clock: Arc<dyn Clock>,
    clocks: Clocks,
    /// There while this process holds the lease; otherwise it only serves.
    network: watch::Sender<Option<(hanse_network::Handle, Vec<String>)>>,
    signals: Signals,
    metrics: Metrics,
}

impl Base {
    /// With `requests` as the connections for requests, and `work` as those for the workers.
    #[must_use]
    pub fn new(config: Config, requests: Store, work: Store, clock: Arc<dyn Clock>) -> Self {
        let shared = Shared {
            keys: Keys::derive(&config.secret),
            signals: Signals::new(&config),
            clocks: Clocks::new(config.peers.len()),
            config,
            work,
            clock,
            network: watch::Sender::new(None),
            metrics: Metrics::default(),
        };
        Self { shared: Arc::new(shared), store: requests }
    }

    /// The same on the connections of the workers, which no number of requests can take.
    #[must_use]
    pub fn at_work(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), store: self.shared.work.clone() }
    }

    /// The configuration of the node.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.shared.keys
    }

    /// Its database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The time of its clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// What peers say of the time.
    #[must_use]
    pub fn clocks(&self) -> &Clocks {
        &self.shared.clocks
    }

    /// The network, while this process runs it.
    #[must_use]
    pub fn network(&self) -> Option<hanse_network::Handle> {
        self.shared.network.borrow().as_ref().map(|(handle, _)| handle.clone())
    }

    /// Where the network listens, while this process runs it.
    #[must_use]
    pub fn listening(&self) -> Vec<String> {
        self.shared.network.borrow().as_ref().map(|(_, listening)| listening.clone()).unwrap_or_default()
    }

    /// This process begins to run the network, or has ended it.
    pub fn set_network(&self, network: Option<(hanse_network::Handle, Vec<String>)>) {
        self.shared.network.send_replace(network);
    }

    /// How one part wakes another.
    #[must_use]
    pub fn signals(&self) -> &Signals {
        &self.shared.signals
    }

    /// What operators see.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }
}
