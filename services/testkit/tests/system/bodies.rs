//! Bodies of requests: the memory that they hold before anybody has read them, and the form of the texts in them.

use hanse_node::config::Door;
use hanse_testkit::{Call, Federation, Http, PASSWORD, Person, until, within};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The longest body, and how many of it fill what all strangers, or all people who are signed in, have for bodies.
const LONGEST: usize = 256 * 1024;
const ALL: usize = 256;

/// A connection that promises a longest body, and has sent nothing of it.
async fn promise(home: Http, what: &str, header: &str) -> TcpStream {
    let mut stream = TcpStream::connect(home.address()).await.unwrap();
    let head = format!(
        "{what} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {LONGEST}\r\n{header}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// As many of them as all together could have, and more until one that comes at once finds no place.
async fn promises(home: Http, what: &str, header: &str, at_once: impl Fn() -> Call) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..ALL {
        held.push(promise(home, what, header).await);
    }
    until("they hold all that they can", async || {
        held.push(promise(home, what, header).await);
        at_once().send().await.slug() == "busy"
    })
    .await;
    held
}

/// A longest body, which is no JSON, and comes at once.
fn longest(call: Call) -> Call {
    call.header("content-type", "application/json").body(vec![b' '; LONGEST]).may_fail()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_promises_all_it_can_keeps_nobody_else_out() {
    let mut federation = Federation::start(&["a.example"]).await;
    let door = Door { percent: 1_000_000, trusted_proxies: vec!["127.0.0.1".into()], ..Door::default() };
    federation[0].with_door(door).await;
    let home = federation[0].http();
    let from = |call: Call, address: &str| call.header("x-forwarded-for", address);
    let account = |handle: &str| json!({"handle": handle, "password": PASSWORD});
    from(home.post("/v1/accounts", &account("ada")), "192.0.2.1").send().await.ok(201);

    let at_once = || from(longest(home.call("POST", "/v1/documents")), "192.0.2.66");
    let _held = promises(home, "POST /v1/documents", "x-forwarded-for: 192.0.2.66", at_once).await;
    from(home.post("/v1/sessions", &account("ada")), "192.0.2.1").send().await.ok(200);
    from(home.post("/v1/accounts", &account("ben")), "192.0.2.1").send().await.ok(201);
    let text = json!({"text": "Rust", "language": "en"});
    from(home.post("/v1/skills/link", &text), "192.0.2.1").send().await.ok(200);
    // Even there, where its neighbours behind the address come from, people sign in.
    from(home.post("/v1/sessions", &account("ada")), "192.0.2.66").send().await.ok(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_promises_all_they_can_keeps_nobody_else_from_posting() {
    let federation = Federation::start(&["a.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let token = format!("authorization: Bearer {}", ada.token);
    let at_once = || longest(ada.home.call("POST", "/v1/jobs").token(&ada.token));
    let _held = promises(ada.home, "POST /v1/jobs", &token, at_once).await;
    ben.does("/v1/jobs", &json!({"title": "A job", "text": "Text."})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_waited_for_only_where_one_is_taken() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    for (what, status) in [
        ("OPTIONS /v1/jobs", "405"),
        ("DELETE /v1/sessions", "401"),
        ("PATCH /v1/me/profile", "405"),
        ("POST /v1/node", "405"),
        ("PUT /v1/jobs", "405"),
        ("POST /v1/nowhere", "404"),
        ("GET /v1/jobs", "200"),
    ] {
        let mut stream = promise(home, what, "connection: close").await;
        let mut head = [0; 12];
        within("an answer without the body", stream.read_exact(&mut head)).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&head), format!("HTTP/1.1 {status}"), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_sends_little() {
    let federation = Federation::start(&["a.example"]).await;
    let home = federation[0].http();
    let ada = federation[0].person("ada").await;
    for path in ["/v1/sessions", "/v1/accounts", "/v1/sessions/refresh"] {
        longest(home.call("POST", path)).send().await.refused(413, "too-large");
    }
    // A token makes it no other request.
    longest(home.call("POST", "/v1/sessions").token(&ada.token)).send().await.refused(413, "too-large");
    // The longest password, in its longest form.
    let password = "\\ud83d\\ude00".repeat(1_024);
    let login = format!("{{\"handle\":\"ada\",\"password\":\"{password}\"}}");
    let call = home.call("POST", "/v1/sessions").header("content-type", "application/json").body(login);
    call.send().await.refused(401, "bad-credentials");
}

/// A job whose title is written so in JSON.
fn titled(ada: &Person, title: &str) -> Call {
    let body = format!("{{\"title\":\"{title}\",\"text\":\"x\"}}");
    ada.home.call("POST", "/v1/jobs").token(&ada.token).header("content-type", "application/json").body(body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_in_two_characters_is_that_letter_however_it_is_written() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    for title in ["Caf\u{e9}", "Cafe\u{301}", "Cafe\\u0301", "Caf\\u0065\\u0301", "Caf\\u00e9"] {
        let posted = titled(&ada, title).send().await.ok(201);
        assert_eq!(posted["view"]["title"], "Caf\u{e9}", "{title}");
    }
    for word in ["caf%C3%A9", "cafe%CC%81"] {
        let found = ada.home.get(&format!("/v1/jobs?text={word}")).send().await.ok(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 5, "{word}");
    }
    // Of a key there is one form.
    let twice = "{\"title\":\"a\",\"t\\u0069tle\":\"b\",\"text\":\"x\"}";
    let call = ada.home.call("POST", "/v1/jobs").token(&ada.token).header("content-type", "application/json");
    call.body(twice).send().await.refused(400, "duplicate-key");
}
