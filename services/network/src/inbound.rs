//! What the loop hands to the engine, and how the engine answers without ever blocking.

use std::fmt;

use libp2p::PeerId;
use libp2p::gossipsub::MessageId;
use libp2p::request_response::InboundRequestId;
use tokio::sync::mpsc::OwnedPermit;

use crate::wire::message::{Request, Response};
use crate::wire::method::Method;

/// Messages and requests waiting for the engine. Beyond that gossip is ignored and requests are answered
/// with `Busy`: memory stays bounded whatever peers send.
pub const INBOUND_MAX: usize = 1_024;

/// When to come back after an answer that said nothing better, in milliseconds: long enough for a queue to
/// drain, short against the 20 seconds of a request.
pub const BUSY_RETRY_MS: u32 = 1_000;

/// A gossip topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// New postings, whole.
    Jobs,
    /// New signed checkpoints.
    Heads,
}

impl Topic {
    /// Every topic there is.
    pub const ALL: [Self; 2] = [Self::Jobs, Self::Heads];

    /// The word for it in topic names, logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jobs => "jobs",
            Self::Heads => "heads",
        }
    }
}

/// One thing that came from a peer.
#[derive(Debug)]
pub enum Inbound {
    /// A gossiped message, not yet passed on.
    Gossip {
        /// Name of the peer that forwarded it; not necessarily its author.
        from: String,
        /// Where it was published.
        topic: Topic,
        /// At most [`GOSSIP_BYTES_MAX`](crate::GOSSIP_BYTES_MAX).
        bytes: Vec<u8>,
        /// Takes the verdict, within about ten seconds; later ones are counted as late and do nothing.
        judge: Judge,
    },
    /// A request.
    Request {
        /// Name of the peer that asks.
        from: String,
        /// What it asks.
        request: Request,
        /// Takes the answer, within 20 seconds.
        answer: Answer,
    },
    /// The first connection to a peer came up. Also sent after a reconnection; never lost, but late when the
    /// queue is full.
    Connected {
        /// The peer's name.
        peer: String,
    },
}

/// What becomes of a gossiped message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Pass it on.
    Accept,
    /// Drop it without blame: anything the sender could not know (our policy, our clock, our database).
    Ignore,
    /// Drop it, and lower the score of everyone who sent it: only for what the sender must have seen itself.
    Reject,
}

/// A verdict on its way to the loop.
pub(crate) struct Judged {
    pub(crate) id: MessageId,
    pub(crate) source: PeerId,
    pub(crate) topic: Topic,
    pub(crate) verdict: Verdict,
}

/// Takes the verdict about one message. Dropped, it ignores the message.
///
/// It holds a place in the bounded queue to the loop, so a verdict never waits and is never lost.
#[must_use = "dropped without a verdict, the message is ignored"]
pub struct Judge {
    place: Option<OwnedPermit<Judged>>,
    id: MessageId,
    source: PeerId,
    topic: Topic,
}

impl Judge {
    pub(crate) fn new(place: OwnedPermit<Judged>, id: MessageId, source: PeerId, topic: Topic) -> Self {
        Self { place: Some(place), id, source, topic }
    }

    /// Decides. Never blocks; does nothing if the network has stopped.
    pub fn verdict(mut self, verdict: Verdict) {
        self.decide(verdict);
    }

    fn decide(&mut self, verdict: Verdict) {
        if let Some(place) = self.place.take() {
            place.send(Judged { id: self.id.clone(), source: self.source, topic: self.topic, verdict });
        }
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        self.decide(Verdict::Ignore);
    }
}

impl fmt::Debug for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judge").field("topic", &self.topic).finish_non_exhaustive()
    }
}

/// Which request an answer belongs to.
pub(crate) type Ticket = (Method, InboundRequestId);

/// An answer on its way to the loop.
pub(crate) struct Answered {
    pub(crate) ticket: Ticket,
    pub(crate) response: Response,
}

/// Takes the answer to one request. Dropped, it answers [`Response::Busy`].
///
/// Like [`Judge`] it holds a place in the queue to the loop.
#[must_use = "dropped without an answer, the peer is told to come back"]
pub struct Answer {
    place: Option<OwnedPermit<Answered>>,
    ticket: Ticket,
}

impl Answer {
    pub(crate) fn new(place: OwnedPermit<Answered>, ticket: Ticket) -> Self {
        Self { place: Some(place), ticket }
    }

    /// Answers. Never blocks; does nothing if the peer or the network is gone. A page that is too long is cut
    /// (see [`trim`](crate::trim)); an answer of another kind than the request is refused and logged.
    pub fn send(mut self, response: Response) {
        self.give(response);
    }

    fn give(&mut self, response: Response) {
        if let Some(place) = self.place.take() {
            place.send(Answered { ticket: self.ticket, response });
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.give(Response::Busy { retry_after_ms: BUSY_RETRY_MS });
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("to", &self.ticket.0.name()).finish_non_exhaustive()
    }
}
