//! What stands in the tables of this crate.

pub(crate) mod letters;
pub(crate) mod wishes;

/// Every statement of this crate, for the test that prepares each against the migrated schema.
pub const STATEMENTS: &[&str] = &[
    letters::DUE,
    letters::SENT,
    letters::LATER,
    letters::FORGET_NEWS,
    letters::REFUSED,
    letters::FORGET_REFUSED,
    letters::ENQUEUE,
    letters::WAITING,
    letters::WAITING_OF,
    wishes::FIND,
    wishes::PUT,
    wishes::END,
    wishes::REACHED,
    wishes::CURSOR,
    wishes::MOVE_CURSOR,
    wishes::UP_TO,
    wishes::AT_ONCE,
    wishes::DAILY,
    wishes::UNTOLD,
    wishes::TOLD,
];
