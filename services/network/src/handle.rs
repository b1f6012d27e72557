//! The engine's end of the loop: a bounded queue of commands, and a window of requests for each peer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use libp2p::PeerId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::Instant;

use crate::config::Pinned;
use crate::inbound::Topic;
use crate::wire::message::{GOSSIP_BYTES_MAX, Request, Response};
use crate::wire::method::{Method, REQUEST_TIMEOUT};

/// Commands waiting for the loop. When they are this many, callers wait: that is their back-pressure.
pub(crate) const COMMANDS_MAX: usize = 256;

/// Requests in flight to one peer on one protocol. The peer answers `Busy` beyond that.
pub const REQUESTS_PER_PEER: usize = 2;

/// Requests in flight to all peers together, `match` apart: the memory of their answers is bounded by it.
pub const REQUESTS_GLOBAL: usize = 32;

/// `match` requests in flight to all peers together. Strangers cause them by looking at a page, so they have places of
/// their own: peers that are slow to answer them keep no log from being followed.
pub const MATCHES_GLOBAL: usize = 16;

/// How long a caller waits for a place and the answer to `match` together: a person waits for it, and does without a peer
/// that takes longer.
pub const MATCH_TIMEOUT: Duration = Duration::from_secs(2);

/// What became of a message that was to be gossiped. None of these fails the write behind it: whatever is
/// gossiped can also be pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// Handed to at least one peer.
    Sent,
    /// No connected peer listens to the topic.
    NoPeers,
    /// The same bytes were seen on this topic in the last ten minutes.
    Duplicate,
    /// The queue to every peer is full. The message counts as seen: publishing it again is a duplicate.
    QueuesFull,
}

/// Why a message could not be handed to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// Longer than [`GOSSIP_BYTES_MAX`].
    #[error("{0} bytes are more than the {GOSSIP_BYTES_MAX} that travel by gossip")]
    TooLarge(usize),
    /// The loop has stopped.
    #[error("the network has stopped")]
    Closed,
}

/// Why a request has no answer. [`Response::Busy`] and [`Response::Refused`] are answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// No pinned peer has this name.
    #[error("no pinned peer has this name")]
    UnknownPeer,
    /// The peer is not connected; redialling goes on by itself.
    #[error("the peer is not connected")]
    NotConnected,
    /// The window to this peer stayed full for as long as a request may take.
    #[error("too many requests to this peer are waiting")]
    Busy,
    /// The request breaks the bounds of its protocol and was not sent.
    #[error("the request is larger than its protocol allows")]
    TooLarge,
    /// No answer within [`REQUEST_TIMEOUT`] or, to `match`, [`MATCH_TIMEOUT`]. The peer may have acted on the request.
    #[error("the peer did not answer in time")]
    Timeout,
    /// The peer does not speak this protocol of this federation.
    #[error("the peer does not speak this protocol")]
    Refused,
    /// The answer was cut off, too long, or not of the protocol's form.
    #[error("the peer's answer could not be read")]
    Malformed,
    /// The connection ended before the answer. The peer may have acted on the request.
    #[error("the connection ended before the answer")]
    Interrupted,
    /// The loop has stopped.
    #[error("the network has stopped")]
    Closed,
}

/// A pinned peer as the loop sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct PeerState {
    /// The node's name.
    pub name: String,
    /// Its transport identity.
    pub peer_id: String,
    /// Whether at least one connection is up.
    pub connected: bool,
    /// Whether it has said that it listens to every topic: what is published now reaches it.
    pub listening: bool,
    /// Gossip score: 20 and a little more when all is well, below zero after rejected messages; 0 before the
    /// first connection.
    pub score: f64,
}

/// A place in the windows; kept until the request is over.
pub(crate) struct Slot {
    _peer: OwnedSemaphorePermit,
    _global: OwnedSemaphorePermit,
}

/// Where the outcome of a request goes.
pub(crate) type Outcome = oneshot::Sender<Result<Response, RequestError>>;

/// What the engine asks of the loop.
pub(crate) enum Command {
    Publish { topic: Topic, bytes: Vec<u8>, outcome: oneshot::Sender<Result<Published, PublishError>> },
    Request { peer: PeerId, request: Request, slot: Slot, outcome: Outcome },
    Peers { outcome: oneshot::Sender<Vec<PeerState>> },
}

