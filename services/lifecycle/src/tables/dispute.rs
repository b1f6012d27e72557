//! Disputes over a contract, or over a milestone of it. Meanwhile what is disputed rests, and no clock of it runs.

use super::{ANSWER, ARBITER, CHECK, EITHER_SIDE, NODE, Timeout, Transition, begin, row, timeout};
use crate::Event as E;
use crate::State as S;

const CLAIM_TAKEN: &str = "by the other side: what the claim asks for";
const AGREED: &str = "by the other side, in the words that were proposed";
const PROPOSED: &str = "how to end it; the newest stands until it is answered";
const TAKEN_BACK: &str = "by the claimant; the contract goes on";
const NEXT: &str = "silence: the next arbiter of the contract has the time of one";

pub(super) static DISPUTE: &[Transition] = &[
    begin(
        E::OpenDispute,
        S::Opened,
        EITHER_SIDE,
        "while the contract runs, for 30 d after it was closed, or 14 d after it was ended for cause; one at a time",
    ),
    row(
        S::Opened,
        E::Respond,
        S::Negotiating,
        EITHER_SIDE,
        "by the other side, with what it asks for in turn",
    ),
    row(S::Opened, E::Settle, S::Settled, EITHER_SIDE, CLAIM_TAKEN),
    row(S::Opened, E::Withdraw, S::Withdrawn, EITHER_SIDE, TAKEN_BACK),
    row(S::Opened, E::Default, S::Defaulted, NODE, "no answer in time"),
    row(S::Defaulted, E::Reopen, S::Opened, EITHER_SIDE, "once, by the other side, with a cause"),
    row(S::Defaulted, E::Settle, S::Settled, EITHER_SIDE, CLAIM_TAKEN),
    row(S::Defaulted, E::Withdraw, S::Withdrawn, EITHER_SIDE, TAKEN_BACK),
    row(S::Defaulted, E::Conclude, S::Final, NODE, "as the claim asks, marked as by default"),
    row(S::Negotiating, E::ProposeSettlement, S::Negotiating, EITHER_SIDE, PROPOSED),
    row(S::Negotiating, E::Settle, S::Settled, EITHER_SIDE, AGREED),
    row(S::Negotiating, E::Escalate, S::InArbitration, EITHER_SIDE, "to the first arbiter of the contract"),
    row(S::Negotiating, E::Withdraw, S::Withdrawn, EITHER_SIDE, TAKEN_BACK),
    row(S::Negotiating, E::Lapse, S::Undecided, NODE, "neither settled nor escalated; the contract goes on"),
    row(S::InArbitration, E::ProposeSettlement, S::InArbitration, EITHER_SIDE, PROPOSED),
    row(S::InArbitration, E::Settle, S::Settled, EITHER_SIDE, AGREED),
    row(S::InArbitration, E::Withdraw, S::Withdrawn, EITHER_SIDE, TAKEN_BACK),
    row(S::InArbitration, E::Rule, S::Ruled, ARBITER, "with the outcome and the reasons"),
    row(S::InArbitration, E::PassOn, S::InArbitration, NODE, NEXT),
    row(S::InArbitration, E::Lapse, S::Undecided, NODE, "no arbiter has ruled; the contract goes on"),
    row(S::Ruled, E::Appeal, S::InAppeal, EITHER_SIDE, "once, to the next arbiter of the contract"),
    row(S::Ruled, E::Conclude, S::Final, NODE, "as ruled: nobody has appealed"),
    row(S::InAppeal, E::Rule, S::Final, ARBITER, "as ruled now"),
    row(S::InAppeal, E::PassOn, S::InAppeal, NODE, NEXT),
    row(S::InAppeal, E::Conclude, S::Final, NODE, "as first ruled: nobody has ruled on the appeal"),
];

pub(super) static DISPUTE_TIMEOUTS: &[Timeout] = &[
    timeout(
        S::Opened,
        E::OpenDispute,
        ANSWER,
        E::Default,
        "counted anew from a reopening; silence answers no claim",
    ),
    timeout(S::Defaulted, E::Default, CHECK, E::Conclude, "whoever had a cause to be silent can say so"),
    timeout(S::Negotiating, E::Respond, ANSWER, E::Lapse, "a side that wants a ruling asks for it"),
    timeout(
        S::InArbitration,
        E::Escalate,
        CHECK,
        E::Lapse,
        "the node passes it on before, for as long again, while the contract has another arbiter",
    ),
    timeout(S::Ruled, E::Rule, ANSWER, E::Conclude, "a ruling that nobody appeals holds"),
    timeout(
        S::InAppeal,
        E::Appeal,
        CHECK,
        E::Conclude,
        "passed on before, as above; what was ruled holds while nobody rules otherwise",
    ),
];
