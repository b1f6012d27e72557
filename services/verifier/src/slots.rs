//! What became of each slot: only its key can fill it, only once, in either of the two home logs.

use std::collections::BTreeSet;

use hanse_document::{Commitment, PublicKey};
use hanse_ledger::{LeafId, Statement};

use crate::Check;
use crate::contracts::{Contract, date};
use crate::part::{Held, Log};
use crate::report::{Outcome, SlotReport, SlotState, Step};
use crate::reviews::{self, Opened};
use crate::standings::Standings;

/// A commit that fills the slot.
struct Filled<'a> {
    held: &'a Held<'a>,
    /// The leaf in one log or both, `held` first.
    copies: Vec<&'a Held<'a>>,
    id: LeafId,
    committed: Commitment,
}

/// Finds what fills the slot of this key, and says what is not there.
pub(crate) fn check<'a>(
    check: &Check<'a>,
    contract: &Contract<'a>,
    key: &PublicKey,
    standings: &mut Standings<'a>,
    steps: &mut Vec<Step>,
) -> SlotReport {
    let logs = logs(check, contract);
    let vouched = logs.iter().find(|log| log.origin == contract.log).and_then(|log| log.vouched);
    let covered = vouched.is_some();
    let settled = settlement(&logs, contract, key, standings, steps);
    let mut report = SlotReport { key: key.hex(), state: SlotState::Open, covered, settled, review: None };
    let Some(filled) = commit(&logs, contract, key, standings) else {
        report.state = empty(check, contract, vouched, steps);
        return report;
    };
    let opens = opened(&logs, &filled, key, standings);
    let name = format!("review at {} of {}", filled.held.index, filled.held.origin);
    if opens.is_empty() {
        report.state = sealed(check, contract, covered, (name, steps));
        return report;
    }
    // The leaf may stand in both logs, and its documents beside either.
    let mut copies = opens.iter().map(|open| open.documents).filter(|documents| !documents.is_empty());
    let documents = copies.next().unwrap_or_default();
    if copies.any(|copy| copy != documents) {
        report.state = SlotState::DocumentMissing;
        steps.push(Step::new(name, Outcome::Invalid, "the file holds different documents for one review"));
        return report;
    }
    let committed = (filled.id, &filled.committed);
    report.state = match reviews::check(check, contract, committed, documents, (name, steps)) {
        Opened::Counts(review) => {
            report.review = Some(*review);
            SlotState::Reviewed
        }
        Opened::Lacking => SlotState::DocumentMissing,
        Opened::Void(why) => {
            for held in opens.iter().chain(&filled.copies) {
                standings.void(held, &why);
            }
            SlotState::Void
        }
    };
    report
}

/// The other side's home log first, because its order decides, then the subject's.
fn logs<'a>(check: &Check<'a>, contract: &Contract<'a>) -> Vec<&'a Log<'a>> {
    let theirs = check.logs.iter().filter(|log| log.origin == contract.log);
    let ours = check.home.into_iter().filter(|home| home.origin != contract.log);
    theirs.chain(ours).collect()
}

/// Leaves of these logs that the slot's key alone signed and that cite this leaf, in the order that decides.
fn signed<'a>(
    logs: &[&'a Log<'a>],
    key: &PublicKey,
    cites: LeafId,
) -> impl Iterator<Item = (&'a Held<'a>, LeafId, &'a Statement)> {
    logs.iter().flat_map(move |log| log.signed_by(key, Some(cites)))
}

/// The one commit that counts; a copy of it in the other log counts with it, any other does not.
fn commit<'a>(
    logs: &[&'a Log<'a>],
    contract: &Contract<'a>,
    key: &PublicKey,
    standings: &mut Standings<'a>,
) -> Option<Filled<'a>> {
    let mut filled: Option<Filled<'a>> = None;
    let mut others = BTreeSet::new();
    for (held, id, statement) in signed(logs, key, contract.id) {
        let Statement::Commit { commitment, .. } = statement else { continue };
        let first =
            filled.get_or_insert_with(|| Filled { held, copies: Vec::new(), id, committed: *commitment });
        if first.id == id {
            first.copies.push(held);
            standings.counts(held);
        } else {
            standings.not_counted(held, "another review was logged first for this slot");
            others.insert(id);
        }
    }
    for (held, _, statement) in others.into_iter().flat_map(|id| signed(logs, key, id)) {
        if matches!(statement, Statement::Open { .. }) {
            standings.not_counted(held, "it opens a review that does not count");
        }
    }
    filled
}

