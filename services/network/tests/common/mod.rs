//! Nodes on loopback sockets.

use std::time::Duration;

use hanse_network::{Config, Handle, Inbound, Metrics, Peer, PeerState, Request, Response, peer_id, start};
use prometheus_client::registry::Registry;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Nothing here takes a second; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// An address where nobody listens: the other side dials.
pub(crate) const NOWHERE: &str = "/ip4/127.0.0.1/tcp/9";

/// A running node.
pub(crate) struct Node {
    pub(crate) handle: Handle,
    pub(crate) inbound: mpsc::Receiver<Inbound>,
    pub(crate) address: String,
    pub(crate) stop: CancellationToken,
    pub(crate) running: JoinSet<()>,
    metrics: Registry,
}

/// The transport seed of a node, from its name.
pub(crate) fn seed(name: &str) -> [u8; 32] {
    let mut seed = [7; 32];
    for (byte, letter) in seed.iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    seed
}

/// Waits, but not for ever.
pub(crate) async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("nothing happened in time")
}

impl Node {
    /// Starts a node that listens on `listen` and pins peers by name and address.
    pub(crate) async fn start_on(net: &str, name: &str, listen: &str, peers: &[(&str, &str)]) -> Self {
        let pin = |(name, address): &(&str, &str)| Peer {
            name: (*name).to_owned(),
            peer_id: peer_id(&seed(name)),
            address: (*address).to_owned(),
        };
        let config = Config {
            net: net.to_owned(),
            seed: seed(name),
            listen: vec![listen.to_owned()],
            peers: peers.iter().map(pin).collect(),
        };
        let mut metrics = Registry::default();
        let network = start(config, Metrics::new(&mut metrics)).await.expect("starts");
        let mut running = JoinSet::new();
        running.spawn(network.run);
        Self {
            handle: network.handle,
            inbound: network.inbound,
            address: network.listening.first().expect("listens").clone(),
            stop: network.stop,
            running,
            metrics,
        }
    }

    /// The same on a free port of the federation "test".
    pub(crate) async fn start(name: &str, peers: &[(&str, &str)]) -> Self {
        Self::start_on("test", name, "/ip4/127.0.0.1/tcp/0", peers).await
    }

    /// The next thing that is no news of a connection.
    pub(crate) async fn next(&mut self) -> Inbound {
        within(async {
            loop {
                let inbound = self.inbound.recv().await.expect("the loop runs");
                if !matches!(inbound, Inbound::Connected { .. }) {
                    return inbound;
                }
            }
        })
        .await
    }

    /// Answers the next request.
    pub(crate) async fn answer(&mut self, response: Response) -> Request {
        let Inbound::Request { request, answer, .. } = self.next().await else { panic!("a request was due") };
        answer.send(response);
        request
    }

    /// Waits until a peer's state is as wanted.
    pub(crate) async fn until(&self, peer: &str, wanted: impl Fn(&PeerState) -> bool) -> PeerState {
        within(async {
            loop {
                let states = self.handle.peers().await;
                let state = states.into_iter().find(|state| state.name == peer).expect("the peer is pinned");
                if wanted(&state) {
                    return state;
                }
                tokio::task::yield_now().await;
            }
        })
        .await
    }

    /// Waits until what is published here reaches a peer.
    pub(crate) async fn until_listening(&self, peer: &str) {
        self.until(peer, |state| state.connected && state.listening).await;
    }

    /// The value of a metric, by its whole name with labels.
    pub(crate) fn metric(&self, name: &str) -> Option<f64> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.metrics).expect("metrics are text");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        Some(line.parse().expect("a metric is a number"))
    }

    /// Waits until a counter has come up.
    pub(crate) async fn until_counted(&self, name: &str) {
        within(async {
            while self.metric(name).is_none_or(|value| value < 1.0) {
                // A round trip through the loop: it has moved on since.
                self.handle.peers().await;
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}
