//! What people ask about disputes, and what those say of themselves who rule in them.

use hanse_document::kind::Outcome;
use hanse_document::kind::dispute::{ArbiterTerms, Claim, Digests, Fee};
use hanse_document::kind::profile::{Languages, Skills};
use hanse_document::kind::step::MilestoneNumber;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody says of themselves who rules in disputes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "fields": ["local:wrought-iron"], "languages": ["fr", "de"], "fee": "80 EUR an hour, two hours at most",
    "terms": "Write to arbiter@a.example. I rule on what is written, and visit nobody."
}))]
pub struct ArbiterRequest {
    /// What a ruling costs; nothing if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Fee>,
    /// What they know about.
    #[serde(default)]
    pub fields: Skills,
    /// The languages that they read a dispute in, the best first.
    #[serde(default)]
    pub languages: Languages,
    /// How to reach them, and on what terms they rule.
    pub terms: ArbiterTerms,
}

/// Opens a dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "claim": "The left wing hangs two fingers too low, and nobody comes.",
    "evidence": ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    "outcome": {"then": "goes_on", "award": "Odile hangs it anew by the end of the month."}
}))]
pub struct DisputeRequest {
    /// What is wrong.
    pub claim: Claim,
    /// SHA-256 of what shows it; the files stay with you, and you hand them to whoever is to see them.
    #[serde(default)]
    pub evidence: Digests,
    /// The milestone that it is about; the whole contract if none is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milestone: Option<MilestoneNumber>,
    /// What you ask for.
    pub outcome: Outcome,
}

/// What a move of a dispute says; which of these an event takes is the step's own rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeStepRequest {
    /// `respond`: the answer; `reopen`: why you were silent; `rule`: the reasons; `appeal`: what is wrong with the ruling. Not to be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Claim>,
    /// `respond`: SHA-256 of what shows it.
    #[serde(default)]
    pub evidence: Digests,
    /// `respond`: what you ask for in turn, if you like; `settle`: how to end it, left out to agree to what the other side proposes; `rule`: how
    /// it ends, not to be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}