/// The leaves that open the commit: one, or its copies in both logs.
fn opened<'a>(
    logs: &[&'a Log<'a>],
    filled: &Filled<'a>,
    key: &PublicKey,
    standings: &mut Standings<'a>,
) -> Vec<&'a Held<'a>> {
    let mut opens: Vec<(&Held<'_>, LeafId)> = Vec::new();
    for (held, id, statement) in signed(logs, key, filled.id) {
        if !matches!(statement, Statement::Open { .. }) {
            continue;
        }
        if opens.first().is_none_or(|(_, first)| *first == id) {
            opens.push((held, id));
            standings.counts(held);
        } else {
            standings.not_counted(held, "the review is open already");
        }
    }
    opens.into_iter().map(|(held, _)| held).collect()
}

/// Whether the slot's key confirmed what the subject paid; the first leaf and its copies count.
///
/// The subject alone chose which keys its engagement names, so the other side's own engagement must be proved too: anybody
/// could confirm to themselves what they say they paid to somebody famous.
fn settlement<'a>(
    logs: &[&'a Log<'a>],
    contract: &Contract<'a>,
    key: &PublicKey,
    standings: &mut Standings<'a>,
    steps: &mut Vec<Step>,
) -> bool {
    const UNMATCHED: &str = "the file does not prove that the other side was engaged";
    let mut first = None;
    for (held, id, statement) in signed(logs, key, contract.id) {
        if !matches!(statement, Statement::Settle { .. }) {
            continue;
        }
        if contract.matched.is_none() {
            standings.not_counted(held, UNMATCHED);
            let name = format!("payment at {} of {}", held.index, held.origin);
            steps.push(Step::new(name, Outcome::Note, format!("does not count: {UNMATCHED}")));
            continue;
        }
        if *first.get_or_insert(id) == id {
            standings.counts(held);
        } else {
            standings.not_counted(held, "the payment was confirmed before");
        }
    }
    first.is_some()
}

/// A slot without an outcome: late only counts against the file, not against anybody.
fn empty(
    check: &Check<'_>,
    contract: &Contract<'_>,
    vouched: Option<i64>,
    steps: &mut Vec<Step>,
) -> SlotState {
    let name = format!("slot of the contract at {} of {}", contract.held.index, contract.held.origin);
    let (state, outcome, says) = match (late(check, contract), vouched) {
        (false, Some(_)) => (SlotState::Open, Outcome::Note, "open: no outcome yet in either log"),
        (false, None) => {
            (SlotState::Open, Outcome::Note, "open: no outcome yet; not covered in the other side's log")
        }
        // No day is missed before a quorum has seen the log without the leaf after it.
        (true, Some(at)) if at.div_euclid(DAY_SECONDS) <= contract.due.into() => (
            SlotState::Open,
            Outcome::Note,
            "open: the due day is over, and nobody has vouched for the other side's log since",
        ),
        (true, Some(_)) => {
            (SlotState::Expired, Outcome::Note, "past its due day, and neither log holds an outcome")
        }
        (true, None) => (SlotState::NotCovered, Outcome::Incomplete, NOT_COVERED),
    };
    let other = if vouched.is_some() { "covered" } else { "not covered" };
    let step = Step::new(name, outcome, says)
        .with("due day", &date(contract.due), &date(check.now.day()))
        .with("other side's log", &contract.log, &other);
    steps.push(step);
    state
}

/// A review that is not open in the file. A home that hid the open leaf could keep a bad review sealed for ever, so after
/// the due day the author's log must be shown as well.
fn sealed(
    check: &Check<'_>,
    contract: &Contract<'_>,
    covered: bool,
    (name, steps): (String, &mut Vec<Step>),
) -> SlotState {
    let (state, outcome, says) = if late(check, contract) && !covered {
        (SlotState::NotCovered, Outcome::Incomplete, NOT_COVERED)
    } else {
        (SlotState::Sealed, Outcome::Note, "sealed, and not open: nobody can say what it holds")
    };
    steps.push(Step::new(name, outcome, says));
    state
}

const NOT_COVERED: &str =
    "not covered: past its due day, and the file does not prove what the other side's log holds";

const DAY_SECONDS: i64 = 86_400;

fn late(check: &Check<'_>, contract: &Contract<'_>) -> bool {
    check.now.day() > contract.due
}
