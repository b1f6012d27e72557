//! Changes of mind: every move of a posting, an invitation, a bid and a contract that does not go straight on, and what shows them.

use hanse_testkit::{Person, Story};
use serde_json::{Value, json};

fn id(published: &Value) -> String {
    published["view"]["id"].as_str().unwrap().to_owned()
}

/// Makes them all, each by `call`: who, method, path of the API, the id that stands in it, body. `of` keeps the titles of one walk apart
/// from those of another.
pub(crate) async fn changes_of_mind(
    ada: &Person,
    ben: &Person,
    of: &str,
    mut call: impl AsyncFnMut(&Person, &str, &str, &str, Value) -> Value,
) {
    let job = |title: &str| json!({"title": format!("{title} {of}"), "text": "All of it."});
    let posting = id(&ada.does("/v1/jobs", &job("Changes")).await);
    call(ada, "PUT", "/v1/jobs/{id}", &posting, job("Changed")).await;
    for what in ["pause", "resume", "heartbeat"] {
        call(ada, "POST", &format!("/v1/jobs/{{id}}/{what}"), &posting, json!({})).await;
    }
    let whom = json!({"freelancer": ben.did});
    let invitation = id(&call(ada, "POST", "/v1/jobs/{id}/invitations", &posting, whom.clone()).await);
    call(ada, "GET", "/v1/jobs/{id}/invitations", &posting, Value::Null).await;
    call(ben, "GET", "/v1/invitations", "", Value::Null).await;
    call(ben, "GET", "/v1/invitations/{id}", &invitation, Value::Null).await;
    call(ben, "POST", "/v1/invitations/{id}/decline", &invitation, json!({"reason": "r"})).await;
    let other = id(&ada.does("/v1/jobs", &job("Another")).await);
    let invitation = id(&ada.does(&format!("/v1/jobs/{other}/invitations"), &whom).await);
    call(ada, "POST", "/v1/invitations/{id}/rescind", &invitation, json!({})).await;
    ada.does(&format!("/v1/jobs/{other}/close"), &json!({"reason": "r"})).await;
    call(ada, "POST", "/v1/jobs/{id}/repost", &other, json!({})).await;

    let posting = id(&ada.does("/v1/jobs", &job("Bids")).await);
    let bid = id(&ben.does(&format!("/v1/jobs/{posting}/bids"), &json!({"text": "t"})).await);
    for what in ["read", "shortlist", "unshortlist", "interview"] {
        call(ada, "POST", &format!("/v1/bids/{{id}}/{what}"), &bid, json!({})).await;
    }
    call(ada, "PUT", "/v1/jobs/{id}", &posting, job("More bids")).await;
    call(ben, "POST", "/v1/bids/{id}/confirm", &bid, json!({})).await;
    call(ben, "PUT", "/v1/bids/{id}", &bid, json!({"text": "better"})).await;

    let terms = json!({"scope": "s", "due": "2027-01-16"});
    let story = Story::offered(ada, ben).await;
    call(ben, "POST", "/v1/contracts/{id}/counter", &story.contract, terms.clone()).await;
    let story = Story::active(ada, ben).await;
    let mut moves = async |who: &Person, what: &str, body: Value| {
        call(who, "POST", &format!("/v1/contracts/{{id}}/{what}"), &story.contract, body).await;
    };
    let reason = || json!({"reason": "r"});
    moves(ada, "propose-amendment", terms.clone()).await;
    moves(ben, "decline-amendment", json!({})).await;
    ada.does(&story.at("propose-amendment"), &terms).await;
    moves(ben, "accept-amendment", json!({})).await;
    moves(ada, "pause", reason()).await;
    moves(ada, "resume", json!({})).await;
    moves(ada, "cancel", reason()).await;
    moves(ben, "object", json!({})).await;
    moves(ben, "deliver", json!({"note": "n"})).await;
    moves(ada, "request-changes", json!({"note": "n"})).await;
    moves(ben, "request-close", reason()).await;
    ada.does(&story.at("object"), &json!({})).await;
    ben.does(&story.at("deliver"), &json!({"note": "m"})).await;
    ada.does(&story.at("accept-delivery"), &json!({})).await;
    moves(ben, "report-unpaid", json!({})).await;
    let story = Story::active(ada, ben).await;
    call(ben, "POST", "/v1/contracts/{id}/terminate", &story.contract, reason()).await;
}

/// What somebody is told of all that, and what they want to be told.
pub(crate) async fn told(ada: &Person, mut call: impl AsyncFnMut(&Person, &str, &str, &str, Value) -> Value) {
    call(ada, "GET", "/v1/notifications", "", Value::Null).await;
    call(ada, "POST", "/v1/notifications/seen", "", json!({"up_to": 0})).await;
    call(ada, "GET", "/v1/me/notification-preferences", "", Value::Null).await;
    call(ada, "PUT", "/v1/me/notification-preferences", "", json!({"off": ["job.paused"]})).await;
    call(ada, "GET", "/v1/me/notification-email", "", Value::Null).await;
    let wish = json!({"daily": true, "at_once": ["offer.received"], "language": "fr"});
    call(ada, "PUT", "/v1/me/notification-email", "", wish).await;
}
