//! Bids and contracts. Everything here is moved with its job locked ([`crate::jobs::lock`]).

mod agreed;
mod bids;
mod invitations;
mod milestones;

pub use agreed::{
    ContractRow, Proposal, are_terms_of, by_engagement, by_engagements, contract, contracts_of,
    engaged_ahead, insert_contract, newest_by_bids, offered, taken_seats, timed_out, unfinished,
    update_contract,
};
pub use bids::{
    BidCounts, BidRow, SentBid, bid, bids_of, bids_on, count_bids, has_live_bid, insert_bid, turn_down,
    update_bid,
};

pub use invitations::{
    InvitationCounts, InvitationRow, count_invitations, insert_invitation, invitation, invitation_to,
    invitations_of, invitations_on, lapse_invitations, move_invitation, waiting_invitations,
};
pub use milestones::{
    MilestoneRow, SheetRow, end_milestones, milestones, milestones_of, put_milestone, remove_milestones,
    unanswered_milestones,
};

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[
    bids::INSERT,
    bids::FIND,
    bids::UPDATE,
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
    invitations::INSERT,
    invitations::FIND,
    invitations::OF_BOTH,
    invitations::UPDATE,
    invitations::COUNT,
    invitations::ON_JOB,
    invitations::OF_FREELANCER,
    invitations::WAITING,
    invitations::LAPSE_OF_JOB,
    milestones::PUT,
    milestones::REMOVE,
    milestones::END,
    milestones::OF,
    milestones::OF_ALL,
    milestones::DELIVERED_BEFORE,
];
