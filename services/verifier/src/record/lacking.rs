//! What a record file does not show: logs, datings, documents; and for what nobody vouches.

use std::collections::BTreeSet;

use hanse_document::LogName;
use hanse_ledger::record::LOGS_MAX;
use hanse_reputation::record::Elsewhere;
use hanse_reputation::{EntryId, Epoch};

use super::Record;
use super::served::Served;
use crate::report::{CheckStep, Coverage, Outcome, Uncovered};

/// Logs that the policy does not name and that are listed one by one: whoever gets a key can make contracts with as many logs as they like.
const OUTSIDE_TOLD_MAX: usize = 256;

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
            self.step(CheckStep::new(format!("log {origin}"), Outcome::Incomplete, says));
        }
    }

    /// Logs that a served answer names, and that were not read here: what it computed from them cannot be recomputed.
    pub(super) fn absent(&mut self, served: Option<&Served>) {
        let Some(served) = served else { return };
        for (origin, _) in served.heads() {
            if !self.reads(&origin) {
                self.beyond = true;
                let says = "the served answer names this log, and none that the policy names is here";
                self.step(CheckStep::new(format!("log {origin}"), Outcome::Incomplete, says));
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
        let is_missing = |log: &str| missing.iter().any(|missing| missing == log);
        // A policy names no more logs than that.
        let (inside, _) = self.reading.elsewhere(is_missing, LOGS_MAX);
        let (outside, more) =
            self.reading.elsewhere(|log| !self.reads(log) && !is_missing(log), OUTSIDE_TOLD_MAX);
        let row = |(log, there): (&str, Elsewhere), in_policy| {
            (Uncovered { log: log.to_owned(), contracts: there.contracts, in_policy }, there)
        };
        let inside = inside.into_iter().map(|there| row(there, true));
        let mut rows: Vec<(Uncovered, Elsewhere)> =
            inside.chain(outside.into_iter().map(|there| row(there, false))).collect();
        if 0 < more {
            let others = Elsewhere { contracts: more, opened: 0 };
            rows.push(row(("other logs", others), false));
        }
        for (row, there) in &rows {
            self.step(rests(row, *there));
        }
        rows.into_iter().map(|(row, _)| row).collect()
    }

    /// Epochs of which a log lacks a dating: one step for each log.
    pub(super) fn undated(&mut self) {
        for (counted, dated) in self.reading.late(self.epoch) {
            // One author could say anything. Leaves that stand before theirs were logged before.
            let claimed = self.claimed.get(&counted.origin).and_then(|claimed| claimed.until(counted.index));
            let since = claimed.map_or(counted.signed, |claimed| claimed.max(counted.signed));
            let row = (Epoch(since.0.saturating_add(1)), Epoch(dated.0.saturating_sub(1)));
            if row.1 < row.0 {
                continue;
            }
            match self.undated.get_mut(&counted.origin) {
                Some(rows) => rows.push(row),
                None => drop(self.undated.insert(counted.origin.clone(), vec![row])),
            }
        }
        for (origin, rows) in std::mem::take(&mut self.undated) {
            let says = format!(
                "no dating of {} is here, so that what was logged then would count as younger than it is",
                epochs(rows)
            );
            self.step(CheckStep::new(format!("datings of {origin}"), Outcome::Incomplete, says));
        }
    }

    /// Open reviews of which nobody can say whether they count.
    pub(super) fn without_documents(&mut self) {
        let lacking = self.reading.lacking();
        let Some(first) = lacking.first().map(EntryId::to_string) else { return };
        let says = format!("{} open reviews lack a document that tells whether they count", lacking.len());
        let step = CheckStep::new("documents", Outcome::Incomplete, says);
        self.step(step.with(
            "the first, by its open leaf",
            &first,
            &"its review and its offer or acceptance",
        ));
    }
}

/// What rests on a log that is not here.
fn rests(row: &Uncovered, there: Elsewhere) -> CheckStep {
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
    CheckStep::new(format!("log {}", row.log), outcome, format!("{row}, {why}{opened}"))
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

#[cfg(test)]
mod tests {
    use super::{Epoch, epochs};

    #[test]
    fn rows_that_touch_are_one_and_eight_are_told() {
        let said =
            |rows: &[(u32, u32)]| epochs(rows.iter().map(|(from, to)| (Epoch(*from), Epoch(*to))).collect());
        assert_eq!(said(&[(4, 4)]), "epoch 4");
        assert_eq!(said(&[(9, 9), (1, 2), (3, 5), (4, 4), (7, 7)]), "epochs 1 to 5, epoch 7, epoch 9");
        let apart: Vec<(u32, u32)> = (0..9).map(|row| (10 * row, 10 * row)).collect();
        assert_eq!(said(&apart[..8]).matches("epoch").count(), 8);
        assert!(!said(&apart[..8]).contains("more") && said(&apart).ends_with("epoch 70, more"));
    }
}
