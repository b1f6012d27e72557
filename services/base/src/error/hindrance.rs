//! Refusals of moves that the tables allow, and that something about the thing stands in the way of now.

use super::{Refusal, UseError};

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Hindrance {
    /// A delivery has not been answered.
    #[error("a delivery waits for the client's answer: accept it, or ask for changes first")]
    DeliveryWaits,
    /// Something was delivered.
    #[error(
        "something was delivered already, so this cannot be undone: ask for the end of the contract instead"
    )]
    WorkBegun,
    /// Who asked cannot answer.
    #[error("you asked for this yourself: the answer is the other side's")]
    OwnRequest,
    /// The first to ask says why.
    #[error("`reason` must be given by whoever asks for this first")]
    ReasonMissing,
    /// No other terms are proposed.
    #[error("no other terms are proposed")]
    NoProposal,
    /// Other terms are proposed already.
    #[error("other terms are proposed already: answer them, or take them back first")]
    ProposalWaits,
    /// These are not the newest terms.
    #[error("these are not the terms that are proposed now: read them again")]
    OtherTerms,
    /// The terms were countered often enough.
    #[error("{0} counter-offers of a freelancer to one offer are the limit: accept, decline, or talk")]
    TooManyCounters(i32),
    /// The contract has milestones, and none is named.
    #[error("this contract has milestones: say which one in `milestone`")]
    MilestoneUnsaid,
    /// There is no such milestone.
    #[error("this contract has no such `milestone`")]
    NoMilestone,
    /// Work on a milestone has begun.
    #[error("new terms keep the milestones with which work has begun as they are")]
    MilestoneBegun,
    /// A time sheet is not paid.
    #[error("a time sheet is not accepted and paid yet: settle each of them first")]
    SheetsOpen,
    /// The contract has as many parts as it can.
    #[error("this contract has as many milestones and time sheets as one can have: go on with another one")]
    TooManyMilestones,
    /// The contract is not paid by the hour.
    #[error("`hours` are delivered on a contract that is paid by the hour")]
    NotHourly,
    /// The client has read the bid.
    #[error("you have said that you read this bid")]
    ReadBefore,
    /// The bid is for the newest version of the posting.
    #[error("the bid is for the newest version of the posting already")]
    NotAmended,
    /// A question of the posting is not answered.
    #[error("the posting asks {0} questions, and a bid answers each of them in `answers`")]
    AnswersMissing(usize),
    /// The freelancer has had their bids on this job.
    #[error(
        "this job has had your bid: one that was declined is not made again, and one that was withdrawn once; \
         revise a bid that waits"
    )]
    BidBefore,
    /// The freelancer was invited to this job.
    #[error("this person was invited to bid on this job before")]
    InvitedBefore,
    /// The client has invited many.
    #[error("{0} invitations are the limit for one job, and for one day")]
    TooManyInvitations(u32),
    /// More people work already than the new posting seeks.
    #[error("`seats` cannot be fewer than the offers and contracts that there are")]
    SeatsTaken,
    /// A posting lives no longer than its first version may.
    #[error(
        "a posting ends at most 90 days after it was first posted, however often it is amended: repost it"
    )]
    TooLong,
    /// The same text was posted and came to nothing.
    #[error(
        "you have posted this before, and it came to nothing: name that posting in `predecessor`, or use `/repost`"
    )]
    RepeatUnsaid,
    /// What is named as predecessor is none.
    #[error("`predecessor` must be a posting of yours that was closed without hiring, or expired")]
    NoPredecessor,
    /// What is to be moved is disputed.
    #[error("a dispute over this is open: until it ends nothing of it moves, and no clock of it runs")]
    Disputed,
    /// Another dispute over the contract is open.
    #[error("a dispute over this contract is open already: answer that one, or wait for its end")]
    DisputeOpen,
    /// The contract cannot be disputed now.
    #[error(
        "a contract that is {0} cannot be disputed now: it can while it runs, for 30 days after it was closed, \
         or 14 days after it was ended for cause"
    )]
    NotDisputable(hanse_lifecycle::State),
    /// A side has opened as many disputes as it can.
    #[error("{0} disputes of one side over one contract are the limit")]
    TooManyDisputes(u32),
    /// The contract names no arbiter.
    #[error("this contract names no arbiter who could be asked: settle, withdraw, or let it run out")]
    NoArbiter,
    /// Everybody whom the contract names was asked.
    #[error("this contract names no other arbiter who could be asked: the ruling holds")]
    NoOtherArbiter,
    /// No settlement is proposed.
    #[error("no settlement is proposed that you could agree to: propose one in `outcome`")]
    NoSettlement,
    /// This is not what is proposed.
    #[error("`outcome` is not what the other side proposes now: read it again, or leave it out to agree")]
    OtherOutcome,
    /// The dispute was reopened before.
    #[error("a dispute is reopened once, and this one was")]
    ReopenedBefore,
    /// Who is named takes no cases.
    #[error(
        "`arbiters` names somebody who does not say that they rule in disputes: `GET /v1/arbiters` lists who does"
    )]
    NoSuchArbiter,
    /// An arbiter is at home where a side is, or is said to be and is not.
    #[error(
        "an arbiter is at home at the node of the client or the freelancer, which could speak for them: set \
         `arbiters_may_share_home` if you both want that, or name another one"
    )]
    ArbiterSharesHome,
}

