//! Who cosigned a checkpoint, and whether that is enough.
//!
//! Only others count: not the log's own operator, each operator once, and of `n` others at least `1 + ⌊2n/3⌋`
//! auditors. The policy's own quorum must be met as well, so it can ask for more and never for less.

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::Timestamp;
use hanse_tlog::{Checkpoint, Note, NoteError, Policy, VerifierKey, cosignature};

use crate::report::{Auditor, Coverage};

/// How far the clock of a cosigner may be ahead of the verifier's: 5 minutes.
const AHEAD_SECONDS: i64 = 300;

/// The end of the key name of those who rebuild tree and index.
const AUDITOR: &str = "auditor";

/// What the person who checks trusts: the policy, their clock, and how old a statement may be.
#[derive(Clone, Copy)]
pub(crate) struct Trust<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) now: Timestamp,
    /// In seconds.
    pub(crate) max_age: i64,
    /// The node that the person's first document names.
    pub(crate) home: Option<&'a str>,
}

/// Whether a checkpoint must have been seen lately.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    /// It is the newest, and says that nothing else is there.
    Fresh,
    /// It only says that something is there, which stays true.
    Any,
}

/// A checkpoint that its log signed, with what its cosigners state.
pub(crate) struct Opened {
    pub(crate) checkpoint: Checkpoint,
    /// By the policy's name of the cosigner: the times of its lines, in seconds since 1970.
    times: BTreeMap<String, Vec<i64>>,
}

/// A checkpoint that its log signed, and those who cosigned it in time.
pub(crate) struct Signed {
    pub(crate) checkpoint: Checkpoint,
    pub(crate) coverage: Coverage,
    pub(crate) asked: usize,
    pub(crate) others: usize,
    pub(crate) auditors: Vec<Auditor>,
    /// When the last of a quorum vouched for it, in seconds since 1970; None if it is not audited.
    pub(crate) vouched: Option<i64>,
    /// When a quorum was complete for the first time, as far as these lines tell; None if it is not audited.
    pub(crate) complete: Option<i64>,
    /// Whether the policy's own quorum is met by those who count.
    pub(crate) policy_met: bool,
    /// Known cosigners that do not count, each with the reason.
    pub(crate) passed_over: Vec<String>,
}

/// Why a checkpoint cannot be used at all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The policy does not name the log.
    UnknownLog,
    /// The note is malformed, or a known signature fails.
    Note(NoteError),
}

impl From<NoteError> for Refused {
    fn from(error: NoteError) -> Self {
        Self::Note(error)
    }
}

impl Trust<'_> {
    /// Opens the signed note of a checkpoint of `origin`. Each known signature in it is verified, and all of them must fit.
    pub(crate) fn open(&self, origin: &str, note: &str) -> Result<Opened, Refused> {
        if self.policy.keys_of_log(origin).next().is_none() {
            return Err(Refused::UnknownLog);
        }
        let note = Note::parse(note.as_bytes())?;
        let checkpoint = self.signed_by_log(origin, &note)?;
        let witnesses = self.policy.witnesses();
        let times = cosignature::collect(&note, &checkpoint, witnesses.values().map(|(key, _)| key))?;
        let seconds = |time: &u64| i64::try_from(*time).unwrap_or(i64::MAX);
        let named = witnesses.iter().filter_map(|(name, (key, _))| {
            Some((name.clone(), times.get(key)?.iter().map(seconds).collect()))
        });
        Ok(Opened { checkpoint, times: named.collect() })
    }

    /// The checkpoint, if one of the log's keys signed it. Every log's keys are known: a line of any of them that does not fit makes
    /// the note bad, in whatever order the policy names them.
    fn signed_by_log(&self, origin: &str, note: &Note) -> Result<Checkpoint, NoteError> {
        let mut signed = None;
        for (key, _) in self.policy.logs() {
            match note.verify(key) {
                Ok(()) if *key.name() == *origin => signed = Some(key),
                Ok(()) | Err(NoteError::Unsigned) => {}
                Err(error) => return Err(error),
            }
        }
        let checkpoint = Checkpoint::parse(note.text())?;
        match signed {
            Some(key) if checkpoint.origin == *key.name() => Ok(checkpoint),
            Some(_) => Err(NoteError::Origin),
            None => Err(NoteError::Unsigned),
        }
    }

    /// Counts the cosigners of a checkpoint.
    pub(crate) fn judge(&self, opened: &Opened, age: Age) -> Signed {
        let own = opened.checkpoint.origin.operator();
        let mut count = Count::default();
        for (name, (key, _)) in self.policy.witnesses() {
            let times = opened.times.get(name).map_or(&[][..], Vec::as_slice);
            self.count(&mut count, (name, key, times), own, age);
        }
        count.conclude(self, opened.checkpoint.clone())
    }

    fn count(&self, count: &mut Count, cosigner: (&str, &VerifierKey, &[i64]), own: &str, age: Age) {
        let (name, key, seen) = cosigner;
        let operator = key.name().operator();
        let audits = is_auditor(key);
        if operator != own {
            count.operators.insert(operator.to_owned());
            if audits {
                count.auditing.insert(operator.to_owned());
            }
        }
        for time in seen {
            if let Some(reason) = self.passes_over(*time, operator == own, age) {
                count.passed_over.push(format!("{} ({reason})", key.name()));
                continue;
            }
            count.names.insert(name.to_owned());
            count.witnessed.insert(operator.to_owned());
            if audits {
                count.audited.entry(operator.to_owned()).or_insert(Seen::at(*time)).add(*time);
            }
        }
    }

    /// Why a cosignature of this time does not count.
    fn passes_over(&self, time: i64, is_own: bool, age: Age) -> Option<String> {
        let seconds = self.now.unix().saturating_sub(time);
        if is_own {
            Some("belongs to the log's own operator".to_owned())
        } else if seconds < -AHEAD_SECONDS {
            Some(format!("{} seconds in the future", seconds.saturating_neg()))
        } else if age == Age::Fresh && seconds > self.max_age {
            Some(format!("{seconds} seconds old, {} allowed", self.max_age))
        } else {
            None
        }
    }
}

