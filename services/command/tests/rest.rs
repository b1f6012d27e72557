//! The client and the session against a small server of the test's own, which answers what the test says.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
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

/// Runs the program itself against the answers, signed in; what it was asked, how it ended, and what it printed.
fn hanse(line: &[&str], answers: Vec<Answer>) -> (Vec<String>, Option<i32>, String, String) {
    let (url, server) = serve(answers);
    let folder = tempfile::tempdir().unwrap();
    kept(folder.path(), &url, i64::MAX);
    let ran = Command::new(env!("CARGO_BIN_EXE_hanse"))
        .args(line)
        .arg("--session")
        .arg(folder.path().join("session.json"))
        .env_remove("HANSE_NODE")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let asked = server.join().unwrap().into_iter();
    let asked = asked
        .map(|seen| format!("{} {}", seen.line.trim_end_matches(" HTTP/1.1"), seen.body).trim().to_owned());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (asked.collect(), ran.status.code(), text(ran.stdout), text(ran.stderr))
}

#[test]
fn a_client_who_looks_at_a_bid_has_read_it_once() {
    let bid = |history: Value| {
        json!({"id": "bid_x", "job": "job_x", "state": "submitted", "text": "I can.", "allowed": ["read", "shortlist"],
            "answers": [{"question": 1, "text": "Yes."}], "history": history})
    };
    let read = json!([{"event": "read", "actor": "client", "at": "2026-11-24T10:00:00Z"}]);
    let job = || ok(&json!({"questions": ["Are you insured?"]}));
    let marked = ok(&json!({"view": bid(read.clone()), "created": true}));
    let (asked, code, shown, _) = hanse(&["bid", "show", "bid_x"], vec![ok(&bid(json!([]))), marked, job()]);
    assert_eq!(asked, ["GET /v1/bids/bid_x", "POST /v1/bids/bid_x/read {}", "GET /v1/jobs/job_x"]);
    assert_eq!(code, Some(0));
    assert!(
        shown.contains("1  Are you insured?\n   Yes.") && shown.contains("read by the client"),
        "{shown}"
    );
    for (line, history) in
        [(&["bid", "show", "bid_x"][..], read), (&["bid", "show", "bid_x", "--quietly"], json!([]))]
    {
        let (asked, ..) = hanse(line, vec![ok(&bid(history)), job()]);
        assert_eq!(asked, ["GET /v1/bids/bid_x", "GET /v1/jobs/job_x"], "{line:?}");
    }
    let (_, code, shown, told) =
        hanse(&["bid", "show", "bid_x"], vec![ok(&bid(json!([]))), problem(403, "scope-missing"), job()]);
    assert!(
        code == Some(0) && shown.contains("I can.") && told.contains("the freelancer is not told"),
        "{told}"
    );
}

#[test]
fn a_bid_that_answers_nothing_is_told_what_the_job_asks() {
    let job = || ok(&json!({"id": "job_x", "questions": ["Are you insured?", "When?"]}));
    let (asked, code, _, told) = hanse(&["bid", "job_x", "--text", "I can."], vec![job()]);
    assert_eq!((asked.len(), code), (1, Some(2)), "nothing was sent");
    assert!(told.contains("1  Are you insured?") && told.contains("2  When?"), "{told}");
    let line = ["bid", "job_x", "--text", "I can.", "--answer", "Yes.", "--answer", "Soon."];
    let (asked, ..) = hanse(&line, vec![ok(&json!({"view": {"id": "bid_x"}, "created": true}))]);
    assert_eq!(
        asked,
        [
            r#"POST /v1/jobs/job_x/bids {"agent":false,"answers":[{"question":1,"text":"Yes."},{"question":2,"text":"Soon."}],"text":"I can."}"#
        ]
    );
}

#[test]
fn what_an_id_names_is_declined_and_what_is_allowed_instead_can_be_copied() {
    let refused =
        json!({"type": "/problems/not-now", "status": 409, "detail": "It is paid.", "allowed": ["close"]});
    for (id, target, next) in [
        ("bid_x", "POST /v1/bids/bid_x/decline", "    close"),
        ("offer_x", "POST /v1/contracts/offer_x/decline", "    hanse close offer_x"),
        ("invitation_x", "POST /v1/invitations/invitation_x/decline", "    close"),
    ] {
        let line = ["decline", id, "--reason", "No."];
        let (asked, code, _, told) = hanse(&line, vec![Answer::Send(409, "", refused.to_string())]);
        assert_eq!((asked, code), (vec![format!(r#"{target} {{"reason":"No."}}"#)], Some(1)));
        assert!(told.contains(next), "{told}");
    }
}

#[test]
fn other_terms_are_those_that_hold_with_what_is_named() {
    let view = json!({"id": "offer_x", "scope": "Four talks.", "due": "2027-02-12",
        "milestones": [{"number": 1, "title": "Two talks", "state": "planned"}]});
    let line = ["counter", "offer_x", "--due", "2027-03-01"];
    let (asked, code, ..) = hanse(&line, vec![ok(&view), ok(&json!({"view": view, "created": true}))]);
    let terms = r#"{"due":"2027-03-01","milestones":[{"title":"Two talks"}],"scope":"Four talks."}"#;
    assert_eq!(
        asked,
        ["GET /v1/contracts/offer_x".to_owned(), format!("POST /v1/contracts/offer_x/counter {terms}")]
    );
    assert_eq!(code, Some(0));
}

#[test]
fn whoever_is_signed_in_is_asked_of_the_node() {
    let (asked, code, shown, _) =
        hanse(&["whoami"], vec![ok(&json!({"did": "did:key:z6Mk", "handle": "ada"}))]);
    assert_eq!((asked, code), (vec!["GET /v1/me".to_owned()], Some(0)));
    assert!(shown.contains("account  ada"), "{shown}");
}
