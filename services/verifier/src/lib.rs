#![doc = include_str!("../README.md")]

mod cited;
mod contracts;
mod display;
mod documents;
mod identity;
mod part;
mod quorum;
pub mod record;
mod replies;
mod report;
mod reviews;
mod slots;
mod standings;
mod views;

use std::collections::BTreeSet;

use hanse_document::{Did, Timestamp};
use hanse_ledger::SubjectKey;
use hanse_ledger::evidence::{Evidence, EvidenceError, Part};
use hanse_tlog::{Policy, PolicyError};

use crate::cited::Engagements;
use crate::identity::Person;
use crate::part::Log;
use crate::quorum::Trust;
pub use crate::report::{
    Auditor, Compared, ContractReport, Coverage, EntryReport, LogReport, Outcome, Report, ReviewReport,
    SlotReport, SlotState, Standing, Step, TermsReport, Uncovered, Verdict,
};
use crate::standings::Standings;
use crate::views::Views;

/// Auditors cosign the largest head daily, so two days bear one missed round.
pub const MAX_AGE_SECONDS: u32 = 172_800;

/// What the person who checks may choose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// How old a cosignature of the newest checkpoint may be, in seconds.
    pub max_age_seconds: u32,
    /// Whether the logs of the policy are all that the reader asks for: then [`Verdict::Partial`] is good enough.
    pub within_policy: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_age_seconds: MAX_AGE_SECONDS, within_policy: false }
    }
}

/// Why nothing could be checked. A program exits with 2.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum Unusable {
    /// The trust policy cannot be read.
    #[error("the policy cannot be read: {0}")]
    Policy(#[from] PolicyError),
    /// The file is no evidence file.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
}

/// Checks an evidence file against a trust policy, at the time `now`, with nothing but these bytes.
///
/// `policy` is the text of a C2SP tlog-policy file whose cosigner keys are named `<node>/witness` and `<node>/auditor`.
///
/// # Errors
/// [`Unusable`] if the file or the policy cannot be read. Whatever a readable file gets wrong is in the [`Report`].
pub fn verify(file: &[u8], policy: &str, now: Timestamp, options: &Options) -> Result<Report, Unusable> {
    let policy = Policy::parse(policy)?;
    let evidence = Evidence::parse(file)?;
    let mut steps = Vec::new();
    let person = identity::document(&evidence.identity, &evidence.subject, &mut steps);
    let home = person.as_ref().map(|person| person.home.as_str());
    let trust = Trust { policy: &policy, now, max_age: options.max_age_seconds.into(), home };
    Ok(examine(&trust, &evidence, person.as_ref(), steps))
}

/// What the checks of the record read.
pub(crate) struct Check<'a> {
    pub(crate) subject: &'a Did,
    pub(crate) now: Timestamp,
    /// Every log whose proofs hold and that is vouched for, and the home in any case.
    pub(crate) logs: &'a [Log<'a>],
    /// The subject's home log.
    pub(crate) home: Option<&'a Log<'a>>,
    /// The engagements of others that the file proves.
    pub(crate) cited: Engagements,
}

fn examine(trust: &Trust<'_>, evidence: &Evidence, person: Option<&Person>, mut steps: Vec<Step>) -> Report {
    let subject = &evidence.subject;
    steps.extend(order(&evidence.parts, person));
    let (key, home, mut views) = (SubjectKey::of(subject), person.map(Person::log), Views::default());
    let parts = evidence.parts.iter().map(|part| {
        let is_home = home.as_ref().is_none_or(|home| part.origin == *home);
        part::check(trust, &key, part, (is_home, &mut views), &mut steps)
    });
    let (mut reports, logs): (Vec<LogReport>, Vec<Option<Log<'_>>>) = parts.unzip();
    let logs: Vec<Log<'_>> = logs.into_iter().flatten().collect();
    let home = home.and_then(|home| logs.iter().find(|log| log.origin == home));
    let cited = cited::check(trust, &evidence.engagements, &mut views, &mut steps);

    let mut standings = Standings::default();
    if let Some(home) = home {
        identity::leaf(&evidence.identity, subject, home, &mut standings, &mut steps);
    }
    let check = Check { subject, now: trust.now, logs: &logs, home, cited };
    let mut contracts = contracts::check(&check, &mut standings, &mut steps);
    replies::check(&check, &mut contracts, &mut standings, &mut steps);
    steps.extend(not_covered(&contracts));

    let entries = standings.entries(&logs);
    for report in &mut reports {
        let foreign = entries
            .iter()
            .filter(|entry| entry.origin == report.origin && entry.standing == Standing::Foreign);
        report.foreign = u64::try_from(foreign.count()).unwrap_or(u64::MAX);
    }
    Report {
        verdict: report::verdict(&steps),
        within_policy: false,
        uncovered: Vec::new(),
        subject: subject.clone(),
        now: trust.now,
        made: evidence.made,
        home: person.map(|person| person.home.clone()),
        custody: person.and_then(|person| person.custody.clone()),
        not_proved: not_proved(&reports, person),
        logs: reports,
        contracts,
        entries,
        steps,
    }
}

/// The home log comes first, and no log twice.
fn order(parts: &[Part], person: Option<&Person>) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(home) = person.map(Person::log) {
        let first = parts.first().map_or("none", |part| part.origin.as_str());
        let (outcome, says) = if first == home {
            (Outcome::Holds, "the first part is of the subject's home log")
        } else {
            (Outcome::Incomplete, "the file does not begin with the subject's home log")
        };
        steps.push(Step::new("home log", outcome, says).with("log", &first, &home));
    }
    let mut seen = BTreeSet::new();
    for part in parts {
        if !seen.insert(&part.origin) {
            steps.push(Step::new(
                format!("part of {}", part.origin),
                Outcome::Invalid,
                "a log has two parts",
            ));
        }
    }
    steps
}

/// Slots that have no open review in the home log while nothing is known of the other side's.
fn not_covered(contracts: &[ContractReport]) -> Option<Step> {
    let slots = contracts.iter().flat_map(|contract| &contract.slots);
    let count = slots
        .filter(|slot| {
            let awaited = matches!(slot.state, SlotState::Open | SlotState::Sealed | SlotState::NotCovered);
            awaited && !slot.covered
        })
        .count();
    // Whether one is past its due day, and so makes the file incomplete, is said at the slot.
    (count > 0).then(|| Step::new("slots", Outcome::Note, format!("not covered: {count} slots")))
}

fn not_proved(logs: &[LogReport], person: Option<&Person>) -> Vec<String> {
    let mut lines = vec![
        "who the people behind the keys are, or that two keys are two people".to_owned(),
        "that what reviews and replies say is true, or that the work and the payment took place".to_owned(),
        "anything about the person under other keys, or in logs outside the file and the policy".to_owned(),
        "that this is the person's only home: another log may hold a first document of the same key"
            .to_owned(),
        "what a review that is sealed, or is not yet written, will say".to_owned(),
        "on which day something happened: days in leaves and documents are claims, the order in a log is not"
            .to_owned(),
        "that the auditors of the policy are independent: a quorum of them together could lie".to_owned(),
    ];
    if let Some(node) = person.and_then(|person| person.custody.as_ref()) {
        lines.push(format!("that the person signed: {node} holds the key and signs for the person"));
    }
    for log in logs.iter().filter(|log| log.coverage == Coverage::Audited) {
        let latest = log.auditors.iter().map(|auditor| auditor.at.as_str()).max().unwrap_or_default();
        lines.push(format!(
            "what {} may hold beyond {} leaves, last vouched for at {latest}",
            log.origin, log.size
        ));
    }
    lines
}
