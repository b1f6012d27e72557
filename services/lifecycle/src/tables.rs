//! The tables themselves. A row says who may move what from where to where; a timeout says what happens when nobody does.
//! A rule that a table cannot hold (whose bid, which seat) stands in the note, and the engine keeps it.

use crate::{Actor, Event, Machine, State};
use Actor as A;
use Event as E;
use State as S;

/// One row: from a state (`None`: the thing begins), by an event of one of the actors, to a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The state before; `None` begins the thing.
    pub from: Option<State>,
    /// What happens.
    pub event: Event,
    /// The state after.
    pub to: State,
    /// Who may do it; never empty.
    pub actors: &'static [Actor],
    /// The guard, or what follows, in a few words.
    pub note: &'static str,
}

/// What the node does when a thing has stood in a state for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeout {
    /// Where the thing stands.
    pub state: State,
    /// The clock starts with the newest event of this name in the life of the thing.
    pub since: Event,
    /// Seconds from there; the clock is the receipt time of the home that keeps the order, never a time that a person signed.
    pub after_seconds: i64,
    /// What the node then does; a row of the same table has it.
    pub event: Event,
    /// Why this outcome is fair, and what may make the time shorter or longer.
    pub why: &'static str,
}

/// Seconds of a day: every time below is whole days.
pub(crate) const DAY: i64 = 86_400;
/// The longest life of a posting. A document says less if it likes.
const POSTING: i64 = 90 * DAY;
/// An answer that needs one decision: an offer, and the two logs' entries after its acceptance.
const ANSWER: i64 = 7 * DAY;
/// An answer that needs a look at the work or at a bank account, and the time to write a review.
const CHECK: i64 = 14 * DAY;
/// A payment and its transfer; a reply to a review.
const MONTH: i64 = 30 * DAY;
/// No signed activity: the parties have gone.
const SILENCE: i64 = 90 * DAY;
/// After this a filled job is history, whatever contract still runs: contracts have clocks of their own.
const YEAR: i64 = 365 * DAY;

const CLIENT: &[A] = &[A::Client];
const FREELANCER: &[A] = &[A::Freelancer];
const NODE: &[A] = &[A::Node];
const CLIENT_OR_NODE: &[A] = &[A::Client, A::Node];
const EITHER_SIDE: &[A] = &[A::Client, A::Freelancer];

static JOB: &[Transition] = &[
    begin(E::Publish, S::Open, CLIENT, "signed, with an end date at most 90 days away"),
    row(S::Open, E::CloseUnfilled, S::ClosedUnfilled, CLIENT, "with a reason; counts in the hire rate"),
    row(S::Open, E::Fill, S::Filled, NODE, "every seat has an accepted offer"),
    row(S::Open, E::Expire, S::Expired, NODE, "the end date passed; counts in the hire rate"),
    row(S::Filled, E::Complete, S::Completed, NODE, "no contract of the job is running any more"),
];

static BID: &[Transition] = &[
    begin(E::Submit, S::Submitted, FREELANCER, "the job is open; one live bid for a freelancer and job"),
    row(S::Submitted, E::Offer, S::Offered, CLIENT, "begins a contract; the job is open with a free seat"),
    row(S::Submitted, E::Withdraw, S::Withdrawn, FREELANCER, "a reason may be given"),
    row(S::Submitted, E::Decline, S::Declined, CLIENT, "with a reason"),
    row(S::Submitted, E::NotSelected, S::NotSelected, NODE, "the job is filled, closed or expired"),
    row(S::Offered, E::Win, S::Won, NODE, "the offer was accepted"),
    row(S::Offered, E::Release, S::Submitted, NODE, "the offer was declined, rescinded or lapsed"),
];

static CONTRACT: &[Transition] = &[
    begin(E::Offer, S::Offered, CLIENT, "names the bid, the terms and the client's slot"),
    row(S::Offered, E::Accept, S::Accepted, FREELANCER, "names the offer and the freelancer's slot"),
    row(S::Offered, E::Decline, S::Declined, FREELANCER, "a reason may be given; the bid lives on"),
    row(S::Offered, E::Rescind, S::Rescinded, CLIENT, "before an answer; the bid lives on"),
    row(S::Offered, E::Lapse, S::Lapsed, NODE, "no answer in time; the bid lives on"),
    row(S::Accepted, E::Engage, S::Active, NODE, "both homes have logged their engagement leaf"),
    row(S::Accepted, E::Lapse, S::Lapsed, NODE, "an engagement is missing; neutral for both"),
    row(S::Active, E::Deliver, S::Delivered, FREELANCER, "a note, a digest of the work, or both"),
    row(S::Active, E::Close, S::Closed, NODE, "dormant; neutral for both"),
    row(S::Delivered, E::Deliver, S::Delivered, FREELANCER, "again, better; the client's time starts anew"),
    row(S::Delivered, E::AcceptDelivery, S::Approved, CLIENT_OR_NODE, "by the node: silence, shown as such"),
    row(S::Approved, E::AttestPaid, S::Paid, CLIENT, "paid outside: money, barter or time"),
    row(S::Approved, E::Close, S::Closed, CLIENT_OR_NODE, "nobody has said that it was paid"),
    row(S::Paid, E::ConfirmReceived, S::Settled, FREELANCER, "logged as a settle leaf about the client"),
    row(S::Paid, E::Close, S::Closed, CLIENT_OR_NODE, "paid by the client's word alone"),
    row(S::Settled, E::Close, S::Closed, CLIENT_OR_NODE, "paid by the word of both"),
];

