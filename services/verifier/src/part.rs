//! One log's part of the file: is the checkpoint the log's, who vouches for it, and is the list all there is?

use std::collections::BTreeMap;

use hanse_document::{PublicKey, canonical};
use hanse_ledger::evidence::{Entry, Part};
use hanse_ledger::index::{IndexLeaf, Listed, root_from_prefix};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey, subjects_of};
use hanse_tlog::{Checkpoint, Hash, hash, verify};
use serde_json::Value;

use crate::quorum::{Age, Refused, Signed, Trust};
use crate::report::{Coverage, LogReport, Outcome, Step};
use crate::views::Views;

/// A part whose proofs hold.
pub(crate) struct Log<'a> {
    pub(crate) origin: &'a str,
    /// When a quorum of auditors had last vouched for it, in seconds since 1970; None if too few did.
    pub(crate) vouched: Option<i64>,
    pub(crate) leaves: Vec<Held<'a>>,
    /// Places in `leaves`, by the one key whose signature the leaf carries and fits, and by the leaf that it cites, if any.
    signers: BTreeMap<(PublicKey, Option<LeafId>), Vec<usize>>,
}

impl<'a> Log<'a> {
    fn new(origin: &'a str, vouched: Option<i64>, leaves: Vec<Held<'a>>) -> Self {
        let mut signers: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (place, held) in leaves.iter().enumerate() {
            let Some(leaf) = &held.leaf else { continue };
            if let [(key, _)] = leaf.signatures()
                && leaf.is_signed_by(key)
            {
                signers.entry((*key, leaf.statement().and_then(cited_by))).or_default().push(place);
            }
        }
        Self { origin, vouched, leaves, signers }
    }

    /// The leaves that this key alone signed and that cite this leaf, or none; in log order, each with what it states.
    pub(crate) fn signed_by<'s>(
        &'s self,
        key: &PublicKey,
        cites: Option<LeafId>,
    ) -> impl Iterator<Item = (&'s Held<'a>, LeafId, &'s Statement)> {
        let places = self.signers.get(&(*key, cites)).map_or(&[][..], Vec::as_slice);
        let held = places.iter().filter_map(|place| self.leaves.get(*place));
        held.filter_map(Held::stated)
    }

    /// All that this key alone signed, in log order among the leaves that cite the same.
    pub(crate) fn all_by<'s>(
        &'s self,
        key: &PublicKey,
    ) -> impl Iterator<Item = (&'s Held<'a>, LeafId, &'s Statement)> {
        let last = Some(LeafId::from_bytes([u8::MAX; 32]));
        let places = self.signers.range((*key, None)..=(*key, last)).flat_map(|(_, places)| places);
        places.filter_map(|place| self.leaves.get(*place)).filter_map(Held::stated)
    }
}

/// The leaf that a statement is about.
const fn cited_by(statement: &Statement) -> Option<LeafId> {
    match statement {
        Statement::Commit { engagement: cited, .. }
        | Statement::Settle { engagement: cited, .. }
        | Statement::Open { cites: cited }
        | Statement::Reply { cites: cited, .. } => Some(*cited),
        Statement::Identity { .. } | Statement::Engagement { .. } | Statement::Posting { .. } => None,
    }
}

/// A leaf about the subject, proved to be in the log.
pub(crate) struct Held<'a> {
    pub(crate) origin: &'a str,
    pub(crate) index: u64,
    hash: Hash,
    /// None if the leaf has only the form that the index needs.
    pub(crate) leaf: Option<Leaf>,
    pub(crate) documents: &'a [Value],
}

impl Held<'_> {
    fn stated(&self) -> Option<(&Self, LeafId, &Statement)> {
        let leaf = self.leaf.as_ref()?;
        Some((self, leaf.id(), leaf.statement()?))
    }
}

/// Types of leaves beside which documents may stand.
const DOCUMENTED: [&str; 4] = ["engagement", "identity", "open", "reply"];

/// What failed, as a finished step.
type Failed = Box<Step>;

