//! One log's part of the file: is the checkpoint the log's, who vouches for it, and is the list all there is?

use std::collections::BTreeSet;

use hanse_ledger::SubjectKey;
use hanse_ledger::evidence::{Entry, Part};
use hanse_ledger::index::{IndexLeaf, Listed, root_from_prefix};
use hanse_tlog::{Checkpoint, Hash, ProofError, Proved, hash, verify};
use serde_json::Value;

use crate::log::{Fits, Log, ProvenLeaf};
use crate::quorum::{Age, Opened, Refused, Signed, Trust};
use crate::report::{CheckStep, Coverage, LogReport, Outcome};
use crate::steps::Steps;
use crate::views::Views;

/// Types of leaves beside which documents may stand.
const DOCUMENTED: [&str; 4] = ["engagement", "identity", "open", "reply"];

/// What failed, as a finished step.
type Failed = Box<CheckStep>;

/// What came of a part.
pub(crate) struct Checked<'a> {
    pub(crate) report: LogReport,
    /// What the rules may read: of the home log whatever is proved, of another log only what a quorum of auditors vouches for.
    pub(crate) log: Option<Log<'a>>,
    /// What engagements that stand below this part rest on; None if the log cannot be relied on.
    pub(crate) below: Option<Below>,
}

/// The checkpoint of a part, and the nodes that the part proves below it.
pub(crate) struct Below {
    pub(crate) opened: Opened,
    pub(crate) proved: Proved,
}

/// Checks a part, for the subject and the subject's home log; which signatures fit is kept for all parts.
pub(crate) fn check<'a>(
    trust: &Trust<'_>,
    (subject, home, fits): (&SubjectKey, &str, &'a Fits),
    part: &'a Part,
    views: &mut Views<'a>,
    steps: &mut Steps,
) -> Checked<'a> {
    let mut checked = Checked { report: LogReport::new(&part.origin), log: None, below: None };
    let is_home = part.origin == home;
    let opened = match trust.open(&part.origin, &part.checkpoint) {
        Ok(opened) => opened,
        Err(refused) => {
            let step = refusal(&part.origin, refused);
            if step.outcome == Outcome::Incomplete {
                checked.report.coverage = Coverage::NotInPolicy;
                let outcome = if is_home { Outcome::Incomplete } else { Outcome::Note };
                steps.push(CheckStep { outcome, ..step });
            } else {
                steps.push(step);
            }
            return checked;
        }
    };
    let checkpoint = &opened.checkpoint;
    steps.push(signature(&part.origin, checkpoint));
    steps.extend(views.checkpoint(checkpoint));
    (checked.report.size, checked.report.root) = (checkpoint.size, checkpoint.root.hex());
    let proved = match complete(subject, part, checkpoint, views, steps) {
        Ok(proved) => proved,
        Err(failed) => {
            steps.push(*failed);
            return checked;
        }
    };
    let leaves = match in_form(subject, part, fits) {
        Ok(leaves) => leaves,
        Err(wrong) => {
            checked.report.coverage = Coverage::Wrong;
            steps.push(*wrong);
            return checked;
        }
    };
    let signed = trust.judge(&opened, Age::Fresh);
    let step = quorum(&part.origin, &signed);
    // What another log is needed for is said where a contract rests on it.
    let note = !is_home && step.outcome == Outcome::Incomplete;
    steps.push(if note { CheckStep { outcome: Outcome::Note, ..step } } else { step });
    checked.report.take(&signed, leaves.len());
    if is_home || signed.vouched.is_some() {
        checked.log = Some(Log::new(&part.origin, signed.vouched, leaves));
    }
    checked.below = Some(Below { opened, proved });
    checked
}

impl LogReport {
    /// Those who vouch for it, and how many leaves it lists about the person.
    fn take(&mut self, signed: &Signed, about: usize) {
        (self.coverage, self.asked, self.others) = (signed.coverage, signed.asked, signed.others);
        self.auditors.clone_from(&signed.auditors);
        self.about = u64::try_from(about).unwrap_or(u64::MAX);
    }
}

/// The log's own signature on the checkpoint, and those who cosigned it in time.
pub(crate) fn open(
    trust: &Trust<'_>,
    origin: &str,
    note: &str,
    age: Age,
) -> Result<(Signed, CheckStep), Failed> {
    match trust.open(origin, note) {
        Ok(opened) => Ok((trust.judge(&opened, age), signature(origin, &opened.checkpoint))),
        Err(refused) => Err(refusal(origin, refused).into()),
    }
}

