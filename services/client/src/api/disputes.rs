//! Disputes, and people who rule in them.

use hanse_api::requests::{ArbiterRequest, DisputeRequest, DisputeStepRequest};
use hanse_lifecycle::Event;

use super::work::path_of;
use crate::request::{As, Request, body};

/// As many as a page has at most.
const PAGE: &str = "100";

/// Opens a dispute over a contract.
#[must_use]
pub fn open_dispute(contract: &str, said: &DisputeRequest) -> Request {
    Request::post(&["v1", "contracts", contract, "disputes"], body(said))
}

/// Moves a dispute.
#[must_use]
pub fn move_dispute(id: &str, event: Event, said: &DisputeStepRequest) -> Request {
    Request::post(&["v1", "disputes", id, &path_of(event)], body(said))
}

/// The disputes that one has a part in.
#[must_use]
pub fn disputes() -> Request {
    Request::get(&["v1", "disputes"]).by(As::Person).query("limit", Some(PAGE))
}

/// All disputes over a contract.
#[must_use]
pub fn disputes_over(contract: &str) -> Request {
    Request::get(&["v1", "contracts", contract, "disputes"]).by(As::Person)
}

/// One dispute.
#[must_use]
pub fn dispute(id: &str) -> Request {
    Request::get(&["v1", "disputes", id]).by(As::Person)
}

/// People who rule in disputes.
#[must_use]
pub fn arbiters() -> Request {
    Request::get(&["v1", "arbiters"]).by(As::Anyone).query("limit", Some(PAGE))
}

/// What somebody says of themselves as an arbiter.
#[must_use]
pub fn arbiter(did: &str) -> Request {
    Request::get(&["v1", "arbiters", did]).by(As::Anyone)
}

/// Says that one rules in disputes.
#[must_use]
pub fn announce_arbiter(said: &ArbiterRequest) -> Request {
    Request::put(&["v1", "me", "arbiter"], body(said))
}

/// Takes no new cases.
#[must_use]
pub fn withdraw_arbiter() -> Request {
    Request::delete(&["v1", "me", "arbiter"]).by(As::Person)
}
