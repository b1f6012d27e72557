//! One contract between two nodes, from the identities to the reviews: documents in their databases, leaves in their logs.

use std::collections::BTreeMap;

use hanse_document::bounded::{List, Number};
use hanse_document::kind::{
    Acceptance, Axis, Body, Custody, Identity, Offer, Reply, Review, ReviewText, Role,
};
use hanse_document::{
    Commitment, Did, DocumentId, Draft, Kind, LogName, NodeName, SigningKey, Text, Verified,
};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_store::accounts::{IdentityRow, insert_identity};
use hanse_store::documents;

use crate::node::{A, B, Node, TODAY, key, name, now, reputation};

pub(crate) struct Person {
    pub(crate) key: SigningKey,
    pub(crate) did: Did,
    home: NodeName,
    genesis: Verified,
}

/// Who they are, and what binds them.
pub(crate) struct Story {
    pub(crate) client: Person,
    pub(crate) freelancer: Person,
    client_slot: SigningKey,
    freelancer_slot: SigningKey,
    pub(crate) offer: Verified,
    pub(crate) acceptance: Verified,
}

/// A review with its leaves.
pub(crate) struct Written {
    pub(crate) review: Verified,
    pub(crate) text: Verified,
    pub(crate) commit: Leaf,
    pub(crate) open: Leaf,
}

impl Person {
    fn new(number: u32, home: &str) -> Self {
        let (key, home) = (key(number), name(home));
        let custody = Custody::Node(home.clone());
        let body = Identity { custody, home: home.clone(), recovery: List::new(vec![]).unwrap(), seq: 0 };
        let genesis = sign(&key, &home, Body::Identity(body), number);
        Self { did: Did::of(&key.public()), key, home, genesis }
    }

    fn sign(&self, body: Body, salt: u32) -> Verified {
        sign(&self.key, &self.home, body, salt)
    }

    fn leaf(&self, statement: &Statement) -> Leaf {
        self.leaf_by(statement, &self.key)
    }

    fn leaf_by(&self, statement: &Statement, key: &SigningKey) -> Leaf {
        statement.draft(TODAY, &[SubjectKey::of(&self.did)]).sign(&[key]).unwrap()
    }

    fn identity_leaf(&self) -> Leaf {
        self.leaf(&Statement::Identity { commitment: self.genesis.commitment(), seq: 0 })
    }

