//! People whom nobody has ever met, and what they sign.

use hanse_document::{Body, Did, DocumentId, Draft, Kind, NodeName, SigningKey, Timestamp, Verified};
use hanse_ledger::{Leaf, Statement, SubjectKey};
use serde_json::{Value, json};

use crate::Result;
use crate::inputs::Seeded;

/// How long their postings stay open, in seconds: longer than any trial.
const OPEN_SECONDS: i64 = 86_400;

/// An invented person with a key of their own.
pub(super) struct Person {
    key: SigningKey,
    did: Did,
    home: NodeName,
    now: Timestamp,
}

impl Person {
    /// Somebody who says that their home is `home`.
    pub(super) fn invent(seeded: &mut Seeded, home: &NodeName, now: Timestamp) -> Self {
        let key = SigningKey::from_seed(seeded.bytes());
        Self { did: Did::of(&key.public()), key, home: home.clone(), now }
    }

    /// Under what a log lists them.
    pub(super) fn subject(&self) -> SubjectKey {
        SubjectKey::of(&self.did)
    }

    /// Their first document.
    pub(super) fn genesis(&self, seeded: &mut Seeded) -> Result<Verified> {
        let said = json!({"custody": "self", "home": self.home.as_str(), "recovery": [], "seq": 0});
        self.says(seeded, Kind::Identity, &said, None)
    }

    /// The leaf about that.
    pub(super) fn identity(&self, genesis: &Verified) -> Result<Leaf> {
        let statement = Statement::Identity { commitment: genesis.commitment(), seq: 0 };
        Ok(statement.draft(self.now.day(), &[self.subject()]).sign(&[&self.key])?)
    }

    /// A posting.
    pub(super) fn posting(&self, seeded: &mut Seeded, title: &str, text: &str) -> Result<Verified> {
        let said = json!({"home": self.home.as_str(), "languages": [], "seats": 1, "skills": [], "text": text, "title": title});
        self.says(seeded, Kind::Job, &said, Some(self.now.add_seconds(OPEN_SECONDS)?))
    }

    /// The leaf about that.
    pub(super) fn posted(&self, posting: &Verified) -> Result<Leaf> {
        let statement = Statement::Posting { commitment: posting.commitment() };
        Ok(statement.draft(self.now.day(), &[self.subject()]).with_signatures(Vec::new())?)
    }

    /// A bid on a job whose home is `to`.
    pub(super) fn bid(&self, seeded: &mut Seeded, job: &DocumentId, to: &str) -> Result<Verified> {
        let said = json!({"home": self.home.as_str(), "job": job.to_string(), "text": "Me.", "to": to});
        self.says(seeded, Kind::Bid, &said, None)
    }

    /// The sealed review of somebody, of a contract that nobody knows, as its commit leaf and its open leaf.
    pub(super) fn sealed_review(&self, seeded: &mut Seeded, rated: &Self) -> Result<[Leaf; 2]> {
        let commitment = hanse_document::Commitment::from_bytes(seeded.bytes());
        let engagement = hanse_ledger::LeafId::from_bytes(seeded.bytes());
        let (day, about) = (self.now.day(), [rated.subject()]);
        let commit = Statement::Commit { commitment, engagement }.draft(day, &about).sign(&[&self.key])?;
        let open = Statement::Open { cites: commit.id() }.draft(day, &about).sign(&[&self.key])?;
        Ok([commit, open])
    }

    fn says(
        &self,
        seeded: &mut Seeded,
        kind: Kind,
        said: &Value,
        until: Option<Timestamp>,
    ) -> Result<Verified> {
        let body = Body::from_value(kind, said)?;
        let salt = seeded.bytes();
        let draft = Draft { issuer: self.did.clone(), body, salt, from: self.now, until, custody: None };
        Ok(draft.sign(&self.key)?)
    }
}

/// Genesis and posting as they are gossiped.
pub(super) fn gossiped(genesis: &Verified, posting: &Verified) -> Vec<u8> {
    [genesis.bytes(), posting.bytes()].join(&b'\n')
}
