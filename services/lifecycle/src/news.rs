//! What people are told of: each move of the tables has a name and receivers, or a reason why nobody is told. Nobody is told of what
//! they did themselves.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is no move of a machine is none: a test holds every row of its table to a name"
)]

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::words::{UnknownWord, vocabulary};
use crate::{Actor, Event, Machine, State};

vocabulary! {
    /// Something that people are told of: `thing.what`, as clients see it.
    News as "event name" {
        /// The client has changed a posting.
        JobAmended = "job.amended",
        /// A posting takes no bids for a while.
        JobPaused = "job.paused",
        /// A posting takes bids again.
        JobResumed = "job.resumed",
        /// The client has ended a job with seats free.
        JobClosed = "job.closed",
        /// A posting's date has passed.
        JobExpired = "job.expired",
        /// Searches do not show a posting any more: its client was not heard of.
        JobStale = "job.stale",
        /// Every seat of a job is taken.
        JobFilled = "job.filled",
        /// The last contract of a job has ended.
        JobCompleted = "job.completed",
        /// A client invites to bid.
        InvitationReceived = "invitation.received",
        /// Who was invited has bid.
        InvitationAccepted = "invitation.accepted",
        /// Who was invited does not want to.
        InvitationDeclined = "invitation.declined",
        /// The client has taken an invitation back.
        InvitationRescinded = "invitation.rescinded",
        /// An invitation was not answered in time, or its job has ended.
        InvitationLapsed = "invitation.lapsed",
        /// A bid has come.
        BidSubmitted = "bid.submitted",
        /// A bid was made anew.
        BidRevised = "bid.revised",
        /// A freelancer stands by a bid although the posting was changed.
        BidConfirmed = "bid.confirmed",
        /// The client has read a bid.
        BidRead = "bid.read",
        /// The client means to come back to a bid.
        BidShortlisted = "bid.shortlisted",
        /// The client has taken a bid off the short list.
        BidUnshortlisted = "bid.unshortlisted",
        /// The client wants to talk.
        BidInterview = "bid.interview",
        /// The client has turned a bid down.
        BidDeclined = "bid.declined",
        /// A freelancer has taken a bid back.
        BidWithdrawn = "bid.withdrawn",
        /// A job has ended without a bid.
        BidNotSelected = "bid.not_selected",
        /// A client offers a contract.
        OfferReceived = "offer.received",
        /// An offer was answered with other terms.
        OfferCountered = "offer.countered",
        /// An offer was accepted.
        OfferAccepted = "offer.accepted",
        /// An offer was turned down.
        OfferDeclined = "offer.declined",
        /// An offer was taken back.
        OfferRescinded = "offer.rescinded",
        /// An offer came to nothing, because time ran out.
        OfferLapsed = "offer.lapsed",
        /// Both logs show a contract: work runs.
        ContractActive = "contract.active",
        /// The work rests.
        ContractPaused = "contract.paused",
        /// The work goes on.
        ContractResumed = "contract.resumed",
        /// The other side asks for the end.
        ContractCloseRequested = "contract.close_requested",
        /// The other side asks to undo a contract.
        ContractCancelRequested = "contract.cancel_requested",
        /// A contract goes on, although its end was asked for.
        ContractObjected = "contract.objected",
        /// A contract is over.
        ContractClosed = "contract.closed",
        /// Both sides have undone a contract.
        ContractCancelled = "contract.cancelled",
        /// The other side has ended a contract for a reason.
        ContractTerminated = "contract.terminated",
        /// The other side proposes other terms.
        ContractAmendmentProposed = "contract.amendment_proposed",
        /// The other side takes the proposed terms.
        ContractAmendmentAccepted = "contract.amendment_accepted",
        /// The proposed terms are off.
        ContractAmendmentDeclined = "contract.amendment_declined",
        /// Work was handed over.
        MilestoneDelivered = "milestone.delivered",
        /// The client asks for changes.
        MilestoneChangesRequested = "milestone.changes_requested",
        /// The client has accepted work.
        MilestoneAccepted = "milestone.accepted",
        /// Work counts as accepted, because the client was silent.
        MilestoneAutoAccepted = "milestone.auto_accepted",
        /// The client says that it was paid.
        MilestonePaid = "milestone.paid",
        /// The freelancer says that the payment has come.
        MilestoneSettled = "milestone.settled",
        /// The freelancer says that no payment has come.
        MilestoneUnpaid = "milestone.unpaid",
        /// Both sides may review each other.
        ReviewWindowOpened = "review.window_opened",
        /// The other side has sealed a review.
        ReviewCommitted = "review.committed",
        /// A review can be read.
        ReviewPublished = "review.published",
        /// The other side of a bid has written a message.
        MessageCreated = "message.created",
        /// A review was answered.
        ReviewReplied = "review.replied",
        /// The other side of a contract has opened a dispute.
        DisputeOpened = "dispute.opened",
        /// The other side has answered a claim.
        DisputeAnswered = "dispute.answered",
        /// A claim stands, because it was not answered.
        DisputeDefaulted = "dispute.defaulted",
        /// The other side will answer a claim after all.
        DisputeReopened = "dispute.reopened",
        /// The other side proposes how to end a dispute.
        DisputeSettlementProposed = "dispute.settlement_proposed",
        /// Both agree on how a dispute ends.
        DisputeSettled = "dispute.settled",
        /// An arbiter is asked to rule.
        DisputeEscalated = "dispute.escalated",
        /// The next arbiter is asked, because one was silent.
        DisputePassedOn = "dispute.passed_on",
        /// An arbiter has ruled.
        DisputeRuled = "dispute.ruled",
        /// A side has appealed.
        DisputeAppealed = "dispute.appealed",
        /// A dispute is over, as was ruled or claimed.
        DisputeFinal = "dispute.final",
        /// A dispute is over, and nobody has decided.
        DisputeUndecided = "dispute.undecided",
        /// The other side has taken its claim back.
        DisputeWithdrawn = "dispute.withdrawn",
    }
}

