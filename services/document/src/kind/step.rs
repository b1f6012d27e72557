//! A later move in the life of a job, bid or contract.

mod event;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bounded::{Line, List, Number, Text};
use crate::fault::Fault;
use crate::hash::{Commitment, Digest, LeafRef};
use crate::id::{DocumentId, Kind};
use crate::kind::dispute::{Claim, Digests, Outcome};
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

/// A later move in the life of a thing (a job, a bid, a dispute, or a contract, which is named by its offer). Which moves are allowed
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
    /// The bidder takes the bid back, or the claimant what they claim.
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
    /// The other side answers a claim.
    Respond {
        /// What shows it.
        #[serde(default, skip_serializing_if = "List::is_empty")]
        evidence: Digests,
        /// What they ask for in turn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Outcome>,
        /// The answer.
        text: Claim,
    },
    /// Whoever did not answer in time has a cause, and will.
    Reopen {
        /// The cause.
        text: Claim,
    },
    /// A side proposes how to end the dispute.
    ProposeSettlement {
        /// How.
        outcome: Outcome,
    },
    /// The other side agrees: to that, or to what the claim asks for.
    Settle {
        /// How, in the very words.
        outcome: Outcome,
    },
    /// A side asks the arbiter of the contract to rule.
    Escalate {},
    /// The arbiter rules.
    Rule {
        /// How the dispute ends.
        outcome: Outcome,
        /// The reasons.
        text: Claim,
    },
    /// A side asks the next arbiter of the contract to rule.
    Appeal {
        /// What is wrong with the ruling.
        text: Claim,
    },
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
            Kind::Dispute,
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
