#![doc = include_str!("../README.md")]

mod evidence;
mod facts;
mod record;
pub mod scores;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use hanse_base::Base;
use hanse_base::config::Config;
use hanse_base::signals::Notice;
use hanse_document::Timestamp;
use hanse_logbook::{LogKeys, Logbook};
use hanse_store::Store;
use scores::Scores;
pub use scores::{AgainView, ScoreHistory, ScoreQuestion, ScoreView};

/// What the logs of a node say of people. Clones share one.
#[derive(Clone, Debug)]
pub struct Trust {
    logbook: Logbook,
    scores: Arc<Scores>,
    changed: Arc<Mutex<BTreeSet<[u8; 32]>>>,
}

impl Trust {
    /// Nothing is read before its worker runs ([`scores::run`]).
    #[must_use]
    pub fn new(logbook: Logbook) -> Self {
        Self { logbook, scores: Arc::new(Scores::new()), changed: Arc::default() }
    }

    /// The same on the connections of the workers.
    #[must_use]
    pub fn at_work(&self) -> Self {
        Self { logbook: self.logbook.at_work(), ..self.clone() }
    }

    /// What it stands on.
    #[must_use]
    pub fn base(&self) -> &Base {
        self.logbook.base()
    }

    /// The logs.
    #[must_use]
    pub fn logbook(&self) -> &Logbook {
        &self.logbook
    }

    /// Whether the logs have been read.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.scores.is_read()
    }

    /// The people, by subject key, whose standing has changed since this was asked last. Whoever ranks by standings takes them.
    #[must_use]
    pub fn take_changed(&self) -> BTreeSet<[u8; 32]> {
        std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes people whose standing has changed, and wakes whoever ranks by it.
    pub fn note_changed(&self, people: impl IntoIterator<Item = [u8; 32]>) {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).extend(people);
        self.base().signals().heard(Notice::Changed);
    }

    fn scores(&self) -> &Scores {
        &self.scores
    }

    fn log_keys(&self) -> &LogKeys {
        self.logbook.log_keys()
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
