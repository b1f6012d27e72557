//! Searches that are kept, and what they lead to.

use hanse_api::requests::{MailWishRequest, NotificationPreferencesRequest, SavedSearchRequest, SeenRequest};

use crate::request::{As, Request, body};

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

/// What one was told, the newest first.
#[must_use]
pub fn notifications(unseen: bool, cursor: Option<&str>) -> Request {
    Request::get(&["v1", "notifications"])
        .by(As::Person)
        .query("unseen", unseen.then_some("true"))
        .query("cursor", cursor)
        .query("limit", Some("100"))
}

/// Says that one has seen all up to a position.
#[must_use]
pub fn see_notifications(up_to: i64) -> Request {
    Request::post(&["v1", "notifications", "seen"], body(&SeenRequest { up_to }))
}

/// Of which events one is told.
#[must_use]
pub fn notification_preferences() -> Request {
    Request::get(&["v1", "me", "notification-preferences"]).by(As::Person)
}

/// Says of which events one is not to be told.
#[must_use]
pub fn put_notification_preferences(off: Vec<String>) -> Request {
    Request::put(&["v1", "me", "notification-preferences"], body(&NotificationPreferencesRequest { off }))
}

/// What one wants by e-mail.
#[must_use]
pub fn mail_wish() -> Request {
    Request::get(&["v1", "me", "notification-email"]).by(As::Person)
}

/// Says what one wants by e-mail.
#[must_use]
pub fn put_mail_wish(wish: &MailWishRequest) -> Request {
    Request::put(&["v1", "me", "notification-email"], body(wish))
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
