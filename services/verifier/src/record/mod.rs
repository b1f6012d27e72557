//! A record file, line by line: is every log whole and what its signers signed, and what do all of them say?
//!
//! A file of which anything is not what it claims has no score: what one part of it says cannot be told from what another
//! part lies about.

mod ask;
mod compare;
mod display;
mod lacking;
mod log;
mod report;
mod served;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use hanse_document::Timestamp;
use hanse_ledger::record::{LINE_BYTES_MAX, LOGS_MAX, RECORD_BYTES_MAX, ReadLeaf, ReadLine, RecordError};
use hanse_reputation::record::Reading;
use hanse_reputation::{Epoch, Head};
use hanse_tlog::Policy;

use crate::Options;
use crate::part;
use crate::quorum::{Age, Trust};
use crate::report::{CheckStep, Coverage, Outcome};

pub use self::ask::Question;
pub use self::display::Shown;
use self::log::{Claims, Log};
pub use self::report::{Behind, Cited, RecordLog, ScoreReport};
pub use self::served::Served;

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
    for line in file.split_inclusive(|byte| *byte == b'\n') {
        if record.line(line)?.is_break() {
            break;
        }
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
    current: Current,
    logs: Vec<RecordLog>,
    reading: Reading,
    heads: Vec<Head>,
    steps: Vec<CheckStep>,
    /// Something is not what it claims: nothing more is read.
    refused: bool,
    /// The file ends before it is whole: nothing is computed.
    cut: bool,
    /// Epochs of which a log lacks a dating, from the first to the last of each row.
    undated: BTreeMap<String, Vec<(Epoch, Epoch)>>,
    /// By log: of which epoch its leaves say to be.
    claimed: BTreeMap<String, Claims>,
    behind: Vec<Behind>,
    /// Whether the served answer has read what the file does not hold, or the policy does not name.
    beyond: bool,
}

