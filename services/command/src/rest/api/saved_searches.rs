//! Searches that are kept, and what they lead to.

use serde_json::{Value, json};

use super::Search;
use crate::rest::request::{As, Request};

/// Keeps a search.
#[must_use]
pub fn keep_search(label: &str, search: &Search) -> Request {
    let query: serde_json::Map<String, Value> =
        search.stated().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Request::post(&["v1", "saved-searches"], json!({"label": label, "query": query}))
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
