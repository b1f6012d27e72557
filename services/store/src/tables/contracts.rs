//! Bids and contracts. Everything here is moved with its job locked ([`crate::jobs::lock`]).

mod agreed;
mod bids;

pub use agreed::{
    ContractRow, are_terms_of, by_engagement, by_engagements, contract, contracts_of, engaged_ahead,
    insert_contract, newest_by_bids, offered, taken_seats, timed_out, unfinished, update_contract,
};
pub use bids::{
    BidCounts, BidRow, SentBid, bid, bids_of, bids_on, count_bids, has_live_bid, insert_bid, move_bid,
    turn_down,
};

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    bids::INSERT,
    bids::FIND,
    bids::MOVE,
    bids::LIVE,
    bids::TURN_DOWN,
    bids::COUNTS,
    bids::ON_JOB,
    bids::OF_FREELANCER,
    agreed::INSERT,
    agreed::FIND,
    agreed::NEWEST_BY_BIDS,
    agreed::BY_ENGAGEMENT,
    agreed::BY_ENGAGEMENTS,
    agreed::UPDATE,
    agreed::TAKEN,
    agreed::UNFINISHED,
    agreed::OFFERED,
    agreed::TERMS_FOR,
    agreed::TIMED_OUT,
    agreed::OF_PERSON,
    agreed::ENGAGED_AHEAD,
];
