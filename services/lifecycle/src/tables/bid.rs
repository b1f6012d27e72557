//! Bids.

use super::{ANSWER, CLIENT, FREELANCER, NODE, POSTING, Timeout, Transition, begin, row, timeout};
use crate::Event as E;
use crate::State as S;

pub(super) static BID: &[Transition] = &[
    begin(
        E::Submit,
        S::Submitted,
        FREELANCER,
        "the job is open; one live bid for a freelancer and job, and one more after a withdrawal",
    ),
    row(S::Submitted, E::Revise, S::Submitted, FREELANCER, "made anew; the client sees what it was before"),
    row(S::Submitted, E::Confirm, S::Submitted, FREELANCER, "stands by it although the posting was amended"),
    row(S::Submitted, E::Read, S::Submitted, CLIENT, "once; the freelancer sees when"),
    row(S::Submitted, E::Shortlist, S::Shortlisted, CLIENT, "the freelancer sees it"),
    row(S::Submitted, E::Interview, S::Interviewing, CLIENT, "opens the talk with the freelancer"),
    row(S::Submitted, E::Offer, S::Offered, CLIENT, "begins a contract; the job has a free seat"),
    row(S::Submitted, E::Withdraw, S::Withdrawn, FREELANCER, "a reason may be given"),
    row(S::Submitted, E::Decline, S::Declined, CLIENT, "with a reason that the freelancer reads"),
    row(S::Submitted, E::NotSelected, S::NotSelected, NODE, "the job is filled, closed or expired"),
    row(S::Shortlisted, E::Revise, S::Shortlisted, FREELANCER, "as when it is submitted"),
    row(S::Shortlisted, E::Confirm, S::Shortlisted, FREELANCER, "as when it is submitted"),
    row(S::Shortlisted, E::Unshortlist, S::Submitted, CLIENT, "it waits like the others"),
    row(S::Shortlisted, E::Interview, S::Interviewing, CLIENT, "as when it is submitted"),
    row(S::Shortlisted, E::Offer, S::Offered, CLIENT, "as when it is submitted"),
    row(S::Shortlisted, E::Withdraw, S::Withdrawn, FREELANCER, "as when it is submitted"),
    row(S::Shortlisted, E::Decline, S::Declined, CLIENT, "as when it is submitted"),
    row(S::Shortlisted, E::NotSelected, S::NotSelected, NODE, "as when it is submitted"),
    row(S::Interviewing, E::Revise, S::Interviewing, FREELANCER, "as when it is submitted"),
    row(S::Interviewing, E::Confirm, S::Interviewing, FREELANCER, "as when it is submitted"),
    row(S::Interviewing, E::Offer, S::Offered, CLIENT, "as when it is submitted"),
    row(S::Interviewing, E::Withdraw, S::Withdrawn, FREELANCER, "as when it is submitted"),
    row(S::Interviewing, E::Decline, S::Declined, CLIENT, "as when it is submitted"),
    row(S::Interviewing, E::NotSelected, S::NotSelected, NODE, "as when it is submitted"),
    row(S::Offered, E::Win, S::Won, NODE, "the offer was accepted"),
    row(S::Offered, E::Release, S::Submitted, NODE, "the offer was declined, taken back, or lapsed"),
];

const WITH_THE_JOB: &str = "normally when the job ends; no job lives longer";

pub(super) static BID_TIMEOUTS: &[Timeout] = &[
    timeout(S::Submitted, E::Submit, POSTING, E::NotSelected, WITH_THE_JOB),
    timeout(S::Shortlisted, E::Submit, POSTING, E::NotSelected, WITH_THE_JOB),
    timeout(S::Interviewing, E::Submit, POSTING, E::NotSelected, WITH_THE_JOB),
    timeout(S::Offered, E::Offer, ANSWER, E::Release, "when the offer lapses: the two clocks are one"),
];
