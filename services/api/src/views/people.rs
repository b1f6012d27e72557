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

/// What can be known of a client before one bids: counted from their signed postings, from the bids that their home keeps, and from leaves. None
/// of it can be written by anybody; a share without its number says nothing, so that the numbers stand beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClientFacts {
    /// The newest postings of the client that were looked at, at most 100.
    pub postings: u32,
    /// Those of them that the client has said to be filled.
    pub filled: u32,
    /// Those that were closed unfilled, or ended so.
    pub unfilled: u32,
    /// Those that have not ended.
    pub running: u32,
    /// `filled` of those that have ended, in hundredths; absent if none has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hire_rate_percent: Option<u32>,
    /// Those that were said anew after they were posted.
    pub amended: u32,
    /// How often in all.
    pub amendments: u32,
    /// What became of bids; known at the client's home alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
    /// What the logs say; absent until this node has read them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<ClientRecord>,
}

/// What became of bids on the newest postings of a client: at most 30 postings, and the first 30 bids on each. Who withdrew is in no count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Response {
    /// Bids that the client shortlisted, talked about, declined, or made an offer on.
    pub answered: u32,
    /// Bids on which the client did nothing of that until the posting ended.
    pub passed_over: u32,
    /// Bids that wait for an answer.
    pub waiting: u32,
    /// `answered` of those that do not wait, in hundredths; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_percent: Option<u32>,
}

/// A person as a client, by leaves and opened reviews. A contract of which no payment was confirmed and no review has opened names no client,
/// and is in no count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClientRecord {
    /// Contracts in which the person is known to be the client.
    pub contracts: u32,
    /// Those of them whose payment the freelancer confirmed in the log.
    pub paid: u32,
    /// How clear freelancers found what was wanted.
    pub clarity: Rated,
    /// How far it stayed what was wanted.
    pub scope_stability: Rated,
    /// How far it was paid as agreed, and when.
    pub payment: Rated,
}

/// How a trait was rated, 1 to 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rated {
    /// How often.
    pub ratings: u32,
    /// The mean in tenths, 10 to 50; absent if nobody has rated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_tenths: Option<u32>,
}

/// Somebody in the directory of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListedPerson {
    /// Who, with their record.
    pub person: PersonView,
    /// What they say of themselves; nobody has checked it.
    pub says: crate::requests::ProfileRequest,
    /// What they ask for in words, with amounts in the currency itself: `from 30 EUR per hour`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_text: Option<String>,
}

/// Whether one is in the directory of one's home. Who has said nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"listed": true}))]
pub struct Listing {
    /// Whether one is found there. The profile is public all the same.
    #[schema(example = true)]
    pub listed: bool,
}
