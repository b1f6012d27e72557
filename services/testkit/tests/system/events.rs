//! Saved searches and streams of events over HTTP: who hears what, how a stream is taken up, and how it ends.

use hanse_testkit::{Federation, Listening, PASSWORD, Person, SseEvent, until};
use serde_json::{Value, json};

async fn keep(person: &Person, query: Value) -> Value {
    person.post("/v1/saved-searches", &json!({"label": "mine", "query": query})).send().await.ok(201)
}

async fn post(person: &Person, title: &str) -> String {
    let posted = person.does("/v1/jobs", &json!({"title": title, "text": "Text."})).await;
    posted["view"]["id"].as_str().unwrap().to_owned()
}

async fn next(stream: &mut Listening) -> SseEvent {
    stream.next().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn postings_of_the_whole_federation_are_told_as_they_come_and_streams_are_taken_up() {
    let federation = Federation::start(&["a.example", "b.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let search = keep(&ben, json!({"text": "bridge"})).await;
    let mut stream = Listening::open(ben.get("/v1/events")).await;
    let head = stream.head.to_ascii_lowercase();
    for line in ["content-type: text/event-stream\r\n", "cache-control: no-store\r\n", "x-request-id: "] {
        assert!(head.contains(line), "{head}");
    }
    let began = next(&mut stream).await;
    assert_eq!((began.id.as_str(), began.name.as_str()), ("0", ""), "where it begins is said at once");
    let first = post(&ada, "A bridge").await;
    post(&ada, "A tunnel").await;
    let second = post(&ada, "Another bridge").await;
    let mut told = Vec::new();
    for job in [&first, &second] {
        let event = next(&mut stream).await;
        assert_eq!((event.name.as_str(), event.data["job"].as_str()), ("job.published", Some(job.as_str())));
        assert_eq!(event.data["search"], search["id"]);
        assert_eq!(event.data["home"], "a.example");
        assert_eq!(event.data["position"].to_string(), event.id);
        told.push(event);
    }
    drop(stream);
    let third = post(&ada, "A third bridge").await;
    let mut again = Listening::open(ben.get("/v1/events?after=0").header("last-event-id", &told[0].id)).await;
    assert_eq!(next(&mut again).await.id, told[0].id, "the header wins");
    assert_eq!(next(&mut again).await, told[1]);
    assert_eq!(next(&mut again).await.data["job"], third.as_str());
    let listed = ben.read("/v1/alerts?limit=2").await;
    assert_eq!((&listed["items"][0], &listed["items"][1]), (&told[0].data, &told[1].data));
    let rest = ben.read(&format!("/v1/alerts?after={}", listed["next"].as_str().unwrap())).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), rest.get("next")), (1, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_oneself_hears_reads_and_forgets() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let (ada, ben, cleo) = (
        federation[0].person("ada").await,
        federation[0].person("ben").await,
        federation[0].person("cleo").await,
    );
    for path in ["/v1/events", "/v1/alerts", "/v1/saved-searches"] {
        home.get(path).send().await.refused(401, "token-missing");
        home.get(path).token("forged").send().await.refused(401, "token-forged");
    }
    let search = keep(&ben, json!({})).await;
    let id = search["id"].as_str().unwrap();
    post(&ada, "A bridge").await;
    until("ben is told", async || ben.read("/v1/alerts").await["items"][0]["search"] == id).await;
    for query in ["", "?after=0", "?after=-0"] {
        assert_eq!(cleo.read(&format!("/v1/alerts{query}")).await["items"], json!([]));
    }
    assert_eq!(cleo.read("/v1/saved-searches").await["items"], json!([]));
    home.delete(&format!("/v1/saved-searches/{id}"))
        .token(&cleo.token)
        .send()
        .await
        .refused(404, "not-found");
    let mut stream = Listening::open(cleo.get("/v1/events?after=0")).await;
    assert_eq!(next(&mut stream).await.id, "0");
    keep(&cleo, json!({})).await;
    let job = post(&ada, "A tunnel").await;
    assert_eq!(next(&mut stream).await.data["job"], job.as_str(), "the first that she hears is her own");

    for (name, value) in
        [("last-event-id", "x"), ("last-event-id", "-1"), ("last-event-id", "9223372036854775808")]
    {
        ben.get("/v1/events").header(name, value).send().await.refused(422, "bad-field");
    }
    ben.get("/v1/events?after=-1").send().await.refused(422, "bad-field");
    ben.get("/v1/events?after=x").send().await.refused(400, "bad-query");
    ben.get("/v1/alerts?limit=101").send().await.refused(422, "bad-field");
    let bounded = Person::sign_in(home, "ben", &["jobs:write"]).await;
    bounded
        .post("/v1/saved-searches", &json!({"label": "x", "query": {}}))
        .send()
        .await
        .refused(403, "scope-missing");
    home.delete(&format!("/v1/saved-searches/{id}"))
        .token(&bounded.token)
        .send()
        .await
        .refused(403, "scope-missing");
    let gone = home.delete(&format!("/v1/saved-searches/{id}")).token(&ben.token).send().await;
    assert_eq!(gone.status, 204);
    assert_eq!(ben.read("/v1/alerts").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_login_and_with_the_node_even_if_nobody_reads() {
    let mut federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let ada = federation[0].person("ada").await;
    let other = Person::sign_in(home, "ada", &[]).await;
    let mut ends = Listening::open(ada.get("/v1/events")).await;
    let mut stays = Listening::open(other.get("/v1/events")).await;
    assert_eq!(home.delete("/v1/sessions").token(&ada.token).send().await.status, 204);
    next(&mut ends).await;
    let last = next(&mut ends).await;
    assert_eq!((last.name.as_str(), &last.data), ("stream.ended", &json!({"reason": "session-ended"})));
    assert_eq!(ends.next().await, None, "the answer ends in order");
    // A HEAD begins no stream.
    let head = home.call("HEAD", "/v1/events").token(&other.token).send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));

    next(&mut stays).await;
    let unread =
        [Listening::open(other.get("/v1/events")).await, Listening::open(other.get("/v1/events")).await];
    federation[0].stop().await;
    let last = next(&mut stays).await;
    assert_eq!((last.name.as_str(), &last.data), ("stream.ended", &json!({"reason": "stopping"})));
    assert_eq!(stays.next().await, None);
    drop(unread);
    federation[0].restart().await;
    let account = json!({"handle": "ada", "password": PASSWORD});
    home.post("/v1/sessions", &account).send().await.ok(200);
}
