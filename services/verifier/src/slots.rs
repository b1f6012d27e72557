//! What became of each slot: only its key can fill it, only once, in either of the two home logs.

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
    let covered = logs.iter().any(|log| log.origin == contract.log && log.audited);
    let settled = settlement(&logs, contract, key, standings);
    let mut report = SlotReport { key: key.hex(), state: SlotState::Open, covered, settled, review: None };
    let Some(filled) = commit(&logs, contract, key, standings) else {
        report.state = empty(check, contract, covered, steps);
        return report;
    };
    let opens = opened(&logs, &filled, key, standings);
    let name = format!("review at {} of {}", filled.held.index, filled.held.origin);
    if opens.is_empty() {
        report.state = SlotState::Sealed;
        steps.push(Step::new(name, Outcome::Note, "sealed, and not open: nobody can say what it holds"));
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

/// Leaves of these logs that the slot's key alone signed, in the order that decides.
fn signed<'a>(
    logs: &[&'a Log<'a>],
    key: &PublicKey,
) -> impl Iterator<Item = (&'a Held<'a>, LeafId, &'a Statement)> {
    logs.iter().flat_map(|log| log.signed_by(key))
}

/// The one commit that counts; a copy of it in the other log counts with it, any other does not.
fn commit<'a>(
    logs: &[&'a Log<'a>],
    contract: &Contract<'a>,
    key: &PublicKey,
    standings: &mut Standings<'a>,
) -> Option<Filled<'a>> {
    let mut filled: Option<Filled<'a>> = None;
    for (held, id, statement) in signed(logs, key) {
        let Statement::Commit { commitment, engagement } = statement else { continue };
        if *engagement != contract.id {
            continue;
        }
        let first =
            filled.get_or_insert_with(|| Filled { held, copies: Vec::new(), id, committed: *commitment });
        if first.id == id {
            first.copies.push(held);
            standings.counts(held);
        } else {
            standings.not_counted(held, "another review was logged first for this slot");
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
    for (held, id, statement) in signed(logs, key) {
        let Statement::Open { cites } = statement else { continue };
        if *cites != filled.id {
            // It may open what another slot's check knows nothing of: a commit that does not count.
            standings.not_counted(held, "it opens a review that does not count");
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
fn settlement<'a>(
    logs: &[&'a Log<'a>],
    contract: &Contract<'a>,
    key: &PublicKey,
    standings: &mut Standings<'a>,
) -> bool {
    let mut first = None;
    for (held, id, statement) in signed(logs, key) {
        let Statement::Settle { engagement, .. } = statement else { continue };
        if *engagement != contract.id {
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
fn empty(check: &Check<'_>, contract: &Contract<'_>, covered: bool, steps: &mut Vec<Step>) -> SlotState {
    let name = format!("slot of the contract at {} of {}", contract.held.index, contract.held.origin);
    let past = check.now.day() > contract.due;
    let (state, outcome, says) = match (past, covered) {
        (false, true) => (SlotState::Open, Outcome::Note, "open: no outcome yet in either log"),
        (false, false) => {
            (SlotState::Open, Outcome::Note, "open: no outcome yet; not covered in the other side's log")
        }
        (true, true) => {
            (SlotState::Expired, Outcome::Note, "past its due day, and neither log holds an outcome")
        }
        (true, false) => (
            SlotState::NotCovered,
            Outcome::Incomplete,
            "not covered: past its due day, and the file does not prove what the other side's log holds",
        ),
    };
    let step = Step::new(name, outcome, says)
        .with("due day", &date(contract.due), &date(check.now.day()))
        .with("other side's log", &contract.log, &if covered { "covered" } else { "not covered" });
    steps.push(step);
    state
}
