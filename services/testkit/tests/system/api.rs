//! The API is as it is described: every operation is called, and every answer, good or bad, is held to the description.

use crate::life::{changes_of_mind, told};
use crate::talk::disputes;
use hanse_base::clock::Clock as _;
use hanse_testkit::{Federation, Http, PASSWORD, Person, Story, until};
use serde_json::{Value, json};

use crate::account;
use crate::outlaw::metric;
use crate::own::{Own, document};
use crate::schema::Description;
use crate::snapshots;

fn id(published: &Value) -> String {
    published["view"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_as_described() {
    let federation = Federation::start(&["a.example", "b.example"]).await;
    let home = federation[0].http();
    let mut api = Description::of(home).await;
    until("the node is ready, and has its mirrors", async || {
        let answer = home.get("/readyz").may_fail().send().await;
        answer.status == 200 && answer.json()["mirrors"] == true
    })
    .await;
    until("its first postings log is cosigned", async || {
        home.get("/log/jobs/checkpoint").send().await.text().contains("b.example/auditor")
    })
    .await;
    for path in [
        "/v1/node",
        "/v1/peers",
        "/healthz",
        "/readyz",
        "/.well-known/jwks.json",
        "/.well-known/security.txt",
        "/log/jobs/checkpoint",
        "/log/jobs/tile/0/000.p/1",
        "/log/jobs/tile/entries/000.p/1",
    ] {
        assert_eq!(api.call(home.get(path)).await.status, 200, "{path}");
    }
    for path in ["/v1/skills?text=rust&language=en&limit=1", "/v1/skills/local:rust"] {
        api.call(home.get(path)).await.ok(200);
    }
    api.call(home.post("/v1/skills/link", &json!({"text": "Rust", "language": "en"}))).await.ok(200);
    let (ada, ben) = people(&mut api, &federation).await;
    account::operations(&mut api, &federation[0], &ada, &ben).await;
    matching(&mut api, &ada, &ben).await;
    let contract = work(&mut api, &ada, &ben).await;
    reviews(&mut api, &ada, &ben, &contract).await;
    changes_of_mind(&ada, &ben, "", async |who, method, pattern, id, body| {
        let call = who.home.call(method, pattern.replace("{id}", id)).token(&who.token);
        let call = if method == "GET" { call } else { call.json(&body) };
        api.call(call).await.done()
    })
    .await;
    // Moves of the node itself are told in between, now earlier, now later; this one is the last.
    let newest = "/v1/notifications?limit=1";
    until("ada is told", async || ada.read(newest).await["items"][0]["event"] == "job.completed").await;
    told(&ada, async |who, method, pattern, id, body| {
        let path =
            if pattern == "/v1/notifications" { newest.to_owned() } else { pattern.replace("{id}", id) };
        let call = who.home.call(method, path).token(&who.token);
        let call = if method == "GET" { call } else { call.json(&body) };
        api.call(call).await.done()
    })
    .await;
    talk(&mut api, &federation, &ada, &ben).await;
    let link = "/v1/unsubscribe?token=of-no-letter";
    api.call(home.post(link, &json!({}))).await.refused(404, "not-found");
    let token = hanse_notify::mail::token(&federation[0].seat().keys(), &ada.did);
    let click = home.post(&format!("/v1/unsubscribe?token={token}"), &json!({}));
    assert_eq!(api.call(click).await.status, 204);
    other_ends(&mut api, &ada, &ben).await;
    own_documents(&mut api, &federation).await;
    searches(&mut api, federation[0].operators(), &ada, &ben).await;
    // To open a dispute again takes a week of silence before; the engine's tests have one.
    assert_eq!(api.not_called(), ["POST /v1/disputes/{id}/reopen"], "described and never called here");
    let series = federation[0].operators().get("/metrics").send().await;
    snapshots::hold(&api, &series, &[(&ada.did, "ada"), (&ben.did, "ben")]);
}

/// A dispute, and messages with a file.
async fn talk(api: &mut Description, federation: &Federation, ada: &Person, ben: &Person) {
    let (nina, noor) = (federation[0].person("nina").await, federation[0].person("noor").await);
    disputes((ada, ben), (&nina, &noor), async |who, method, pattern, id, body| {
        let call = who.home.call(method, pattern.replace("{id}", id).replace("{did}", id)).token(&who.token);
        let call = if method == "GET" { call } else { call.json(&body) };
        api.call(call).await.done()
    })
    .await;
    assert_eq!(api.call(nina.home.delete("/v1/me/arbiter").token(&nina.token)).await.status, 204);
    let dispute = ada.read("/v1/disputes").await["items"][0]["id"].as_str().unwrap().to_owned();
    let again = ada.post(&format!("/v1/disputes/{dispute}/reopen"), &json!({"text": "I was away."}));
    assert_eq!(api.call(again).await.status, 409);
    let upload = ada.home.call("POST", "/v1/attachments?name=plan.txt").token(&ada.token);
    let upload = upload.header("content-type", "text/plain").body("A plan.");
    let file = api.call(upload).await.ok(201);
    let file = file["digest"].as_str().unwrap();
    let thread = ada.read("/v1/threads").await["items"][0]["id"].as_str().unwrap().to_owned();
    let with = json!({"text": "Here.", "attachments": [file]});
    ada.does(&format!("/v1/threads/{thread}/messages"), &with).await;
    assert_eq!(api.call(ben.get(&format!("/v1/attachments/{file}"))).await.text(), "A plan.");
    api.call(ben.put(&format!("/v1/threads/{thread}/read"), &json!({"up_to": 1}))).await.ok(200);
}

/// A stream is an answer that ends: here with the login.
async fn searches(api: &mut Description, operators: Http, ada: &Person, ben: &Person) {
    let query = json!({"text": "menu", "pay": "money", "currency": "EUR", "per": "project", "min_pay": 1, "max_pay": 9});
    let search = json!({"label": "Menus", "query": query});
    let kept = api.call(ben.post("/v1/saved-searches", &search)).await.ok(201);
    assert_eq!(kept["query"], query, "what was asked is what is shown");
    let path = format!("/v1/saved-searches/{}", kept["id"].as_str().unwrap());
    api.call(ben.get("/v1/saved-searches")).await.ok(200);
    assert_eq!(api.call(ben.home.delete(&path).token(&ben.token)).await.status, 204);
    api.call(ada.post("/v1/saved-searches", &json!({"label": "All", "query": {}}))).await.ok(201);
    ben.does("/v1/saved-searches", &json!({"label": "More", "query": {"text": "more"}})).await;
    ada.does("/v1/jobs", &json!({"title": "One more", "text": "Text."})).await;
    until("ben is told", async || !ben.read("/v1/alerts").await["items"].as_array().unwrap().is_empty())
        .await;
    api.call(ben.get("/v1/alerts?after=0&limit=1")).await.ok(200);
    until("the night's pairs are made", async || ben.read("/v1/me/picks").await.get("day").is_some()).await;
    api.call(ben.get("/v1/me/picks?language=fr")).await.ok(200);
    let logout = async {
        until("the stream is open", async || metric(operators, "hanse_event_streams").await > 0.0).await;
        ben.home.delete("/v1/sessions").token(&ben.token).send().await
    };
    let (stream, out) = tokio::join!(ben.get("/v1/events?after=0").send(), logout);
    assert_eq!(out.status, 204);
    api.holds(&stream);
    api.holds(&out);
}

async fn people(api: &mut Description, federation: &Federation) -> (Person, Person) {
    let home = federation[0].http();
    let account = json!({"handle": "ada", "password": PASSWORD});
    api.call(home.post("/v1/accounts", &account)).await.ok(201);
    let tokens = api.call(home.post("/v1/sessions", &account)).await.ok(200);
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    api.call(home.post("/v1/sessions/refresh", &refresh)).await.ok(200);
    let ada = Person::sign_in(home, "ada", &[]).await;
    let ben = federation[0].person("ben").await;
    api.call(ada.get("/v1/me")).await.ok(200);
    let profile = json!({
        "about": "Words.", "headline": "Translator", "languages": ["en", "fr"], "name": "Ada", "remote": true, "travel_km": 20,
        "place": {"kind": "site", "name": "Lyon", "country": "FR", "latitude_e4": 457_640, "longitude_e4": 48_357},
        "rate": {"kind": "money", "currency": "EUR", "min": 4_000, "per": "hour"}, "skills": ["local:translation"],
    });
    api.call(ada.put("/v1/me/profile?dry_run=true", &profile)).await.ok(200);
    api.call(ada.put("/v1/me/profile", &profile)).await.ok(201);
    let shown = api.call(home.get(&format!("/v1/profiles/{}", ada.did))).await.ok(200);
    assert_eq!(shown["profile"], profile, "what was said is what is shown");
    let found =
        "/v1/people?text=translator&skill=local:translation&near=Lyon,%20FR&within_km=5&sort=relevance";
    let found = api.call(home.get(found)).await.ok(200);
    assert_eq!(found["items"][0]["says"], profile, "and what is found");
    api.call(home.get("/v1/people?near=Lyon,%20FR")).await.refused(422, "bad-field");
    api.call(ada.get("/v1/me/listing")).await.ok(200);
    api.call(ada.put("/v1/me/listing", &json!({"listed": true}))).await.ok(200);
    (ada, ben)
}

async fn matching(api: &mut Description, ada: &Person, ben: &Person) {
    let profile =
        json!({"name": "Ben", "headline": "Rust programmer", "skills": ["local:rust", "local:flying"]});
    api.call(ben.put("/v1/me/profile", &profile)).await.ok(201);
    let posting = json!({"title": "Rust programmer", "text": "For a log.", "skills": ["local:rust"], "place": {"kind": "remote"}});
    let job = id(&api.call(ada.post("/v1/jobs", &posting)).await.ok(201));
    until("the index has both", async || {
        let indexed = ada.home.get("/v1/transparency").send().await.ok(200);
        indexed["people"] == 2 && indexed["jobs"] == 1
    })
    .await;
    let published = api.call(ada.home.get("/v1/transparency")).await.ok(200);
    assert_eq!(published["changes"].as_array().unwrap().len(), 1, "{published}");
    let path = format!("/v1/jobs/{job}/matches");
    let found = api.call(ada.get(&format!("{path}?language=fr&limit=5"))).await.ok(200);
    let first = &found["items"][0];
    assert_eq!((&first["did"], &found["counted"]), (&json!(ben.did), &json!(true)), "{found}");
    assert_eq!(first["unknown_skills"], json!(["local:flying"]));
    let why = api.call(ben.home.get(&format!("{path}/{}", ben.did))).await.ok(200);
    assert_eq!(why["answer"]["ranked"]["h"], first["explanation"]["h"]);
    let jobs = api.call(ben.get("/v1/me/recommended-jobs")).await.ok(200);
    assert_eq!(jobs["items"][0]["job"]["id"], json!(job));
    for (path, status, slug) in [
        (format!("{path}?limit=51"), 422, "bad-field"),
        (format!("{path}/{}", ada.did), 403, "own-job"),
        (format!("/v1/jobs/job_{}/matches", "A".repeat(43)), 404, "not-found"),
    ] {
        api.call(ada.home.get(&path)).await.refused(status, slug);
    }
}

async fn work(api: &mut Description, ada: &Person, ben: &Person) -> String {
    let posting = json!({
        "title": "Translate a menu", "text": "Two pages.", "seats": 2, "hours_per_week": 10, "language": "en", "languages": ["fr"],
        "pay": {"kind": "barter", "offers": "Dinner for two."}, "place": {"kind": "remote"},
        "schedule": {"start": "2027-01-01", "end": "2027-02-01"}, "skills": ["local:translation"],
    });
    api.call(ada.post("/v1/jobs?dry_run=true", &posting)).await.ok(200);
    let posted = api.call(ada.post("/v1/jobs", &posting)).await.ok(201);
    for (key, value) in posting.as_object().unwrap() {
        assert_eq!(posted["view"][key], *value, "{key}");
    }
    let job = id(&posted);
    api.call(ada.home.get("/v1/jobs?text=menu&skill=local:translation&language=en&remote=true&limit=1"))
        .await
        .ok(200);
    api.call(ada.home.get(&format!("/v1/jobs/{job}"))).await.ok(200);
    api.call(ada.home.get(&format!("/v1/documents/{job}"))).await.ok(200);
    let bid = json!({"text": "I do this every day.", "days": 3, "language": "en", "pay": {"kind": "time_credits", "hours": 4}});
    let bid = id(&api.call(ben.post(&format!("/v1/jobs/{job}/bids"), &bid)).await.ok(201));
    api.call(ada.get(&format!("/v1/jobs/{job}/bids"))).await.ok(200);
    api.call(ben.get("/v1/bids")).await.ok(200);
    api.call(ben.get(&format!("/v1/bids/{bid}"))).await.ok(200);
    let offer = json!({"scope": "Both pages.", "due": "2027-01-15", "language": "en", "pay": {"kind": "time_credits", "hours": 4}});
    let offered = api.call(ada.post(&format!("/v1/bids/{bid}/offer"), &offer)).await.ok(201);
    let contract = id(&offered);
    let at = |what: &str| format!("/v1/contracts/{contract}{what}");
    api.call(ben.post(&at("/accept?dry_run=true"), &json!({}))).await.ok(200);
    api.call(ben.post(&at("/accept"), &json!({}))).await.ok(201);
    until("the contract is active", async || ben.read(&at("")).await["state"] == "active").await;
    let digest = "9".repeat(64);
    api.call(ben.post(&at("/deliver"), &json!({"note": "Both pages.", "digest": digest}))).await.ok(201);
    api.call(ada.post(&at("/accept-delivery"), &json!({"note": "Good."}))).await.ok(201);
    api.call(ada.post(&at("/attest-paid"), &json!({}))).await.ok(201);
    api.call(ben.post(&at("/confirm-received"), &json!({}))).await.ok(201);
    api.call(ada.post(&at("/close"), &json!({"reason": "All done."}))).await.ok(201);
    let read = api.call(ada.get(&at(""))).await.ok(200);
    assert!(read.to_string().contains(&digest) && read.to_string().contains("All done."), "{read}");
    api.call(ada.get("/v1/contracts?limit=1")).await.ok(200);
    contract
}

async fn reviews(api: &mut Description, ada: &Person, ben: &Person, contract: &str) {
    let at = format!("/v1/contracts/{contract}/reviews");
    let review =
        json!({"rating": 5, "axes": {"quality": 5}, "on_time": true, "text": "Well done.", "language": "en"});
    api.call(ada.post(&format!("{at}?dry_run=true"), &review)).await.ok(200);
    let commit =
        api.call(ada.post(&at, &review)).await.ok(201)["view"]["commit"].as_str().unwrap().to_owned();
    api.call(ben.get(&at)).await.ok(200);
    api.call(ben.post(&at, &json!({"rating": 3}))).await.ok(201);
    until("both are open", async || ben.read(&at).await.to_string().matches("published_at").count() == 2)
        .await;
    api.call(ada.home.get(&at)).await.ok(200);
    let reply = format!("/v1/reviews/{commit}/reply");
    api.call(ben.post(&format!("{reply}?dry_run=true"), &json!({"text": "Thank you."}))).await.ok(200);
    api.call(ben.post(&reply, &json!({"text": "Thank you."}))).await.ok(201);
    for (person, last) in [(ada, r#""rating":3"#), (ben, "Thank you.")] {
        let evidence = format!("/v1/reputation/{}/evidence", person.did);
        until("all is logged", async || person.read(&evidence).await.to_string().contains(last)).await;
        api.call(person.home.get(&format!("/v1/reputation/{}", person.did))).await.ok(200);
        api.call(person.home.get(&evidence)).await.ok(200);
    }
    scores(api, ada, ben, contract).await;
}

async fn scores(api: &mut Description, ada: &Person, ben: &Person, contract: &str) {
    let again = format!("/v1/contracts/{contract}/again");
    assert!(api.call(ada.put(&again, &json!({"again": true}))).await.status < 300);
    api.call(ada.get(&again)).await.ok(200);
    let score = format!("/v1/reputation/{}/score", ben.did);
    until("the review counts", async || {
        let seen = ada.get(&score).may_fail().send().await;
        seen.status == 200 && seen.ok(200)["explanation"]["score"]["finding"]["standing"] == "ranked"
    })
    .await;
    let seen = api.call(ada.get(&format!("{score}?language=fr"))).await.ok(200);
    assert_eq!(seen["private"]["answers"], 1, "{seen}");
    let history = api.call(ada.get(&format!("{score}/history"))).await.ok(200);
    assert_eq!(history["changes"].as_array().unwrap().len(), 1, "{history}");
    assert_eq!(api.call(ada.home.delete(&again).token(&ada.token)).await.status, 204);
    api.call(ada.home.get(&score)).await.refused(400, "viewer-missing");
    let adopted = format!("{score}?viewer={}", ada.did);
    assert!(api.call(ada.home.get(&adopted)).await.ok(200).get("private").is_none());
    api.call(ada.home.get("/v1/logs")).await.ok(200);
    let log = "/v1/logs/a.example/reputation";
    until("the reply is logged", async || {
        ada.read(&format!("{log}/entries?start=0")).await.to_string().contains(r#""t":"reply""#)
    })
    .await;
    for page in ["checkpoints", "entries?start=0"] {
        api.call(ada.home.get(&format!("{log}/{page}"))).await.ok(200);
    }
}

/// The moves that a good contract does not need.
async fn other_ends(api: &mut Description, ada: &Person, ben: &Person) {
    let offer = json!({"scope": "Both pages.", "due": "2027-01-15"});
    for (side, path) in [(ben, "decline"), (ada, "rescind")] {
        let story = Story::bid(ada, ben).await;
        let offered = api.call(ada.post(&format!("/v1/bids/{}/offer", story.bid), &offer)).await.ok(201);
        let path = format!("/v1/contracts/{}/{path}", id(&offered));
        api.call(side.post(&path, &json!({"reason": "Other plans."}))).await.ok(201);
    }
    let mut closed = Vec::new();
    for (side, path) in [(ben, "withdraw"), (ada, "decline")] {
        let story = Story::bid(ada, ben).await;
        let path = format!("/v1/bids/{}/{path}", story.bid);
        api.call(side.post(&path, &json!({"reason": "Other plans."}))).await.ok(201);
        closed.push(format!("/v1/jobs/{}/close", story.job));
    }
    // Last: what came to nothing is not posted as if it were new.
    for job in closed {
        api.call(ada.post(&job, &json!({"reason": "Enough."}))).await.ok(201);
    }
}

async fn own_documents(api: &mut Description, federation: &Federation) {
    let own = Own::new("a.example", federation.clock().now());
    own.found(federation[0].http()).await;
    let job = own.job("By my own hand");
    api.call(document(federation[0].http(), job.bytes())).await.ok(201);
    api.call(document(federation[0].http(), job.bytes())).await.ok(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_described() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let ada = federation[0].person("ada").await;
    let mut api = Description::of(home).await;
    for (name, operation) in api.operations() {
        let (method, path) = name.split_once(' ').unwrap();
        // A stream does not end by itself.
        let path = if path == "/v1/events" { "/v1/events?after=x" } else { path };
        let path = path.replace("{path}", "0/000").replace("{kind}", "secret");
        let path = path.replace("{did}", "nobody").replace("{id}", "nothing").replace("{commit}", "nothing");
        let bodies = [None, Some("{}"), Some("null"), Some("["), Some("{\"x\": \"\\u0000\"}")];
        for token in [None, Some(ada.token.as_str()), Some("forged")] {
            for body in bodies {
                let mut call = home.call(method, &path).may_fail();
                if let Some(token) = token.filter(|_| name != "DELETE /v1/sessions") {
                    call = call.token(token);
                }
                if let Some(body) = body {
                    call = call.header("content-type", "application/json").body(body);
                }
                let answer = api.call(call).await;
                assert!(answer.status < 500, "{name}: {}", answer.text());
                let open =
                    operation.get("security").is_none_or(|security| security.to_string().contains("{}"));
                if !open && token.is_none() {
                    assert_eq!(
                        answer.status,
                        401,
                        "{name} is described as needing a token: {}",
                        answer.text()
                    );
                }
            }
        }
    }
}
