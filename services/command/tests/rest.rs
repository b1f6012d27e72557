//! The client and the session against a small server of the test's own, which answers what the test says.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread::{self, JoinHandle};

use hanse_command::caller::Caller;
use hanse_command::session::{Session, SessionFile};
use hanse_command::{Client, ClientError, CommandError, api, clock};
use serde_json::{Value, json};

/// What the server does with one request.
enum Answer {
    /// Status, a header line or none, and the body.
    Send(u16, &'static str, String),
    /// Closes the connection without a word.
    HangUp,
}

fn ok(body: &Value) -> Answer {
    Answer::Send(200, "", body.to_string())
}

fn problem(status: u16, slug: &str) -> Answer {
    Answer::Send(
        status,
        "",
        json!({"type": format!("/problems/{slug}"), "status": status, "detail": "Because."}).to_string(),
    )
}

/// A request as it arrived: the request line, the headers, the body.
#[derive(Debug)]
struct Seen {
    line: String,
    headers: Vec<String>,
    body: String,
}

impl Seen {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().filter_map(|line| line.split_once(": "));
        headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Serves these answers in order, one a connection, and then tells what was asked.
fn serve(answers: Vec<Answer>) -> (String, JoinHandle<Vec<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        answers
            .into_iter()
            .map(|answer| {
                let (stream, _) = listener.accept().unwrap();
                let seen = read(&stream);
                if let Answer::Send(status, header, body) = answer {
                    let head = format!(
                        "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n{header}\r\n",
                        body.len()
                    );
                    (&stream).write_all((head + &body).as_bytes()).unwrap();
                }
                seen
            })
            .collect()
    });
    (url, server)
}

fn read(stream: &TcpStream) -> Seen {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let mut seen = Seen { line: lines.remove(0), headers: lines, body: String::new() };
    let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
    reader.take(length).read_to_string(&mut seen.body).unwrap();
    seen
}

fn tokens(access: &str, refresh: &str) -> Value {
    json!({"access_token": access, "token_type": "Bearer", "expires_in": 900, "refresh_token": refresh, "scope": "", "did": "did:key:z6Mk", "handle": "ada"})
}

fn kept(folder: &Path, node: &str, expires_at: i64) -> SessionFile {
    let file = SessionFile::at(Some(&folder.join("session.json"))).unwrap();
    let session = Session::from_answer(node, &tokens("old", "r1"), 0).unwrap();
    file.store(&Session { expires_at, ..session }).unwrap();
    file
}

#[test]
fn a_refusal_is_the_nodes_own_problem() {
    let (url, server) = serve(vec![problem(409, "job-not-open"), Answer::Send(502, "", "<html>".into())]);
    let client = Client::new(&format!("{url}/")).unwrap().with_token("t");
    let refused = client.send(&api::bid("job_x", json!({"text": "x"}))).unwrap_err();
    assert!(refused.is("job-not-open"), "{refused}");
    assert!(matches!(client.send(&api::node()), Err(ClientError::NotANode { status: 502, .. })));
    let seen = server.join().unwrap();
    assert_eq!(seen[0].line, "POST /v1/jobs/job_x/bids HTTP/1.1");
    assert_eq!(seen[0].header("authorization"), Some("Bearer t"));
    assert_eq!(seen[0].body, r#"{"text":"x"}"#);
    assert_eq!(seen[0].header("idempotency-key").unwrap().len(), 32);
    assert_eq!(seen[1].header("authorization"), None, "a token is shown only where it matters");
}

#[test]
fn a_broken_connection_is_tried_again_as_the_same_request() {
    let (url, server) = serve(vec![Answer::HangUp, ok(&json!({"created": false}))]);
    let client = Client::new(&url).unwrap().with_token("t");
    assert_eq!(client.send(&api::post_job(json!({}))).unwrap(), json!({"created": false}));
    let seen = server.join().unwrap();
    assert_eq!(seen[0].header("idempotency-key"), seen[1].header("idempotency-key"));
    assert!(seen[0].header("idempotency-key").is_some());
}

#[test]
fn what_could_be_done_twice_is_not_tried_again() {
    let (url, server) = serve(vec![Answer::HangUp]);
    let lost = Client::new(&url).unwrap().send(&api::refresh("r1")).unwrap_err();
    assert!(matches!(lost, ClientError::Unreachable { .. }), "{lost}");
    assert_eq!(server.join().unwrap().len(), 1);
}

#[test]
fn a_redirect_is_told_and_not_followed() {
    let (url, server) =
        serve(vec![Answer::Send(301, "Location: https://elsewhere.example/\r\n", String::new())]);
    let told = Client::new(&url).unwrap().with_token("t").send(&api::contracts()).unwrap_err().to_string();
    assert!(told.contains("it sends you to https://elsewhere.example/"), "{told}");
    server.join().unwrap();
}

#[test]
fn nobody_at_home_is_told_with_the_url() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let told = Client::new(&url).unwrap().send(&api::node()).unwrap_err().to_string();
    assert!(told.starts_with(&format!("{url} does not answer: nothing listens there\n  next: ")), "{told}");
    for url in ["lyon.example", "ftp://x", "http://", "http://a b"] {
        assert!(matches!(Client::new(url), Err(ClientError::Url(_))), "{url}");
    }
}

