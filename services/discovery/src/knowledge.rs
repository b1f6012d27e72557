//! What a node knows besides the documents: skills and trades with their names, exchange rates, and the weights that it
//! ranks with. It starts with the list of its own; what an operator imports is loaded behind it and takes its place at once.

mod built_in;
mod files;
mod import;
mod rates;
mod skills;
pub mod watch;

use std::sync::Arc;

use hanse_base::error::Failure;
use hanse_matching::link::Linker;
use hanse_matching::model::Reader;
use hanse_matching::money::RateTable;
use hanse_matching::query::Setting;
use hanse_matching::taxonomy::Taxonomy;
use hanse_matching::title::Titles;
use tokio::sync::watch as signal;

use crate::Discovery;

pub(crate) use built_in::built_in;
pub use files::{FILES_MAX, Given, ImportError, Prepared, SET_BYTES_MAX, prepare};
pub use hanse_matching::side::{Row, Weights};
pub use import::{InForce, Mode, NotImported, import, import_rates, imported_version, in_force};
pub use rates::{RATES_BYTES_MAX, RatesError, read_rates};
pub(crate) use skills::Suggesting;

/// What whoever shows names of ESCO must say; its licence asks for it.
pub const ESCO_ATTRIBUTION: &str = "This service uses the ESCO classification of the European Commission.";

/// One state of what a node knows. A reader keeps the one that it has; the next one is another value.
#[derive(Clone, Debug)]
pub struct Knowledge {
    /// The concepts: our own list, and what was imported.
    pub taxonomy: Arc<Taxonomy>,
    /// Finds concepts in text.
    pub linker: Arc<Linker>,
    /// Compares titles.
    pub titles: Arc<Titles>,
    /// The exchange rates.
    pub rates: RateTable,
    /// The weights of both sides.
    pub weights: Weights,
}

impl Knowledge {
    pub(crate) fn new(taxonomy: Taxonomy, rates: RateTable, weights: Weights) -> Self {
        let linker = Arc::new(Linker::new(&taxonomy));
        let titles = Arc::new(Titles::new(&taxonomy, Arc::clone(&linker)));
        Self { taxonomy: Arc::new(taxonomy), linker, titles, rates, weights }
    }

    /// What to say beside names: our own list names ids of ESCO, and imported files are its.
    #[must_use]
    pub const fn attribution(&self) -> &'static str {
        ESCO_ATTRIBUTION
    }

    /// What documents are read with.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader { taxonomy: &self.taxonomy, linker: &self.linker, rates: &self.rates }
    }

    /// What jobs and people are ranked with.
    #[must_use]
    pub fn setting(&self) -> Setting<'_> {
        Setting { taxonomy: &self.taxonomy, titles: &self.titles, rates: &self.rates, weights: self.weights }
    }
}

/// The state in force of one process, and whoever waits for the next.
#[derive(Debug)]
pub(crate) struct Known {
    now: signal::Sender<Arc<Knowledge>>,
    /// Whether what was imported has been looked for since this process began.
    looked: signal::Sender<bool>,
}

impl Known {
    /// Begins with our own list.
    ///
    /// # Errors
    /// As [`built_in`].
    pub(crate) fn new(weights: Weights) -> Result<Self, Failure> {
        let knowledge = Knowledge { weights, ..built_in()? };
        Ok(Self { now: signal::Sender::new(Arc::new(knowledge)), looked: signal::Sender::new(false) })
    }

    /// Puts another state in force.
    fn set(&self, knowledge: Arc<Knowledge>) {
        self.now.send_replace(knowledge);
    }

    fn looked(&self) {
        self.looked.send_replace(true);
    }
}

impl Discovery {
    /// What is known now. Cheap: take it once for each piece of work, so that one answer has one state.
    #[must_use]
    pub fn knowledge(&self) -> Arc<Knowledge> {
        Arc::clone(&self.known().now.borrow())
    }

    /// Wakes whoever has derived something from what is known, whenever another state comes in force.
    #[must_use]
    pub fn knowledge_changed(&self) -> signal::Receiver<Arc<Knowledge>> {
        self.known().now.subscribe()
    }

    /// Waits until what was imported has been looked for. Before that, people would be ranked by less than this node knows.
    pub(crate) async fn knowledge_looked_for(&self) {
        let mut looked = self.known().looked.subscribe();
        // The sender is in the same place as whoever waits: it cannot be gone.
        drop(looked.wait_for(|looked| *looked).await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_knows_something_from_its_start() {
        let known = Known::new(Weights::DEFAULT).unwrap();
        let knowledge = Arc::clone(&known.now.borrow());
        assert!(knowledge.taxonomy.find("f2b15a0e-e65a-438a-affb-29b9d50b77d1").is_some());
    }
}
