#![doc = include_str!("../README.md")]

mod bounded;
mod codec;
mod config;
mod door;
mod events;
mod gossip;
mod handle;
mod inbound;
mod limiter;
mod message;
mod metrics;
mod network;
mod quotas;
mod redial;
mod requests;
mod resolve;
mod run;
mod search;
mod swarm;
mod told;

pub use codec::Method;
pub use config::{Config, NET_BYTES_MAX, NetworkError, PEERS_MAX, Peer, peer_id};
pub use handle::{
    Handle, MATCH_TIMEOUT, MATCHES_GLOBAL, PeerState, PublishError, Published, REQUEST_TIMEOUT,
    REQUESTS_GLOBAL, REQUESTS_PER_PEER, RequestError,
};
pub use inbound::{Answer, BUSY_RETRY_MS, Inbound, Judge, Topic, Verdict};
pub use message::{
    ANSWER_BYTES_MAX, Bytes, CHECKPOINT_BYTES_MAX, DELIVER_BYTES_MAX, DELIVER_DOCUMENTS_MAX, Entry,
    GOSSIP_BYTES_MAX, HEADS_NOTES_MAX, ORIGIN_BYTES_MAX, RANGE_ANSWER_BYTES_MAX, RANGE_BYTES_MAX,
    RANGE_ENTRIES_MAX, REQUEST_BYTES_MAX, Request, Response, trim,
};
pub use metrics::Metrics;
pub use network::{INBOUND_MAX, Network, start};
pub use search::{
    Candidate, Digest, Found, MATCH_ANSWER_BYTES_MAX, MATCH_BYTES_MAX, MATCH_CANDIDATES_MAX, MATCH_FACTORS,
    MATCH_JOB_BYTES_MAX, MATCH_REQUEST_BYTES_MAX, MATCH_WORD_BYTES_MAX, Row, Search,
};