/// Checks a part. The log is `None` if its proofs do not hold or cannot be checked.
///
/// The home log must be vouched for. Another log that nobody vouches for covers nothing, as if its part were not there.
pub(crate) fn check<'a>(
    trust: &Trust<'_>,
    subject: &SubjectKey,
    part: &'a Part,
    (is_home, views): (bool, &mut Views<'a>),
    steps: &mut Vec<Step>,
) -> (LogReport, Option<Log<'a>>) {
    let mut report = LogReport {
        origin: part.origin.clone(),
        size: 0,
        root: String::new(),
        coverage: Coverage::Broken,
        asked: 0,
        others: 0,
        auditors: Vec::new(),
        about: 0,
        foreign: 0,
    };
    let needed = |step: Step| match step.outcome {
        Outcome::Incomplete if !is_home => Step { outcome: Outcome::Note, ..step },
        Outcome::Incomplete | Outcome::Holds | Outcome::Note | Outcome::Partial | Outcome::Invalid => step,
    };
    let signed = match open(trust, &part.origin, &part.checkpoint, Age::Fresh) {
        Ok((signed, step)) => {
            steps.push(step);
            steps.extend(views.checkpoint(&signed.checkpoint));
            signed
        }
        Err(failed) => {
            if failed.outcome == Outcome::Incomplete {
                report.coverage = Coverage::NotInPolicy;
            }
            steps.push(needed(*failed));
            return (report, None);
        }
    };
    report.size = signed.checkpoint.size;
    report.root = signed.checkpoint.root.hex();
    let leaves = match complete(subject, part, &signed.checkpoint, views, steps) {
        Ok(leaves) => leaves,
        Err(failed) => {
            steps.push(*failed);
            return (report, None);
        }
    };
    steps.push(needed(quorum(&part.origin, &signed)));
    report.about = u64::try_from(leaves.len()).unwrap_or(u64::MAX);
    report.coverage = signed.coverage;
    (report.asked, report.others, report.auditors) = (signed.asked, signed.others, signed.auditors);
    let used = is_home || signed.vouched.is_some();
    (report, used.then(|| Log::new(&part.origin, signed.vouched, leaves)))
}

/// The log's own signature on the checkpoint.
pub(crate) fn open(trust: &Trust<'_>, origin: &str, note: &str, age: Age) -> Result<(Signed, Step), Failed> {
    let name = format!("checkpoint of {origin}");
    match trust.open(origin, note).map(|opened| trust.judge(&opened, age)) {
        Ok(signed) => {
            let Checkpoint { size, root, .. } = &signed.checkpoint;
            let says = format!("signed by the log's key in the policy: {size} leaves, root {root}");
            let step =
                Step::new(name, Outcome::Holds, says).with("origin", &signed.checkpoint.origin, &origin);
            Ok((signed, step))
        }
        Err(Refused::UnknownLog) => {
            let says = "not covered: the policy does not name this log, so nothing in it can be checked";
            Err(Step::new(name, Outcome::Incomplete, says).into())
        }
        Err(Refused::Note(error)) => {
            Err(Step::new(name, Outcome::Invalid, format!("refused: {error}")).into())
        }
    }
}

/// The step that says whether enough others vouch for the checkpoint.
pub(crate) fn quorum(origin: &str, signed: &Signed) -> Step {
    let Signed { coverage, asked, others, auditors, policy_met, passed_over, .. } = signed;
    let (outcome, says) = match coverage {
        Coverage::Audited => (Outcome::Holds, "a quorum of auditors rebuilt tree and index"),
        Coverage::IndexNotAudited => (Outcome::Incomplete, "index not audited: too few auditors cosigned"),
        Coverage::Unwitnessed | Coverage::NotInPolicy | Coverage::Broken => {
            (Outcome::Incomplete, "unwitnessed: too few others cosigned in time")
        }
    };
    let names = auditors.iter().map(|auditor| {
        let home = if auditor.subjects_home { ", the subject's home" } else { "" };
        format!("{} ({}{home})", auditor.operator, auditor.at)
    });
    let named = if auditors.is_empty() { "nobody".to_owned() } else { names.collect::<Vec<_>>().join(", ") };
    let mut step = Step::new(format!("auditors of {origin}"), outcome, says)
        .with(
            "auditors",
            &format!("{}: {named}", auditors.len()),
            &format!("at least {asked} of {others} others"),
        )
        .with("policy's quorum", &if *policy_met { "met" } else { "not met" }, &"met");
    for cosigner in passed_over {
        step = step.with("not counted", cosigner, &"another operator, in time");
    }
    step
}

