//! The words of the tables. Each is one enum whose variants have one spelling, in documents, in the database and on the
//! wire; `name`, `Display`, `FromStr` and serde all use it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// A word that its vocabulary does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no {vocabulary}")]
pub struct UnknownWord {
    /// "machine", "actor", "state" or "event".
    pub vocabulary: &'static str,
    /// What was read.
    pub word: String,
}

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident as $vocabulary:literal { $($(#[$of:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$of])* $variant,)+ }

        impl $name {
            /// Every word, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The one spelling, snake_case.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { vocabulary: $vocabulary, word: word.to_owned() }),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

pub(crate) use vocabulary;

vocabulary! {
    /// What has a life of its own, and so a table.
    Machine as "machine" {
        /// A posting, from its publication to its last contract.
        Job = "job",
        /// One freelancer's bid on one job.
        Bid = "bid",
        /// A client's invitation of one freelancer to bid on one job.
        Invitation = "invitation",
        /// What an offer starts and both sides sign.
        Contract = "contract",
        /// A part of the work of one contract that is delivered and paid for by itself, or a time sheet of an hourly one.
        Milestone = "milestone",
        /// One author's review of the other side of one contract; a contract has two.
        Review = "review",
        /// What the two sides of a contract do not agree on.
        Dispute = "dispute",
    }
}

vocabulary! {
    /// Who makes a move. In a review both sides act, each about the other: the notes say "author" and "reviewee".
    Actor as "actor" {
        /// Who posted the job.
        Client = "client",
        /// Who bids and delivers.
        Freelancer = "freelancer",
        /// The job's home node, or in a review the author's: never a choice, always a consequence or a clock.
        Node = "node",
        /// Who rules in a dispute, named in the contract.
        Arbiter = "arbiter",
    }
}

vocabulary! {
    /// Where a thing stands. A word that two machines share means the same in both.
    State as "state" {
        /// Job: takes bids. Review: its author may write it.
        Open = "open",
        /// Job: takes no bids for a while. Contract: the work rests.
        Paused = "paused",
        /// The client has not been heard of for a while: searches do not show the job.
        Stale = "stale",
        /// The client ended the job with seats free.
        ClosedUnfilled = "closed_unfilled",
        /// Every seat has an accepted offer.
        Filled = "filled",
        /// The posting's date passed with seats free.
        Expired = "expired",
        /// The job's last contract ended.
        Completed = "completed",
        /// The invitation waits for an answer.
        Invited = "invited",
        /// The bid waits for the client.
        Submitted = "submitted",
        /// The client means to come back to the bid.
        Shortlisted = "shortlisted",
        /// The client talks with the freelancer.
        Interviewing = "interviewing",
        /// An offer waits for the freelancer.
        Offered = "offered",
        /// The freelancer answered the offer with other terms: the next word is the client's.
        Countered = "countered",
        /// The freelancer accepted the offer that this bid led to.
        Won = "won",
        /// The freelancer took the bid back. Dispute: the claimant took the claim back.
        Withdrawn = "withdrawn",
        /// Bid: the client said no. Contract: one side said no to the other's terms. Invitation: the freelancer said no.
        Declined = "declined",
        /// The job ended without this bid.
        NotSelected = "not_selected",
        /// Contract: who made the newest terms took them back before an answer. Invitation: the client took it back.
        Rescinded = "rescinded",
        /// Time ran out before the next signature: no contract, no review, no answer.
        Lapsed = "lapsed",
        /// Contract: both signed; the two logs do not both show it yet. Invitation: the freelancer bid.
        Accepted = "accepted",
        /// Both engagements are logged: work runs.
        Active = "active",
        /// The freelancer handed work over.
        Delivered = "delivered",
        /// The client asked for the delivery to be changed.
        ChangesRequested = "changes_requested",
        /// The work is accepted, by the client or by silence.
        Approved = "approved",
        /// The client says that it paid.
        Paid = "paid",
        /// The freelancer says that no payment came.
        Unpaid = "unpaid",
        /// The freelancer says that the payment came. Dispute: both agree on how to end it.
        Settled = "settled",
        /// One side asked for the end.
        Closing = "closing",
        /// One side asked to undo a contract of which nothing was done yet.
        Cancelling = "cancelling",
        /// Both undid it: neutral, without reviews.
        Cancelled = "cancelled",
        /// One side ended it for a reason that it gave. Reviews may be written.
        Terminated = "terminated",
        /// The part waits to be worked on.
        Planned = "planned",
        /// Contract: over, reviews may be written. Milestone: over with its contract. Review: published, and the time to reply is over.
        Closed = "closed",
        /// The review is signed, sealed and in the log.
        Committed = "committed",
        /// The review can be read.
        Published = "published",
        /// The reviewee answered.
        Replied = "replied",
        /// A claim waits for the other side's answer.
        Opened = "opened",
        /// The other side has answered: the two may settle, or ask for a ruling.
        Negotiating = "negotiating",
        /// The other side has not answered in time: the claim stands, and can be answered yet with a cause.
        Defaulted = "defaulted",
        /// An arbiter of the contract is asked to rule.
        InArbitration = "in_arbitration",
        /// An arbiter has ruled, and either side can appeal.
        Ruled = "ruled",
        /// The next arbiter of the contract is asked to rule.
        InAppeal = "in_appeal",
        /// It has ended as was ruled, or as was claimed and not answered.
        Final = "final",
        /// It has ended, and nobody has decided.
        Undecided = "undecided",
    }
}

vocabulary! {
    /// What moves a thing on.
    Event as "event" {
        /// A job posting is signed and out.
        Publish = "publish",
        /// The client publishes the posting anew, changed.
        Amend = "amend",
        /// The client takes no bids for a while, or a side lets the work rest.
        Pause = "pause",
        /// It goes on.
        Resume = "resume",
        /// The client has not been heard of for a while.
        GoStale = "go_stale",
        /// The client says that the job is still to be had.
        Heartbeat = "heartbeat",
        /// The client invites a freelancer to bid.
        Invite = "invite",
        /// The last seat is taken.
        Fill = "fill",
        /// The client ends a job with seats free.
        CloseUnfilled = "close_unfilled",
        /// A posting's date has passed.
        Expire = "expire",
        /// The last contract of a filled job has ended.
        Complete = "complete",
        /// A bid is sent.
        Submit = "submit",
        /// The freelancer makes the bid anew, before there is an offer.
        Revise = "revise",
        /// The freelancer stands by the bid after the posting was changed.
        Confirm = "confirm",
        /// The client has read the bid.
        Read = "read",
        /// The client means to come back to the bid.
        Shortlist = "shortlist",
        /// The client takes the bid off the short list.
        Unshortlist = "unshortlist",
        /// The client wants to talk with the freelancer.
        Interview = "interview",
        /// The client offers a contract.
        Offer = "offer",
        /// A side answers terms with other terms.
        Counter = "counter",
        /// The offer on this bid was accepted.
        Win = "win",
        /// The offer on this bid came to nothing.
        Release = "release",
        /// The freelancer takes a bid back, or the claimant a claim.
        Withdraw = "withdraw",
        /// A bid, terms or an invitation is turned down.
        Decline = "decline",
        /// The job ended without this bid.
        NotSelected = "not_selected",
        /// The freelancer accepts: an offer, or by a bid an invitation. The milestones of a contract begin with it.
        Accept = "accept",
        /// Terms or an invitation are taken back by whoever made them.
        Rescind = "rescind",
        /// Time ran out.
        Lapse = "lapse",
        /// Both engagement leaves are in their logs.
        Engage = "engage",
        /// A side proposes other terms for a contract that runs.
        ProposeAmendment = "propose_amendment",
        /// The other side takes them.
        AcceptAmendment = "accept_amendment",
        /// The other side does not, or who proposed takes them back.
        DeclineAmendment = "decline_amendment",
        /// Work is handed over.
        Deliver = "deliver",
        /// The work is accepted.
        AcceptDelivery = "accept_delivery",
        /// The client asks for the delivery to be changed.
        RequestChanges = "request_changes",
        /// The client attests a payment made outside.
        AttestPaid = "attest_paid",
        /// The freelancer says that no payment came.
        ReportUnpaid = "report_unpaid",
        /// The freelancer attests that the payment came.
        ConfirmReceived = "confirm_received",
        /// A side asks for the end of a contract; the other one agrees in the same words.
        RequestClose = "request_close",
        /// A side asks to undo a contract of which nothing was done yet; the other one agrees in the same words.
        Cancel = "cancel",
        /// A side does not agree to the end, or no longer asks for it.
        Object = "object",
        /// A side ends a contract for a reason that everybody who may see it reads.
        Terminate = "terminate",
        /// A contract ends, which begins its reviews; or a review's time for a reply ends.
        Close = "close",
        /// A review is sealed.
        Commit = "commit",
        /// A sealed review is opened.
        Open = "open",
        /// The reviewee answers.
        Reply = "reply",
        /// A side says that something is wrong, and asks for how to end it.
        OpenDispute = "open_dispute",
        /// The other side answers the claim.
        Respond = "respond",
        /// The other side has not answered in time.
        Default = "default",
        /// Whoever did not answer in time gives a cause.
        Reopen = "reopen",
        /// A side proposes how to end a dispute.
        ProposeSettlement = "propose_settlement",
        /// The other side agrees.
        Settle = "settle",
        /// A side asks the arbiter of the contract to rule.
        Escalate = "escalate",
        /// The arbiter was silent, and the next one is asked.
        PassOn = "pass_on",
        /// An arbiter rules.
        Rule = "rule",
        /// A side asks the next arbiter to rule.
        Appeal = "appeal",
        /// Nothing can be said against how a dispute ends any more.
        Conclude = "conclude",
    }
}