/// The key name is `<operator>/auditor`.
fn is_auditor(key: &VerifierKey) -> bool {
    key.name().as_str().strip_prefix(key.name().operator()).and_then(|rest| rest.strip_prefix('/'))
        == Some(AUDITOR)
}

/// More than two thirds: a quorum that holds against one third of liars.
const fn quorum_of(others: usize) -> usize {
    1 + 2 * others / 3
}

/// When an operator's auditor stated that it had seen a checkpoint, in seconds since 1970.
#[derive(Clone, Copy)]
struct Seen {
    first: i64,
    last: i64,
}

impl Seen {
    const fn at(time: i64) -> Self {
        Self { first: time, last: time }
    }

    fn add(&mut self, time: i64) {
        (self.first, self.last) = (self.first.min(time), self.last.max(time));
    }
}

#[derive(Default)]
struct Count {
    /// Operators other than the log's own that the policy names, and those of them with an auditor's key.
    operators: BTreeSet<String>,
    auditing: BTreeSet<String>,
    /// Those who cosigned in time.
    witnessed: BTreeSet<String>,
    audited: BTreeMap<String, Seen>,
    /// The policy's names of the keys that cosigned in time.
    names: BTreeSet<String>,
    passed_over: Vec<String>,
}

impl Count {
    fn conclude(self, trust: &Trust<'_>, checkpoint: Checkpoint) -> Signed {
        let (others, asked) = (self.auditing.len(), quorum_of(self.auditing.len()));
        let policy_met = trust.policy.satisfied(&self.names);
        let coverage = if self.audited.len() >= asked && policy_met {
            Coverage::Audited
        } else if self.witnessed.len() >= quorum_of(self.operators.len()) && policy_met {
            Coverage::IndexNotAudited
        } else {
            Coverage::Unwitnessed
        };
        let place = asked.saturating_sub(1);
        let times = |of: fn(&Seen) -> i64| {
            let mut times: Vec<i64> = self.audited.values().map(of).collect();
            times.sort_unstable();
            times
        };
        let audited = coverage == Coverage::Audited;
        let complete = times(|seen| seen.first).get(place).copied().filter(|_| audited);
        let vouched = times(|seen| seen.last).iter().rev().nth(place).copied().filter(|_| audited);
        let at =
            |time: i64| Timestamp::from_unix(time).map_or_else(|_| time.to_string(), |at| at.to_string());
        let auditors = self.audited.into_iter().map(|(operator, seen)| Auditor {
            subjects_home: trust.home == Some(operator.as_str()),
            operator,
            at: at(seen.last),
        });
        let auditors = auditors.collect();
        let passed_over = self.passed_over;
        Signed { checkpoint, coverage, asked, others, auditors, vouched, complete, policy_met, passed_over }
    }
}

#[cfg(test)]
mod tests {
    use super::quorum_of;

    #[test]
    fn more_than_two_thirds_of_the_others_are_asked_for() {
        let asked: Vec<usize> = (0..=10).map(quorum_of).collect();
        assert_eq!(asked, [1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7]);
    }
}
