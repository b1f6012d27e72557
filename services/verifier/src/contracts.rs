//! The subject's own engagements: each is a contract, and opens slots for the other side.

pub(crate) mod replies;
mod reviews;
mod slots;

use std::collections::BTreeSet;

use hanse_document::{Commitment, Date, PublicKey};
use hanse_ledger::{LeafId, Statement};
use hanse_reputation::record::Terms;

use crate::Check;
use crate::documents::{self, DocumentCheck};
use crate::log::ProvenLeaf;
use crate::report::{CheckStep, ContractReport, Outcome, SlotReport, TermsReport};
use crate::standings::Standings;
use crate::steps::Steps;

/// An engagement that the subject signed.
pub(crate) struct Contract<'a> {
    pub(crate) held: &'a ProvenLeaf<'a>,
    pub(crate) id: LeafId,
    pub(crate) due: u32,
    pub(crate) log: &'a str,
    /// The other side's key, which alone can say what became of the contract.
    pub(crate) slot: PublicKey,
    pub(crate) terms: Option<Terms>,
    /// Whether the file proves the other side's own engagement in this contract.
    pub(crate) engaged: bool,
}

/// Every contract of the subject, in the order of the home log.
pub(crate) fn check<'a>(
    check: &Check<'a>,
    standings: &mut Standings<'a>,
    steps: &mut Steps,
) -> Vec<ContractReport> {
    let key = check.subject.key();
    let mut contracts: Vec<Contract<'a>> = Vec::new();
    let mut own_slots = BTreeSet::new();
    for (held, id, statement) in check.home.into_iter().flat_map(|home| home.signed_by(&key, None)) {
        let Statement::Engagement { commitment, due, log, slots } = statement else { continue };
        let name = format!("contract at {} of {}", held.index, held.origin);
        let [slot] = slots.as_slice() else {
            let says = "the engagement has more slots than one, and this version knows no early ones";
            steps.push(CheckStep::new(name, Outcome::Invalid, says));
            return Vec::new();
        };
        let terms = own_document(check, held, commitment, &name, steps);
        // One key in two contracts would let the other side's one engagement stand for both.
        if let Some(terms) = &terms
            && !own_slots.insert(terms.own_slot)
        {
            let step =
                CheckStep::new(name, Outcome::Invalid, "the subject's slot key is of an earlier contract");
            steps.push(step.with("subject's slot", &terms.own_slot, &"a key of its own"));
        }
        if steps.refused() {
            return Vec::new();
        }
        let engaged = terms
            .as_ref()
            .is_some_and(|terms| check.cited.has(&terms.counterparty, log, &terms.own_slot, held.origin));
        standings.counts(held);
        contracts.push(Contract { held, id, due: *due, log, slot: *slot, terms, engaged });
    }
    let mut reports = Vec::with_capacity(contracts.len());
    for contract in contracts {
        let slot = slots::check(check, &contract, standings, steps);
        if steps.refused() {
            return Vec::new();
        }
        reports.push(report(contract, slot));
    }
    reports
}

fn report(contract: Contract<'_>, slot: SlotReport) -> ContractReport {
    ContractReport {
        engagement: contract.id.hex(),
        index: contract.held.index,
        due: date(contract.due),
        log: contract.log.to_owned(),
        confirmed: slot.settled || slot.review.is_some(),
        terms: contract.terms.map(|terms| TermsReport {
            role: terms.role,
            counterparty: terms.counterparty,
            contract: terms.contract,
        }),
        slots: vec![slot],
    }
}

/// The date of a day number; a number beyond all dates stays a number.
pub(crate) fn date(day: u32) -> String {
    Date::from_day(day).map_or_else(|_| format!("day {day}"), |date| date.to_string())
}

/// The subject's own offer or acceptance, which names the other side and the subject's slot key.
fn own_document(
    check: &Check<'_>,
    held: &ProvenLeaf<'_>,
    committed: &Commitment,
    name: &str,
    steps: &mut Steps,
) -> Option<Terms> {
    let [document] = held.documents else {
        let (outcome, says) = if held.documents.is_empty() {
            (Outcome::Incomplete, "the subject's offer or acceptance is not in the file")
        } else {
            (Outcome::Invalid, "there is more than the one document that the leaf commits to")
        };
        steps.push(CheckStep::new(name, outcome, says));
        return None;
    };
    let verified = match documents::find(Some(document), committed) {
        DocumentCheck::Good(verified) => verified,
        DocumentCheck::Missing => return None,
        DocumentCheck::Unsound(detail) => {
            steps.push(CheckStep::new(
                name,
                Outcome::Invalid,
                format!("the subject's own document: {detail}"),
            ));
            return None;
        }
        DocumentCheck::Other(computed) => {
            let step = CheckStep::new(name, Outcome::Invalid, "the leaf commits to another document");
            steps.push(step.with("commitment", committed, &computed));
            return None;
        }
    };
    let step = CheckStep::new(name, Outcome::Holds, "the subject's own document")
        .with("commitment", committed, committed)
        .with("issuer", verified.issuer(), check.subject);
    let Some(terms) = Terms::of(&verified) else {
        steps.push(CheckStep {
            outcome: Outcome::Invalid,
            says: "the document is no offer or acceptance".into(),
            ..step
        });
        return None;
    };
    let step = step.with("subject's log", &terms.log, &held.origin);
    if verified.issuer() != check.subject || terms.log.as_str() != held.origin {
        let says = "the document is another person's, or names another log as the subject's".into();
        steps.push(CheckStep { outcome: Outcome::Invalid, says, ..step });
        return None;
    }
    steps.push(step);
    Some(terms)
}
