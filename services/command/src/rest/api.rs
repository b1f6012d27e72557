//! Every use of a node's API as a [`Request`]. Bodies are JSON as the node's OpenAPI document has them.

mod said;
mod saved_searches;

use serde_json::{Value, json};

use super::request::{As, Request};

pub use said::{again, forget_again, say_again, skill};
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

/// What a search asks for; absent is any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Words, as people type them: `"a phrase" or -without`.
    pub text: Option<String>,
    /// One skill.
    pub skill: Option<String>,
    /// The posting's language.
    pub language: Option<String>,
    /// Remote only, or on site only.
    pub remote: Option<bool>,
    /// Of one client.
    pub client: Option<String>,
    /// `money`, `barter` or `time_credits`.
    pub pay: Option<String>,
    /// The currency of the money.
    pub currency: Option<String>,
    /// What the money is for, `hour` or `project`.
    pub per: Option<String>,
    /// The money may be this much or more, in minor units.
    pub min_pay: Option<i64>,
    /// The money may be this much or less, in minor units.
    pub max_pay: Option<i64>,
    /// At a place in this country.
    pub country: Option<String>,
    /// At a place no farther from a point than so many kilometres: latitude and longitude in ten-thousandths of a degree.
    pub near: Option<(i32, i32, u32)>,
    /// Posted at this time or later.
    pub posted_since: Option<String>,
    /// For so many people or more.
    pub min_seats: Option<u32>,
    /// So many hours a week or more.
    pub min_hours: Option<u32>,
    /// So many hours a week or fewer.
    pub max_hours: Option<u32>,
    /// In one state.
    pub state: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// At most so many, 1 to 100.
    pub limit: Option<u32>,
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
pub fn search(search: &Search) -> Request {
    let mut request = Request::get(&["v1", "jobs"]);
    for (name, value) in search.stated() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        request = request.query(name, Some(&text));
    }
    request
}

impl Search {
    /// What is asked for, by the names of the API.
    #[must_use]
    pub fn stated(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &Option<String>| text.as_deref().map(Value::from);
        let (north, east, km) =
            self.near.map_or((None, None, None), |(north, east, km)| (Some(north), Some(east), Some(km)));
        let all = [
            ("text", text(&self.text)),
            ("skill", text(&self.skill)),
            ("language", text(&self.language)),
            ("remote", self.remote.map(Value::from)),
            ("client", text(&self.client)),
            ("pay", text(&self.pay)),
            ("currency", text(&self.currency)),
            ("per", text(&self.per)),
            ("min_pay", self.min_pay.map(Value::from)),
            ("max_pay", self.max_pay.map(Value::from)),
            ("country", text(&self.country)),
            ("latitude_e4", north.map(Value::from)),
            ("longitude_e4", east.map(Value::from)),
            ("within_km", km.map(Value::from)),
            ("posted_since", text(&self.posted_since)),
            ("min_seats", self.min_seats.map(Value::from)),
            ("min_hours", self.min_hours.map(Value::from)),
            ("max_hours", self.max_hours.map(Value::from)),
            ("state", text(&self.state)),
            ("cursor", text(&self.cursor)),
            ("limit", self.limit.map(Value::from)),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
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

/// Closes a job that nobody got.
#[must_use]
pub fn close_job(id: &str, reason: &str) -> Request {
    Request::post(&["v1", "jobs", id, "close"], json!({"reason": reason}))
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

/// Takes a bid back.
#[must_use]
pub fn withdraw(id: &str, reason: Option<&str>) -> Request {
    Request::post(&["v1", "bids", id, "withdraw"], stated(&[("reason", reason)]))
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

/// Moves a contract; `said` is what the move says: `note`, `digest`, `reason`.
#[must_use]
pub fn step(contract: &str, what: Move, said: &[(&str, Option<&str>)]) -> Request {
    Request::post(&["v1", "contracts", contract, what.path()], stated(said))
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
pub fn reply(commit: &str, text: &str) -> Request {
    Request::post(&["v1", "reviews", commit, "reply"], json!({"text": text}))
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

/// An object of those that are stated.
fn stated(said: &[(&str, Option<&str>)]) -> Value {
    said.iter().filter_map(|(name, text)| Some(((*name).to_owned(), Value::from((*text)?)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_asks_only_for_what_is_said() {
        assert_eq!(search(&Search::default()).target, "/v1/jobs");
        let asked =
            Search { text: Some("sound".into()), remote: Some(false), limit: Some(5), ..Search::default() };
        assert_eq!(search(&asked).target, "/v1/jobs?text=sound&remote=false&limit=5");
    }

    #[test]
    fn a_move_says_only_what_is_stated() {
        let request = step("offer_x", Move::AcceptDelivery, &[("note", None)]);
        assert_eq!(request.target, "/v1/contracts/offer_x/accept-delivery");
        assert_eq!(request.body, Some(json!({})));
        let request = step("offer_x", Move::Deliver, &[("note", Some("done")), ("digest", None)]).dry(true);
        assert_eq!(request.target, "/v1/contracts/offer_x/deliver?dry_run=true");
        assert_eq!(request.body, Some(json!({"note": "done"})));
    }
}
