//! What one person has said of another, collapsed into one opinion.

use crate::entry::{Size, Verdict};
use crate::epoch::Epoch;
use crate::fixed::Fixed;
use crate::parameters::Parameters;

/// The sum of what was said, faded. Sums of rounded terms: the order of the entries does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    good: Fixed,
    bad: Fixed,
}

/// One person's voice about another: good and bad together are at most one, however many contracts stand behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Opinion {
    pub(crate) good: Fixed,
    pub(crate) bad: Fixed,
}

impl Tally {
    pub(crate) fn add(
        &mut self,
        parameters: &Parameters,
        now: Epoch,
        then: Epoch,
        verdict: Verdict,
        size: Size,
    ) {
        let faded = match size {
            Size::Small => now.weight_of(then).times(parameters.small),
            Size::Ordinary => now.weight_of(then),
        };
        self.good += faded.times(verdict.good());
        self.bad += faded.times(verdict.bad());
    }

    /// The voice. More contracts than one make it firmer in its shares, not louder.
    pub(crate) fn opinion(self) -> Opinion {
        let total = self.good + self.bad;
        if total <= Fixed::ONE {
            return Opinion { good: self.good, bad: self.bad };
        }
        Opinion { good: self.good.over(total), bad: self.bad.over(total) }
    }

    /// How far the author leads to the other, from 0 to 1: min(1, log₂(1 + good − bad) / 2). One contract gives one half,
    /// three give one: many jobs between the same two people buy no more.
    pub(crate) fn edge(self) -> Fixed {
        self.good.less(self.bad).min(Fixed::whole(3)).log2_1p().times(Fixed::ratio(1, 2)).capped()
    }

    /// Whether the author would rather not: such people neither speak nor carry for the author.
    pub(crate) fn blocks(self) -> bool {
        self.good < self.bad
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Label;

    fn tally(labels: &[Label]) -> Tally {
        let mut tally = Tally::default();
        for label in labels {
            tally.add(&Parameters::default(), Epoch(9), Epoch(9), label.verdict(), Size::Ordinary);
        }
        tally
    }

    #[test]
    fn one_contract_is_half_an_edge_and_three_a_whole_one() {
        assert_eq!(tally(&[Label::AmongTheBest]).edge(), Fixed::ratio(1, 2));
        assert_eq!(tally(&[Label::AmongTheBest; 3]).edge(), Fixed::ONE);
        assert_eq!(tally(&[Label::AmongTheBest; 300]).edge(), Fixed::ONE);
        assert_eq!(tally(&[]).edge(), Fixed::ZERO);
    }

    #[test]
    fn a_hundred_contracts_are_one_voice() {
        let opinion = tally(&[Label::AmongTheBest; 100]).opinion();
        assert_eq!(opinion, Opinion { good: Fixed::ONE, bad: Fixed::ZERO });
        let mixed = tally(&[Label::AmongTheBest, Label::Broken, Label::Broken, Label::Broken]);
        assert_eq!(mixed.opinion(), Opinion { good: Fixed::ratio(1, 4), bad: Fixed::ratio(3, 4) });
        assert_eq!((mixed.edge(), mixed.blocks()), (Fixed::ZERO, true));
    }

    #[test]
    fn as_agreed_says_nothing_bad() {
        let opinion = tally(&[Label::AsAgreed]).opinion();
        assert_eq!(opinion, Opinion { good: Fixed::ratio(1, 2), bad: Fixed::ZERO });
    }

    #[test]
    fn eight_small_contracts_are_one() {
        let mut small = Tally::default();
        for _ in 0..8 {
            let best = Label::AmongTheBest.verdict();
            small.add(&Parameters::default(), Epoch(9), Epoch(9), best, Size::Small);
        }
        assert_eq!(small, tally(&[Label::AmongTheBest]));
    }
}