/// The log that is being read.
#[derive(Debug)]
enum Current {
    /// None has begun.
    None,
    /// One that the policy names.
    Log(Box<Log>),
    /// One that it does not name: its lines are read over.
    LeftOut,
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
            current: Current::None,
            logs: Vec::new(),
            reading: Reading::new(),
            heads: Vec::new(),
            steps: Vec::new(),
            refused: false,
            cut: false,
            undated: BTreeMap::new(),
            claimed: BTreeMap::new(),
            behind: Vec::new(),
            beyond: false,
        }
    }

    /// Takes the next line, with its line feed: without one it is what is left of the last line of a file that is cut. A break says
    /// that the verdict stands and nothing more needs to be read; further lines are passed over, whatever they hold, so that the first
    /// thing that is wrong decides.
    ///
    /// # Errors
    /// [`Unreadable`]; what is readable and wrong is in the report.
    pub fn line(&mut self, line: &[u8]) -> Result<ControlFlow<()>, Unreadable> {
        if self.refused {
            return Ok(ControlFlow::Break(()));
        }
        self.lines = self.lines.saturating_add(1);
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(length);
        if RECORD_BYTES_MAX < self.bytes {
            return Err(Unreadable::TooLarge);
        }
        let number = self.lines;
        let unreadable = |error| Unreadable::Line { line: number, error };
        let Some(whole) = line.strip_suffix(b"\n") else {
            // Only the last line has no line feed, so that a second such line is none of this file.
            let ends = !self.cut && line.len() <= LINE_BYTES_MAX;
            self.cut = true;
            return if ends { Ok(ControlFlow::Continue(())) } else { Err(unreadable(RecordError::Fields)) };
        };
        if self.cut {
            return Err(unreadable(RecordError::Fields));
        }
        match (ReadLine::parse(whole).map_err(unreadable)?, self.made) {
            (ReadLine::File(file), None) => self.made = Some(file.made),
            (ReadLine::File(_), Some(_))
            | (ReadLine::Log(_) | ReadLine::Dating(_) | ReadLine::Leaf(_), None) => {
                return Err(Unreadable::Format { line: number });
            }
            (ReadLine::Log(line), Some(_)) => self.log(&line.log, &line.checkpoint),
            (ReadLine::Dating(line), Some(_)) => self.dating(&line.dating),
            (ReadLine::Leaf(line), Some(_)) => self.leaf(&line),
        }
        Ok(if self.refused { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    /// Keeps a step. The first that is invalid ends the reading.
    fn step(&mut self, step: CheckStep) {
        self.refused |= step.outcome == Outcome::Invalid;
        self.steps.push(step);
    }

    fn invalid(&mut self, name: impl Into<String>, says: impl Into<String>) {
        self.step(CheckStep::new(name, Outcome::Invalid, says));
    }

    fn trust(&self) -> Trust<'a> {
        Trust { policy: self.policy, now: self.now, max_age: self.max_age, home: None }
    }

    /// A log begins.
    fn log(&mut self, origin: &str, note: &str) {
        self.close(Outcome::Invalid);
        if self.refused {
            return;
        }
        let name = format!("log {origin}");
        if self.logs.last().is_some_and(|last| origin <= last.origin.as_str()) {
            return self.invalid(name, "each log stands in the file once, in the order of their names");
        }
        if LOGS_MAX <= self.logs.len() {
            return self.invalid(name, format!("a record file has at most {LOGS_MAX} logs"));
        }
        let mut report = RecordLog::new(origin);
        self.current = match part::open(&self.trust(), origin, note, Age::Fresh) {
            Ok((signed, step)) => {
                self.steps.extend([step, part::quorum(origin, &signed)]);
                report.take(&signed);
                let wanted = self.wanted.as_ref().map(|wanted| wanted.get(origin).cloned());
                Current::Log(Box::new(Log::new(origin, signed.checkpoint, wanted)))
            }
            Err(failed) if failed.outcome == Outcome::Incomplete => {
                report.coverage = Coverage::NotInPolicy;
                let says = "left out: the policy does not name this log, so nothing in it can be checked";
                self.step(CheckStep::new(name, Outcome::Note, says));
                Current::LeftOut
            }
            Err(failed) => {
                self.step(*failed);
                Current::LeftOut
            }
        };
        self.logs.push(report);
    }

    /// A dating checkpoint of the log that has begun.
    fn dating(&mut self, note: &str) {
        let (trust, now) = (self.trust(), self.epoch);
        let log = match &mut self.current {
            Current::Log(log) => log,
            Current::LeftOut => return,
            Current::None => return self.invalid("dating", "a dating checkpoint stands below its log"),
        };
        match log.date(&trust, note, now) {
            Ok(Some((size, day))) => {
                self.reading.dated(&log.origin, size, day);
                if let Some(report) = self.logs.last_mut() {
                    report.dated = report.dated.saturating_add(1);
                }
            }
            Ok(None) => {}
            Err(failed) => self.step(*failed),
        }
    }

    /// The next leaf of the log that has begun.
    fn leaf(&mut self, line: &ReadLeaf<'_>) {
        let log = match &mut self.current {
            Current::Log(log) => log,
            Current::LeftOut => return,
            Current::None => return self.invalid("leaf", "a leaf stands below its log"),
        };
        if let Err(failed) = log.append(line, &mut self.reading, self.epoch) {
            self.step(*failed);
        }
    }

    /// The log that has begun is over; if it is short, that is a step of this outcome.
    fn close(&mut self, short: Outcome) {
        let Current::Log(log) = std::mem::replace(&mut self.current, Current::None) else { return };
        if let Err(failed) = log.whole(short) {
            self.cut |= failed.outcome == Outcome::Incomplete;
            return self.step(*failed);
        }
        let origin = log.origin.clone();
        let closed = log.close(self.epoch);
        self.heads.extend(closed.head);
        self.behind.extend(closed.behind);
        self.beyond |= closed.beyond;
        if closed.wrong
            && let Some(report) = self.logs.last_mut()
        {
            report.coverage = Coverage::Wrong;
        }
        self.claimed.insert(origin.clone(), closed.claimed);
        if !closed.undated.is_empty() {
            self.undated.insert(origin, closed.undated);
        }
        self.steps.extend(closed.steps);
    }
}
