#![doc = include_str!("../README.md")]

mod clock;
mod eventually;
mod federation;
pub mod http;
mod node;
mod person;
mod port;
mod seat;
mod sse;
pub mod story;
mod wire;

pub use clock::MovableClock;
pub use eventually::{eventually, until, within};
pub use federation::Federation;
pub use hanse_store::testing::{TestDatabase, VARIABLE};
pub use http::{Answer, Call, Http};
pub use node::{Replica, TestNode};
pub use person::{PASSWORD, Person};
pub use port::Port;
pub use seat::Seat;
pub use sse::{Listening, SseEvent};
pub use story::Story;
pub use wire::{Way, Wire};