pub(crate) fn signature(origin: &str, checkpoint: &Checkpoint) -> CheckStep {
    let Checkpoint { size, root, .. } = checkpoint;
    let says = format!("signed by the log's key in the policy: {size} leaves, root {root}");
    let step = CheckStep::new(format!("checkpoint of {origin}"), Outcome::Holds, says);
    step.with("origin", &checkpoint.origin, &origin)
}

/// A log that the policy does not name is incomplete here; the caller knows what rests on it.
pub(crate) fn refusal(origin: &str, refused: Refused) -> CheckStep {
    let name = format!("checkpoint of {origin}");
    match refused {
        Refused::UnknownLog => {
            let says = "not covered: the policy does not name this log, so nothing in it can be checked";
            CheckStep::new(name, Outcome::Incomplete, says)
        }
        Refused::Note(error) => CheckStep::new(name, Outcome::Invalid, format!("refused: {error}")),
    }
}

/// The step that says whether enough others vouch for the checkpoint.
pub(crate) fn quorum(origin: &str, signed: &Signed) -> CheckStep {
    let Signed { coverage, asked, others, auditors, policy_met, passed_over, .. } = signed;
    let (outcome, says) = match coverage {
        Coverage::Audited => (Outcome::Holds, "a quorum of auditors rebuilt tree and index"),
        Coverage::IndexNotAudited => (Outcome::Incomplete, "index not audited: too few auditors cosigned"),
        Coverage::Unwitnessed | Coverage::NotInPolicy | Coverage::Wrong | Coverage::Broken => {
            (Outcome::Incomplete, "unwitnessed: too few others cosigned in time")
        }
    };
    let names = auditors.iter().map(|auditor| {
        let home = if auditor.subjects_home { ", the subject's home" } else { "" };
        format!("{} ({}{home})", auditor.operator, auditor.at)
    });
    let named = if auditors.is_empty() { "nobody".to_owned() } else { names.collect::<Vec<_>>().join(", ") };
    let mut step = CheckStep::new(format!("auditors of {origin}"), outcome, says)
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

/// Checks that the entries are all that the checkpoint's index lists for the subject. Answers the nodes that are proved on the way.
fn complete<'a>(
    subject: &SubjectKey,
    part: &'a Part,
    checkpoint: &Checkpoint,
    views: &mut Views<'a>,
    steps: &mut Steps,
) -> Result<Proved, Failed> {
    let mut proved = Proved::new(checkpoint.size, checkpoint.root);
    let index_root = index_leaf(part, checkpoint, &mut proved, views, steps)?;
    let name = format!("index of {}", part.origin);
    let led_to = root_from_prefix(subject, &part.prefix);
    let shown = led_to.map_or_else(|| "no root: malformed".to_owned(), |root| root.hex());
    let step = CheckStep::new(&name, Outcome::Holds, "the path leads from the subject to the index root")
        .with("subject key", subject, subject)
        .with("index root", &index_root, &shown);
    steps.push(held(step, led_to == Some(index_root), "the path does not lead to the index root")?);

    let mut listed = Listed::new();
    let mut after = None;
    for entry in &part.entries {
        let hash = entry_in(part, entry, after, checkpoint, &mut proved)?;
        steps.extend(views.leaf(&part.origin, entry.index, hash));
        listed.append(entry.index, &hash);
        after = Some(entry.index);
    }
    let indexed = part.prefix.end.filter(|(key, _)| key == subject).map(|(_, value)| value);
    let found = (listed.count > 0).then(|| listed.value());
    let text = |value: Option<Hash>| value.map_or_else(|| "none".to_owned(), |value| value.hex());
    let says = format!("{} leaves about the subject, and no other", listed.count);
    let step = CheckStep::new(format!("list of {}", part.origin), Outcome::Holds, says);
    let step = step.with("value of the list", &text(indexed), &text(found));
    let otherwise = "the index lists other leaves about the subject than the file holds";
    steps.push(held(step, indexed == found, otherwise)?);
    Ok(proved)
}

