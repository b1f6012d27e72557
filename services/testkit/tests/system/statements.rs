//! Every route runs as many statements where there is much as where there is little. A page is full in both.
//!
//! `HANSE_TEST_ROWS=100000` fills with more; the table is printed.

mod fill;

use crate::life::{changes_of_mind, told};
use crate::talk::disputes;
use std::collections::{BTreeMap, BTreeSet};

use hanse_base::clock::Clock as _;
use hanse_document::Kind;
use hanse_store::Store;
use hanse_testkit::{Call, Federation, Http, PASSWORD, Person, Story, until};
use serde_json::{Value, json};

use crate::account;
use crate::own::Own;
use crate::schema::Description;

/// Rows of each kind where there is little, and where there is much.
const ROWS: [i64; 2] = [100, 1_000];

/// What each route ran.
struct Counts {
    home: Http,
    operators: Http,
    store: Store,
    /// How much there is of everything.
    rows: i64,
    of: BTreeMap<String, f64>,
}

impl Counts {
    /// Statements that routes have run so far.
    async fn so_far(&self) -> f64 {
        let text = self.operators.get("/metrics").send().await.text();
        let lines = text.lines().filter_map(|line| line.strip_prefix("hanse_http_statements_total{"));
        lines.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
    }

    /// Sends a call of an operation, which must succeed, and notes what it ran.
    async fn call(&mut self, operation: &str, call: Call) -> Value {
        let before = self.so_far().await;
        let answer = call.send().await;
        assert!((200..300).contains(&answer.status), "{operation}: {} {}", answer.status, answer.text());
        self.of.insert(operation.to_owned(), self.so_far().await - before);
        serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
    }
}

