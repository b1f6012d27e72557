//! E-mail: what a person wants of it, what is written, and how it is sent.

mod digest;
mod link;
mod message;
mod send;
mod smtp;
mod wish;

pub use message::is_sender;
pub use send::{clean, run, waiting};
pub use wish::Mail;
