//! Disputes over contracts, and people who rule in them. A dispute is moved with its job locked where that is here, and with its own row
//! locked where it is not.

mod arbiters;
mod rows;

pub use arbiters::{ArbiterRecord, ArbiterRow, arbiter, arbiters, put_arbiter, records};
pub use rows::{
    Answer, Asked, DisputeRow, count_claims, dispute, disputes_of, insert_dispute, is_concerned,
    live_dispute, lock_dispute, of_contracts, thaw, timed_out, update_dispute,
};

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    arbiters::PUT,
    arbiters::FIND,
    arbiters::LISTED,
    arbiters::RECORDS,
    rows::INSERT,
    rows::FIND,
    rows::LOCK,
    rows::LIVE,
    rows::OF_CONTRACTS,
    rows::OF_PERSON,
    rows::CLAIMS,
    rows::CONCERNED,
    rows::UPDATE,
    rows::TIMED_OUT,
    rows::THAW_CONTRACT,
    rows::THAW_MILESTONES,
];
