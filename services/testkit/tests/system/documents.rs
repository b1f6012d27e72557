//! Signed documents that are not what they should be, at `POST /v1/documents`: each is refused for its own reason and leaves
//! nothing behind.

use hanse_base::clock::Clock as _;
use hanse_document::canonical;
use hanse_testkit::{Answer, Federation, Http, until};
use serde_json::{Value, json};

use crate::own::{Own, document, publish};

/// What a node shows of itself to everybody; a refused document must not change it.
async fn state(home: Http) -> Value {
    json!({
        "jobs": home.get("/v1/jobs?limit=100").send().await.ok(200),
        "logs": home.get("/v1/node").send().await.ok(200)["logs"],
    })
}

/// Waits until nothing waits for the sequencer any more, so that a later change is somebody's.
async fn settled(federation: &Federation, leaves: u64) {
    let store = federation[0].store().await;
    until("the logs have taken everything up", async || {
        let connection = store.connection().await.unwrap();
        let pending = hanse_store::log::all(&connection).await.unwrap();
        let own: u64 = pending.iter().filter(|row| row.own).map(|row| row.size).sum();
        own >= leaves
    })
    .await;
}

fn bytes(value: &Value) -> Vec<u8> {
    canonical::to_vec(value)
}

fn changed(value: &Value, pointer: &str, to: Value) -> Value {
    let mut value = value.clone();
    *value.pointer_mut(pointer).unwrap() = to;
    value
}

fn with(value: &Value, pointer: &str, key: &str, to: Value) -> Value {
    let mut value = value.clone();
    value.pointer_mut(pointer).unwrap().as_object_mut().unwrap().insert(key.to_owned(), to);
    value
}

/// Name, bytes, status, slug.
type Case = (&'static str, Vec<u8>, u16, &'static str);

/// Bytes that are no canonical JSON, made from good ones.
fn spoiled_bytes(good: &[u8]) -> Vec<Case> {
    let text = String::from_utf8(good.to_vec()).unwrap();
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(40), "]".repeat(40));
    let bomb = "[".repeat(60_000);
    let twice = text.replacen("{\"@context\"", "{\"@context\":1,\"@context\"", 1);
    vec![
        ("nothing", vec![], 422, "not-json"),
        ("half of it", good[..good.len() / 2].to_vec(), 422, "not-json"),
        ("something behind it", [good, b"{}"].concat(), 422, "not-json"),
        ("a space", text.replacen(':', ": ", 1).into_bytes(), 422, "not-canonical"),
        (
            "an escape that need not be",
            text.replacen("As the", "\\u0041s the", 1).into_bytes(),
            422,
            "not-canonical",
        ),
        ("a key twice", twice.into_bytes(), 422, "duplicate-key"),
        ("deep JSON", deep.into_bytes(), 422, "too-deep"),
        ("a nested bomb", bomb.into_bytes(), 422, "too-deep"),
        ("a fraction", text.replacen("\"seats\":1", "\"seats\":1.5", 1).into_bytes(), 422, "float"),
        (
            "a huge number",
            text.replacen("\"seats\":1", "\"seats\":9007199254740993", 1).into_bytes(),
            422,
            "integer-range",
        ),
        ("a byte order mark", [b"\xef\xbb\xbf", good].concat(), 422, "not-json"),
        ("invalid UTF-8", [&good[..20], b"\xff\xfe", &good[20..]].concat(), 422, "not-json"),
        ("a NUL byte", [&good[..20], b"\0", &good[20..]].concat(), 422, "not-json"),
        ("a lone surrogate", text.replacen("As the", "\\ud800s the", 1).into_bytes(), 422, "not-json"),
        ("text that is not NFC", text.replacen("As the", "A\u{30a}s the", 1).into_bytes(), 422, "not-nfc"),
        (
            "a key outside ASCII",
            text.replacen("\"seats\"", "\"séats\"", 1).into_bytes(),
            422,
            "key-not-ascii",
        ),
        (
            "more than a document may be",
            text.replacen("As the", &"x".repeat(66_000), 1).into_bytes(),
            413,
            "too-large",
        ),
        ("more than a body may be", vec![b'x'; 200_000], 413, "too-large"),
    ]
}

