//! What a check found: every step with the values it compared, and the record that stands.

mod display;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use hanse_document::kind::{Axis, Role};
use hanse_document::{Did, DocumentId, NodeName, Timestamp};
use serde::Serialize;

/// The answer in one word. The process exits with 0 only on [`Verdict::Valid`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The file holds all that its logs hold about the person, and everything in it is what its signers signed.
    Valid,
    /// So it is, but for what stands in logs that the policy does not name, or what a served answer left out; the verdict says
    /// how much that is.
    Partial,
    /// Nothing is wrong with what is there, and something is not shown: an auditor, a log, a document.
    Incomplete,
    /// Something in the file is not what it claims to be.
    Invalid,
}

/// How one step ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// What was compared is equal.
    Holds,
    /// Worth knowing; the verdict does not depend on it.
    Note,
    /// Nobody can vouch for something, and by the reader's own choice of logs nobody needs to.
    Partial,
    /// Something that must be there is not.
    Incomplete,
    /// What was compared differs.
    Invalid,
}

/// Two values that a step compared.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Compared {
    /// What the values are.
    pub what: String,
    /// What the file, a log or a signer states.
    pub stated: String,
    /// What the verifier computed or expects.
    pub computed: String,
}

/// One step of the check.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CheckStep {
    /// What was checked, and where.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The result in a sentence.
    pub says: String,
    /// The values that were compared.
    pub compared: Vec<Compared>,
}

impl CheckStep {
    pub(crate) fn new(name: impl Into<String>, outcome: Outcome, says: impl Into<String>) -> Self {
        Self { name: name.into(), outcome, says: says.into(), compared: Vec::new() }
    }

    /// The step with one more pair of values.
    pub(crate) fn with(
        mut self,
        what: impl Into<String>,
        stated: &dyn Display,
        computed: &dyn Display,
    ) -> Self {
        let (stated, computed) = (stated.to_string(), computed.to_string());
        self.compared.push(Compared { what: what.into(), stated, computed });
        self
    }
}

/// How far a log can be relied on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// A quorum of auditors rebuilt tree and index: the list is complete.
    Audited,
    /// A quorum saw the checkpoint, but too few auditors rebuilt the index.
    IndexNotAudited,
    /// Too few others saw the checkpoint lately.
    Unwitnessed,
    /// The policy does not name the log.
    NotInPolicy,
    /// The log holds what no log may hold.
    Wrong,
    /// A proof in the part fails.
    Broken,
}

/// An auditor whose cosignature counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Auditor {
    /// The node.
    pub operator: String,
    /// When it saw the checkpoint as the log's largest.
    pub at: String,
    /// Whether it is the home of the person whom the file is about.
    pub subjects_home: bool,
}

/// One log in the file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogReport {
    /// Its origin.
    pub origin: String,
    /// Leaves below the checkpoint.
    pub size: u64,
    /// Root of the checkpoint, in hexadecimal.
    pub root: String,
    /// How far it can be relied on.
    pub coverage: Coverage,
    /// Auditors that the quorum asks for, and that there are besides the log's own.
    pub asked: usize,
    /// See `asked`.
    pub others: usize,
    /// Those whose cosignature counts.
    pub auditors: Vec<Auditor>,
    /// Leaves about the person.
    pub about: u64,
    /// Those of them that nobody entitled signed: they weigh nothing.
    pub foreign: u64,
}

impl LogReport {
    /// Nothing known yet.
    pub(crate) fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            size: 0,
            root: String::new(),
            coverage: Coverage::Broken,
            asked: 0,
            others: 0,
            auditors: Vec::new(),
            about: 0,
            foreign: 0,
        }
    }
}

/// What became of one leaf about the person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "standing", content = "why")]
pub enum Standing {
    /// It counts.
    Counts,
    /// It is by one entitled, and does not count, for this reason.
    NotCounted(String),
    /// By nobody entitled: counted, and weighs nothing.
    Foreign,
}

/// One leaf about the person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct EntryReport {
    /// The log.
    pub origin: String,
    /// Place in the log.
    pub index: u64,
    /// Its type.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What became of it.
    #[serde(flatten)]
    pub standing: Standing,
}

/// One contract of the person, as their own engagement leaf opened it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ContractReport {
    /// Id of the engagement leaf.
    pub engagement: String,
    /// Its place in the home log.
    pub index: u64,
    /// The last day on which the other side is awaited.
    pub due: String,
    /// The other side's log.
    pub log: String,
    /// Whether an outcome by the other side counts. Without one, the contract and its other side are the person's word alone.
    pub confirmed: bool,
    /// What the person's own document says; missing with the document.
    pub terms: Option<TermsReport>,
    /// What became of each of the other side's keys.
    pub slots: Vec<SlotReport>,
}

