//! The loop that owns the swarm.
//!
//! It never waits for anything but the next thing to do: whatever it hands out goes into a bounded queue by
//! `try_send`, or is answered at once with "not now". Its branches are chosen fairly, so that neither a flood
//! from peers nor one from the engine keeps the other from being served.

mod events;
mod log_limits;
mod redial;
mod requests;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use libp2p::gossipsub::{MessageAcceptance, PublishError as NotPublished};
use libp2p::request_response::{InboundRequestId, OutboundRequestId};
use libp2p::swarm::ConnectionId;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{Multiaddr, PeerId, Swarm};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::config::{Checked, Pinned};
use crate::handle::{Command, Outcome, PeerState, PublishError, Published, REQUESTS_GLOBAL, Slot};
use crate::inbound::{Answered, INBOUND_MAX, Inbound, Judged, Topic, Verdict};
use crate::limits::quotas::{Global, Quotas};
use crate::metrics::Metrics;
use crate::swarm::Behaviour;
use crate::swarm::gossip::Topics;
use crate::wire::method::Method;

use log_limits::LogLimit;
use redial::Link;
use requests::Incoming;
use resolve::resolve;

/// Pause between two looks at the links, and at the loop's own lateness.
const TICK: Duration = Duration::from_secs(1);

/// How long a stopping loop waits for the engine's answers and for its peers to read them.
const GRACE: Duration = Duration::from_secs(5);

/// How long connections stay up behind the last answer: a peer that reads the end of a connection together
/// with an answer on it takes the request for interrupted, and nothing tells us that it has read.
const LINGER: Duration = Duration::from_millis(250);

/// How long it then waits for the connections to close.
const FAREWELL: Duration = Duration::from_secs(1);

/// A pinned peer and what the loop knows about it.
pub(crate) struct Known {
    pub(crate) pinned: Pinned,
    pub(crate) link: Link,
    /// Our own dial under way.
    pub(crate) dial: Option<ConnectionId>,
    pub(crate) quotas: Quotas,
    /// The engine has yet to hear that it is connected.
    pub(crate) announce: bool,
    /// Lines about its comings and goings.
    pub(crate) changes: LogLimit,
}

/// Where the loop hands things to the engine, and where it gets verdicts and answers back.
pub(crate) struct Queues {
    pub(crate) inbound: mpsc::Sender<Inbound>,
    pub(crate) verdicts: mpsc::Sender<Judged>,
    judged: mpsc::Receiver<Judged>,
    pub(crate) answers: mpsc::Sender<Answered>,
    answered: mpsc::Receiver<Answered>,
}

impl Queues {
    pub(crate) fn new(inbound: mpsc::Sender<Inbound>) -> Self {
        // As many verdicts as messages can wait: a place for each is taken before the message is handed out.
        let (verdicts, judged) = mpsc::channel(INBOUND_MAX);
        let (answers, answered) = mpsc::channel(REQUESTS_GLOBAL);
        Self { inbound, verdicts, judged, answers, answered }
    }
}

/// The state of the loop.
pub(crate) struct Loop {
    pub(crate) swarm: Swarm<Behaviour>,
    pub(crate) topics: Topics,
    pub(crate) version: String,
    pub(crate) peers: BTreeMap<PeerId, Known>,
    pub(crate) global: Global,
    pub(crate) outgoing: BTreeMap<(Method, OutboundRequestId), (Outcome, Slot)>,
    pub(crate) incoming: BTreeMap<(Method, InboundRequestId), Incoming>,
    /// Answers handed to the swarm and not yet read by their peers.
    pub(crate) sending: BTreeSet<(Method, InboundRequestId)>,
    pub(crate) queues: Queues,
    pub(crate) metrics: Metrics,
    /// Lines about connections of whoever is not pinned.
    pub(crate) refusals: LogLimit,
    pub(crate) stopping: bool,
    dials: FuturesUnordered<BoxFuture<'static, (PeerId, io::Result<Vec<Multiaddr>>)>>,
    started: Instant,
}

