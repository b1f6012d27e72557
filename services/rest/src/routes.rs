//! One file for each resource: its handlers, their documentation and what only they take.

pub(crate) mod accounts;
pub(crate) mod bids;
pub(crate) mod contracts;
pub(crate) mod documents;
pub(crate) mod invitations;
pub(crate) mod jobs;
pub(crate) mod logs;
pub(crate) mod matching;
pub(crate) mod node;
pub(crate) mod notifications;
pub(crate) mod people;
pub(crate) mod reputation;
pub(crate) mod reviews;
pub(crate) mod searches;
pub(crate) mod skills;
pub(crate) mod tiles;