/// What the person's own offer or acceptance says.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TermsReport {
    /// The person's side.
    pub role: Role,
    /// The other side.
    pub counterparty: Did,
    /// The contract, by its offer.
    pub contract: DocumentId,
}

/// What became of a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotState {
    /// A review is open and counts.
    Reviewed,
    /// A review is open, but what tells whether it counts is not in the file.
    DocumentMissing,
    /// A review is open and does not count.
    Void,
    /// A sealed review stands in the log and is not open.
    Sealed,
    /// Nothing yet, and the due day is not over, or no quorum has vouched for the other side's log since.
    Open,
    /// Nothing, and a quorum vouched for the other side's log after the due day.
    Expired,
    /// Unknown: the file does not cover the other side's log, which decides.
    NotCovered,
    /// Unknown: the policy does not name the other side's log, which decides.
    Outside,
}

/// One slot of a contract.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SlotReport {
    /// The one-time key that alone can fill it.
    pub key: String,
    /// What became of it.
    pub state: SlotState,
    /// Why a review that is open does not count.
    pub why: Option<String>,
    /// Whether the other side, proved to be engaged, confirmed what the person paid.
    pub settled: bool,
    /// The review, if it is open and counts.
    pub review: Option<ReviewReport>,
}

/// A review that counts.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ReviewReport {
    /// Id of its commit leaf.
    pub commit: String,
    /// Who wrote it.
    pub author: Did,
    /// The author's side.
    pub role: Role,
    /// 1 to 5.
    pub rating: u32,
    /// Ratings of single traits, 1 to 5.
    pub axes: BTreeMap<Axis, u32>,
    /// Whether the agreed time was kept, if the author says.
    pub on_time: Option<bool>,
    /// The text, if the review names one that can be shown.
    pub text: Option<String>,
    /// Why a text that the review names is not shown.
    pub text_missing: Option<String>,
    /// The node of which the author says that it holds the author's key. Nothing in the file shows whether it does.
    pub claims_custody: Option<NodeName>,
    /// The person's answer.
    pub reply: Option<String>,
}

/// Contracts for which nobody vouches, because of the log that decides what became of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Uncovered {
    /// The log.
    pub log: String,
    /// How many contracts rest on it.
    pub contracts: u64,
    /// Whether the policy names it: then the file should have covered it.
    pub in_policy: bool,
}

impl Display for Uncovered {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let contracts = if self.contracts == 1 { "contract" } else { "contracts" };
        write!(f, "{} {contracts} at {}", self.contracts, self.log)
    }
}

/// All that a check found. `Display` prints it for people, serde for programs.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Report {
    /// The answer in one word.
    pub verdict: Verdict,
    /// Whether the reader asked for the logs of the policy alone.
    pub within_policy: bool,
    /// Contracts for which nobody vouches, by log.
    pub uncovered: Vec<Uncovered>,
    /// Whom the file is about.
    pub subject: Did,
    /// The time that the check took for now.
    pub now: Timestamp,
    /// When the file says it was made. Nothing depends on it.
    pub made: Timestamp,
    /// The node that the person's first document names as home.
    pub home: Option<NodeName>,
    /// The node that holds the person's key, if one does.
    pub custody: Option<NodeName>,
    /// The logs, in the order of the file.
    pub logs: Vec<LogReport>,
    /// The person's contracts, in the order of the home log.
    pub contracts: Vec<ContractReport>,
    /// Every leaf about the person, log by log.
    pub entries: Vec<EntryReport>,
    /// Every step with what it compared.
    pub steps: Vec<CheckStep>,
    /// What the file cannot prove, whatever the verdict.
    pub not_proved: Vec<String>,
}

impl Report {
    /// 0 if the verdict is [`Verdict::Valid`], or [`Verdict::Partial`] and the reader asked for that; 1 otherwise. A file or policy that cannot be read is for 2.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::Valid => 0,
            Verdict::Partial if self.within_policy => 0,
            Verdict::Partial | Verdict::Incomplete | Verdict::Invalid => 1,
        }
    }

    /// The reviews that count, in the order of the contracts.
    pub fn reviews(&self) -> impl Iterator<Item = &ReviewReport> {
        self.contracts.iter().flat_map(|contract| &contract.slots).filter_map(|slot| slot.review.as_ref())
    }
}

/// The worst step decides.
pub(crate) fn verdict(steps: &[CheckStep]) -> Verdict {
    match steps.iter().map(|step| step.outcome).max() {
        None | Some(Outcome::Holds | Outcome::Note) => Verdict::Valid,
        Some(Outcome::Partial) => Verdict::Partial,
        Some(Outcome::Incomplete) => Verdict::Incomplete,
        Some(Outcome::Invalid) => Verdict::Invalid,
    }
}
