//! Sends requests to one node, within bounds of time and size.

use std::fmt;
use std::io::{self, BufReader};
use std::time::Duration;

use serde_json::Value;
use ureq::http::{self, HeaderMap, StatusCode};
use ureq::{Agent, Body, BodyReader};

use crate::commands::Thing;
use crate::json::Missing;
use crate::problem::Problem;
use crate::request::{As, Method, Request};

/// A node that does not take a connection by then is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The whole exchange; a page of answers or an evidence file over a slow line fits.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// A stream of events: the node ends it with its access token, which lives for a quarter of an hour.
const STREAM_TIMEOUT: Duration = Duration::from_secs(20 * 60);
/// The longest answer that is read: an evidence file has at most 64 MiB, everything else is far shorter.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// A connection that broke is tried once more: a node that restarts closes the ones that were idle.
const ATTEMPTS: u32 = 2;
/// Random bytes of an idempotency key, as in a UUID.
const KEY_BYTES: usize = 16;

/// Why there is no answer to work with.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The node refused, for a reason it gives.
    #[error(transparent)]
    Refused(Box<Problem>),
    /// What was given as the node's URL is none.
    #[error("`{0}` is not the URL of a node: it begins with http:// or https://, as in https://lyon.example")]
    Url(String),
    /// No answer came.
    #[error(
        "{url} does not answer: {reason}\n  next: is the node running? --node URL or HANSE_NODE names another one"
    )]
    Unreachable {
        /// Whose.
        url: String,
        /// In a few words.
        reason: String,
        /// The cause.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The answer is longer than anything a node should answer.
    #[error("{0} answers more than {ANSWER_BYTES_MAX} bytes")]
    TooLarge(String),
    /// Something answers there, and it is not a node.
    #[error("{url} answers {status}, and not as a node does: {what}")]
    NotANode {
        /// Who.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        what: String,
    },
    /// The answer lacks what the next step needs.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// There is no randomness for an idempotency key.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
}

impl ClientError {
    /// The problem document, if that is what came.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        if let Self::Refused(problem) = self { Some(problem) } else { None }
    }

    /// Whether it is a problem of this slug.
    #[must_use]
    pub fn is(&self, slug: &str) -> bool {
        self.problem().is_some_and(|problem| problem.slug() == slug)
    }
}

/// An answer that is read as it comes.
pub type Stream = BufReader<BodyReader<'static>>;

/// One node, as one person or as anybody.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    /// For answers that take as long as their token lives.
    listener: Agent,
    url: String,
    token: Option<String>,
}

impl fmt::Debug for Client {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the node at `url`, signed in as nobody.
    ///
    /// # Errors
    /// [`ClientError::Url`] if it is none.
    pub fn new(url: &str) -> Result<Self, ClientError> {
        let url = url.trim_end_matches('/');
        let parsed: http::Uri = url.parse().map_err(|_| ClientError::Url(url.to_owned()))?;
        let host = parsed.host().unwrap_or_default().to_owned();
        if !matches!(parsed.scheme_str(), Some("http" | "https"))
            || host.is_empty()
            || parsed.query().is_some()
        {
            return Err(ClientError::Url(url.to_owned()));
        }
        let agent = |timeout| agent(&host, timeout);
        let (agent, listener) = (agent(ANSWER_TIMEOUT), agent(STREAM_TIMEOUT));
        Ok(Self { agent, listener, url: url.to_owned(), token: None })
    }

