//! Contracts. Of one that has milestones the state is that of the milestone that is least far; who moves a milestone is in its own table.

use super::{
    ANSWER, ANYBODY, CHECK, CLIENT, CLIENT_OR_NODE, EITHER_SIDE, FREELANCER, FREELANCER_OR_NODE, MONTH, NODE, SILENCE, Timeout,
    Transition, begin, row, timeout,
};
use crate::Event as E;
use crate::State as S;

const PROPOSED: &str = "one at a time; the contract goes on as it is until the other side agrees";
const ANSWERED: &str = "by the other side: both have signed the new terms";
const AS_DECIDED: &str = "as a dispute over it was decided or settled";
const REFUSED: &str = "by the other side, or by who proposed";

pub(super) static CONTRACT: &[Transition] = &[
    begin(E::Offer, S::Offered, CLIENT, "names the bid, the terms and the client's slot"),
    row(
        S::Offered,
        E::Accept,
        S::Accepted,
        FREELANCER,
        "names the offer, its newest terms and the freelancer's slot",
    ),
    row(S::Offered, E::Counter, S::Countered, FREELANCER, "with other terms, three times at most"),
    row(S::Offered, E::Decline, S::Declined, FREELANCER, "with a reason; the bid lives on"),
    row(S::Offered, E::Rescind, S::Rescinded, CLIENT, "before an answer; the bid lives on"),
    row(S::Offered, E::Lapse, S::Lapsed, NODE, "no answer in time; the bid lives on"),
    row(
        S::Countered,
        E::Counter,
        S::Offered,
        CLIENT,
        "with the freelancer's terms, which agrees to them, or with others",
    ),
    row(S::Countered, E::Decline, S::Declined, CLIENT, "with a reason; the bid lives on"),
    row(S::Countered, E::Rescind, S::Rescinded, FREELANCER, "before an answer; the bid lives on"),
    row(S::Countered, E::Lapse, S::Lapsed, NODE, "no answer in time; the bid lives on"),
    row(S::Accepted, E::Engage, S::Active, NODE, "both homes have logged their engagement leaf"),
    row(S::Accepted, E::Lapse, S::Lapsed, NODE, "an engagement is missing; neutral for both"),
    row(S::Active, E::Deliver, S::Delivered, FREELANCER, "a note, a digest of the work, or both"),
    row(S::Active, E::ProposeAmendment, S::Active, EITHER_SIDE, PROPOSED),
    row(S::Active, E::AcceptAmendment, S::Active, EITHER_SIDE, ANSWERED),
    row(S::Active, E::DeclineAmendment, S::Active, EITHER_SIDE, REFUSED),
    row(S::Active, E::Pause, S::Paused, EITHER_SIDE, "with a reason; not while a delivery waits"),
    row(S::Active, E::Cancel, S::Cancelling, EITHER_SIDE, "nothing was delivered yet"),
    row(
        S::Active,
        E::RequestClose,
        S::Closing,
        EITHER_SIDE,
        "with a reason; not by the client while a delivery waits",
    ),
    row(
        S::Active,
        E::Terminate,
        S::Terminated,
        ANYBODY,
        "for cause, with a reason; not by the client while a delivery waits; by the node as a dispute was decided or settled",
    ),
    row(S::Active, E::Close, S::Closed, NODE, "dormant; neutral for both; or as a dispute was decided or settled"),
    row(S::Paused, E::Resume, S::Active, ANYBODY, "by either side, or by the node when a pause has lasted"),
    row(S::Paused, E::Terminate, S::Terminated, ANYBODY, "as when it is active"),
    row(S::Cancelling, E::Cancel, S::Cancelled, EITHER_SIDE, "by the other side: both undo it"),
    row(
        S::Cancelling,
        E::Object,
        S::Active,
        ANYBODY,
        "by the other side, by who asked, or by silence: nothing is undone",
    ),
    row(S::Closing, E::RequestClose, S::Closed, EITHER_SIDE, "by the other side: both end it"),
    row(S::Closing, E::Object, S::Active, EITHER_SIDE, "by the other side, or by who asked"),
    row(S::Closing, E::Close, S::Closed, NODE, "silence agrees"),
    row(S::Delivered, E::Deliver, S::Delivered, FREELANCER, "again, better; the client's time starts anew"),
    row(
        S::Delivered,
        E::RequestChanges,
        S::Active,
        CLIENT,
        "with what is to be changed; shown with their number",
    ),
    row(S::Delivered, E::AcceptDelivery, S::Approved, CLIENT_OR_NODE, "by the node: silence, shown as such"),
    row(
        S::Delivered,
        E::Terminate,
        S::Terminated,
        FREELANCER_OR_NODE,
        "as when it is active; what was delivered stays said",
    ),
    row(S::Approved, E::AttestPaid, S::Paid, CLIENT, "paid outside: money, barter or time"),
    row(S::Approved, E::ReportUnpaid, S::Unpaid, FREELANCER, "no payment has come"),
    row(S::Approved, E::Close, S::Closed, CLIENT_OR_NODE, "nobody has said that it was paid"),
    row(S::Unpaid, E::AttestPaid, S::Paid, CLIENT, "it was paid, or is now"),
    row(S::Unpaid, E::Close, S::Closed, NODE, "unpaid by the freelancer's word, unanswered"),
    row(S::Paid, E::ConfirmReceived, S::Settled, FREELANCER, "logged as a settle leaf about the client"),
    row(S::Paid, E::ReportUnpaid, S::Unpaid, FREELANCER, "what was said to be paid has not come"),
    row(S::Paid, E::Close, S::Closed, CLIENT_OR_NODE, "paid by the client's word alone"),
    row(S::Settled, E::Close, S::Closed, CLIENT_OR_NODE, "paid by the word of both"),
    row(S::Paused, E::Close, S::Closed, NODE, AS_DECIDED),
    row(S::Cancelling, E::Close, S::Closed, NODE, AS_DECIDED),
    row(S::Delivered, E::Close, S::Closed, NODE, AS_DECIDED),
    row(S::Cancelling, E::Terminate, S::Terminated, NODE, AS_DECIDED),
    row(S::Closing, E::Terminate, S::Terminated, NODE, AS_DECIDED),
    row(S::Approved, E::Terminate, S::Terminated, NODE, AS_DECIDED),
    row(S::Unpaid, E::Terminate, S::Terminated, NODE, AS_DECIDED),
    row(S::Paid, E::Terminate, S::Terminated, NODE, AS_DECIDED),
    row(S::Settled, E::Terminate, S::Terminated, NODE, AS_DECIDED),
];

