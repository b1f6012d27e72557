//! A later move in the life of a job, bid or contract.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bounded::{Line, Number, Text};
use crate::fault::Fault;
use crate::hash::{Commitment, Digest, LeafRef};
use crate::id::{DocumentId, Kind};
use crate::kind::time_sheet::TimeSheet;
use crate::name::NodeName;
use crate::rejection::Rejection;

/// A note is for the other side of one contract: half a page.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// A reason is one or two sentences, shown in a list.
pub const REASON_CHARS_MAX: usize = 500;

/// Time sheets of one contract, with its milestones: one for each week of four years, and after that another contract.
pub const MILESTONE_NUMBER_MAX: u32 = 200;
/// Which milestone of a contract, from 1.
pub type MilestoneNumber = Number<1, MILESTONE_NUMBER_MAX>;
/// A note to the other side.
pub type Note = Text<1, NOTE_CHARS_MAX>;
/// Why.
pub type Reason = Line<1, REASON_CHARS_MAX>;

/// A later move in the life of a thing (a job, a bid, or a contract, which is named by its offer). Which moves are allowed
/// in which state is the lifecycle's business.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StepForm", into = "StepForm")]
pub struct Step {
    /// What happened, with what belongs to it; written as `event` and `body`.
    pub event: Event,
    /// The first document of the thing.
    pub object: DocumentId,
    /// The newest document of the thing that the author knew.
    pub prev: DocumentId,
    /// The home that sequences the thing.
    pub to: NodeName,
}

