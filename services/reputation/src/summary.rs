//! The objective summary: the same for everybody, shown beside the viewer's score, never mixed into it.

use std::collections::BTreeMap;

use hanse_ledger::SubjectKey;
use serde::{Deserialize, Serialize};

use crate::fixed::Fixed;
use crate::graph::Graph;
use crate::ids::EntryId;
use crate::score::{Estimate, Evidence};

/// One contract as it stands in the logs about one of its two parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contract {
    /// The party's own engagement leaf.
    pub id: EntryId,
    /// The party.
    pub subject: SubjectKey,
    /// The other party.
    pub counterparty: SubjectKey,
    /// How it ended, if it has.
    pub ending: Ending,
    /// What became of the other party's review of the subject.
    pub review: ReviewState,
    /// Whether the agreed time was kept, where somebody said so.
    pub on_time: Option<bool>,
    /// Whether the agreed budget was kept.
    pub within_budget: Option<bool>,
    /// Whether it was paid in the agreed time.
    pub paid_on_time: Option<bool>,
}

/// How a contract ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It runs.
    Open,
    /// Completed.
    Completed,
    /// Ended before completion.
    Cancelled,
}

/// What became of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// The window is open.
    Awaited,
    /// Opened: it counts.
    Opened,
    /// Sealed, not opened when its time came.
    Withheld,
    /// Never written.
    Silent,
}

/// Yes and no, as far as somebody said so. What is unstated is in neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Said {
    /// How often yes.
    pub yes: u32,
    /// How often no.
    pub no: u32,
}

/// Counts every signed contract; can be inflated by made-up contracts. It says so wherever it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Summary {
    /// Whom it is about.
    pub subject: SubjectKey,
    /// Beta estimate over distinct counterparties, one voice each, faded, the bad doubled.
    pub estimate: Estimate,
    /// Distinct people who have rated the subject.
    pub raters: u32,
    /// Contracts that were completed.
    pub completed: u32,
    /// Contracts that ended before.
    pub cancelled: u32,
    /// Completed contracts whose other party wrote nothing. Informative, and in no number.
    pub silent: u32,
    /// Reviews that were sealed and never opened.
    pub withheld: u32,
    /// Distinct counterparties of completed contracts.
    pub counterparties: u32,
    /// 1/Σp²: as how many equal counterparties these count.
    pub effective_counterparties: Fixed,
    /// Counterparties who came back.
    pub rehired: u32,
    /// On time?
    pub on_time: Said,
    /// Within the budget?
    pub within_budget: Said,
    /// Paid on time?
    pub paid_on_time: Said,
}

impl Said {
    fn count(&mut self, said: Option<bool>) {
        match said {
            Some(true) => self.yes = self.yes.saturating_add(1),
            Some(false) => self.no = self.no.saturating_add(1),
            None => {}
        }
    }
}

impl Graph {
    /// The objective summary of a person. Contracts of others are passed over, and one that is given twice counts once.
    #[must_use]
    pub fn summary(&self, subject: &SubjectKey, contracts: &[Contract]) -> Summary {
        let number = self.number(subject);
        let raters = number.and_then(|number| self.vertex(number)).map_or(&[][..], |vertex| &vertex.raters);
        let mut evidence = Evidence { good: Fixed::ZERO, bad: Fixed::ZERO, largest_bad: Fixed::ZERO };
        for opinion in raters.iter().filter_map(|rater| Some(self.opinion(*rater, number?))) {
            evidence.good += opinion.good;
            evidence.bad += opinion.bad;
        }
        let mut summary = Summary {
            subject: *subject,
            estimate: evidence.estimate(self.parameters()),
            raters: count(raters.len()),
            completed: 0,
            cancelled: 0,
            silent: 0,
            withheld: 0,
            counterparties: 0,
            effective_counterparties: Fixed::ZERO,
            rehired: 0,
            on_time: Said::default(),
            within_budget: Said::default(),
            paid_on_time: Said::default(),
        };
        summary.count(contracts.iter().filter(|contract| contract.subject == *subject));
        summary
    }
}

impl Summary {
    fn count<'a>(&mut self, contracts: impl Iterator<Item = &'a Contract>) {
        let distinct: BTreeMap<EntryId, &Contract> =
            contracts.map(|contract| (contract.id, contract)).collect();
        let mut with: BTreeMap<SubjectKey, u32> = BTreeMap::new();
        for contract in distinct.values() {
            match contract.ending {
                Ending::Open => continue,
                Ending::Cancelled => self.cancelled += 1,
                Ending::Completed => {
                    self.completed += 1;
                    *with.entry(contract.counterparty).or_default() += 1;
                    self.on_time.count(contract.on_time);
                    self.within_budget.count(contract.within_budget);
                    self.paid_on_time.count(contract.paid_on_time);
                    self.silent += u32::from(contract.review == ReviewState::Silent);
                }
            }
            self.withheld += u32::from(contract.review == ReviewState::Withheld);
        }
        self.counterparties = count(with.len());
        self.rehired = count(with.values().filter(|times| 1 < **times).count());
        let squares: u64 = with.values().map(|times| u64::from(*times) * u64::from(*times)).sum();
        let completed = Fixed::whole(self.completed);
        let mean = u32::try_from(squares).map_or(Fixed::from_steps(u64::MAX), Fixed::whole);
        self.effective_counterparties =
            if squares == 0 { Fixed::ZERO } else { completed.scaled(completed, mean) };
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
