#![doc = include_str!("../README.md")]

mod form;
mod subject;

pub mod leaf;

pub mod statement;

pub mod index;

mod log_state;

pub mod evidence;
pub mod record;

pub use index::SubjectKey;
pub use leaf::{Leaf, LeafError, LeafId, UnsignedLeaf, subjects_of};
pub use log_state::{Applied, LedgerError, LogState, replay};
pub use statement::Statement;