fn id(published: &Value) -> String {
    published["view"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a table of more rows, for whoever asks for it"
)]
async fn no_route_runs_more_statements_where_there_is_more() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    federation[0].person("carl").await;
    let arbiters = (federation[0].person("nina").await, federation[0].person("noor").await);
    let profile = json!({"name": "Ben", "headline": "Translator", "skills": ["local:translation"]});
    ben.put("/v1/me/profile", &profile).send().await.ok(201);
    let query = json!({"label": "Menus", "query": {"text": "menu"}});
    ben.post("/v1/saved-searches", &query).send().await.ok(201);
    for arbiter in [&arbiters.0, &arbiters.1] {
        // What says it for the first time reads no newest one before.
        let says = json!({"fields": ["local:wood"], "languages": ["en"], "fee": "none", "terms": "Write."});
        arbiter.put("/v1/me/arbiter", &says).send().await.ok(201);
    }
    let story = Story::reviewed(&ada, &ben).await;
    let store = federation[0].store().await;
    let most = std::env::var("HANSE_TEST_ROWS").map_or(ROWS[1], |rows| rows.parse().unwrap());
    let mut seen = Vec::new();
    for (rows, deals) in [(ROWS[0], 1), (most - ROWS[0], 4)] {
        for _ in 0..deals {
            Story::reviewed(&ada, &ben).await;
        }
        fill::fill(&store, &story, rows).await;
        until("the index has what was added", async || {
            home.get("/readyz").may_fail().send().await.status == 200
        })
        .await;
        let mut counts = Counts {
            home,
            operators: federation[0].operators(),
            store: store.clone(),
            rows,
            of: BTreeMap::new(),
        };
        let now = federation.clock().now();
        walk(&mut counts, (&ada, &ben), &story, &Own::new("a.example", now)).await;
        talk(&mut counts, (&ada, &ben), (&arbiters.0, &arbiters.1)).await;
        let letter = hanse_notify::mail::token(&federation[0].seat().keys(), &ada.did);
        let click = home.post(&format!("/v1/unsubscribe?token={letter}"), &json!({}));
        counts.call("POST /v1/unsubscribe", click).await;
        seen.push(counts.of);
    }
    let mut described: BTreeSet<String> = Description::of(home).await.operations().into_keys().collect();
    // It takes a week of silence before.
    assert!(described.remove("POST /v1/disputes/{id}/reopen"));
    let counted: BTreeSet<String> = seen[0].keys().cloned().collect();
    assert_eq!(described, counted, "each route is counted, and only those");
    println!("| Route | {} rows | {most} rows |\n| --- | --: | --: |", ROWS[0]);
    for (operation, few) in &seen[0] {
        println!("| {operation} | {few} | {} |", seen[1][operation]);
    }
    let differ = seen[0].iter().filter(|(operation, few)| {
        // Of forty ways to a subject in the index, by chance one is longer than what is loaded at once.
        let by_chance = if *operation == "GET /v1/reputation/{did}/evidence" { 1.0 } else { 0.0 };
        (seen[1][*operation] - **few).abs() > by_chance
    });
    assert_eq!(differ.map(|(operation, _)| operation).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// What is done about one's own account; everything is as it was afterwards.
async fn own_account(counts: &mut Counts, ada: &Person, ben: &Person) {
    let (home, token) = (counts.home, ada.token.as_str());
    let confirmed = json!({"password": PASSWORD});
    let other = Person::sign_in(home, &ada.handle, &[]).await;
    let logins = counts.call("GET /v1/sessions", other.get("/v1/sessions")).await;
    let other = logins["items"].as_array().unwrap().iter().find(|login| login["current"] == true).unwrap();
    let end = home.delete(&format!("/v1/sessions/{}", other["id"].as_str().unwrap())).token(token);
    counts.call("DELETE /v1/sessions/{id}", end).await;
    counts.call("POST /v1/me/recovery-codes", ada.post("/v1/me/recovery-codes", &confirmed)).await;
    let address = json!({"address": "ada@mail.example", "password": PASSWORD});
    counts.call("PUT /v1/me/email", ada.put("/v1/me/email", &address)).await;
    let code = account::newest_code(&counts.store).await;
    let verify = ada.post("/v1/me/email/verify", &json!({"code": code}));
    counts.call("POST /v1/me/email/verify", verify).await;
    counts.call("GET /v1/me/email", ada.get("/v1/me/email")).await;
    let ask = home.post("/v1/password-resets/request", &json!({"handle": "nobody-here"}));
    counts.call("POST /v1/password-resets/request", ask).await;
    for handle in ["ada-l", ada.handle.as_str()] {
        let rename = home.call("PATCH", "/v1/me").token(token).json(&json!({"handle": handle}));
        counts.call("PATCH /v1/me", rename).await;
    }
    let block = format!("/v1/me/blocks/{}", ben.did);
    counts.call("PUT /v1/me/blocks/{did}", home.call("PUT", &block).token(token)).await;
    counts.call("GET /v1/me/blocks", ada.get("/v1/me/blocks")).await;
    counts.call("DELETE /v1/me/blocks/{did}", home.delete(&block).token(token)).await;
    counts.call("GET /v1/me/export", ada.get("/v1/me/export")).await;
    let change = json!({"password": PASSWORD, "new_password": PASSWORD});
    counts.call("PUT /v1/me/password", ada.put("/v1/me/password", &change)).await;
    let handle = format!("lost-{}", counts.rows);
    let opened =
        home.post("/v1/accounts", &json!({"handle": handle, "password": PASSWORD})).send().await.ok(201);
    let reset = json!({"handle": handle, "code": opened["recovery_codes"][0], "password": PASSWORD});
    counts.call("POST /v1/password-resets", home.post("/v1/password-resets", &reset)).await;
}

/// Each operation once. What is looked at is what was filled.
async fn walk(counts: &mut Counts, (ada, ben): (&Person, &Person), story: &Story, own: &Own) {
    let home = counts.home;
    for path in [
        "/healthz",
        "/readyz",
        "/.well-known/jwks.json",
        "/.well-known/security.txt",
        "/v1/node",
        "/v1/peers",
        "/v1/logs",
    ] {
        counts.call(&format!("GET {path}"), home.get(path)).await;
    }
    own_account(counts, ada, ben).await;
    counts.call("GET /v1/transparency", home.get("/v1/transparency")).await;
    counts.call("GET /log/{kind}/checkpoint", home.get("/log/jobs/checkpoint")).await;
    counts.call("GET /log/{kind}/tile/{path}", home.get("/log/jobs/tile/0/000.p/1")).await;
    counts.call("GET /v1/skills", home.get("/v1/skills?text=rust&limit=1")).await;
    counts.call("GET /v1/skills/{id}", home.get("/v1/skills/local:rust")).await;
    let text = json!({"text": "Rust", "language": "en"});
    counts.call("POST /v1/skills/link", home.post("/v1/skills/link", &text)).await;
    people(counts, ben, own).await;
    pages(counts, (ada, ben), story).await;
    records(counts, (ada, ben), story).await;
    deal(counts, ada, ben).await;
    other_ends(counts, ada, ben).await;
    let of = counts.rows.to_string();
    changes_of_mind(ada, ben, &of, async |who, method, pattern, id, body| {
        let call = who.home.call(method, pattern.replace("{id}", id)).token(&who.token);
        let call = if method == "GET" { call } else { call.json(&body) };
        counts.call(&format!("{method} {pattern}"), call).await
    })
    .await;
    told(ada, async |who, method, pattern, id, body| {
        let call = who.home.call(method, pattern.replace("{id}", id)).token(&who.token);
        let call = if method == "GET" { call } else { call.json(&body) };
        counts.call(&format!("{method} {pattern}"), call).await
    })
    .await;
}

/// A dispute, and messages with a file.
async fn talk(counts: &mut Counts, (ada, ben): (&Person, &Person), arbiters: (&Person, &Person)) {
    disputes((ada, ben), arbiters, async |who, method, pattern, id, body| {
        let path = pattern.replace("{id}", id).replace("{did}", id);
        let call = who.home.call(method, path).token(&who.token);
        let call = if method == "GET" { call } else { call.json(&body) };
        counts.call(&format!("{method} {pattern}"), call).await
    })
    .await;
    let (home, token) = (counts.home, ada.token.as_str());
    let withdraw = home.delete("/v1/me/arbiter").token(&arbiters.0.token);
    counts.call("DELETE /v1/me/arbiter", withdraw).await;
    let plan = format!("A plan of {} lines.", counts.rows);
    let upload = home.call("POST", "/v1/attachments?name=plan.txt").token(token);
    let upload = upload.header("content-type", "text/plain").body(plan);
    let file = counts.call("POST /v1/attachments", upload).await;
    let file = format!("/v1/attachments/{}", file["digest"].as_str().unwrap());
    counts.call("GET /v1/attachments/{digest}", ada.get(&file)).await;
    let thread = ada.read("/v1/threads").await["items"][0]["id"].as_str().unwrap().to_owned();
    let read = ben.put(&format!("/v1/threads/{thread}/read"), &json!({"up_to": 1}));
    counts.call("PUT /v1/threads/{id}/read", read).await;
}

async fn people(counts: &mut Counts, ben: &Person, own: &Own) {
    let home = counts.home;
    let handle = format!(
        "p{}",
        own.did.subject_key()[0..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    );
    let account = json!({"handle": handle, "password": PASSWORD});
    counts.call("POST /v1/accounts", home.post("/v1/accounts", &account)).await;
    let tokens = counts.call("POST /v1/sessions", home.post("/v1/sessions", &account)).await;
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    let tokens = counts.call("POST /v1/sessions/refresh", home.post("/v1/sessions/refresh", &refresh)).await;
    let token = tokens["access_token"].as_str().unwrap();
    // The head alone: a stream does not end by itself.
    counts.call("GET /v1/events", home.call("HEAD", "/v1/events?after=0").token(token)).await;
    counts.call("DELETE /v1/sessions", home.delete("/v1/sessions").token(token)).await;
    counts.call("GET /v1/me", ben.get("/v1/me")).await;
    let about = format!("Words of {handle}.");
    let profile =
        json!({"name": "Ben", "headline": "Translator", "about": about, "skills": ["local:translation"]});
    counts.call("PUT /v1/me/profile", ben.put("/v1/me/profile", &profile)).await;
    counts.call("GET /v1/profiles/{did}", home.get(&format!("/v1/profiles/{}", ben.did))).await;
    own.found(home).await;
    let job = own.job("By my own hand");
    assert_eq!(job.kind(), Kind::Job);
    counts.call("POST /v1/documents", crate::own::document(home, job.bytes())).await;
    let search = json!({"label": "Rust", "query": {"text": "rust"}});
    let kept = counts.call("POST /v1/saved-searches", ben.post("/v1/saved-searches", &search)).await;
    counts.call("GET /v1/saved-searches", ben.get("/v1/saved-searches")).await;
    let path = format!("/v1/saved-searches/{}", kept["id"].as_str().unwrap());
    counts.call("DELETE /v1/saved-searches/{id}", home.delete(&path).token(&ben.token)).await;
}

async fn pages(counts: &mut Counts, (ada, ben): (&Person, &Person), story: &Story) {
    let home = counts.home;
    counts.call("GET /v1/jobs", home.get("/v1/jobs?text=menu%20or%20bread&limit=10")).await;
    counts.call("GET /v1/people", home.get("/v1/people?text=translator&limit=10")).await;
    counts.call("GET /v1/me/listing", ben.get("/v1/me/listing")).await;
    let listed = json!({"listed": true});
    counts.call("PUT /v1/me/listing", ben.put("/v1/me/listing", &listed)).await;
    counts.call("GET /v1/jobs/{id}", home.get(&format!("/v1/jobs/{}", story.job))).await;
    counts.call("GET /v1/documents/{id}", home.get(&format!("/v1/documents/{}", story.job))).await;
    counts.call("GET /v1/jobs/{id}/bids", ada.get(&format!("/v1/jobs/{}/bids?limit=10", story.job))).await;
    counts.call("GET /v1/bids", ben.get("/v1/bids?limit=10")).await;
    counts.call("GET /v1/bids/{id}", ben.get(&format!("/v1/bids/{}", story.bid))).await;
    counts.call("GET /v1/contracts", ada.get("/v1/contracts?limit=10")).await;
    counts.call("GET /v1/contracts/{id}", ada.get(&story.at(""))).await;
    counts.call("GET /v1/alerts", ben.get("/v1/alerts?after=0&limit=10")).await;
    counts.call("GET /v1/me/picks", ben.get("/v1/me/picks")).await;
    let posting = json!({"title": "Translator", "text": "For a menu.", "skills": ["local:translation"]});
    let job = id(&ada.does("/v1/jobs", &posting).await);
    let path = format!("/v1/jobs/{job}/matches");
    until("ben is found for it", async || {
        let found = ada.get(&path).may_fail().send().await;
        found.status == 200 && found.json()["items"].as_array().is_some_and(|items| !items.is_empty())
    })
    .await;
    counts.call("GET /v1/jobs/{id}/matches", ada.get(&path)).await;
    let why = home.get(&format!("{path}/{}", ben.did));
    counts.call("GET /v1/jobs/{id}/matches/{did}", why).await;
    counts.call("GET /v1/me/recommended-jobs", ben.get("/v1/me/recommended-jobs?limit=1")).await;
}

async fn records(counts: &mut Counts, (ada, ben): (&Person, &Person), story: &Story) {
    let home = counts.home;
    let record = format!("/v1/reputation/{}", ben.did);
    until("the reviews count", async || {
        let seen = ada.get(&format!("{record}/score")).may_fail().send().await;
        seen.status == 200 && seen.json()["explanation"]["score"]["finding"]["standing"] == "ranked"
    })
    .await;
    let told = counts.call("GET /v1/reputation/{did}", home.get(&record)).await;
    assert_eq!(told["raters_without_record"], 1, "nobody but the one whom she rated has rated the client");
    counts.call("GET /v1/reputation/{did}/evidence", home.get(&format!("{record}/evidence"))).await;
    counts.call("GET /v1/reputation/{did}/score", ada.get(&format!("{record}/score"))).await;
    counts.call("GET /v1/reputation/{did}/score/history", ada.get(&format!("{record}/score/history"))).await;
    let filled = format!("/v1/logs/{}", fill::LOG);
    counts.call("GET /v1/logs/{node}/{kind}/entries", home.get(&format!("{filled}/entries?start=0"))).await;
    let own = "/v1/logs/a.example/reputation/checkpoints";
    counts.call("GET /v1/logs/{node}/{kind}/checkpoints", home.get(own)).await;
    counts.call("GET /v1/contracts/{id}/reviews", home.get(&story.at("reviews"))).await;
    let again = story.at("again");
    counts.call("PUT /v1/contracts/{id}/again", ada.put(&again, &json!({"again": true}))).await;
    counts.call("GET /v1/contracts/{id}/again", ada.get(&again)).await;
    counts.call("DELETE /v1/contracts/{id}/again", home.delete(&again).token(&ada.token)).await;
}

/// A contract from the posting to the reply; the job ends with bids of very many others.
async fn deal(counts: &mut Counts, ada: &Person, ben: &Person) {
    let posting = json!({"title": "Translate a menu", "text": "Two pages."});
    let job = id(&counts.call("POST /v1/jobs", ada.post("/v1/jobs", &posting)).await);
    fill::waiting(&counts.store, &job, counts.rows).await;
    let bid = json!({"text": "I do this every day."});
    let bid = counts.call("POST /v1/jobs/{id}/bids", ben.post(&format!("/v1/jobs/{job}/bids"), &bid)).await;
    let offer = json!({"scope": "Both pages.", "due": "2027-01-15"});
    let path = format!("/v1/bids/{}/offer", id(&bid));
    let contract = id(&counts.call("POST /v1/bids/{id}/offer", ada.post(&path, &offer)).await);
    let at = |what: &str| format!("/v1/contracts/{contract}{what}");
    let route = |what: &str| format!("POST /v1/contracts/{{id}}{what}");
    counts.call(&route("/accept"), ben.post(&at("/accept"), &json!({}))).await;
    until("the contract is active", async || ben.read(&at("")).await["state"] == "active").await;
    for (side, what) in [
        (ben, "/deliver"),
        (ada, "/accept-delivery"),
        (ada, "/attest-paid"),
        (ben, "/confirm-received"),
        (ada, "/close"),
        (ada, "/reviews"),
    ] {
        let said = match what {
            "/reviews" => json!({"rating": 5, "text": "Good."}),
            "/deliver" => json!({"note": "Both pages."}),
            _ => json!({}),
        };
        counts.call(&route(what), side.post(&at(what), &said)).await;
    }
    ben.does(&at("/reviews"), &json!({"rating": 5})).await;
    let reviews = async || ben.read(&at("/reviews")).await;
    until("both are open", async || reviews().await.to_string().matches("published_at").count() == 2).await;
    let reviews = reviews().await;
    let own =
        reviews.as_array().unwrap().iter().find(|review| review["subject"] == ben.did.as_str()).unwrap();
    let reply = format!("/v1/reviews/{}/reply", own["commit"].as_str().unwrap());
    counts.call("POST /v1/reviews/{commit}/reply", ben.post(&reply, &json!({"text": "Thank you."}))).await;
}

async fn other_ends(counts: &mut Counts, ada: &Person, ben: &Person) {
    let (said, offer) = (json!({"reason": "Other plans."}), json!({"scope": "Both.", "due": "2027-01-15"}));
    for (side, what) in [(ben, "decline"), (ada, "rescind")] {
        let story = Story::bid(ada, ben).await;
        let offered = ada.does(&format!("/v1/bids/{}/offer", story.bid), &offer).await;
        let path = format!("/v1/contracts/{}/{what}", id(&offered));
        counts.call(&format!("POST /v1/contracts/{{id}}/{what}"), side.post(&path, &said)).await;
    }
    for (side, what) in [(ben, "withdraw"), (ada, "decline")] {
        let story = Story::bid(ada, ben).await;
        let path = format!("/v1/bids/{}/{what}", story.bid);
        counts.call(&format!("POST /v1/bids/{{id}}/{what}"), side.post(&path, &said)).await;
    }
    // What came to nothing is not posted as if it were new: the title is that of no other.
    let title = format!("Close {}", Story::bid(ada, ben).await.job);
    let job = json!({"title": title, "text": "Two pages."});
    let job = id(&ada.does("/v1/jobs", &job).await);
    counts.call("POST /v1/jobs/{id}/close", ada.post(&format!("/v1/jobs/{job}/close"), &said)).await;
}
