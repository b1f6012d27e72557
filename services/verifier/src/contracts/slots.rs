//! What became of the slot of a contract: only its key can fill it, only once, in either of the two home logs.
//!
//! The other side's log decides which of two reviews counts, and whether there is one at all: without it nothing is said.

use std::collections::BTreeSet;

use hanse_document::kind::Role;
use hanse_document::{Commitment, PublicKey};
use hanse_ledger::{LeafId, Statement};

use super::reviews::{self, Opened};
use super::{Contract, date};
use crate::Check;
use crate::log::{Log, ProvenLeaf};
use crate::report::{CheckStep, Outcome, SlotReport, SlotState};
use crate::standings::Standings;
use crate::steps::Steps;

/// A commit that fills the slot.
struct Filled<'a> {
    held: &'a ProvenLeaf<'a>,
    /// The leaf in one log or both, `held` first.
    copies: Vec<&'a ProvenLeaf<'a>>,
    id: LeafId,
    committed: Commitment,
}

/// Finds what fills the slot of a contract, and says what is not there.
pub(crate) fn check<'a>(
    check: &Check<'a>,
    contract: &Contract<'a>,
    standings: &mut Standings<'a>,
    steps: &mut Steps,
) -> SlotReport {
    let key = &contract.slot;
    let mut report =
        SlotReport { key: key.hex(), state: SlotState::Open, why: None, settled: false, review: None };
    let decides = check.logs.iter().find(|log| log.origin == contract.log);
    let Some(vouched) = decides.and_then(|log| log.vouched) else {
        let named = check.policy.keys_of_log(contract.log).next().is_some();
        report.state = if named { SlotState::NotCovered } else { SlotState::Outside };
        unknown(check, contract, standings);
        return report;
    };
    let logs = logs(check, contract);
    report.settled = settlement(&logs, contract, key, standings, steps);
    let Some(filled) = commit(&logs, contract, key, standings) else {
        report.state = empty(check, contract, vouched, steps);
        return report;
    };
    let opens = opened(&logs, &filled, key, standings);
    let name = format!("review at {} of {}", filled.held.index, filled.held.origin);
    if opens.is_empty() {
        report.state = SlotState::Sealed;
        steps.push(CheckStep::new(name, Outcome::Note, "sealed, and not open: nobody can say what it holds"));
        return report;
    }
    // The leaf may stand in both logs, and its documents beside either.
    let mut copies = opens.iter().map(|open| open.documents).filter(|documents| !documents.is_empty());
    let documents = copies.next().unwrap_or_default();
    if copies.any(|copy| copy != documents) {
        report.state = SlotState::DocumentMissing;
        steps.push(CheckStep::new(
            name,
            Outcome::Invalid,
            "the file holds different documents for one review",
        ));
        return report;
    }
    let committed = (filled.id, &filled.committed);
    match reviews::check(check, contract, committed, documents, (name, steps)) {
        Opened::Counts(review) => {
            report.state = SlotState::Reviewed;
            report.review = Some(*review);
        }
        Opened::Lacking => report.state = SlotState::DocumentMissing,
        Opened::Void(why) => {
            for held in opens.iter().chain(&filled.copies) {
                standings.void(held, &why);
            }
            report.state = SlotState::Void;
            report.why = Some(why);
        }
    }
    report
}

/// What the home log holds by the slot's key, where the log that decides is not there.
fn unknown<'a>(check: &Check<'a>, contract: &Contract<'a>, standings: &mut Standings<'a>) {
    const WHY: &str = "the log that decides what counts of it is not covered";
    let Some(home) = check.home else { return };
    let by_key = home.all_by(&contract.slot).map(|(held, id, statement)| (held, id, statement.clone()));
    let by_key: Vec<(&ProvenLeaf<'_>, LeafId, Statement)> = by_key.collect();
    let commit = |statement: &Statement| matches!(statement, Statement::Commit { engagement, .. } if *engagement == contract.id);
    let commits: BTreeSet<LeafId> =
        by_key.iter().filter(|(.., statement)| commit(statement)).map(|(_, id, _)| *id).collect();
    for (held, _, statement) in &by_key {
        let settles = matches!(statement, Statement::Settle { engagement, .. } if *engagement == contract.id);
        let opens = matches!(statement, Statement::Open { cites } if commits.contains(cites));
        if commit(statement) || settles || opens {
            standings.not_counted(held, WHY);
        }
    }
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
) -> impl Iterator<Item = (&'a ProvenLeaf<'a>, LeafId, &'a Statement)> {
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
) -> Vec<&'a ProvenLeaf<'a>> {
    let mut opens: Vec<(&ProvenLeaf<'_>, LeafId)> = Vec::new();
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
    steps: &mut Steps,
) -> bool {
    let alone = format!("the file does not prove that the other side was engaged in {}", contract.log);
    let mut first = None;
    for (held, id, statement) in signed(logs, key, contract.id) {
        if !matches!(statement, Statement::Settle { .. }) {
            continue;
        }
        if contract.terms.as_ref().is_some_and(|terms| terms.role == Role::Freelancer) {
            standings.not_counted(held, "it is about a freelancer, who pays nobody");
            continue;
        }
        if !contract.engaged {
            standings.not_counted(held, &alone);
            let name = format!("payment at {} of {}", held.index, held.origin);
            steps.push(CheckStep::new(name, Outcome::Incomplete, format!("does not count: {alone}")));
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

/// A slot without an outcome, in a log that a quorum vouched for last at `vouched`, in seconds since 1970.
fn empty(check: &Check<'_>, contract: &Contract<'_>, vouched: i64, steps: &mut Steps) -> SlotState {
    let name = format!("slot of the contract at {} of {}", contract.held.index, contract.held.origin);
    // No day is missed before a quorum has seen the log without the leaf after it.
    let (state, says) = if i64::from(contract.due) < vouched.div_euclid(DAY_SECONDS) {
        (SlotState::Expired, "past its due day, and neither log holds an outcome")
    } else if contract.due < check.now.day() {
        (SlotState::Open, "open: the due day is over, and nobody has vouched for the other side's log since")
    } else {
        (SlotState::Open, "open: no outcome yet in either log")
    };
    let step = CheckStep::new(name, Outcome::Note, says);
    steps.push(step.with("due day", &date(contract.due), &date(check.now.day())));
    state
}

const DAY_SECONDS: i64 = 86_400;
