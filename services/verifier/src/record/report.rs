//! What a record says of a question.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use hanse_document::kind::Role;
use hanse_document::{Did, Timestamp};
use hanse_reputation::{Change, EntryId, Explanation, SubjectKey, Summary};
use serde::Serialize;

use crate::quorum::Signed;
use crate::report::{Auditor, CheckStep, Coverage, Uncovered, Verdict};

/// A log of the file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RecordLog {
    /// Its origin.
    pub origin: String,
    /// Leaves below its checkpoint.
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
    /// Dating checkpoints that count.
    pub dated: u32,
}

impl RecordLog {
    pub(super) fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            size: 0,
            root: String::new(),
            coverage: Coverage::Broken,
            asked: 0,
            others: 0,
            auditors: Vec::new(),
            dated: 0,
        }
    }

    pub(super) fn take(&mut self, signed: &Signed) {
        (self.size, self.root) = (signed.checkpoint.size, signed.checkpoint.root.hex());
        (self.coverage, self.asked, self.others) = (signed.coverage, signed.asked, signed.others);
        self.auditors.clone_from(&signed.auditors);
    }
}

/// What a served answer has not read of a log of the file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Behind {
    /// The log.
    pub log: String,
    /// How many leaves of it the answer names; None if it leaves the log out.
    pub read: Option<u64>,
    /// How many more the file holds.
    pub newer: u64,
}

impl Display for Behind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { log, read, newer } = self;
        let leaves = if *newer == 1 { "leaf" } else { "leaves" };
        match read {
            Some(_) => write!(f, "{newer} newer {leaves} of {log}"),
            None => write!(f, "all {newer} {leaves} of {log}"),
        }
    }
}

/// An entry that the explanation rests on, and where its leaf stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Cited {
    /// Id of the leaf that opened the review.
    pub id: EntryId,
    /// Whose review it is.
    pub author: SubjectKey,
    /// The author's side of the contract.
    pub role: Role,
    /// A log in which it stands.
    pub origin: String,
    /// Its place there.
    pub index: u64,
}

/// The answer, and every step that led to it. `Display` prints it for people, serde for programs.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ScoreReport {
    /// The answer about the file in one word.
    pub verdict: Verdict,
    /// Whether the reader asked for the logs of the policy alone.
    pub within_policy: bool,
    /// Contracts for which nobody vouches, by log.
    pub uncovered: Vec<Uncovered>,
    /// What a served answer that was recomputed had not read, by log.
    pub behind: Vec<Behind>,
    /// The time that the check took for now.
    pub now: Timestamp,
    /// When the file says it was begun. Nothing depends on it.
    pub made: Timestamp,
    /// Who looks.
    pub viewer: Did,
    /// From whose place, if it is another's.
    pub seen_from: Option<Did>,
    /// At whom.
    pub subject: Did,
    /// The logs, by origin.
    pub logs: Vec<RecordLog>,
    /// The viewer's number with its reasons; None if the file is invalid or cut.
    pub explanation: Option<Explanation>,
    /// The number that is the same for everybody; None if the file is invalid or cut.
    pub summary: Option<Summary>,
    /// Whether the node whose answer was compared had served the same; None if none was.
    pub equal: Option<bool>,
    /// If it was asked for: each change of the viewer's number with the entry that caused it, in the order of epoch, log and place, all
    /// seen in the score's epoch.
    pub changes: Vec<Change>,
    /// Where the leaves stand that explanation and changes cite.
    pub entries: Vec<Cited>,
    /// The identities of the people in these entries, by subject key in hexadecimal.
    pub people: BTreeMap<String, Did>,
    /// Every step with what it compared.
    pub steps: Vec<CheckStep>,
    /// What no score proves, whatever the verdict.
    pub not_proved: Vec<String>,
}

impl ScoreReport {
    /// 0 if the verdict is [`Verdict::Valid`], or [`Verdict::Partial`] and the reader asked for that; 1 otherwise. A file or policy that cannot be read is for 2.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::Valid => 0,
            Verdict::Partial if self.within_policy => 0,
            Verdict::Partial | Verdict::Incomplete | Verdict::Invalid => 1,
        }
    }
}

/// What no score proves, and up to where these logs are known.
pub(super) fn not_proved(logs: &[RecordLog]) -> Vec<String> {
    let mut lines: Vec<String> = NOT_PROVED.iter().map(|line| (*line).to_owned()).collect();
    for log in logs.iter().filter(|log| log.coverage == Coverage::Audited) {
        let latest = log.auditors.iter().map(|auditor| auditor.at.as_str()).max().unwrap_or_default();
        lines.push(format!(
            "what {} may hold beyond {} leaves, last vouched for at {latest}",
            log.origin, log.size
        ));
    }
    lines
}

const NOT_PROVED: [&str; 8] = [
    "who the people behind the keys are, or that two keys are two people: a score counts keys",
    "that a contract is one of two people: between two keys of one person it is a contract",
    "that what reviews say is true, or that the work and the payment took place",
    "anything under other keys, or in logs that neither the file nor the policy names",
    "on which day something happened: an entry is as old as the first dating above it, and what is undated counts as now",
    "what a review that is sealed, or is not yet written, will say",
    "that the auditors of the policy are independent: a quorum of them together could lie",
    "that a person signed, where a node holds the key: the documents say which node does",
];
