//! A record file, line by line: is every log whole and what its signers signed, and what do all of them say?
//!
//! A file of which anything is not what it claims has no score: what one part of it says cannot be told from what another
//! part lies about.

mod ask;
mod compare;
mod display;
mod log;
mod report;

use std::collections::BTreeMap;

use hanse_document::{Did, Timestamp, Verified};
use hanse_ledger::record::{LOGS_MAX, Line, RECORD_BYTES_MAX, RecordError};
use hanse_reputation::record::Reading;
use hanse_reputation::{Epoch, Head};
use hanse_tlog::Policy;

use crate::Options;
use crate::part;
use crate::quorum::{Age, Trust};
use crate::report::{Coverage, Outcome, Step};

pub use self::ask::{Question, Served};
pub use self::display::Shown;
use self::log::Log;
pub use self::report::{Cited, RecordLog, ScoreReport};

/// Why a record file cannot be scored at all. A program exits with 2.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    /// The trust policy cannot be read.
    #[error("the policy cannot be read: {0}")]
    Policy(String),
    /// The answer of a node that is to be compared is none.
    #[error("the served answer cannot be read: {0}")]
    Served(&'static str),
    /// A line is none of a record file.
    #[error("line {line}: {error}")]
    Line {
        /// Which one, from 1.
        line: u64,
        /// What is wrong with it.
        error: RecordError,
    },
    /// The file does not begin as one, or begins again.
    #[error("line {line}: a record file begins with its format, once")]
    Format {
        /// Which one, from 1.
        line: u64,
    },
    /// The file has more bytes than any may have.
    #[error("a record file has at most {RECORD_BYTES_MAX} bytes")]
    TooLarge,
    /// Two people of the question are one.
    #[error("nobody has a score of themselves: name another subject, or adopt another's standpoint")]
    OwnScore,
}

/// Answers a question from the bytes of a record file, checked by the text of a policy at the time `now`, and holds a node to the
/// body of its answer, if there is one. A program that has a large file feeds [`Record`] line by line instead.
///
/// # Errors
/// [`Unreadable`] if file, policy or answer cannot be read as such. Whatever a readable file gets wrong is in the report.
pub fn score(
    file: &[u8],
    policy: &str,
    now: Timestamp,
    options: &Options,
    question: &Question,
    served: Option<&[u8]>,
) -> Result<ScoreReport, Unreadable> {
    let policy = Policy::parse(policy).map_err(|error| Unreadable::Policy(error.to_string()))?;
    let served = served.map(Served::parse).transpose()?;
    let mut record = Record::new(&policy, now, options, served.as_ref());
    let file = file.strip_suffix(b"\n").unwrap_or(file);
    for line in file.split(|byte| *byte == b'\n') {
        record.line(line)?;
    }
    record.ask(question, served.as_ref())
}

/// Reads a record file. Feed it every line, then ask.
#[derive(Debug)]
pub struct Record<'a> {
    policy: &'a Policy,
    now: Timestamp,
    max_age: i64,
    within_policy: bool,
    /// The states up to which logs count; None for all that the file holds.
    wanted: Option<BTreeMap<String, Head>>,
    /// Dating checkpoints of later epochs are passed over.
    epoch: Epoch,
    lines: u64,
    bytes: u64,
    made: Option<Timestamp>,
    current: Option<Log>,
    logs: Vec<RecordLog>,
    reading: Reading,
    heads: Vec<Head>,
    steps: Vec<Step>,
}

