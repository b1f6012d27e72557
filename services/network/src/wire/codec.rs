//! The frame on the wire: CBOR, one form and one pair of bounds for each protocol.
//!
//! libp2p's CBOR codec reads up to its bound and decodes what it has: what is longer is cut and fails as
//! malformed. The protocols share the engine's [`Request`] and [`Response`], but on the wire each has a
//! form of its own, so that no peer can answer one question with the answer to another.

mod frames;

use std::io;

use futures::{AsyncRead, AsyncWrite};
use libp2p::StreamProtocol;
use libp2p::request_response::{self, cbor};
use prometheus_client::metrics::counter::Counter;
use serde::{Deserialize, Deserializer, Serialize};

use super::message::{DELIVER_DOCUMENTS_MAX, Entry, HEADS_NOTES_MAX, RANGE_ENTRIES_MAX, Request, Response};
use super::method::Method;
use super::search::{Search, SearchAnswer};
use super::{Bytes, bounded};

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
    #[serde(deserialize_with = "page")]
    entries: Vec<Entry>,
    checkpoint: Option<Bytes>,
}

/// Reads the entries of one page.
fn page<'de, D>(deserializer: D) -> Result<Vec<Entry>, D::Error>
where
    D: Deserializer<'de>,
{
    bounded::at_most(deserializer, usize::try_from(RANGE_ENTRIES_MAX).unwrap_or(usize::MAX))
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Receipt {
    receipt: Bytes,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TalkRequest {
    sealed: Bytes,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TalkAnswer {
    answer: Bytes,
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
            Method::Talk => {
                let TalkRequest { sealed } = self.cbor::<_, ()>().read_request(protocol, io).await?;
                Request::Talk { sealed }
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
                let reply: Reply<SearchAnswer> = self.cbor::<(), _>().read_response(protocol, io).await?;
                if matches!(&reply, Reply::Ok(found) if !found.fits()) {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a word is too long"));
                }
                reply.map(|found| Response::Match { found })
            }
            Method::Talk => {
                let reply: Reply<TalkAnswer> = self.cbor::<(), _>().read_response(protocol, io).await?;
                reply.map(|TalkAnswer { answer }| Response::Talk { answer })
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
            (Method::Talk, Request::Talk { sealed }) => {
                self.cbor::<_, ()>().write_request(protocol, io, TalkRequest { sealed }).await
            }
            (Method::Heads | Method::Range | Method::Deliver | Method::Match | Method::Talk, _) => {
                Err(foreign())
            }
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
            (Method::Talk, Response::Talk { answer }) => {
                self.cbor::<(), _>().write_response(protocol, io, Reply::Ok(TalkAnswer { answer })).await
            }
            (Method::Heads | Method::Range | Method::Deliver | Method::Match | Method::Talk, _) => {
                Err(foreign())
            }
        }
    }
}
