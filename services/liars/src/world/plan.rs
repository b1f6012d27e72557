//! What shall be logged, where and when: honest at first, and then as liars change it.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;

/// What a leaf is to the story.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// The identity of a person.
    Identity(usize),
    /// The engagement of a side of a contract.
    Engagement(usize, Side),
    /// A confirmed payment, by its place in [`super::World::settled`].
    Settle(usize),
    /// The seal of a review, by its place in [`super::World::said`].
    Commit(usize),
    /// Its opening.
    Open(usize),
    /// The answer to it.
    Reply(usize),
    /// Anything else.
    Other,
}

/// A leaf on its way into a log.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub round: usize,
    /// Into whose log.
    pub log: usize,
    /// What it is.
    pub what: What,
    /// Whether it is filed because it stands in another log.
    pub copy: bool,
    /// The leaf.
    pub bytes: Vec<u8>,
    /// Whether the index counts it for nobody.
    pub hidden: bool,
    /// Into which of the log's histories alone; none if into all.
    pub only: Option<usize>,
}

impl Event {
    /// A leaf that everybody is to see.
    #[must_use]
    pub fn new(round: usize, log: usize, what: What, bytes: &[u8]) -> Self {
        Self { round, log, what, copy: false, bytes: bytes.to_vec(), hidden: false, only: None }
    }

    /// The same leaf, filed in the other home's log.
    #[must_use]
    pub fn filed_at(&self, log: usize, round: usize) -> Self {
        Self { log, round, copy: true, ..self.clone() }
    }
}

/// All that shall be logged, in order within a round.
#[derive(Clone, Default, Debug)]
pub struct Plan {
    /// What goes into the logs.
    pub events: Vec<Event>,
    /// Logs with two histories, each with the auditors who follow the second.
    pub forks: BTreeMap<usize, BTreeSet<usize>>,
    /// Logs that begin with a wrong index.
    pub begin_wrongly: BTreeSet<usize>,
    /// By how many seconds the cosignatures of an auditor are dated wrong.
    pub skewed: BTreeMap<usize, i64>,
}

impl Plan {
    /// Adds a leaf, and the same in the other home if that is another.
    pub fn file(&mut self, event: Event, other: usize, round: usize) {
        let copy = (other != event.log).then(|| event.filed_at(other, round));
        self.events.push(event);
        self.events.extend(copy);
    }

    /// Adds a leaf after all others of its round and log.
    pub fn push(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Adds a leaf before all others of its log.
    pub fn push_first(&mut self, event: Event) {
        self.events.insert(0, event);
    }

    /// The places of the events that fit.
    #[must_use]
    pub fn places(&self, fits: impl Fn(&Event) -> bool) -> Vec<usize> {
        (0..self.events.len()).filter(|place| fits(&self.events[*place])).collect()
    }
}
