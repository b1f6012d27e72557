//! What counts where people are ranked for everybody alike: the word of those who have a record themselves.
//!
//! The objective summary counts every signed contract, and anybody can sign contracts with people whom they have invented. Here a rater
//! counts whom somebody has a good word for who is neither the rated person nor one of those who have rated them; and there are never
//! more voices than there are such people. An invented client costs another invented person and another contract; a first client
//! counts as soon as anybody else has worked with them.

use std::collections::BTreeSet;

use hanse_ledger::SubjectKey;

use crate::fixed::Fixed;
use crate::graph::Graph;
use crate::score::{Estimate, Evidence};

/// What those say who have a record of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backed {
    /// Beta estimate over these voices, as in the objective summary.
    pub estimate: Estimate,
    /// How many voices they are: not more than there are people behind them.
    pub voices: u32,
    /// Raters whom nobody is behind. They count for nothing here.
    pub without_record: u32,
}

impl Graph {
    /// What those say of a person who have a record of their own.
    #[must_use]
    pub fn backed(&self, subject: &SubjectKey) -> Backed {
        let number = self.number(subject);
        let raters = number.and_then(|number| self.vertex(number)).map_or(&[][..], |vertex| &vertex.raters);
        let mut evidence = Evidence { good: Fixed::ZERO, bad: Fixed::ZERO, largest_bad: Fixed::ZERO };
        let (mut behind, mut counted) = (BTreeSet::new(), 0_u32);
        for (rater, number) in raters.iter().filter_map(|rater| Some((*rater, number?))) {
            let stranger = |person: &u32| *person != number && raters.binary_search(person).is_err();
            let backers = self.vertex(rater).map_or(&[][..], |vertex| &vertex.raters);
            let mut has_record = false;
            for backer in backers.iter().copied().filter(stranger) {
                if self.tally(backer, rater).blocks() {
                    continue;
                }
                has_record = true;
                behind.insert(backer);
                // More people than raters make no more voices than raters.
                if raters.len() <= behind.len() {
                    break;
                }
            }
            if has_record {
                counted = counted.saturating_add(1);
                let opinion = self.opinion(rater, number);
                evidence.good += opinion.good;
                evidence.bad += opinion.bad;
            }
        }
        let voices = counted.min(u32::try_from(behind.len()).unwrap_or(u32::MAX));
        if voices < counted {
            let (part, whole) = (Fixed::whole(voices), Fixed::whole(counted));
            evidence.good = evidence.good.scaled(part, whole);
            evidence.bad = evidence.bad.scaled(part, whole);
        }
        let without_record = u32::try_from(raters.len()).unwrap_or(u32::MAX).saturating_sub(counted);
        Backed { estimate: evidence.estimate(self.parameters()), voices, without_record }
    }
}
