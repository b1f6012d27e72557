//! Logs in Postgres: sequenced, proved, followed by another node. The parts of a node that do so, without the rest of it.

mod database;
mod follow;
mod grown;
mod home;
mod link;
mod schedule;
mod sequencer;
mod submit;

pub(crate) use self::database::{Database, Disk, raw_insert};
pub(crate) use self::follow::run as follow;
pub(crate) use self::grown::run as grown;
pub(crate) use self::sequencer::run as sequencer;
pub(crate) use self::submit::{run as submit, whole as submit_long};