impl Loop {
    pub(crate) fn new(
        swarm: Swarm<Behaviour>,
        checked: Checked,
        topics: Topics,
        inbound: mpsc::Sender<Inbound>,
        metrics: Metrics,
    ) -> Self {
        let known = |pinned: Pinned| Known {
            pinned,
            link: Link::default(),
            dial: None,
            quotas: Quotas::new(),
            announce: false,
            changes: LogLimit::new(log_limits::CHANGES),
        };
        Self {
            swarm,
            topics,
            version: crate::swarm::version(&checked.net),
            peers: checked.peers.into_iter().map(|(id, pinned)| (id, known(pinned))).collect(),
            global: Global::new(),
            outgoing: BTreeMap::new(),
            incoming: BTreeMap::new(),
            sending: BTreeSet::new(),
            queues: Queues::new(inbound),
            metrics,
            refusals: LogLimit::new(log_limits::REFUSALS),
            stopping: false,
            dials: FuturesUnordered::new(),
            started: Instant::now(),
        }
    }

    /// Time since the loop was made; the only clock of its parts.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Runs until it is cancelled or until the last handle is dropped.
    pub(crate) async fn run(mut self, mut commands: mpsc::Receiver<Command>, stop: CancellationToken) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                command = commands.recv() => match command {
                    Some(command) => self.on_command(command),
                    None => break,
                },
                at = tick.tick() => self.on_tick(at),
                () = self.step() => {}
            }
        }
        drop(commands);
        self.finish().await;
    }

    /// Serves the engine's verdicts and answers, the swarm and the resolver, whichever is next.
    async fn step(&mut self) {
        tokio::select! {
            // Both queues have a sender in the loop itself and never end.
            Some(judged) = self.queues.judged.recv() => self.on_verdict(&judged),
            Some(answered) = self.queues.answered.recv() => self.on_answer(answered),
            event = self.swarm.select_next_some() => self.on_swarm(event),
            Some((peer, addresses)) = self.dials.next(), if !self.dials.is_empty() => {
                self.on_resolved(peer, addresses);
            }
        }
    }

    /// Ends in order: requests of ours fail, answers in work are waited for and sent, connections close.
    ///
    /// Topics are not left first: a peer that gets PRUNE refuses us for ten seconds, so a quick restart would
    /// find itself outside the mesh, and the end of the connection says the same.
    async fn finish(mut self) {
        self.stopping = true;
        self.outgoing.clear();
        let owing = !(self.incoming.is_empty() && self.sending.is_empty());
        let answers = async {
            while !(self.incoming.is_empty() && self.sending.is_empty()) {
                self.step().await;
            }
        };
        if tokio::time::timeout(GRACE, answers).await.is_err() {
            tracing::warn!(answers = self.incoming.len(), "stopped before every request was answered");
        }
        if owing {
            let linger = tokio::time::sleep(LINGER);
            tokio::pin!(linger);
            while !linger.is_elapsed() {
                tokio::select! {
                    () = &mut linger => {}
                    () = self.step() => {}
                }
            }
        }
        let peers: Vec<PeerId> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            if self.swarm.disconnect_peer_id(peer).is_err() {
                tracing::debug!(%peer, "was gone already");
            }
        }
        let farewell = async {
            while self.swarm.network_info().num_peers() > 0 {
                self.step().await;
            }
        };
        if tokio::time::timeout(FAREWELL, farewell).await.is_err() {
            tracing::debug!("stopped before every connection was closed");
        }
    }

    fn on_tick(&mut self, due: Instant) {
        let queued = self.queues.inbound.max_capacity() - self.queues.inbound.capacity();
        self.metrics.tick(queued, due.elapsed().as_secs_f64());
        for (id, known) in &self.peers {
            let score = self.swarm.behaviour().gossip.peer_score(id).unwrap_or_default();
            self.metrics.peer(&known.pinned.name, known.link.connected(), score);
        }
        self.announce();
        self.dial();
    }

    /// Tells the engine who is connected; what does not fit the queue is told at the next tick.
    pub(crate) fn announce(&mut self) {
        for known in self.peers.values_mut().filter(|known| known.announce) {
            let peer = known.pinned.name.clone();
            known.announce = self.queues.inbound.try_send(Inbound::Connected { peer }).is_err();
        }
    }

    /// Starts the dials that are due.
    pub(crate) fn dial(&mut self) {
        let now = self.now();
        for (id, known) in self.peers.iter_mut().filter(|_| !self.stopping) {
            if known.link.dial(now) {
                let (peer, address) = (*id, known.pinned.address.clone());
                self.dials.push(Box::pin(async move { (peer, resolve(address).await) }));
            }
        }
    }

    fn on_resolved(&mut self, peer: PeerId, addresses: io::Result<Vec<Multiaddr>>) {
        let now = self.now();
        let Some(known) = self.peers.get_mut(&peer) else { return };
        let addresses = match addresses {
            Ok(addresses) if !addresses.is_empty() => addresses,
            found @ (Ok(_) | Err(_)) => {
                tracing::debug!(peer = known.pinned.name, error = ?found.err(), "the host name has no address");
                self.metrics.connection("out", "unresolved");
                known.link.failed(now);
                return;
            }
        };
        self.swarm.behaviour_mut().door.resolved(peer, &addresses);
        let dial = DialOpts::peer_id(peer)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            .addresses(addresses)
            // From a fresh port: from our listening port, two nodes that dial each other at once would share
            // one TCP connection on which both want to be the first to speak.
            .allocate_new_port()
            .build();
        known.dial = Some(dial.connection_id());
        if let Err(error) = self.swarm.dial(dial) {
            // Refused before it began, most often because the peer connected to us in the meantime.
            tracing::debug!(peer = known.pinned.name, %error, "not dialled");
            known.dial = None;
            known.link.failed(now);
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Publish { topic, bytes, outcome } => {
                if outcome.send(self.publish(topic, bytes)).is_err() {
                    tracing::trace!("nobody waits for the outcome of a publish");
                }
            }
            Command::Request { peer, request, slot, outcome } => self.request(peer, request, slot, outcome),
            Command::Peers { outcome } => {
                if outcome.send(self.states()).is_err() {
                    tracing::trace!("nobody waits for the peers");
                }
            }
        }
    }

    fn publish(&mut self, topic: Topic, bytes: Vec<u8>) -> Result<Published, PublishError> {
        let Some(hash) = self.topics.hash(topic) else { return Ok(Published::NoPeers) };
        let size = bytes.len();
        let (outcome, result) = match self.swarm.behaviour_mut().gossip.publish(hash, bytes) {
            Ok(_) => ("sent", Ok(Published::Sent)),
            Err(NotPublished::NoPeersSubscribedToTopic) => ("no_peers", Ok(Published::NoPeers)),
            Err(NotPublished::Duplicate) => ("duplicate", Ok(Published::Duplicate)),
            Err(NotPublished::AllQueuesFull(_)) => ("queues_full", Ok(Published::QueuesFull)),
            Err(NotPublished::MessageTooLarge) => ("too_large", Err(PublishError::TooLarge(size))),
            Err(error @ (NotPublished::SigningError(_) | NotPublished::TransformFailed(_))) => {
                tracing::error!(%error, "an unexpected gossip error");
                ("failed", Ok(Published::NoPeers))
            }
        };
        self.metrics.published(topic, outcome);
        result
    }

    fn states(&self) -> Vec<PeerState> {
        let gossip = &self.swarm.behaviour().gossip;
        let listening: BTreeSet<&PeerId> = gossip
            .all_peers()
            .filter(|(_, topics)| Topic::ALL.len() == topics.len())
            .map(|(id, _)| id)
            .collect();
        let state = |(id, known): (&PeerId, &Known)| PeerState {
            name: known.pinned.name.clone(),
            peer_id: id.to_string(),
            connected: known.link.connected(),
            listening: listening.contains(id),
            score: gossip.peer_score(id).unwrap_or_default(),
        };
        let mut states: Vec<PeerState> = self.peers.iter().map(state).collect();
        states.sort_by(|a, b| a.name.cmp(&b.name));
        states
    }

    fn on_verdict(&mut self, judged: &Judged) {
        let (acceptance, outcome) = match judged.verdict {
            Verdict::Accept => (MessageAcceptance::Accept, "accepted"),
            Verdict::Ignore => (MessageAcceptance::Ignore, "ignored"),
            Verdict::Reject => (MessageAcceptance::Reject, "rejected"),
        };
        let gossip = &mut self.swarm.behaviour_mut().gossip;
        // False when the message has left the cache: it is then neither passed on nor counted against anybody.
        let known = gossip.report_message_validation_result(&judged.id, &judged.source, acceptance);
        self.metrics.gossip(judged.topic, if known { outcome } else { "late" });
    }
}