/// Good JSON whose signature is nobody's, or not its issuer's.
fn spoiled_signatures(other: &Own, good: &Value) -> Vec<Case> {
    let did = other.did.to_string();
    let method = format!("{did}#{}", did.rsplit(':').next().unwrap());
    let foreign = changed(good, "/proof/verificationMethod", method.into());
    vec![
        (
            "a word changed after signing",
            bytes(&changed(good, "/credentialSubject/title", "Other".into())),
            422,
            "bad-signature",
        ),
        ("signed by another key", bytes(&other.sign_value(good.clone())), 422, "bad-signature"),
        ("signed by another key that says so", bytes(&other.sign_value(foreign)), 422, "foreign-key"),
        ("no signature", bytes(&changed(good, "/proof/proofValue", "".into())), 422, "bad-signature"),
        (
            "the signature of nothing",
            bytes(&changed(good, "/proof/proofValue", format!("z{}", "1".repeat(64)).into())),
            422,
            "bad-signature",
        ),
        (
            "a key of small order",
            bytes(&changed(
                good,
                "/issuer",
                "did:key:z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP".into(),
            )),
            422,
            "bad-key",
        ),
        ("no key", bytes(&changed(good, "/issuer", "did:web:a.example".into())), 422, "bad-key"),
        (
            "two proofs",
            bytes(&with(good, "", "proof", json!([good["proof"], good["proof"]]))),
            422,
            "out-of-form",
        ),
    ]
}

