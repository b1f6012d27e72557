//! One file for each resource: its handlers, their documentation and what only they take.

pub(crate) mod accounts;
pub(crate) mod documents;
pub(crate) mod logs;
mod market;
pub(crate) mod matching;
pub(crate) mod messages;
pub(crate) mod node;
pub(crate) mod notifications;
pub(crate) mod people;
pub(crate) mod reputation;
pub(crate) mod searches;
pub(crate) mod skills;
pub(crate) mod tiles;

pub(crate) use market::{bids, contracts, disputes, invitations, jobs, reviews};