static REVIEW: &[Transition] = &[
    begin(E::Close, S::Open, NODE, "the contract closed: one review for each side"),
    row(S::Open, E::Commit, S::Committed, EITHER_SIDE, "by the author: signed whole, sealed, logged at once"),
    row(S::Open, E::Lapse, S::Lapsed, NODE, "nothing written; the empty slot stays visible"),
    row(S::Committed, E::Open, S::Published, NODE, "both have committed, or the time to write is over"),
    row(S::Published, E::Reply, S::Replied, EITHER_SIDE, "by the reviewee, once"),
    row(S::Published, E::Close, S::Closed, NODE, "the time to reply is over; stays published"),
];

static JOB_TIMEOUTS: &[Timeout] = &[
    timeout(S::Open, E::Publish, POSTING, E::Expire, "at the posting's own end date, never later than this"),
    timeout(S::Filled, E::Fill, YEAR, E::Complete, "normally when the last contract ends, long before"),
];

static BID_TIMEOUTS: &[Timeout] = &[
    timeout(
        S::Submitted,
        E::Submit,
        POSTING,
        E::NotSelected,
        "normally when the job ends; no job lives longer",
    ),
    timeout(S::Offered, E::Offer, ANSWER, E::Release, "when the offer lapses: the two clocks are one"),
];

static CONTRACT_TIMEOUTS: &[Timeout] = &[
    timeout(S::Offered, E::Offer, ANSWER, E::Lapse, "an unanswered offer must not hold a seat"),
    timeout(S::Accepted, E::Accept, ANSWER, E::Lapse, "without both engagements nothing was begun"),
    timeout(S::Active, E::Engage, SILENCE, E::Close, "counted from the due day if that is later; no blame"),
    timeout(
        S::Delivered,
        E::Deliver,
        CHECK,
        E::AcceptDelivery,
        "silence must not keep the work from its pay",
    ),
    timeout(S::Approved, E::AcceptDelivery, MONTH, E::Close, "unpaid so far as anybody said; reviews tell"),
    timeout(S::Paid, E::AttestPaid, CHECK, E::Close, "nobody is made to confirm"),
    timeout(S::Settled, E::ConfirmReceived, CHECK, E::Close, "the client must not hold the reviews back"),
];

static REVIEW_TIMEOUTS: &[Timeout] = &[
    timeout(S::Open, E::Close, CHECK, E::Lapse, "a missing review never lowers a score"),
    timeout(S::Committed, E::Close, CHECK, E::Open, "the same window: silence of one seals nothing for ever"),
    timeout(S::Published, E::Open, MONTH, E::Close, "a reply belongs to its time"),
];

/// The rows of a machine, beginnings first, in the order in which a life runs.
pub fn table(machine: Machine) -> &'static [Transition] {
    match machine {
        Machine::Job => JOB,
        Machine::Bid => BID,
        Machine::Contract => CONTRACT,
        Machine::Review => REVIEW,
    }
}

/// The timeouts of a machine: exactly one for each state that is not terminal.
pub fn timeouts(machine: Machine) -> &'static [Timeout] {
    match machine {
        Machine::Job => JOB_TIMEOUTS,
        Machine::Bid => BID_TIMEOUTS,
        Machine::Contract => CONTRACT_TIMEOUTS,
        Machine::Review => REVIEW_TIMEOUTS,
    }
}

const fn begin(event: E, to: S, actors: &'static [A], note: &'static str) -> Transition {
    Transition { from: None, event, to, actors, note }
}

const fn row(from: S, event: E, to: S, actors: &'static [A], note: &'static str) -> Transition {
    Transition { from: Some(from), event, to, actors, note }
}

const fn timeout(state: S, since: E, after_seconds: i64, event: E, why: &'static str) -> Timeout {
    Timeout { state, since, after_seconds, event, why }
}
