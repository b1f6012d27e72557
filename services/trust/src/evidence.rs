//! The evidence file of a person whose home is here: all that this node's log holds about them, all that each log holds which an engagement
//! of theirs names, and the engagements of those who said something about them. The file is checked against its own indexes while it
//! is built; who believes it is the verifier's business.

mod snapshot;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_document::kind::Body;
use hanse_document::{Did, Kind, PublicKey, Signed};
use hanse_ledger::evidence::{
    ENTRIES_MAX, EVIDENCE_BYTES_MAX, EngagementProof, Evidence, Format, PARTS_MAX, Part, proved,
};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_store::log::{self, LeafRow};
use hanse_store::{Connection, accounts, contracts, documents};
use hanse_tlog::Proved;

use crate::Trust;

use self::snapshot::{LeafWithDocuments, document};
pub(crate) use self::snapshot::{LogSnapshot, json};

impl Trust {
    /// Everything that a stranger needs to check a person's record offline, at the newest size that a quorum of this node's
    /// auditors has cosigned: the bytes of the file.
    ///
    /// # Errors
    /// `NotFound` for who is unknown, `Elsewhere` for who has another home: only the home has the contracts' documents. `RecordTooLarge`
    /// for a person of whom the home's log alone says more than a file may hold; `Busy` while others' files are made.
    pub async fn evidence(&self, did: &Did) -> Result<Vec<u8>, UseError> {
        let _turn = self.scores().file().await?;
        let connection = self.store().connection().await?;
        let identity = accounts::find_identity(&connection, did).await?.ok_or(Refusal::NotFound("person"))?;
        if identity.home != self.config().name {
            return Err(Refusal::Elsewhere(identity.home).into());
        }
        let genesis = documents::find(&connection, &identity.genesis).await?;
        let genesis =
            genesis.ok_or_else(|| Failure::unreadable(identity.genesis, "the genesis is missing"))?;
        let file = Assembly { trust: self, db: &connection, did, subject: SubjectKey::of(did) };
        let (parts, engagements) = file.logs().await?;
        within_bounds(Evidence {
            format: Format::V1,
            subject: did.clone(),
            made: self.now(),
            identity: document(&genesis.id, &genesis.bytes)?,
            parts,
            engagements,
        })
    }
}

/// The file without its largest parts, if there is more than a file may hold: strangers may have had any number of leaves about the
/// person logged elsewhere. The verifier says which logs are not covered. The home's part, the first, stays.
fn within_bounds(mut file: Evidence) -> Result<Vec<u8>, UseError> {
    loop {
        if let Ok(bytes) = file.to_bytes_within_bounds() {
            return Ok(bytes);
        }
        let others = file.parts.iter().enumerate().skip(1);
        let largest = others.max_by_key(|(_, part)| part.entries.len());
        let (largest, _) = largest.ok_or(Refusal::RecordTooLarge)?;
        let gone = file.parts.remove(largest).origin;
        file.engagements.retain(|engagement| engagement.origin != gone || engagement.checkpoint.is_some());
    }
}

struct Assembly<'a> {
    trust: &'a Trust,
    db: &'a Connection,
    did: &'a Did,
    subject: SubjectKey,
}

/// An engagement of the subject: which of the other side's keys may state outcomes, and where the other side's own log is.
struct Engagement {
    log: String,
    slots: Vec<PublicKey>,
}

/// A log of the file, with what was loaded for it.
struct Shown {
    at: LogSnapshot,
    held: Vec<LeafWithDocuments>,
    part: Part,
    proved: Proved,
}

