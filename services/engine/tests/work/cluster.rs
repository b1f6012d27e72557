//! Nodes that federate with each other, on one clock that stands still until it is moved.

use std::future::Future;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use hanse_api::requests::Register;
use hanse_base::clock::ManualClock;
use hanse_base::config::{Config, Pace, Peer, Secret};
use hanse_base::keys::Keys;
use hanse_base::workers::Workers;
use hanse_document::{Did, NodeName, Timestamp};
use hanse_engine::Engine;
use hanse_store::testing::TestDatabase;
use prometheus_client::registry::Registry;

pub(crate) const PASSWORD: &str = "correct horse battery";
/// Far above what anything here takes; reaching it is the failure.
const PATIENCE: Duration = Duration::from_secs(40);
const LOOK: Duration = Duration::from_millis(25);

pub(crate) struct Node {
    pub(crate) engine: Engine,
    config: Config,
    workers: Option<Workers>,
    database: TestDatabase,
}

pub(crate) struct Cluster {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) nodes: Vec<Node>,
    _folder: tempfile::TempDir,
}

/// A person at home at a node.
pub(crate) struct Someone {
    pub(crate) did: Did,
    pub(crate) home: usize,
}

/// A port for one node of this process, which may be down for a while: below the ports that Linux gives to outgoing connections (from
/// 32,768), or one of a peer that looks for the node could take it meanwhile.
fn port() -> u16 {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let offset = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap();
    let mut candidates =
        (0..COUNT).map(|_| FIRST + (offset + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT) % COUNT);
    candidates.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

fn name(letter: &str) -> NodeName {
    NodeName::parse(&format!("{letter}.example")).unwrap()
}

impl Cluster {
    /// Nodes called `a.example` and so on, each of which has pinned all others, all running.
    pub(crate) async fn start(letters: &[&str]) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::parse("2026-11-24T10:00:00Z").unwrap()));
        let mut cards = Vec::new();
        for (letter, byte) in letters.iter().zip(1_u8..) {
            let secret = Secret::new([byte; 32]);
            let keys = Keys::derive(&secret);
            let address = format!("/ip4/127.0.0.1/tcp/{}", port());
            let name = name(letter);
            let card = Peer { vkeys: keys.vkeys(&name), name, peer_id: keys.peer_id(), address, url: None };
            cards.push((secret, card));
        }
        let folder = tempfile::tempdir().unwrap();
        let mut nodes = Vec::new();
        for (secret, card) in &cards {
            let peers = cards.iter().map(|(_, card)| card.clone()).filter(|peer| peer.name != card.name);
            let heads = folder.path().join(card.name.as_str());
            hanse_logbook::memory::create(&heads).unwrap();
            let config = Config {
                name: card.name.clone(),
                secret: secret.clone(),
                url: format!("http://{}", card.name),
                peers: peers.collect(),
                listen: vec![card.address.clone()],
                net: "test".into(),
                pace: Pace {
                    sequence: Duration::from_millis(20),
                    follow: Duration::from_millis(100),
                    deliver: Duration::from_millis(50),
                    receipt_wait: Duration::from_secs(5),
                    ..Pace::default()
                },
                ranking: hanse_matching::side::Weights::DEFAULT,
                heads: Some(heads),
                attachments: Some(folder.path().join(format!("files-{}", card.name))),
                mail: None,
            };
            let database = TestDatabase::new().await;
            let engine = Engine::idle(config.clone(), database.store().await, clock.clone()).unwrap();
            nodes.push(Node { engine, config, workers: None, database });
        }
        let mut cluster = Self { clock, nodes, _folder: folder };
        for at in 0..letters.len() {
            cluster.wake(at).await;
        }
        for at in 0..letters.len() {
            cluster.connected(at).await;
        }
        cluster
    }

    /// Starts a node that is down.
    pub(crate) async fn wake(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let store = node.database.store().await;
        let mut registry = Registry::default();
        let started = Engine::start(node.config.clone(), store, self.clock.clone(), &mut registry);
        let (engine, workers) = started.await.unwrap();
        node.engine = engine;
        node.workers = Some(workers);
    }

    /// Stops a node. Its engine still serves the people at home there, as a process without the lease would.
    pub(crate) async fn stop(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        node.workers.take().unwrap().stop().await.unwrap();
        let store = node.database.store().await;
        let mut config = node.config.clone();
        // Nobody delivers, so nobody need wait for a receipt.
        config.pace.receipt_wait = Duration::from_millis(1);
        node.engine = Engine::idle(config, store, self.clock.clone()).unwrap();
    }

    /// Waits until a node is connected to every peer that runs.
    pub(crate) async fn connected(&self, at: usize) {
        let running: Vec<String> = self
            .nodes
            .iter()
            .filter(|node| node.workers.is_some())
            .map(|node| node.config.name.to_string())
            .collect();
        until("the nodes are connected", async || {
            let peers = self.nodes[at].engine.peers().await.unwrap();
            peers.iter().all(|peer| peer.connected || !running.contains(&peer.name)).then_some(())
        })
        .await;
    }

    pub(crate) fn engine(&self, at: usize) -> &Engine {
        &self.nodes[at].engine
    }

    pub(crate) async fn register(&self, at: usize, handle: &str) -> Someone {
        let request = Register { handle: handle.into(), password: PASSWORD.into() };
        let person = self.engine(at).accounts().register(request).await.unwrap().person;
        Someone { did: Did::parse(&person.did).unwrap(), home: at }
    }
}

/// Waits until `look` finds what it looks for.
pub(crate) async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let found = async {
        let mut ticks = tokio::time::interval(LOOK);
        loop {
            ticks.tick().await;
            if let Some(found) = look().await {
                return found;
            }
        }
    };
    within(what, found).await
}

pub(crate) async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("not in time: {what}"))
}
