//! What is asked of a record, and what it answers.

use std::collections::BTreeMap;

use hanse_document::Did;
use hanse_reputation::record::Counted;
use hanse_reputation::{Entry, EntryId, Explanation, Graph, Parameters, Standpoint, SubjectKey, history};

use super::compare::compare;
use super::report::{Cited, ScoreReport, not_proved};
use super::served::Served;
use super::{Record, Unreadable};
use crate::report::{CheckStep, Outcome, Uncovered, Verdict, verdict};

/// How far can this person be trusted from there?
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// Who looks.
    pub viewer: Did,
    /// From whose place, if not the viewer's own.
    pub seen_from: Option<Did>,
    /// At whom.
    pub subject: Did,
    /// Whether to tell how the number came about, entry by entry: a score for each entry of the record that can matter.
    pub history: bool,
}

impl Question {
    fn standpoint(&self) -> Standpoint {
        let viewer = SubjectKey::of(&self.viewer);
        match &self.seen_from {
            Some(other) => Standpoint::adopted(viewer, SubjectKey::of(other)),
            None => Standpoint::own(viewer),
        }
    }
}

impl Record<'_> {
    /// Answers a question from all that was read, and compares with what a node answered.
    ///
    /// # Errors
    /// [`Unreadable::OwnScore`], and [`Unreadable::Format`] for a file without a line.
    pub fn ask(mut self, question: &Question, served: Option<&Served>) -> Result<ScoreReport, Unreadable> {
        let made = self.made.ok_or(Unreadable::Format { line: 1 })?;
        let uncovered = if self.end() { self.lacks(served) } else { Vec::new() };
        let mut report = ScoreReport {
            verdict: verdict(&self.steps),
            within_policy: self.within_policy,
            uncovered,
            behind: std::mem::take(&mut self.behind),
            now: self.now,
            made,
            viewer: question.viewer.clone(),
            seen_from: question.seen_from.clone(),
            subject: question.subject.clone(),
            not_proved: not_proved(&self.logs),
            logs: std::mem::take(&mut self.logs),
            explanation: None,
            summary: None,
            equal: None,
            changes: Vec::new(),
            entries: Vec::new(),
            people: BTreeMap::new(),
            steps: std::mem::take(&mut self.steps),
        };
        if !self.refused && !self.cut {
            self.compute(question, served, &mut report)?;
        }
        Ok(report)
    }

    /// The file is over: whether something can be computed from it.
    fn end(&mut self) -> bool {
        if !self.refused {
            self.close(Outcome::Incomplete);
        }
        if self.refused {
            return false;
        }
        if self.cut {
            let says = "the file ends before it is whole: nothing is computed from it";
            self.step(CheckStep::new("file", Outcome::Incomplete, says));
        }
        self.without_logs();
        !self.cut
    }

    /// Everything that a whole file does not show.
    fn lacks(&mut self, served: Option<&Served>) -> Vec<Uncovered> {
        self.absent(served);
        // Everything is new, and nothing was answered before.
        let _changes = self.reading.changes();
        self.undated();
        self.without_documents();
        self.uncovered()
    }

    fn compute(
        &self,
        question: &Question,
        served: Option<&Served>,
        report: &mut ScoreReport,
    ) -> Result<(), Unreadable> {
        let (standpoint, subject) = (question.standpoint(), SubjectKey::of(&question.subject));
        let graph = match self.graph() {
            Ok(graph) => graph,
            Err(error) => {
                // Leaf ids are hashes and the numbers are bounded, so that only more entries than fit come to this.
                let says = format!("the entries make no graph: {error}");
                report.steps.push(CheckStep::new("entries", Outcome::Invalid, says));
                report.verdict = Verdict::Invalid;
                return Ok(());
            }
        };
        let explanation = graph.explain(standpoint, &subject).map_err(|_| Unreadable::OwnScore)?;
        let summary = graph.summary(&subject, &self.reading.contracts(&subject));
        if question.history {
            let entries: Vec<Entry> =
                self.reading.entries().into_iter().map(|counted| counted.entry).collect();
            let changes = history(Parameters::default(), self.epoch, &entries, standpoint, &subject);
            // The graph has taken every one of these entries.
            report.changes = changes.map_err(|_| Unreadable::OwnScore)?.unwrap_or_default();
        }
        self.cite(&explanation, report);
        if let Some(served) = served {
            let (equal, steps) = compare(served, &explanation, &summary, self.beyond);
            report.equal = Some(equal);
            report.steps.extend(steps);
            report.verdict = verdict(&report.steps);
        }
        (report.explanation, report.summary) = (Some(explanation), Some(summary));
        Ok(())
    }

    fn graph(&self) -> Result<Graph, hanse_reputation::EntryError> {
        let entries = self.reading.entries().into_iter().map(|counted| counted.entry);
        let mut graph = Graph::build(Parameters::default(), self.epoch, entries)?;
        graph.set_heads(self.heads.clone());
        Ok(graph)
    }

    /// Where each leaf stands that the explanation rests on, and who the people in it are.
    fn cite(&self, explanation: &Explanation, report: &mut ScoreReport) {
        let own = explanation.own.iter().flat_map(|own| &own.entries);
        let voices = explanation.voices.iter().flat_map(|voice| {
            voice.entries.iter().chain(voice.routes.iter().flat_map(|route| &route.entries))
        });
        let causes: Vec<EntryId> = report.changes.iter().map(|change| change.entry).collect();
        let mut ids: Vec<&EntryId> = own.chain(voices).chain(&causes).collect();
        ids.sort_unstable();
        ids.dedup();
        for counted in ids.into_iter().filter_map(|id| self.reading.entry(id)) {
            let Counted { entry, origin, index, role, .. } = counted;
            for person in [&entry.author, &entry.subject] {
                if let Some(did) = self.reading.did(person) {
                    report.people.insert(person.to_string(), did);
                }
            }
            let (origin, index, role) = (origin.clone(), *index, *role);
            report.entries.push(Cited { id: entry.id, author: entry.author, role, origin, index });
        }
    }
}
