//! Lists of people for a job and of jobs for a person, with their reasons, and what the node ranks with.

use std::collections::BTreeMap;

use hanse_matching::explain::{Explanation, WhyNot};
use hanse_matching::side::{Factor, Row, Weights};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::JobView;

/// Hundredths of a side's sum, by factor, for each side.
pub type WeightsByName = BTreeMap<String, BTreeMap<String, u16>>;

/// The weights of both sides with the names of what they weigh.
#[must_use]
pub fn weights_by_name(weights: &Weights) -> WeightsByName {
    let row = |row: &Row<u16>| Factor::ALL.iter().map(name).zip(row.iter().copied()).collect();
    BTreeMap::from([
        ("client".to_owned(), row(&weights.client)),
        ("freelancer".to_owned(), row(&weights.freelancer)),
    ])
}

fn name(factor: &Factor) -> String {
    match serde_json::to_value(factor) {
        Ok(Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}

/// Who fits a job, best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Matches {
    /// The job.
    pub job: String,
    /// Whose classification the names of skills are from.
    pub attribution: String,
    /// The language of the sentences.
    pub language: String,
    /// How many people are in the whole list, of which these are the best: compared by all factors, and fit.
    pub ranked: usize,
    /// What each side looks at and how much it weighs, in hundredths: `client` and `freelancer`, by factor.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, u16>>)]
    pub weights: WeightsByName,
    /// Skills that the job names and this node does not know; they count for nothing.
    pub unknown_skills: Vec<String>,
    /// Whether this look counts as attention for those who are shown: the first one of the job's own client on a day does.
    pub counted: bool,
    /// The people.
    pub items: Vec<Match>,
    /// What became of asking each peer; empty if only this node was asked for.
    pub peers: Vec<PeerAnswer>,
}

/// One person for a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Match {
    /// The place in this list, from 1. The place by score alone is in the explanation.
    pub place: u32,
    /// Who.
    pub did: String,
    /// Their home node.
    pub home: String,
    /// What they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The line under the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Skills of their profile that this node does not know; they count for nothing.
    pub unknown_skills: Vec<String>,
    /// What the score is made of: it recomputes from this alone, to the last digit.
    pub explanation: Explanation,
    /// The same for people to read, the most important first.
    pub sentences: Vec<String>,
}

/// What became of asking a peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeerAnswer {
    /// Its name.
    pub node: String,
    /// How it took part.
    pub outcome: PeerOutcome,
    /// People of theirs who could be shown.
    pub people: u32,
    /// People about whom the peer said what is not so: a profile that is not theirs, not signed, or replaced, or other factors
    /// than their profile gives. What is computed here counts.
    pub contradicted: u32,
    /// People who are left out and nobody is to blame: this node does not know them yet, or stops them by what only it knows.
    pub skipped: u32,
}

/// How a peer took part in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PeerOutcome {
    /// It answered, and finds people as this node does.
    Answered,
    /// It answered, and finds people by another taxonomy; they are ranked by the one here.
    OtherTaxonomy,
    /// It answered, and finds people by other rules; they are ranked by those here.
    OtherRules,
    /// It did not answer within two seconds, now or a moment ago.
    Late,
    /// It has too much to do.
    Busy,
    /// It is not connected.
    Away,
    /// It does not search for this job.
    Refused,
    /// Its answer could not be read.
    Unreadable,
    /// It was not asked: the process of this node that speaks with peers did not answer.
    Unasked,
}

impl PeerOutcome {
    /// Whether it said what it has to say.
    pub const fn is_heard(self) -> bool {
        match self {
            Self::Answered | Self::OtherTaxonomy | Self::OtherRules => true,
            Self::Late | Self::Busy | Self::Away | Self::Refused | Self::Unreadable | Self::Unasked => false,
        }
    }
}

/// Why somebody is not shown for a job, or where they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhyNotMe {
    /// The job.
    pub job: String,
    /// Who.
    pub did: String,
    /// Whose classification the names of skills are from.
    pub attribution: String,
    /// The language of the sentences.
    pub language: String,
    /// Skills of their profile that this node does not know; they count for nothing.
    pub unknown_skills: Vec<String>,
    /// What stops them (`stopped`), what they would need to be listed at all (`unfit`), or their place with the reasons (`ranked`).
    pub answer: WhyNot,
    /// The same for people to read.
    pub sentences: Vec<String>,
}

