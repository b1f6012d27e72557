//! A person with a key, at home somewhere.

use hanse_document::bounded::List;
use hanse_document::kind::{Body, Custody, Identity};
use hanse_document::{Did, NodeName, SigningKey, Verified};
use hanse_ledger::{Leaf, Statement, SubjectKey};

use super::{World, node_name};

/// A person.
#[derive(Debug)]
pub struct Person {
    /// The first key, which is the name.
    pub key: SigningKey,
    /// The same in public.
    pub did: Did,
    /// Whose log holds the record.
    pub home: usize,
    /// Whether the home holds the key.
    pub hosted: bool,
    /// The identity document; none before it is signed.
    pub identity: Option<Verified>,
}

impl Person {
    /// Under which the logs list the person.
    #[must_use]
    pub fn subject(&self) -> SubjectKey {
        SubjectKey::of(&self.did)
    }

    /// What the proofs of the person's documents say of who holds the key.
    #[must_use]
    pub fn custody(&self) -> Option<NodeName> {
        self.hosted.then(|| node_name(self.home))
    }
}

impl World {
    /// A new person, not yet in any log.
    pub fn join(&mut self, home: usize, hosted: bool) -> usize {
        let key = SigningKey::from_seed(self.dice.bytes());
        let did = Did::of(&key.public());
        self.people.push(Person { key, did, home, hosted, identity: None });
        let who = self.people.len() - 1;
        let from = self.rounds[0];
        self.people[who].identity = Some(self.identity_of(who, home, from));
        who
    }

    /// An identity document that names this home.
    pub fn identity_of(&mut self, who: usize, home: usize, from: hanse_document::Timestamp) -> Verified {
        let custody = self.people[who].custody().map_or(Custody::Own, Custody::Node);
        let recovery = List::new(Vec::new()).unwrap();
        let body = Body::Identity(Identity { custody, home: node_name(home), recovery, seq: 0 });
        self.sign(who, body, from)
    }

    /// The leaf that commits to it, and the document beside it.
    pub fn identity_leaf(&mut self, who: usize, document: Verified) -> Leaf {
        let statement = Statement::Identity { commitment: document.commitment(), seq: 0 };
        let leaf = self.leaf(&statement, who, 0, &self.people[who].key);
        self.documents.insert(leaf.bytes().to_vec(), vec![document]);
        leaf
    }

    /// A leaf about a person, of the day of a round, by this key.
    #[must_use]
    pub fn leaf(&self, statement: &Statement, about: usize, round: usize, key: &SigningKey) -> Leaf {
        statement.draft(self.day(round), &[self.people[about].subject()]).sign(&[key]).unwrap()
    }
}