#[test]
fn a_stale_token_is_renewed_first() {
    let (url, server) = serve(vec![ok(&tokens("new", "r2")), ok(&json!({"items": []}))]);
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &url, clock::unix_now() + 5);
    let mut caller = Caller::new(None, file.clone()).unwrap();
    caller.send(&api::contracts()).unwrap();
    let seen = server.join().unwrap();
    assert_eq!(
        (seen[0].line.as_str(), seen[0].body.as_str()),
        ("POST /v1/sessions/refresh HTTP/1.1", r#"{"refresh_token":"r1"}"#)
    );
    assert_eq!(seen[1].header("authorization"), Some("Bearer new"));
    let kept = file.load().unwrap().unwrap();
    assert_eq!((kept.access_token.as_str(), kept.refresh_token.as_str()), ("new", "r2"));
}

#[test]
fn a_token_that_the_node_calls_expired_is_renewed_once() {
    let (url, server) =
        serve(vec![problem(401, "token-expired"), ok(&tokens("new", "r2")), problem(401, "token-expired")]);
    let folder = tempfile::tempdir().unwrap();
    let mut caller = Caller::new(None, kept(folder.path(), &url, i64::MAX)).unwrap();
    let told = caller.send(&api::contracts()).unwrap_err().to_string();
    assert!(told.contains("sign in again: hanse login HANDLE"), "{told}");
    assert_eq!(server.join().unwrap().len(), 3);
}

#[test]
fn another_run_that_has_renewed_the_session_is_noticed() {
    let (url, server) = serve(vec![ok(&json!({"items": []}))]);
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &url, 0);
    let mut caller = Caller::new(None, file.clone()).unwrap();
    let newer = Session::from_answer(&url, &tokens("newer", "r2"), clock::unix_now()).unwrap();
    file.store(&newer).unwrap();
    caller.send(&api::contracts()).unwrap();
    assert_eq!(server.join().unwrap()[0].header("authorization"), Some("Bearer newer"));
}

#[test]
fn a_token_is_never_shown_to_another_node() {
    let (url, server) = serve(vec![ok(&json!({"id": "job_x"}))]);
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), "http://elsewhere.example", i64::MAX);
    let mut caller = Caller::new(Some(&url), file).unwrap();
    assert!(matches!(caller.send(&api::contracts()), Err(CommandError::SignedOut(node)) if node == url));
    caller.send(&api::job("job_x")).unwrap();
    assert_eq!(server.join().unwrap()[0].header("authorization"), None);
}

#[test]
fn a_private_answer_and_a_score_are_asked_for_as_oneself() {
    let (url, server) =
        serve(vec![ok(&json!({})), Answer::Send(204, "", String::new()), ok(&json!({})), ok(&json!({}))]);
    let folder = tempfile::tempdir().unwrap();
    let mut caller = Caller::new(None, kept(folder.path(), &url, i64::MAX)).unwrap();
    caller.send(&api::say_again("offer_x", true)).unwrap();
    caller.send(&api::forget_again("offer_x")).unwrap();
    caller.send(&api::score("did:key:z6MkB", None, "fr")).unwrap();
    caller.send(&api::skill("local:a")).unwrap();
    let seen = server.join().unwrap();
    let lines: Vec<&str> = seen.iter().map(|seen| seen.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "PUT /v1/contracts/offer_x/again HTTP/1.1",
            "DELETE /v1/contracts/offer_x/again HTTP/1.1",
            "GET /v1/reputation/did:key:z6MkB/score?language=fr HTTP/1.1",
            "GET /v1/skills/local:a HTTP/1.1",
        ]
    );
    assert_eq!(seen[0].body, r#"{"again":true}"#);
    let shown: Vec<bool> = seen.iter().map(|seen| seen.header("authorization").is_some()).collect();
    assert_eq!(shown, [true, true, true, false], "a skill is the same for everybody");
}

#[test]
fn what_anybody_may_ask_is_asked_without_a_session_that_has_ended() {
    let (url, server) = serve(vec![problem(401, "session-ended"), ok(&json!({"id": "job_x"}))]);
    let folder = tempfile::tempdir().unwrap();
    let mut caller = Caller::new(None, kept(folder.path(), &url, 0)).unwrap();
    assert_eq!(caller.send(&api::job("job_x")).unwrap(), json!({"id": "job_x"}));
    assert_eq!(server.join().unwrap()[1].header("authorization"), None);
}

#[test]
fn signing_out_forgets_the_session_even_if_the_node_is_away() {
    let (url, server) = serve(vec![Answer::HangUp]);
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &url, i64::MAX);
    let told = Caller::new(None, file.clone()).unwrap().logout();
    assert!(matches!(told, Err(CommandError::Client(ClientError::Unreachable { .. }))), "{told:?}");
    assert_eq!(file.load().unwrap(), None);
    server.join().unwrap();
}