    async fn join(&self, node: &Node) {
        let mut connection = node.db().await;
        let tx = connection.begin().await.unwrap();
        let (did, home, custody) = (self.did.clone(), self.home.clone(), Custody::Node(self.home.clone()));
        let row = IdentityRow { did, genesis: self.genesis.id(), home, custody, logged_index: None };
        insert_identity(&tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        keep(node, &[&self.genesis], true).await;
    }
}

fn sign(key: &SigningKey, home: &NodeName, body: Body, salt: u32) -> Verified {
    let mut bytes = [3; 32];
    bytes[..4].copy_from_slice(&salt.to_be_bytes());
    let until = (body.kind() == Kind::Offer).then(|| now().add_seconds(86_400).unwrap());
    let issuer = Did::of(&key.public());
    Draft { issuer, body, salt: bytes, from: now(), until, custody: Some(home.clone()) }.sign(key).unwrap()
}

pub(crate) async fn keep(node: &Node, kept: &[&Verified], public: bool) {
    let mut connection = node.db().await;
    let tx = connection.begin().await.unwrap();
    for document in kept {
        documents::insert(&tx, document, public, now().unix()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

impl Story {
    pub(crate) fn new() -> Self {
        let (client, freelancer) = (Person::new(101, A), Person::new(102, B));
        let (client_slot, freelancer_slot) = (key(103), key(104));
        let log = |person: &Person| LogName::of(&person.home);
        let offer = client.sign(
            Body::Offer(Offer {
                arbiters: List::default(),
                bid: DocumentId::new(Kind::Bid, [1; 32]),
                freelancer: freelancer.did.clone(),
                job: DocumentId::new(Kind::Job, [2; 32]),
                log: log(&client),
                slot: client_slot.public(),
                terms: Commitment::from_bytes([3; 32]),
                to: freelancer.home.clone(),
            }),
            201,
        );
        let acceptance = freelancer.sign(
            Body::Acceptance(Acceptance {
                client: client.did.clone(),
                log: log(&freelancer),
                offer: offer.id(),
                slot: freelancer_slot.public(),
                terms: None,
                to: client.home.clone(),
            }),
            202,
        );
        Self { client, freelancer, client_slot, freelancer_slot, offer, acceptance }
    }

    pub(crate) fn client_engagement(&self) -> Leaf {
        self.client.leaf(&engagement(&self.offer, B, &self.freelancer_slot))
    }

    /// Another client of the same freelancer, at home at N.
    pub(crate) fn second() -> Self {
        let (client, freelancer) = (Person::new(111, crate::node::N), Person::new(102, B));
        let (client_slot, freelancer_slot) = (key(113), key(114));
        let log = |person: &Person| LogName::of(&person.home);
        let offer = Body::Offer(Offer {
            arbiters: List::default(),
            bid: DocumentId::new(Kind::Bid, [11; 32]),
            freelancer: freelancer.did.clone(),
            job: DocumentId::new(Kind::Job, [12; 32]),
            log: log(&client),
            slot: client_slot.public(),
            terms: Commitment::from_bytes([13; 32]),
            to: freelancer.home.clone(),
        });
        let offer = client.sign(offer, 211);
        let acceptance = Body::Acceptance(Acceptance {
            client: client.did.clone(),
            log: log(&freelancer),
            offer: offer.id(),
            slot: freelancer_slot.public(),
            terms: None,
            to: client.home.clone(),
        });
        let acceptance = freelancer.sign(acceptance, 212);
        Self { client, freelancer, client_slot, freelancer_slot, offer, acceptance }
    }

    pub(crate) async fn begin_second(&self, n: &Node, b: &Node) {
        self.client.join(n).await;
        for home in [n, b] {
            keep(home, &[&self.offer, &self.acceptance], false).await;
        }
        n.sequence(&[self.client.identity_leaf()]).await;
        n.sequence(&[self.client_engagement()]).await;
        b.sequence(&[self.freelancer_engagement()]).await;
        n.follow(b).await;
        b.follow(n).await;
    }

    /// The client's review, which cites this engagement as the author's own.
    pub(crate) fn review_citing(&self, own: LeafId) -> Written {
        let honest = self.review(Role::Client, 1);
        let Body::Review(body) = honest.review.body().clone() else { panic!("a review") };
        let review = self.client.sign(Body::Review(Review { engagement: own.into(), ..body }), 499);
        let commit = Statement::Commit {
            commitment: review.commitment(),
            engagement: self.freelancer_engagement().id(),
        };
        let commit = self.freelancer.leaf_by(&commit, &self.client_slot);
        let open = self.freelancer.leaf_by(&Statement::Open { cites: commit.id() }, &self.client_slot);
        Written { review, text: honest.text, commit, open }
    }

    pub(crate) fn freelancer_engagement(&self) -> Leaf {
        self.freelancer.leaf(&engagement(&self.acceptance, self.client.home.as_str(), &self.client_slot))
    }

    /// Both identities and both engagements are logged, each in the own home, and followed by the other.
    pub(crate) async fn begin(&self, a: &Node, b: &Node) {
        self.client.join(a).await;
        self.freelancer.join(b).await;
        for home in [a, b] {
            keep(home, &[&self.offer, &self.acceptance], false).await;
        }
        a.sequence(&[self.client.identity_leaf()]).await;
        a.sequence(&[self.client_engagement()]).await;
        b.sequence(&[self.freelancer.identity_leaf(), self.freelancer_engagement()]).await;
        a.follow(b).await;
        b.follow(a).await;
    }

    /// The freelancer confirms the payment; in both logs.
    pub(crate) fn settle(&self) -> Leaf {
        let (commitment, engagement) = (Commitment::from_bytes([9; 32]), self.client_engagement().id());
        self.client.leaf_by(&Statement::Settle { commitment, engagement }, &self.freelancer_slot)
    }

    pub(crate) fn review(&self, role: Role, rating: u32) -> Written {
        let (author, rated, slot) = match role {
            Role::Client => (&self.client, &self.freelancer, &self.client_slot),
            Role::Freelancer => (&self.freelancer, &self.client, &self.freelancer_slot),
        };
        let (own, others): (LeafId, LeafId) = match role {
            Role::Client => (self.client_engagement().id(), self.freelancer_engagement().id()),
            Role::Freelancer => (self.freelancer_engagement().id(), self.client_engagement().id()),
        };
        let words = ReviewText { language: None, text: Text::parse("Kept every promise.").unwrap() };
        let text = author.sign(Body::Text(words), 300 + rating);
        let stars = Number::new(rating).unwrap();
        let body = Review {
            axes: BTreeMap::from([(Axis::Communication, stars)]),
            contract: self.offer.id(),
            engagement: own.into(),
            id: rated.did.clone(),
            on_time: Some(true),
            rating: stars,
            role,
            text: Some(text.commitment()),
        };
        let review = author.sign(Body::Review(body), 400 + rating);
        let commit = Statement::Commit { commitment: review.commitment(), engagement: others };
        let commit = rated.leaf_by(&commit, slot);
        let open = rated.leaf_by(&Statement::Open { cites: commit.id() }, slot);
        Written { review, text, commit, open }
    }

    /// The freelancer answers; the document is public at home.
    pub(crate) async fn reply(&self, b: &Node, commit: &Leaf) -> Leaf {
        let body = Reply { cites: commit.id().into(), text: Text::parse("Thank you.").unwrap() };
        let document = self.freelancer.sign(Body::Reply(body), 500);
        keep(b, &[&document], true).await;
        self.freelancer.leaf(&Statement::Reply { cites: commit.id(), commitment: document.commitment() })
    }

    /// Both review, and the reviews stand open in both logs.
    pub(crate) async fn end(&self, a: &Node, b: &Node) {
        let (of_client, of_freelancer) = (self.review(Role::Client, 5), self.review(Role::Freelancer, 4));
        keep(a, &[&of_client.review, &of_client.text], true).await;
        keep(b, &[&of_freelancer.review, &of_freelancer.text], true).await;
        for [first, second] in [
            [of_client.commit.clone(), of_freelancer.commit.clone()],
            [of_client.open.clone(), of_freelancer.open.clone()],
        ] {
            // First in the author's own log, then, once seen there, in the other.
            a.sequence(std::slice::from_ref(&first)).await;
            b.sequence(std::slice::from_ref(&second)).await;
            a.follow(b).await;
            b.follow(a).await;
            a.sequence(&[second]).await;
            b.sequence(&[first]).await;
        }
        let reply = self.reply(b, &of_client.commit).await;
        b.sequence(&[reply]).await;
        a.follow(b).await;
        b.follow(a).await;
    }
}

fn engagement(document: &Verified, theirs: &str, slot: &SigningKey) -> Statement {
    let (commitment, log) = (document.commitment(), reputation(theirs));
    Statement::Engagement { commitment, due: TODAY + 30, log, slots: vec![slot.public()] }
}

/// Every node follows and cosigns the logs of the others, and all hear of it.
pub(crate) async fn audit(nodes: &[&Node]) {
    for of in nodes {
        for auditor in nodes.iter().filter(|auditor| auditor.keys().name() != of.keys().name()) {
            auditor.follow(of).await;
        }
        for auditor in nodes.iter().filter(|auditor| auditor.keys().name() != of.keys().name()) {
            auditor.cosign(of, nodes).await;
        }
    }
}
