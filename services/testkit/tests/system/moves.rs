//! Moves at the wrong time, from the wrong side, from a version that has passed, several at once, and only for show.

use hanse_testkit::{Federation, Person, Story};
use serde_json::{Value, json};

/// Every move of a contract, with a body that would do.
const MOVES: [(&str, &str); 8] = [
    ("accept", "accept"),
    ("decline", "decline"),
    ("rescind", "rescind"),
    ("deliver", "deliver"),
    ("accept-delivery", "accept_delivery"),
    ("attest-paid", "attest_paid"),
    ("confirm-received", "confirm_received"),
    ("close", "close"),
];

fn body(path: &str) -> Value {
    match path {
        "deliver" => json!({"note": "Both pages."}),
        "decline" => json!({"reason": "Other plans."}),
        _ => json!({}),
    }
}

/// Tries every move that the viewer may not make now; each answers 409 with what is allowed and the head, and changes nothing.
async fn only_allowed(story: &Story, side: &Person) {
    let before = side.read(&story.at("")).await;
    let allowed = before["allowed"].as_array().unwrap();
    for (path, event) in MOVES.iter().filter(|(_, event)| !allowed.contains(&json!(event))) {
        let refused = side.tries(&story.at(path), &body(path)).await.refused(409, "not-now");
        assert_eq!(refused["allowed"], before["allowed"], "{event} in {}", before["state"]);
        assert_eq!(refused["head"], before["head"], "{event} in {}", before["state"]);
    }
    assert_eq!(side.read(&story.at("")).await, before, "a refused move changed something");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_moves_as_its_table_says_and_not_otherwise() {
    let federation = Federation::start(&["a.example", "b.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let story = Story::offered(&ada, &ben).await;
    let life = [
        (&ben, "accept", "active"),
        (&ben, "deliver", "delivered"),
        (&ben, "deliver", "delivered"),
        (&ada, "accept-delivery", "approved"),
        (&ada, "attest-paid", "paid"),
        (&ben, "confirm-received", "settled"),
        (&ada, "close", "closed"),
    ];
    for (side, path, state) in life {
        for viewer in [&ada, &ben] {
            only_allowed(&story, viewer).await;
        }
        side.does(&story.at(path), &body(path)).await;
        story.stands(state).await;
        both_have(&story, side).await;
    }
    for viewer in [&ada, &ben] {
        only_allowed(&story, viewer).await;
    }
}

/// The same head at both homes, so that the next move builds on it.
async fn both_have(story: &Story, mover: &Person) {
    let head = mover.read(&story.at("")).await["head"].clone();
    for side in [&story.client, &story.freelancer] {
        hanse_testkit::until("both homes have the same head", async || {
            side.read(&story.at("")).await["head"] == head
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bids_and_jobs_move_as_their_tables_say() {
    let federation = Federation::start(&["a.example", "b.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let story = Story::bid(&ada, &ben).await;
    let (bid, job) = (format!("/v1/bids/{}", story.bid), format!("/v1/jobs/{}", story.job));
    let offer = json!({"scope": "All of it.", "due": "2027-01-15"});
    ben.tries(&format!("{bid}/offer"), &offer).await.refused(403, "not-yours");
    ben.tries(&format!("{job}/bids"), &json!({"text": "Again."})).await.refused(409, "bid-exists");
    ada.tries(&format!("{job}/bids"), &json!({"text": "Mine."})).await.refused(403, "own-job");
    ada.tries(&format!("{bid}/decline"), &json!({})).await.refused(422, "bad-field");
    ada.tries(&format!("{bid}/withdraw"), &json!({})).await.refused(409, "not-now");
    for (due, slug) in [
        ("2026-11-01", "bad-due"),
        ("2099-12-31", "bad-due"),
        ("2026-13-01", "bad-time"),
        ("tomorrow", "bad-time"),
        ("", "bad-time"),
    ] {
        let answer = ada.tries(&format!("{bid}/offer"), &json!({"scope": "All of it.", "due": due})).await;
        answer.refused(422, slug);
    }
    ada.does(&format!("{bid}/offer"), &offer).await;
    ada.tries(&format!("{bid}/offer"), &offer).await.refused(409, "no-free-seat");
    ada.tries(&format!("{job}/close"), &json!({"reason": "Enough."})).await.refused(409, "offer-waits");
    let lone = federation[0].person("carl").await;
    lone.tries(&format!("{job}/close"), &json!({"reason": "Enough."})).await.refused(403, "not-yours");
    let second = Story::posted(&ada, &ben).await;
    let job = format!("/v1/jobs/{}", second.job);
    ada.tries(&format!("{job}/close"), &json!({})).await.refused(422, "bad-field");
    ada.does(&format!("{job}/close"), &json!({"reason": "Enough."})).await;
    let refused =
        ada.tries(&format!("{job}/close"), &json!({"reason": "Enough."})).await.refused(409, "not-now");
    assert_eq!(refused["allowed"], json!([]));
    lone.tries(&format!("{job}/bids"), &json!({"text": "Late."})).await.refused(409, "job-not-open");
    let mine = lone.read("/v1/bids").await;
    assert_eq!(mine["items"], json!([]), "a refused bid leaves nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_named_and_kept() {
    let federation = Federation::start(&["a.example", "b.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let story = Story::active(&ada, &ben).await;
    for path in [
        story.at(""),
        format!("/v1/bids/{}", story.bid),
        format!("/v1/jobs/{}", story.job),
        format!("/v1/profiles/{}", ada.did),
    ] {
        let read = ada.get(&path).send().await;
        let tag = read.header("etag").unwrap_or_else(|| panic!("{path} has no ETag")).to_owned();
        let again = ada.get(&path).header("if-none-match", &tag).send().await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), Some(tag.as_str()), "{path}");
        assert_eq!(again.header("vary"), Some("Authorization"), "{path}");
        assert_eq!(ada.get(&path).header("if-none-match", "*").send().await.status, 304, "{path}");
        for other in ["\"x\"", "", "W/\"y\"", tag.trim_matches('"')] {
            assert_eq!(
                ada.get(&path).header("if-none-match", other).send().await.status,
                200,
                "{path}: {other}"
            );
        }
    }
    let seen = ben.get(&story.at("")).send().await;
    let tag = seen.header("etag").unwrap().to_owned();
    let stale = ben
        .post(&story.at("deliver"), &body("deliver"))
        .header("if-match", "\"offer_old.active\"")
        .send()
        .await;
    let refused = stale.refused(412, "precondition-failed");
    assert!(refused["head"].is_string(), "{refused}");
    for odd in ["", "garbage", "\"", &"x".repeat(5_000)] {
        let answer = ben.post(&story.at("deliver"), &body("deliver")).header("if-match", odd).send().await;
        assert_eq!(answer.status, 412, "{odd}");
    }
    assert_eq!(ben.read(&story.at("")).await["state"], "active");
    let moved = ben.post(&story.at("deliver"), &body("deliver")).header("if-match", &tag).send().await;
    let view = moved.done()["view"].clone();
    assert_eq!(view["state"], "delivered");
    assert_ne!(moved.header("etag"), Some(tag.as_str()));
    // What is answered is what is read next.
    let read = ben.get(&story.at("")).header("if-none-match", moved.header("etag").unwrap()).send().await;
    assert_eq!(read.status, 304);
    let late = ben.post(&story.at("deliver"), &body("deliver")).header("if-match", &tag).send().await;
    late.refused(412, "precondition-failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_that_of_all_that_one_is_shown() {
    let federation = Federation::start(&["a.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let story = Story::bid(&ada, &ben).await;
    let tag = async |call: hanse_testkit::Call| call.send().await.header("etag").unwrap().to_owned();
    let job = format!("/v1/jobs/{}", story.job);
    let anybodys = tag(ada.home.get(&job)).await;
    let own = ada.get(&job).header("if-none-match", &anybodys).send().await;
    assert_eq!(
        own.ok(200)["allowed"],
        json!(["amend", "pause", "heartbeat", "close_unfilled"]),
        "the client is shown more than anybody"
    );
    let bid = format!("/v1/bids/{}", story.bid);
    let submitted = tag(ben.get(&bid)).await;
    let offer = json!({"scope": "All.", "due": "2027-01-15"});
    ada.does(&format!("{bid}/offer"), &offer).await;
    let now = ben.get(&bid).header("if-none-match", &submitted).send().await;
    assert_eq!(now.ok(200)["state"], "offered", "the bid's own document is as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_changes_nothing() {
    let federation = Federation::start(&["a.example", "b.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let try_job = ada.post("/v1/jobs?dry_run=true", &json!({"title": "a", "text": "b"})).send().await.ok(200);
    let id = try_job["view"]["id"].as_str().unwrap();
    ada.get(&format!("/v1/jobs/{id}")).send().await.refused(404, "not-found");
    assert_eq!(ada.home.get("/v1/jobs").send().await.ok(200)["items"], json!([]));
    let story = Story::active(&ada, &ben).await;
    let leaves = federation[0].http().get("/v1/node").send().await.ok(200)["logs"].clone();
    for (side, path, body) in [
        (&ben, story.at("deliver"), json!({"note": "x"})),
        (&ben, "/v1/me/profile".to_owned(), json!({"name": "Ben"})),
    ] {
        let before = ben.read(&story.at("")).await;
        let target = format!("{path}?dry_run=true");
        let call =
            if path.ends_with("profile") { side.put(&target, &body) } else { side.post(&target, &body) };
        let shown = call.send().await.ok(200);
        assert!(shown["document"].is_string(), "{shown}");
        assert_eq!(ben.read(&story.at("")).await, before, "{path}");
    }
    assert!(ben.read(&format!("/v1/profiles/{}", ben.did)).await.get("document").is_none());
    for word in ["maybe", "1", "TRUE", ""] {
        ada.post(&format!("/v1/jobs?dry_run={word}"), &json!({"title": "a", "text": "b"}))
            .send()
            .await
            .refused(400, "bad-query");
    }
    assert_eq!(
        federation[0].http().get("/v1/node").send().await.ok(200)["logs"],
        leaves,
        "a trial reached a log"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_is_first() {
    let federation = Federation::start(&["a.example", "b.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let story = Story::bid(&ada, &ben).await;
    // Offers on one seat.
    let path = format!("/v1/bids/{}/offer", story.bid);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let call = ada.post(&path, &json!({"scope": "All of it.", "due": "2027-01-15"}));
        tasks.spawn(async move { call.send().await });
    }
    let answers = tasks.join_all().await;
    let made: Vec<String> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .map(|answer| answer.json()["view"]["id"].to_string())
        .collect();
    assert_eq!(made.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.status == 409));
    let story = Story { contract: made[0].trim_matches('"').to_owned(), ..story };
    story.stands("offered").await;
    // Acceptance against withdrawal of the offer: one of them, and both homes agree which.
    let accept = ben.post(&story.at("accept"), &json!({}));
    let rescind = ada.post(&story.at("rescind"), &json!({}));
    let (accepted, rescinded) = tokio::join!(accept.send(), rescind.send());
    let won =
        [accepted.status, rescinded.status].iter().filter(|status| (200..300).contains(*status)).count();
    assert!(won >= 1, "{} {}", accepted.text(), rescinded.text());
    let state = ada.read(&story.at("")).await["state"].as_str().unwrap().to_owned();
    let end = if state == "rescinded" { "rescinded" } else { "active" };
    story.stands(end).await;
    both_have(&story, &ada).await;
    // The same handle many times.
    let mut tasks = tokio::task::JoinSet::new();
    let home = federation[0].http();
    for _ in 0..6 {
        let call = home
            .post("/v1/accounts", &json!({"handle": "carl", "password": hanse_testkit::PASSWORD}))
            .may_fail();
        tasks.spawn(async move { call.send().await.status });
    }
    let statuses = tasks.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 409, 503].contains(status)), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_and_an_offer_move_only_from_what_was_seen() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let profile = |headline: &str| json!({"name": "Ben", "headline": headline});
    ben.put("/v1/me/profile", &profile("First")).send().await.ok(201);
    let path = format!("/v1/profiles/{}", ben.did);
    let seen = home.get(&path).send().await.header("etag").unwrap().to_owned();
    ben.put("/v1/me/profile", &profile("In another tab")).header("if-match", &seen).send().await.ok(201);
    let late = ben.put("/v1/me/profile", &profile("In this one")).header("if-match", &seen).send().await;
    late.refused(412, "precondition-failed");
    assert_eq!(home.get(&path).send().await.ok(200)["profile"]["headline"], "In another tab");

    let story = Story::bid(&ada, &ben).await;
    let offer = json!({"scope": "Both pages.", "due": "2027-01-15"});
    let offers =
        |seen: &str| ada.post(&format!("/v1/bids/{}/offer", story.bid), &offer).header("if-match", seen);
    offers("\"old\"").send().await.refused(412, "precondition-failed");
    let bid = ada.get(&format!("/v1/bids/{}", story.bid)).send().await.header("etag").unwrap().to_owned();
    offers(&bid).send().await.ok(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_not_there_is_in_no_version() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    let put = |name: &str, seen: &str, query: &str| {
        ada.put(&format!("/v1/me/profile{query}"), &json!({"name": name})).header("if-match", seen).send()
    };
    for seen in ["\"old\"", "*", "garbage"] {
        for query in ["", "?dry_run=true"] {
            put("Ada", seen, query).await.refused(412, "precondition-failed");
        }
    }
    let shown = ada.read(&format!("/v1/profiles/{}", ada.did)).await;
    assert!(shown.get("document").is_none(), "{shown}");
    ada.put("/v1/me/profile", &json!({"name": "Ada"})).send().await.ok(201);
    put("Ada again", "*", "").await.ok(201);
    put("Ada", "\"old\"", "").await.refused(412, "precondition-failed");
}
