//! The evidence file of a person at home here: all that this node's log holds about them, what the logs hold in which an outcome
//! is awaited, and the engagements of those who reviewed them. The file is checked against its own indexes while it is built;
//! who believes it is the verifier's business.

mod at;

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::kind::Body;
use hanse_document::{Did, Kind, PublicKey, Signed};
use hanse_ledger::evidence::{EngagementProof, Evidence, Format, PARTS_MAX, Part};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_store::{Connection, accounts, contracts, documents, log};
use serde_json::Value;

use crate::Engine;
use crate::error::{Failure, Refusal, UseError};
use crate::logs::LogKind;

use self::at::Held;
pub(crate) use self::at::{At, json};

impl Engine {
    /// Everything that a stranger needs to check a person's record offline, at the newest size that a quorum of this node's
    /// auditors has cosigned.
    ///
    /// # Errors
    /// `NotFound` for who is unknown, `Elsewhere` for who is at home elsewhere: only the home has the contracts' documents.
    pub async fn evidence(&self, did: &Did) -> Result<Value, UseError> {
        let connection = self.store().connection().await?;
        let identity = accounts::find_identity(&connection, did).await?.ok_or(Refusal::NotFound("person"))?;
        if identity.home != self.config().name {
            return Err(Refusal::Elsewhere(identity.home).into());
        }
        let genesis = documents::find(&connection, &identity.genesis).await?;
        let genesis =
            genesis.ok_or_else(|| Failure::unreadable(identity.genesis, "the genesis is missing"))?;
        let file = Assembly { engine: self, db: &connection, did, subject: SubjectKey::of(did) };
        let (parts, engagements) = file.logs().await?;
        let evidence = Evidence {
            format: Format::V1,
            subject: did.clone(),
            made: self.now(),
            identity: json(&genesis.id, &genesis.bytes)?,
            parts,
            engagements,
        };
        Ok(serde_json::to_value(&evidence).map_err(|error| Failure::unreadable("evidence", error))?)
    }
}

struct Assembly<'a> {
    engine: &'a Engine,
    db: &'a Connection,
    did: &'a Did,
    subject: SubjectKey,
}

/// An engagement of the subject: which of the other side's keys may state outcomes, and where the other side's own log is.
struct Engagement<'a> {
    log: &'a str,
    slots: &'a [PublicKey],
}

