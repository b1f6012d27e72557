//! Searches that are kept, and what they lead to.

use hanse_api::requests::SavedSearchRequest;

use crate::rest::request::{As, Request, body};

/// Keeps a search.
#[must_use]
pub fn keep_search(search: &SavedSearchRequest) -> Request {
    Request::post(&["v1", "saved-searches"], body(search))
}

/// The searches that one keeps.
#[must_use]
pub fn saved_searches() -> Request {
    Request::get(&["v1", "saved-searches"]).by(As::Person)
}

/// Forgets a search.
#[must_use]
pub fn forget_search(id: &str) -> Request {
    Request::delete(&["v1", "saved-searches", id])
}

/// The alerts after a position.
#[must_use]
pub fn alerts(after: u64) -> Request {
    Request::get(&["v1", "alerts"])
        .by(As::Person)
        .query("after", Some(&after.to_string()))
        .query("limit", Some("100"))
}

/// The stream of events: those after a position first, if one is said.
#[must_use]
pub fn events(after: Option<u64>) -> Request {
    let after = after.map(|after| after.to_string());
    Request::get(&["v1", "events"]).by(As::Person).query("after", after.as_deref())
}

/// Tonight's pairs that one is in.
#[must_use]
pub fn picks() -> Request {
    Request::get(&["v1", "me", "picks"]).by(As::Person)
}