/// Good JSON, well signed by its owner, that is no good document for another reason.
fn signed_nonsense(own: &Own, good: &Value) -> Vec<Case> {
    let subject = "/credentialSubject";
    let signed = |value: Value| bytes(&own.sign_value(value));
    let titled = |title: &str| signed(changed(good, "/credentialSubject/title", title.into()));
    let form = |value: Value| (signed(value), 422, "out-of-form");
    let time = |pointer: &str, time: &str| (signed(changed(good, pointer, time.into())), 422, "bad-time");
    let home =
        |home: &str| (signed(changed(good, "/credentialSubject/home", home.into())), 422, "wrong-home");
    let cases = [
        ("an unknown kind", (signed(changed(good, "/type/1", "HanseWish".into())), 422, "unknown-kind")),
        ("the body of another kind", form(changed(good, "/type/1", "HanseProfile".into()))),
        ("a field too many", form(with(good, subject, "rank", 1.into()))),
        ("a field too many outside", form(with(good, "", "note", 1.into()))),
        ("null for unstated", form(with(good, subject, "pay", Value::Null))),
        ("another suite", form(changed(good, "/proof/cryptosuite", "none".into()))),
        ("another purpose", form(changed(good, "/proof/proofPurpose", "authentication".into()))),
        ("said and signed at different times", time("/proof/created", "2026-11-24T09:00:00Z")),
        ("valid until before it is said", time("/validUntil", "2026-11-24T09:00:00Z")),
        ("open for a year", time("/validUntil", "2027-11-24T09:00:00Z")),
        ("text that turns direction", (titled("Translate \u{202e}unem a"), 422, "forbidden-character")),
        ("text with nothing in it", (titled("Translate\u{200b} a menu"), 422, "forbidden-character")),
        ("a control character", (titled("Translate\u{1b}[2J a menu"), 422, "forbidden-character")),
        ("a long title", (titled(&"x".repeat(121)), 422, "out-of-bounds")),
        ("an empty title", (titled(""), 422, "out-of-bounds")),
        (
            "the custody of a node",
            (signed(with(good, "/proof", "custody", "a.example".into())), 422, "wrong-custody"),
        ),
        ("another home than one's own", home("b.example")),
        ("a home that nobody knows", home("z.example")),
    ];
    cases.into_iter().map(|(name, (bytes, status, slug))| (name, bytes, status, slug)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_spoiled_document_is_refused_for_its_own_reason() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let now = federation.clock().now();
    let (own, other) = (Own::new("a.example", now), Own::new("a.example", now));
    own.found(home).await;
    let good = own.job("Translate a menu");
    settled(&federation, 4).await;
    let before = state(home).await;
    let mut cases = spoiled_bytes(good.bytes());
    cases.extend(spoiled_signatures(&other, good.value()));
    cases.extend(signed_nonsense(&own, good.value()));
    let mut wrong = Vec::new();
    for (name, bytes, status, slug) in cases {
        let answer = publish(home, &bytes).await;
        if (answer.status, answer.slug().as_str()) != (status, slug) {
            wrong.push(format!("{name}: wanted {status} {slug}, got {} {}", answer.status, answer.text()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert_eq!(state(home).await, before, "something was left behind");
    // The same document, whole, is taken.
    assert_eq!(publish(home, good.bytes()).await.ok(201)["id"], good.id().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn times_people_and_kinds_that_do_not_fit_are_refused() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let now = federation.clock().now();
    let (own, stranger) = (Own::new("a.example", now), Own::new("a.example", now));
    own.found(home).await;
    let hosted = federation[0].person("ada").await;
    let early = own.job_from("Over", now.add_seconds(-86_400).unwrap(), 3_600);
    let late = own.job_from("Not yet", now.add_seconds(3_600).unwrap(), 86_400);
    let text = own.says("HanseText", &json!({"text": "Words without a review."}));
    let cases = [
        ("over", publish(home, early.bytes()).await, 409, "expired"),
        ("dated ahead", publish(home, late.bytes()).await, 422, "dated-later"),
        ("somebody unknown", publish(home, stranger.job("Who?").bytes()).await, 422, "unknown-person"),
        ("a kind that needs more than a key", publish(home, &text).await, 422, "own-key-not-yet"),
    ];
    for (name, answer, status, slug) in cases {
        assert_eq!((answer.status, answer.slug().as_str()), (status, slug), "{name}: {}", answer.text());
    }
    // A token does not make somebody else's document one's own, nor harms a good one.
    let job = own.job("With a stranger's token");
    document(home, job.bytes()).token(&hosted.token).send().await.ok(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posting_dated_ahead_does_not_stand_above_those_that_come_after_it() {
    let federation = Federation::start(&["a.example"]).await;
    let (home, now) = (federation[0].http(), federation.clock().now());
    let own = Own::new("a.example", now);
    own.found(home).await;
    publish(home, own.job_from("First of all", now.add_seconds(250).unwrap(), 86_400).bytes()).await.ok(201);
    federation.clock().advance(5);
    publish(home, own.job_from("After it", federation.clock().now(), 86_400).bytes()).await.ok(201);
    let jobs = home.get("/v1/jobs").send().await.ok(200);
    let titles: Vec<&str> =
        jobs["items"].as_array().unwrap().iter().map(|job| job["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["After it", "First of all"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_comes_again_has_no_second_effect() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let own = Own::new("a.example", federation.clock().now());
    let genesis = own.found(home).await;
    let job = own.job("Once");
    assert_eq!(publish(home, job.bytes()).await.ok(201)["created"], true);
    let profile = own.profile("Smith", None);
    publish(home, profile.bytes()).await.ok(201);
    settled(&federation, 6).await;
    let before = state(home).await;
    let signature = own.leaf_signature(&genesis);
    let again: [(&str, Answer); 4] = [
        ("job", publish(home, job.bytes()).await),
        ("profile", publish(home, profile.bytes()).await),
        ("genesis", publish(home, genesis.bytes()).await),
        (
            "signed genesis",
            document(home, genesis.bytes()).header("hanse-leaf-signature", signature).send().await,
        ),
    ];
    for (name, answer) in again {
        assert_eq!(answer.ok(200)["created"], false, "{name}");
    }
    // Another leaf would be sequenced by the time that a new one is.
    publish(home, own.job("Twice").bytes()).await.ok(201);
    settled(&federation, 8).await;
    let after = state(home).await;
    assert_eq!(
        after["jobs"]["items"].as_array().unwrap().len(),
        before["jobs"]["items"].as_array().unwrap().len() + 1
    );
    let sizes = |state: &Value| -> u64 {
        state["logs"].as_array().unwrap().iter().filter_map(|log| log["size"].as_u64()).sum()
    };
    assert_eq!(sizes(&after), sizes(&before) + 2, "one leaf and one index leaf: {before} {after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_genesis_and_one_chain_of_profiles() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let own = Own::new("a.example", federation.clock().now());
    let bare = own.genesis();
    publish(home, bare.bytes()).await.refused(422, "bad-field");
    let stolen = Own::new("a.example", federation.clock().now()).leaf_signature(&bare);
    document(home, bare.bytes())
        .header("hanse-leaf-signature", stolen)
        .send()
        .await
        .refused(422, "bad-signature");
    for rubbish in ["", "zz", &"0".repeat(127), "é"] {
        let answer = document(home, bare.bytes()).header("hanse-leaf-signature", rubbish).send().await;
        assert_eq!(answer.status, 422, "{rubbish}: {}", answer.text());
    }
    own.found(home).await;
    let second = own.genesis();
    let signature = own.leaf_signature(&second);
    document(home, second.bytes())
        .header("hanse-leaf-signature", signature)
        .send()
        .await
        .refused(409, "other-genesis");

    let first = own.profile("Smith", None);
    publish(home, first.bytes()).await.ok(201);
    publish(home, own.profile("Locksmith", None).bytes()).await.refused(409, "wrong-prev");
    // Many successors at once: one of them is the next, the others are told.
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..8 {
        let next = own.profile(&format!("Smith {n}"), Some(&first));
        tasks.spawn(async move { publish(home, next.bytes()).await.status });
    }
    let mut statuses = tasks.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409], "a chain has one successor");
}
