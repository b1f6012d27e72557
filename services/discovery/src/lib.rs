#![doc = include_str!("../README.md")]

pub mod knowledge;
pub mod matching;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use hanse_base::Base;
use hanse_base::config::Config;
use hanse_base::error::Failure;
use hanse_document::Timestamp;
use hanse_store::Store;
use hanse_trust::Trust;
use knowledge::{Known, Suggesting};
use matching::Matching;

/// Which people fit which jobs. Clones share one.
#[derive(Clone, Debug)]
pub struct Discovery {
    trust: Trust,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    known: Known,
    matching: Matching,
    suggesting: Suggesting,
}

impl Discovery {
    /// It knows our own list of trades, and finds nobody before its workers run.
    ///
    /// # Errors
    /// Those of our own list of trades.
    pub fn new(trust: Trust) -> Result<Self, Failure> {
        let known = Known::new(trust.base().config().ranking)?;
        let shared = Shared { known, matching: Matching::new(), suggesting: Suggesting::new() };
        Ok(Self { trust, shared: Arc::new(shared) })
    }

    /// The same on the connections of the workers.
    #[must_use]
    pub fn at_work(&self) -> Self {
        Self { trust: self.trust.at_work(), shared: Arc::clone(&self.shared) }
    }

    /// What it stands on.
    #[must_use]
    pub fn base(&self) -> &Base {
        self.trust.base()
    }

    /// What the logs say of people.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Whether the index of this process has been built.
    #[must_use]
    pub fn is_built(&self) -> bool {
        self.matching().is_built()
    }

    fn known(&self) -> &Known {
        &self.shared.known
    }

    /// The index of this process.
    fn matching(&self) -> &Matching {
        &self.shared.matching
    }

    fn suggesting(&self) -> &Suggesting {
        &self.shared.suggesting
    }

    fn config(&self) -> &Config {
        self.base().config()
    }

    fn store(&self) -> &Store {
        self.base().store()
    }

    fn now(&self) -> Timestamp {
        self.base().now()
    }
}