/// Checks that the entries are all that the checkpoint's index lists for the subject.
fn complete<'a>(
    subject: &SubjectKey,
    part: &'a Part,
    checkpoint: &Checkpoint,
    views: &mut Views<'a>,
    steps: &mut Vec<Step>,
) -> Result<Vec<Held<'a>>, Failed> {
    let index_root = index_leaf(part, checkpoint, views, steps)?;
    let name = format!("index of {}", part.origin);
    let led_to = root_from_prefix(subject, &part.prefix);
    let shown = led_to.map_or_else(|| "no root: malformed".to_owned(), |root| root.hex());
    let step = Step::new(&name, Outcome::Holds, "the path leads from the subject to the index root")
        .with("subject key", subject, subject)
        .with("index root", &index_root, &shown);
    steps.push(held(step, led_to == Some(index_root), "the path does not lead to the index root")?);

    let mut listed = Listed::new();
    let mut leaves: Vec<Held<'a>> = Vec::with_capacity(part.entries.len());
    for entry in &part.entries {
        let after = leaves.last().map(|held| held.index);
        let held = entry_in(subject, part, entry, after, checkpoint, &mut listed)?;
        steps.extend(views.leaf(&part.origin, held.index, held.hash));
        leaves.push(held);
    }
    let indexed = part.prefix.end.filter(|(key, _)| key == subject).map(|(_, value)| value);
    let found = (listed.count > 0).then(|| listed.value());
    let text = |value: Option<Hash>| value.map_or_else(|| "none".to_owned(), |value| value.hex());
    let step = Step::new(
        format!("list of {}", part.origin),
        Outcome::Holds,
        format!("{} leaves about the subject, and no other", listed.count),
    )
    .with("value of the list", &text(indexed), &text(found));
    steps.push(held(
        step,
        indexed == found,
        "the index lists other leaves about the subject than the file holds",
    )?);
    Ok(leaves)
}

/// The last leaf below the checkpoint, and its index root.
fn index_leaf<'a>(
    part: &'a Part,
    checkpoint: &Checkpoint,
    views: &mut Views<'a>,
    steps: &mut Vec<Step>,
) -> Result<Hash, Failed> {
    let bytes = canonical::to_vec(&part.index.leaf);
    let (last, hash) = (checkpoint.size.saturating_sub(1), hash::leaf(&bytes));
    let root = verify::root_from_inclusion(last, checkpoint.size, &hash, &part.index.path);
    let shown = root.map_or_else(|error| error.to_string(), |root| root.hex());
    let step = Step::new(
        format!("index leaf of {}", part.origin),
        Outcome::Holds,
        "the last leaf below the checkpoint is its index",
    )
    .with("root of the log", &checkpoint.root, &shown);
    let step =
        held(step, root == Ok(checkpoint.root), "the index leaf is not the last leaf of the checkpoint")?;
    steps.extend(views.leaf(&part.origin, last, hash));
    let Some(leaf) = IndexLeaf::parse(&bytes) else {
        return held(step, false, "the last leaf is no index leaf").map(|_| checkpoint.root);
    };
    let step = step.with("leaves before it", &leaf.entries, &last);
    steps.push(held(step, leaf.entries == last, "the index is not over all leaves before it")?);
    Ok(leaf.root)
}

/// An entry: in order, in the log, and about the subject.
fn entry_in<'a>(
    subject: &SubjectKey,
    part: &'a Part,
    entry: &'a Entry,
    after: Option<u64>,
    checkpoint: &Checkpoint,
    listed: &mut Listed,
) -> Result<Held<'a>, Failed> {
    let step = Step::new(format!("leaf {} of {}", entry.index, part.origin), Outcome::Holds, "in the log");
    let bytes = canonical::to_vec(&entry.leaf);
    let hash = hash::leaf(&bytes);
    let root = verify::root_from_inclusion(entry.index, checkpoint.size, &hash, &entry.path);
    let shown = root.map_or_else(|error| error.to_string(), |root| root.hex());
    let step = step.with("root of the log", &checkpoint.root, &shown);
    let step = held(step, root == Ok(checkpoint.root), "this leaf is not at this place of the log")?;
    let step = held(step, after.is_none_or(|after| after < entry.index), "the leaves are not in log order")?;
    let about = subjects_of(&bytes).is_ok_and(|subjects| subjects.contains(subject));
    let step = held(step, about, "the leaf does not name the subject")?;
    listed.append(entry.index, &hash);
    let leaf = Leaf::from_value(&entry.leaf).ok();
    let may_have = leaf.as_ref().is_some_and(|leaf| DOCUMENTED.contains(&leaf.kind()));
    held(step, may_have || entry.documents.is_empty(), "there are documents beside a leaf that has none")?;
    Ok(Held { origin: &part.origin, index: entry.index, hash, leaf, documents: &entry.documents })
}

/// The step if it holds; otherwise the step as a failure that says why.
fn held(mut step: Step, holds: bool, otherwise: &str) -> Result<Step, Failed> {
    if holds {
        return Ok(step);
    }
    step.outcome = Outcome::Invalid;
    step.says = otherwise.to_owned();
    Err(step.into())
}
