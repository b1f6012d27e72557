//! The logs of nodes on real databases: sequencing, following, auditing, proving, and what happens when any of it goes wrong.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test code: a failure is the finding"
)]

mod auditing;
mod author;
mod federation;
mod following;
mod fsck;
mod heads;
mod mending;
mod node;
mod proving;
mod sequencing;
mod showing;
mod story;
mod upgrade;
