//! Messages and their files.

use hanse_api::requests::ReadRequest;
use serde_json::{Value, json};

use crate::request::{As, Request, body};

/// One's threads.
#[must_use]
pub fn threads(cursor: Option<&str>) -> Request {
    Request::get(&["v1", "threads"]).by(As::Person).query("cursor", cursor).query("limit", Some("100"))
}

/// The messages of a thread, the last first.
#[must_use]
pub fn messages(bid: &str, cursor: Option<&str>) -> Request {
    let request = Request::get(&["v1", "threads", bid, "messages"]).by(As::Person);
    request.query("cursor", cursor).query("limit", Some("100"))
}

/// Writes a message.
#[must_use]
pub fn send_message(bid: &str, text: &str, files: &[String]) -> Request {
    Request::post(&["v1", "threads", bid, "messages"], json!({"text": text, "attachments": files}))
}

/// Says how much of a thread one has read.
#[must_use]
pub fn read_messages(bid: &str, up_to: i32) -> Request {
    Request::put(&["v1", "threads", bid, "read"], body(&ReadRequest { up_to }))
}

/// Uploads a file.
#[must_use]
pub fn upload(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Request {
    let request = Request::post(&["v1", "attachments"], Value::Null).empty().query("name", Some(name));
    Request { file: Some((media_type, bytes)), ..request }
}

/// A file.
#[must_use]
pub fn attachment(digest: &str) -> Request {
    Request::get(&["v1", "attachments", digest]).by(As::Person)
}
