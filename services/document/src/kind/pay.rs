//! What work is paid with. Money, barter and time credits are equals; none of them passes through a node.

use serde::{Deserialize, Serialize};

use crate::bounded::{Line, Number};
use crate::code::Currency;
use crate::rejection::Rejection;

/// The largest amount in minor units (cents): ten billion of a currency with two decimals, far above any contract and far
/// below 2^53.
pub const AMOUNT_MAX: u64 = 1_000_000_000_000;
/// What is bartered fits one sentence; the details belong into the text.
pub const BARTER_CHARS_MAX: usize = 500;
/// Hours of time credits: ten years of a full-time job.
pub const CREDIT_HOURS_MAX: u32 = 20_000;

/// How a job, bid or contract is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Pay {
    /// Money, paid outside.
    Money(Money),
    /// Goods or services in return.
    Barter(Barter),
    /// Hours of a time bank.
    TimeCredits(TimeCredits),
}

/// An amount of money, or a range whose ends may be unstated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "MoneyForm", into = "MoneyForm")]
pub struct Money {
    currency: Currency,
    min: Option<u64>,
    max: Option<u64>,
    per: Per,
}

/// What an amount of money is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Per {
    /// One hour of work.
    Hour,
    /// The whole of it.
    Project,
}

/// Goods or services in return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Barter {
    /// What is offered in return.
    pub offers: Line<1, BARTER_CHARS_MAX>,
}

/// Hours of a time bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeCredits {
    /// How many hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Number<1, CREDIT_HOURS_MAX>>,
}

impl Money {
    /// An amount from `min` to `max` minor units of the currency (cents), both included.
    ///
    /// # Errors
    /// [`Rejection::OutOfBounds`] above [`AMOUNT_MAX`] or when `min` is above `max`.
    pub fn new(currency: Currency, min: Option<u64>, max: Option<u64>, per: Per) -> Result<Self, Rejection> {
        let high = max.unwrap_or(AMOUNT_MAX);
        if high > AMOUNT_MAX || min.unwrap_or(0) > high {
            return Err(Rejection::OutOfBounds);
        }
        Ok(Self { currency, min, max, per })
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> &Currency {
        &self.currency
    }

    /// The least amount in minor units, if stated.
    #[must_use]
    pub const fn min(&self) -> Option<u64> {
        self.min
    }

    /// The greatest amount in minor units, if stated.
    #[must_use]
    pub const fn max(&self) -> Option<u64> {
        self.max
    }

    /// What the amount is for.
    #[must_use]
    pub const fn per(&self) -> Per {
        self.per
    }
}

/// [`Money`] as it is written, not yet checked.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MoneyForm {
    currency: Currency,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<i64>,
    per: Per,
}

impl TryFrom<MoneyForm> for Money {
    type Error = Rejection;

    fn try_from(form: MoneyForm) -> Result<Self, Self::Error> {
        let amount = |amount: Option<i64>| amount.map(u64::try_from).transpose();
        let min = amount(form.min).map_err(|_| Rejection::OutOfBounds)?;
        let max = amount(form.max).map_err(|_| Rejection::OutOfBounds)?;
        Self::new(form.currency, min, max, form.per)
    }
}

impl From<Money> for MoneyForm {
    fn from(money: Money) -> Self {
        // Cannot saturate: an amount is far below 2^63.
        let amount = |amount: Option<u64>| amount.map(|amount| i64::try_from(amount).unwrap_or(i64::MAX));
        Self { currency: money.currency, min: amount(money.min), max: amount(money.max), per: money.per }
    }
}
