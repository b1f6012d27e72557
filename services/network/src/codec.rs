//! The frame on the wire: CBOR, one form and one pair of bounds for each protocol.
//!
//! libp2p's CBOR codec reads up to its bound and decodes what it has: what is longer is cut and fails as
//! malformed. The protocols share the engine's [`Request`] and [`Response`], but on the wire each has a
//! form of its own, so that no peer can answer one question with the answer to another.

use std::io;
use std::time::Duration;

use futures::{AsyncRead, AsyncWrite};
use libp2p::StreamProtocol;
use libp2p::request_response::{self, cbor};
use prometheus_client::metrics::counter::Counter;
use serde::{Deserialize, Serialize};

use crate::bounded;
use crate::handle::{MATCH_STREAM_TIMEOUT, REQUEST_TIMEOUT};
use crate::message::{
    ANSWER_BYTES_MAX, Bytes, CHECKPOINT_BYTES_MAX, DELIVER_BYTES_MAX, DELIVER_DOCUMENTS_MAX, Entry,
    HEADS_NOTES_MAX, RANGE_ANSWER_BYTES_MAX, REQUEST_BYTES_MAX, Request, Response, trim,
};
use crate::search::{Found, MATCH_ANSWER_BYTES_MAX, MATCH_REQUEST_BYTES_MAX, Search};

/// Bytes of CBOR before a byte string, at most.
const HEAD: usize = 9;

/// Bytes of CBOR around the contents of a message, at most: the names of its fields and their heads.
const FRAME: usize = 64;

mod frames;

/// A request-response protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// The newest checkpoints.
    Heads,
    /// Entries of a log.
    Range,
    /// Documents for somebody at home with the peer.
    Deliver,
    /// Who fits a job.
    Match,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Heads, Self::Range, Self::Deliver, Self::Match];

    pub(crate) const fn of(request: &Request) -> Self {
        match request {
            Request::Heads => Self::Heads,
            Request::Range { .. } => Self::Range,
            Request::Deliver { .. } => Self::Deliver,
            Request::Match { .. } => Self::Match,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Heads => "heads",
            Self::Range => "range",
            Self::Deliver => "deliver",
            Self::Match => "match",
        }
    }

    /// How long a stream may last.
    pub(crate) const fn timeout(self) -> Duration {
        match self {
            Self::Heads | Self::Range | Self::Deliver => REQUEST_TIMEOUT,
            Self::Match => MATCH_STREAM_TIMEOUT,
        }
    }

    const fn request_max(self) -> usize {
        match self {
            Self::Heads | Self::Range => REQUEST_BYTES_MAX,
            Self::Deliver => DELIVER_BYTES_MAX,
            Self::Match => MATCH_REQUEST_BYTES_MAX,
        }
    }

    const fn response_max(self) -> usize {
        match self {
            Self::Heads | Self::Deliver => ANSWER_BYTES_MAX,
            Self::Range => RANGE_ANSWER_BYTES_MAX,
            Self::Match => MATCH_ANSWER_BYTES_MAX,
        }
    }

    /// Makes an answer sendable on this protocol: a page is cut to its bounds; an answer of another protocol,
    /// or too long a one, becomes a refusal that names our fault.
    pub(crate) fn fit(self, response: Response) -> Response {
        match (self, response) {
            (Self::Range, Response::Range { mut entries, checkpoint }) => {
                let whole = entries.len();
                trim(&mut entries);
                // A cut page no longer ends where its checkpoint does.
                let checkpoint = checkpoint.filter(|_| entries.len() == whole);
                self.measured(Response::Range { entries, checkpoint })
            }
            (Self::Match, Response::Match { mut found }) => {
                found.trim();
                self.measured(Response::Match { found })
            }
            (
                method,
                response @ (Response::Heads { .. }
                | Response::Range { .. }
                | Response::Receipt { .. }
                | Response::Match { .. }
                | Response::Busy { .. }
                | Response::Refused { .. }),
            ) => method.measured(response),
        }
    }

    fn measured(self, response: Response) -> Response {
        let (right, bytes) = match &response {
            Response::Heads { notes } => (self == Self::Heads && notes.len() <= HEADS_NOTES_MAX, cost(notes)),
            Response::Range { entries, checkpoint } => (
                self == Self::Range
                    && !entries.is_empty()
                    && checkpoint.as_ref().is_none_or(|note| note.len() <= CHECKPOINT_BYTES_MAX),
                entries.iter().fold(checkpoint.as_ref().map_or(0, |note| note.len()), |sum, entry| {
                    sum.saturating_add(entry.cost())
                }),
            ),
            Response::Receipt { receipt } => (self == Self::Deliver, receipt.len()),
            Response::Match { found } => (self == Self::Match && found.fits(), found.cost()),
            Response::Busy { .. } => (true, 0),
            Response::Refused { slug, detail } => (true, slug.len().saturating_add(detail.len())),
        };
        if right && bytes.saturating_add(FRAME) <= self.response_max() {
            return response;
        }
        tracing::error!(protocol = self.name(), bytes, "an answer does not fit its protocol");
        Response::Refused {
            slug: "no-answer".to_owned(),
            detail: "This node has an answer that does not fit the protocol.".to_owned(),
        }
    }
}

