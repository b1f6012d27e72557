//! The whole system: nodes over real HTTP, real PostgreSQL and real libp2p, one binary so that it links once.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a failure is the finding"
)]

mod access;
mod account;
mod api;
mod away;
mod bodies;
mod bounds;
mod documents;
mod door;
mod events;
mod gossip;
mod liar;
mod life;
mod moves;
mod once;
mod outages;
mod outlaw;
mod own;
mod parcels;
mod proof;
mod record;
mod restored;
mod schema;
mod scores;
mod search;
mod secrets;
mod skills;
mod snapshots;
mod statements;
mod talk;
mod tiles;
mod walk;
mod withheld;