impl Assembly<'_> {
    async fn logs(&self) -> Result<(Vec<Part>, Vec<EngagementProof>), UseError> {
        let home = LogKind::Reputation.origin(&self.trust.config().name);
        let Some(first) = self.shown(&home).await? else {
            return Err(Failure::Inconsistent(format!("this node does not keep its own log {home}")).into());
        };
        let mut shown = vec![first];
        let engagements = self.engagements(shown.first().map_or(&[][..], |home| &home.held));
        let named: BTreeSet<String> = engagements
            .values()
            .map(|engagement| engagement.log.clone())
            .filter(|log| *log != home)
            .collect();
        // A log that nobody here follows cannot be shown; the verifier says that its contracts are not covered.
        for origin in &named {
            if shown.len() < PARTS_MAX {
                match self.shown(origin).await {
                    Ok(more) => shown.extend(more),
                    // Strangers filled it: it goes, and nothing else does.
                    Err(UseError::Refused(Refusal::RecordTooLarge)) => {}
                    Err(error) => return Err(error),
                }
                shed(&mut shown);
            }
        }
        let mut cited = self.others(&engagements, &shown).await?;
        for Shown { held, .. } in &shown {
            cited.extend(cited_by(&engagements, held));
        }
        let mut by_log: BTreeMap<String, BTreeSet<LeafId>> = BTreeMap::new();
        for (leaf, origin) in cited {
            by_log.entry(origin).or_default().insert(leaf);
        }
        let mut proofs = BTreeMap::new();
        for (origin, leaves) in &by_log {
            let part = shown.iter().find(|shown| shown.part.origin == *origin);
            let proved = self.proofs(origin, leaves, part).await?;
            proofs.extend(proved.into_iter().map(|(leaf, proof)| ((leaf, origin), proof)));
        }
        Ok((shown.into_iter().map(|shown| shown.part).collect(), proofs.into_values().collect()))
    }

    /// What a log says of the subject; None if it is not kept here.
    async fn shown(&self, origin: &str) -> Result<Option<Shown>, UseError> {
        let Some(at) = LogSnapshot::newest(self.db, self.trust.log_keys(), origin, None).await? else {
            return Ok(None);
        };
        let held = at.held(self.db, &self.subject).await?.ok_or(Refusal::RecordTooLarge)?;
        let part = at.part(self.db, &self.subject, &held).await?;
        let proved = proved(&part, at.size()).map_err(|error| Failure::unreadable(origin, error))?;
        Ok(Some(Shown { at, held, part, proved }))
    }

    /// The subject's own engagements, by leaf id. One that the subject has not signed binds nobody.
    fn engagements(&self, held: &[LeafWithDocuments]) -> BTreeMap<LeafId, Engagement> {
        let signed = held.iter().filter_map(|held| held.leaf.as_ref());
        let signed = signed.filter(|leaf| leaf.is_signed_by(&self.did.key()));
        let engagements = signed.filter_map(|leaf| {
            let Some(Statement::Engagement { log, slots, .. }) = leaf.statement() else { return None };
            Some((leaf.id(), Engagement { log: log.clone(), slots: slots.clone() }))
        });
        engagements.collect()
    }

    /// The other sides' engagements where they have said something, as far as their contracts are known here: what confirmed payments
    /// rest on, and what shows that a review citing anything else is void.
    async fn others(
        &self,
        engagements: &BTreeMap<LeafId, Engagement>,
        shown: &[Shown],
    ) -> Result<BTreeSet<(LeafId, String)>, Failure> {
        let mut others = BTreeSet::new();
        let leaves = shown.iter().flat_map(|shown| &shown.held).filter_map(|held| held.leaf.as_ref());
        let answered: BTreeSet<LeafId> = leaves.filter_map(|leaf| answers(leaf, engagements)).collect();
        for contract in contracts::by_engagements(self.db, answered.iter().copied()).await? {
            let sides = [contract.client_engagement, contract.freelancer_engagement];
            let [Some(client), Some(freelancer)] = sides else { continue };
            for (own, other) in [(client, freelancer), (freelancer, client)] {
                if let Some(engagement) = engagements.get(&own).filter(|_| answered.contains(&own)) {
                    others.insert((other, engagement.log.clone()));
                }
            }
        }
        Ok(others)
    }

    /// The proofs that a log holds these engagements, below the part of that log where they can be; none for those that it does not
    /// hold, and none at all if the log is not kept here.
    async fn proofs(
        &self,
        origin: &str,
        leaves: &BTreeSet<LeafId>,
        part: Option<&Shown>,
    ) -> Result<Vec<(LeafId, EngagementProof)>, Failure> {
        let found = log::leaves_by_id(self.db, origin, leaves).await?.into_values();
        let mut left: Vec<LeafRow> = found.filter(is_engagement).collect();
        let mut proofs = Vec::new();
        if let Some(Shown { at, proved, .. }) = part {
            let below: Vec<LeafRow> = left.extract_if(.., |leaf| leaf.index < at.size()).collect();
            proofs.extend(proved_by(at.engagements(self.db, &below, Some(proved)).await?, &below));
        }
        // What the newest size with a quorum does not hold yet, the newest of all does.
        for above in [None, left.iter().map(|leaf| leaf.index).max()] {
            if left.is_empty() {
                break;
            }
            let Some(at) = LogSnapshot::newest(self.db, self.trust.log_keys(), origin, above).await? else {
                break;
            };
            let below: Vec<LeafRow> = left.extract_if(.., |leaf| leaf.index < at.size()).collect();
            proofs.extend(proved_by(at.engagements(self.db, &below, None).await?, &below));
        }
        Ok(proofs)
    }
}

