//! Frames without a connection: what a stream of a protocol carries, from bytes and to bytes, by the codec that reads and writes
//! streams.

use std::io;

use futures::FutureExt as _;
use futures::io::Cursor;
use libp2p::StreamProtocol;
use libp2p::request_response::Codec as _;
use prometheus_client::metrics::counter::Counter;

use super::Codec;
use crate::wire::message::{Request, Response};
use crate::wire::method::Method;

/// The codec is told the name of the protocol and does not look at it.
const NAMELESS: StreamProtocol = StreamProtocol::new("/frame");

impl Method {
    fn codec(self) -> Codec {
        Codec::new(self, Counter::default())
    }

    /// Reads a request as a peer that sends these bytes and ends the stream is read.
    ///
    /// # Errors
    /// If they are no request of this protocol within its bounds.
    pub fn read_request(self, bytes: &[u8]) -> io::Result<Request> {
        now(self.codec().read_request(&NAMELESS, &mut Cursor::new(bytes)).now_or_never())
    }

    /// Reads an answer, likewise.
    ///
    /// # Errors
    /// If they are no answer of this protocol within its bounds.
    pub fn read_response(self, bytes: &[u8]) -> io::Result<Response> {
        now(self.codec().read_response(&NAMELESS, &mut Cursor::new(bytes)).now_or_never())
    }

    /// The bytes that a request is sent as.
    ///
    /// # Errors
    /// If it is one of another protocol.
    pub fn write_request(self, request: Request) -> io::Result<Vec<u8>> {
        let mut bytes = Cursor::new(Vec::new());
        now(self.codec().write_request(&NAMELESS, &mut bytes, request).now_or_never())?;
        Ok(bytes.into_inner())
    }

    /// The bytes that an answer is sent as.
    ///
    /// # Errors
    /// If it is one of another protocol.
    pub fn write_response(self, response: Response) -> io::Result<Vec<u8>> {
        let mut bytes = Cursor::new(Vec::new());
        now(self.codec().write_response(&NAMELESS, &mut bytes, response).now_or_never())?;
        Ok(bytes.into_inner())
    }
}

/// Bytes in memory are always there: nothing waits.
fn now<T>(done: Option<io::Result<T>>) -> io::Result<T> {
    done.unwrap_or_else(|| Err(io::ErrorKind::WouldBlock.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Bytes;
    use crate::wire::message::{ENTRY_DOCUMENTS_MAX, Entry};

    fn page(documents: usize) -> Response {
        let entry = Entry { leaf: Bytes::new(), documents: vec![Bytes::new(); documents] };
        Response::Range { entries: vec![entry], checkpoint: None }
    }

    #[test]
    fn an_entry_has_a_bounded_number_of_documents() {
        let read = |documents| {
            let bytes = Method::Range.write_response(page(documents)).unwrap();
            Method::Range.read_response(&bytes)
        };
        assert_eq!(read(ENTRY_DOCUMENTS_MAX).unwrap(), page(ENTRY_DOCUMENTS_MAX));
        assert!(read(ENTRY_DOCUMENTS_MAX + 1).is_err());
        let ours = Method::Range.fit(page(ENTRY_DOCUMENTS_MAX + 1));
        assert!(matches!(ours, Response::Refused { .. }), "what no peer reads is not sent");
    }
}
