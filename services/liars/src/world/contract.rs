//! A contract between two people of any two homes.

use hanse_document::kind::{Acceptance, Body, Offer, Role};
use hanse_document::{Commitment, DocumentId, Kind, SigningKey, Verified};
use hanse_ledger::{Leaf, Statement};

use super::{World, log_name, log_of, node_name};

/// One of the two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Side {
    /// Who pays.
    Client,
    /// Who works.
    Freelancer,
}

impl Side {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Client, Self::Freelancer];

    /// The one across.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Freelancer,
            Self::Freelancer => Self::Client,
        }
    }

    /// As a review says it.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Client => Role::Client,
            Self::Freelancer => Role::Freelancer,
        }
    }
}

/// A contract, agreed by both or invented by one.
#[derive(Debug)]
pub struct Contract {
    /// Who pays.
    pub client: usize,
    /// Who works.
    pub freelancer: usize,
    /// Whether both sides made it. Otherwise one invented the other.
    pub agreed: bool,
    /// The client's slot key.
    pub client_slot: SigningKey,
    /// The freelancer's.
    pub freelancer_slot: SigningKey,
    /// The client's word.
    pub offer: Verified,
    /// The freelancer's; of an invented partner there is none.
    pub acceptance: Option<Verified>,
    /// The client's engagement leaf.
    pub of_client: Leaf,
    /// The freelancer's; of an invented partner there is none.
    pub of_freelancer: Option<Leaf>,
    /// The round in which it began.
    pub round: usize,
}

impl Contract {
    /// Who is on this side.
    #[must_use]
    pub const fn party(&self, side: Side) -> usize {
        match side {
            Side::Client => self.client,
            Side::Freelancer => self.freelancer,
        }
    }

    /// The key with which this side speaks of the other.
    #[must_use]
    pub const fn slot(&self, side: Side) -> &SigningKey {
        match side {
            Side::Client => &self.client_slot,
            Side::Freelancer => &self.freelancer_slot,
        }
    }

    /// The engagement leaf of this side.
    #[must_use]
    pub const fn engagement(&self, side: Side) -> Option<&Leaf> {
        match side {
            Side::Client => Some(&self.of_client),
            Side::Freelancer => self.of_freelancer.as_ref(),
        }
    }

    /// The offer or the acceptance.
    #[must_use]
    pub const fn word(&self, side: Side) -> Option<&Verified> {
        match side {
            Side::Client => Some(&self.offer),
            Side::Freelancer => self.acceptance.as_ref(),
        }
    }
}

impl World {
    /// Offer, acceptance and both engagement leaves, signed and not yet logged.
    pub fn agree(&mut self, client: usize, freelancer: usize, round: usize, due: u32) -> usize {
        let slots = [self.dice.bytes(), self.dice.bytes()].map(SigningKey::from_seed);
        self.agree_with(client, freelancer, (round, due), slots)
    }

    /// The same with these slot keys of client and freelancer.
    pub fn agree_with(
        &mut self,
        client: usize,
        freelancer: usize,
        (round, due): (usize, u32),
        [client_slot, freelancer_slot]: [SigningKey; 2],
    ) -> usize {
        let offer = self.offer(client, freelancer, round, &client_slot);
        let (home, theirs) = (self.people[client].home, self.people[freelancer].home);
        let acceptance = Body::Acceptance(Acceptance {
            client: self.people[client].did.clone(),
            log: log_name(theirs),
            offer: offer.id(),
            slot: freelancer_slot.public(),
            terms: None,
            to: node_name(home),
        });
        let acceptance = self.sign(freelancer, acceptance, self.rounds[round]);
        let of_client = self.engage(client, &offer, (round, due), theirs, &[&freelancer_slot]);
        let of_freelancer = self.engage(freelancer, &acceptance, (round, due), home, &[&client_slot]);
        self.contracts.push(Contract {
            client,
            freelancer,
            agreed: true,
            client_slot,
            freelancer_slot,
            offer,
            acceptance: Some(acceptance),
            of_client,
            of_freelancer: Some(of_freelancer),
            round,
        });
        self.contracts.len() - 1
    }

    /// A client's offer to somebody, who need not know of it.
    pub fn offer(&mut self, client: usize, freelancer: usize, round: usize, slot: &SigningKey) -> Verified {
        let offer = Body::Offer(Offer {
            arbiters: hanse_document::List::default(),
            bid: DocumentId::new(Kind::Bid, self.dice.bytes()),
            freelancer: self.people[freelancer].did.clone(),
            job: DocumentId::new(Kind::Job, self.dice.bytes()),
            log: log_name(self.people[client].home),
            slot: slot.public(),
            terms: Commitment::from_bytes(self.dice.bytes()),
            to: node_name(self.people[freelancer].home),
        });
        self.sign(client, offer, self.rounds[round])
    }

    /// The engagement leaf that commits to a word, and the word beside it.
    pub fn engage(
        &mut self,
        who: usize,
        word: &Verified,
        (round, due): (usize, u32),
        theirs: usize,
        slots: &[&SigningKey],
    ) -> Leaf {
        let slots = slots.iter().map(|slot| slot.public()).collect();
        let statement =
            Statement::Engagement { commitment: word.commitment(), due, log: log_of(theirs), slots };
        let leaf = self.leaf(&statement, who, round, &self.people[who].key);
        self.documents.insert(leaf.bytes().to_vec(), vec![word.clone()]);
        leaf
    }
}
