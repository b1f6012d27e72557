//! Non-negative numbers in units of 2⁻⁴⁰. Every operation rounds down, so that sums of shares never exceed the whole and no
//! machine differs from another.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Serialize, Serializer};

/// A number from 0 to 2²⁴ in steps of 2⁻⁴⁰.
///
/// Sums saturate: the largest that occur are counts of people, which stay below 2²⁴. Serialized as a string of the whole
/// number of steps, because 64 bits do not fit a JSON number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(value_type = String, example = "1099511627776"))]
pub struct Fixed(u64);

impl Fixed {
    /// Bits behind the point. 40 leave room to multiply a sum of 128 shares by another within 128 bits.
    pub const BITS: u32 = 40;
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One: a full voice, a certain success.
    pub const ONE: Self = Self(1 << Self::BITS);

    /// The number that has `steps` steps of 2⁻⁴⁰.
    #[must_use]
    pub const fn from_steps(steps: u64) -> Self {
        Self(steps)
    }

    /// How many steps of 2⁻⁴⁰.
    #[must_use]
    pub const fn steps(self) -> u64 {
        self.0
    }

    /// A whole number.
    #[must_use]
    pub const fn whole(number: u32) -> Self {
        Self((number as u64) << Self::BITS)
    }

    /// `numerator / denominator`, rounded down; a denominator of 0 counts as 1.
    #[must_use]
    pub const fn ratio(numerator: u32, denominator: u32) -> Self {
        let denominator = if denominator == 0 { 1 } else { denominator };
        Self(((numerator as u64) << Self::BITS) / denominator as u64)
    }

    /// The product.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self(narrow((wide(self) * wide(other)) >> Self::BITS))
    }

    /// The quotient; division by zero gives the largest number, as a share of nothing is bounded by whatever bounds it next.
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        Self((wide(self) << Self::BITS).checked_div(wide(other)).map_or(u64::MAX, narrow))
    }

    /// `self · part / total` with one rounding.
    #[must_use]
    pub fn scaled(self, part: Self, total: Self) -> Self {
        Self((wide(self) * wide(part)).checked_div(wide(total)).map_or(u64::MAX, narrow))
    }

    /// The difference, or zero.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// At most one.
    #[must_use]
    pub fn capped(self) -> Self {
        self.min(Self::ONE)
    }

    /// The square root.
    #[must_use]
    pub fn root(self) -> Self {
        Self(narrow((wide(self) << Self::BITS).isqrt()))
    }

    /// log₂(1 + self), digit by digit: squaring a number between 1 and 2 shows the next binary digit of its logarithm.
    #[must_use]
    pub fn log2_1p(self) -> Self {
        let one = wide(Self::ONE);
        let mut number = one + wide(self);
        let whole = number.ilog2() - Self::BITS;
        number >>= whole;
        let mut digits = 0_u64;
        for _ in 0..Self::BITS {
            number = (number * number) >> Self::BITS;
            digits <<= 1;
            if 2 * one <= number {
                number >>= 1;
                digits |= 1;
            }
        }
        Self((u64::from(whole) << Self::BITS) | digits)
    }
}

impl Add for Fixed {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Fixed {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Fixed {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ZERO, Self::add)
    }
}

impl fmt::Display for Fixed {
    /// Rounded down, to three digits or to the precision asked for (at most six).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(3).min(6);
        let scale = (0..digits).fold(1_u64, |scale, _| scale * 10);
        let fraction = self.0 & (Self::ONE.0 - 1);
        let shown = narrow((u128::from(fraction) * u128::from(scale)) >> Self::BITS);
        let whole = self.0 >> Self::BITS;
        if digits == 0 { write!(f, "{whole}") } else { write!(f, "{whole}.{shown:0digits$}") }
    }
}

impl Serialize for Fixed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

fn wide(number: Fixed) -> u128 {
    u128::from(number.0)
}

fn narrow(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(Fixed::ONE.log2_1p(), Fixed::ONE);
        assert_eq!(Fixed::whole(3).log2_1p(), Fixed::whole(2));
        assert_eq!(Fixed::ZERO.log2_1p(), Fixed::ZERO);
        assert_eq!(Fixed::whole(9).root(), Fixed::whole(3));
        assert_eq!(Fixed::ratio(1, 4).root(), Fixed::ratio(1, 2));
        assert_eq!(Fixed::ONE.over(Fixed::whole(3)), Fixed::ratio(1, 3));
        assert_eq!(Fixed::ONE.over(Fixed::ZERO), Fixed::from_steps(u64::MAX));
        // log2(1.5) = 0.584962500721156181453738943947… ; times 2^40, rounded down, is 643173071355.
        let exact = 643_173_071_355;
        let ours = Fixed::ratio(1, 2).log2_1p().steps();
        assert!(exact - 64 <= ours && ours <= exact, "{ours}");
    }

    #[test]
    fn display_rounds_down() {
        assert_eq!(Fixed::ratio(2, 3).to_string(), "0.666");
        assert_eq!(format!("{:.0} {:.6}", Fixed::whole(7), Fixed::ratio(1, 1_000)), "7 0.000999");
    }

    proptest! {
        #[test]
        fn a_root_is_the_largest_whose_square_fits(steps in 0_u64..1 << 50) {
            let number = Fixed::from_steps(steps);
            let root = number.root();
            let above = Fixed::from_steps(root.steps() + 1);
            prop_assert!(wide(root) * wide(root) <= wide(number) << Fixed::BITS);
            prop_assert!(wide(number) << Fixed::BITS < wide(above) * wide(above));
        }

        #[test]
        fn a_logarithm_grows(a in 0_u64..1 << 45, b in 0_u64..1 << 45) {
            let (small, large) = (a.min(b), a.max(b));
            prop_assert!(Fixed::from_steps(small).log2_1p() <= Fixed::from_steps(large).log2_1p());
        }

        #[test]
        fn a_logarithm_of_a_product_is_a_sum(a in 0_u64..1 << 41, b in 0_u64..1 << 41) {
            let (x, y) = (Fixed::from_steps(a), Fixed::from_steps(b));
            let product = x + y + x.times(y);
            let sum = x.log2_1p() + y.log2_1p();
            prop_assert!(sum.steps().abs_diff(product.log2_1p().steps()) < 256);
        }
    }
}
