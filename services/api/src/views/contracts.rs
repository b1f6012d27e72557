//! Contracts, what leads to them and what they are made of.

use hanse_document::kind::Pay;
use hanse_document::kind::step::Note;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ContractDispute, NamedArbiterView};

/// A contract, seen by one of its sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContractView {
    /// Its id: the offer's.
    pub id: String,
    /// The job.
    pub job: String,
    /// The bid.
    pub bid: String,
    /// The client.
    pub client: String,
    /// The freelancer.
    pub freelancer: String,
    /// The home that keeps the order.
    pub home: String,
    /// The freelancer's home.
    pub freelancer_home: String,
    /// The viewer's side: `client` or `freelancer`.
    pub role: String,
    /// The other side, as the viewer sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_side: Option<Box<super::PersonView>>,
    /// Where it stands.
    pub state: String,
    /// What the viewer may do now.
    pub allowed: Vec<String>,
    /// The last document of its chain; the `ETag` of the edge.
    pub head: String,
    /// What is to be done; empty once the terms were erased.
    pub scope: String,
    /// By when.
    pub due: String,
    /// For what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// The same in words, with amounts in the currency itself: `up to 80.50 EUR for the project`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_text: Option<String>,
    /// Leaf id of the client's engagement, once it can be computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_engagement: Option<String>,
    /// Leaf id of the freelancer's engagement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freelancer_engagement: Option<String>,
    /// Whether each of them is in its log.
    pub engaged: Engaged,
    /// Parts of the work, and time sheets; empty where the work is one.
    #[serde(default)]
    pub milestones: Vec<MilestoneView>,
    /// Other terms that one side proposes and the other has not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<ProposalView>,
    /// Who rules if the two do not agree, in the order in which they are asked.
    #[serde(default)]
    pub arbiters: Vec<NamedArbiterView>,
    /// Disputes over it, oldest first. While one is open, nothing of what it is about moves.
    #[serde(default)]
    pub disputes: Vec<ContractDispute>,
    /// Who asked for the end, while the other side has not answered: `client` or `freelancer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    /// What happens by itself, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// What happened so far.
    pub history: Vec<Happening>,
    /// A move of the viewer that is on its way to the home that keeps the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<String>,
    /// Why that home refused the viewer's last move, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// When it was offered.
    pub offered_at: String,
    /// When it last moved.
    pub changed_at: String,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<String>,
}

/// Which engagement leaves are in their logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Engaged {
    /// The client's, in the client's home log.
    pub client: bool,
    /// The freelancer's, in the freelancer's home log.
    pub freelancer: bool,
}

/// One move in the life of a thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Happening {
    /// What happened.
    pub event: String,
    /// The state it led to.
    pub state: String,
    /// `client`, `freelancer` or `node`.
    pub actor: String,
    /// The signed document; absent where a clock or a log moved the thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// What the step says, where it says something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<crate::requests::StepRequest>,
    /// When this node learned it.
    pub at: String,
}

/// What the node does when nobody does anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Clock {
    /// What: an event of the tables, such as `accept_delivery`.
    pub event: String,
    /// When, at the earliest.
    pub at: String,
    /// Why that is fair.
    pub because: String,
}

/// A part of the work of a contract, or a time sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MilestoneView {
    /// Which, from 1.
    pub number: i32,
    /// What it is; absent of a time sheet, and once the terms were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// For what; of a time sheet the hours at the rate of the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// The same in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_text: Option<String>,
    /// Minutes of a time sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<i32>,
    /// First day of a time sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last day of a time sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Where it stands.
    pub state: String,
    /// What the viewer may do to it now.
    pub allowed: Vec<String>,
    /// How often changes were requested.
    pub changes: i32,
    /// What happens by itself, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// When it last moved.
    pub changed_at: String,
}

/// Terms that one side proposes for a contract that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProposalView {
    /// `client` or `freelancer`.
    pub by: String,
    /// What is to be done; empty once the terms were erased.
    pub scope: String,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// For what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// The same in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_text: Option<String>,
    /// Titles of the milestones.
    pub milestones: Vec<String>,
    /// When it was proposed.
    pub at: String,
}

/// An invitation, seen by the client or by who is invited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvitationView {
    /// Its id.
    pub id: String,
    /// To bid on what.
    pub job: String,
    /// The title of that job, as far as it is known here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// By whom.
    pub client: String,
    /// Who is invited.
    pub freelancer: String,
    /// Their home.
    pub home: String,
    /// The other side, as the viewer sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_side: Option<Box<super::PersonView>>,
    /// Where it stands.
    pub state: String,
    /// What the viewer may do to it.
    pub allowed: Vec<String>,
    /// The last document of its chain.
    pub head: String,
    /// A word with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// What happened so far, with the reasons that were given.
    pub history: Vec<Happening>,
    /// What happens by itself, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// When it was made.
    pub made_at: String,
}
