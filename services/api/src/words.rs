//! Codes and words as the document of the API describes them. The fields that hold them are text, which the use case reads.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The language of the sentences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SentenceLanguage {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

/// What a form does with words for a skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Advice {
    /// It takes the first: the one that is called so.
    Sure,
    /// It asks, once, which is meant, with the tag of one's own as an answer.
    Ask,
    /// It keeps the words as a tag of one's own: nothing is like them.
    Own,
}

/// Whose people are looked at.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Whose {
    /// Those of this node.
    Node,
    /// Those of the peers, too.
    Federation,
}

/// Where a posting can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It takes bids.
    Open,
    /// It takes no bids for a while.
    Paused,
    /// Its client has not been heard of for a while.
    Stale,
    /// Its client closed it.
    ClosedUnfilled,
    /// Every seat has an accepted offer.
    Filled,
    /// Its end date passed.
    Expired,
    /// No contract of it is running any more.
    Completed,
}

/// Where a posting stands that a saved search tells of.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum SavedState {
    /// It takes bids.
    Open,
}

/// The order of postings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The newest first.
    New,
    /// By where the words of the search stand: in the title, among the skills, in the text.
    Relevance,
}

/// Ratings of single traits, each 1 to 5. What is left out is unstated.
#[derive(Debug, ToSchema)]
pub struct Axes {
    /// Of a freelancer: how good the work was.
    #[schema(minimum = 1, maximum = 5, required = false)]
    pub quality: u8,
    /// Of either: whether talking worked.
    #[schema(minimum = 1, maximum = 5, required = false)]
    pub communication: u8,
    /// Of a freelancer: knowing the craft.
    #[schema(minimum = 1, maximum = 5, required = false)]
    pub expertise: u8,
    /// Of a freelancer: keeping times.
    #[schema(minimum = 1, maximum = 5, required = false)]
    pub deadlines: u8,
    /// Of a freelancer: working together.
    #[schema(minimum = 1, maximum = 5, required = false)]
    pub cooperation: u8,
    /// Of a client: saying what is wanted.
    #[schema(minimum = 1, maximum = 5, required = false)]
    pub clarity: u8,
    /// Of a client: still wanting it later.
    #[schema(minimum = 1, maximum = 5, required = false)]
    pub scope_stability: u8,
    /// Of a client: paying as agreed.
    #[schema(minimum = 1, maximum = 5, required = false)]
    pub payment: u8,
    /// Of a client: how people are treated.
    #[schema(minimum = 1, maximum = 5, required = false)]
    pub respect: u8,
}
