//! A dispute from the claim to the last word, and what two people write to each other: every route of both, in order.

use hanse_testkit::{Person, Story};
use serde_json::{Value, json};

fn id(published: &Value) -> String {
    published["view"]["id"].as_str().unwrap().to_owned()
}

/// Two arbiters whom the contract names, a claim that is taken back, and one on which both rule.
pub(crate) async fn disputes(
    (ada, ben): (&Person, &Person),
    (nina, noor): (&Person, &Person),
    mut call: impl AsyncFnMut(&Person, &str, &str, &str, Value) -> Value,
) {
    for arbiter in [nina, noor] {
        let says = json!({"fields": ["local:iron"], "languages": ["en"], "fee": "80 EUR an hour", "terms": "Write to me."});
        call(arbiter, "PUT", "/v1/me/arbiter", "", says).await;
    }
    call(ada, "GET", "/v1/arbiters", "", Value::Null).await;
    call(ada, "GET", "/v1/arbiters/{did}", &nina.did, Value::Null).await;
    let story = Story::bid(ada, ben).await;
    let offer = json!({
        "scope": "A gate.", "due": "2027-01-16", "arbiters": [nina.did, noor.did], "arbiters_may_share_home": true,
    });
    let contract = id(&ada.does(&format!("/v1/bids/{}/offer", story.bid), &offer).await);
    ben.does(&format!("/v1/contracts/{contract}/accept"), &json!({})).await;
    let story = Story { contract, ..story };
    story.stands("active").await;
    let claim = || json!({"claim": "It leans.", "outcome": {"then": "goes_on"}});
    let opens = "/v1/contracts/{id}/disputes";
    let dispute = id(&call(ada, "POST", opens, &story.contract, claim()).await);
    call(ada, "GET", "/v1/contracts/{id}/disputes", &story.contract, Value::Null).await;
    call(ben, "GET", "/v1/disputes", "", Value::Null).await;
    call(ben, "GET", "/v1/disputes/{id}", &dispute, Value::Null).await;
    call(ada, "POST", "/v1/disputes/{id}/withdraw", &dispute, json!({})).await;
    let dispute = id(&ada.does(&format!("/v1/contracts/{}/disputes", story.contract), &claim()).await);
    let said = || json!({"text": "It stands."});
    call(ben, "POST", "/v1/disputes/{id}/respond", &dispute, said()).await;
    call(ada, "POST", "/v1/disputes/{id}/settle", &dispute, json!({"outcome": {"then": "closes"}})).await;
    call(ben, "POST", "/v1/disputes/{id}/escalate", &dispute, json!({})).await;
    let ruling = || json!({"text": "It leans a little.", "outcome": {"then": "goes_on"}});
    call(nina, "POST", "/v1/disputes/{id}/rule", &dispute, ruling()).await;
    call(ben, "POST", "/v1/disputes/{id}/appeal", &dispute, json!({"text": "She never came."})).await;
    noor.does(&format!("/v1/disputes/{dispute}/rule"), &ruling()).await;
    assert_eq!(ada.read(&format!("/v1/disputes/{dispute}")).await["state"], "final");
    call(ada, "POST", "/v1/threads/{id}/messages", &story.bid, json!({"text": "Well?"})).await;
    call(ben, "GET", "/v1/threads", "", Value::Null).await;
    call(ben, "GET", "/v1/threads/{id}/messages", &story.bid, Value::Null).await;
}
