//! Postings, and invitations to bid on them.

use super::{
    ANSWER, CHECK, CLIENT, FREELANCER, NODE, POSTING, Timeout, Transition, YEAR, begin, row, timeout,
};
use crate::Event as E;
use crate::State as S;

pub(super) static JOB: &[Transition] = &[
    begin(E::Publish, S::Open, CLIENT, "signed, with an end date at most 90 days away"),
    row(S::Open, E::Amend, S::Open, CLIENT, "who has bid is told, and confirms or stands by the old text"),
    row(S::Open, E::Pause, S::Paused, CLIENT, "no new bids; those that came stay"),
    row(S::Open, E::Heartbeat, S::Open, CLIENT, "the client still looks for somebody"),
    row(S::Open, E::GoStale, S::Stale, NODE, "searches do not show it; the client is told"),
    row(
        S::Open,
        E::CloseUnfilled,
        S::ClosedUnfilled,
        CLIENT,
        "with a reason for everybody; counts in the hire rate",
    ),
    row(S::Open, E::Fill, S::Filled, NODE, "every seat has an accepted offer"),
    row(S::Open, E::Expire, S::Expired, NODE, "the end date passed; counts in the hire rate"),
    row(S::Paused, E::Amend, S::Paused, CLIENT, "as when it is open"),
    row(S::Paused, E::Resume, S::Open, CLIENT, "takes bids again"),
    row(S::Paused, E::CloseUnfilled, S::ClosedUnfilled, CLIENT, "as when it is open"),
    row(S::Paused, E::Fill, S::Filled, NODE, "as when it is open"),
    row(S::Paused, E::Expire, S::Expired, NODE, "a pause does not stop the end date"),
    row(S::Stale, E::Amend, S::Open, CLIENT, "whoever amends is there"),
    row(S::Stale, E::Heartbeat, S::Open, CLIENT, "one signature brings it back"),
    row(S::Stale, E::Pause, S::Paused, CLIENT, "whoever pauses is there"),
    row(S::Stale, E::CloseUnfilled, S::ClosedUnfilled, CLIENT, "as when it is open"),
    row(S::Stale, E::Fill, S::Filled, NODE, "as when it is open"),
    row(S::Stale, E::Expire, S::Expired, NODE, "as when it is open"),
    row(S::Filled, E::Complete, S::Completed, NODE, "no contract of the job is running any more"),
];

pub(super) static JOB_TIMEOUTS: &[Timeout] = &[
    timeout(S::Open, E::Publish, POSTING, E::Expire, "at the posting's own end date, never later than this"),
    timeout(
        S::Open,
        E::Publish,
        CHECK,
        E::GoStale,
        "counted from the newest signed move of the client on the posting",
    ),
    timeout(S::Paused, E::Pause, POSTING, E::Expire, "at the posting's own end date"),
    timeout(S::Stale, E::GoStale, POSTING, E::Expire, "at the posting's own end date"),
    timeout(S::Filled, E::Fill, YEAR, E::Complete, "normally when the last contract ends, long before"),
];

pub(super) static INVITATION: &[Transition] = &[
    begin(
        E::Invite,
        S::Invited,
        CLIENT,
        "the job is open; a few a day, and not whoever has blocked the client",
    ),
    row(S::Invited, E::Accept, S::Accepted, NODE, "the freelancer has bid"),
    row(S::Invited, E::Decline, S::Declined, FREELANCER, "with a reason; lowers nobody's score"),
    row(S::Invited, E::Rescind, S::Rescinded, CLIENT, "before an answer"),
    row(S::Invited, E::Lapse, S::Lapsed, NODE, "no answer in time, or the job has ended"),
];

pub(super) static INVITATION_TIMEOUTS: &[Timeout] =
    &[timeout(S::Invited, E::Invite, ANSWER, E::Lapse, "no answer is an answer, and nobody's fault")];
