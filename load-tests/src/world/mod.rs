//! A person, the logs in which something stands about them, and their evidence file: all in memory, without a node.

mod contract;
mod log;
#[cfg(feature = "node")]
mod resident;

use std::collections::BTreeMap;

use hanse_document::bounded::List;
use hanse_document::kind::{Body, Custody, Identity};
use hanse_document::{Did, Draft, Kind, LogName, NodeName, SigningKey, Verified};
use hanse_ledger::evidence::{DocumentJson, Evidence, Format};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use serde_json::Value;

use crate::Result;
use crate::inputs::{Seeded, now};

pub(crate) use self::contract::Engaged;
#[cfg(feature = "node")]
pub(crate) use self::log::policy;
pub(crate) use self::log::{Auditors, MemoryLog, Own};
#[cfg(feature = "node")]
pub(crate) use self::resident::Resident;

/// How long an offer holds; no rule here reads it.
const OFFER_SECONDS: i64 = 86_400;

/// A person at home at a node.
pub(crate) struct Person {
    pub(crate) key: SigningKey,
    pub(crate) did: Did,
    pub(crate) home: NodeName,
}

impl Person {
    pub(crate) fn new(seeded: &mut Seeded, home: &str) -> Result<Self> {
        let key = SigningKey::from_seed(seeded.bytes());
        Ok(Self { did: Did::of(&key.public()), key, home: NodeName::parse(home)? })
    }

    pub(crate) fn subject(&self) -> SubjectKey {
        SubjectKey::of(&self.did)
    }

    pub(crate) fn log(&self) -> LogName {
        LogName::of(&self.home)
    }

    pub(crate) fn sign(&self, seeded: &mut Seeded, body: Body) -> Result<Verified> {
        let from = now()?;
        let until = if body.kind() == Kind::Offer { Some(from.add_seconds(OFFER_SECONDS)?) } else { None };
        let draft =
            Draft { issuer: self.did.clone(), body, salt: seeded.bytes(), from, until, custody: None };
        Ok(draft.sign(&self.key)?)
    }

    /// A leaf about this person by any key.
    pub(crate) fn leaf(&self, statement: &Statement, by: &SigningKey) -> Result<Leaf> {
        Ok(statement.draft(now()?.day(), &[self.subject()]).sign(&[by])?)
    }

    /// The first document, and its leaf.
    pub(crate) fn join(&self, seeded: &mut Seeded) -> Result<(Leaf, DocumentJson)> {
        let (custody, recovery) = (Custody::Own, List::new(Vec::new())?);
        let identity = Identity { custody, home: self.home.clone(), recovery, seq: 0 };
        let document = self.sign(seeded, Body::Identity(identity))?;
        let leaf = Statement::Identity { commitment: document.commitment(), seq: 0 };
        Ok((self.leaf(&leaf, &self.key)?, json(&document)?))
    }
}

/// A document as a file holds it.
pub(crate) fn json(document: &Verified) -> Result<DocumentJson> {
    Ok(DocumentJson::parse(document.bytes())?)
}

/// What a world is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) contracts: usize,
    /// Logs of the other sides, besides the subject's home.
    pub(crate) logs: usize,
    /// Leaves of each log that are about others.
    pub(crate) padding: usize,
    /// Bytes of a review's text; a reply has half of it.
    pub(crate) text: usize,
}

/// A freelancer whose every contract has an open review with a text, and every third a reply.
pub(crate) struct World {
    pub(crate) subject: Person,
    pub(crate) identity: DocumentJson,
    pub(crate) home: MemoryLog,
    pub(crate) others: Vec<MemoryLog>,
    pub(crate) auditors: Auditors,
    /// Signatures that somebody has to verify who believes nothing; of a leaf in two logs, one.
    pub(crate) signatures: usize,
    /// The subject's own document of the contract, by the open leaf of its review.
    words: BTreeMap<LeafId, DocumentJson>,
}

impl World {
    pub(crate) fn build(plan: &Plan) -> Result<Self> {
        let (mut seeded, auditors) = (Seeded::new(5), Auditors::new()?);
        let subject = Person::new(&mut seeded, "home.example")?;
        let (leaf, identity) = subject.join(&mut seeded)?;
        let mut ours = vec![Own::new(&leaf, subject.subject(), vec![identity.clone()])];
        let mut theirs: Vec<Vec<Own>> = vec![Vec::new(); plan.logs];
        let mut words = BTreeMap::new();
        let mut signatures = 2 + (plan.logs + 1) * auditors.signatures();
        for number in 0..plan.contracts {
            let at = number % plan.logs;
            let log = theirs.get_mut(at).ok_or("a contract has another side's log")?;
            let client = Person::new(&mut seeded, &node(at))?;
            let engaged = Engaged::new(&mut seeded, &client, &subject)?;
            let with_reply = number % 3 == 0;
            let filed = engaged.file(&mut seeded, plan.text, with_reply, (&mut ours, log))?;
            signatures += filed.signatures;
            words.insert(filed.open, engaged.acceptance.clone());
        }
        let home = MemoryLog::build("home.example", ours, plan.padding)?;
        let others = theirs.into_iter().enumerate();
        let others = others.map(|(at, own)| MemoryLog::build(&node(at), own, plan.padding));
        let others = others.collect::<Result<_>>()?;
        Ok(Self { subject, identity, home, others, auditors, signatures, words })
    }

    /// What a record shows beside an open leaf, besides the review.
    pub(crate) fn words(&self, open: &Own) -> Option<Value> {
        let id = Leaf::parse(&open.bytes).ok()?.id();
        Some(self.words.get(&id)?.value())
    }

    pub(crate) fn policy(&self) -> String {
        self.auditors.policy(self.others.iter().chain([&self.home]))
    }

    /// The file as a node makes it.
    pub(crate) fn evidence(&self) -> Result<Evidence> {
        let key = self.subject.subject();
        let mut parts = vec![self.home.part(&key, &self.auditors.note(&self.home)?)?];
        let mut engagements = Vec::new();
        for log in &self.others {
            let part = log.part(&key, &self.auditors.note(log)?)?;
            engagements.extend(log.cited(&key, &part)?);
            parts.push(part);
        }
        evidence(&self.subject, &self.identity, parts, engagements)
    }
}

/// A file of these parts and engagements.
pub(crate) fn evidence(
    subject: &Person,
    identity: &DocumentJson,
    parts: Vec<hanse_ledger::evidence::Part>,
    engagements: Vec<hanse_ledger::evidence::EngagementProof>,
) -> Result<Evidence> {
    let (subject, identity) = (subject.did.clone(), identity.clone());
    Ok(Evidence { format: Format::V1, subject, made: now()?, identity, parts, engagements })
}

fn node(number: usize) -> String {
    format!("c{number}.example")
}
