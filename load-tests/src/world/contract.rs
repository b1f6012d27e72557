//! A contract, and what becomes of it.

use std::collections::BTreeMap;

use hanse_document::bounded::Number;
use hanse_document::kind::{Acceptance, Axis, Body, Offer, Reply, Review, ReviewText, Role};
use hanse_document::{Commitment, DocumentId, Kind, SigningKey, Text, Verified};
use hanse_ledger::evidence::DocumentJson;
use hanse_ledger::{Leaf, LeafId, Statement};

use super::{Own, Person, json};
use crate::Result;
use crate::inputs::{Seeded, now};

/// What came of a contract.
pub(crate) struct Filed {
    /// How many there are to verify.
    pub(crate) signatures: usize,
    /// The open leaf of the review.
    pub(crate) open: LeafId,
}

/// Both sides are bound.
pub(crate) struct Engaged<'p> {
    pub(crate) client: &'p Person,
    pub(crate) freelancer: &'p Person,
    pub(crate) offer: Verified,
    pub(crate) client_slot: SigningKey,
    /// The freelancer's own document of it.
    pub(crate) acceptance: DocumentJson,
    pub(crate) of_client: Leaf,
    pub(crate) of_freelancer: Leaf,
}

impl<'p> Engaged<'p> {
    pub(crate) fn new(seeded: &mut Seeded, client: &'p Person, freelancer: &'p Person) -> Result<Self> {
        let client_slot = SigningKey::from_seed(seeded.bytes());
        let freelancer_slot = SigningKey::from_seed(seeded.bytes());
        let offer = Body::Offer(Offer {
            arbiters: hanse_document::List::default(),
            bid: DocumentId::new(Kind::Bid, seeded.bytes()),
            freelancer: freelancer.did.clone(),
            job: DocumentId::new(Kind::Job, seeded.bytes()),
            log: client.log(),
            slot: client_slot.public(),
            terms: Commitment::from_bytes(seeded.bytes()),
            to: freelancer.home.clone(),
        });
        let offer = client.sign(seeded, offer)?;
        let acceptance = Body::Acceptance(Acceptance {
            client: client.did.clone(),
            log: freelancer.log(),
            offer: offer.id(),
            slot: freelancer_slot.public(),
            terms: None,
            to: client.home.clone(),
        });
        let acceptance = freelancer.sign(seeded, acceptance)?;
        let due = now()?.day();
        let engage = |commitment, theirs: &Person, slot: &SigningKey| Statement::Engagement {
            commitment,
            due,
            log: theirs.log().to_string(),
            slots: vec![slot.public()],
        };
        let of_client =
            client.leaf(&engage(offer.commitment(), freelancer, &freelancer_slot), &client.key)?;
        let of_freelancer =
            freelancer.leaf(&engage(acceptance.commitment(), client, &client_slot), &freelancer.key)?;
        let acceptance = json(&acceptance)?;
        Ok(Self { client, freelancer, offer, client_slot, acceptance, of_client, of_freelancer })
    }

    /// The engagements, the client's open review with a text of so many bytes, and a reply: into the freelancer's log and the client's.
    pub(crate) fn file(
        &self,
        seeded: &mut Seeded,
        text: usize,
        with_reply: bool,
        (ours, theirs): (&mut Vec<Own>, &mut Vec<Own>),
    ) -> Result<Filed> {
        let about = self.freelancer.subject();
        ours.push(Own::new(&self.of_freelancer, about, vec![self.acceptance.clone()]));
        theirs.push(Own::new(&self.of_client, self.client.subject(), Vec::new()));
        let [commit, open] = self.review(seeded, text)?;
        for log in [&mut *ours, theirs] {
            log.extend([commit.clone(), open.clone()]);
        }
        if with_reply {
            let id = Leaf::parse(&commit.bytes)?.id();
            ours.push(self.reply(seeded, id, text / 2)?);
        }
        // Both engagements, commit and open; acceptance, review and text; reply leaf and reply.
        let signatures = if with_reply { 9 } else { 7 };
        Ok(Filed { signatures, open: Leaf::parse(&open.bytes)?.id() })
    }

    /// The client's review: its commit, and its open leaf with review and text.
    pub(crate) fn review(&self, seeded: &mut Seeded, text: usize) -> Result<[Own; 2]> {
        let (about, rating) = (self.freelancer.subject(), Number::new(4)?);
        let words = ReviewText { language: None, text: Text::parse(&seeded.text(text))? };
        let words = self.client.sign(seeded, Body::Text(words))?;
        let review = Body::Review(Review {
            axes: BTreeMap::from([(Axis::Communication, rating), (Axis::Quality, rating)]),
            contract: self.offer.id(),
            engagement: self.of_client.id().into(),
            id: self.freelancer.did.clone(),
            on_time: Some(true),
            rating,
            role: Role::Client,
            text: Some(words.commitment()),
        });
        let review = self.client.sign(seeded, review)?;
        let engagement = self.of_freelancer.id();
        let commit = Statement::Commit { commitment: review.commitment(), engagement };
        let commit = self.freelancer.leaf(&commit, &self.client_slot)?;
        let open = self.freelancer.leaf(&Statement::Open { cites: commit.id() }, &self.client_slot)?;
        let documents = vec![json(&review)?, json(&words)?];
        Ok([Own::new(&commit, about, Vec::new()), Own::new(&open, about, documents)])
    }

    /// The freelancer's reply to this commit.
    pub(crate) fn reply(&self, seeded: &mut Seeded, commit: LeafId, text: usize) -> Result<Own> {
        let words = Reply { cites: commit.into(), text: Text::parse(&seeded.text(text))? };
        let document = self.freelancer.sign(seeded, Body::Reply(words))?;
        let reply = Statement::Reply { cites: commit, commitment: document.commitment() };
        let leaf = self.freelancer.leaf(&reply, &self.freelancer.key)?;
        Ok(Own::new(&leaf, self.freelancer.subject(), vec![json(&document)?]))
    }
}