/// A move with what belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "body", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The client takes no bids for a while, or a side of a contract lets the work rest.
    Pause {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// It goes on.
    Resume {},
    /// The client still looks for somebody.
    Heartbeat {},
    /// The client closes a job that nobody got.
    CloseUnfilled {
        /// Why, for everybody who had bid.
        reason: Reason,
    },
    /// Every seat has an accepted offer. Signed for the client by the home that holds the key, so that every node learns it.
    Fill {},
    /// The bidder stands by the bid although the posting was amended.
    Confirm {
        /// The version of the posting that the bid is now for.
        posting: DocumentId,
    },
    /// The client has read the bid.
    Read {},
    /// The client means to come back to the bid.
    Shortlist {},
    /// The client takes the bid off the short list.
    Unshortlist {},
    /// The client wants to talk with the bidder.
    Interview {
        /// What about, or when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
    },
    /// The bidder takes the bid back.
    Withdraw {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// The client declines a bid or terms, the freelancer an invitation or terms.
    Decline {
        /// Why.
        reason: Reason,
    },
    /// A side answers terms with other terms.
    Counter {
        /// The terms.
        terms: Commitment,
        /// A note with them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
    },
    /// Who made the newest terms, or an invitation, takes them back before they are answered.
    Rescind {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// A side proposes other terms for a contract that runs.
    ProposeAmendment {
        /// The terms.
        terms: Commitment,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
    },
    /// The other side takes them.
    AcceptAmendment {
        /// The terms.
        terms: Commitment,
    },
    /// The other side does not, or who proposed takes them back.
    DeclineAmendment {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// The freelancer delivers.
    Deliver {
        /// Where the work is or how to use it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
        /// What exactly was delivered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<Digest>,
        /// Which milestone, where the contract has several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        milestone: Option<MilestoneNumber>,
        /// The hours that it took, of a contract that is paid by the hour.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hours: Option<TimeSheet>,
    },
    /// The client asks for the delivery to be changed.
    RequestChanges {
        /// What is to be changed.
        note: Note,
        /// Which milestone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        milestone: Option<MilestoneNumber>,
    },
    /// The client accepts the delivery.
    AcceptDelivery {
        /// A note with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
        /// Which milestone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        milestone: Option<MilestoneNumber>,
    },
    /// The client says that the agreed payment was made.
    AttestPaid {
        /// Which milestone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        milestone: Option<MilestoneNumber>,
    },
    /// The freelancer says that no payment has come.
    ReportUnpaid {
        /// A note with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
        /// Which milestone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        milestone: Option<MilestoneNumber>,
    },
    /// The freelancer confirms the payment.
    ConfirmReceived {
        /// The freelancer's own `engagement` leaf, so that the document is evidence too.
        engagement: LeafRef,
        /// Which milestone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        milestone: Option<MilestoneNumber>,
    },
    /// A side asks for the end of the contract, or agrees to it.
    RequestClose {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// A side asks to undo a contract of which nothing was done yet, or agrees to it.
    Cancel {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// A side does not agree to the end, or no longer asks for it.
    Object {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// A side ends the contract for cause.
    Terminate {
        /// Why.
        reason: Reason,
    },
    /// A party closes the contract; the reviews begin.
    Close {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
}

impl Event {
    /// The name, as it is written in the document and in the lifecycle's tables.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pause { .. } => "pause",
            Self::Resume {} => "resume",
            Self::Heartbeat {} => "heartbeat",
            Self::CloseUnfilled { .. } => "close_unfilled",
            Self::Fill {} => "fill",
            Self::Confirm { .. } => "confirm",
            Self::Read {} => "read",
            Self::Shortlist {} => "shortlist",
            Self::Unshortlist {} => "unshortlist",
            Self::Interview { .. } => "interview",
            Self::Withdraw { .. } => "withdraw",
            Self::Decline { .. } => "decline",
            Self::Counter { .. } => "counter",
            Self::Rescind { .. } => "rescind",
            Self::ProposeAmendment { .. } => "propose_amendment",
            Self::AcceptAmendment { .. } => "accept_amendment",
            Self::DeclineAmendment { .. } => "decline_amendment",
            Self::Deliver { .. } => "deliver",
            Self::RequestChanges { .. } => "request_changes",
            Self::AcceptDelivery { .. } => "accept_delivery",
            Self::AttestPaid { .. } => "attest_paid",
            Self::ReportUnpaid { .. } => "report_unpaid",
            Self::ConfirmReceived { .. } => "confirm_received",
            Self::RequestClose { .. } => "request_close",
            Self::Cancel { .. } => "cancel",
            Self::Object { .. } => "object",
            Self::Terminate { .. } => "terminate",
            Self::Close { .. } => "close",
        }
    }

    /// The kinds of first documents that the move can belong to.
    #[must_use]
    pub const fn objects(&self) -> &'static [Kind] {
        match self {
            Self::Pause { .. } | Self::Resume {} => &[Kind::Job, Kind::Offer],
            Self::Heartbeat {} | Self::CloseUnfilled { .. } | Self::Fill {} => &[Kind::Job],
            Self::Confirm { .. }
            | Self::Read {}
            | Self::Shortlist {}
            | Self::Unshortlist {}
            | Self::Interview { .. }
            | Self::Withdraw { .. } => &[Kind::Bid],
            Self::Decline { .. } => &[Kind::Invitation, Kind::Bid, Kind::Offer],
            Self::Rescind { .. } => &[Kind::Invitation, Kind::Offer],
            Self::Counter { .. }
            | Self::ProposeAmendment { .. }
            | Self::AcceptAmendment { .. }
            | Self::DeclineAmendment { .. }
            | Self::Deliver { .. }
            | Self::RequestChanges { .. }
            | Self::AcceptDelivery { .. }
            | Self::AttestPaid { .. }
            | Self::ReportUnpaid { .. }
            | Self::ConfirmReceived { .. }
            | Self::RequestClose { .. }
            | Self::Cancel { .. }
            | Self::Object { .. }
            | Self::Terminate { .. }
            | Self::Close { .. } => &[Kind::Offer],
        }
    }

    /// The milestone that the move is about, if it says one.
    #[must_use]
    pub const fn milestone(&self) -> Option<MilestoneNumber> {
        match self {
            Self::Deliver { milestone, .. }
            | Self::RequestChanges { milestone, .. }
            | Self::AcceptDelivery { milestone, .. }
            | Self::AttestPaid { milestone }
            | Self::ReportUnpaid { milestone, .. }
            | Self::ConfirmReceived { milestone, .. } => *milestone,
            Self::Pause { .. }
            | Self::Resume {}
            | Self::Heartbeat {}
            | Self::CloseUnfilled { .. }
            | Self::Fill {}
            | Self::Confirm { .. }
            | Self::Read {}
            | Self::Shortlist {}
            | Self::Unshortlist {}
            | Self::Interview { .. }
            | Self::Withdraw { .. }
            | Self::Decline { .. }
            | Self::Counter { .. }
            | Self::Rescind { .. }
            | Self::ProposeAmendment { .. }
            | Self::AcceptAmendment { .. }
            | Self::DeclineAmendment { .. }
            | Self::RequestClose { .. }
            | Self::Cancel { .. }
            | Self::Object { .. }
            | Self::Terminate { .. }
            | Self::Close { .. } => None,
        }
    }

    /// The terms that the move names.
    #[must_use]
    pub const fn terms(&self) -> Option<&Commitment> {
        match self {
            Self::Counter { terms, .. }
            | Self::ProposeAmendment { terms, .. }
            | Self::AcceptAmendment { terms } => Some(terms),
            Self::Pause { .. }
            | Self::Resume {}
            | Self::Heartbeat {}
            | Self::CloseUnfilled { .. }
            | Self::Fill {}
            | Self::Confirm { .. }
            | Self::Read {}
            | Self::Shortlist {}
            | Self::Unshortlist {}
            | Self::Interview { .. }
            | Self::Withdraw { .. }
            | Self::Decline { .. }
            | Self::Rescind { .. }
            | Self::DeclineAmendment { .. }
            | Self::Deliver { .. }
            | Self::RequestChanges { .. }
            | Self::AcceptDelivery { .. }
            | Self::AttestPaid { .. }
            | Self::ReportUnpaid { .. }
            | Self::ConfirmReceived { .. }
            | Self::RequestClose { .. }
            | Self::Cancel { .. }
            | Self::Object { .. }
            | Self::Terminate { .. }
            | Self::Close { .. } => None,
        }
    }

    fn check(&self) -> Result<(), Rejection> {
        match self {
            Self::Deliver { hours: Some(hours), .. } => hours.check(),
            Self::Confirm { posting } => posting.expect_kind(&[Kind::Job]),
            Self::Pause { .. }
            | Self::Resume {}
            | Self::Heartbeat {}
            | Self::CloseUnfilled { .. }
            | Self::Fill {}
            | Self::Read {}
            | Self::Shortlist {}
            | Self::Unshortlist {}
            | Self::Interview { .. }
            | Self::Withdraw { .. }
            | Self::Decline { .. }
            | Self::Counter { .. }
            | Self::Rescind { .. }
            | Self::ProposeAmendment { .. }
            | Self::AcceptAmendment { .. }
            | Self::DeclineAmendment { .. }
            | Self::Deliver { .. }
            | Self::RequestChanges { .. }
            | Self::AcceptDelivery { .. }
            | Self::AttestPaid { .. }
            | Self::ReportUnpaid { .. }
            | Self::ConfirmReceived { .. }
            | Self::RequestClose { .. }
            | Self::Cancel { .. }
            | Self::Object { .. }
            | Self::Terminate { .. }
            | Self::Close { .. } => Ok(()),
        }
    }
}

impl Step {
    pub(super) fn check(&self) -> Result<(), Rejection> {
        self.object.expect_kind(self.event.objects())?;
        self.event.check()?;
        self.prev.expect_kind(&[
            Kind::Job,
            Kind::Invitation,
            Kind::Bid,
            Kind::Offer,
            Kind::Acceptance,
            Kind::Step,
        ])
    }
}

/// [`Step`] as it is written: serde cannot both flatten the event and refuse unknown fields.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepForm {
    body: Value,
    event: String,
    object: DocumentId,
    prev: DocumentId,
    to: NodeName,
}

impl TryFrom<StepForm> for Step {
    type Error = Fault;

    fn try_from(form: StepForm) -> Result<Self, Self::Error> {
        let tagged = serde_json::json!({ "event": form.event, "body": form.body });
        let event = Event::deserialize(tagged).map_err(|error| Fault::of_serde(&error))?;
        Ok(Self { event, object: form.object, prev: form.prev, to: form.to })
    }
}

impl From<Step> for StepForm {
    fn from(step: Step) -> Self {
        let event = step.event.name().to_owned();
        // Cannot fail: an event is texts and hashes. If it did, null is no body of any event.
        let body = match serde_json::to_value(step.event) {
            Ok(Value::Object(mut tagged)) => tagged.remove("body").unwrap_or_default(),
            Ok(_) | Err(_) => Value::Null,
        };
        Self { body, event, object: step.object, prev: step.prev, to: step.to }
    }
}
