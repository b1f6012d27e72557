//! The answer for people: the verdict, what was checked, the two numbers with their reasons, and the leaves that they rest on.

use std::fmt::{self, Display, Formatter};

use hanse_document::kind::Role;
use hanse_reputation::{
    EntryId, Known, SentenceLanguage, SubjectKey, change_sentence, sentences, summary_sentences,
};

use super::report::{Behind, RecordLog, ScoreReport};
use crate::report::{Coverage, Uncovered, Verdict};

/// Width of the labels.
const WORD: usize = 10;

/// Last characters of an identity by which a person goes: enough to tell a list of people apart.
const DID_CHARS: usize = 8;

impl Known for ScoreReport {
    fn reads(&self, person: &SubjectKey) -> bool {
        *person == SubjectKey::of(&self.viewer)
    }

    fn name(&self, person: &SubjectKey) -> Option<String> {
        let did = self.people.get(&person.to_string())?;
        let start = did.as_str().len().saturating_sub(DID_CHARS);
        did.as_str().get(start..).map(|end| format!("…{end}"))
    }

    fn side(&self, entry: &EntryId) -> Option<Role> {
        self.entries.iter().find(|cited| cited.id == *entry).map(|cited| cited.role)
    }
}

impl ScoreReport {
    /// The two numbers in words; empty if the file is invalid.
    #[must_use]
    pub fn sentences(&self, language: SentenceLanguage) -> (Vec<String>, Vec<String>) {
        let own = self.explanation.as_ref().map(|explanation| sentences(explanation, self, language));
        let all = self.summary.as_ref().map(|summary| summary_sentences(summary, language));
        (own.unwrap_or_default(), all.unwrap_or_default())
    }

    /// The whole report in this language; the steps stay English, as in [`crate::Report`].
    #[must_use]
    pub fn shown(&self, language: SentenceLanguage) -> Shown<'_> {
        Shown { report: self, language }
    }
}

/// A report to print.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    report: &'a ScoreReport,
    language: SentenceLanguage,
}

impl Display for ScoreReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.shown(SentenceLanguage::English).fmt(f)
    }
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let report = self.report;
        writeln!(f, "Score of {}", report.subject)?;
        writeln!(f, "{:WORD$} {}", "viewer", report.viewer)?;
        if let Some(other) = &report.seen_from {
            writeln!(f, "{:WORD$} {other} (an adopted standpoint)", "seen from")?;
        }
        writeln!(f, "{:WORD$} {}", "checked", report.now)?;
        writeln!(f, "{:WORD$} {}", "made", report.made)?;
        writeln!(f, "\nSteps")?;
        report.steps.iter().try_for_each(|step| write!(f, "{step}"))?;
        writeln!(f, "\nLogs")?;
        report.logs.iter().try_for_each(|log| write!(f, "{log}"))?;
        let (own, all) = report.sentences(self.language);
        if let Some(explanation) = &report.explanation {
            writeln!(f, "\nFrom where the viewer stands (epoch {})", explanation.score.epoch.0)?;
            own.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        if report.summary.is_some() {
            writeln!(f, "\nThe same for everybody, and no part of the number above")?;
            all.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        if !report.changes.is_empty() {
            writeln!(f, "\nHow it came about")?;
        }
        for change in &report.changes {
            writeln!(f, "  {}: {}", change.entry, change_sentence(change, self.language))?;
        }
        if !report.entries.is_empty() {
            writeln!(f, "\nLeaves that the number rests on")?;
        }
        for cited in &report.entries {
            writeln!(f, "  {} at {} of {}", cited.id, cited.index, cited.origin)?;
        }
        writeln!(f, "\nNot proved by any score")?;
        report.not_proved.iter().try_for_each(|line| writeln!(f, "  - {line}"))?;
        match report.verdict {
            Verdict::Valid => writeln!(
                f,
                "\nVALID: every log is whole up to its checkpoint, and every part is what its signers signed."
            ),
            Verdict::Partial => writeln!(f, "\nPARTIAL: whole, but for {}.", report.without()),
            Verdict::Incomplete => {
                writeln!(f, "\nINCOMPLETE: nothing shown is wrong, and something that must be shown is not.")
            }
            Verdict::Invalid => writeln!(
                f,
                "\nINVALID: something in the file, or in what was served, is not what it claims to be."
            ),
        }
    }
}

/// Logs that the verdict names; a person may have made contracts with any number of others.
const NAMED_MAX: usize = 8;

impl ScoreReport {
    /// For what nobody vouches, in words: contracts in other logs, and what a served answer had not read.
    fn without(&self) -> String {
        let outside = self.uncovered.iter().filter(|row| !row.in_policy);
        let outside = listed(outside.map(Uncovered::to_string).collect());
        let behind = listed(self.behind.iter().map(Behind::to_string).collect());
        let outside = outside.map(|rows| format!("{rows}, which this policy does not name"));
        let behind = behind.map(|rows| format!("{rows}, which the served answer leaves out"));
        [outside, behind].into_iter().flatten().collect::<Vec<_>>().join("; and for ")
    }
}

/// The first rows, and how many there are more.
fn listed(mut rows: Vec<String>) -> Option<String> {
    let more = rows.len().saturating_sub(NAMED_MAX);
    rows.truncate(NAMED_MAX);
    match more {
        0 => {}
        1 => rows.push("those at one more log".to_owned()),
        _ => rows.push(format!("those at {more} more logs")),
    }
    let last = rows.pop()?;
    Some(if rows.is_empty() { last } else { format!("{} and {last}", rows.join(", ")) })
}

impl Display for RecordLog {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let covered = match self.coverage {
            Coverage::Audited => "whole",
            Coverage::IndexNotAudited => "not audited",
            Coverage::Unwitnessed => "unwitnessed",
            Coverage::NotInPolicy => "left out: not in the policy",
            Coverage::Wrong => "holds what no log may hold",
            Coverage::Broken => "its checkpoint fails",
        };
        let Self { origin, size, auditors, others, dated, .. } = self;
        let audited = auditors.len();
        writeln!(
            f,
            "  {origin}: {covered}; {size} leaves; {audited} of {others} auditors; {dated} dated states"
        )
    }
}
