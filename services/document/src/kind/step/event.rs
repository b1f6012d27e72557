//! What each move is called, what it can belong to, and what it names.

use super::{Event, MilestoneNumber};
use crate::hash::Commitment;
use crate::id::Kind;
use crate::rejection::Rejection;

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
            Self::Respond { .. } => "respond",
            Self::Reopen { .. } => "reopen",
            Self::ProposeSettlement { .. } => "propose_settlement",
            Self::Settle { .. } => "settle",
            Self::Escalate {} => "escalate",
            Self::Rule { .. } => "rule",
            Self::Appeal { .. } => "appeal",
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
            | Self::Interview { .. } => &[Kind::Bid],
            Self::Withdraw { .. } => &[Kind::Bid, Kind::Dispute],
            Self::Respond { .. }
            | Self::Reopen { .. }
            | Self::ProposeSettlement { .. }
            | Self::Settle { .. }
            | Self::Escalate {}
            | Self::Rule { .. }
            | Self::Appeal { .. } => &[Kind::Dispute],
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
            | Self::Close { .. }
            | Self::Respond { .. }
            | Self::Reopen { .. }
            | Self::ProposeSettlement { .. }
            | Self::Settle { .. }
            | Self::Escalate {}
            | Self::Rule { .. }
            | Self::Appeal { .. } => None,
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
            | Self::Close { .. }
            | Self::Respond { .. }
            | Self::Reopen { .. }
            | Self::ProposeSettlement { .. }
            | Self::Settle { .. }
            | Self::Escalate {}
            | Self::Rule { .. }
            | Self::Appeal { .. } => None,
        }
    }

    pub(super) fn check(&self) -> Result<(), Rejection> {
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
            | Self::Close { .. }
            | Self::Respond { .. }
            | Self::Reopen { .. }
            | Self::ProposeSettlement { .. }
            | Self::Settle { .. }
            | Self::Escalate {}
            | Self::Rule { .. }
            | Self::Appeal { .. } => Ok(()),
        }
    }
}
