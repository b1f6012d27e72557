//! Jobs, invitations, bids and contracts.

use hanse_api::requests::{InvitationRequest, JobQuery, RepostRequest, StepRequest};
use hanse_document::Number;
use hanse_document::kind::job::OpenDays;
use hanse_lifecycle::{Event, Machine};
use serde_json::Value;

use crate::request::{As, Request, body};

/// As many as a page has at most.
const PAGE: &str = "100";
/// As long as a posting is open if nothing is said.
const OPEN_DAYS: OpenDays = Number::of::<30>();

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

/// Says a job anew, as a whole.
#[must_use]
pub fn amend_job(id: &str, job: Value) -> Request {
    Request::put(&["v1", "jobs", id], job)
}

/// Posts a job again that came to nothing.
#[must_use]
pub fn repost_job(id: &str, days: Option<OpenDays>) -> Request {
    Request::post(&["v1", "jobs", id, "repost"], body(&RepostRequest { days: days.unwrap_or(OPEN_DAYS) }))
}

/// Invites somebody to bid.
#[must_use]
pub fn invite(job: &str, whom: &InvitationRequest) -> Request {
    Request::post(&["v1", "jobs", job, "invitations"], body(whom))
}

/// Whom one has invited to bid on one's job.
#[must_use]
pub fn invitations_to(job: &str) -> Request {
    Request::get(&["v1", "jobs", job, "invitations"]).by(As::Person).query("limit", Some(PAGE))
}

/// The invitations that one has got.
#[must_use]
pub fn invitations() -> Request {
    Request::get(&["v1", "invitations"]).by(As::Person).query("limit", Some(PAGE))
}

/// One invitation.
#[must_use]
pub fn invitation(id: &str) -> Request {
    Request::get(&["v1", "invitations", id]).by(As::Person)
}

/// Bids on a job.
#[must_use]
pub fn bid(job: &str, bid: Value) -> Request {
    Request::post(&["v1", "jobs", job, "bids"], bid)
}

/// Says a bid anew, as a whole.
#[must_use]
pub fn revise_bid(id: &str, bid: Value) -> Request {
    Request::put(&["v1", "bids", id], bid)
}

/// The bids on one's job.
#[must_use]
pub fn bids_on(job: &str) -> Request {
    Request::get(&["v1", "jobs", job, "bids"]).by(As::Person).query("limit", Some(PAGE))
}

/// One's own bids.
#[must_use]
pub fn bids() -> Request {
    Request::get(&["v1", "bids"]).by(As::Person).query("limit", Some(PAGE))
}

/// One bid.
#[must_use]
pub fn read_bid(id: &str) -> Request {
    Request::get(&["v1", "bids", id]).by(As::Person)
}

/// Offers a contract on a bid.
#[must_use]
pub fn offer(bid: &str, offer: Value) -> Request {
    Request::post(&["v1", "bids", bid, "offer"], offer)
}

/// Answers terms with other terms (`Event::Counter`), or proposes other ones for a contract that runs (`Event::ProposeAmendment`).
#[must_use]
pub fn answer_terms(contract: &str, event: Event, terms: Value) -> Request {
    Request::post(&["v1", "contracts", contract, &path_of(event)], terms)
}

/// One's own contracts.
#[must_use]
pub fn contracts() -> Request {
    Request::get(&["v1", "contracts"]).by(As::Person).query("limit", Some(PAGE))
}

/// One contract.
#[must_use]
pub fn contract(id: &str) -> Request {
    Request::get(&["v1", "contracts", id]).by(As::Person)
}

/// Moves a thing on. A milestone is moved by way of its contract.
#[must_use]
pub fn step(machine: Machine, id: &str, event: Event, said: &StepRequest) -> Request {
    let things = match machine {
        Machine::Job => "jobs",
        Machine::Bid => "bids",
        Machine::Invitation => "invitations",
        Machine::Contract | Machine::Milestone => "contracts",
        Machine::Review => "reviews",
        Machine::Dispute => "disputes",
    };
    Request::post(&["v1", things, id, &path_of(event)], body(said))
}

/// The last part of the path of a move.
pub(super) fn path_of(event: Event) -> String {
    if event == Event::CloseUnfilled { "close".to_owned() } else { event.name().replace('_', "-") }
}

#[cfg(test)]
mod tests {
    use hanse_api::words::{JobState, Order};
    use hanse_document::kind::{PayKind, Per};
    use serde_json::json;

    use super::*;
    use crate::request::Method;

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
        let request = step(Machine::Contract, "offer_x", Event::AcceptDelivery, &StepRequest::default());
        assert_eq!(request.target, "/v1/contracts/offer_x/accept-delivery");
        assert_eq!(request.body, Some(json!({})));
        let said = StepRequest { note: Some("done".parse().unwrap()), ..StepRequest::default() };
        let request = step(Machine::Contract, "offer_x", Event::Deliver, &said).dry(true);
        assert_eq!(request.target, "/v1/contracts/offer_x/deliver?dry_run=true");
        assert_eq!(request.body, Some(json!({"note": "done"})));
        let said = StepRequest::default();
        for (machine, id, event, target) in [
            (Machine::Job, "job_x", Event::CloseUnfilled, "/v1/jobs/job_x/close"),
            (Machine::Job, "job_x", Event::Heartbeat, "/v1/jobs/job_x/heartbeat"),
            (Machine::Bid, "bid_x", Event::Decline, "/v1/bids/bid_x/decline"),
            (Machine::Invitation, "invitation_x", Event::Rescind, "/v1/invitations/invitation_x/rescind"),
            (Machine::Milestone, "offer_x", Event::AttestPaid, "/v1/contracts/offer_x/attest-paid"),
        ] {
            assert_eq!(step(machine, id, event, &said).target, target);
        }
    }

    #[test]
    fn what_is_said_anew_is_put() {
        assert_eq!(amend_job("job_x", json!({})).method, Method::Put);
        assert_eq!(revise_bid("bid_x", json!({})).target, "/v1/bids/bid_x");
        assert_eq!(repost_job("job_x", None).body, Some(json!({"days": 30})));
        let target = answer_terms("offer_x", Event::ProposeAmendment, json!({})).target;
        assert_eq!(target, "/v1/contracts/offer_x/propose-amendment");
    }
}
