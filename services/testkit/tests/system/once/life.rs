//! Changes of mind, each with a key.

use hanse_testkit::{Person, Story};
use serde_json::{Value, json};

use super::twice;

/// Makes every move of a posting, an invitation, a bid and a contract that does not go straight on; answers their routes.
pub(super) async fn changes_of_mind(ada: &Person, ben: &Person) -> Vec<String> {
    let mut keyed = Keyed { covered: Vec::new() };
    keyed.of_postings(ada, ben).await;
    keyed.of_bids(ada, ben).await;
    keyed.of_contracts(ada, ben).await;
    keyed.covered
}

struct Keyed {
    covered: Vec<String>,
}

fn id(published: &Value) -> String {
    published["view"]["id"].as_str().unwrap().to_owned()
}

fn job(title: &str) -> Value {
    json!({"title": title, "text": "All of it."})
}

impl Keyed {
    async fn post(&mut self, who: &Person, things: &str, id: &str, what: &str, body: Value) -> Value {
        self.covered.push(format!("POST /v1/{things}/{{id}}/{what}"));
        twice(who, "POST", &format!("/v1/{things}/{id}/{what}"), &body).await
    }

    async fn of_postings(&mut self, ada: &Person, ben: &Person) {
        let posting = id(&ada.does("/v1/jobs", &job("Changes")).await);
        self.covered.push("PUT /v1/jobs/{id}".to_owned());
        twice(ada, "PUT", &format!("/v1/jobs/{posting}"), &job("Changed")).await;
        for what in ["pause", "resume", "heartbeat"] {
            self.post(ada, "jobs", &posting, what, json!({})).await;
        }
        let whom = json!({"freelancer": ben.did});
        let invitation = id(&self.post(ada, "jobs", &posting, "invitations", whom.clone()).await);
        self.post(ben, "invitations", &invitation, "decline", json!({"reason": "r"})).await;
        let other = id(&ada.does("/v1/jobs", &job("Another")).await);
        let invitation = id(&ada.does(&format!("/v1/jobs/{other}/invitations"), &whom).await);
        self.post(ada, "invitations", &invitation, "rescind", json!({})).await;
        ada.does(&format!("/v1/jobs/{other}/close"), &json!({"reason": "r"})).await;
        self.post(ada, "jobs", &other, "repost", json!({})).await;
    }

    async fn of_bids(&mut self, ada: &Person, ben: &Person) {
        let posting = id(&ada.does("/v1/jobs", &job("Bids")).await);
        let bid = id(&ben.does(&format!("/v1/jobs/{posting}/bids"), &json!({"text": "t"})).await);
        for what in ["read", "shortlist", "unshortlist", "interview"] {
            self.post(ada, "bids", &bid, what, json!({})).await;
        }
        twice(ada, "PUT", &format!("/v1/jobs/{posting}"), &job("More bids")).await;
        self.post(ben, "bids", &bid, "confirm", json!({})).await;
        self.covered.push("PUT /v1/bids/{id}".to_owned());
        twice(ben, "PUT", &format!("/v1/bids/{bid}"), &json!({"text": "better"})).await;
    }

    async fn of_contracts(&mut self, ada: &Person, ben: &Person) {
        let terms = json!({"scope": "s", "due": "2027-01-16"});
        let story = Story::offered(ada, ben).await;
        self.post(ben, "contracts", &story.contract, "counter", terms.clone()).await;
        let story = Story::active(ada, ben).await;
        let mut moves = async |who: &Person, what: &str, body: Value| {
            self.post(who, "contracts", &story.contract, what, body).await;
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
        self.post(ben, "contracts", &story.contract, "terminate", reason()).await;
    }
}
