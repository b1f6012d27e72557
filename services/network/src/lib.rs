#![doc = include_str!("../README.md")]

mod config;
mod handle;
mod inbound;
mod limits;
mod metrics;
mod network;
mod run;
mod swarm;
mod wire;

pub use config::{Config, NET_BYTES_MAX, NetworkError, PEERS_MAX, Peer, peer_id};
pub use handle::{
    Handle, MATCH_TIMEOUT, MATCHES_GLOBAL, PeerState, PublishError, Published, REQUESTS_GLOBAL,
    REQUESTS_PER_PEER, RequestError,
};
pub use inbound::{Answer, BUSY_RETRY_MS, INBOUND_MAX, Inbound, Judge, Topic, Verdict};
pub use metrics::Metrics;
pub use network::{Network, start};
pub use wire::Bytes;
pub use wire::message::{
    ANSWER_BYTES_MAX, CHECKPOINT_BYTES_MAX, DELIVER_BYTES_MAX, DELIVER_DOCUMENTS_MAX, ENTRY_DOCUMENTS_MAX,
    Entry, GOSSIP_BYTES_MAX, HEADS_NOTES_MAX, ORIGIN_BYTES_MAX, RANGE_ANSWER_BYTES_MAX, RANGE_BYTES_MAX,
    RANGE_ENTRIES_MAX, REQUEST_BYTES_MAX, Request, Response, TALK_ANSWER_BYTES_MAX, TALK_BYTES_MAX, trim,
};
pub use wire::method::{Method, REQUEST_TIMEOUT};
pub use wire::search::{
    Candidate, Digest, MATCH_ANSWER_BYTES_MAX, MATCH_BYTES_MAX, MATCH_CANDIDATES_MAX, MATCH_FACTORS,
    MATCH_JOB_BYTES_MAX, MATCH_REQUEST_BYTES_MAX, MATCH_WORD_BYTES_MAX, Row, Search, SearchAnswer,
};
