//! Who somebody is to those who deal with them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The other side of a bid, an invitation or a contract: what they say of themselves, and what the logs say of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonView {
    /// Who.
    pub did: String,
    /// Their home node.
    pub home: String,
    /// What they call themselves; absent if they do not say, or no profile of theirs has come here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The line under the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Always true: name and headline are their own words, and nobody has checked them.
    pub self_declared: bool,
    /// The profile that says so; of somebody of another home the newest that came with a document of theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// When it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_at: Option<String>,
    /// What the logs say of them; absent until this node has read the logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordSummary>,
}

/// Counts of a person's contracts in the logs, the same for everybody: those of `GET /v1/reputation/{did}/score` in short. It counts every
/// signed contract, and contracts with invented people count too: `raters_without_record` says how many voices nobody else speaks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordSummary {
    /// Contracts that were completed.
    pub completed: u32,
    /// Contracts that ended before.
    pub cancelled: u32,
    /// Distinct people with whom contracts were completed.
    pub counterparties: u32,
    /// Distinct people who have rated this person.
    pub raters: u32,
    /// Those of them of whom nobody else has anything good to say.
    pub raters_without_record: u32,
    /// Reviews of this person that were sealed and never opened.
    pub withheld: u32,
    /// How surely the next contract goes well by what was rated, in hundredths: the lower bound. Absent if nobody has rated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lower_bound_percent: Option<u32>,
    /// Was the agreed time kept?
    pub on_time: YesNo,
    /// Was it paid in the agreed time?
    pub paid_on_time: YesNo,
}

/// How often somebody said yes, and how often no. What nobody said is in neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct YesNo {
    /// How often yes.
    pub yes: u32,
    /// How often no.
    pub no: u32,
}
