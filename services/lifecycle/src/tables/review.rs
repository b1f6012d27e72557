//! Reviews.

use super::{CHECK, EITHER_SIDE, MONTH, NODE, Timeout, Transition, begin, row, timeout};
use crate::Event as E;
use crate::State as S;

pub(super) static REVIEW: &[Transition] = &[
    begin(E::Close, S::Open, NODE, "the contract was closed or terminated: one review for each side"),
    row(S::Open, E::Commit, S::Committed, EITHER_SIDE, "by the author: signed whole, sealed, logged at once"),
    row(S::Open, E::Lapse, S::Lapsed, NODE, "nothing written; the empty slot stays visible"),
    row(S::Committed, E::Open, S::Published, NODE, "both have committed, or the time to write is over"),
    row(S::Published, E::Reply, S::Replied, EITHER_SIDE, "by the reviewee, once"),
    row(S::Published, E::Close, S::Closed, NODE, "the time to reply is over; stays published"),
];

pub(super) static REVIEW_TIMEOUTS: &[Timeout] = &[
    timeout(S::Open, E::Close, CHECK, E::Lapse, "a missing review never lowers a score"),
    timeout(S::Committed, E::Close, CHECK, E::Open, "the same window: silence of one seals nothing for ever"),
    timeout(S::Published, E::Open, MONTH, E::Close, "a reply belongs to its time"),
];
