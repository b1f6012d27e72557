#![doc = include_str!("../README.md")]

mod cited;
mod contracts;
mod documents;
mod identity;
mod log;
mod part;
mod quorum;
pub mod record;
mod report;
mod standings;
mod steps;
mod views;

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::{Did, Timestamp};
use hanse_ledger::SubjectKey;
use hanse_ledger::evidence::{Evidence, EvidenceError, Part};
use hanse_tlog::{Policy, PolicyError};

use crate::cited::Engagements;
use crate::identity::Genesis;
use crate::log::{Fits, Log};
use crate::quorum::Trust;
pub use crate::report::{
    Auditor, CheckStep, Compared, ContractReport, Coverage, EntryReport, LogReport, Outcome, Report,
    ReviewReport, SlotReport, SlotState, Standing, TermsReport, Uncovered, Verdict,
};
use crate::standings::Standings;
use crate::steps::Steps;
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
    let mut steps = Steps::default();
    let genesis = identity::document(&evidence.identity, &evidence.subject, &mut steps);
    let home = genesis.as_ref().map(|genesis| genesis.home.as_str());
    let trust = Trust { policy: &policy, now, max_age: options.max_age_seconds.into(), home };
    let found = genesis.as_ref().map(|genesis| examine(&trust, &evidence, genesis, &mut steps));
    let Findings { logs, contracts, entries } = found.unwrap_or_default();
    let uncovered = uncovered(&policy, &contracts, &logs, &mut steps);
    Ok(Report {
        verdict: steps.verdict(),
        within_policy: options.within_policy,
        uncovered,
        subject: evidence.subject,
        now,
        made: evidence.made,
        home: genesis.as_ref().map(|genesis| genesis.home.clone()),
        not_proved: not_proved(&logs, genesis.as_ref()),
        custody: genesis.and_then(|genesis| genesis.custody),
        logs,
        contracts,
        entries,
        steps: steps.into_vec(),
    })
}

/// What the checks of the record read.
pub(crate) struct Check<'a> {
    pub(crate) subject: &'a Did,
    pub(crate) now: Timestamp,
    pub(crate) policy: &'a Policy,
    /// Every log whose proofs hold and that is vouched for, and the home in any case.
    pub(crate) logs: &'a [Log<'a>],
    /// The subject's home log.
    pub(crate) home: Option<&'a Log<'a>>,
    /// The engagements of others that the file proves.
    pub(crate) cited: Engagements,
}

/// What stands in a file. Of one in which something is refused, the logs alone are reported.
#[derive(Default)]
struct Findings {
    logs: Vec<LogReport>,
    contracts: Vec<ContractReport>,
    entries: Vec<EntryReport>,
}

fn examine(trust: &Trust<'_>, evidence: &Evidence, genesis: &Genesis, steps: &mut Steps) -> Findings {
    let subject = &evidence.subject;
    let (key, origin, fits) = (SubjectKey::of(subject), genesis.log(), Fits::default());
    let mut views = Views::default();
    each_once(&evidence.parts, &origin, steps);
    let (mut found, mut logs, mut below) = (Findings::default(), Vec::new(), BTreeMap::new());
    for part in &evidence.parts {
        if steps.refused() {
            return found;
        }
        let checked = part::check(trust, (&key, &origin, &fits), part, &mut views, steps);
        found.logs.push(checked.report);
        logs.extend(checked.log);
        below.extend(checked.below.map(|below| (part.origin.as_str(), below)));
    }
    let cited = cited::check(trust, &evidence.engagements, &below, &mut views, steps);
    let home = logs.iter().find(|log| log.origin == origin);
    let mut standings = Standings::default();
    if let Some(home) = home {
        identity::leaf(&evidence.identity, subject, home, &mut standings, steps);
    }
    if steps.refused() {
        return found;
    }
    let check = Check { subject, now: trust.now, policy: trust.policy, logs: &logs, home, cited };
    let mut contracts = contracts::check(&check, &mut standings, steps);
    contracts::replies::check(&check, &mut contracts, &mut standings, steps);
    if steps.refused() {
        return found;
    }
    found.contracts = contracts;
    found.entries = standings.entries(&logs);
    for report in &mut found.logs {
        let foreign =
            |entry: &&EntryReport| entry.origin == report.origin && entry.standing == Standing::Foreign;
        report.foreign = u64::try_from(found.entries.iter().filter(foreign).count()).unwrap_or(u64::MAX);
    }
    found
}

/// The home log has a part, and no log has two.
fn each_once(parts: &[Part], home: &str, steps: &mut Steps) {
    if parts.iter().all(|part| part.origin != home) {
        let says = "the file holds no part of the subject's home log";
        steps.push(CheckStep::new(format!("part of {home}"), Outcome::Incomplete, says));
    }
    let mut seen = BTreeSet::new();
    for part in parts.iter().filter(|part| !seen.insert(&part.origin)) {
        let name = format!("part of {}", part.origin);
        steps.push(CheckStep::new(name, Outcome::Invalid, "a log has two parts"));
    }
}

/// Contracts of which nobody can say what became, by the log that decides.
fn uncovered(
    policy: &Policy,
    contracts: &[ContractReport],
    logs: &[LogReport],
    steps: &mut Steps,
) -> Vec<Uncovered> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for contract in contracts {
        let unknown = |slot: &SlotReport| matches!(slot.state, SlotState::NotCovered | SlotState::Outside);
        if contract.slots.iter().any(unknown) {
            let count = counts.entry(contract.log.as_str()).or_default();
            *count = count.saturating_add(1);
        }
    }
    let listed = counts.into_iter().map(|(log, contracts)| {
        let in_policy = policy.keys_of_log(log).next().is_some();
        let part = logs.iter().find(|report| report.origin == log);
        let why = match part.map(|report| report.coverage) {
            _ if !in_policy => "the policy does not name this log",
            None => "the file holds no part of this log",
            Some(Coverage::Wrong) => "its operator signed what no log may hold",
            Some(_) => "no quorum of auditors vouches for this log, or not lately",
        };
        let outcome = if in_policy { Outcome::Incomplete } else { Outcome::Partial };
        let says = format!("not covered: {why}, and it decides what became of {contracts} contracts");
        steps.push(CheckStep::new(format!("contracts at {log}"), outcome, says));
        Uncovered { log: log.to_owned(), contracts, in_policy }
    });
    listed.collect()
}

fn not_proved(logs: &[LogReport], genesis: Option<&Genesis>) -> Vec<String> {
    let mut lines = vec![
        "who the people behind the keys are, or that two keys are two people".to_owned(),
        "that what reviews and replies say is true, or that the work and the payment took place".to_owned(),
        "anything about the person under other keys, or in logs outside the file and the policy".to_owned(),
        "that this is the person's only home: another log may hold a first document of the same key"
            .to_owned(),
        "what a review that is sealed, or is not yet written, will say".to_owned(),
        "which node holds the key of the author of a review: that is the author's own claim".to_owned(),
        "on which day something happened: days in leaves and documents are claims, the order in a log is not"
            .to_owned(),
        "that the auditors of the policy are independent: a quorum of them together could lie".to_owned(),
    ];
    if let Some(node) = genesis.and_then(|genesis| genesis.custody.as_ref()) {
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