impl Hindrance {
    /// The slug, which never changes.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::DeliveryWaits => "delivery-waits",
            Self::WorkBegun => "work-begun",
            Self::OwnRequest => "own-request",
            Self::ReasonMissing => "reason-missing",
            Self::NoProposal => "no-proposal",
            Self::ProposalWaits => "proposal-waits",
            Self::OtherTerms => "other-terms",
            Self::TooManyCounters(_) => "too-many-counters",
            Self::MilestoneUnsaid => "milestone-unsaid",
            Self::NoMilestone => "no-milestone",
            Self::MilestoneBegun => "milestone-begun",
            Self::SheetsOpen => "sheets-open",
            Self::TooManyMilestones => "too-many-milestones",
            Self::NotHourly => "not-hourly",
            Self::ReadBefore => "read-before",
            Self::NotAmended => "not-amended",
            Self::AnswersMissing(_) => "answers-missing",
            Self::BidBefore => "bid-before",
            Self::InvitedBefore => "invited-before",
            Self::TooManyInvitations(_) => "too-many-invitations",
            Self::SeatsTaken => "seats-taken",
            Self::TooLong => "too-long",
            Self::RepeatUnsaid => "repeat-unsaid",
            Self::NoPredecessor => "no-predecessor",
            Self::Disputed => "disputed",
            Self::DisputeOpen => "dispute-open",
            Self::NotDisputable(_) => "not-disputable",
            Self::TooManyDisputes(_) => "too-many-disputes",
            Self::NoArbiter => "no-arbiter",
            Self::NoOtherArbiter => "no-other-arbiter",
            Self::NoSettlement => "no-settlement",
            Self::OtherOutcome => "other-outcome",
            Self::ReopenedBefore => "reopened-before",
            Self::NoSuchArbiter => "no-such-arbiter",
            Self::ArbiterSharesHome => "arbiter-shares-home",
        }
    }

    /// The HTTP status that says it best.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::ReasonMissing
            | Self::MilestoneUnsaid
            | Self::NoMilestone
            | Self::NotHourly
            | Self::AnswersMissing(_)
            | Self::SeatsTaken
            | Self::TooLong
            | Self::NoPredecessor
            | Self::NoSuchArbiter
            | Self::ArbiterSharesHome => 422,
            Self::DeliveryWaits
            | Self::WorkBegun
            | Self::OwnRequest
            | Self::NoProposal
            | Self::ProposalWaits
            | Self::OtherTerms
            | Self::TooManyCounters(_)
            | Self::MilestoneBegun
            | Self::SheetsOpen
            | Self::TooManyMilestones
            | Self::ReadBefore
            | Self::NotAmended
            | Self::BidBefore
            | Self::InvitedBefore
            | Self::TooManyInvitations(_)
            | Self::RepeatUnsaid
            | Self::Disputed
            | Self::DisputeOpen
            | Self::NotDisputable(_)
            | Self::TooManyDisputes(_)
            | Self::NoArbiter
            | Self::NoOtherArbiter
            | Self::NoSettlement
            | Self::OtherOutcome
            | Self::ReopenedBefore => 409,
        }
    }
}

impl From<Hindrance> for UseError {
    fn from(hindrance: Hindrance) -> Self {
        Self::Refused(Refusal::Hindered(hindrance))
    }
}
