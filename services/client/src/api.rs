//! Every use of a node's API as a [`Request`]. A body that may come from a file is JSON as the node's OpenAPI document has it; [`body`]
//! makes it of a request type of [`hanse_api::requests`].

mod account;
mod disputes;
mod messages;
mod said;
mod saved_searches;
mod work;

use hanse_api::requests::ReplyRequest;
use hanse_document::Verified;
use serde_json::{Value, json};

use crate::request::{As, Request, body};

pub use account::{
    ask_for_reset, block, blocks, change_password, email, end_login, end_other_logins, export, listing,
    logins, me, people, put_email, put_listing, recovery_codes, rename, reset_password, unblock,
    verify_email,
};
pub use disputes::{
    announce_arbiter, arbiter, arbiters, dispute, disputes, disputes_over, move_dispute, open_dispute,
    withdraw_arbiter,
};
pub use messages::{attachment, messages, read_messages, send_message, threads, upload};
pub use said::{again, forget_again, link, say_again, skill};
pub use saved_searches::{
    alerts, events, forget_search, keep_search, mail_wish, notification_preferences, notifications, picks,
    put_mail_wish, put_notification_preferences, saved_searches, see_notifications,
};
pub use work::{
    amend_job, answer_terms, bid, bids, bids_on, contract, contracts, invitation, invitations,
    invitations_to, invite, job, offer, post_job, read_bid, repost_job, revise_bid, search, step,
};

/// Opens an account.
#[must_use]
pub fn register(handle: &str, password: &str) -> Request {
    Request::post(&["v1", "accounts"], json!({"handle": handle, "password": password})).by(As::Anyone)
}

/// Signs in; no scopes are all scopes.
#[must_use]
pub fn login(handle: &str, password: &str, scopes: &[String]) -> Request {
    let body = json!({"handle": handle, "password": password, "scopes": scopes});
    Request::post(&["v1", "sessions"], body).by(As::Anyone)
}

/// Takes new tokens for the refresh token.
#[must_use]
pub fn refresh(refresh_token: &str) -> Request {
    Request::post(&["v1", "sessions", "refresh"], json!({"refresh_token": refresh_token})).by(As::Anyone)
}

/// Ends the login.
#[must_use]
pub fn logout() -> Request {
    Request::delete(&["v1", "sessions"])
}

/// Writes one's profile.
#[must_use]
pub fn put_profile(profile: Value) -> Request {
    Request::put(&["v1", "me", "profile"], profile)
}

/// Shows somebody's profile.
#[must_use]
pub fn profile(did: &str) -> Request {
    Request::get(&["v1", "profiles", did])
}

/// Who fits a job and why, also of the other nodes if `scope` is `federation`; the first look of its client on a day counts as
/// attention.
#[must_use]
pub fn matches(job: &str, language: &str, limit: Option<u32>, scope: Option<&str>) -> Request {
    let limit = limit.map(|limit| limit.to_string());
    Request::get(&["v1", "jobs", job, "matches"])
        .by(As::Viewer)
        .query("language", Some(language))
        .query("limit", limit.as_deref())
        .query("scope", scope)
}

/// Why somebody is not shown for a job, or where they stand.
#[must_use]
pub fn why_not(job: &str, did: &str, language: &str) -> Request {
    Request::get(&["v1", "jobs", job, "matches", did]).query("language", Some(language))
}

/// Open jobs that fit one.
#[must_use]
pub fn recommended(language: &str, limit: Option<u32>) -> Request {
    let limit = limit.map(|limit| limit.to_string());
    Request::get(&["v1", "me", "recommended-jobs"])
        .by(As::Person)
        .query("language", Some(language))
        .query("limit", limit.as_deref())
}

/// Deposits a sealed review.
#[must_use]
pub fn review(contract: &str, review: Value) -> Request {
    Request::post(&["v1", "contracts", contract, "reviews"], review)
}

/// The reviews of a contract, as far as the viewer may read them.
#[must_use]
pub fn reviews(contract: &str) -> Request {
    Request::get(&["v1", "contracts", contract, "reviews"]).by(As::Viewer)
}

/// Replies to a review about oneself, named by the leaf id of its commit.
#[must_use]
pub fn reply(commit: &str, reply: &ReplyRequest) -> Request {
    Request::post(&["v1", "reviews", commit, "reply"], body(reply))
}

/// What the logs say of somebody.
#[must_use]
pub fn reputation(did: &str) -> Request {
    Request::get(&["v1", "reputation", did])
}

/// How far somebody can be trusted from where the reader stands, or from an adopted standpoint.
#[must_use]
pub fn score(did: &str, viewer: Option<&str>, language: &str) -> Request {
    Request::get(&["v1", "reputation", did, "score"])
        .by(As::Viewer)
        .query("viewer", viewer)
        .query("language", Some(language))
}

/// What changed a score, entry by entry.
#[must_use]
pub fn score_history(did: &str, viewer: Option<&str>, language: &str) -> Request {
    Request::get(&["v1", "reputation", did, "score", "history"])
        .by(As::Viewer)
        .query("viewer", viewer)
        .query("language", Some(language))
}

/// The file that proves it.
#[must_use]
pub fn evidence(did: &str) -> Request {
    Request::get(&["v1", "reputation", did, "evidence"])
}

/// The bytes of a document.
#[must_use]
pub fn document(id: &str) -> Request {
    Request::get(&["v1", "documents", id]).by(As::Viewer)
}

/// Publishes a document that its author has signed; `leaf_signature` goes with an identity.
#[must_use]
pub fn publish(document: &Verified, leaf_signature: Option<&str>) -> Request {
    // Cannot fail: a document that was verified is JSON, and what is canonical is written again as it was.
    let value = serde_json::from_slice(document.bytes()).unwrap_or_default();
    Request::post(&["v1", "documents"], value).by(As::Anyone).header("Hanse-Leaf-Signature", leaf_signature)
}

/// What the node ranks with, and when it changed.
#[must_use]
pub fn transparency() -> Request {
    Request::get(&["v1", "transparency"])
}

/// Who the node is.
#[must_use]
pub fn node() -> Request {
    Request::get(&["v1", "node"])
}

/// Whom it federates with.
#[must_use]
pub fn peers() -> Request {
    Request::get(&["v1", "peers"])
}

/// The skills that a phrase may mean.
#[must_use]
pub fn skills(text: &str, language: Option<&str>, limit: Option<&str>) -> Request {
    Request::get(&["v1", "skills"])
        .query("text", Some(text))
        .query("language", language)
        .query("limit", limit)
}

/// Whether it can do its work.
#[must_use]
pub fn ready() -> Request {
    Request::get(&["readyz"])
}

/// The newest checkpoint of one of its logs (`reputation` or `jobs`), as text.
#[must_use]
pub fn checkpoint(log: &str) -> Request {
    Request::get(&["log", log, "checkpoint"])
}

/// The logs that it keeps.
#[must_use]
pub fn logs() -> Request {
    Request::get(&["v1", "logs"])
}

/// The states of a node's reputation log that others vouch for.
#[must_use]
pub fn log_checkpoints(node: &str) -> Request {
    Request::get(&["v1", "logs", node, "reputation", "checkpoints"])
}

/// Leaves of a node's reputation log.
#[must_use]
pub fn log_entries(node: &str, start: u64) -> Request {
    Request::get(&["v1", "logs", node, "reputation", "entries"]).query("start", Some(&start.to_string()))
}
