//! Who rules where two do not agree: what such a person says of themselves, and how a contract names them.

use serde::{Deserialize, Serialize};

use crate::bounded::{Line, List, Text};
use crate::did::Did;
use crate::id::{DocumentId, Kind};
use crate::key::PublicKey;
use crate::kind::profile::{Languages, Skills};
use crate::kind::require_own_purpose;
use crate::name::NodeName;
use crate::rejection::Rejection;

/// How to reach an arbiter and on what terms they rule: half a page.
pub const TERMS_CHARS_MAX: usize = 2_000;
/// What it costs, on one line.
pub const FEE_CHARS_MAX: usize = 120;
/// Arbiters of one contract: one who rules, one in case of silence, one to appeal to.
pub const ARBITERS_MAX: usize = 3;

/// What a ruling costs, in the arbiter's words.
pub type Fee = Line<1, FEE_CHARS_MAX>;
/// How to reach an arbiter, and on what terms they rule.
pub type ArbiterTerms = Text<1, TERMS_CHARS_MAX>;
/// The arbiters of a contract: the first rules, the next one when it is silent or its ruling is appealed.
pub type Arbiters = List<NamedArbiter, ARBITERS_MAX>;

/// A person says that they rule in disputes. The newest of a chain of `prev` counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arbiter {
    /// What a ruling costs; nothing if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Fee>,
    /// What they know about.
    pub fields: Skills,
    /// The node that they are at home at.
    pub home: NodeName,
    /// The key that signs what they rule, and nothing else.
    pub key: PublicKey,
    /// The languages that they read a dispute in, the best first.
    pub languages: Languages,
    /// The announcement that this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<DocumentId>,
    /// Whether they can be named in new contracts; an announcement is withdrawn by one that says no.
    pub takes: bool,
    /// How to reach them, and on what terms they rule.
    pub terms: ArbiterTerms,
}

impl Arbiter {
    pub(in crate::kind) fn check(&self, issuer: &Did) -> Result<(), Rejection> {
        require_own_purpose(issuer, &self.key)?;
        self.prev.map_or(Ok(()), |prev| prev.expect_kind(&[Kind::Arbiter]))
    }
}

/// An arbiter, as an offer names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedArbiter {
    /// Who.
    pub did: Did,
    /// Where they are at home.
    pub home: NodeName,
    /// The key that signs what they rule.
    pub key: PublicKey,
    /// That they are at home where a side of the contract is, whose node could speak for them; whoever accepts the offer agrees to that. Only
    /// `true` is written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shares_home: bool,
}
