//! The swarm: transport, behaviours and their limits.

pub(crate) mod gossip;

use std::time::Duration;

use libp2p::allow_block_list::{self, AllowedPeers};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::NetworkBehaviour;
use libp2p::{StreamProtocol, Swarm, SwarmBuilder, identify, noise, ping, tcp, yamux};

use crate::config::{Checked, NetworkError};
use crate::limits::door::Door;
use crate::metrics::Metrics;
use crate::wire::codec::Codec;
use crate::wire::method::Method;

use gossip::{Gossip, Topics};

/// What a handshake may take: three round trips to the other side of the world, and a slow machine. Until then a stranger who says
/// nothing has a place.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// Dials under way.
const PENDING_OUTGOING_MAX: u32 = 16;

/// Connections to one peer: one dialled by each side.
const CONNECTIONS_PER_PEER: u32 = 2;

/// Streams of one connection: 16 for each protocol of requests, and gossip, ping and identify.
const STREAMS_MAX: usize = 96;

/// Streams of one protocol on one connection, both directions together: 2 requests each way, and room for
/// answers that say `Busy`.
const STREAMS_PER_PROTOCOL: usize = 16;

/// Pause between pings, and how long one may take; a connection that does not answer is closed.
const PING_INTERVAL: Duration = Duration::from_secs(15);
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections to pinned peers are kept even when nothing uses them: a peer outside the gossip mesh would
/// otherwise be dropped and redialled for ever. Dead ones are found by ping.
const IDLE_TIMEOUT: Duration = Duration::MAX;

/// Behaviours that deny connections stand first: a later denial would leave state behind in the others.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    allowed: allow_block_list::Behaviour<AllowedPeers>,
    limits: connection_limits::Behaviour,
    pub(crate) door: Door,
    ping: ping::Behaviour,
    identify: identify::Behaviour,
    pub(crate) gossip: Gossip,
    heads: request_response::Behaviour<Codec>,
    range: request_response::Behaviour<Codec>,
    deliver: request_response::Behaviour<Codec>,
    matches: request_response::Behaviour<Codec>,
    talk: request_response::Behaviour<Codec>,
}

impl Behaviour {
    fn new(checked: &Checked, topics: &Topics, metrics: &Metrics) -> Result<Self, NetworkError> {
        let mut allowed = allow_block_list::Behaviour::default();
        for id in checked.peers.keys() {
            allowed.allow_peer(*id);
        }
        let limits = ConnectionLimits::default()
            .with_max_pending_outgoing(Some(PENDING_OUTGOING_MAX))
            .with_max_established_per_peer(Some(CONNECTIONS_PER_PEER));
        let ping = ping::Config::new().with_interval(PING_INTERVAL).with_timeout(PING_TIMEOUT);
        // Addresses are the operator's to configure: none are told, none are learnt.
        let identify = identify::Config::new(version(&checked.net), checked.key.public())
            .with_agent_version(concat!("hanse/", env!("CARGO_PKG_VERSION")).to_owned())
            .with_hide_listen_addrs(true)
            .with_cache_size(0);
        Ok(Self {
            allowed,
            limits: connection_limits::Behaviour::new(limits),
            door: Door::new(checked.pinned_ips()),
            ping: ping::Behaviour::new(ping),
            identify: identify::Behaviour::new(identify),
            gossip: gossip::behaviour(checked, topics)?,
            heads: requests(Method::Heads, &checked.net, metrics)?,
            range: requests(Method::Range, &checked.net, metrics)?,
            deliver: requests(Method::Deliver, &checked.net, metrics)?,
            matches: requests(Method::Match, &checked.net, metrics)?,
            talk: requests(Method::Talk, &checked.net, metrics)?,
        })
    }

    /// The behaviour of one protocol.
    pub(crate) fn requests(&mut self, method: Method) -> &mut request_response::Behaviour<Codec> {
        match method {
            Method::Heads => &mut self.heads,
            Method::Range => &mut self.range,
            Method::Deliver => &mut self.deliver,
            Method::Match => &mut self.matches,
            Method::Talk => &mut self.talk,
        }
    }
}

/// What identify says we speak: the federation and its protocol generation.
pub(crate) fn version(net: &str) -> String {
    format!("/{net}/1")
}

fn requests(
    method: Method,
    net: &str,
    metrics: &Metrics,
) -> Result<request_response::Behaviour<Codec>, NetworkError> {
    let protocol = StreamProtocol::try_from_owned(format!("/{net}/{}/{}", method.name(), method.version()))
        .map_err(|error| NetworkError::Transport(error.to_string()))?;
    let config = request_response::Config::default()
        .with_request_timeout(method.timeout())
        .with_max_concurrent_streams(STREAMS_PER_PROTOCOL);
    let codec = Codec::new(method, metrics.malformed(method));
    Ok(request_response::Behaviour::with_codec(codec, [(protocol, ProtocolSupport::Full)], config))
}

/// The swarm of a configuration, not yet listening.
pub(crate) fn build(
    checked: &Checked,
    topics: &Topics,
    metrics: &Metrics,
) -> Result<Swarm<Behaviour>, NetworkError> {
    let failed = |error: &dyn std::fmt::Display| NetworkError::Transport(error.to_string());
    let behaviour = Behaviour::new(checked, topics, metrics)?;
    let streams = || {
        let mut config = yamux::Config::default();
        config.set_max_num_streams(STREAMS_MAX);
        config
    };
    Ok(SwarmBuilder::with_existing_identity(checked.key.clone())
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, streams)
        .map_err(|error| failed(&error))?
        .with_behaviour(|_| behaviour)
        .map_err(|error| failed(&error))?
        .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE_TIMEOUT))
        .with_connection_timeout(HANDSHAKE_TIMEOUT)
        .build())
}
