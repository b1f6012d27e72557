//! One's own account over REST: what its answers are, whom they are for, and what a restricted token may not do.

use hanse_store::{Sql as _, Store, column};
use hanse_testkit::{Federation, PASSWORD, Person, Story, TestNode, until};
use serde_json::{Value, json};

use crate::schema::Description;

const NEW: &str = "le chat noir dort sur le toit";

/// The code in the newest letter to an address, once there are so many letters to it.
async fn code(node: &TestNode, address: &str, letters: usize) -> String {
    let store = node.store().await;
    let connection = store.connection().await.unwrap();
    let select = "SELECT body FROM mail WHERE recipient = $1 ORDER BY id";
    until("the letter is written", async || {
        connection.query(select, &[&address]).await.unwrap().len() >= letters
    })
    .await;
    newest_code(&store).await
}

/// The code in the newest letter to anybody.
pub(crate) async fn newest_code(store: &Store) -> String {
    let connection = store.connection().await.unwrap();
    let row = connection.query_one("SELECT body FROM mail ORDER BY id DESC LIMIT 1", &[]).await.unwrap();
    let body: String = column(&row, "mail", "body").unwrap();
    body.lines().find(|line| line.starts_with("    ")).unwrap().trim().to_owned()
}

/// Every operation about an account; `people` are left with the passwords that they had.
pub(crate) async fn operations(api: &mut Description, node: &TestNode, ada: &Person, ben: &Person) {
    let (home, password) = (node.http(), json!({"password": PASSWORD}));
    let logins = api.call(ada.get("/v1/sessions")).await.ok(200);
    let other = logins["items"].as_array().unwrap().iter().find(|login| login["current"] == false).unwrap();
    let other = format!("/v1/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(api.call(home.delete(&other).token(&ada.token)).await.status, 204);
    api.call(home.delete(&other).token(&ada.token)).await.refused(404, "not-found");
    let codes =
        api.call(ada.post("/v1/me/recovery-codes", &password)).await.ok(200)["recovery_codes"].clone();
    let address = json!({"address": "ada@mail.example", "password": PASSWORD});
    api.call(ada.get("/v1/me/email")).await.refused(404, "not-found");
    assert_eq!(api.call(ada.put("/v1/me/email", &address)).await.status, 202);
    let code = json!({"code": code(node, "ada@mail.example", 1).await});
    api.call(ada.post("/v1/me/email/verify", &code)).await.ok(200);
    api.call(ada.post("/v1/me/email/verify", &code)).await.refused(403, "wrong-code");
    api.call(ada.get("/v1/me/email")).await.ok(200);
    assert_eq!(
        api.call(home.post("/v1/password-resets/request", &json!({"handle": "ada"}))).await.status,
        202
    );
    let rename =
        |handle: &str| home.call("PATCH", "/v1/me").token(&ada.token).json(&json!({"handle": handle}));
    api.call(rename("ada-l")).await.ok(200);
    api.call(rename("ben")).await.refused(409, "handle-taken");
    api.call(rename("ada")).await.ok(200);
    let block = format!("/v1/me/blocks/{}", ben.did);
    assert_eq!(api.call(home.call("PUT", &block).token(&ada.token)).await.status, 204);
    assert_eq!(api.call(ada.get("/v1/me/blocks")).await.ok(200)["items"][0]["did"], ben.did.as_str());
    assert_eq!(api.call(home.delete(&block).token(&ada.token)).await.status, 204);
    let archive = api.call(ada.get("/v1/me/export")).await;
    assert_eq!((archive.status, archive.header("content-type")), (200, Some("application/zip")));
    assert!(archive.body.starts_with(b"PK"));

    let change = |password: &str, new: &str| json!({"password": password, "new_password": new});
    assert_eq!(api.call(ada.put("/v1/me/password", &change(PASSWORD, NEW))).await.status, 204);
    api.call(ada.put("/v1/me/password", &change(PASSWORD, NEW))).await.refused(403, "wrong-password");
    api.call(ada.put("/v1/me/password", &change(NEW, "password123"))).await.refused(422, "weak-password");
    assert_eq!(api.call(ada.put("/v1/me/password", &change(NEW, PASSWORD))).await.status, 204);
    let reset = json!({"handle": "ben", "code": codes[0], "password": NEW});
    api.call(home.post("/v1/password-resets", &reset)).await.refused(403, "wrong-code");
    let (handle, password) = ("carl", PASSWORD);
    let carl =
        home.post("/v1/accounts", &json!({"handle": handle, "password": password})).send().await.ok(201);
    let reset = json!({"handle": handle, "code": carl["recovery_codes"][7], "password": NEW});
    assert_eq!(api.call(home.post("/v1/password-resets", &reset)).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_lost_their_password_comes_back_by_letter_and_others_are_out() {
    let federation = Federation::start(&["a.example"]).await;
    let (node, ada) = (&federation[0], federation[0].person("ada").await);
    let address = json!({"address": "ada@mail.example", "password": PASSWORD});
    assert_eq!(ada.put("/v1/me/email", &address).send().await.status, 202);
    let verify = json!({"code": code(node, "ada@mail.example", 1).await});
    ada.post("/v1/me/email/verify", &verify).send().await.ok(200);
    // Whether there is such an account or address is not said.
    let ask = |body: Value| node.http().post("/v1/password-resets/request", &body);
    let mut answers = Vec::new();
    for body in [
        json!({"handle": "nobody-here"}),
        json!({"email": "nobody@mail.example"}),
        json!({"email": "ADA@mail.example"}),
    ] {
        let answer = ask(body).send().await;
        answers.push((answer.status, answer.body.clone()));
    }
    assert!(answers.iter().all(|answer| *answer == (202, Vec::new())), "{answers:?}");
    ask(json!({})).send().await.refused(422, "bad-field");
    let code = code(node, "ada@mail.example", 2).await;
    let reset = json!({"handle": "ada", "code": code, "password": NEW});
    assert_eq!(node.http().post("/v1/password-resets", &reset).send().await.status, 204);
    ada.get("/v1/me").send().await.refused(401, "session-ended");
    let login = json!({"handle": "ada", "password": NEW});
    let agent = node.http().post("/v1/sessions", &login).header("user-agent", "Paper/1");
    let token = agent.send().await.ok(200)["access_token"].as_str().unwrap().to_owned();
    let listed = node.http().get("/v1/sessions").token(&token).send().await.ok(200);
    assert_eq!(
        (listed["items"].as_array().unwrap().len(), &listed["items"][0]["agent"]),
        (1, &json!("Paper/1"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_work_changes_no_account() {
    let federation = Federation::start(&["a.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let narrow = Person::sign_in(ada.home, "ada", &["jobs:write", "profile:write"]).await;
    let confirmed = json!({"password": PASSWORD});
    let block = format!("/v1/me/blocks/{}", ben.did);
    let patch = narrow.home.call("PATCH", "/v1/me").token(&narrow.token).json(&json!({"handle": "ada-l"}));
    for call in [
        narrow.put("/v1/me/password", &json!({"password": PASSWORD, "new_password": NEW})),
        narrow.post("/v1/me/recovery-codes", &confirmed),
        narrow.put("/v1/me/email", &confirmed),
        narrow.post("/v1/me/email/verify", &json!({"code": "x"})),
        narrow.home.call("PUT", &block).token(&narrow.token),
        narrow.home.delete(&block).token(&narrow.token),
        narrow.home.delete("/v1/sessions?others=true").token(&narrow.token),
        narrow.home.delete("/v1/sessions/x").token(&narrow.token),
        patch,
    ] {
        call.send().await.refused(403, "scope-missing");
    }
    ada.read("/v1/me").await;
    assert_eq!(ada.home.delete("/v1/sessions?others=true").token(&ada.token).send().await.status, 204);
    narrow.get("/v1/me").send().await.refused(401, "session-ended");
    ada.read("/v1/me").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_elsewhere_hears_that_a_job_takes_no_bid_of_theirs() {
    let federation = Federation::start(&["a.example", "b.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let story = Story::active(&ada, &ben).await;
    let block = ada.home.call("PUT", format!("/v1/me/blocks/{}", ben.did)).token(&ada.token);
    assert_eq!(block.send().await.status, 204);
    let job = ada.does("/v1/jobs", &json!({"title": "Another", "text": "Text."})).await;
    let job = job["view"]["id"].as_str().unwrap().to_owned();
    until("the other home knows the job", async || {
        ben.get(&format!("/v1/jobs/{job}")).may_fail().send().await.status == 200
    })
    .await;
    // Told at once where the home answers in time, and else by what becomes of the bid.
    let bid = ben.post(&format!("/v1/jobs/{job}/bids"), &json!({"text": "I can."})).may_fail().send().await;
    if bid.status == 202 {
        let path = format!("/v1/bids/{}", bid.json()["view"]["id"].as_str().unwrap());
        until("the bid is refused", async || ben.read(&path).await.to_string().contains("bid-not-taken"))
            .await;
    } else {
        bid.refused(409, "bid-not-taken");
    }
    assert_eq!(ada.read(&format!("/v1/jobs/{job}/bids")).await["items"], json!([]));
    // What was agreed on before goes on.
    ben.does(&story.at("deliver"), &json!({"note": "Done."})).await;
}
