//! Disputes, and people who rule in them.

use hanse_document::kind::Outcome;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Clock;

/// Somebody who rules in disputes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ArbiterView {
    /// Who.
    pub did: String,
    /// Where they are at home: a node that could speak for them.
    pub home: String,
    /// Whether they can be named in new contracts.
    pub takes: bool,
    /// What a ruling costs; nothing if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// What they know about.
    pub fields: Vec<String>,
    /// The languages that they read a dispute in.
    pub languages: Vec<String>,
    /// How to reach them, and on what terms they rule; absent once it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    /// The key that signs what they rule, 64 hex digits.
    pub key: String,
    /// The signed document.
    pub document: String,
    /// What came of asking them, as far as this node knows; their home knows all of it.
    pub record: ArbiterRecordView,
    /// When they last said so.
    pub changed_at: String,
}

/// What came of asking an arbiter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ArbiterRecordView {
    /// Rulings given.
    pub rulings: i64,
    /// Of these, those that a side has appealed.
    pub appeals: i64,
    /// Disputes in which they were asked and did not rule in time.
    pub silent: i64,
}

/// An arbiter of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamedArbiterView {
    /// Who.
    pub did: String,
    /// Where they are at home.
    pub home: String,
    /// Whether that is where a side of the contract is, which both have agreed to.
    #[serde(default)]
    pub shares_home: bool,
    /// In a dispute: `asked`, `ruled`, `appealed`, `silent`; absent of who was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// A dispute of a contract, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContractDispute {
    /// Which.
    pub id: String,
    /// The milestone that it is about; all of the contract if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milestone: Option<i32>,
    /// Where it stands.
    pub state: String,
}

/// A dispute, seen by a side of the contract or by an arbiter who was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DisputeView {
    /// Which.
    pub id: String,
    /// Over which contract.
    pub contract: String,
    /// The milestone that it is about; all of the contract if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milestone: Option<i32>,
    /// The client.
    pub client: String,
    /// The freelancer.
    pub freelancer: String,
    /// The home that keeps the order.
    pub home: String,
    /// Who opened it: `client` or `freelancer`.
    pub claimant: String,
    /// The viewer's part: `client`, `freelancer` or `arbiter`.
    pub role: String,
    /// Where it stands.
    pub state: String,
    /// What the viewer may do now.
    pub allowed: Vec<String>,
    /// The last document of its chain; the `ETag` of the edge.
    pub head: String,
    /// What is wrong, in the claimant's words; absent once it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// SHA-256 of what shows it.
    pub evidence: Vec<String>,
    /// What the claimant asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_for: Option<Outcome>,
    /// How it ended, or would as it stands: as claimed and not answered, as both agreed, as ruled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Whether that is what was claimed and not answered.
    pub by_default: bool,
    /// The settlement that is proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<SettlementView>,
    /// The arbiters of the contract, in the order in which they are asked.
    pub arbiters: Vec<NamedArbiterView>,
    /// What was to be done, by the terms that held when it was opened; empty once they were erased.
    pub scope: String,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// For what, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_text: Option<String>,
    /// What happens by itself, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// What happened so far, with all that was said.
    pub history: Vec<DisputeMove>,
    /// A move of the viewer that is on its way to the home that keeps the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<String>,
    /// Why that home refused the viewer's last move, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// When it was opened.
    pub opened_at: String,
    /// When it last moved.
    pub changed_at: String,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
}

/// A settlement that one side proposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettlementView {
    /// `client` or `freelancer`.
    pub by: String,
    /// How to end it; absent once it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// One move in the life of a dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DisputeMove {
    /// What happened.
    pub event: String,
    /// The state it led to.
    pub state: String,
    /// `client`, `freelancer`, `arbiter` or `node`.
    pub actor: String,
    /// The signed document; absent where a clock moved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// SHA-256 of what shows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// How to end it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// When this node learned it.
    pub at: String,
}
