//! What one side of a contract says about the other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bounded::Number;
use crate::did::Did;
use crate::hash::{Commitment, LeafRef};
use crate::id::{DocumentId, Kind};
use crate::kind::{Misfit, require_other};
use crate::rejection::Rejection;

/// The best rating; 1 is the worst.
pub const RATING_MAX: u32 = 5;

/// 1 to 5.
pub type Rating = Number<1, RATING_MAX>;

/// What one side of a contract says about the other: the facts, without text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Ratings of single traits; which ones there are depends on the role. A missing one is unstated.
    pub axes: BTreeMap<Axis, Rating>,
    /// The contract, by its offer.
    pub contract: DocumentId,
    /// The author's own `engagement` leaf, which names the slot key of the one rated.
    pub engagement: LeafRef,
    /// The person rated. Called `id` because the credential's subject is that person.
    pub id: Did,
    /// Whether that person kept the agreed time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_time: Option<bool>,
    /// The rating as a whole.
    pub rating: Rating,
    /// The author's side of the contract.
    pub role: Role,
    /// The text, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Commitment>,
}

/// A side of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Who ordered and pays.
    Client,
    /// Who did the work.
    Freelancer,
}

/// A trait that is rated on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Of a freelancer: how good the work was.
    Quality,
    /// Of either: whether talking worked.
    Communication,
    /// Of a freelancer: knowing the craft.
    Expertise,
    /// Of a freelancer: keeping times.
    Deadlines,
    /// Of a freelancer: working together.
    Cooperation,
    /// Of a client: saying what is wanted.
    Clarity,
    /// Of a client: still wanting it later.
    ScopeStability,
    /// Of a client: paying as agreed.
    Payment,
    /// Of a client: how people are treated.
    Respect,
}

impl Role {
    /// The traits that an author of this role may rate in the other side.
    #[must_use]
    pub const fn axes(self) -> &'static [Axis] {
        match self {
            Self::Client => {
                &[Axis::Quality, Axis::Communication, Axis::Expertise, Axis::Deadlines, Axis::Cooperation]
            }
            Self::Freelancer => {
                &[Axis::Clarity, Axis::ScopeStability, Axis::Payment, Axis::Communication, Axis::Respect]
            }
        }
    }
}

impl Axis {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quality => "quality",
            Self::Communication => "communication",
            Self::Expertise => "expertise",
            Self::Deadlines => "deadlines",
            Self::Cooperation => "cooperation",
            Self::Clarity => "clarity",
            Self::ScopeStability => "scope_stability",
            Self::Payment => "payment",
            Self::Respect => "respect",
        }
    }
}

impl Review {
    pub(super) fn check(&self, issuer: &Did) -> Result<(), Misfit> {
        self.contract.expect_kind(&[Kind::Offer])?;
        require_other(issuer, &self.id)?;
        let allowed = self.role.axes();
        let Some(foreign) = self.axes.keys().find(|axis| !allowed.contains(axis)) else { return Ok(()) };
        let names: Vec<String> = allowed.iter().map(|axis| format!("`{}`", axis.name())).collect();
        let rates = match self.role {
            Role::Client => "A client rates",
            Role::Freelancer => "A freelancer rates",
        };
        let told = format!("{rates} {}.", names.join(", "));
        Err(Misfit::new(format!("axes.{}", foreign.name()), Rejection::OutOfForm.told(told)))
    }
}
