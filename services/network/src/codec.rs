//! The frame on the wire: CBOR, one form and one pair of bounds for each protocol.

use crate::message::{Bytes, DELIVER_BYTES_MAX, Request};

/// A request-response protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Method {
    Heads,
    Range,
    Deliver,
}

impl Method {
    pub(crate) const ALL: [Self; 3] = [Self::Heads, Self::Range, Self::Deliver];

    pub(crate) const fn of(request: &Request) -> Self {
        match request {
            Request::Heads => Self::Heads,
            Request::Range { .. } => Self::Range,
            Request::Deliver { .. } => Self::Deliver,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Heads => "heads",
            Self::Range => "range",
            Self::Deliver => "deliver",
        }
    }
}

/// Whether documents fit one `deliver` request: their bytes, 9 bytes of CBOR before each, and the frame.
pub(crate) fn deliver_fits(documents: &[Bytes]) -> bool {
    const FRAME: usize = 32;
    let sum = documents.iter().fold(FRAME, |sum, document| sum.saturating_add(9 + document.len()));
    sum <= DELIVER_BYTES_MAX
}
