//! The configuration of an engine. Reading files and the environment is the edge's business.

mod mail;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use hanse_document::NodeName;
use hanse_matching::side::Weights;
pub use hanse_network::NET_BYTES_MAX;
pub use mail::{Mail, MailLogin, MailTls};
use zeroize::Zeroizing;

/// The 32 bytes from which every key of a node derives. Neither printed nor compared.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// Takes the 32 random bytes that were made at the founding of the node.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes themselves.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// One node.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its name, for ever: the first part of its log origins and key names.
    pub name: NodeName,
    /// Where its keys come from.
    pub secret: Secret,
    /// Where people reach it, without a trailing slash.
    pub url: String,
    /// The nodes that it federates with, by their pinned keys.
    pub peers: Vec<Peer>,
    /// Multiaddresses to listen on.
    pub listen: Vec<String>,
    /// Name of the federation: part of topics and protocol ids.
    pub net: String,
    /// How often background work looks by itself.
    pub pace: Pace,
    /// The weights of its ranking, which it publishes.
    pub ranking: Weights,
    /// Folder in which the largest signed head of each own log is remembered, outside the database; without one, a quorum of
    /// peers is asked after every start.
    pub heads: Option<PathBuf>,
    /// Where letters go out; without it none is written.
    pub mail: Option<Mail>,
}

impl Config {
    /// The pinned peer of this name.
    #[must_use]
    pub fn peer(&self, name: &str) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.name.as_str() == name)
    }

    /// Whether documents of people whose home is there are taken: here, and at every pinned peer.
    pub fn knows_home(&self, home: &NodeName) -> bool {
        *home == self.name || self.peer(home.as_str()).is_some()
    }
}

/// A pinned peer, as its operator's card names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its node name.
    pub name: NodeName,
    /// Its transport address, a multiaddress.
    pub address: String,
    /// Its transport identity.
    pub peer_id: String,
    /// Its verifier keys: both logs, auditor, receipts; each is found by its key name.
    pub vkeys: Vec<String>,
    /// Its public URL, for people to follow.
    pub url: Option<String>,
}

/// Time between two looks of each worker; a change wakes it at once, so these bound only what a lost wake-up costs.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The sequencer: at most one checkpoint for each log in this time.
    pub sequence: Duration,
    /// The follower of the peers' logs, and the reactor behind it.
    pub follow: Duration,
    /// Delivery, relay to gossip, and the clocks of things.
    pub deliver: Duration,
    /// Longest wait of a caller for the receipt of another home, before the answer is "queued".
    pub receipt_wait: Duration,
    /// Silence of a stream of events after which it says that it lives, and looks whether it still may.
    pub heartbeat: Duration,
}

impl Default for Pace {
    /// For a node that people use: a record is provable within seconds, an idle node does little.
    fn default() -> Self {
        Self {
            sequence: Duration::from_secs(1),
            follow: Duration::from_secs(5),
            deliver: Duration::from_secs(2),
            receipt_wait: Duration::from_secs(3),
            // Proxies close what says nothing for half a minute or a minute.
            heartbeat: Duration::from_secs(15),
        }
    }
}
