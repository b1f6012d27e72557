//! What a node shows of itself, and what it keeps for the edge.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How to reach and to check this node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Card {
    /// Its name.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// Its transport identity.
    pub peer_id: String,
    /// Where its transport listens.
    pub addresses: Vec<String>,
    /// Its verifier keys: both logs, auditor, receipts.
    pub vkeys: Vec<String>,
}

/// A pinned peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeerView {
    /// Its name.
    pub name: String,
    /// Its URL, if the operator wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether it is connected now.
    pub connected: bool,
    /// Documents that wait for it.
    pub waiting: u64,
    /// How far this node follows its logs.
    pub logs: Vec<LogView>,
}

/// One log as this node holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogView {
    /// Its origin.
    pub origin: String,
    /// Entries held and checked.
    pub size: u64,
    /// Root at that size, base64.
    pub root: String,
    /// Why it is signed or followed no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halted: Option<String>,
    /// Why this process, which leads, does not sign it yet, and what helps. Only of own logs; their leaves wait meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
}

/// Whether this node can do its work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ready {
    /// The database answers and its schema is ours.
    pub database: bool,
    /// The database could be written to, ten seconds ago or later.
    pub writes: bool,
    /// This process runs the workers; another one may.
    pub leader: bool,
    /// This process has read the people and jobs that it matches.
    pub matches: bool,
    /// This process has read the logs that scores rest on.
    pub scores: bool,
    /// Whether every log that is mirrored here has been followed as far as it is known to go, and has had its effect: until then jobs and
    /// people of other nodes are missing.
    pub mirrors: bool,
    /// How far this node's clock is ahead of its peers', in seconds, where they contradict it: nothing expires meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead: Option<i64>,
    /// The logs, own first.
    pub logs: Vec<LogView>,
}

/// A document as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentView {
    /// Its id.
    pub id: String,
    /// The canonical bytes that were signed.
    pub bytes: Vec<u8>,
}