impl<'a> Record<'a> {
    /// An empty record, checked by a policy at the time `now`. If a served answer is to be recomputed, logs count up to the states
    /// and the epoch that it names.
    #[must_use]
    pub fn new(policy: &'a Policy, now: Timestamp, options: &Options, served: Option<&Served>) -> Self {
        let today = Epoch::of_day(now.day());
        Self {
            policy,
            now,
            max_age: options.max_age_seconds.into(),
            within_policy: options.within_policy,
            wanted: served.map(Served::heads),
            epoch: served.map_or(today, |served| served.epoch().min(today)),
            lines: 0,
            bytes: 0,
            made: None,
            current: None,
            logs: Vec::new(),
            reading: Reading::new(),
            heads: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Takes the next line, without its line feed.
    ///
    /// # Errors
    /// [`Unreadable`]; what is readable and wrong is in the report.
    pub fn line(&mut self, line: &[u8]) -> Result<(), Unreadable> {
        self.lines = self.lines.saturating_add(1);
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(length).saturating_add(1);
        if RECORD_BYTES_MAX < self.bytes {
            return Err(Unreadable::TooLarge);
        }
        let number = self.lines;
        let line = Line::parse(line).map_err(|error| Unreadable::Line { line: number, error })?;
        match (line, self.made) {
            (Line::File(file), None) => self.made = Some(file.made),
            (Line::File(_), Some(_)) | (Line::Log(_) | Line::Dating(_) | Line::Leaf(_), None) => {
                return Err(Unreadable::Format { line: number });
            }
            (Line::Log(line), Some(_)) => self.log(&line.log, &line.checkpoint),
            (Line::Dating(line), Some(_)) => self.dating(&line.dating),
            (Line::Leaf(line), Some(_)) => self.leaf(&line.leaf, &line.documents),
        }
        Ok(())
    }

    fn trust(&self) -> Trust<'a> {
        Trust { policy: self.policy, now: self.now, max_age: self.max_age, home: None }
    }

    /// A log begins.
    fn log(&mut self, origin: &str, note: &str) {
        self.close();
        let name = format!("log {origin}");
        if self.logs.last().is_some_and(|last| origin <= last.origin.as_str()) {
            let says = "each log stands in the file once, in the order of their names";
            self.steps.push(Step::new(name.clone(), Outcome::Invalid, says));
        }
        if LOGS_MAX <= self.logs.len() {
            let says = format!("a record file has at most {LOGS_MAX} logs");
            self.steps.push(Step::new(name, Outcome::Invalid, says));
            return;
        }
        let mut report = RecordLog::new(origin);
        let opened = part::open(&self.trust(), origin, note, Age::Fresh);
        let checkpoint = match opened {
            Ok((signed, step)) => {
                self.steps.extend([step, part::quorum(origin, &signed)]);
                report.take(&signed);
                Some(signed.checkpoint)
            }
            Err(failed) => {
                if failed.outcome == Outcome::Incomplete {
                    report.coverage = Coverage::NotInPolicy;
                }
                self.steps.push(*failed);
                None
            }
        };
        self.logs.push(report);
        let wanted = self.wanted.as_ref().map(|wanted| wanted.get(origin).cloned());
        self.current = Some(Log::new(origin, checkpoint, wanted));
    }

    /// A dating checkpoint of the log that has begun.
    fn dating(&mut self, note: &str) {
        let trust = self.trust();
        let Some(log) = &mut self.current else {
            self.steps.push(Step::new(
                "dating",
                Outcome::Invalid,
                "a dating checkpoint stands below its log",
            ));
            return;
        };
        if !log.counts() {
            return;
        }
        // Whoever served an answer up to a state had seen no dating behind the first that covers it.
        let unseen = log.dated_whole();
        match log.date(&trust, note) {
            Ok(Some(day)) if unseen || self.epoch < Epoch::of_day(day.1) => {}
            Ok(Some((size, day))) => {
                self.reading.dated(&log.origin, size, day);
                if let Some(report) = self.logs.last_mut() {
                    report.dated = report.dated.saturating_add(1);
                }
            }
            Ok(None) => {
                let says =
                    "a dating checkpoint that no quorum of this policy's auditors cosigned is passed over";
                self.steps.push(Step::new(format!("dating of {}", log.origin), Outcome::Note, says));
            }
            Err(failed) => self.steps.push(*failed),
        }
    }

    /// The next leaf of the log that has begun.
    fn leaf(&mut self, leaf: &serde_json::Value, documents: &[serde_json::Value]) {
        let Some(log) = &mut self.current else {
            self.steps.push(Step::new("leaf", Outcome::Invalid, "a leaf stands below its log"));
            return;
        };
        let index = log.size();
        match log.append(leaf, documents) {
            Ok(Some((bytes, documents))) => {
                // Indexes come from the count of the leaves, so that none is out of order.
                let _next = self.reading.leaf(&log.origin, index, &bytes).is_ok();
                documents.iter().for_each(|document: &Verified| self.reading.document(document));
            }
            Ok(None) => {}
            Err(failed) => self.steps.push(*failed),
        }
    }

    /// The log that has begun is over.
    fn close(&mut self) {
        let Some(log) = self.current.take() else { return };
        let (head, steps) = log.close();
        self.heads.extend(head);
        self.steps.extend(steps);
    }

    /// The identity of a person whom the logs name as a party of a contract.
    fn did(&self, person: &hanse_reputation::Person) -> Option<&Did> {
        self.reading.did(person)
    }
}