pub(super) static CONTRACT_TIMEOUTS: &[Timeout] = &[
    timeout(S::Offered, E::Offer, ANSWER, E::Lapse, "an unanswered offer must not hold a seat"),
    timeout(S::Countered, E::Counter, ANSWER, E::Lapse, "an unanswered counter-offer must not, either"),
    timeout(S::Accepted, E::Accept, ANSWER, E::Lapse, "without both engagements nothing was begun"),
    timeout(S::Active, E::Engage, SILENCE, E::Close, "counted from the due day if that is later; no blame"),
    timeout(S::Paused, E::Pause, MONTH, E::Resume, "a rest is no end"),
    timeout(S::Cancelling, E::Cancel, ANSWER, E::Object, "silence undoes nothing"),
    timeout(S::Closing, E::RequestClose, ANSWER, E::Close, "nobody is held by who does not answer"),
    timeout(
        S::Delivered,
        E::Deliver,
        CHECK,
        E::AcceptDelivery,
        "silence must not keep the work from its pay",
    ),
    timeout(S::Approved, E::AcceptDelivery, MONTH, E::Close, "unpaid so far as anybody said; reviews tell"),
    timeout(S::Unpaid, E::ReportUnpaid, ANSWER, E::Close, "the claim stands unanswered; reviews tell"),
    timeout(S::Paid, E::AttestPaid, CHECK, E::Close, "nobody is made to confirm"),
    timeout(S::Settled, E::ConfirmReceived, CHECK, E::Close, "the client must not hold the reviews back"),
];
