//! Saved searches, their alerts, and mutual picks.

use hanse_matching::explain::Explanation;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::requests::JobQuery;

/// A search that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SavedSearchView {
    /// Its id.
    pub id: String,
    /// What they call it.
    pub label: String,
    /// What they asked.
    pub query: JobQuery,
    /// Since when.
    pub made_at: String,
    /// When a posting last fitted and led to no alert, to the day: one search has at most 100 alerts in 24 hours, ten of them about one
    /// client. The search itself finds them all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_at: Option<String>,
    /// Whether an earlier request with the same key kept it; not in the body, which is the same.
    #[serde(skip)]
    pub replayed: bool,
}

/// A posting that fits a saved search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertView {
    /// Its place: later ones are larger, not all numbers are one's own. The `id` of the event.
    pub position: i64,
    /// `job.published`. The name of the event.
    pub event: String,
    /// Id of the saved search.
    pub search: String,
    /// What the person calls it.
    pub label: String,
    /// Id of the posting.
    pub job: String,
    /// Its title.
    pub title: String,
    /// Who posted it.
    pub client: String,
    /// The node that keeps the order of everything under it.
    pub home: String,
    /// When it was found to fit.
    pub at: String,
}

/// The pairs of the newest night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Picks {
    /// The UTC day; absent before the first night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// When they were made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<String>,
    /// The pairs that the person is in, best first.
    pub items: Vec<Pick>,
}

/// A job and a person of which neither would rather have another one that would rather have them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pick {
    /// What you are in it: `freelancer` or `client`.
    pub role: String,
    /// Id of the job.
    pub job: String,
    /// Its title.
    pub title: String,
    /// Who posted it.
    pub client: String,
    /// The node that keeps the order of everything under it.
    pub home: String,
    /// The freelancer.
    pub freelancer: String,
    /// What the score is made of, as it was that night.
    pub explanation: Explanation,
    /// The same for people to read, as your side sees it.
    pub sentences: Vec<String>,
}
