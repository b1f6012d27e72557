//! One's own account.

use hanse_api::requests::PeopleQuery;
use serde_json::{Value, json};

use crate::request::{As, Request};

/// Who the token is of.
#[must_use]
pub fn me() -> Request {
    Request::get(&["v1", "me"]).by(As::Person)
}

/// Whether one is in the directory.
#[must_use]
pub fn listing() -> Request {
    Request::get(&["v1", "me", "listing"]).by(As::Person)
}

/// Says whether one is in the directory.
#[must_use]
pub fn put_listing(listed: bool) -> Request {
    Request::put(&["v1", "me", "listing"], json!({"listed": listed}))
}

/// Finds people.
#[must_use]
pub fn people(query: &PeopleQuery) -> Request {
    Request::get(&["v1", "people"]).asking(query)
}

/// Changes the password.
#[must_use]
pub fn change_password(password: &str, new: &str) -> Request {
    Request::put(&["v1", "me", "password"], json!({"password": password, "new_password": new}))
}

/// One's logins.
#[must_use]
pub fn logins() -> Request {
    Request::get(&["v1", "sessions"]).by(As::Person)
}

/// Ends one login.
#[must_use]
pub fn end_login(id: &str) -> Request {
    Request::delete(&["v1", "sessions", id])
}

/// Ends every login but this one.
#[must_use]
pub fn end_other_logins() -> Request {
    Request::delete(&["v1", "sessions"]).query("others", Some("true"))
}

/// Makes new recovery codes.
#[must_use]
pub fn recovery_codes(password: &str) -> Request {
    Request::post(&["v1", "me", "recovery-codes"], json!({"password": password}))
}

/// Sets a new password with a code.
#[must_use]
pub fn reset_password(handle: &str, code: &str, password: &str) -> Request {
    let body = json!({"handle": handle, "code": code, "password": password});
    Request::post(&["v1", "password-resets"], body).by(As::Anyone)
}

/// Has a code sent to the address of an account.
#[must_use]
pub fn ask_for_reset(handle: &str) -> Request {
    Request::post(&["v1", "password-resets", "request"], json!({"handle": handle})).by(As::Anyone)
}

/// Takes another handle.
#[must_use]
pub fn rename(handle: &str) -> Request {
    Request::patch(&["v1", "me"], json!({"handle": handle}))
}

/// One's private address.
#[must_use]
pub fn email() -> Request {
    Request::get(&["v1", "me", "email"]).by(As::Person)
}

/// Has a code sent to an address; without one, has the one that is there forgotten.
#[must_use]
pub fn put_email(address: Option<&str>, password: &str) -> Request {
    let address = address.map_or(Value::Null, Value::from);
    Request::put(&["v1", "me", "email"], json!({"address": address, "password": password}))
}

/// Gives the code that was sent to an address.
#[must_use]
pub fn verify_email(code: &str) -> Request {
    Request::post(&["v1", "me", "email", "verify"], json!({"code": code}))
}

/// Whom one has blocked.
#[must_use]
pub fn blocks() -> Request {
    Request::get(&["v1", "me", "blocks"]).by(As::Person)
}

/// Blocks somebody.
#[must_use]
pub fn block(did: &str) -> Request {
    Request::put(&["v1", "me", "blocks", did], Value::Null).empty()
}

/// Unblocks somebody.
#[must_use]
pub fn unblock(did: &str) -> Request {
    Request::delete(&["v1", "me", "blocks", did])
}

/// Everything that the node keeps of one, as an archive.
#[must_use]
pub fn export() -> Request {
    Request::get(&["v1", "me", "export"]).by(As::Person)
}
