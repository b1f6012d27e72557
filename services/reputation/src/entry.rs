//! What the logs say, as far as scores read it.

use hanse_ledger::SubjectKey;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::epoch::Epoch;
use crate::fixed::Fixed;
use crate::ids::EntryId;

/// One opened review of one completed contract. The caller has checked what makes it count: the slot key, the engagement
/// that it answers, the two phases of the seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The leaf that opened the review, cited wherever the entry has an effect.
    pub id: EntryId,
    /// Who says it.
    pub author: SubjectKey,
    /// About whom.
    pub subject: SubjectKey,
    /// When, by the log that holds it.
    pub epoch: Epoch,
    /// What is said.
    pub verdict: Verdict,
    /// How large the contract was.
    pub size: Size,
}

/// How good and how bad a contract was, each from 0 to 1 in thousandths. Together at most 1: a contract is one voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    good: u16,
    bad: u16,
}

/// The steps of a [`Verdict`].
const THOUSAND: u16 = 1_000;

/// The five labels of a review, anchored to what was expected and not to stars. The middle one is comfortable to be given:
/// it says something good and nothing bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Not delivered, or the agreement broken.
    Broken,
    /// Below what was agreed.
    Below,
    /// As agreed.
    AsAgreed,
    /// Better than expected.
    Better,
    /// Among the best the author ever worked with.
    AmongTheBest,
}

impl Label {
    /// The label of a rating from 1 to 5.
    #[must_use]
    pub const fn of_rating(rating: u32) -> Option<Self> {
        match rating {
            1 => Some(Self::Broken),
            2 => Some(Self::Below),
            3 => Some(Self::AsAgreed),
            4 => Some(Self::Better),
            5 => Some(Self::AmongTheBest),
            _ => None,
        }
    }

    /// What the label weighs.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        let (good, bad) = match self {
            Self::Broken => (0, 1_000),
            Self::Below => (0, 500),
            Self::AsAgreed => (500, 0),
            Self::Better => (750, 0),
            Self::AmongTheBest => (1_000, 0),
        };
        Verdict { good, bad }
    }
}

impl Verdict {
    /// A verdict in thousandths.
    ///
    /// # Errors
    /// `TooMuch` if both together are more than a thousand.
    pub const fn new(good: u16, bad: u16) -> Result<Self, EntryError> {
        if THOUSAND < good || THOUSAND - good < bad {
            return Err(EntryError::TooMuch);
        }
        Ok(Self { good, bad })
    }

    /// Both in twenty bits.
    pub(crate) const fn packed(self) -> u32 {
        (self.good as u32) << 10 | self.bad as u32
    }

    /// From the lower twenty bits of a number.
    pub(crate) const fn unpacked(bits: u32) -> Self {
        Self { good: (bits >> 10 & 0x3ff) as u16, bad: (bits & 0x3ff) as u16 }
    }

    /// How good.
    #[must_use]
    pub fn good(self) -> Fixed {
        Fixed::ratio(u32::from(self.good), u32::from(THOUSAND))
    }

    /// How bad.
    #[must_use]
    pub fn bad(self) -> Fixed {
        Fixed::ratio(u32::from(self.bad), u32::from(THOUSAND))
    }
}

/// The size of a contract as a published band. The amount itself is in no log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// Below the least value that carries a full voice; also a contract that names no value.
    Small,
    /// Anything larger. There is no band above it: money buys no louder voice.
    Ordinary,
}

/// Why an entry does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EntryError {
    /// Author and subject are one person.
    #[error("nobody rates themselves")]
    Oneself,
    /// The id already stands for something else; a leaf id is a hash, so one of the two was made up.
    #[error("the id already stands for another entry")]
    IdReused,
    /// Good and bad together are more than one contract can be.
    #[error("good and bad together are at most a thousand")]
    TooMuch,
    /// More people or entries than this graph can number.
    #[error("the graph is full")]
    Full,
}
