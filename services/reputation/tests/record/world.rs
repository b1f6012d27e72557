//! People at two nodes, their contracts and reviews, as leaves and documents.

use std::collections::BTreeMap;

use hanse_document::bounded::Number;
use hanse_document::kind::{Acceptance, Body, Offer, Review, Role};
use hanse_document::{
    Commitment, Did, DocumentId, Draft, Kind, LogName, NodeName, SigningKey, Timestamp, Verified,
};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_reputation::EntryId;
use hanse_reputation::record::Reading;

pub(crate) const A: &str = "a.example";
pub(crate) const B: &str = "b.example";
pub(crate) const TODAY: u32 = 20_781;

pub(crate) fn log_of(node: &str) -> String {
    format!("{node}/reputation")
}

/// Somebody, whose node the first letter of their name says: a to m live at A, n to z at B.
pub(crate) struct Somebody {
    pub(crate) key: SigningKey,
    pub(crate) did: Did,
    pub(crate) node: &'static str,
}

/// What both sides signed.
pub(crate) struct Contract {
    pub(crate) client: &'static str,
    pub(crate) freelancer: &'static str,
    pub(crate) offer: Verified,
    pub(crate) acceptance: Verified,
    pub(crate) client_slot: SigningKey,
    pub(crate) freelancer_slot: SigningKey,
    pub(crate) client_engagement: Leaf,
    pub(crate) freelancer_engagement: Leaf,
}

/// A review with its leaves.
pub(crate) struct Written {
    pub(crate) document: Verified,
    pub(crate) commit: Leaf,
    pub(crate) open: Leaf,
}

