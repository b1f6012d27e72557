//! A dispute over a contract, and how it may end.

mod arbiter;

use serde::{Deserialize, Serialize};

use crate::bounded::{Line, List, Text};
use crate::hash::Digest;
use crate::id::{DocumentId, Kind};
use crate::kind::step::MilestoneNumber;
use crate::name::NodeName;
use crate::rejection::Rejection;

pub use arbiter::{
    ARBITERS_MAX, Arbiter, ArbiterTerms, Arbiters, FEE_CHARS_MAX, Fee, NamedArbiter, TERMS_CHARS_MAX,
};

/// What is said in a dispute at a time: about a page. What is longer is evidence.
pub const CLAIM_CHARS_MAX: usize = 4_000;
/// What one side owes the other, on a line or two.
pub const AWARD_CHARS_MAX: usize = 500;
/// Files that are named as evidence at a time. Whoever has more puts them into one.
pub const EVIDENCE_MAX: usize = 20;

/// What is said in a dispute: a claim, an answer, the reasons of a ruling.
pub type Claim = Text<1, CLAIM_CHARS_MAX>;
/// What one side owes the other.
pub type Award = Line<1, AWARD_CHARS_MAX>;
/// SHA-256 of files that are evidence; they stay with their owner, who hands them to the others.
pub type Digests = List<Digest, EVIDENCE_MAX>;

/// What becomes of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It goes on where it stood.
    GoesOn,
    /// It is closed.
    Closes,
    /// It is ended for cause.
    Terminates,
}

impl Then {
    const ALL: [Self; 3] = [Self::GoesOn, Self::Closes, Self::Terminates];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GoesOn => "goes_on",
            Self::Closes => "closes",
            Self::Terminates => "terminates",
        }
    }
}

impl std::str::FromStr for Then {
    type Err = Rejection;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|then| then.name() == text).ok_or(Rejection::OutOfForm)
    }
}

/// How a dispute ends: as somebody proposes it, as both agree, or as an arbiter rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// What one side owes the other. No node moves money: it is kept or not like any other promise, and everybody who may see the contract
    /// sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub award: Option<Award>,
    /// What becomes of the contract.
    pub then: Then,
}

/// One side of a contract opens a dispute with the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispute {
    /// What is wrong.
    pub claim: Claim,
    /// The contract: its offer.
    pub contract: DocumentId,
    /// What shows it.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub evidence: Digests,
    /// The milestone that it is about; the whole contract if none is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milestone: Option<MilestoneNumber>,
    /// What the claimant asks for.
    pub outcome: Outcome,
    /// The job's home.
    pub to: NodeName,
}

impl Dispute {
    pub(super) fn check(&self) -> Result<(), Rejection> {
        self.contract.expect_kind(&[Kind::Offer])
    }
}
