//! What travels between two nodes: the messages, their bounds, and their form on a stream.

pub(crate) mod codec;
pub(crate) mod message;
pub(crate) mod method;
pub(crate) mod search;

mod bounded;

/// Bytes that travel as one CBOR byte string (a plain `Vec<u8>` would travel as an array of numbers).
pub type Bytes = serde_bytes::ByteBuf;
