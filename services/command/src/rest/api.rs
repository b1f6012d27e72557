//! Every use of a node's API as a [`Request`]. A body that may come from a file is JSON as the node's OpenAPI document has it; [`body`]
//! makes it of a request type of [`hanse_api::requests`].

mod account;
mod said;
mod saved_searches;

use hanse_api::requests::{JobQuery, ReplyRequest, StepRequest};
use serde_json::{Value, json};

use super::request::{As, Request, body};

pub use account::{
    ask_for_reset, block, blocks, change_password, email, end_login, end_other_logins, export, logins, me,
    put_email, recovery_codes, rename, reset_password, unblock, verify_email,
};
pub use said::{again, forget_again, link, say_again, skill};
pub use saved_searches::{alerts, events, forget_search, keep_search, picks, saved_searches};

/// The moves of a contract; each has its own path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The freelancer takes the offer.
    Accept,
    /// The freelancer declines the offer.
    Decline,
    /// The freelancer delivers.
    Deliver,
    /// The client accepts what was delivered.
    AcceptDelivery,
    /// The client says that it was paid.
    AttestPaid,
    /// The freelancer confirms the payment.
    ConfirmReceived,
    /// The client ends the contract.
    Close,
}

impl Move {
    /// The last part of its path.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Deliver => "deliver",
            Self::AcceptDelivery => "accept-delivery",
            Self::AttestPaid => "attest-paid",
            Self::ConfirmReceived => "confirm-received",
            Self::Close => "close",
        }
    }

    /// Its name in a contract's `allowed` and `history`.
    #[must_use]
    pub fn event(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Deliver => "deliver",
            Self::AcceptDelivery => "accept_delivery",
            Self::AttestPaid => "attest_paid",
            Self::ConfirmReceived => "confirm_received",
            Self::Close => "close",
        }
    }
}

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

/// Posts a job.
#[must_use]
pub fn post_job(job: Value) -> Request {
    Request::post(&["v1", "jobs"], job)
}

/// Finds jobs.
#[must_use]
pub fn search(query: &JobQuery) -> Request {
    Request::get(&["v1", "jobs"]).asking(query)
}

/// Shows a job.
#[must_use]
pub fn job(id: &str) -> Request {
    Request::get(&["v1", "jobs", id]).by(As::Viewer)
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

/// Closes a job that nobody got; `said` has the reason.
#[must_use]
pub fn close_job(id: &str, said: &StepRequest) -> Request {
    Request::post(&["v1", "jobs", id, "close"], body(said))
}

/// Bids on a job.
#[must_use]
pub fn bid(job: &str, bid: Value) -> Request {
    Request::post(&["v1", "jobs", job, "bids"], bid)
}

/// The bids on one's job.
#[must_use]
pub fn bids_on(job: &str) -> Request {
    Request::get(&["v1", "jobs", job, "bids"]).by(As::Person).query("limit", Some("100"))
}

/// One's own bids.
#[must_use]
pub fn bids() -> Request {
    Request::get(&["v1", "bids"]).by(As::Person).query("limit", Some("100"))
}

/// One bid.
#[must_use]
pub fn read_bid(id: &str) -> Request {
    Request::get(&["v1", "bids", id]).by(As::Person)
}

/// Takes a bid back; `said` may have a reason.
#[must_use]
pub fn withdraw(id: &str, said: &StepRequest) -> Request {
    Request::post(&["v1", "bids", id, "withdraw"], body(said))
}

/// Offers a contract on a bid.
#[must_use]
pub fn offer(bid: &str, offer: Value) -> Request {
    Request::post(&["v1", "bids", bid, "offer"], offer)
}

/// One's own contracts.
#[must_use]
pub fn contracts() -> Request {
    Request::get(&["v1", "contracts"]).by(As::Person).query("limit", Some("100"))
}

/// One contract.
#[must_use]
pub fn contract(id: &str) -> Request {
    Request::get(&["v1", "contracts", id]).by(As::Person)
}

/// Moves a contract.
#[must_use]
pub fn step(contract: &str, what: Move, said: &StepRequest) -> Request {
    Request::post(&["v1", "contracts", contract, what.path()], body(said))
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

#[cfg(test)]
mod tests {
    use hanse_api::words::{JobState, Order};
    use hanse_document::Number;
    use hanse_document::kind::{PayKind, Per};

    use super::*;

    #[test]
    fn a_search_asks_only_for_what_is_said() {
        assert_eq!(search(&JobQuery::default()).target, "/v1/jobs");
        let text = Some("café \"thé\" & pain".to_owned());
        let asked = JobQuery { text, remote: Some(false), limit: Some(5), ..JobQuery::default() };
        let target = "/v1/jobs?text=caf%C3%A9+%22th%C3%A9%22+%26+pain&remote=false&limit=5";
        assert_eq!(search(&asked).target, target);
    }

    #[test]
    fn every_facet_of_a_search_is_asked() {
        let asked = JobQuery {
            text: Some("menu".to_owned()),
            skill: Some("local:rust".parse().unwrap()),
            language: Some("pt-BR".parse().unwrap()),
            remote: Some(true),
            client: Some("did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw".parse().unwrap()),
            pay: Some(PayKind::TimeCredits),
            currency: Some("EUR".parse().unwrap()),
            per: Some(Per::Hour),
            min_pay: Some(1),
            max_pay: Some(2),
            country: Some("FR".parse().unwrap()),
            near: Some("Lyon, FR".to_owned()),
            latitude_e4: Some(-3),
            longitude_e4: Some(4),
            within_km: Some(Number::of::<5>()),
            posted_since: Some("2026-11-24T10:00:00Z".parse().unwrap()),
            min_seats: Some(Number::of::<6>()),
            min_hours: Some(Number::of::<7>()),
            max_hours: Some(Number::of::<8>()),
            state: Some(JobState::ClosedUnfilled),
            sort: Some(Order::Relevance),
            cursor: Some("c".to_owned()),
            limit: Some(9),
        };
        let target = "/v1/jobs?text=menu&skill=local%3Arust&language=pt-BR&remote=true\
            &client=did%3Akey%3Az6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw&pay=time_credits&currency=EUR&per=hour\
            &min_pay=1&max_pay=2&country=FR&near=Lyon%2C+FR&latitude_e4=-3&longitude_e4=4&within_km=5&posted_since=2026-11-24T10%3A00%3A00Z\
            &min_seats=6&min_hours=7&max_hours=8&state=closed_unfilled&sort=relevance&cursor=c&limit=9";
        assert_eq!(search(&asked).target, target);
    }

    #[test]
    fn a_move_says_only_what_is_stated() {
        let request = step("offer_x", Move::AcceptDelivery, &StepRequest::default());
        assert_eq!(request.target, "/v1/contracts/offer_x/accept-delivery");
        assert_eq!(request.body, Some(json!({})));
        let said = StepRequest { note: Some("done".parse().unwrap()), ..StepRequest::default() };
        let request = step("offer_x", Move::Deliver, &said).dry(true);
        assert_eq!(request.target, "/v1/contracts/offer_x/deliver?dry_run=true");
        assert_eq!(request.body, Some(json!({"note": "done"})));
    }
}
