#![doc = include_str!("../README.md")]

mod federation;
mod market;
mod notify;
mod process;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use hanse_account::Accounts;
use hanse_base::Base;
use hanse_base::clock::{Clock, Clocks};
use hanse_base::config::Config;
use hanse_base::error::EngineError;
use hanse_base::keys::Keys;
use hanse_base::metrics::Metrics;
use hanse_base::present::Viewer;
use hanse_base::signals::Signals;
use hanse_document::{Did, Timestamp};
use hanse_store::Store;

pub use market::idempotency::{Asked, Key};
pub use notify::events;

use federation::receipts::Receipts;
use hanse_discovery::Discovery;
use hanse_logbook::heads::Heard;
use hanse_logbook::{LogKeys, Logbook};
use hanse_notify::mail::Mail;
use hanse_trust::Trust;
use market::export::Exports;
use notify::events::Events;
use process::status::Looks;

/// One node's use cases. Clones share one engine.
#[derive(Clone, Debug)]
pub struct Engine {
    accounts: Accounts,
    discovery: Discovery,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    looks: Looks,
    receipts: Receipts,
    events: Arc<Events>,
    exports: Exports,
}

impl Engine {
    /// An engine that serves, without workers and without network.
    ///
    /// # Errors
    /// `Peer` if a pinned peer's verifier keys cannot be used, `Failed` if our own list of trades cannot.
    pub fn idle(config: Config, store: Store, clock: Arc<dyn Clock>) -> Result<Self, EngineError> {
        Self::new(Base::new(config, store.clone(), store, clock))
    }

    fn new(base: Base) -> Result<Self, EngineError> {
        let (config, keys) = (base.config(), base.keys());
        let events = Arc::new(Events::default());
        let inner = Inner {
            looks: Looks::default(),
            receipts: Receipts::new(config, keys)?,
            events: Arc::clone(&events),
            exports: Exports::default(),
        };
        let logbook = Logbook::new(base)?;
        let accounts = Accounts::new(logbook.clone(), move |session| events.session_ended(session));
        Ok(Self { accounts, discovery: Discovery::new(Trust::new(logbook))?, inner: Arc::new(inner) })
    }

    /// What it stands on.
    #[must_use]
    pub fn base(&self) -> &Base {
        self.discovery.base()
    }

    /// The accounts of its people.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// News by e-mail.
    #[must_use]
    pub fn mail(&self) -> Mail {
        Mail::new(self.base().clone())
    }

    /// Which people fit which jobs.
    #[must_use]
    pub fn discovery(&self) -> &Discovery {
        &self.discovery
    }

    /// What the logs say of people.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        self.discovery.trust()
    }

    /// Somebody who looks at what is here, beside what the logs say of the others.
    pub(crate) fn seen_by<'a>(&'a self, did: &'a Did) -> Viewer<'a> {
        Viewer { did, records: self.trust() }
    }

    /// The logs.
    #[must_use]
    pub fn logbook(&self) -> &Logbook {
        self.trust().logbook()
    }

    /// Its configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        self.base().config()
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        self.base().keys()
    }

    /// Its database.
    #[must_use]
    pub fn store(&self) -> &Store {
        self.base().store()
    }

    /// The time of its clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.base().now()
    }

    /// The same engine on the connections of the workers, which no number of requests can take.
    pub(crate) fn at_work(&self) -> Self {
        let (accounts, discovery) = (self.accounts.at_work(), self.discovery.at_work());
        Self { accounts, discovery, inner: Arc::clone(&self.inner) }
    }

    /// The network, while this process runs it.
    pub(crate) fn network(&self) -> Option<hanse_network::Handle> {
        self.base().network()
    }

    /// When the database was last looked at, and what it showed.
    pub(crate) fn looks(&self) -> &Looks {
        &self.inner.looks
    }

    pub(crate) fn receipts(&self) -> &Receipts {
        &self.inner.receipts
    }

    pub(crate) fn exports(&self) -> &Exports {
        &self.inner.exports
    }

    pub(crate) fn signals(&self) -> &Signals {
        self.base().signals()
    }

    /// The keys of every log and auditor that it knows.
    #[must_use]
    pub fn log_keys(&self) -> &LogKeys {
        self.logbook().log_keys()
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        self.base().metrics()
    }

    /// The open streams of events.
    pub(crate) fn events(&self) -> &Events {
        &self.inner.events
    }

    /// What peers say of the time.
    pub(crate) fn clocks(&self) -> &Clocks {
        self.base().clocks()
    }

    /// What it has heard of heads.
    pub(crate) fn heard(&self) -> &Heard {
        self.logbook().heard()
    }
}
