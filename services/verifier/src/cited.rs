//! The engagements of those who reviewed the subject: each in its own log, under a checkpoint of that log.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hanse_document::{Did, PublicKey};
use hanse_ledger::evidence::EngagementProof;
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_tlog::{Proved, hash};

use crate::part::{self, Below};
use crate::quorum::{Age, Signed, Trust};
use crate::report::{CheckStep, Coverage, Outcome};
use crate::steps::Steps;
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

/// Where an engagement stands, and its id. The id says nothing of the log: anybody may have a copy logged elsewhere.
type Place = (String, LeafId);

/// The engagements that the file proves, by place, and the places by each slot key that they name.
#[derive(Default)]
pub(crate) struct Engagements {
    by_place: BTreeMap<Place, Cited>,
    by_slot: BTreeMap<PublicKey, Vec<Place>>,
}

impl Engagements {
    /// The engagement of this id in this log.
    pub(crate) fn get(&self, origin: &str, id: LeafId) -> Option<&Cited> {
        self.by_place.get(&(origin.to_owned(), id))
    }

    /// Whether there is an engagement by this author, in this log, that names this slot key alone, and `home` as its owner's log.
    pub(crate) fn has(&self, author: &Did, origin: &str, slot: &PublicKey, home: &str) -> bool {
        let places = self.by_slot.get(slot).map_or(&[][..], Vec::as_slice);
        let fits = |cited: &Cited| {
            cited.slots == [*slot] && cited.author == *author && cited.origin == origin && cited.log == home
        };
        places.iter().any(|place| self.by_place.get(place).is_some_and(fits))
    }

    /// False if it is there already.
    fn insert(&mut self, id: LeafId, cited: Cited) -> bool {
        let place = (cited.origin.clone(), id);
        for slot in &cited.slots {
            self.by_slot.entry(*slot).or_default().push(place.clone());
        }
        self.by_place.insert(place, cited).is_none()
    }
}

/// A checkpoint below which engagements stand.
struct Root<'b> {
    signed: Signed,
    /// The nodes that a part proves, or the root alone.
    proved: Cow<'b, Proved>,
    /// Who vouches for it, until that is reported: with the first engagement for which it matters.
    vouched: Option<CheckStep>,
}

/// Proves each engagement, below the parts of the file or below checkpoints of their own. What cannot be checked is left out, and what
/// relies on it is then incomplete.
pub(crate) fn check<'a>(
    trust: &Trust<'_>,
    proofs: &'a [EngagementProof],
    parts: &BTreeMap<&str, Below>,
    views: &mut Views<'a>,
    steps: &mut Steps,
) -> Engagements {
    let mut cited = Engagements::default();
    // Many engagements stand below one checkpoint.
    let mut roots: BTreeMap<(&str, Option<&str>), Option<Root<'_>>> = BTreeMap::new();
    for proof in proofs {
        let at = (proof.origin.as_str(), proof.checkpoint.as_deref());
        let root = roots.entry(at).or_insert_with(|| root(trust, at, parts, views, steps));
        if steps.refused() {
            break;
        }
        let Some(root) = root else { continue };
        let (found, step) = one(proof, root, views, steps);
        steps.push(step);
        let Some((id, found)) = found else { continue };
        steps.extend(root.vouched.take());
        if root.signed.coverage == Coverage::Audited && !cited.insert(id, found) {
            let name = format!("engagement {} of {}", proof.index, proof.origin);
            steps.push(CheckStep::new(name, Outcome::Invalid, "the file holds one engagement twice"));
        }
    }
    cited
}

/// Opens what engagements stand below; None if nothing there can be checked.
fn root<'b>(
    trust: &Trust<'_>,
    (origin, note): (&str, Option<&str>),
    parts: &'b BTreeMap<&str, Below>,
    views: &mut Views<'_>,
    steps: &mut Steps,
) -> Option<Root<'b>> {
    if trust.policy.keys_of_log(origin).next().is_none() {
        let says = "the policy does not name this log, so nothing in it can be checked";
        steps.push(CheckStep::new(format!("engagements of {origin}"), Outcome::Note, says));
        return None;
    }
    let root = match note {
        Some(note) => match part::open(trust, origin, note, Age::Any) {
            Ok((signed, step)) => {
                steps.push(step);
                steps.extend(views.checkpoint(&signed.checkpoint));
                let proved = Proved::new(signed.checkpoint.size, signed.checkpoint.root);
                let vouched = Some(part::quorum(origin, &signed));
                Root { signed, proved: Cow::Owned(proved), vouched }
            }
            Err(failed) => {
                steps.push(*failed);
                return None;
            }
        },
        None => {
            let Some(Below { opened, proved }) = parts.get(origin) else {
                let says = "they stand below a part that the file does not hold, or that does not count";
                steps.push(CheckStep::new(format!("engagements of {origin}"), Outcome::Incomplete, says));
                return None;
            };
            let signed = trust.judge(opened, Age::Any);
            let vouched = Some(part::quorum(origin, &signed));
            Root { signed, proved: Cow::Borrowed(proved), vouched }
        }
    };
    Some(root)
}

/// Checks one, as far as its own leaf goes.
fn one<'a>(
    proof: &'a EngagementProof,
    root: &Root<'_>,
    views: &mut Views<'a>,
    steps: &mut Steps,
) -> (Option<(LeafId, Cited)>, CheckStep) {
    let name = format!("engagement {} of {}", proof.index, proof.origin);
    let refused = |outcome, says: String| (None, CheckStep::new(&name, outcome, says));
    let leaf = match Leaf::parse_general(proof.leaf.bytes()) {
        Ok(leaf) => leaf,
        Err(error) => return refused(Outcome::Invalid, error.to_string()),
    };
    let hash = hash::leaf(proof.leaf.bytes());
    if let Err(error) = root.proved.check(proof.index, &hash, &proof.path) {
        let (none, step) = refused(Outcome::Invalid, "this leaf is not at this place of the log".to_owned());
        return (none, step.with("root of the log", &root.signed.checkpoint.root, &error));
    }
    steps.extend(views.leaf(&proof.origin, proof.index, hash));
    let Some(Statement::Engagement { log, slots, .. }) = leaf.statement() else {
        return refused(Outcome::Invalid, "the leaf is no engagement".to_owned());
    };
    // An id does not depend on the signer: without this a stranger's copy could stand in for the engagement. Who had the
    // leaf logged is at fault, not the file, and a review that cites it does not count by it.
    let signer = leaf.signatures().first().map(|(key, _)| key).filter(|key| leaf.is_signed_by(key));
    let author = signer.map(Did::of);
    let signed_for = author.as_ref().map(SubjectKey::of);
    let Some(author) = author.filter(|_| leaf.subjects() == signed_for.as_slice()) else {
        let (none, step) =
            refused(Outcome::Note, "the engagement is not signed by the person that it is about".to_owned());
        return (none, step.with("subject", &texts(leaf.subjects()), &texts(signed_for.as_slice())));
    };
    let cited = Cited { origin: proof.origin.clone(), author, log: log.clone(), slots: slots.clone() };
    let step = CheckStep::new(&name, Outcome::Holds, format!("leaf {} is in the log", leaf.id()));
    (Some((leaf.id(), cited)), step)
}

fn texts(subjects: &[SubjectKey]) -> String {
    subjects.iter().map(SubjectKey::hex).collect::<Vec<_>>().join(" ")
}
