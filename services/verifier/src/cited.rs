//! The engagements of those who reviewed the subject: each in its own log, under its own checkpoint.

use std::collections::BTreeMap;

use hanse_document::PublicKey;
use hanse_ledger::evidence::EngagementProof;
use hanse_ledger::{Leaf, LeafId, Statement};
use hanse_tlog::verify;

use crate::part::{open, quorum};
use crate::quorum::{Age, Trust};
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
    for proof in proofs {
        let (found, ended) = one(trust, proof);
        steps.extend(ended);
        let Some(found) = found else { continue };
        let name = format!("engagement {} of {}", proof.index, proof.origin);
        if cited.insert(found.leaf.id(), found).is_some() {
            steps.push(Step::new(name, Outcome::Invalid, "the file holds one engagement twice"));
        }
    }
    cited
}

fn one(trust: &Trust<'_>, proof: &EngagementProof) -> (Option<Cited>, Vec<Step>) {
    let (signed, opened) = match open(trust, &proof.origin, &proof.checkpoint, Age::Any) {
        Ok(opened) => opened,
        Err(failed) => return (None, vec![*failed]),
    };
    let name = format!("engagement {} of {}", proof.index, proof.origin);
    let invalid = |says: String| Step::new(&name, Outcome::Invalid, says);
    let leaf = match Leaf::from_value(&proof.leaf) {
        Ok(leaf) => leaf,
        Err(error) => return (None, vec![opened, invalid(error.to_string())]),
    };
    let root = verify::root_from_inclusion(proof.index, signed.checkpoint.size, &leaf.hash(), &proof.path);
    let shown = root.map_or_else(|error| error.to_string(), |root| root.hex());
    if root != Ok(signed.checkpoint.root) {
        let step = invalid("this leaf is not at this place of the log".into());
        return (None, vec![opened, step.with("root of the log", signed.checkpoint.root, shown)]);
    }
    let Some(Statement::Engagement { log, slots, .. }) = leaf.statement() else {
        return (None, vec![opened, invalid("the leaf is no engagement".into())]);
    };
    let step = Step::new(&name, Outcome::Holds, format!("leaf {} is in the log", leaf.id())).with(
        "root of the log",
        signed.checkpoint.root,
        shown,
    );
    let steps = vec![opened, quorum(&proof.origin, &signed), step];
    if signed.coverage != Coverage::Audited {
        return (None, steps);
    }
    let (log, slots) = (log.clone(), slots.clone());
    (Some(Cited { origin: proof.origin.clone(), leaf, log, slots }), steps)
}