/// Who is told, of the people around a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receivers {
    /// The client.
    Client,
    /// The freelancer whose bid, invitation or contract it is.
    Freelancer,
    /// Both of them.
    Both,
    /// Whoever has a bid or an invitation on the job that waits.
    Applicants,
    /// These, and the client.
    ClientAndApplicants,
}

impl Receivers {
    /// Whether the client is told.
    #[must_use]
    pub const fn has_client(self) -> bool {
        matches!(self, Self::Client | Self::Both | Self::ClientAndApplicants)
    }

    /// Whether the freelancer is told, or of a job all who apply for it.
    #[must_use]
    pub const fn has_freelancers(self) -> bool {
        !matches!(self, Self::Client)
    }

    /// Who did not make the move: the other side, or both if it was the node.
    const fn other_than(actor: Actor) -> Self {
        match actor {
            Actor::Client => Self::Freelancer,
            Actor::Freelancer => Self::Client,
            Actor::Node | Actor::Arbiter => Self::Both,
        }
    }
}

/// Something to be told, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// What.
    pub news: News,
    /// To whom.
    pub to: Receivers,
}

/// What is told of a move to a state.
///
/// # Errors
/// The reason why nobody is told.
pub fn told(machine: Machine, event: Event, to: State, actor: Actor) -> Result<Told, &'static str> {
    match machine {
        Machine::Job => of_job(event),
        Machine::Invitation => of_invitation(event, actor),
        Machine::Bid => of_bid(event, actor),
        Machine::Contract | Machine::Milestone => of_contract(machine, event, to, actor),
        Machine::Review => of_review(event, to, actor),
        Machine::Dispute => of_dispute(event, to, actor),
    }
}

/// The tables have no such move.
const NO_MOVE: &str = "no table has this move";

fn of_job(event: Event) -> Result<Told, &'static str> {
    use Receivers::{Applicants, Client, ClientAndApplicants};
    let (news, to) = match event {
        Event::Amend => (News::JobAmended, Applicants),
        Event::Pause => (News::JobPaused, Applicants),
        Event::Resume => (News::JobResumed, Applicants),
        Event::CloseUnfilled => (News::JobClosed, Applicants),
        Event::Expire => (News::JobExpired, ClientAndApplicants),
        Event::GoStale => (News::JobStale, Client),
        // Whoever is left over hears it of their own bid.
        Event::Fill => (News::JobFilled, Client),
        Event::Complete => (News::JobCompleted, Client),
        Event::Publish => return Err("whoever looks for such a job is told by an alert of a saved search"),
        Event::Heartbeat => return Err("nothing is asked of anybody: the posting stands as it stood"),
        _ => return Err(NO_MOVE),
    };
    Ok(Told { news, to })
}

fn of_invitation(event: Event, actor: Actor) -> Result<Told, &'static str> {
    let news = match event {
        Event::Invite => News::InvitationReceived,
        // The node's move, and the freelancer's doing.
        Event::Accept => return Ok(Told { news: News::InvitationAccepted, to: Receivers::Client }),
        Event::Decline => News::InvitationDeclined,
        Event::Rescind => News::InvitationRescinded,
        Event::Lapse => News::InvitationLapsed,
        _ => return Err(NO_MOVE),
    };
    Ok(Told { news, to: Receivers::other_than(actor) })
}

