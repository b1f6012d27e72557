//! A raw libp2p swarm that sends whatever bytes it is told on our protocols, gossip included.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use libp2p::identity::Keypair;
use libp2p::request_response::{self, Event, Message, ProtocolSupport, ResponseChannel};
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, noise, tcp, yamux};

/// Passes bytes through as they are.
#[derive(Clone)]
pub(crate) struct Raw;

async fn read<T: AsyncRead + Unpin + Send>(io: &mut T) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io.read_to_end(&mut bytes).await?;
    Ok(bytes)
}

impl request_response::Codec for Raw {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>> {
        read(io).await
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>> {
        read(io).await
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        bytes: Vec<u8>,
    ) -> io::Result<()> {
        io.write_all(&bytes).await
    }

    async fn write_response<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        bytes: Vec<u8>,
    ) -> io::Result<()> {
        io.write_all(&bytes).await
    }
}

type Requests = request_response::Behaviour<Raw>;

/// The protocols of a node. Gossip is only a stream of frames, so it can be spoken the same way.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    gossip: Requests,
    heads: Requests,
    range: Requests,
    deliver: Requests,
    matches: Requests,
}

/// The swarm, and what came out of it that nobody has taken yet.
pub(crate) struct Stranger {
    swarm: Swarm<Behaviour>,
    node: Option<PeerId>,
    closed: bool,
    answers: VecDeque<io::Result<Vec<u8>>>,
    /// Requests of the node: which protocol, and where the answer goes.
    requests: VecDeque<(&'static str, ResponseChannel<Vec<u8>>)>,
}

fn requests(protocol: String) -> Requests {
    // Gossip streams stay open; nothing here may time out before the test does.
    let config = request_response::Config::default().with_request_timeout(Duration::from_secs(3_600));
    let protocol = StreamProtocol::try_from_owned(protocol).unwrap();
    Requests::with_codec(Raw, [(protocol, ProtocolSupport::Full)], config)
}

impl Stranger {
    pub(crate) fn new(net: &str, seed: &[u8; 32]) -> Self {
        let key = Keypair::ed25519_from_bytes(*seed).unwrap();
        let behaviour = Behaviour {
            gossip: requests("/meshsub/1.1.0".to_owned()),
            heads: requests(format!("/{net}/heads/1")),
            range: requests(format!("/{net}/range/1")),
            deliver: requests(format!("/{net}/deliver/1")),
            matches: requests(format!("/{net}/match/2")),
        };
        let swarm = SwarmBuilder::with_existing_identity(key)
            .with_tokio()
            .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
            .unwrap()
            .with_behaviour(|_| behaviour)
            .unwrap()
            .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::MAX))
            .build();
        Self { swarm, node: None, closed: false, answers: VecDeque::new(), requests: VecDeque::new() }
    }

    /// Starts to dial a node.
    pub(crate) fn dial(&mut self, address: &str) {
        self.swarm.dial(address.parse::<Multiaddr>().unwrap()).unwrap();
    }

    pub(crate) async fn until_connected(&mut self) {
        while self.node.is_none() {
            self.step().await;
        }
    }

    /// Waits until the node has closed the connection.
    pub(crate) async fn until_closed(&mut self) {
        while !self.closed {
            self.step().await;
        }
    }

    /// Keeps the swarm going while something else happens.
    pub(crate) async fn meanwhile<T>(&mut self, other: impl Future<Output = T>) -> T {
        tokio::pin!(other);
        loop {
            tokio::select! {
                done = &mut other => return done,
                () = self.step() => {}
            }
        }
    }

    /// Sends bytes as a request.
    pub(crate) fn ask(&mut self, method: &str, bytes: Vec<u8>) {
        let node = self.node.unwrap();
        let behaviour = self.swarm.behaviour_mut();
        let requests = match method {
            "heads" => &mut behaviour.heads,
            "range" => &mut behaviour.range,
            "deliver" => &mut behaviour.deliver,
            "match" => &mut behaviour.matches,
            _ => panic!("no such method: {method}"),
        };
        requests.send_request(&node, bytes);
    }

    /// The next answer, of whatever request.
    pub(crate) async fn answer(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                return answer;
            }
            self.step().await;
        }
    }

    /// Answers the node's next request with bytes, and goes on until they are sent.
    pub(crate) async fn serve(&mut self, bytes: Vec<u8>) {
        loop {
            if let Some((method, channel)) = self.requests.pop_front() {
                let behaviour = self.swarm.behaviour_mut();
                let requests = match method {
                    "heads" => &mut behaviour.heads,
                    "match" => &mut behaviour.matches,
                    _ => &mut behaviour.range,
                };
                requests.send_response(channel, bytes).unwrap();
                return;
            }
            self.step().await;
        }
    }

    /// Opens a stream of gossip and sends a frame for each of these groups of messages. A node listens to the
    /// newest stream only.
    pub(crate) fn gossip<'a>(&mut self, frames: impl IntoIterator<Item = &'a [Gossiped<'a>]>) {
        let node = self.node.unwrap();
        let frames = frames.into_iter().flat_map(frame).collect();
        self.swarm.behaviour_mut().gossip.send_request(&node, frames);
    }

    async fn step(&mut self) {
        let event = self.swarm.select_next_some().await;
        if let SwarmEvent::ConnectionEstablished { peer_id, .. } = event {
            self.node = Some(peer_id);
        } else if let SwarmEvent::ConnectionClosed { .. } = event {
            self.closed = true;
        } else if let SwarmEvent::Behaviour(event) = event {
            match event {
                BehaviourEvent::Heads(event) => self.on_event("heads", event),
                BehaviourEvent::Range(event) => self.on_event("range", event),
                BehaviourEvent::Deliver(event) => self.on_event("deliver", event),
                BehaviourEvent::Matches(event) => self.on_event("match", event),
                BehaviourEvent::Gossip(_) => {}
            }
        }
    }

    fn on_event(&mut self, method: &'static str, event: Event<Vec<u8>, Vec<u8>>) {
        match event {
            Event::Message { message: Message::Request { channel, .. }, .. } => {
                self.requests.push_back((method, channel));
            }
            Event::Message { message: Message::Response { response, .. }, .. } => {
                self.answers.push_back(Ok(response));
            }
            Event::OutboundFailure { error, .. } => {
                self.answers.push_back(Err(io::Error::other(error.to_string())));
            }
            Event::InboundFailure { .. } | Event::ResponseSent { .. } => {}
        }
    }
}

/// A message of gossip, with or without an author.
pub(crate) struct Gossiped<'a> {
    pub(crate) topic: &'a str,
    pub(crate) data: &'a [u8],
    pub(crate) author: Option<&'a [u8]>,
}

/// `RPC { publish: [Message { from = 1, data = 2, topic = 4 }] = 2 }` in protobuf, behind its length.
fn frame(messages: &[Gossiped<'_>]) -> Vec<u8> {
    let mut rpc = Vec::new();
    for message in messages {
        let mut body = Vec::new();
        if let Some(author) = message.author {
            field(&mut body, 1, author);
        }
        field(&mut body, 2, message.data);
        field(&mut body, 4, message.topic.as_bytes());
        field(&mut rpc, 2, &body);
    }
    let mut frame = Vec::new();
    varint(&mut frame, rpc.len());
    frame.extend(rpc);
    frame
}

fn field(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    out.push(number << 3 | 2);
    varint(out, bytes.len());
    out.extend(bytes);
}

fn varint(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}
