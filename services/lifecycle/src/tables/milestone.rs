//! Milestones: parts of the work of a contract, and time sheets. They move while their contract is active or further, and end with it.

use super::{
    CHECK, CLIENT, CLIENT_OR_NODE, FREELANCER, NODE, SILENCE, Timeout, Transition, begin, row, timeout,
};
use crate::Event as E;
use crate::State as S;

const ENDS: &str = "its contract has ended";

pub(super) static MILESTONE: &[Transition] = &[
    begin(
        E::Accept,
        S::Planned,
        NODE,
        "one for each that the terms list, by their acceptance or an amendment's",
    ),
    begin(E::Deliver, S::Delivered, FREELANCER, "a time sheet of a contract that is paid by the hour"),
    row(S::Planned, E::Deliver, S::Delivered, FREELANCER, "a note, a digest of the work, or both"),
    row(S::Planned, E::Close, S::Closed, NODE, ENDS),
    row(S::Delivered, E::Deliver, S::Delivered, FREELANCER, "again, better; the client's time starts anew"),
    row(S::Delivered, E::RequestChanges, S::ChangesRequested, CLIENT, "with what is to be changed"),
    row(S::Delivered, E::AcceptDelivery, S::Approved, CLIENT_OR_NODE, "by the node: silence, shown as such"),
    row(S::Delivered, E::Close, S::Closed, NODE, ENDS),
    row(S::ChangesRequested, E::Deliver, S::Delivered, FREELANCER, "changed"),
    row(S::ChangesRequested, E::Close, S::Closed, NODE, ENDS),
    row(S::Approved, E::AttestPaid, S::Paid, CLIENT, "paid outside"),
    row(S::Approved, E::ReportUnpaid, S::Unpaid, FREELANCER, "no payment has come"),
    row(S::Approved, E::Close, S::Closed, NODE, ENDS),
    row(S::Unpaid, E::AttestPaid, S::Paid, CLIENT, "it was paid, or is now"),
    row(S::Unpaid, E::Close, S::Closed, NODE, ENDS),
    row(
        S::Paid,
        E::ConfirmReceived,
        S::Settled,
        FREELANCER,
        "with the last of them the settle leaf is logged",
    ),
    row(S::Paid, E::ReportUnpaid, S::Unpaid, FREELANCER, "what was said to be paid has not come"),
    row(S::Paid, E::Close, S::Closed, NODE, ENDS),
];

const WITH_THE_CONTRACT: &str = "when its contract ends, which silence ends no later";

pub(super) static MILESTONE_TIMEOUTS: &[Timeout] = &[
    timeout(S::Planned, E::Accept, SILENCE, E::Close, WITH_THE_CONTRACT),
    timeout(
        S::Delivered,
        E::Deliver,
        CHECK,
        E::AcceptDelivery,
        "silence must not keep the work from its pay",
    ),
    timeout(S::ChangesRequested, E::RequestChanges, SILENCE, E::Close, WITH_THE_CONTRACT),
    timeout(S::Approved, E::AcceptDelivery, SILENCE, E::Close, WITH_THE_CONTRACT),
    timeout(S::Unpaid, E::ReportUnpaid, SILENCE, E::Close, WITH_THE_CONTRACT),
    timeout(S::Paid, E::AttestPaid, SILENCE, E::Close, WITH_THE_CONTRACT),
];