/// Open jobs for a person, best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recommended {
    /// Who.
    pub did: String,
    /// Whose classification the names of skills are from.
    pub attribution: String,
    /// The language of the sentences.
    pub language: String,
    /// What each side looks at and how much it weighs, in hundredths: `client` and `freelancer`, by factor.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, u16>>)]
    pub weights: WeightsByName,
    /// The jobs.
    pub items: Vec<RecommendedJob>,
}

/// One job for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecommendedJob {
    /// The place in this list, from 1.
    pub place: u32,
    /// The job.
    pub job: JobView,
    /// What the score is made of; its place is the one in this list.
    pub explanation: Explanation,
    /// The same for people to read, as the freelancer sees it.
    pub sentences: Vec<String>,
}

/// What a node ranks with, and since when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Transparency {
    /// What is in force.
    #[serde(flatten)]
    pub setting: RankingSetting,
    /// People who can be found; absent while the index is being built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<usize>,
    /// Open jobs that can be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs: Option<usize>,
    /// Who speaks through this node's scores; absent while its logs are being read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concentration: Option<Concentration>,
    /// What was in force since when, the newest first.
    pub changes: Vec<SettingChange>,
}

/// How much of all evidence the loudest raters give, over a sample of pairs drawn by lot; measured at most once an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Concentration {
    /// Pairs of a viewer and a subject.
    pub pairs: u32,
    /// Pairs of whose subject the viewer knew something.
    pub covered: u32,
    /// Everybody who has rated somebody.
    pub raters: u32,
    /// What the loudest hundredth of the raters, and at least one, says of all that is heard, in thousandths. Absent if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loudest_thousandths: Option<u32>,
}

/// All that a ranking depends on besides the documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RankingSetting {
    /// The rules. A change of any formula or constant changes their name.
    pub ranker: String,
    /// What each side looks at and how much it weighs, in hundredths: `client` and `freelancer`, by factor.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, u16>>)]
    pub weights: WeightsByName,
    /// Nobody is listed whose needed skills and shared words together are below this, in hundredths.
    pub fits_percent: u32,
    /// How attention is shared.
    pub fairness: Fairness,
    /// What ranking never looks at; it has no input for them.
    pub not_used: Vec<String>,
    /// The skills and trades.
    pub taxonomy: TaxonomyInForce,
    /// The exchange rates.
    pub rates: RatesInForce,
    /// How records are judged.
    pub reputation: ReputationRules,
}

/// How attention is shared between people who are about as good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fairness {
    /// How much worse than the tenth somebody may be who is lifted, in hundredths.
    pub bound_percent: u32,
    /// The places that are kept for somebody new, from 1.
    pub newcomer_places: Vec<usize>,
    /// Fewer completed contracts than this is new.
    pub newcomer_contracts: u32,
    /// How much of the tenth's skill somebody new needs for such a place, in hundredths.
    pub newcomer_skill_percent: u32,
    /// Days after which attention counts half.
    pub half_life_days: u32,
}

/// The skills and trades in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaxonomyInForce {
    /// Its version.
    pub version: String,
    /// Two nodes with one digest rank alike.
    pub digest: String,
    /// What to show beside its names.
    pub attribution: String,
    /// How many skills, trades and groups.
    pub concepts: usize,
}

/// The exchange rates in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RatesInForce {
    /// Of which day.
    #[schema(format = Date)]
    pub date: String,
    /// Who published them.
    pub source: String,
    /// The currency that prices are compared in.
    pub base: String,
}

/// How records are judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReputationRules {
    /// The rules.
    pub version: String,
    /// Their numbers.
    pub parameters: BTreeMap<String, Value>,
}

/// A change of the inputs of the ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SettingChange {
    /// Since when.
    pub at: String,
    /// Which parts differ from what was before; empty for the first.
    pub changed: Vec<String>,
    /// All of it.
    pub setting: Value,
}
