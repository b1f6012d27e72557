//! Requests that no client of ours sends: wrong methods, types, encodings, sizes, paths and fields. Each is refused by a problem
//! document (which the client of these tests checks), and nothing changes.

use hanse_testkit::{Call, Federation, Http, PASSWORD, Person};
use serde_json::{Value, json};

/// Name, request, status, slug.
type Case = (&'static str, Call, u16, &'static str);

async fn all(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for (name, call, status, slug) in cases {
        let answer = call.send().await;
        if (answer.status, answer.slug().as_str()) != (status, slug) {
            wrong.push(format!(
                "{name} ({}): wanted {status} {slug}, got {} {}",
                answer.of,
                answer.status,
                answer.text()
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn raw_json(ada: &Person, body: impl Into<Vec<u8>>) -> Call {
    ada.home.call("POST", "/v1/jobs").token(&ada.token).header("content-type", "application/json").body(body)
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_request() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    let good = json!({"title": "Translate a menu", "text": "Two pages."}).to_string();
    let typed = |kind: &str| {
        ada.home.call("POST", "/v1/jobs").token(&ada.token).header("content-type", kind).body(good.clone())
    };
    let untyped = ada.home.call("POST", "/v1/jobs").token(&ada.token).body(good.clone());
    let nested = format!("{{\"title\":{}1{}}}", "[".repeat(50_000), "]".repeat(50_000));
    let two = json!([{"title": "a", "text": "b"}]);
    all(vec![
        ("no type", untyped, 400, "not-json"),
        ("form", typed("application/x-www-form-urlencoded"), 400, "not-json"),
        ("text", typed("text/plain"), 400, "not-json"),
        ("nothing", raw_json(&ada, ""), 400, "bad-body"),
        ("half", raw_json(&ada, "{\"title\": \"a"), 400, "not-json"),
        ("no JSON", raw_json(&ada, "title=a"), 400, "not-json"),
        (
            "invalid UTF-8",
            raw_json(&ada, b"{\"title\": \"\xff\xfe\", \"text\": \"b\"}".to_vec()),
            400,
            "not-json",
        ),
        ("a lone surrogate", raw_json(&ada, "{\"title\": \"\\ud800\", \"text\": \"b\"}"), 400, "not-json"),
        ("a bomb", raw_json(&ada, nested), 400, "too-deep"),
        ("only brackets", raw_json(&ada, "[".repeat(100_000)), 400, "too-deep"),
        ("an array", ada.post("/v1/jobs", &two), 400, "bad-body"),
        ("null", ada.post("/v1/jobs", &Value::Null), 400, "bad-body"),
        ("a field missing", ada.post("/v1/jobs", &json!({"title": "a"})), 400, "bad-body"),
        (
            "a field too many",
            ada.post("/v1/jobs", &json!({"title": "a", "text": "b", "rank": 1})),
            400,
            "bad-body",
        ),
        (
            "a field twice",
            raw_json(&ada, "{\"title\": \"a\", \"title\": \"b\", \"text\": \"c\"}"),
            400,
            "duplicate-key",
        ),
        ("another type", ada.post("/v1/jobs", &json!({"title": 1, "text": "b"})), 400, "bad-body"),
        (
            "a negative number",
            ada.post("/v1/jobs", &json!({"title": "a", "text": "b", "seats": -1})),
            422,
            "out-of-bounds",
        ),
        ("too large", raw_json(&ada, vec![b' '; 262_145]), 413, "too-large"),
        (
            "too large, with a key",
            raw_json(&ada, vec![b' '; 262_145]).header("idempotency-key", "k"),
            413,
            "too-large",
        ),
    ])
    .await;
    assert_eq!(federation[0].http().get("/v1/jobs").send().await.ok(200)["items"], json!([]));
}

fn job(ada: &Person, key: &str, value: Value) -> Call {
    let mut body = json!({"title": "Translate a menu", "text": "Two pages."});
    body[key] = value;
    ada.post("/v1/jobs", &body)
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_out_of_their_bounds() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    let money = |value: Value| job(&ada, "pay", value);
    all(vec![
        ("an empty title", job(&ada, "title", "".into()), 422, "out-of-bounds"),
        ("a blank title", job(&ada, "title", "   ".into()), 422, "out-of-bounds"),
        ("a long title", job(&ada, "title", "x".repeat(121).into()), 422, "out-of-bounds"),
        ("a title that turns direction", job(&ada, "title", "abc\u{202e}def".into()), 422, "forbidden-character"),
        ("a title with nothing in it", job(&ada, "title", "abc\u{200b}def".into()), 422, "forbidden-character"),
        ("a title with a NUL", job(&ada, "title", "abc\0def".into()), 422, "forbidden-character"),
        ("a title of two lines", job(&ada, "title", "abc\ndef".into()), 422, "forbidden-character"),
        ("a text with an escape", job(&ada, "text", "\u{1b}[2J".into()), 422, "forbidden-character"),
        ("a long text", job(&ada, "text", "x".repeat(16_001).into()), 422, "out-of-bounds"),
        ("no seats", job(&ada, "seats", 0.into()), 422, "out-of-bounds"),
        ("too many seats", job(&ada, "seats", 101.into()), 422, "out-of-bounds"),
        ("no days", job(&ada, "days", 0.into()), 422, "out-of-bounds"),
        ("too many days", job(&ada, "days", 91.into()), 422, "out-of-bounds"),
        ("a language that is none", job(&ada, "language", "'; DROP TABLE job; --".into()), 422, "bad-code"),
        ("a skill that is none", job(&ada, "skills", json!(["Robert'); --"])), 422, "bad-code"),
        ("a skill twice", job(&ada, "skills", json!(["local:a", "local:a"])), 422, "repeated-item"),
        ("many skills", job(&ada, "skills", (0..21).map(|n| format!("local:s{n}")).collect()), 422, "out-of-bounds"),
        ("a date that is none", job(&ada, "schedule", json!({"start": "2026-02-30"})), 422, "bad-time"),
        ("an end before the start", job(&ada, "schedule", json!({"start": "2027-02-02", "end": "2027-02-01"})), 422, "bad-time"),
        ("work that is over", job(&ada, "schedule", json!({"start": "2025-01-01", "end": "2025-02-01"})), 422, "bad-time"),
        ("a start long ago", job(&ada, "schedule", json!({"start": "2025-01-01"})), 422, "bad-time"),
        ("a currency that is none", money(json!({"kind": "money", "currency": "ZZZ", "per": "hour"})), 422, "bad-code"),
        ("a country that is none", job(&ada, "place", json!({"kind": "site", "name": "x", "country": "ZZ"})), 422, "bad-code"),
        ("too many decimals", money(json!({"kind": "money", "currency": "JPY", "max": "80.5", "per": "hour"})), 422, "out-of-bounds"),
        ("a filler", job(&ada, "title", "a\u{3164}b".into()), 422, "forbidden-character"),
        ("a place off the map", job(&ada, "place", json!({"kind": "site", "name": "x", "country": "FR", "latitude_e4": 900_001, "longitude_e4": 0})), 422, "out-of-bounds"),
        ("money that is none", money(json!({"kind": "money", "currency": "eur", "per": "hour"})), 422, "bad-code"),
        ("less than nothing", money(json!({"kind": "money", "currency": "EUR", "min": -1, "per": "hour"})), 422, "out-of-bounds"),
        ("most below least", money(json!({"kind": "money", "currency": "EUR", "min": 2, "max": 1, "per": "hour"})), 422, "out-of-bounds"),
        ("another pay", money(json!({"kind": "exposure"})), 400, "bad-body"),
    ])
    .await;
    let profile = |body: Value| ada.put("/v1/me/profile", &body);
    all(vec![
        ("a far traveller", profile(json!({"travel_km": 20_001})), 422, "out-of-bounds"),
        ("a name with nothing in it", profile(json!({"name": "A\u{200d}da"})), 422, "forbidden-character"),
        ("a forced link", profile(json!({"prev": "profile_x"})), 400, "bad-body"),
    ])
    .await;
    assert_eq!(federation[0].http().get("/v1/jobs").send().await.ok(200)["items"], json!([]));
    let shown = ada.read(&format!("/v1/profiles/{}", ada.did)).await;
    assert!(shown.get("document").is_none(), "{shown}");
}

/// What keyboards, systems and people write is put in order, or taken as it is.
#[tokio::test(flavor = "multi_thread")]
async fn what_people_type_is_taken() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    let posted = async |key: &str, value: Value| job(&ada, key, value).send().await.ok(201)["view"].clone();
    assert_eq!(posted("text", "one\r\ntwo\rthree".into()).await["text"], "one\ntwo\nthree");
    for title in ["\u{1f469}\u{200d}\u{1f4bb} dev", "\u{6a9}\u{62a}\u{627}\u{628}\u{200c}\u{647}\u{627}"] {
        assert_eq!(posted("title", title.into()).await["title"], title);
    }
    for (amount, minor, told) in [
        (json!("80.50"), 8_050, "up to 80.50 EUR for the project"),
        (json!(80), 80, "up to 0.80 EUR for the project"),
    ] {
        let pay = json!({"kind": "money", "currency": "EUR", "max": amount, "per": "project"});
        let view = posted("pay", pay).await;
        assert_eq!((&view["pay"]["max"], &view["pay_text"]), (&json!(minor), &json!(told)));
    }
    let found = federation[0].http().get("/v1/jobs?text=te%CC%81le%CC%81phone").send().await.ok(200);
    assert_eq!(found["items"], json!([]));
    posted("title", "T\u{e9}l\u{e9}phone".into()).await;
    let found = federation[0].http().get("/v1/jobs?text=te%CC%81le%CC%81phone").send().await.ok(200);
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
}

/// In characters of the text as it would be signed, where é is one.
#[tokio::test(flavor = "multi_thread")]
async fn a_forbidden_character_is_named_with_its_field_and_its_place() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    let refused = |call: Call| async move {
        call.send().await.refused(422, "forbidden-character")["detail"].as_str().unwrap().to_owned()
    };
    let told = refused(job(&ada, "title", "Cafe\u{301} \u{1f469}\u{200b}".into())).await;
    assert!(told.starts_with("`title`: A text has U+200B as its character 7;"), "{told}");
    let told = refused(job(&ada, "text", "one\ntwo\u{7}".into())).await;
    assert!(told.starts_with("`text`: A text has U+0007 as its character 8;"), "{told}");
    let told = refused(ada.put("/v1/me/profile", &json!({"headline": "a\tb"}))).await;
    assert!(told.starts_with("`headline`: A text has U+0009 as its character 2;"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_cannot_be() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    drop(federation[0].person("ada").await);
    let account = |handle: &str, password: &str| {
        home.post("/v1/accounts", &json!({"handle": handle, "password": password}))
    };
    let login = |handle: &str, password: &str| {
        home.post("/v1/sessions", &json!({"handle": handle, "password": password}))
    };
    all(vec![
        ("taken", account("ada", PASSWORD), 409, "handle-taken"),
        ("short", account("ad", PASSWORD), 422, "bad-field"),
        ("capitals", account("Ada", PASSWORD), 422, "bad-field"),
        ("a look-alike", account("аda", PASSWORD), 422, "bad-field"),
        ("a NUL", account("ada\0", PASSWORD), 422, "bad-field"),
        ("a quote", account("ada'--", PASSWORD), 422, "bad-field"),
        ("a short password", account("ben", "short"), 422, "bad-field"),
        ("five letters in ten bytes", account("ben", "ééééé"), 422, "bad-field"),
        ("a common password", account("ben", "1234567890"), 422, "weak-password"),
        ("a breached password", account("ben", "Password123!"), 422, "weak-password"),
        ("one's own handle", account("benedicta-the-second", "benedicta-the-second"), 422, "weak-password"),
        ("the operator's handle", account("admin", PASSWORD), 422, "bad-field"),
        ("a huge password", account("ben", &"x".repeat(1_025)), 422, "bad-field"),
        ("nobody", login("nobody", PASSWORD), 401, "bad-credentials"),
        ("another password", login("ada", "wrong horse battery"), 401, "bad-credentials"),
        ("SQL", login("ada' OR '1'='1", PASSWORD), 401, "bad-credentials"),
        ("a NUL", login("ada\0", PASSWORD), 401, "bad-credentials"),
        ("a long handle", login(&"a".repeat(10_000), PASSWORD), 401, "bad-credentials"),
        ("a long password", login("ada", &"x".repeat(10_000)), 401, "bad-credentials"),
        ("a longer handle than any", login(&"a".repeat(100_000), PASSWORD), 413, "too-large"),
        (
            "an unknown scope",
            home.post("/v1/sessions", &json!({"handle": "ada", "password": PASSWORD, "scopes": ["admin"]})),
            422,
            "unknown-scope",
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_searches_that_cannot_be() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    for n in 0..5 {
        ada.does("/v1/jobs", &json!({"title": format!("Job {n}"), "text": "Text."})).await;
    }
    let get = |query: &str| ada.home.get(&format!("/v1/jobs?{query}"));
    let mut cases = vec![
        ("no limit", get("limit=0"), 422, "bad-field"),
        ("a large limit", get("limit=101"), 422, "bad-field"),
        ("a negative limit", get("limit=-1"), 400, "bad-query"),
        ("a limit that is none", get("limit=ten"), 400, "bad-query"),
        ("an unknown filter", get("order=price"), 400, "bad-query"),
        ("a filter twice", get("limit=1&limit=2"), 400, "bad-query"),
        ("an unknown state", get("state=sold"), 400, "bad-query"),
        ("a client that is none", get("client=ada"), 422, "bad-key"),
        ("a skill that is none", get("skill=%27%20OR%201=1"), 422, "bad-code"),
        ("a language that is none", get("language=%00"), 422, "bad-code"),
        ("a NUL", get("text=a%00b"), 422, "bad-field"),
        ("a long search", get(&format!("text={}", "x".repeat(501))), 422, "bad-field"),
    ];
    for cursor in ["x", ".", "1.", "1.AAAA", "%00", "99999999999999999999.AA", "-1.%27", "1795514400.QUFB"] {
        cases.push(("a cursor that is none", get(&format!("cursor={cursor}")), 422, "bad-field"));
        let mine = ada.get(&format!("/v1/contracts?cursor={cursor}"));
        cases.push(("a cursor that is none", mine, 422, "bad-field"));
    }
    all(cases).await;
    for odd in [
        "%27%3B%20DROP%20TABLE%20job%3B--",
        "%22unbalanced",
        "-",
        "(((",
        "a%20or%20or%20-%20%22",
        "%F0%9F%92%A9",
        "%25",
        "*:*%26!",
    ] {
        let answer = get(&format!("text={odd}")).send().await;
        if ["-", "(((", "%F0%9F%92%A9", "%25", "*:*%26!"].contains(&odd) {
            answer.refused(422, "bad-field");
        } else {
            assert!(answer.ok(200)["items"].is_array(), "{odd}");
        }
    }
    // Pages join without gap or repetition, also when something new comes in between.
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = get(&format!("limit=2{cursor}")).send().await.ok(200);
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|job| job["title"].as_str().unwrap().to_owned()),
        );
        ada.does("/v1/jobs", &json!({"title": "New", "text": "Text."})).await;
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    seen.sort();
    let known: Vec<String> = seen.into_iter().filter(|title| title != "New").collect();
    assert_eq!(known, ["Job 0", "Job 1", "Job 2", "Job 3", "Job 4"]);
}

/// Paths that exist, with what they take.
const PATHS: [(&str, &str); 8] = [
    ("/v1/jobs", "GET, POST"),
    ("/v1/node", "GET"),
    ("/v1/sessions", "POST, DELETE"),
    ("/v1/me/profile", "PUT"),
    ("/v1/contracts/offer_x/accept", "POST"),
    ("/v1/documents/job_x", "GET"),
    ("/log/reputation/checkpoint", "GET"),
    ("/log/reputation/tile/0/x001/067", "GET"),
];

#[tokio::test(flavor = "multi_thread")]
async fn methods_and_paths_that_are_not_there() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    for (path, allowed) in PATHS {
        for method in ["PATCH", "TRACE", "BREW"] {
            let answer = home.call(method, path).send().await;
            answer.refused(405, "method-not-allowed");
            let given = answer.header("allow").unwrap_or_default();
            let wanted: Vec<&str> = allowed.split(", ").collect();
            assert!(wanted.iter().all(|one| given.contains(one)), "{method} {path}: Allow is {given}");
        }
    }
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v2/jobs",
        "/v1/jobs/",
        "/v1//jobs",
        "/admin",
        "/.git/config",
        "/v1/jobs/../node",
        "/v1/%2e%2e/v1/node",
        "/log/reputation",
        "/v1/contracts/x/explode",
        "/%00",
        "/v1/jobs/%ff/x/y/z",
    ] {
        home.get(path).send().await.refused(404, "no-such-path");
    }
    let ids = [
        ("/v1/jobs/", "job"),
        ("/v1/jobs/%00", ""),
        ("/v1/jobs/job_x", ""),
        ("/v1/jobs/bid_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ""),
        ("/v1/jobs/job_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ""),
        ("/v1/documents/%27%20OR%201=1", ""),
        ("/log/secret/checkpoint", ""),
        ("/log/reputation/tile/9/999", ""),
        ("/log/reputation/tile/0/000.p/0", ""),
        ("/log/reputation/tile/0/000.p/256", ""),
        ("/log/reputation/tile/0/00", ""),
        ("/log/reputation/tile/-1/000", ""),
        ("/log/reputation/tile/0/../../checkpoint", ""),
        ("/log/reputation/tile/entries/x999/x999/x999/x999/x999/999", ""),
        ("/log/reputation/tile/64/000", ""),
        ("/log/reputation/tile/255/000", ""),
    ];
    for (path, _) in &ids[1..] {
        let answer = home.get(path).send().await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
    }
    for did in [
        "ada",
        "did:web:x",
        "did:key:z6Mk",
        "%00",
        "did:key:z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP",
    ] {
        for path in ["/v1/profiles/{}", "/v1/reputation/{}", "/v1/reputation/{}/evidence"] {
            home.get(&path.replace("{}", did)).send().await.refused(400, "bad-did");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_ids_and_what_is_no_http() {
    let federation = Federation::start(&["a.example"]).await;
    let home: Http = federation[0].http();
    for path in ["/v1/node", "/v1/jobs", "/healthz", "/log/reputation/checkpoint", "/openapi.json", "/docs/"]
    {
        let (get, head) = (home.get(path).send().await, home.call("HEAD", path).send().await);
        assert_eq!((get.status, head.status), (200, 200), "{path}");
        assert!(head.body.is_empty(), "HEAD {path} has a body");
        assert_eq!(get.header("content-type"), head.header("content-type"), "{path}");
    }
    assert_eq!(home.call("HEAD", "/nowhere").send().await.status, 404);
    // A request id of the caller's is kept if it is one, and nothing of it is ever echoed that is none.
    let own = home.get("/healthz").header("x-request-id", "trace-1_a.b").send().await;
    assert_eq!(own.header("x-request-id"), Some("trace-1_a.b"));
    for evil in ["<script>", "a b", &"x".repeat(65), "é", "a\tb"] {
        let answer = home.get("/v1/nowhere").header("x-request-id", evil).send().await;
        assert_ne!(answer.header("x-request-id"), Some(evil));
        assert!(!answer.text().contains("<script>"));
    }
    for rubbish in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(),
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: a\r\nno colon here\r\n\r\n",
        b"POST /v1/jobs HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcde",
        b"POST /v1/jobs HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/jobs HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        b"POST /v1/documents HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        b"POST /v1/documents HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nbroken off",
    ] {
        let answer = String::from_utf8_lossy(&home.raw(rubbish).await).into_owned();
        let status = answer.split(' ').nth(1).unwrap_or("none");
        assert!(status == "none" || status.starts_with('4'), "{}: {answer}", String::from_utf8_lossy(rubbish));
    }
    let many = format!("GET /healthz HTTP/1.1\r\nhost: a\r\n{}\r\n", "x: y\r\n".repeat(5_000));
    let answer = home.raw(many.as_bytes()).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "thousands of headers pass");
    assert_eq!(home.get("/healthz").send().await.status, 200, "the node still answers");
}
