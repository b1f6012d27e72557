//! What the nodes have acknowledged, and how the answers were: all that a run must still know when it is over.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The states of a contract that is done without a quarrel, in their order.
pub(crate) const STATES: [&str; 7] =
    ["offered", "active", "delivered", "approved", "paid", "settled", "closed"];

/// Faults that are kept word by word; beyond them only their number is of use.
const FAULTS_KEPT: usize = 20;

/// Somebody with an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    /// Where their home is.
    pub(crate) home: String,
    pub(crate) handle: String,
    pub(crate) did: String,
    pub(crate) token: String,
}

/// Something that a node said it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    /// Its owner can sign in.
    Account(Person),
    /// A posting with its signed document.
    Job { id: String, title: String, text: String, document: String },
    /// A bid, for its author.
    Bid { id: String, text: String, by: Person },
    /// A contract that has come at least as far as this place in [`STATES`], for both sides.
    Contract { id: String, state: usize, sides: [Person; 2] },
    /// A review, by the leaf id of its commit, and whom it is about.
    Review { commit: String, contract: String, text: String, about: Person },
}

impl Thing {
    /// The word for its kind.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Job { .. } => "job",
            Self::Bid { .. } => "bid",
            Self::Contract { .. } => "contract",
            Self::Review { .. } => "review",
        }
    }

    fn id(&self) -> &str {
        match self {
            Self::Account(person) => &person.did,
            Self::Job { id, .. } | Self::Bid { id, .. } | Self::Contract { id, .. } => id,
            Self::Review { commit, .. } => commit,
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.id())
    }
}

/// The book of one run.
#[derive(Debug, Default)]
pub(crate) struct Book {
    things: BTreeMap<String, Thing>,
    /// Answers that were held against what they must say, by operation.
    pub(crate) checked: BTreeMap<String, u64>,
    /// Times of the answers of each second of the run, in microseconds.
    pub(crate) seconds: Vec<Vec<u64>>,
    /// The first answers that were wrong or late, each with its request.
    pub(crate) faults: Vec<String>,
    /// How many there were.
    pub(crate) faulty: u64,
    /// Jobs that went all the way to the reviews' proof.
    pub(crate) done: u64,
}

impl Book {
    /// Notes what was acknowledged; a later state of the same thing takes the place of the earlier one.
    pub(crate) fn acknowledged(&mut self, thing: Thing) {
        self.things.insert(thing.to_string(), thing);
    }

    /// Notes an answer that was what it must be.
    pub(crate) fn checked(&mut self, operation: &str) {
        *self.checked.entry(operation.to_owned()).or_default() += 1;
    }

    /// Notes how long an answer took that came so long after the beginning.
    pub(crate) fn answered(&mut self, at: Duration, took: Duration) {
        let second = usize::try_from(at.as_secs()).unwrap_or(usize::MAX);
        while self.seconds.len() <= second {
            self.seconds.push(Vec::new());
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(answers) = self.seconds.get_mut(second) {
            answers.push(micros);
        }
    }

    /// Notes a wrong or late answer.
    pub(crate) fn fault(&mut self, what: &str) {
        self.faulty += 1;
        if self.faults.len() < FAULTS_KEPT {
            self.faults.push(what.to_owned());
        }
    }

    /// All that was acknowledged.
    pub(crate) fn things(&self) -> Vec<Thing> {
        self.things.values().cloned().collect()
    }

    /// How many of each kind.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for thing in self.things.values() {
            *counts.entry(thing.kind()).or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_state_of_a_contract_takes_the_place_of_the_earlier_one() {
        let mut book = Book::default();
        let contract = |state| Thing::Contract { id: "offer_x".into(), state, sides: Default::default() };
        book.acknowledged(contract(0));
        book.acknowledged(contract(2));
        assert_eq!(book.things(), [contract(2)]);
        assert_eq!(book.counts(), BTreeMap::from([("contract", 1)]));
    }

    #[test]
    fn every_fault_counts_and_the_first_are_kept() {
        let mut book = Book::default();
        (0..FAULTS_KEPT + 5).for_each(|number| book.fault(&number.to_string()));
        assert_eq!((book.faults.len(), book.faulty), (FAULTS_KEPT, 25));
    }
}
