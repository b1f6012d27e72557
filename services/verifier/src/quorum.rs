//! Who cosigned a checkpoint, and whether that is enough.
//!
//! Only others count: not the log's own operator, each operator once, and of `n` others at least `1 + ⌊2n/3⌋`
//! auditors. The policy's own quorum must be met as well, so it can ask for more and never for less.

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::Timestamp;
use hanse_tlog::{Checkpoint, Note, NoteError, Policy, VerifierKey, checkpoint, cosignature};

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

/// A checkpoint that its log signed, and those who cosigned it.
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
    /// Opens the signed note of a checkpoint of `origin` and counts its cosigners.
    pub(crate) fn open(&self, origin: &str, note: &str, age: Age) -> Result<Signed, Refused> {
        let mut keys = self.policy.keys_of_log(origin).peekable();
        if keys.peek().is_none() {
            return Err(Refused::UnknownLog);
        }
        let (note, checkpoint) = signed_by_any(Note::parse(note.as_bytes())?, keys)?;
        let witnesses = self.policy.witnesses();
        let times = cosignature::collect(&note, &checkpoint, witnesses.values().map(|(key, _)| key))?;
        let own = checkpoint.origin.operator();
        let mut count = Count::default();
        for (name, (key, _)) in witnesses {
            self.count(&mut count, (name, key, times.get(key).copied()), own, age);
        }
        Ok(count.conclude(self, checkpoint))
    }

    fn count(&self, count: &mut Count, cosigner: (&str, &VerifierKey, Option<u64>), own: &str, age: Age) {
        let (name, key, seen) = cosigner;
        let operator = key.name().operator();
        let audits = is_auditor(key);
        if operator != own {
            count.operators.insert(operator.to_owned());
            if audits {
                count.auditing.insert(operator.to_owned());
            }
        }
        let Some(time) = seen else { return };
        let time = i64::try_from(time).unwrap_or(i64::MAX);
        let age_seconds = self.now.unix().saturating_sub(time);
        let passed_over = if operator == own {
            Some("belongs to the log's own operator".to_owned())
        } else if age_seconds < -AHEAD_SECONDS {
            Some(format!("{} seconds in the future", age_seconds.saturating_neg()))
        } else if age == Age::Fresh && age_seconds > self.max_age {
            Some(format!("{age_seconds} seconds old, {} allowed", self.max_age))
        } else {
            None
        };
        if let Some(reason) = passed_over {
            count.passed_over.push(format!("{} ({reason})", key.name()));
            return;
        }
        count.names.insert(name.to_owned());
        count.witnessed.insert(operator.to_owned());
        if audits {
            let latest = count.audited.entry(operator.to_owned()).or_insert(time);
            *latest = time.max(*latest);
        }
    }
}

/// The checkpoint, if one of the log's keys signed it. A key that did not sign is no fault, a bad signature is.
fn signed_by_any<'k>(
    note: Note,
    keys: impl Iterator<Item = &'k VerifierKey>,
) -> Result<(Note, Checkpoint), NoteError> {
    for key in keys {
        match checkpoint::open(&note, key) {
            Ok(checkpoint) => return Ok((note, checkpoint)),
            Err(NoteError::Unsigned) => {}
            Err(error) => return Err(error),
        }
    }
    Err(NoteError::Unsigned)
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

#[derive(Default)]
struct Count {
    /// Operators other than the log's own that the policy names, and those of them with an auditor's key.
    operators: BTreeSet<String>,
    auditing: BTreeSet<String>,
    /// Those who cosigned in time.
    witnessed: BTreeSet<String>,
    audited: BTreeMap<String, i64>,
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
        let mut times: Vec<i64> = self.audited.values().copied().collect();
        times.sort_unstable();
        let place = asked.saturating_sub(1);
        let complete = times.get(place).copied().filter(|_| coverage == Coverage::Audited);
        let vouched = times.iter().rev().nth(place).copied().filter(|_| coverage == Coverage::Audited);
        let auditors = self.audited.into_iter().map(|(operator, time)| Auditor {
            subjects_home: trust.home == Some(operator.as_str()),
            operator,
            at: Timestamp::from_unix(time).map_or_else(|_| time.to_string(), |time| time.to_string()),
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
