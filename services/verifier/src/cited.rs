//! The engagements of those who reviewed the subject: each in its own log, under its own checkpoint.

use std::collections::BTreeMap;

use hanse_document::{Did, PublicKey};
use hanse_ledger::evidence::EngagementProof;
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_tlog::verify;

use crate::part::{open, quorum};
use crate::quorum::{Age, Signed, Trust};
use crate::report::{Coverage, Outcome, Step};

/// An engagement that the file proves.
pub(crate) struct Cited {
    pub(crate) origin: String,
    pub(crate) leaf: Leaf,
    /// The other side's log, which for an author is the subject's.
    pub(crate) log: String,
    pub(crate) slots: Vec<PublicKey>,
}

/// Proves each engagement. What cannot be checked is left out, and what relies on it is then incomplete.
pub(crate) fn check(
    trust: &Trust<'_>,
    proofs: &[EngagementProof],
    steps: &mut Vec<Step>,
) -> BTreeMap<LeafId, Cited> {
    let mut cited = BTreeMap::new();
    // Many engagements stand below one checkpoint.
    let mut opened: BTreeMap<(&str, &str), Option<Signed>> = BTreeMap::new();
    for proof in proofs {
        let checkpoint = opened.entry((&proof.origin, &proof.checkpoint)).or_insert_with(|| {
            match open(trust, &proof.origin, &proof.checkpoint, Age::Any) {
                Ok((signed, step)) => {
                    steps.extend([step, quorum(&proof.origin, &signed)]);
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
        steps.push(step);
        let Some(found) = found.filter(|_| signed.coverage == Coverage::Audited) else { continue };
        let name = format!("engagement {} of {}", proof.index, proof.origin);
        if cited.insert(found.leaf.id(), found).is_some() {
            steps.push(Step::new(name, Outcome::Invalid, "the file holds one engagement twice"));
        }
    }
    cited
}

fn one(proof: &EngagementProof, signed: &Signed) -> (Option<Cited>, Step) {
    let name = format!("engagement {} of {}", proof.index, proof.origin);
    let leaf = match Leaf::from_value(&proof.leaf) {
        Ok(leaf) => leaf,
        Err(error) => return (None, Step::new(name, Outcome::Invalid, error.to_string())),
    };
    let step = Step::new(name, Outcome::Holds, format!("leaf {} is in the log", leaf.id()));
    let root = verify::root_from_inclusion(proof.index, signed.checkpoint.size, &leaf.hash(), &proof.path);
    let shown = root.map_or_else(|error| error.to_string(), |root| root.hex());
    let step = step.with("root of the log", &signed.checkpoint.root, &shown);
    let invalid = |says: &str, step| (None, Step { outcome: Outcome::Invalid, says: says.into(), ..step });
    if root != Ok(signed.checkpoint.root) {
        return invalid("this leaf is not at this place of the log", step);
    }
    let Some(Statement::Engagement { log, slots, .. }) = leaf.statement() else {
        return invalid("the leaf is no engagement", step);
    };
    // An id does not depend on the signer: without this a stranger's copy could stand in for the engagement.
    let signer = leaf.signatures().first().map(|(key, _)| key).filter(|key| leaf.is_signed_by(key));
    let signed_for = signer.map(|key| SubjectKey::of(&Did::of(key)));
    let step = step.with("subject", &texts(leaf.subjects()), &texts(signed_for.as_slice()));
    if leaf.subjects() != signed_for.as_slice() {
        return invalid("the engagement is not signed by the person that it is about", step);
    }
    let (log, slots) = (log.clone(), slots.clone());
    (Some(Cited { origin: proof.origin.clone(), leaf, log, slots }), step)
}

fn texts(subjects: &[SubjectKey]) -> String {
    subjects.iter().map(SubjectKey::hex).collect::<Vec<_>>().join(" ")
}
