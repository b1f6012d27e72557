//! What a record file does not show: logs, datings, documents; and for what nobody vouches.

use std::collections::BTreeSet;

use hanse_document::LogName;
use hanse_reputation::record::Elsewhere;
use hanse_reputation::{EntryId, Epoch};

use super::Record;
use super::ask::Served;
use crate::report::{Coverage, Outcome, Step, Uncovered};

/// Logs that the policy does not name and that get a step of their own: whoever gets a key can make contracts with as many logs as they like.
const OUTSIDE_TOLD_MAX: usize = 16;

/// Rows of epochs that one step tells.
const ROWS_TOLD_MAX: usize = 8;

impl Record<'_> {
    /// Reputation logs of the policy that are not in the file.
    fn missing(&self) -> Vec<String> {
        let named = self.policy.logs().iter().map(|(key, _)| key.name().as_str());
        let named: BTreeSet<&str> = named.filter(|name| LogName::parse(name).is_ok()).collect();
        let missing = named.into_iter().filter(|name| self.logs.iter().all(|log| log.origin != *name));
        missing.map(str::to_owned).collect()
    }

    /// Logs of the policy that the file lacks, by the word of the policy alone.
    pub(super) fn without_logs(&mut self) {
        for origin in self.missing() {
            let says = "the policy names this log, and the file does not hold it";
            self.step(Step::new(format!("log {origin}"), Outcome::Incomplete, says));
        }
    }

    /// Logs that a served answer names, and that were not read here: what it computed from them cannot be recomputed.
    pub(super) fn absent(&mut self, served: Option<&Served>) {
        let Some(served) = served else { return };
        for (origin, _) in served.heads() {
            if !self.reads(&origin) {
                self.beyond = true;
                let says = "the served answer names this log, and none that the policy names is here";
                self.step(Step::new(format!("log {origin}"), Outcome::Incomplete, says));
            }
        }
    }

    /// Whether the file holds this log and the policy names it.
    fn reads(&self, origin: &str) -> bool {
        let found = self.logs.binary_search_by(|log| log.origin.as_str().cmp(origin));
        found.ok().and_then(|at| self.logs.get(at)).is_some_and(|log| log.coverage != Coverage::NotInPolicy)
    }

    /// Contracts that rest on logs that are not here.
    pub(super) fn uncovered(&mut self) -> Vec<Uncovered> {
        let missing = self.missing();
        let elsewhere = self.reading.elsewhere(|origin| self.reads(origin));
        let rows = elsewhere.into_iter().map(|(log, there)| {
            let in_policy = missing.iter().any(|missing| missing == log);
            (Uncovered { log: log.to_owned(), contracts: there.contracts, in_policy }, there)
        });
        let rows: Vec<(Uncovered, Elsewhere)> = rows.collect();
        let (mut told, mut untold) = (0, (0_u64, 0_u64));
        for (row, there) in &rows {
            if !row.in_policy {
                if told == OUTSIDE_TOLD_MAX {
                    untold = (untold.0.saturating_add(1), untold.1.saturating_add(row.contracts));
                    continue;
                }
                told += 1;
            }
            self.step(rests(row, *there));
        }
        let (logs, contracts) = untold;
        if 0 < logs {
            let says =
                format!("{contracts} more contracts rest on {logs} more logs that the policy does not name");
            self.step(Step::new("other logs", Outcome::Partial, says));
        }
        rows.into_iter().map(|(row, _)| row).collect()
    }

    /// Epochs of which a log lacks a dating: one step for each log.
    pub(super) fn undated(&mut self) {
        for (origin, signed, dated) in self.reading.late(self.epoch) {
            let row = (Epoch(signed.0.saturating_add(1)), Epoch(dated.0.saturating_sub(1)));
            match self.undated.get_mut(origin) {
                Some(rows) => rows.push(row),
                None => drop(self.undated.insert(origin.to_owned(), vec![row])),
            }
        }
        for (origin, rows) in std::mem::take(&mut self.undated) {
            let says = format!(
                "no dating of {} is here, so that what was logged then would count as younger than it is",
                epochs(rows)
            );
            self.step(Step::new(format!("datings of {origin}"), Outcome::Incomplete, says));
        }
    }

    /// Open reviews of which nobody can say whether they count.
    pub(super) fn without_documents(&mut self) {
        let lacking = self.reading.lacking();
        let Some(first) = lacking.first().map(EntryId::to_string) else { return };
        let says = format!("{} open reviews lack a document that tells whether they count", lacking.len());
        let step = Step::new("documents", Outcome::Incomplete, says);
        self.step(step.with(
            "the first, by its open leaf",
            &first,
            &"its review and its offer or acceptance",
        ));
    }
}

/// What rests on a log that is not here.
fn rests(row: &Uncovered, there: Elsewhere) -> Step {
    let (outcome, why) = if row.in_policy {
        (Outcome::Incomplete, "which is not here")
    } else {
        (Outcome::Partial, "which this policy does not name")
    };
    let opened = match there.opened {
        0 => String::new(),
        1 => "; one review that is open was written there".to_owned(),
        more => format!("; {more} reviews that are open were written there"),
    };
    Step::new(format!("log {}", row.log), outcome, format!("{row}, {why}{opened}"))
}

/// Rows of epochs in words, in order and those that touch as one.
fn epochs(mut rows: Vec<(Epoch, Epoch)>) -> String {
    rows.sort_unstable();
    let mut merged: Vec<(Epoch, Epoch)> = Vec::new();
    for (first, last) in rows {
        match merged.last_mut() {
            Some(before) if first.0 <= before.1.0.saturating_add(1) => before.1 = before.1.max(last),
            Some(_) | None => merged.push((first, last)),
        }
    }
    let said = merged.iter().take(ROWS_TOLD_MAX).map(|(first, last)| {
        if first == last { format!("epoch {}", first.0) } else { format!("epochs {} to {}", first.0, last.0) }
    });
    let mut said: Vec<String> = said.collect();
    if ROWS_TOLD_MAX < merged.len() {
        said.push("more".to_owned());
    }
    said.join(", ")
}
