//! Tokens and sessions: what opens a door, and what does not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hanse_testkit::{Federation, Http, PASSWORD, Person};
use serde_json::{Value, json};

async fn asks(home: Http, authorization: impl AsRef<[u8]>) -> hanse_testkit::Answer {
    home.get("/v1/me").header("authorization", authorization).send().await
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_whole_token_of_this_node_opens_anything() {
    let federation = Federation::start(&["a.example", "b.example"]).await;
    let home = federation[0].http();
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    assert_eq!(asks(home, format!("Bearer {}", ada.token)).await.ok(200)["did"], ada.did.as_str());
    assert_eq!(asks(home, format!("bEaReR {}", ada.token)).await.status, 200);

    let (header, claims) = (part(&ada.token, 0), part(&ada.token, 1));
    let signature = ada.token.rsplit('.').next().unwrap();
    let with = |key: &str, value: Value| {
        let mut claims = claims.clone();
        claims[key] = value;
        format!("{}.{}.{signature}", encoded(&header), encoded(&claims))
    };
    let headed =
        |header: Value, signature: &str| format!("{}.{}.{signature}", encoded(&header), encoded(&claims));
    let flipped: String = ada
        .token
        .chars()
        .rev()
        .enumerate()
        .map(|(n, c)| if n == 20 { if c == 'A' { 'B' } else { 'A' } } else { c })
        .collect();
    let flipped: String = flipped.chars().rev().collect();
    let cases = [
        ("nothing", String::new(), "token-forged"),
        ("no token", "x".to_owned(), "token-forged"),
        ("two parts", ada.token.rsplit_once('.').unwrap().0.to_owned(), "token-forged"),
        ("no signature", format!("{}.", ada.token.rsplit_once('.').unwrap().0), "token-forged"),
        ("a flipped bit", flipped, "token-forged"),
        ("another person", with("sub", ben.did.as_str().into()), "token-forged"),
        ("more scopes", with("scope", "admin".into()), "token-forged"),
        ("a longer life", with("exp", 4_000_000_000_i64.into()), "token-forged"),
        ("alg none", headed(json!({"alg": "none"}), ""), "token-forged"),
        ("alg None", headed(json!({"alg": "None", "typ": "JWT"}), signature), "token-forged"),
        ("alg HS256 with the public key", headed(json!({"alg": "HS256"}), signature), "token-forged"),
        (
            "a key of the token's own",
            headed(json!({"alg": "EdDSA", "jwk": {"kty": "OKP"}, "jku": "http://127.0.0.1/"}), signature),
            "token-forged",
        ),
        ("another node's", ben.token.clone(), "token-foreign"),
        ("a megabyte of nothing", "a.".repeat(2_000), "token-forged"),
    ];
    for (name, token, slug) in cases {
        let answer = asks(home, format!("Bearer {token}")).await;
        let slugs = [slug, if token.is_empty() { "token-missing" } else { slug }];
        assert_eq!(answer.status, 401, "{name}: {}", answer.text());
        assert!(slugs.contains(&answer.slug().as_str()), "{name}: {}", answer.text());
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{name}");
    }
    for header in ["Basic YWRhOng=", "Bearer", "é", "Token abc"] {
        asks(home, header).await.refused(401, "token-missing");
    }
    home.get("/v1/me").send().await.refused(401, "token-missing");
    // A bad token is refused even where none is needed.
    home.get("/v1/jobs/job_x").header("authorization", "Bearer x").send().await.refused(401, "token-forged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_ends_when_it_should() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let mut ada = federation[0].person("ada").await;
    let other = Person::sign_in(home, "ada", &[]).await;
    // Time: a token is good for a quarter of an hour, by the node's clock.
    federation.clock().advance(890);
    ada.get("/v1/me").send().await.ok(200);
    federation.clock().advance(11);
    ada.get("/v1/me").send().await.refused(401, "token-expired");
    let refreshed = refresh(home, &ada.refresh).await.ok(200);
    ada.token = text(&refreshed, "access_token");
    let second = text(&refreshed, "refresh_token");
    ada.get("/v1/me").send().await.ok(200);

    // A refresh token is good once, and for half a minute its answer is told again; later a second use ends the login of both holders.
    assert_eq!(text(&refresh(home, &ada.refresh).await.ok(200), "refresh_token"), second);
    federation.clock().advance(30);
    refresh(home, &ada.refresh).await.refused(401, "session-ended");
    refresh(home, &second).await.refused(401, "session-ended");
    ada.get("/v1/me").send().await.refused(401, "session-ended");
    let renewed = refresh(home, &other.refresh).await.ok(200);
    let other =
        Person { token: text(&renewed, "access_token"), refresh: text(&renewed, "refresh_token"), ..other };
    other.get("/v1/me").send().await.ok(200);

    // Logout.
    let posted = other
        .post("/v1/jobs", &json!({"title": "a", "text": "b"}))
        .header("idempotency-key", "k")
        .send()
        .await;
    posted.ok(201);
    let out = home.delete("/v1/sessions").token(&other.token).send().await;
    assert_eq!((out.status, out.body.len()), (204, 0));
    other.get("/v1/me").send().await.refused(401, "session-ended");
    refresh(home, &other.refresh).await.refused(401, "session-ended");
    home.delete("/v1/sessions").token(&other.token).send().await.refused(401, "session-ended");
    other.post("/v1/jobs", &json!({"title": "a", "text": "b"})).send().await.refused(401, "session-ended");
    // What was answered before is not told again to a login that has ended.
    let again = other
        .post("/v1/jobs", &json!({"title": "a", "text": "b"}))
        .header("idempotency-key", "k")
        .send()
        .await;
    again.refused(401, "session-ended");
    home.get("/v1/jobs").token(&other.token).send().await.ok(200);
}

async fn refresh(home: Http, token: &str) -> hanse_testkit::Answer {
    home.post("/v1/sessions/refresh", &json!({"refresh_token": token})).send().await
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_tokens_that_are_none() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let ada = federation[0].person("ada").await;
    let (id, secret) = ada.refresh.split_once('.').unwrap();
    let zero = "00000000-0000-0000-0000-000000000000";
    for token in [
        "",
        ".",
        "x",
        "x.y",
        "\0",
        "' OR 1=1",
        id,
        &format!("{id}."),
        &format!("{id}.{}", "A".repeat(42)),
        &format!("x.{secret}"),
        &format!("{zero}.{secret}"),
        &format!("{id}\0.{secret}"),
        &format!("{id}.{secret}\0"),
        &"x".repeat(10_000),
    ] {
        let answer = refresh(home, token).await;
        assert_eq!(
            (answer.status, answer.slug().as_str()),
            (401, "session-ended"),
            "{token}: {}",
            answer.text()
        );
    }
    refresh(home, &ada.refresh).await.ok(200);
    // Bytes of one's own in the right form end nobody's login.
    let forged = format!("{id}.{}", "A".repeat(43));
    refresh(home, &forged).await.refused(401, "session-ended");
    ada.get("/v1/me").send().await.ok(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_what_it_was_given_for() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let whole = federation[0].person("ada").await;
    let ben = federation[0].person("ben").await;
    let job = whole.does("/v1/jobs", &json!({"title": "a", "text": "b"})).await;
    let id = job["view"]["id"].as_str().unwrap().to_owned();
    let scopes = ["profile:write", "jobs:write", "bids:write", "contracts:write", "reviews:write"];
    let calls = |person: &Person| {
        [
            ("profile:write", person.put("/v1/me/profile", &json!({"name": "Ada"}))),
            ("jobs:write", person.post("/v1/jobs", &json!({"title": "a", "text": "b"}))),
            ("jobs:write", person.post(&format!("/v1/jobs/{id}/close"), &json!({"reason": "r"}))),
            ("bids:write", person.post(&format!("/v1/jobs/{id}/bids"), &json!({"text": "t"}))),
            (
                "contracts:write",
                person.post("/v1/bids/bid_x/offer", &json!({"scope": "s", "due": "2027-01-01"})),
            ),
            ("contracts:write", person.post("/v1/contracts/offer_x/accept", &json!({}))),
            ("reviews:write", person.post("/v1/contracts/offer_x/reviews", &json!({"rating": 5}))),
            (
                "reviews:write",
                person.post(&format!("/v1/reviews/{}/reply", "0".repeat(64)), &json!({"text": "t"})),
            ),
        ]
    };
    for scope in scopes {
        let without: Vec<&str> = scopes.into_iter().filter(|other| *other != scope).collect();
        let ada = Person::sign_in(home, "ada", &without).await;
        assert_eq!(ada.read("/v1/me").await["did"], ada.did.as_str(), "reading one's own needs no scope");
        for (needs, call) in calls(&ada) {
            let answer = call.header("idempotency-key", format!("{scope}{needs}")).send().await;
            let missing = (answer.status, answer.slug().as_str()) == (403, "scope-missing");
            assert_eq!(missing, needs == scope, "without {scope}: {}: {}", answer.of, answer.text());
            if missing {
                assert!(answer.text().contains(scope), "{}", answer.text());
            }
            if needs == "jobs:write" && answer.of.ends_with("close") && !missing {
                break;
            }
        }
    }
    drop(ben);
    let wrong = json!({"handle": "ada", "password": PASSWORD, "scopes": ["jobs:write", "root"]});
    home.post("/v1/sessions", &wrong).send().await.refused(422, "unknown-scope");
}
