//! The door of a node: how much one client may do, who is told apart from whom, and what stands in the head of every answer.

use hanse_base::clock::Clock as _;
use hanse_node::config::{ClientHeader, Door};
use hanse_store::log;
use hanse_testkit::{Answer, Call, Federation, Http, Listening, PASSWORD};
use serde_json::json;

use crate::own::{Own, document};

/// A node with the built-in limits, behind a proxy here that says who asks.
async fn guarded() -> Federation {
    let mut federation = Federation::start(&["a.example"]).await;
    federation[0].with_door(Door { trusted_proxies: vec!["127.0.0.1".into()], ..Door::default() }).await;
    federation
}

fn from(call: Call, address: &str) -> Call {
    call.header("x-forwarded-for", address)
}

fn limited(answer: &Answer, name: &str) {
    answer.refused(429, "rate-limited");
    let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!(wait > 0 && wait <= 3_600, "{wait}");
    assert!(answer.header("ratelimit").is_none_or(|left| left.starts_with(&format!("\"{name}\";r=0;"))));
}

/// Sends until one is refused by this limit: not before `least`, and soon after, as the budget fills a little on the way.
async fn until_limited(name: &str, least: usize, call: impl Fn(usize) -> Call) {
    for n in 0..=least + least / 4 + 2 {
        let answer = call(n).send().await;
        if answer.status == 429 {
            limited(&answer, name);
            assert!(n >= least, "{name}: only {n} are taken");
            return;
        }
    }
    panic!("{name}: more than {least} are taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_a_password_end_soon_for_one_address_and_later_for_all() {
    let federation = guarded().await;
    let home = federation[0].http();
    let account = |handle: &str| home.post("/v1/accounts", &json!({"handle": handle, "password": PASSWORD}));
    from(account("ada"), "192.0.2.1").send().await.ok(201);
    let login = |handle: &str, password: &str, address: &str| {
        from(home.post("/v1/sessions", &json!({"handle": handle, "password": password})), address)
    };
    until_limited("tries", 10, |_| login("ada", "wrong horse battery", "192.0.2.66")).await;
    login("ada", PASSWORD, "192.0.2.1").send().await.ok(200);
    // Ten, and the owner's own, were before.
    let elsewhere = |n: usize| login("ada", "wrong horse battery", &format!("198.51.100.{n}"));
    until_limited("tries-anywhere", 80, elsewhere).await;
    login("nobody", PASSWORD, "192.0.2.66").send().await.refused(401, "bad-credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_ever_is_bounded_for_an_address_and_for_all() {
    let federation = guarded().await;
    let home = federation[0].http();
    let identity = |address: &str| {
        let own = Own::new("a.example", federation.clock().now());
        let genesis = own.genesis();
        let call =
            document(home, genesis.bytes()).header("hanse-leaf-signature", own.leaf_signature(&genesis));
        from(call, address)
    };
    until_limited("identities", 10, |_| identity("192.0.2.66")).await;
    identity("192.0.2.1").send().await.ok(201);
    // Eleven were before.
    until_limited("identities-of-all", 105, |n| identity(&format!("198.51.100.{n}"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_token_or_a_handle_guesses_no_password_and_no_code() {
    let federation = guarded().await;
    let (home, ada) = (federation[0].http(), federation[0].person("ada").await);
    let guess = json!({"password": "a guess", "new_password": "le chat noir dort sur le toit"});
    until_limited("passwords", 10, |n| from(ada.put("/v1/me/password", &guess), &format!("198.51.100.{n}")))
        .await;
    let confirmed = json!({"password": PASSWORD});
    limited(&ada.post("/v1/me/recovery-codes", &confirmed).send().await, "passwords");
    let code =
        json!({"handle": "ada", "code": "9x4k-c2mn-70vh-qd3w", "password": "le chat noir dort sur le toit"});
    let reset = |address: &str| from(home.post("/v1/password-resets", &code), address);
    until_limited("resets", 10, |_| reset("192.0.2.1")).await;
    reset("192.0.2.2").send().await.refused(403, "wrong-code");
    let letter = json!({"handle": "ada"});
    until_limited("letters", 10, |_| from(home.post("/v1/password-resets/request", &letter), "192.0.2.3"))
        .await;
    until_limited("exports", 5, |_| ada.get("/v1/me/export")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_bounded_for_all_addresses_together() {
    let mut federation = Federation::start(&["a.example"]).await;
    // One for each address, and six of the built-in six hundred for all; the next in ten minutes.
    let door = Door { percent: 1, trusted_proxies: vec!["127.0.0.1".into()], ..Door::default() };
    federation[0].with_door(door).await;
    let home = federation[0].http();
    let account = |n: usize| {
        let account = json!({"handle": format!("person-{n}"), "password": PASSWORD});
        from(home.post("/v1/accounts", &account), &format!("198.51.100.{n}"))
    };
    until_limited("registrations-of-all", 6, account).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_so_many_streams() {
    let mut federation = Federation::start(&["a.example"]).await;
    let mut people = Vec::new();
    for handle in ["ada", "ben", "carl"] {
        people.push(federation[0].person(handle).await);
    }
    // One of the built-in fifty.
    let door = Door { percent: 2, trusted_proxies: vec!["127.0.0.1".into()], ..Door::default() };
    federation[0].with_door(door).await;
    let stream = |n: usize, address: &str| from(people[n].get("/v1/events"), address);
    let _held = Listening::open(stream(0, "192.0.2.1")).await;
    stream(1, "192.0.2.1").may_fail().send().await.refused(503, "busy");
    let _elsewhere = Listening::open(stream(2, "192.0.2.2")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_posts_so_many_jobs_and_others_still_can() {
    let federation = guarded().await;
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let job = json!({"title": "A job", "text": "Text."});
    // Whatever address they come from.
    until_limited("postings", 60, |n| from(ada.post("/v1/jobs", &job), &format!("198.51.100.{n}"))).await;
    let bens = ben.does("/v1/jobs", &job).await;
    ada.read("/v1/me").await;
    // A list of the federation asks every peer, which counts what this node asks for anybody.
    let list = format!("/v1/jobs/{}/matches?scope=federation", bens["view"]["id"].as_str().unwrap());
    until_limited("federation-searches", 8, |_| ada.get(&list).may_fail()).await;
    assert_ne!(ben.get(&list).may_fail().send().await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_counted_and_told_and_nobody_says_for_themselves_who_they_are() {
    let mut federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    // A budget that fills so slowly that a test sees it empty.
    let door = |trusted: &[&str], client_header| {
        let trusted_proxies = trusted.iter().map(|proxy| (*proxy).to_owned()).collect();
        Door { percent: 2, trusted_proxies, client_header, ..Door::default() }
    };
    federation[0].with_door(door(&["127.0.0.1"], ClientHeader::XForwardedFor)).await;
    let first = from(home.get("/v1/node"), "192.0.2.1").send().await;
    assert_eq!(first.header("ratelimit-policy"), Some("\"reads\";q=24;w=60"));
    assert_eq!(first.header("ratelimit"), Some("\"reads\";r=23;t=3"));
    // A search counts for five, and a network of 64 bits is one client.
    until_limited("reads", 4, |n| from(home.get("/v1/jobs"), &format!("2001:db8::{n}"))).await;
    from(home.get("/v1/jobs"), "2001:db8:0:1::1").send().await.ok(200);
    let free = from(home.get("/healthz"), "2001:db8::1").send().await;
    assert_eq!((free.status, free.header("ratelimit")), (200, None), "a probe is free");

    // Who is no proxy cannot say who they are, and a proxy only in the header that is its own.
    for trusted in [&[][..], &["127.0.0.1"]] {
        federation[0].with_door(door(trusted, ClientHeader::Forwarded)).await;
        let said = |n: usize| from(home.get("/v1/jobs"), &format!("192.0.2.{n}"));
        until_limited("reads", 4, said).await;
    }
}

/// A node whose budgets are a tenth of the built-in ones, and fill too slowly to matter.
async fn strict() -> Federation {
    let mut federation = Federation::start(&["a.example"]).await;
    let door = Door { percent: 10, trusted_proxies: vec!["127.0.0.1".into()], ..Door::default() };
    federation[0].with_door(door).await;
    federation
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_counts_as_the_route_that_it_takes_however_it_is_written() {
    let federation = strict().await;
    let home = federation[0].http();
    let account = |n: usize| json!({"handle": format!("ada{n}"), "password": PASSWORD});
    let register = |n: usize| from(home.post("/v1/%61ccounts", &account(n)), "192.0.2.66");
    until_limited("registrations", 3, register).await;
    let body = json!({"text": "Rust", "language": "en"});
    let link = from(home.post("/v1/skills/lin%6b", &body), "192.0.2.1").send().await;
    assert_eq!(link.header("ratelimit-policy"), Some("\"reads\";q=120;w=60"), "it changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_uses_up_what_is_anothers() {
    let federation = strict().await;
    let home = federation[0].http();
    let ada = federation[0].person("ada").await;
    let job = json!({"title": "A job", "text": "Text."});
    let posted = ada.does("/v1/jobs", &job).await;
    let path = format!("/v1/documents/{}", posted["view"]["id"].as_str().unwrap());
    let hers = home.get(&path).send().await;
    let own = Own::new("a.example", federation.clock().now());
    own.found(home).await;
    let own_job = own.job("By my own hand");
    document(home, own_job.bytes()).send().await.ok(201);
    // Six postings are one person's budget.
    for n in 0..8 {
        let stranger = format!("192.0.2.{n}");
        from(document(home, &hers.body), &stranger).send().await.refused(422, "wrong-custody");
        from(document(home, own_job.bytes()), &stranger).send().await.ok(200);
    }
    ada.does("/v1/jobs", &job).await;
    document(home, own.job("Another").bytes()).send().await.ok(201);
    // Thirty changes are one address's, and pages that ask before they write make none.
    let asks = home.call("OPTIONS", "/v1/jobs").header("origin", "https://elsewhere.example");
    for _ in 0..32 {
        let asks = asks.clone().header("access-control-request-method", "POST");
        from(asks, "192.0.2.1").send().await.refused(405, "method-not-allowed");
    }
    let login = json!({"handle": "ada", "password": PASSWORD});
    let tokens = from(home.post("/v1/sessions", &login), "192.0.2.1").send().await.ok(200);
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    from(home.post("/v1/sessions/refresh", &refresh), "192.0.2.1").send().await.ok(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_so_many_connections() {
    let mut federation = Federation::start(&["a.example"]).await;
    // Two connections of the built-in 256.
    federation[0].with_door(Door { percent: 1, ..Door::default() }).await;
    let home: Http = federation[0].http();
    let held = [connect(home).await, connect(home).await];
    assert!(home.get("/healthz").try_send().await.is_none(), "a third one is closed");
    drop(held);
    hanse_testkit::until("their places are free again", async || {
        home.get("/healthz").try_send().await.is_some_and(|answer| answer.status == 200)
    })
    .await;
}

/// A connection that the server has answered on, so that it has its place.
async fn connect(home: Http) -> tokio::net::TcpStream {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(home.address()).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut answer = [0; 64];
    assert!(stream.read(&mut answer).await.unwrap() > 0);
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_say_what_browsers_may_do() {
    let mut federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    for path in ["/v1/node", "/docs/", "/openapi.json", "/nowhere", "/log/jobs/checkpoint"] {
        let answer = home.get(path).header("origin", "https://elsewhere.example").send().await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("access-control-allow-origin", "*"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}: {name}");
        }
        assert!(
            answer.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{path}");
        assert_eq!(answer.header("strict-transport-security"), None, "the node is reached by http");
    }
    let asked = |method: &str| {
        let call = home.call("OPTIONS", "/v1/jobs").header("origin", "https://elsewhere.example");
        call.header("access-control-request-method", method)
    };
    let read = asked("GET").send().await;
    assert_eq!((read.status, read.header("access-control-allow-methods")), (204, Some("GET, HEAD")));
    assert!(!read.header("access-control-allow-headers").unwrap().contains("authorization"));
    let write = asked("POST").send().await;
    assert_eq!((write.status, write.header("access-control-allow-origin")), (405, None));
    let ada = federation[0].person("ada").await;
    let posted = ada.post("/v1/jobs", &json!({"title": "A job", "text": "Text."})).send().await;
    assert_eq!(posted.header("access-control-allow-origin"), None, "pages of others read, and do no more");

    let file = home.get("/.well-known/security.txt").send().await;
    assert_eq!(file.status, 200);
    let said = "Contact: mailto:security@hanse.invalid\nExpires: 2027-05-";
    assert!(file.text().starts_with(said), "{}", file.text());
    federation[0].with_door(Door { percent: 1_000, ..Door::default() }).await;
    home.get("/.well-known/security.txt").send().await.refused(404, "not-found");
    federation[0].with_url("https://a.example").await;
    let secure = home.get("/v1/node").send().await;
    assert_eq!(secure.header("strict-transport-security"), Some("max-age=31536000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_is_that_of_the_route_that_is_taken_however_its_path_is_written() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    for path in ["/v1/me", "/%761/me", "/v%31/m%65"] {
        let own = ada.get(path).send().await;
        assert_eq!(own.ok(200)["handle"], "ada");
        assert_eq!(own.header("cache-control"), Some("private, no-cache"), "{path}");
        assert_eq!(own.header("vary"), Some("Authorization"), "{path}");
    }
    for path in ["/docs/", "/%64ocs/"] {
        let page = ada.home.get(path).send().await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(page.status == 200 && policy.starts_with("default-src 'self'"), "{path}: {policy}");
    }
    let wrong = ada.post("/%761/node", &json!({})).send().await;
    wrong.refused(405, "method-not-allowed");
    assert_eq!(wrong.header("allow"), Some("GET"));
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_for_operators_and_why_a_log_is_halted_is_for_everybody() {
    let federation = Federation::start(&["a.example"]).await;
    let public = federation[0].http();
    public.get("/metrics").send().await.refused(404, "no-such-path");
    let metrics = federation[0].operators().get("/metrics").send().await;
    assert!(metrics.text().contains("hanse_http_requests_total"), "{}", metrics.text());
    for operators in [federation[0].http(), federation[0].operators()] {
        hanse_testkit::until("ready", async || {
            operators.get("/readyz").may_fail().send().await.status == 200
        })
        .await;
        assert_eq!(operators.get("/healthz").send().await.status, 200);
    }
    assert_eq!(federation[0].operators().get("/v1/node").send().await.status, 404, "and nothing else");
    let store = federation[0].store().await;
    let connection = store.connection().await.unwrap();
    let reason = "damaged: its root is another\nthe head that was signed";
    assert!(log::halt(&connection, "a.example/jobs", reason).await.unwrap());
    // A probe learns what to do; what the database showed is good for a second.
    for (reader, line) in [(public, "damaged"), (federation[0].operators(), "damaged: its root is another")] {
        let answer = hanse_testkit::eventually("the halt is told", async || {
            let answer = reader.get("/readyz").may_fail().send().await;
            (answer.status == 503 && answer.text().contains("is halted")).then_some(answer)
        })
        .await;
        assert!(answer.text().contains(&format!("is halted: {line}. ")), "{}", answer.text());
    }
    // Whoever follows the log must see what speaks against it, whole.
    let logs = public.get("/v1/logs").send().await.ok(200);
    let halted = logs.as_array().unwrap().iter().find(|log| log["origin"] == "a.example/jobs").unwrap();
    assert_eq!(halted["halted"], reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_body_is_refused_and_the_longest_text_fits_however_it_is_written() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    let job = json!({"title": "A job", "text": "Text."});
    for coding in ["gzip", "deflate", "br", "zstd", "x"] {
        ada.post("/v1/jobs", &job).header("content-encoding", coding).send().await.refused(415, "encoded");
    }
    ada.post("/v1/jobs", &job).header("content-encoding", "identity").send().await.ok(201);
    let emoji = "\\ud83d\\ude00".repeat(16_000);
    let body = format!("{{\"title\":\"Emoji\",\"text\":\"{emoji}\"}}");
    let call = ada.home.call("POST", "/v1/jobs").token(&ada.token).header("content-type", "application/json");
    let posted = call.body(body).send().await.ok(201);
    assert_eq!(posted["view"]["text"].as_str().map(|text| text.chars().count()), Some(16_000));
}
