//! The engagements of those who reviewed the subject: each in its own log, under its own checkpoint.

use std::collections::BTreeMap;

use hanse_document::{Did, PublicKey};
use hanse_ledger::evidence::EngagementProof;
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_tlog::{Hash, verify};

use crate::part::{open, quorum};
use crate::quorum::{Age, Signed, Trust};
use crate::report::{Coverage, Outcome, Step};
use crate::views::Views;

/// An engagement that the file proves.
pub(crate) struct Cited {
    pub(crate) origin: String,
    /// Whose engagement it is: the one signer, and the one subject.
    pub(crate) author: Did,
    /// The other side's log, which for an author is the subject's.
    pub(crate) log: String,
    pub(crate) slots: Vec<PublicKey>,
}

/// The engagements that the file proves, by leaf id, and the ids by each slot key that they name.
#[derive(Default)]
pub(crate) struct Engagements {
    by_id: BTreeMap<LeafId, Cited>,
    by_slot: BTreeMap<PublicKey, Vec<LeafId>>,
}

impl Engagements {
    pub(crate) fn get(&self, id: &LeafId) -> Option<&Cited> {
        self.by_id.get(id)
    }

    /// The first engagement by this author, in this log, that names the slot key and `home` as the log of its owner.
    pub(crate) fn of(&self, author: &Did, origin: &str, slot: &PublicKey, home: &str) -> Option<LeafId> {
        let ids = self.by_slot.get(slot).map_or(&[][..], Vec::as_slice);
        let fits = |cited: &Cited| cited.author == *author && cited.origin == origin && cited.log == home;
        ids.iter().copied().find(|id| self.get(id).is_some_and(fits))
    }

    /// False if it is there already.
    fn insert(&mut self, id: LeafId, cited: Cited) -> bool {
        for slot in &cited.slots {
            self.by_slot.entry(*slot).or_default().push(id);
        }
        self.by_id.insert(id, cited).is_none()
    }
}

/// Proves each engagement. What cannot be checked is left out, and what relies on it is then incomplete.
pub(crate) fn check<'a>(
    trust: &Trust<'_>,
    proofs: &'a [EngagementProof],
    views: &mut Views<'a>,
    steps: &mut Vec<Step>,
) -> Engagements {
    let mut cited = Engagements::default();
    // Many engagements stand below one checkpoint.
    let mut opened: BTreeMap<(&str, &str), Option<Signed>> = BTreeMap::new();
    for proof in proofs {
        let checkpoint = opened.entry((&proof.origin, &proof.checkpoint)).or_insert_with(|| {
            match open(trust, &proof.origin, &proof.checkpoint, Age::Any) {
                Ok((signed, step)) => {
                    steps.extend([step, quorum(&proof.origin, &signed)]);
                    steps.extend(views.checkpoint(&signed.checkpoint));
                    Some(signed)
                }
                Err(failed) => {
                    steps.push(*failed);
                    None
                }
            }
        });
        let Some(signed) = checkpoint else { continue };
        let (found, step) = one(proof, signed);
        if let Some((_, hash, _)) = &found {
            steps.extend(views.leaf(&proof.origin, proof.index, *hash));
        }
        steps.push(step);
        let Some((id, _, found)) = found.filter(|_| signed.coverage == Coverage::Audited) else { continue };
        if !cited.insert(id, found) {
            let name = format!("engagement {} of {}", proof.index, proof.origin);
            steps.push(Step::new(name, Outcome::Invalid, "the file holds one engagement twice"));
        }
    }
    cited
}

fn one(proof: &EngagementProof, signed: &Signed) -> (Option<(LeafId, Hash, Cited)>, Step) {
    let name = format!("engagement {} of {}", proof.index, proof.origin);
    let leaf = match Leaf::from_value(&proof.leaf) {
        Ok(leaf) => leaf,
        Err(error) => return (None, Step::new(name, Outcome::Invalid, error.to_string())),
    };
    let step = Step::new(name, Outcome::Holds, format!("leaf {} is in the log", leaf.id()));
    let hash = leaf.hash();
    let root = verify::root_from_inclusion(proof.index, signed.checkpoint.size, &hash, &proof.path);
    let shown = root.map_or_else(|error| error.to_string(), |root| root.hex());
    let step = step.with("root of the log", &signed.checkpoint.root, &shown);
    let refused = |outcome, says: &str, step| (None, Step { outcome, says: says.into(), ..step });
    if root != Ok(signed.checkpoint.root) {
        return refused(Outcome::Invalid, "this leaf is not at this place of the log", step);
    }
    let Some(Statement::Engagement { log, slots, .. }) = leaf.statement() else {
        return refused(Outcome::Invalid, "the leaf is no engagement", step);
    };
    // An id does not depend on the signer: without this a stranger's copy could stand in for the engagement. Who had the
    // leaf logged is at fault, not the file, and a review that cites it does not count by it.
    let signer = leaf.signatures().first().map(|(key, _)| key).filter(|key| leaf.is_signed_by(key));
    let author = signer.map(Did::of);
    let signed_for = author.as_ref().map(SubjectKey::of);
    let step = step.with("subject", &texts(leaf.subjects()), &texts(signed_for.as_slice()));
    let Some(author) = author.filter(|_| leaf.subjects() == signed_for.as_slice()) else {
        return refused(Outcome::Note, "the engagement is not signed by the person that it is about", step);
    };
    let cited = Cited { origin: proof.origin.clone(), author, log: log.clone(), slots: slots.clone() };
    (Some((leaf.id(), hash, cited)), step)
}

fn texts(subjects: &[SubjectKey]) -> String {
    subjects.iter().map(SubjectKey::hex).collect::<Vec<_>>().join(" ")
}