fn of_bid(event: Event, actor: Actor) -> Result<Told, &'static str> {
    let news = match event {
        Event::Submit => News::BidSubmitted,
        Event::Revise => News::BidRevised,
        Event::Confirm => News::BidConfirmed,
        Event::Read => News::BidRead,
        Event::Shortlist => News::BidShortlisted,
        Event::Unshortlist => News::BidUnshortlisted,
        Event::Interview => News::BidInterview,
        Event::Decline => News::BidDeclined,
        Event::Withdraw => News::BidWithdrawn,
        // Who ended the job knows it.
        Event::NotSelected => return Ok(Told { news: News::BidNotSelected, to: Receivers::Freelancer }),
        Event::Offer => return Err("`offer.received` tells it"),
        Event::Win => return Err("`offer.accepted` tells it"),
        Event::Release => return Err("`offer.declined`, `offer.rescinded` or `offer.lapsed` tells it"),
        _ => return Err(NO_MOVE),
    };
    Ok(Told { news, to: Receivers::other_than(actor) })
}

/// Of a contract, and of a part of its work: what is delivered and paid is told in the same words.
fn of_contract(machine: Machine, event: Event, to: State, actor: Actor) -> Result<Told, &'static str> {
    let of_part = machine == Machine::Milestone;
    let news = match event {
        Event::Accept if of_part => return Err("`offer.accepted` or `contract.amendment_accepted` tells it"),
        Event::Close if of_part => return Err("it ends with its contract, whose end is told"),
        Event::Offer => News::OfferReceived,
        Event::Counter => News::OfferCountered,
        Event::Accept => News::OfferAccepted,
        Event::Decline => News::OfferDeclined,
        Event::Rescind => News::OfferRescinded,
        Event::Lapse => News::OfferLapsed,
        Event::Engage => News::ContractActive,
        Event::Pause => News::ContractPaused,
        Event::Resume => News::ContractResumed,
        Event::RequestClose if to == State::Closing => News::ContractCloseRequested,
        Event::RequestClose | Event::Close => News::ContractClosed,
        Event::Cancel if to == State::Cancelling => News::ContractCancelRequested,
        Event::Cancel => News::ContractCancelled,
        Event::Object => News::ContractObjected,
        Event::Terminate => News::ContractTerminated,
        Event::ProposeAmendment => News::ContractAmendmentProposed,
        Event::AcceptAmendment => News::ContractAmendmentAccepted,
        Event::DeclineAmendment => News::ContractAmendmentDeclined,
        Event::Deliver => News::MilestoneDelivered,
        Event::RequestChanges => News::MilestoneChangesRequested,
        Event::AcceptDelivery if actor == Actor::Node => News::MilestoneAutoAccepted,
        Event::AcceptDelivery => News::MilestoneAccepted,
        Event::AttestPaid => News::MilestonePaid,
        Event::ConfirmReceived => News::MilestoneSettled,
        Event::ReportUnpaid => News::MilestoneUnpaid,
        _ => return Err(NO_MOVE),
    };
    Ok(Told { news, to: Receivers::other_than(actor) })
}

fn of_review(event: Event, to: State, actor: Actor) -> Result<Told, &'static str> {
    let news = match event {
        Event::Commit => News::ReviewCommitted,
        Event::Open => News::ReviewPublished,
        Event::Reply => News::ReviewReplied,
        // The end of the contract, from which on reviews may be written.
        Event::Close if to == State::Open => News::ReviewWindowOpened,
        Event::Close => return Err("the time for a reply was known since the review was published"),
        Event::Lapse => return Err("nothing was written, so that there is nothing to read"),
        _ => return Err(NO_MOVE),
    };
    Ok(Told { news, to: Receivers::other_than(actor) })
}

/// Of a dispute. An arbiter who is asked to rule hears all that is told while they are.
fn of_dispute(event: Event, to: State, actor: Actor) -> Result<Told, &'static str> {
    let news = match event {
        Event::OpenDispute => News::DisputeOpened,
        Event::Respond => News::DisputeAnswered,
        Event::Default => News::DisputeDefaulted,
        Event::Reopen => News::DisputeReopened,
        Event::ProposeSettlement => News::DisputeSettlementProposed,
        Event::Settle => News::DisputeSettled,
        Event::Escalate => News::DisputeEscalated,
        Event::PassOn => News::DisputePassedOn,
        Event::Rule if to == State::Ruled => News::DisputeRuled,
        Event::Rule | Event::Conclude => News::DisputeFinal,
        Event::Appeal => News::DisputeAppealed,
        Event::Lapse => News::DisputeUndecided,
        Event::Withdraw => News::DisputeWithdrawn,
        _ => return Err(NO_MOVE),
    };
    Ok(Told { news, to: Receivers::other_than(actor) })
}