/// The last leaf below the checkpoint, and its index root.
fn index_leaf<'a>(
    part: &'a Part,
    checkpoint: &Checkpoint,
    proved: &mut Proved,
    views: &mut Views<'a>,
    steps: &mut Steps,
) -> Result<Hash, Failed> {
    let bytes = part.index.leaf.bytes();
    let (last, hash) = (checkpoint.size.saturating_sub(1), hash::leaf(bytes));
    let root = verify::root_from_inclusion(last, checkpoint.size, &hash, &part.index.path);
    let shown = root.map_or_else(|error| error.to_string(), |root| root.hex());
    let says = "the last leaf below the checkpoint is its index";
    let step = CheckStep::new(format!("index leaf of {}", part.origin), Outcome::Holds, says);
    let step = step.with("root of the log", &checkpoint.root, &shown);
    let holds = proved.add(last, &hash, &part.index.path).is_ok();
    let step = held(step, holds, "the index leaf is not the last leaf of the checkpoint")?;
    steps.extend(views.leaf(&part.origin, last, hash));
    let Some(leaf) = IndexLeaf::parse(bytes) else {
        return held(step, false, "the last leaf is no index leaf").map(|_| checkpoint.root);
    };
    let step = step.with("leaves before it", &leaf.entries, &last);
    steps.push(held(step, leaf.entries == last, "the index is not over all leaves before it")?);
    Ok(leaf.root)
}

/// An entry: in order, and in the log. Answers its hash.
fn entry_in(
    part: &Part,
    entry: &Entry,
    after: Option<u64>,
    checkpoint: &Checkpoint,
    proved: &mut Proved,
) -> Result<Hash, Failed> {
    let bytes = entry.leaf.bytes();
    let hash = hash::leaf(bytes);
    // A step has a dozen texts, and there can be tens of thousands of entries: one is made of what fails.
    let fails = |says: &str| {
        CheckStep::new(format!("leaf {} of {}", entry.index, part.origin), Outcome::Invalid, says)
    };
    if let Err(error) = proved.add(entry.index, &hash, &entry.path) {
        let says = match error {
            ProofError::TooShort => {
                "its path ends at nothing that is proved: a leaf before it is not in the file"
            }
            ProofError::Index
            | ProofError::Sizes
            | ProofError::TooLong
            | ProofError::Root
            | ProofError::OldRoot => "this leaf is not at this place of the log",
        };
        return Err(fails(says).with("root of the log", &checkpoint.root, &error).into());
    }
    if after.is_some_and(|after| entry.index <= after) {
        return Err(fails("the leaves are not in log order").into());
    }
    let may_have = entry.documents.is_empty() || {
        let leaf = entry.leaf.value();
        leaf.get("t").and_then(Value::as_str).is_some_and(|kind| DOCUMENTED.contains(&kind))
    };
    if may_have { Ok(hash) } else { Err(fails("there are documents beside a leaf that has none").into()) }
}

/// The leaves of a part that holds. One that no log may hold, or that the index lists under somebody whom it does not name, is the
/// log's own lie: no auditor cosigns it, and whom the file is about has no part in it.
fn in_form<'a>(subject: &SubjectKey, part: &'a Part, fits: &'a Fits) -> Result<Vec<ProvenLeaf<'a>>, Failed> {
    let mut ids = BTreeSet::new();
    let mut leaves = Vec::with_capacity(part.entries.len());
    for entry in &part.entries {
        let wrong = |why: &str| {
            let operator = part.origin.split('/').next().unwrap_or_default();
            let says =
                format!("{operator} signed a log that no auditor takes, and nothing in it counts: {why}");
            CheckStep::new(format!("leaf {} of {}", entry.index, part.origin), Outcome::Incomplete, says)
        };
        let (held, about) = ProvenLeaf::read(&part.origin, entry, subject, fits)
            .map_err(|error| Box::new(wrong(&error.to_string())))?;
        if !about {
            return Err(wrong("the index lists a leaf under somebody whom it does not name").into());
        }
        if !ids.insert(held.id) {
            return Err(wrong("a leaf stands in it twice").into());
        }
        leaves.push(held);
    }
    Ok(leaves)
}

/// The step if it holds; otherwise the step as a failure that says why.
fn held(mut step: CheckStep, holds: bool, otherwise: &str) -> Result<CheckStep, Failed> {
    if holds {
        return Ok(step);
    }
    step.outcome = Outcome::Invalid;
    step.says = otherwise.to_owned();
    Err(step.into())
}
