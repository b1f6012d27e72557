//! `Idempotency-Key`: the same request again is the same answer and no second effect.

use hanse_testkit::{Federation, Person, Story};
use serde_json::{Value, json};

async fn jobs(ada: &Person) -> usize {
    let page = ada.home.get("/v1/jobs?limit=100").send().await.ok(200);
    page["items"].as_array().unwrap().len()
}

fn job(title: &str) -> Value {
    json!({"title": title, "text": "Text."})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_has_one_effect_and_one_answer() {
    let federation = Federation::start(&["a.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let post =
        |key: &str, title: &str| ada.post("/v1/jobs", &job(title)).header("idempotency-key", key).send();
    let first = post("k1", "One").await;
    first.ok(201);
    for _ in 0..3 {
        let again = post("k1", "One").await;
        assert_eq!((again.status, &again.body), (201, &first.body));
        for header in ["etag", "location", "content-type"] {
            assert_eq!(again.header(header), first.header(header), "{header}");
        }
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"), "each request has its own id");
    }
    assert_eq!(jobs(&ada).await, 1);
    post("k1", "Another").await.refused(422, "idempotency-key-reused");
    let elsewhere =
        ada.post("/v1/jobs?dry_run=true", &job("One")).header("idempotency-key", "k1").send().await;
    elsewhere.refused(422, "idempotency-key-reused");
    // A key is a person's own.
    ben.post("/v1/jobs", &job("One")).header("idempotency-key", "k1").send().await.ok(201);
    assert_eq!(jobs(&ada).await, 2);
    let long = "k".repeat(256);
    for key in ["", &long, "é", " "] {
        let answer = post(key, "Key").await;
        assert!(
            answer.status == 400 || (key == " " && answer.status < 500),
            "{key:?}: {} {}",
            answer.status,
            answer.text()
        );
    }
    post(&"k".repeat(255), "Longest").await.ok(201);
    // The same after a login, and a day later it is another request.
    let fresh = Person::sign_in(ada.home, "ada", &[]).await;
    let again = fresh.post("/v1/jobs", &job("One")).header("idempotency-key", "k1").send().await;
    assert_eq!(again.body, first.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_with_one_key_have_one_effect() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    for round in 0..3 {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let call =
                ada.post("/v1/jobs", &job("At once")).header("idempotency-key", format!("round {round}"));
            tasks.spawn(async move { call.send().await });
        }
        let answers = tasks.join_all().await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert!(!made.is_empty());
        assert!(made.iter().all(|answer| answer.body == made[0].body), "two answers to one request");
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            answer.refused(409, "still-running");
        }
        assert_eq!(jobs(&ada).await, round + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_no_answer_for_later() {
    let federation = Federation::start(&["a.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let narrow = Person::sign_in(ada.home, "ada", &["profile:write"]).await;
    let post = |who: &Person| who.post("/v1/jobs", &job("Later")).header("idempotency-key", "k").send();
    post(&narrow).await.refused(403, "scope-missing");
    post(&ada).await.ok(201);
    // What one may not do alone, one cannot have answered by another's key: the token decides, not the key.
    let story = Story::active(&ada, &ben).await;
    let deliver = |who: &Person| {
        who.post(&story.at("deliver"), &json!({"note": "x"})).header("idempotency-key", "d").send()
    };
    deliver(&ada).await.refused(409, "not-now");
    let done = deliver(&ben).await;
    done.ok(201);
    let again = deliver(&ben).await;
    assert_eq!(again.body, done.body);
    let history = ben.read(&story.at("")).await["history"].as_array().unwrap().len();
    assert_eq!(history, 4, "offer, accept, engage, deliver");
    // Without a token there is nobody to remember the key for.
    ada.home
        .post("/v1/jobs", &job("Nobody"))
        .header("idempotency-key", "k")
        .send()
        .await
        .refused(401, "token-missing");
}
