//! The HTTP client of the tests: it sends what it is told, byte by byte, good or bad, and holds every answer to the rules that
//! hold for all of them.
#![expect(clippy::expect_used, clippy::panic, reason = "support of tests: a failure is the finding")]

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::eventually::within;

/// One server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http(SocketAddr);

/// A request in the making.
#[derive(Clone, Debug)]
#[must_use = "a call that is not sent does nothing"]
pub struct Call {
    to: SocketAddr,
    method: String,
    target: Vec<u8>,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
    may_fail: bool,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Method and target of the request, for messages.
    pub of: String,
    /// The status.
    pub status: u16,
    /// The headers by lower-case name; of a repeated one the last.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Http {
    /// The server at an address.
    #[must_use]
    pub const fn new(address: SocketAddr) -> Self {
        Self(address)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.0
    }

    /// A request of any method and any target, which need not be ones that HTTP knows.
    pub fn call(&self, method: &str, target: impl AsRef<[u8]>) -> Call {
        Call {
            to: self.0,
            method: method.to_owned(),
            target: target.as_ref().to_vec(),
            headers: Vec::new(),
            body: None,
            may_fail: false,
        }
    }

    /// A GET.
    pub fn get(&self, target: &str) -> Call {
        self.call("GET", target)
    }

    /// A POST of JSON.
    pub fn post(&self, target: &str, body: &Value) -> Call {
        self.call("POST", target).json(body)
    }

    /// A PUT of JSON.
    pub fn put(&self, target: &str, body: &Value) -> Call {
        self.call("PUT", target).json(body)
    }

    /// A DELETE.
    pub fn delete(&self, target: &str) -> Call {
        self.call("DELETE", target)
    }

    /// Sends raw bytes on a new connection and reads until the server closes it: for what is no HTTP.
    ///
    /// # Panics
    /// If nobody listens.
    pub async fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        within("an answer to raw bytes", async {
            let mut stream = TcpStream::connect(self.0).await.expect("the server listens");
            // A server that has read enough may close before everything is sent.
            drop(stream.write_all(bytes).await);
            drop(stream.shutdown().await);
            let mut answer = Vec::new();
            drop(stream.read_to_end(&mut answer).await);
            answer
        })
        .await
    }
}

impl Call {
    /// With a header, whose value may be any bytes.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// With an access token.
    pub fn token(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// With any body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// A server error is a possible answer to this one.
    pub fn may_fail(mut self) -> Self {
        self.may_fail = true;
        self
    }

    /// Sends it and holds the answer to what holds for every answer.
    ///
    /// # Panics
    /// If nobody listens or the answer breaks a rule: it is HTTP; it has a request id; a refusal is a problem document of its
    /// status with a stable slug; and nothing that a caller sends makes the server fail.
    pub async fn send(self) -> Answer {
        let answer = self.try_send().await;
        answer.unwrap_or_else(|| panic!("{} has no answer", self.name()))
    }

    /// The same, or `None` if the server is away or goes away.
    ///
    /// # Panics
    /// As [`Call::send`], for an answer that breaks a rule.
    pub async fn try_send(&self) -> Option<Answer> {
        let name = self.name();
        let exchange = async {
            let mut stream = TcpStream::connect(self.to).await.ok()?;
            // A server that refuses a large body may answer and close before all of it is sent.
            drop(stream.write_all(&self.bytes()).await);
            let mut bytes = Vec::new();
            let read = stream.read_to_end(&mut bytes).await;
            (read.is_ok() || !bytes.is_empty()).then_some(bytes)
        };
        let bytes = within(&name, exchange).await.filter(|bytes| !bytes.is_empty())?;
        let head = self.method == "HEAD";
        let answer = Answer::parse(name, &bytes, head)?;
        answer.check(self.may_fail, head);
        Some(answer)
    }

    /// Sends it, and resets the connection after `then`: wherever the server is in it by then.
    ///
    /// # Panics
    /// If nobody listens.
    pub async fn cut(&self, then: impl Future<Output = ()>) {
        let mut stream = TcpStream::connect(self.to).await.expect("the server listens");
        stream.write_all(&self.bytes()).await.expect("the server reads");
        then.await;
        // Without linger a close is a reset.
        stream.set_zero_linger().expect("a socket has this option");
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, String::from_utf8_lossy(&self.target))
    }

