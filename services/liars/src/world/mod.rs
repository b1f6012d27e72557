//! A whole federation in memory: operators with their logs, people, contracts, and everything that was said.

mod contract;
mod history;
mod honest;
mod operator;
mod person;
mod plan;
mod play;
mod saying;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use hanse_document::kind::Body;
use hanse_document::{Draft, Kind, LogName, NodeName, Timestamp, Verified};
use hanse_ledger::LeafId;

pub use self::contract::{Contract, Side};
pub use self::history::{Branch, Head, History, Line};
pub use self::honest::honest;
pub use self::operator::Operator;
pub use self::person::Person;
pub use self::plan::{Event, Plan, What};
pub use self::play::play;
pub use self::saying::{Bent, Said, Settled};

use crate::lie::LieTold;
use crate::random::Random;

/// The day on which every file is checked.
pub const NOW: &str = "2026-11-24T10:00:00Z";

/// The operators; each is somebody's home, and all are each other's auditors.
pub const NAMES: [&str; 5] = ["a.example", "b.example", "c.example", "d.example", "e.example"];

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// When every file is checked.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

/// The origin of an operator's log.
#[must_use]
pub fn log_of(operator: usize) -> String {
    format!("{}/reputation", NAMES[operator])
}

/// The operator whose log this is.
#[must_use]
pub fn operator_of(origin: &str) -> Option<usize> {
    (0..NAMES.len()).find(|operator| log_of(*operator) == origin)
}

pub(crate) fn node_name(operator: usize) -> NodeName {
    NodeName::parse(NAMES[operator]).unwrap()
}

pub(crate) fn log_name(operator: usize) -> LogName {
    LogName::of(&node_name(operator))
}

/// Everything that happened, who knows of it or not.
#[derive(Debug)]
pub struct World {
    /// What it is made from.
    pub seed: u64,
    /// Where the rest of its chances come from.
    pub dice: Random,
    /// By their place in [`NAMES`].
    pub operators: Vec<Operator>,
    /// Everybody.
    pub people: Vec<Person>,
    /// What was agreed, and what somebody only claims.
    pub contracts: Vec<Contract>,
    /// What was said about the other side of a contract, whether anybody hears it or not.
    pub said: Vec<Said>,
    /// Payments that were confirmed.
    pub settled: Vec<Settled>,
    /// The moments at which logs are sealed and cosigned, oldest first; the last one is just before now.
    pub rounds: Vec<Timestamp>,
    /// The documents beside a leaf, by its bytes.
    pub documents: BTreeMap<Vec<u8>, Vec<Verified>>,
    /// Documents that no node but its author's has.
    pub withheld: BTreeSet<[u8; 32]>,
    /// Leaves whose signature does not fit.
    pub unsigned: BTreeSet<Vec<u8>>,
    /// Operators who log whatever they like.
    pub lying_logs: BTreeSet<usize>,
    /// Operators whose auditor cosigns whatever it is given.
    pub lying_auditors: BTreeSet<usize>,
    /// Operators whose auditor says nothing; only their witness does.
    pub silent_auditors: BTreeSet<usize>,
    /// Who lies, and how.
    pub told: Vec<LieTold>,
    notes: RefCell<BTreeMap<operator::NoteKey, String>>,
}

impl World {
    /// Operators with empty logs, and nobody.
    #[must_use]
    pub fn new(seed: u64, mut dice: Random, rounds: Vec<Timestamp>) -> Self {
        let operators = (0..NAMES.len()).map(|operator| Operator::new(operator, &mut dice)).collect();
        Self {
            seed,
            dice,
            operators,
            people: Vec::new(),
            contracts: Vec::new(),
            said: Vec::new(),
            settled: Vec::new(),
            rounds,
            documents: BTreeMap::new(),
            withheld: BTreeSet::new(),
            unsigned: BTreeSet::new(),
            lying_logs: BTreeSet::new(),
            lying_auditors: BTreeSet::new(),
            silent_auditors: BTreeSet::new(),
            told: Vec::new(),
            notes: RefCell::default(),
        }
    }

    /// A document by a person, said at that time.
    pub fn sign(&mut self, who: usize, body: Body, from: Timestamp) -> Verified {
        let custody = self.people[who].custody();
        self.sign_as(who, body, from, custody)
    }

    /// The same with this claim about who holds the key.
    pub fn sign_as(
        &mut self,
        who: usize,
        body: Body,
        from: Timestamp,
        custody: Option<NodeName>,
    ) -> Verified {
        let until = (body.kind() == Kind::Offer).then(|| from.add_seconds(DAY).unwrap());
        let (issuer, salt) = (self.people[who].did.clone(), self.dice.bytes());
        let draft = Draft { issuer, body, salt, from, until, custody };
        draft.sign(&self.people[who].key).unwrap()
    }

    /// The day number of a round.
    #[must_use]
    pub fn day(&self, round: usize) -> u32 {
        self.rounds[round].day()
    }

    /// What the commit leaf of this id says, if it is one of ours.
    #[must_use]
    pub fn said_by(&self, commit: &LeafId) -> Option<&Said> {
        self.said.iter().find(|said| said.commit.id() == *commit)
    }

    /// Whether this operator told a lie about logs or documents.
    #[must_use]
    pub fn operator_lies(&self, operator: usize) -> bool {
        self.told.iter().any(|told| told.operators.contains(&operator))
    }

    /// Whether this person lied.
    #[must_use]
    pub fn person_lies(&self, person: usize) -> bool {
        self.told.iter().any(|told| told.people.contains(&person))
    }
}