fn is_engagement(row: &LeafRow) -> bool {
    Leaf::parse(&row.bytes).is_ok_and(|leaf| matches!(leaf.statement(), Some(Statement::Engagement { .. })))
}

fn proved_by(proofs: Vec<EngagementProof>, leaves: &[LeafRow]) -> Vec<(LeafId, EngagementProof)> {
    leaves.iter().map(|leaf| leaf.id).zip(proofs).collect()
}

/// Lets go of the largest part of another log as soon as all together are more than a file may hold: what is in memory stays within two
/// files.
fn shed(shown: &mut Vec<Shown>) {
    let entries = |shown: &[Shown]| shown.iter().map(|shown| shown.held.len()).sum::<usize>();
    let bytes = |shown: &[Shown]| {
        shown.iter().flat_map(|shown| &shown.held).map(LeafWithDocuments::bytes).sum::<usize>()
    };
    while ENTRIES_MAX < entries(shown) || EVIDENCE_BYTES_MAX < bytes(shown) {
        let others = shown.iter().enumerate().skip(1);
        let Some((largest, _)) = others.max_by_key(|(_, shown)| shown.held.len()) else { break };
        shown.remove(largest);
    }
}

/// The engagements that open reviews cite as their author's own, each with the log that the subject's engagement names. Two reviews can
/// cite one: what an author says takes nothing from another's review.
fn cited_by(
    engagements: &BTreeMap<LeafId, Engagement>,
    held: &[LeafWithDocuments],
) -> BTreeSet<(LeafId, String)> {
    let leaves = || held.iter().filter_map(|held| held.leaf.as_ref());
    let commits: BTreeMap<LeafId, LeafId> = leaves().filter_map(sealed_for).collect();
    let mut cited = BTreeSet::new();
    for held in held {
        let Some(Statement::Open { cites }) = held.leaf.as_ref().and_then(Leaf::statement) else { continue };
        let engagement = commits.get(cites).and_then(|engagement| engagements.get(engagement));
        if let (Some(engagement), Some(own)) = (engagement, authors_engagement(held)) {
            cited.insert((own, engagement.log.clone()));
        }
    }
    cited
}

/// The engagement of the subject about which this leaf says something by the other side's key.
fn answers(leaf: &Leaf, engagements: &BTreeMap<LeafId, Engagement>) -> Option<LeafId> {
    let (Statement::Commit { engagement, .. } | Statement::Settle { engagement, .. }) = leaf.statement()?
    else {
        return None;
    };
    let slots = &engagements.get(engagement)?.slots;
    slots.iter().any(|slot| leaf.is_signed_by(slot)).then_some(*engagement)
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
fn authors_engagement(held: &LeafWithDocuments) -> Option<LeafId> {
    let review = held.documents.iter().find(|document| document.id.kind() == Kind::Review)?;
    let review = Signed::parse(&review.bytes).ok()?.verify().ok()?;
    if let Body::Review(body) = review.body() {
        Some(LeafId::from_bytes(*body.engagement.as_bytes()))
    } else {
        None
    }
}