#[derive(Default)]
pub(crate) struct World {
    pub(crate) logs: BTreeMap<String, Vec<Vec<u8>>>,
    pub(crate) documents: Vec<Verified>,
    people: BTreeMap<&'static str, Somebody>,
    salts: u32,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut world = Self::default();
        for node in [A, B] {
            world.logs.insert(log_of(node), vec![b"an index leaf".to_vec()]);
        }
        world
    }

    pub(crate) fn somebody(&mut self, name: &'static str) -> &Somebody {
        self.people.entry(name).or_insert_with(|| {
            let mut seed = [0; 32];
            seed[..name.len()].copy_from_slice(name.as_bytes());
            let key = SigningKey::from_seed(seed);
            let did = Did::of(&key.public());
            Somebody { key, did, node: if name < "n" { A } else { B } }
        })
    }

    pub(crate) fn person(&mut self, name: &'static str) -> SubjectKey {
        SubjectKey::of(&self.somebody(name).did)
    }

    fn salt(&mut self) -> [u8; 32] {
        self.salts += 1;
        let mut salt = [9; 32];
        salt[..4].copy_from_slice(&self.salts.to_be_bytes());
        salt
    }

    pub(crate) fn sign(&mut self, who: &'static str, body: Body) -> Verified {
        let (salt, now) = (self.salt(), Timestamp::parse("2026-11-24T10:00:00Z").unwrap());
        let until = (body.kind() == Kind::Offer).then(|| now.add_seconds(86_400).unwrap());
        let issuer = self.somebody(who).did.clone();
        let draft = Draft { issuer, body, salt, from: now, until, custody: None };
        draft.sign(&self.somebody(who).key).unwrap()
    }

    pub(crate) fn leaf(&mut self, about: &'static str, statement: &Statement, key: &SigningKey) -> Leaf {
        let subject = SubjectKey::of(&self.somebody(about).did);
        statement.draft(TODAY, &[subject]).sign(&[key]).unwrap()
    }

    pub(crate) fn push(&mut self, node: &str, leaf: &Leaf) -> u64 {
        let log = self.logs.get_mut(&log_of(node)).unwrap();
        log.push(leaf.bytes().to_vec());
        u64::try_from(log.len()).unwrap() - 1
    }

    pub(crate) fn offer(
        &mut self,
        client: &'static str,
        freelancer: &'static str,
        slot: &SigningKey,
    ) -> Verified {
        let node = |node: &str| NodeName::parse(node).unwrap();
        let (from, to) = (self.somebody(client).node, self.somebody(freelancer).node);
        let body = Body::Offer(Offer {
            arbiters: hanse_document::List::default(),
            bid: DocumentId::new(Kind::Bid, [1; 32]),
            freelancer: self.somebody(freelancer).did.clone(),
            job: DocumentId::new(Kind::Job, [2; 32]),
            log: LogName::of(&node(from)),
            slot: slot.public(),
            terms: Commitment::from_bytes([3; 32]),
            to: node(to),
        });
        self.sign(client, body)
    }

    /// A contract whose engagements are in no log yet.
    pub(crate) fn agree(&mut self, client: &'static str, freelancer: &'static str) -> Contract {
        let client_slot = SigningKey::from_seed(self.salt());
        let freelancer_slot = SigningKey::from_seed(self.salt());
        let node = |node: &str| NodeName::parse(node).unwrap();
        let (at, there) = (self.somebody(client).node, self.somebody(freelancer).node);
        let offer = self.offer(client, freelancer, &client_slot);
        let body = Body::Acceptance(Acceptance {
            client: self.somebody(client).did.clone(),
            log: LogName::of(&node(there)),
            offer: offer.id(),
            slot: freelancer_slot.public(),
            terms: None,
            to: node(at),
        });
        let acceptance = self.sign(freelancer, body);
        let client_engagement = self.engage(client, &offer, there, &freelancer_slot);
        let freelancer_engagement = self.engage(freelancer, &acceptance, at, &client_slot);
        Contract {
            client,
            freelancer,
            offer,
            acceptance,
            client_slot,
            freelancer_slot,
            client_engagement,
            freelancer_engagement,
        }
    }

    pub(crate) fn engage(
        &mut self,
        who: &'static str,
        document: &Verified,
        theirs: &str,
        slot: &SigningKey,
    ) -> Leaf {
        let statement = Statement::Engagement {
            commitment: document.commitment(),
            due: TODAY + 10,
            log: log_of(theirs),
            slots: vec![slot.public()],
        };
        let key = SigningKey::from_seed(*self.somebody(who).key.seed());
        self.leaf(who, &statement, &key)
    }

    /// A contract with both engagements in their logs.
    pub(crate) fn contract(&mut self, client: &'static str, freelancer: &'static str) -> Contract {
        let contract = self.agree(client, freelancer);
        let (at, there) = (self.somebody(client).node, self.somebody(freelancer).node);
        self.push(at, &contract.client_engagement);
        self.push(there, &contract.freelancer_engagement);
        contract
    }

    pub(crate) fn body(&mut self, contract: &Contract, role: Role, rating: u32) -> Review {
        let (rated, own) = match role {
            Role::Client => (contract.freelancer, contract.client_engagement.id()),
            Role::Freelancer => (contract.client, contract.freelancer_engagement.id()),
        };
        Review {
            axes: BTreeMap::new(),
            contract: contract.offer.id(),
            engagement: own.into(),
            id: self.somebody(rated).did.clone(),
            on_time: Some(true),
            rating: Number::new(rating).unwrap(),
            role,
            text: None,
        }
    }

    /// An honest review of one side, in no log yet.
    pub(crate) fn write(&mut self, contract: &Contract, role: Role, rating: u32) -> Written {
        let author = if role == Role::Client { contract.client } else { contract.freelancer };
        let body = self.body(contract, role, rating);
        self.seal(contract, role, author, body)
    }

    pub(crate) fn seal(
        &mut self,
        contract: &Contract,
        role: Role,
        author: &'static str,
        body: Review,
    ) -> Written {
        let document = self.sign(author, Body::Review(body));
        let (rated, slot, engagement) = match role {
            Role::Client => (contract.freelancer, &contract.client_slot, contract.freelancer_engagement.id()),
            Role::Freelancer => (contract.client, &contract.freelancer_slot, contract.client_engagement.id()),
        };
        let commit = Statement::Commit { commitment: document.commitment(), engagement };
        let commit = self.leaf(rated, &commit, slot);
        let open = self.leaf(rated, &Statement::Open { cites: commit.id() }, slot);
        Written { document, commit, open }
    }

    /// Logs commit and open leaf in both homes, and makes the documents public: the review, and the rated side's word.
    pub(crate) fn publish(&mut self, contract: &Contract, role: Role, written: &Written) {
        for node in [A, B] {
            self.push(node, &written.commit);
            self.push(node, &written.open);
        }
        self.documents.push(written.document.clone());
        let word = if role == Role::Client { &contract.acceptance } else { &contract.offer };
        self.documents.push(word.clone());
    }

    /// A contract with an opened review of the freelancer.
    pub(crate) fn rated(
        &mut self,
        client: &'static str,
        freelancer: &'static str,
        rating: u32,
    ) -> (Contract, Written) {
        let contract = self.contract(client, freelancer);
        let written = self.write(&contract, Role::Client, rating);
        self.publish(&contract, Role::Client, &written);
        (contract, written)
    }

    /// Reads one log after the other, then the documents.
    pub(crate) fn read(&self) -> Reading {
        let mut reading = Reading::new();
        for (origin, leaves) in &self.logs {
            for (index, leaf) in (0..).zip(leaves) {
                reading.leaf(origin, index, leaf).unwrap();
            }
        }
        for document in &self.documents {
            reading.document(document);
        }
        assert!(!reading.changes().anew);
        reading
    }
}

pub(crate) fn entry_id(leaf: &Leaf) -> EntryId {
    id_of(leaf.id())
}

pub(crate) fn id_of(id: LeafId) -> EntryId {
    EntryId::from_bytes(*id.as_bytes())
}
