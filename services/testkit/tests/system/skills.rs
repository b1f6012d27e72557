//! Skills for a form, which anybody may ask about: found in two languages, bounded, and honest about whose names they are.

use hanse_testkit::{Federation, Http};
use serde_json::{Value, json};

async fn start() -> (Federation, Http) {
    let federation = Federation::start(&["a.example"]).await;
    let http = federation[0].http();
    (federation, http)
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().filter_map(|item| item["id"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phrase_finds_skills_in_both_languages() {
    let (_federation, http) = start().await;
    for (query, id) in [
        ("text=rust+programming&language=en", "local:rust"),
        ("text=programmation+en+rust&language=fr", "local:rust"),
        ("text=RU%E2%80%8BST", "local:rust"),
        ("text=Vannerie&language=fr-CA", "local:basketry"),
    ] {
        let answer = http.get(&format!("/v1/skills?{query}&limit=3")).send().await.ok(200);
        let found = ids(&answer);
        assert!(found.len() <= 3, "{query}: {answer}");
        assert_eq!(found.first(), Some(&id), "{query}: {answer}");
        assert!(answer["taxonomy"]["attribution"].as_str().unwrap().contains("ESCO"), "{answer}");
    }
    let exact = http.get("/v1/skills?text=rust").send().await.ok(200);
    assert_eq!(exact["items"][0]["score"], 1_000_000, "the same words");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phrase_is_sure_or_a_question_or_ones_own_tag() {
    let (_federation, http) = start().await;
    for (phrase, advice, tag, found) in [
        ("docker", "sure", "local:docker", Some("local:docker")),
        ("microsoft+excel", "sure", "local:microsoft-excel", Some("local:microsoft-excel")),
        ("book+keeping", "ask", "local:book-keeping", Some("local:bookkeeping")),
        ("flutter", "sure", "local:flutter", Some("local:flutter")),
        ("fluttre", "own", "local:fluttre", None),
        ("sentry", "own", "local:sentry", None),
        ("C%23", "sure", "local:csharp", Some("4c016b68-4116-468c-9dc6-42710c239e4a")),
    ] {
        let answer = http.get(&format!("/v1/skills?text={phrase}")).send().await.ok(200);
        assert_eq!(
            (&answer["advice"], &answer["own_tag"]),
            (&json!(advice), &json!(tag)),
            "{phrase}: {answer}"
        );
        assert_eq!(ids(&answer).first().copied(), found, "{phrase}: {answer}");
    }
    // Words that no tag can be written with.
    for phrase in ["%E6%97%A5%E6%9C%AC", "%21%21%21", "%00"] {
        let answer = http.get(&format!("/v1/skills?text={phrase}")).send().await.ok(200);
        assert_eq!(
            (&answer["advice"], &answer["own_tag"]),
            (&json!("own"), &Value::Null),
            "{phrase}: {answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_names_each_skill_once_and_in_its_order() {
    let (_federation, http) = start().await;
    let text = "We need Docker, then Rust; Docker again. Not rusty nails.";
    let answer = http.post("/v1/skills/link", &json!({"text": text})).send().await.ok(200);
    assert_eq!(ids(&answer), ["local:docker", "local:rust"], "{answer}");
    assert_eq!(answer["items"][0]["words"], "docker");
    let posting = json!({"title": "Rust developer", "text": text});
    let answer = http.post("/v1/skills/link", &posting).send().await.ok(200);
    assert_eq!(ids(&answer), ["local:rust", "local:docker"], "the title first: {answer}");
    let nothing = http.post("/v1/skills/link", &json!({"text": ""})).send().await.ok(200);
    assert_eq!(ids(&nothing), [""; 0]);
    // A word that fills a body, and words that hide what they are, cost little and find nothing new.
    for text in ["rust".repeat(16_000), "\u{202e}\u{200b}".repeat(10_000), "docker ".repeat(9_000)] {
        let answer = http.post("/v1/skills/link", &json!({"text": text})).send().await.ok(200);
        assert!(ids(&answer).len() <= 1, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skill_shows_its_names_and_what_meets_it() {
    let (_federation, http) = start().await;
    let answer = http.get("/v1/skills/local:rust").send().await.ok(200);
    assert_eq!(answer["labels"][0], json!({"language": "en", "text": "Rust"}));
    let near = answer["near"].as_array().unwrap();
    let broader = near.iter().find(|near| near["relation"] == "broader").unwrap();
    assert_eq!(broader["meets"], 60, "{answer}");
    http.get("/v1/skills/local:nothing").send().await.refused(404, "not-found");
    for bad in ["Rust", "a%00b", "%C3%A9", &"a".repeat(65)] {
        http.get(&format!("/v1/skills/{bad}")).send().await.refused(422, "bad-field");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_question_is_refused() {
    let (_federation, http) = start().await;
    let long = "x".repeat(201);
    for (query, status, slug) in [
        ("", 400, "bad-query"),
        ("?text=", 422, "bad-field"),
        ("?text=%20", 422, "bad-field"),
        (&format!("?text={long}"), 422, "bad-field"),
        ("?text=x&limit=0", 422, "bad-field"),
        ("?text=x&limit=51", 422, "bad-field"),
        ("?text=x&limit=-1", 400, "bad-query"),
        ("?text=x&language=French", 422, "bad-code"),
        ("?text=x&sort=price", 400, "bad-query"),
    ] {
        http.get(&format!("/v1/skills{query}")).send().await.refused(status, slug);
    }
    let link = async |body: Value| http.post("/v1/skills/link", &body).send().await;
    link(json!({})).await.refused(400, "bad-body");
    link(json!({"text": 1})).await.refused(400, "bad-body");
    link(json!({"text": "x", "language": "French"})).await.refused(422, "bad-code");
    link(json!({"text": "x".repeat(64 * 1024 + 1)})).await.refused(422, "bad-field");
    link(json!({"title": "x", "text": "x".repeat(64 * 1024)})).await.refused(422, "bad-field");
    link(json!({"text": "x".repeat(300 * 1024)})).await.refused(413, "too-large");
}
