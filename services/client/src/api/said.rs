//! What one says for oneself alone, and what one can do.

use hanse_api::requests::LinkRequest;
use serde_json::json;

use crate::request::{As, Request, body};

/// One's own private answer about a contract.
#[must_use]
pub fn again(contract: &str) -> Request {
    Request::get(&["v1", "contracts", contract, "again"]).by(As::Person)
}

/// Says whether one would work with the other side again, for oneself alone.
#[must_use]
pub fn say_again(contract: &str, again: bool) -> Request {
    Request::put(&["v1", "contracts", contract, "again"], json!({"again": again}))
}

/// Takes one's private answer back.
#[must_use]
pub fn forget_again(contract: &str) -> Request {
    Request::delete(&["v1", "contracts", contract, "again"])
}

/// One skill with its names and what else meets a need for it.
#[must_use]
pub fn skill(id: &str) -> Request {
    Request::get(&["v1", "skills", id])
}

/// The skills that a text names, its title first.
#[must_use]
pub fn link(text: &LinkRequest) -> Request {
    Request::post(&["v1", "skills", "link"], body(text)).by(As::Anyone)
}
