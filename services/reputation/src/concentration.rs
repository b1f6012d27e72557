//! Who speaks through a node: the share of all evidence that comes from the loudest raters, over a bounded sample.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use hanse_ledger::SubjectKey;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::epoch::Epoch;
use crate::fixed::Fixed;
use crate::graph::Graph;
use crate::score::explanation::Explanation;

/// Separates the lots of this sample from every other use of the hash.
const DOMAIN: &[u8] = b"hanse/concentration/1\n";
/// The loudest hundredth is looked at, and never fewer than one rater.
const PART: usize = 100;

/// Pairs of a viewer and a subject, drawn by lot: the same entries and epoch give the same pairs to everybody.
#[derive(Clone, Debug)]
pub struct Sample {
    epoch: Epoch,
    raters: Vec<SubjectKey>,
    rated: Vec<SubjectKey>,
}

/// The share of the loudest raters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Concentration {
    /// Pairs that were drawn.
    pub pairs: u32,
    /// Pairs of whose subject the viewer knew something.
    pub covered: u32,
    /// Everybody who has rated somebody.
    pub raters: u32,
    /// What the loudest hundredth of them says, of all that is said; at most one. None if nothing is.
    pub loudest: Option<Fixed>,
}

/// Adds up what is said.
#[derive(Clone, Debug, Default)]
pub struct Loudness {
    pairs: u32,
    covered: u32,
    by: BTreeMap<SubjectKey, Fixed>,
}

impl Graph {
    /// Everybody from whom pairs can be drawn.
    #[must_use]
    pub fn sample(&self) -> Sample {
        let (raters, rated) = self.people();
        Sample { epoch: self.epoch(), raters, rated }
    }
}

impl Sample {
    /// The pair of a number, if there is anybody to draw and the lot does not fall on one person twice.
    #[must_use]
    pub fn pair(&self, number: u32) -> Option<(SubjectKey, SubjectKey)> {
        let digest = Sha256::new()
            .chain_update(DOMAIN)
            .chain_update(self.epoch.0.to_be_bytes())
            .chain_update(number.to_be_bytes())
            .finalize();
        let lot =
            |from: usize| digest.iter().skip(from).take(8).fold(0, |lot, byte| (lot << 8) | u64::from(*byte));
        let pick = |people: &[SubjectKey], lot: u64| {
            let count = u64::try_from(people.len()).ok()?;
            let place = usize::try_from(lot.checked_rem(count)?).ok()?;
            people.get(place).copied()
        };
        let (viewer, subject) = (pick(&self.raters, lot(0))?, pick(&self.rated, lot(8))?);
        (viewer != subject).then_some((viewer, subject))
    }

    /// Everybody whom somebody has rated, sorted.
    #[must_use]
    pub fn rated(&self) -> &[SubjectKey] {
        &self.rated
    }

    /// How many people have rated somebody.
    #[must_use]
    pub fn raters(&self) -> usize {
        self.raters.len()
    }
}

impl Loudness {
    /// Counts a pair.
    pub fn add(&mut self, seen: &Explanation) {
        self.pairs = self.pairs.saturating_add(1);
        self.covered = self.covered.saturating_add(u32::from(seen.score.finding.estimate.is_some()));
        for voice in &seen.voices {
            *self.by.entry(voice.rater).or_default() += voice.amount;
        }
    }

    /// The share of the loudest, of so many raters in all.
    #[must_use]
    pub fn share(&self, raters: usize) -> Concentration {
        let mut amounts: Vec<Fixed> = self.by.values().copied().collect();
        amounts.sort_unstable_by_key(|amount| Reverse(*amount));
        let all: Fixed = amounts.iter().copied().sum();
        let loudest: Fixed = amounts.iter().copied().take(raters.div_ceil(PART)).sum();
        Concentration {
            pairs: self.pairs,
            covered: self.covered,
            raters: u32::try_from(raters).unwrap_or(u32::MAX),
            loudest: (Fixed::ZERO < all).then(|| loudest.over(all)),
        }
    }
}
