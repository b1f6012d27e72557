//! From a configuration to a running swarm.

use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use libp2p::Multiaddr;
use libp2p::core::transport::ListenerId;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::config::{Checked, Config, NetworkError};
use crate::handle::{COMMANDS_MAX, Handle};
use crate::inbound::{INBOUND_MAX, Inbound};
use crate::metrics::Metrics;
use crate::run::Loop;
use crate::swarm;
use crate::swarm::gossip::Topics;

/// How long the system may take to start listening.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(5);

/// A network that listens, and whose loop is still to be run.
pub struct Network {
    /// Commands to the loop. The loop ends when all of its clones are dropped.
    pub handle: Handle,
    /// What peers send.
    pub inbound: mpsc::Receiver<Inbound>,
    /// The multiaddresses listened on, with the ports that the system chose.
    pub listening: Vec<String>,
    /// Ends the loop: it answers what is in flight, closes its connections and returns, within six seconds.
    pub stop: CancellationToken,
    /// The loop. Nothing moves until it is polled; the caller spawns it. Dropping it cuts everything off.
    pub run: BoxFuture<'static, ()>,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("listening", &self.listening).finish_non_exhaustive()
    }
}

/// Checks the configuration, sets up the transport and listens.
///
/// # Errors
/// [`NetworkError`].
pub async fn start(config: Config, metrics: Metrics) -> Result<Network, NetworkError> {
    let checked = Checked::new(&config)?;
    let topics = Topics::new(&checked.net);
    let swarm = swarm::build(&checked, &topics, &metrics)?;
    let (commands, queue) = mpsc::channel(COMMANDS_MAX);
    let (sender, inbound) = mpsc::channel(INBOUND_MAX);
    let handle = Handle::new(commands, checked.peers.values());
    let addresses = checked.listen.clone();
    let mut network = Loop::new(swarm, checked, topics, sender, metrics);
    let listening = listen(&mut network, addresses).await?;
    let stop = CancellationToken::new();
    let run = network.run(queue, stop.clone()).boxed();
    Ok(Network { handle, inbound, listening, stop, run })
}

/// Listens on every address and waits until the system has said on which ports.
async fn listen(network: &mut Loop, addresses: Vec<Multiaddr>) -> Result<Vec<String>, NetworkError> {
    let mut waiting: Vec<(ListenerId, Multiaddr)> = Vec::new();
    for address in addresses {
        free(&address).map_err(|error| refused(&address, &error))?;
        let id = network.swarm.listen_on(address.clone()).map_err(|error| refused(&address, &error))?;
        waiting.push((id, address));
    }
    let mut listening = Vec::new();
    let deadline = tokio::time::Instant::now() + LISTEN_TIMEOUT;
    while let Some((_, first)) = waiting.first() {
        let event = tokio::time::timeout_at(deadline, network.swarm.select_next_some());
        let event = event.await.map_err(|error| refused(first, &error))?;
        on_event(network, event, &mut waiting, &mut listening)?;
    }
    // A wildcard address stands for several: take those that are known by now.
    while let Some(event) = network.swarm.select_next_some().now_or_never() {
        on_event(network, event, &mut waiting, &mut listening)?;
    }
    Ok(listening)
}

/// Fails if somebody listens on the address. libp2p sets `SO_REUSEPORT`, with which a second program of the
/// same user could listen beside the first, and each would get half of the connections.
fn free(address: &Multiaddr) -> std::io::Result<()> {
    let parts: Vec<Protocol<'_>> = address.iter().collect();
    let socket: Option<SocketAddr> = match parts.as_slice() {
        [Protocol::Ip4(ip), Protocol::Tcp(port)] => Some((*ip, *port).into()),
        [Protocol::Ip6(ip), Protocol::Tcp(port)] => Some((*ip, *port).into()),
        _ => None,
    };
    socket.filter(|socket| socket.port() != 0).map_or(Ok(()), |socket| TcpListener::bind(socket).map(drop))
}

fn on_event(
    network: &mut Loop,
    event: SwarmEvent<swarm::BehaviourEvent>,
    waiting: &mut Vec<(ListenerId, Multiaddr)>,
    listening: &mut Vec<String>,
) -> Result<(), NetworkError> {
    if let SwarmEvent::NewListenAddr { listener_id, address } = &event {
        waiting.retain(|(id, _)| id != listener_id);
        listening.push(address.to_string());
    }
    if let SwarmEvent::ListenerClosed { listener_id, reason: Err(error), .. } = &event
        && let Some((_, address)) = waiting.iter().find(|(id, _)| id == listener_id)
    {
        return Err(refused(address, error));
    }
    // Peers may connect already.
    network.on_swarm(event);
    Ok(())
}

fn refused(address: &Multiaddr, error: &dyn fmt::Display) -> NetworkError {
    NetworkError::Listen { address: address.to_string(), reason: error.to_string() }
}