    /// The same node, as the person of this access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Where the node is, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends the request; the answer is JSON, or null where there is none.
    ///
    /// # Errors
    /// Every [`ClientError`] but `Url`.
    pub fn send(&self, request: &Request) -> Result<Value, ClientError> {
        let (status, bytes) = self.exchange(request)?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|_| self.not_a_node(status, "what it sends is not JSON"))
    }

    /// Sends the request; the answer is text.
    ///
    /// # Errors
    /// Every [`ClientError`] but `Url`.
    pub fn text(&self, request: &Request) -> Result<String, ClientError> {
        let (status, bytes) = self.exchange(request)?;
        String::from_utf8(bytes).map_err(|_| self.not_a_node(status, "what it sends is not text"))
    }

    /// Sends the request; the answer is kept byte for byte.
    ///
    /// # Errors
    /// Every [`ClientError`] but `Url`.
    pub fn bytes(&self, request: &Request) -> Result<Vec<u8>, ClientError> {
        self.exchange(request).map(|(_, bytes)| bytes)
    }

    /// Opens a stream: the body of the answer, to be read as it comes.
    ///
    /// # Errors
    /// Every [`ClientError`] but `Url`.
    pub fn open(&self, request: &Request) -> Result<Stream, ClientError> {
        let response =
            self.attempt(&self.listener, request, None).map_err(|error| self.unreachable(error))?;
        let (head, body) = response.into_parts();
        if head.status.is_success() {
            return Ok(BufReader::new(body.into_reader()));
        }
        let bytes = body.into_with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let bytes = bytes.map_err(|error| self.unreachable(error))?;
        Err(self.refused(request, head.status, &head.headers, &bytes))
    }

    fn exchange(&self, request: &Request) -> Result<(StatusCode, Vec<u8>), ClientError> {
        // One key for all attempts: a node that has done it already answers as it did then.
        let key = if request.needs_key() { Some(idempotency_key()?) } else { None };
        let again = request.method == Method::Get || key.is_some();
        let mut attempt = 1;
        let response = loop {
            match self.attempt(&self.agent, request, key.as_deref()) {
                Err(ureq::Error::Io(error)) if again && attempt < ATTEMPTS && is_broken(&error) => {
                    attempt += 1;
                }
                Err(error) => return Err(self.unreachable(error)),
                Ok(response) => break response,
            }
        };
        let (head, body) = response.into_parts();
        let bytes = body.into_with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(|error| {
            if matches!(error, ureq::Error::BodyExceedsLimit(_)) {
                ClientError::TooLarge(self.url.clone())
            } else {
                self.unreachable(error)
            }
        })?;
        if head.status.is_success() {
            return Ok((head.status, bytes));
        }
        Err(self.refused(request, head.status, &head.headers, &bytes))
    }

    fn attempt(
        &self,
        agent: &Agent,
        request: &Request,
        key: Option<&str>,
    ) -> Result<http::Response<Body>, ureq::Error> {
        let method = match request.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        let mut builder =
            http::Request::builder().method(method).uri(format!("{}{}", self.url, request.target));
        if let (Some(token), true) = (&self.token, request.by != As::Anyone) {
            builder = builder.header(http::header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = key {
            builder = builder.header("Idempotency-Key", key);
        }
        if let Some((name, value)) = &request.header {
            builder = builder.header(*name, value);
        }
        match &request.body {
            None => agent.run(builder.body(())?),
            Some(body) => {
                let body = body.to_string().into_bytes();
                agent.run(builder.header(http::header::CONTENT_TYPE, "application/json").body(body)?)
            }
        }
    }

    fn refused(
        &self,
        request: &Request,
        status: StatusCode,
        headers: &HeaderMap,
        bytes: &[u8],
    ) -> ClientError {
        if status.is_redirection() {
            let location = headers.get(http::header::LOCATION).and_then(|value| value.to_str().ok());
            return self.not_a_node(status, &format!("it sends you to {}", location.unwrap_or("nowhere")));
        }
        match serde_json::from_slice::<Problem>(bytes) {
            Ok(problem) => {
                ClientError::Refused(Box::new(Problem { about: Thing::asked(request), ..problem }))
            }
            Err(_) => self.not_a_node(status, "there is no problem document in the answer"),
        }
    }

    fn unreachable(&self, error: ureq::Error) -> ClientError {
        let refused = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
        let reason = if matches!(&error, ureq::Error::Io(error) if refused(error)) {
            "nothing listens there".to_owned()
        } else {
            error.to_string()
        };
        ClientError::Unreachable { url: self.url.clone(), reason, source: Box::new(error) }
    }

    fn not_a_node(&self, status: StatusCode, what: &str) -> ClientError {
        ClientError::NotANode { url: self.url.clone(), status: status.as_u16(), what: what.to_owned() }
    }
}

fn agent(host: &str, timeout: Duration) -> Agent {
    let mut config = Agent::config_builder()
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        // An API does not move by itself, and a token must not follow it.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("hanse/", env!("CARGO_PKG_VERSION")));
    if matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
        config = config.proxy(None);
    }
    config.build().new_agent()
}

/// A connection that ended under us, before or within the answer.
fn is_broken(error: &io::Error) -> bool {
    [
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::BrokenPipe,
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::UnexpectedEof,
    ]
    .contains(&error.kind())
}

fn idempotency_key() -> Result<String, ClientError> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(ClientError::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