fn cost(items: &[Bytes]) -> usize {
    items.iter().fold(0_usize, |sum, item| sum.saturating_add(HEAD + item.len()))
}

/// Whether documents fit one `deliver` request.
pub(crate) fn deliver_fits(documents: &[Bytes]) -> bool {
    cost(documents).saturating_add(FRAME) <= DELIVER_BYTES_MAX
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadsRequest {}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RangeRequest {
    origin: String,
    start: u64,
    end: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeliverRequest {
    #[serde(deserialize_with = "bounded::seq::<_, _, DELIVER_DOCUMENTS_MAX>")]
    documents: Vec<Bytes>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Notes {
    #[serde(deserialize_with = "bounded::seq::<_, _, HEADS_NOTES_MAX>")]
    notes: Vec<Bytes>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    #[serde(deserialize_with = "bounded::page")]
    entries: Vec<Entry>,
    checkpoint: Option<Bytes>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Receipt {
    receipt: Bytes,
}

/// Either the answer of the protocol, or one of the two that every protocol has.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Reply<T> {
    Ok(T),
    Busy { retry_after_ms: u32 },
    Refused { slug: String, detail: String },
}

impl<T> Reply<T> {
    fn map(self, ok: impl FnOnce(T) -> Response) -> Response {
        match self {
            Self::Ok(answer) => ok(answer),
            Self::Busy { retry_after_ms } => Response::Busy { retry_after_ms },
            Self::Refused { slug, detail } => Response::Refused { slug, detail },
        }
    }
}

fn foreign() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "a message of another protocol")
}

/// Codec of one protocol; counts what it cannot read.
#[derive(Clone)]
pub(crate) struct Codec {
    method: Method,
    malformed: Counter,
}

impl Codec {
    pub(crate) fn new(method: Method, malformed: Counter) -> Self {
        Self { method, malformed }
    }

    fn cbor<Q, A>(&self) -> cbor::codec::Codec<Q, A> {
        let max = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
        cbor::codec::Codec::default()
            .set_request_size_maximum(max(self.method.request_max()))
            .set_response_size_maximum(max(self.method.response_max()))
    }

    fn counted<T>(&self, read: io::Result<T>) -> io::Result<T> {
        if read.is_err() {
            self.malformed.inc();
        }
        read
    }

    async fn request<T>(&self, protocol: &StreamProtocol, io: &mut T) -> io::Result<Request>
    where
        T: AsyncRead + Unpin + Send,
    {
        use request_response::Codec as _;
        Ok(match self.method {
            Method::Heads => {
                let HeadsRequest {} = self.cbor::<_, ()>().read_request(protocol, io).await?;
                Request::Heads
            }
            Method::Range => {
                let RangeRequest { origin, start, end } =
                    self.cbor::<_, ()>().read_request(protocol, io).await?;
                Request::Range { origin, start, end }
            }
            Method::Deliver => {
                let DeliverRequest { documents } = self.cbor::<_, ()>().read_request(protocol, io).await?;
                Request::Deliver { documents }
            }
            Method::Match => {
                let search: Search = self.cbor::<_, ()>().read_request(protocol, io).await?;
                Request::Match { search }
            }
        })
    }

    async fn response<T>(&self, protocol: &StreamProtocol, io: &mut T) -> io::Result<Response>
    where
        T: AsyncRead + Unpin + Send,
    {
        use request_response::Codec as _;
        Ok(match self.method {
            Method::Heads => {
                let reply: Reply<Notes> = self.cbor::<(), _>().read_response(protocol, io).await?;
                reply.map(|Notes { notes }| Response::Heads { notes })
            }
            Method::Range => {
                let reply: Reply<Page> = self.cbor::<(), _>().read_response(protocol, io).await?;
                reply.map(|Page { entries, checkpoint }| Response::Range { entries, checkpoint })
            }
            Method::Deliver => {
                let reply: Reply<Receipt> = self.cbor::<(), _>().read_response(protocol, io).await?;
                reply.map(|Receipt { receipt }| Response::Receipt { receipt })
            }
            Method::Match => {
                let reply: Reply<Found> = self.cbor::<(), _>().read_response(protocol, io).await?;
                if matches!(&reply, Reply::Ok(found) if !found.fits()) {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a word is too long"));
                }
                reply.map(|found| Response::Match { found })
            }
        })
    }
}

impl request_response::Codec for Codec {
    type Protocol = StreamProtocol;
    type Request = Request;
    type Response = Response;

    async fn read_request<T>(&mut self, protocol: &StreamProtocol, io: &mut T) -> io::Result<Request>
    where
        T: AsyncRead + Unpin + Send,
    {
        let read = self.request(protocol, io).await;
        self.counted(read)
    }

    async fn read_response<T>(&mut self, protocol: &StreamProtocol, io: &mut T) -> io::Result<Response>
    where
        T: AsyncRead + Unpin + Send,
    {
        let read = self.response(protocol, io).await;
        self.counted(read)
    }

    async fn write_request<T>(
        &mut self,
        protocol: &StreamProtocol,
        io: &mut T,
        request: Request,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        match (self.method, request) {
            (Method::Heads, Request::Heads) => {
                self.cbor::<_, ()>().write_request(protocol, io, HeadsRequest {}).await
            }
            (Method::Range, Request::Range { origin, start, end }) => {
                let request = RangeRequest { origin, start, end };
                self.cbor::<_, ()>().write_request(protocol, io, request).await
            }
            (Method::Deliver, Request::Deliver { documents }) => {
                self.cbor::<_, ()>().write_request(protocol, io, DeliverRequest { documents }).await
            }
            (Method::Match, Request::Match { search }) => {
                self.cbor::<_, ()>().write_request(protocol, io, search).await
            }
            (Method::Heads | Method::Range | Method::Deliver | Method::Match, _) => Err(foreign()),
        }
    }

    async fn write_response<T>(
        &mut self,
        protocol: &StreamProtocol,
        io: &mut T,
        response: Response,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        match (self.method, response) {
            (_, Response::Busy { retry_after_ms }) => {
                let reply = Reply::<()>::Busy { retry_after_ms };
                self.cbor::<(), _>().write_response(protocol, io, reply).await
            }
            (_, Response::Refused { slug, detail }) => {
                let reply = Reply::<()>::Refused { slug, detail };
                self.cbor::<(), _>().write_response(protocol, io, reply).await
            }
            (Method::Heads, Response::Heads { notes }) => {
                self.cbor::<(), _>().write_response(protocol, io, Reply::Ok(Notes { notes })).await
            }
            (Method::Range, Response::Range { entries, checkpoint }) => {
                let page = Page { entries, checkpoint };
                self.cbor::<(), _>().write_response(protocol, io, Reply::Ok(page)).await
            }
            (Method::Deliver, Response::Receipt { receipt }) => {
                self.cbor::<(), _>().write_response(protocol, io, Reply::Ok(Receipt { receipt })).await
            }
            (Method::Match, Response::Match { found }) => {
                self.cbor::<(), _>().write_response(protocol, io, Reply::Ok(found)).await
            }
            (Method::Heads | Method::Range | Method::Deliver | Method::Match, _) => Err(foreign()),
        }
    }
}