    /// Where it goes.
    pub(crate) const fn to(&self) -> SocketAddr {
        self.to
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.method.clone().into_bytes();
        bytes.push(b' ');
        bytes.extend(&self.target);
        bytes.extend(format!(" HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.to).as_bytes());
        for (name, value) in &self.headers {
            bytes.extend(name.as_bytes());
            bytes.extend(b": ");
            bytes.extend(value);
            bytes.extend(b"\r\n");
        }
        if let Some(body) = &self.body {
            bytes.extend(format!("content-length: {}\r\n", body.len()).as_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(self.body.as_deref().unwrap_or_default());
        bytes
    }
}

impl Answer {
    /// Reads an answer; `None` if it breaks off.
    fn parse(of: String, bytes: &[u8], head: bool) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let (head_bytes, body) = bytes.split_at(end + 4);
        let text = std::str::from_utf8(head_bytes).expect("the head of an answer is text");
        let mut lines = text.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let status = status.unwrap_or_else(|| panic!("{of}: no HTTP: {text}"));
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let body = if headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            dechunk(body)?
        } else {
            body.to_vec()
        };
        let length = headers.get("content-length").and_then(|length| length.parse::<usize>().ok());
        let whole = head || length.is_none_or(|length| length == body.len());
        whole.then_some(Self { of, status, headers, body })
    }

    fn check(&self, may_fail: bool, head: bool) {
        let shown = || format!("{}\n{} {:?}\n{}", self.of, self.status, self.headers, self.text());
        assert!(may_fail || self.status < 500, "the server failed: {}", shown());
        assert!(self.header("x-request-id").is_some_and(|id| !id.is_empty()), "no request id: {}", shown());
        if self.status >= 400 && !head {
            let problem: Value = serde_json::from_slice(&self.body).unwrap_or_default();
            let kind = problem.get("type").and_then(Value::as_str).unwrap_or_default();
            let slug = kind.strip_prefix("/problems/").unwrap_or_default();
            let formed =
                !slug.is_empty() && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", shown());
            assert!(formed, "no slug: {}", shown());
            assert_eq!(problem.get("status"), Some(&Value::from(self.status)), "{}", shown());
            let said = problem.get("detail").and_then(Value::as_str).unwrap_or_default();
            assert!(!said.is_empty(), "nothing said: {}", shown());
            assert_eq!(
                problem.get("instance").and_then(Value::as_str),
                self.header("x-request-id"),
                "{}",
                shown()
            );
        }
    }

    /// A header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The stable word of a problem document; empty if this is none.
    #[must_use]
    pub fn slug(&self) -> String {
        let json = self.json();
        let kind = json.get("type").and_then(Value::as_str).unwrap_or_default();
        kind.strip_prefix("/problems/").unwrap_or_default().to_owned()
    }

    /// The JSON of an answer that must have this status.
    ///
    /// # Panics
    /// If it has another one.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.of, self.text());
        self.json()
    }

    /// The JSON of any success.
    ///
    /// # Panics
    /// If it is none.
    #[track_caller]
    pub fn done(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {} {}", self.of, self.status, self.text());
        self.json()
    }

    /// The problem document of a refusal that must have this status and slug.
    ///
    /// # Panics
    /// If it has others.
    #[track_caller]
    pub fn refused(&self, status: u16, slug: &str) -> Value {
        assert_eq!((self.status, self.slug().as_str()), (status, slug), "{}: {}", self.of, self.text());
        self.json()
    }
}

/// The body of a chunked answer; `None` if it breaks off.
fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(rest.get(..end)?).ok()?, 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}
