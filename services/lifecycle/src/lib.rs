#![doc = include_str!("../README.md")]

mod markdown;
mod news;
mod rules;
mod tables;
mod words;

pub use markdown::render;
pub use news::{News, Receivers, Told, told};
pub use rules::{Refused, allowed, is_at_work, is_terminal, least_far, next, start};
pub use tables::{Timeout, Transition, table, timeouts};
pub use words::{Actor, Event, Machine, State, UnknownWord};
