//! Whole nodes in one process, over real transports and real databases: people register, work, and review.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a failure is the finding"
)]

mod accounts;
mod away;
mod clocks;
mod cluster;
mod crossing;
mod deal;
mod disputes;
mod facets;
mod kept;
mod life;
mod schema;
mod straight;
mod talk;
mod work;
