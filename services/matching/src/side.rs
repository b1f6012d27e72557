//! The two sides of a match, what each looks at, and how much it weighs. There is no factor for payment to the node, and no
//! input that could carry one.

use serde::{Deserialize, Serialize};

/// Whose judgement it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The one who posts the job: how well this person fits it.
    Client,
    /// The one who would do it: how well this job suits them.
    Freelancer,
}

/// One thing that a side looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Factor {
    /// How far the person meets the needs that the client named.
    Skill,
    /// How alike job title and headline are.
    Title,
    /// For the client how much of what the job says is in the person's words; for the freelancer how much of what they offer is in
    /// the job's.
    Text,
    /// What is asked against what is paid.
    Rate,
    /// The languages that the work needs.
    Language,
    /// Distance, or remote work.
    Place,
    /// The other side's record, by its lower bound; 0.5 without any.
    Reputation,
}

/// How many factors there are.
pub const FACTORS: usize = 7;

impl Factor {
    /// All, in the order of every table and sum.
    pub const ALL: [Self; FACTORS] =
        [Self::Skill, Self::Title, Self::Text, Self::Rate, Self::Language, Self::Place, Self::Reputation];
}

/// One entry for each factor, in the order of [`Factor::ALL`].
pub type Row<T> = [T; FACTORS];

/// The weights of both sides, in hundredths of one side's sum: what a node publishes, and all that ranking depends on besides the
/// documents, the taxonomy and the table of exchange rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// What the client looks at.
    pub client: Row<u16>,
    /// What the freelancer looks at.
    pub freelancer: Row<u16>,
}

impl Weights {
    /// What a node starts with. Set by people, published, and never learnt from clicks.
    pub const DEFAULT: Self =
        Self { client: [26, 14, 26, 13, 9, 6, 6], freelancer: [20, 8, 18, 28, 6, 10, 10] };

    /// The weights of a side.
    #[must_use]
    pub const fn of(&self, side: Side) -> &Row<u16> {
        match side {
            Side::Client => &self.client,
            Side::Freelancer => &self.freelancer,
        }
    }
}

/// The name of these rules; a change of any formula or constant changes it.
pub const RANKER: &str = "hanse-rules-7";