impl Assembly<'_> {
    async fn logs(&self) -> Result<(Vec<Part>, Vec<EngagementProof>), Failure> {
        let home = LogKind::Reputation.origin(&self.engine.config().name);
        let Some((part, held)) = self.part(&home).await? else {
            return Err(Failure::Inconsistent(format!("this node does not keep its own log {home}")));
        };
        let engagements = self.engagements(&held);
        let mut parts = vec![part];
        let mut cited = self.matching(&engagements).await?;
        cited.extend(self.cited(&engagements, &held));
        for origin in awaited(&engagements, &held).iter().filter(|origin| **origin != home) {
            // A log that nobody here follows cannot be shown; the verifier says that its slots are not covered.
            if parts.len() < PARTS_MAX
                && let Some((part, held)) = self.part(origin).await?
            {
                parts.push(part);
                cited.extend(self.cited(&engagements, &held));
            }
        }
        let mut proofs = Vec::new();
        for (leaf, origin) in &cited {
            proofs.extend(self.proof(origin, leaf).await?);
        }
        Ok((parts, proofs))
    }

    async fn part(&self, origin: &str) -> Result<Option<(Part, Vec<Held>)>, Failure> {
        let Some(at) = At::newest(self.db, self.engine.log_keys(), origin, None).await? else {
            return Ok(None);
        };
        let held = at.held(self.db, &self.subject).await?;
        Ok(Some((at.part(self.db, &self.subject, &held).await?, held)))
    }

    /// The subject's own engagements, by leaf id. One that the subject has not signed binds nobody.
    fn engagements<'a>(&self, held: &'a [Held]) -> BTreeMap<LeafId, Engagement<'a>> {
        let signed = held.iter().filter_map(|held| held.leaf.as_ref());
        let signed = signed.filter(|leaf| leaf.is_signed_by(&self.did.key()));
        let engagements = signed.filter_map(|leaf| {
            let Some(Statement::Engagement { log, slots, .. }) = leaf.statement() else { return None };
            Some((leaf.id(), Engagement { log, slots }))
        });
        engagements.collect()
    }

    /// The engagements that open reviews cite as their author's own, each with the log that the subject's engagement names.
    fn cited(
        &self,
        engagements: &BTreeMap<LeafId, Engagement<'_>>,
        held: &[Held],
    ) -> BTreeMap<LeafId, String> {
        let leaves = || held.iter().filter_map(|held| held.leaf.as_ref());
        let commits: BTreeMap<LeafId, LeafId> = leaves().filter_map(sealed_for).collect();
        let mut cited = BTreeMap::new();
        for held in held {
            let Some(Statement::Open { cites }) = held.leaf.as_ref().and_then(Leaf::statement) else {
                continue;
            };
            let engagement = commits.get(cites).and_then(|engagement| engagements.get(engagement));
            if let (Some(engagement), Some(own)) = (engagement, authors_engagement(held)) {
                cited.insert(own, engagement.log.to_owned());
            }
        }
        cited
    }

    /// The other sides' engagements, as far as their contracts are known here: what confirmed payments rest on, and what shows that
    /// a review citing anything else is void.
    async fn matching(
        &self,
        engagements: &BTreeMap<LeafId, Engagement<'_>>,
    ) -> Result<BTreeMap<LeafId, String>, Failure> {
        let mut matching = BTreeMap::new();
        for (id, engagement) in engagements {
            let Some(contract) = contracts::by_engagement(self.db, id).await? else { continue };
            let of_client = contract.client_engagement == Some(*id);
            let other = if of_client { contract.freelancer_engagement } else { contract.client_engagement };
            if let Some(other) = other {
                matching.insert(other, engagement.log.to_owned());
            }
        }
        Ok(matching)
    }

    /// The proof that a log holds an engagement; None if the log is not kept here or does not hold it.
    async fn proof(&self, origin: &str, leaf: &LeafId) -> Result<Option<EngagementProof>, Failure> {
        let Some(found) = log::leaf(self.db, origin, leaf).await? else { return Ok(None) };
        let is_engagement = Leaf::parse(&found.bytes)
            .is_ok_and(|leaf| matches!(leaf.statement(), Some(Statement::Engagement { .. })));
        if !is_engagement {
            return Ok(None);
        }
        let at = At::newest(self.db, self.engine.log_keys(), origin, Some(found.index)).await?;
        let Some(at) = at else { return Ok(None) };
        Ok(Some(at.engagement(self.db, found.index, &found.bytes).await?))
    }
}

/// The logs named by engagements that have a slot which no open review answers.
fn awaited(engagements: &BTreeMap<LeafId, Engagement<'_>>, held: &[Held]) -> BTreeSet<String> {
    let leaves = || held.iter().filter_map(|held| held.leaf.as_ref());
    let opened: BTreeSet<LeafId> = leaves().filter_map(opened).collect();
    let answered = |id: &LeafId, slot: &PublicKey| {
        leaves().any(|leaf| {
            let commit = sealed_for(leaf).filter(|(_, to)| to == id);
            commit.is_some_and(|(commit, _)| opened.contains(&commit)) && leaf.is_signed_by(slot)
        })
    };
    let open = |(id, engagement): &(&LeafId, &Engagement<'_>)| {
        engagement.slots.iter().any(|slot| !answered(id, slot))
    };
    engagements.iter().filter(open).map(|(_, engagement)| engagement.log.to_owned()).collect()
}

/// The commit that an open leaf opens.
fn opened(leaf: &Leaf) -> Option<LeafId> {
    if let Some(Statement::Open { cites }) = leaf.statement() { Some(*cites) } else { None }
}

/// Of a commit its own id, and the engagement that it answers.
fn sealed_for(leaf: &Leaf) -> Option<(LeafId, LeafId)> {
    if let Some(Statement::Commit { engagement, .. }) = leaf.statement() {
        Some((leaf.id(), *engagement))
    } else {
        None
    }
}

/// The author's own engagement, as the review beside an open leaf cites it.
fn authors_engagement(held: &Held) -> Option<LeafId> {
    let review = held.documents.iter().find(|document| document.id.kind() == Kind::Review)?;
    let review = Signed::parse(&review.bytes).ok()?.verify().ok()?;
    if let Body::Review(body) = review.body() {
        Some(LeafId::from_bytes(*body.engagement.as_bytes()))
    } else {
        None
    }
}
