//! Time in steps of thirty days, and how evidence fades.

use serde::{Deserialize, Serialize};

use crate::fixed::Fixed;

/// Days in an epoch. A month: coarse enough that scores rest between two entries, fine enough against a half-life of years.
const DAYS: u32 = 30;
/// Epochs after which evidence weighs half. Measured: between one and two years nothing is gained by forgetting faster,
/// and people who paused would lose.
const HALF_LIFE: u32 = 24;
/// ⌊2⁴⁰ · 2^(−k/24)⌋ for k = 0 … 23. Written out so that no machine computes them differently.
const FADING: [u64; 24] = [
    1_099_511_627_776,
    1_068_210_666_054,
    1_037_800_781_952,
    1_008_256_608_221,
    979_553_499_766,
    951_667_513_091,
    924_575_386_326,
    898_254_519_820,
    872_682_957_291,
    847_839_367_509,
    823_703_026_502,
    800_253_800_272,
    777_472_127_993,
    755_339_005_702,
    733_835_970_439,
    712_945_084_849,
    692_648_922_219,
    672_930_551_941,
    653_773_525_389,
    635_161_862_196,
    617_080_036_926,
    599_512_966_122,
    582_445_995_723,
    565_864_888_842,
];

/// A number of thirty-day steps since 1970-01-01. Which one an entry belongs to is read from the log, never from what an
/// author claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Epoch(pub u32);

impl Epoch {
    /// The epoch of a day, counted from 1970-01-01.
    #[must_use]
    pub const fn of_day(day: u32) -> Self {
        Self(day / DAYS)
    }

    /// Its first day.
    #[must_use]
    pub const fn first_day(self) -> u32 {
        self.0.saturating_mul(DAYS)
    }

    /// What evidence of `then` weighs in this epoch, from 1 downwards. The future counts as now: a clock ahead gains nothing.
    #[must_use]
    pub fn weight_of(self, then: Self) -> Fixed {
        let age = self.0.saturating_sub(then.0);
        let (halvings, rest) = (age / HALF_LIFE, age % HALF_LIFE);
        let fraction =
            usize::try_from(rest).ok().and_then(|rest| FADING.get(rest)).copied().unwrap_or_default();
        Fixed::from_steps(fraction.checked_shr(halvings).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `base^exponent` in base 2³², least digit first.
    fn power(base: u64, exponent: usize) -> Vec<u64> {
        let mut digits = vec![1_u64];
        for _ in 0..exponent {
            let mut carry = 0_u128;
            for digit in &mut digits {
                let product = u128::from(*digit) * u128::from(base) + carry;
                *digit = u64::try_from(product & 0xffff_ffff).unwrap();
                carry = product >> 32;
            }
            while 0 < carry {
                digits.push(u64::try_from(carry & 0xffff_ffff).unwrap());
                carry >>= 32;
            }
        }
        digits
    }

    fn at_most(a: &[u64], b: &[u64]) -> bool {
        a.len() < b.len() || (a.len() == b.len() && a.iter().rev().le(b.iter().rev()))
    }

    #[test]
    fn the_table_is_what_its_formula_says() {
        for (k, value) in FADING.iter().enumerate() {
            let bound = power(2, 40 * 24 - k);
            assert!(at_most(&power(*value, 24), &bound), "{k} is too large");
            assert!(!at_most(&power(*value + 1, 24), &bound), "{k} is too small");
        }
    }

    #[test]
    fn evidence_halves_and_ends() {
        let now = Epoch(2_000);
        assert_eq!(now.weight_of(Epoch(2_000)), Fixed::ONE);
        assert_eq!(now.weight_of(Epoch(1_976)), Fixed::ratio(1, 2));
        assert_eq!(now.weight_of(Epoch(0)), Fixed::ZERO);
        assert_eq!(now.weight_of(Epoch(u32::MAX)), Fixed::ONE, "the future counts as now");
        assert_eq!(Epoch(u32::MAX).weight_of(Epoch(0)), Fixed::ZERO);
        assert_eq!(Epoch::of_day(59), Epoch(1));
    }
}
