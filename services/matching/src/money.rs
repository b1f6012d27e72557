//! What is asked and what is paid, made comparable: money by a published table of exchange rates, time credits hour for
//! hour, barter not at all.

use std::collections::BTreeMap;

use hanse_document::code::Currency;
use hanse_document::kind::{Pay, Per};
use hanse_document::time::Date;
use serde::{Deserialize, Serialize};

/// How a currency relates to the table's base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Millionths of the currency for one of the base, as published.
    pub micro: u64,
    /// Digits of its minor unit: 2 for cents, 0 for yen.
    pub digits: u8,
}

/// Exchange rates as somebody published them on a day. A node publishes the table it uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateTable {
    /// The day of the rates.
    pub date: Date,
    /// Who published them.
    pub source: String,
    /// The currency that all amounts are converted to; its minor unit is a hundredth.
    pub base: Currency,
    /// The others.
    pub rates: BTreeMap<String, Rate>,
}

/// The minor units of one of the base.
const BASE_MINOR: u128 = 100;
/// The most digits of a minor unit in ISO 4217.
const DIGITS_MAX: u32 = 4;

impl RateTable {
    /// An amount of minor units of a currency in minor units of the base, rounded half up; `None` for a currency that the
    /// table lacks, or a rate that is out of all proportion.
    #[must_use]
    pub fn convert(&self, amount: u64, currency: &Currency) -> Option<u64> {
        if *currency == self.base {
            return Some(amount);
        }
        let rate = self.rates.get(currency.as_str())?;
        let digits = u32::from(rate.digits);
        if rate.micro == 0 || digits > DIGITS_MAX {
            return None;
        }
        let over = u128::from(amount).checked_mul(BASE_MINOR)?.checked_mul(1_000_000)?;
        let under = 10_u128.checked_pow(digits)?.checked_mul(u128::from(rate.micro))?;
        let rounded = over.checked_add(under.checked_div(2)?)?.checked_div(under)?;
        u64::try_from(rounded).ok()
    }
}

/// What one side names, comparable with what the other names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Price {
    /// Minor units of the table's base.
    Money {
        /// What it is for.
        per: Per,
        /// The lower end of a range with two ends: a person's floor.
        floor: Option<u64>,
        /// The figure that counts: the upper end, or the only one.
        figure: Option<u64>,
    },
    /// Something in return, which nobody can price but the two.
    Barter,
    /// Hours of a time bank.
    TimeCredits {
        /// How many, if stated.
        hours: Option<u32>,
    },
}

impl Price {
    /// From a document. An amount in a currency that the table lacks is money without a figure.
    #[must_use]
    pub fn of(pay: &Pay, table: &RateTable) -> Self {
        match pay {
            Pay::Money(money) => {
                let convert =
                    |amount: Option<u64>| amount.and_then(|amount| table.convert(amount, money.currency()));
                let (low, high) = (convert(money.min()), convert(money.max()));
                Self::Money { per: money.per(), floor: high.and(low), figure: high.or(low) }
            }
            Pay::Barter(_) => Self::Barter,
            Pay::TimeCredits(credits) => Self::TimeCredits { hours: credits.hours.map(|hours| hours.get()) },
        }
    }

    /// What was asked and what is paid, if the two can be compared: the same kind, money for the same thing.
    #[must_use]
    pub fn compare(asked: Self, paid: Self) -> Compared {
        match (asked, paid) {
            (Self::Money { per, floor, figure }, Self::Money { per: other, figure: budget, .. })
                if per == other =>
            {
                match (figure, budget) {
                    (Some(asked), Some(paid)) => {
                        Compared::Both { asked, paid, below_floor: floor.is_some_and(|it| paid < it) }
                    }
                    (Some(_) | None, Some(_) | None) => Compared::Unstated,
                }
            }
            (Self::TimeCredits { hours: Some(asked) }, Self::TimeCredits { hours: Some(paid) }) => {
                Compared::Both { asked: u64::from(asked), paid: u64::from(paid), below_floor: false }
            }
            (Self::Money { .. }, Self::Money { .. })
            | (Self::Barter, Self::Barter)
            | (Self::TimeCredits { .. }, Self::TimeCredits { .. }) => Compared::Unstated,
            (Self::Money { .. } | Self::Barter | Self::TimeCredits { .. }, _) => Compared::OtherKind,
        }
    }
}

/// How two prices relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// Two figures in one unit.
    Both {
        /// What the person asks.
        asked: u64,
        /// What the job pays at most.
        paid: u64,
        /// Whether that is less than the person ever works for.
        below_floor: bool,
    },
    /// Nothing to compare: the factor is dropped.
    Unstated,
    /// One side asks for money and the other for something else.
    OtherKind,
}

/// How steeply a price above the budget counts.
const STEEP: f64 = 2.0;

/// 1 up to the budget, `exp(-2 (asked/paid - 1))` above it.
#[must_use]
pub fn fit(asked: u64, paid: u64) -> f64 {
    if asked <= paid {
        return 1.0;
    }
    let over = asked as f64 / (paid.max(1) as f64) - 1.0;
    libm::exp(-STEEP * over)
}
