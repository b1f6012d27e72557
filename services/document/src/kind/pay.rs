//! What work is paid with. Money, barter and time credits are equals; none of them passes through a node.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::bounded::{Line, Number};
use crate::code::Currency;
use crate::fault::Fault;
use crate::rejection::Rejection;

/// The largest amount in minor units (cents): ten billion of a currency with two decimals, far above any contract and far
/// below 2^53.
pub const AMOUNT_MAX: u64 = 1_000_000_000_000;
/// What is bartered fits one sentence; the details belong into the text.
pub const BARTER_CHARS_MAX: usize = 500;
/// Hours of time credits: ten years of a full-time job.
pub const CREDIT_HOURS_MAX: u32 = 20_000;

/// What is given in return, in words.
pub type Offers = Line<1, BARTER_CHARS_MAX>;
/// Hours of a time bank.
pub type CreditHours = Number<1, CREDIT_HOURS_MAX>;

/// How a job, bid or contract is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PayForm", into = "PayForm")]
pub enum Pay {
    /// Money, paid outside.
    Money(Money),
    /// Goods or services in return.
    Barter(Barter),
    /// Hours of a time bank.
    TimeCredits(TimeCredits),
}

/// What is given in return for work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PayKind {
    /// Money.
    Money,
    /// Something else in exchange.
    Barter,
    /// Hours of somebody's time.
    TimeCredits,
}

impl PayKind {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Barter => "barter",
            Self::TimeCredits => "time_credits",
        }
    }
}

impl Pay {
    /// Which of the three it is.
    #[must_use]
    pub const fn kind(&self) -> PayKind {
        match self {
            Self::Money(_) => PayKind::Money,
            Self::Barter(_) => PayKind::Barter,
            Self::TimeCredits(_) => PayKind::TimeCredits,
        }
    }
}

/// An amount of money, or a range whose ends may be unstated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    currency: Currency,
    min: Option<u64>,
    max: Option<u64>,
    per: Per,
}

/// What an amount of money is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Per {
    /// One hour of work.
    Hour,
    /// The whole of it.
    Project,
}

impl Per {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Project => "project",
        }
    }
}

/// Goods or services in return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barter {
    /// What is offered in return.
    pub offers: Offers,
}

/// Hours of a time bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeCredits {
    /// How many hours.
    pub hours: Option<CreditHours>,
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

impl fmt::Display for Pay {
    /// In words, with amounts as people write them: `up to 80.50 EUR for the project`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(money) => money.fmt(f),
            Self::Barter(Barter { offers }) => write!(f, "barter: {offers}"),
            Self::TimeCredits(TimeCredits { hours: Some(hours) }) => {
                write!(f, "{hours} hours of time credits")
            }
            Self::TimeCredits(TimeCredits { hours: None }) => f.write_str("time credits"),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let currency = &self.currency;
        let major = |minor| currency.major(minor);
        match (self.min, self.max) {
            (Some(min), Some(max)) if min == max => write!(f, "{} {currency}", major(min)),
            (Some(min), Some(max)) => write!(f, "{}–{} {currency}", major(min), major(max)),
            (Some(min), None) => write!(f, "from {} {currency}", major(min)),
            (None, Some(max)) => write!(f, "up to {} {currency}", major(max)),
            (None, None) => write!(f, "{currency}, the amount unstated,"),
        }?;
        f.write_str(match self.per {
            Per::Hour => " per hour",
            Per::Project => " for the project",
        })
    }
}

/// What is given in return: `{"kind":"money","currency":"EUR","min":…,"max":…,"per":"hour"|"project"}` (minor units),
/// `{"kind":"barter","offers":"…"}` or `{"kind":"time_credits","hours":…}`.
// [`Pay`] as it is written, not yet checked.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = Pay))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum PayForm {
    /// Money, in minor units of a currency.
    Money {
        /// Of which currency.
        currency: Currency,
        /// At least.
        #[cfg_attr(feature = "schema", schema(minimum = 0, maximum = 1_000_000_000_000_i64))]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        /// At most.
        #[cfg_attr(feature = "schema", schema(minimum = 0, maximum = 1_000_000_000_000_i64))]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
        /// For what.
        per: Per,
    },
    /// Something else in exchange.
    Barter {
        /// What.
        offers: Offers,
    },
    /// Hours of somebody's time.
    TimeCredits {
        /// How many.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hours: Option<CreditHours>,
    },
}

impl TryFrom<PayForm> for Pay {
    type Error = Fault;

    fn try_from(form: PayForm) -> Result<Self, Self::Error> {
        match form {
            PayForm::Money { currency, min, max, per } => {
                let (least, most) = (amount("min", min)?, amount("max", max)?);
                let money = Money::new(currency, least, most, per).map_err(|rejection| {
                    // Both are within the bounds of an amount.
                    let [least, most] = [least, most].map(Option::unwrap_or_default);
                    rejection.told(format!("`min` is {least}, above `max`, which is {most}."))
                })?;
                Ok(Self::Money(money))
            }
            PayForm::Barter { offers } => Ok(Self::Barter(Barter { offers })),
            PayForm::TimeCredits { hours } => Ok(Self::TimeCredits(TimeCredits { hours })),
        }
    }
}

fn amount(name: &str, amount: Option<i64>) -> Result<Option<u64>, Fault> {
    let within = |amount: i64| u64::try_from(amount).ok().filter(|amount| *amount <= AMOUNT_MAX);
    let told = |amount| format!("`{name}` is 0 to {AMOUNT_MAX} minor units (cents); this is {amount}.");
    amount.map(|amount| within(amount).ok_or_else(|| Rejection::OutOfBounds.told(told(amount)))).transpose()
}

impl From<Pay> for PayForm {
    fn from(pay: Pay) -> Self {
        // Cannot saturate: an amount is far below 2^63.
        let amount = |amount: Option<u64>| amount.map(|amount| i64::try_from(amount).unwrap_or(i64::MAX));
        match pay {
            Pay::Money(Money { currency, min, max, per }) => {
                Self::Money { currency, min: amount(min), max: amount(max), per }
            }
            Pay::Barter(Barter { offers }) => Self::Barter { offers },
            Pay::TimeCredits(TimeCredits { hours }) => Self::TimeCredits { hours },
        }
    }
}