/// Windows of one peer.
#[derive(Debug)]
struct Windows {
    id: PeerId,
    methods: BTreeMap<Method, Arc<Semaphore>>,
}

/// Sends commands to the loop. The loop ends when the last handle is dropped.
#[derive(Debug, Clone)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
    peers: Arc<BTreeMap<String, Windows>>,
    global: Arc<Semaphore>,
    matches: Arc<Semaphore>,
}

impl Handle {
    pub(crate) fn new<'a>(commands: mpsc::Sender<Command>, peers: impl Iterator<Item = &'a Pinned>) -> Self {
        let window = || Arc::new(Semaphore::new(REQUESTS_PER_PEER));
        let windows = |peer: &Pinned| Windows {
            id: peer.id,
            methods: Method::ALL.into_iter().map(|method| (method, window())).collect(),
        };
        Self {
            commands,
            peers: Arc::new(peers.map(|peer| (peer.name.clone(), windows(peer))).collect()),
            global: Arc::new(Semaphore::new(REQUESTS_GLOBAL)),
            matches: Arc::new(Semaphore::new(MATCHES_GLOBAL)),
        }
    }

    /// Gossips a message of at most [`GOSSIP_BYTES_MAX`] bytes. Waits only for a place in the queue.
    ///
    /// # Errors
    /// [`PublishError`]; a message that reached nobody is no error.
    pub async fn publish(&self, topic: Topic, bytes: Vec<u8>) -> Result<Published, PublishError> {
        if bytes.len() > GOSSIP_BYTES_MAX {
            return Err(PublishError::TooLarge(bytes.len()));
        }
        let (outcome, result) = oneshot::channel();
        let command = Command::Publish { topic, bytes, outcome };
        self.commands.send(command).await.map_err(|_| PublishError::Closed)?;
        result.await.map_err(|_| PublishError::Closed)?
    }

    /// Asks a peer by its node name and waits for the answer. At most [`REQUESTS_PER_PEER`] requests of one
    /// kind are in flight to a peer; further callers wait their turn.
    ///
    /// # Errors
    /// [`RequestError`].
    pub async fn request(&self, peer: &str, request: Request) -> Result<Response, RequestError> {
        let windows = self.peers.get(peer).ok_or(RequestError::UnknownPeer)?;
        if !request.fits() {
            return Err(RequestError::TooLarge);
        }
        let method = Method::of(&request);
        let window = windows.methods.get(&method).ok_or(RequestError::Closed)?;
        let global = if method == Method::Match { &self.matches } else { &self.global };
        let places = async {
            let peer = Arc::clone(window).acquire_owned().await;
            let global = Arc::clone(global).acquire_owned().await;
            Ok(Slot {
                _peer: peer.map_err(|_| RequestError::Closed)?,
                _global: global.map_err(|_| RequestError::Closed)?,
            })
        };
        let deadline = Instant::now() + if method == Method::Match { MATCH_TIMEOUT } else { REQUEST_TIMEOUT };
        let slot = tokio::time::timeout_at(deadline, places).await.map_err(|_| RequestError::Busy)??;
        let (outcome, result) = oneshot::channel();
        let command = Command::Request { peer: windows.id, request, slot, outcome };
        let answered = async {
            self.commands.send(command).await.map_err(|_| RequestError::Closed)?;
            result.await.map_err(|_| RequestError::Closed)?
        };
        if method == Method::Match {
            // The place in the window is given back when the stream has ended, not before.
            return tokio::time::timeout_at(deadline, answered).await.unwrap_or(Err(RequestError::Timeout));
        }
        answered.await
    }

    /// The pinned peers in the order of their names. After the loop has stopped, all are disconnected.
    pub async fn peers(&self) -> Vec<PeerState> {
        let (outcome, result) = oneshot::channel();
        if self.commands.send(Command::Peers { outcome }).await.is_ok()
            && let Ok(states) = result.await
        {
            return states;
        }
        let stopped = |(name, windows): (&String, &Windows)| PeerState {
            name: name.clone(),
            peer_id: windows.id.to_string(),
            connected: false,
            listening: false,
            score: 0.0,
        };
        self.peers.iter().map(stopped).collect()
    }
}
