//! A later move in the life of a job, bid or contract.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bounded::{Line, Text};
use crate::fault::Fault;
use crate::hash::{Digest, LeafRef};
use crate::id::{DocumentId, Kind};
use crate::name::NodeName;
use crate::rejection::Rejection;

/// A note is for the other side of one contract: half a page.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// A reason is one or two sentences, shown in a list.
pub const REASON_CHARS_MAX: usize = 500;

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
    /// The client closes a job that nobody got.
    CloseUnfilled {
        /// Why, for everybody who had bid.
        reason: Reason,
    },
    /// Every seat has an accepted offer. Signed for the client by the home that holds the key, so that every node learns it.
    Fill {},
    /// The bidder takes the bid back.
    Withdraw {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// The client declines a bid, or the freelancer an offer.
    Decline {
        /// Why.
        reason: Reason,
    },
    /// The client takes an offer back before it is answered.
    Rescind {
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
    },
    /// The client accepts the delivery.
    AcceptDelivery {
        /// A note with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
    },
    /// The client says that the agreed payment was made.
    AttestPaid {},
    /// The freelancer confirms the payment.
    ConfirmReceived {
        /// The freelancer's own `engagement` leaf, so that the document is evidence too.
        engagement: LeafRef,
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
            Self::CloseUnfilled { .. } => "close_unfilled",
            Self::Fill {} => "fill",
            Self::Withdraw { .. } => "withdraw",
            Self::Decline { .. } => "decline",
            Self::Rescind { .. } => "rescind",
            Self::Deliver { .. } => "deliver",
            Self::AcceptDelivery { .. } => "accept_delivery",
            Self::AttestPaid {} => "attest_paid",
            Self::ConfirmReceived { .. } => "confirm_received",
            Self::Close { .. } => "close",
        }
    }

    /// The kinds of first documents that the move can belong to.
    #[must_use]
    pub const fn objects(&self) -> &'static [Kind] {
        match self {
            Self::CloseUnfilled { .. } | Self::Fill {} => &[Kind::Job],
            Self::Withdraw { .. } => &[Kind::Bid],
            Self::Decline { .. } => &[Kind::Bid, Kind::Offer],
            Self::Rescind { .. }
            | Self::Deliver { .. }
            | Self::AcceptDelivery { .. }
            | Self::AttestPaid {}
            | Self::ConfirmReceived { .. }
            | Self::Close { .. } => &[Kind::Offer],
        }
    }
}

impl Step {
    pub(super) fn check(&self) -> Result<(), Rejection> {
        self.object.expect_kind(self.event.objects())?;
        self.prev.expect_kind(&[Kind::Job, Kind::Bid, Kind::Offer, Kind::Acceptance, Kind::Step])
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
