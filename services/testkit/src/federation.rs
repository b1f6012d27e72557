//! Nodes that know each other.
#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "support of tests: a failure is the finding"
)]

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use hanse_base::clock::Clock;
use hanse_document::Timestamp;
use hanse_node::config::Peer;

use crate::clock::MovableClock;
use crate::eventually::until;
use crate::node::TestNode;
use crate::seat::Seat;

/// When time begins in tests that do not say.
const BEGINNING: &str = "2026-11-24T10:00:00Z";

/// Whole nodes, each pinned by every other, in the order of their names as given.
#[derive(Debug)]
pub struct Federation {
    clock: Arc<MovableClock>,
    seats: Vec<Arc<Seat>>,
    nodes: Vec<TestNode>,
}

impl Federation {
    /// Starts nodes of these names and waits until all are connected.
    ///
    /// # Panics
    /// If one does not start.
    pub async fn start(names: &[&str]) -> Self {
        Self::with_outlaws(names, &[]).await
    }

    /// The same, with places that the nodes pin and where no node sits: for a test that plays a node itself.
    ///
    /// # Panics
    /// If a node does not start.
    pub async fn with_outlaws(names: &[&str], outlaws: &[&str]) -> Self {
        let start = Timestamp::parse(BEGINNING).expect("a time");
        Self::seated(names, outlaws, Arc::new(MovableClock::new(start)), None).await
    }

    /// The same on any clock, such as that of the machine; it cannot be moved.
    ///
    /// # Panics
    /// If a node does not start.
    pub async fn on_clock(names: &[&str], clock: Arc<dyn Clock>) -> Self {
        let moved = Arc::new(MovableClock::new(clock.now()));
        Self::seated(names, &[], moved, Some(clock)).await
    }

    async fn seated(
        names: &[&str],
        outlaws: &[&str],
        clock: Arc<MovableClock>,
        other: Option<Arc<dyn Clock>>,
    ) -> Self {
        log_lines();
        let seats: Vec<Arc<Seat>> =
            names.iter().chain(outlaws).map(|name| Arc::new(Seat::new(name))).collect();
        let mut federation = Self { clock, seats, nodes: Vec::new() };
        for index in 0..names.len() {
            let seat = Arc::clone(&federation.seats[index]);
            let peers = federation.peers_of(seat.name().as_str());
            let clock = other.clone().unwrap_or_else(|| Arc::clone(&federation.clock) as Arc<dyn Clock>);
            federation.nodes.push(TestNode::start(seat, peers, clock).await);
        }
        federation.connected().await;
        federation
    }

    /// What a node of this name pins: everybody else.
    #[must_use]
    pub fn peers_of(&self, name: &str) -> Vec<Peer> {
        self.seats.iter().filter(|seat| seat.name().as_str() != name).map(|seat| seat.card()).collect()
    }

    /// The place of this name.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn seat(&self, name: &str) -> &Arc<Seat> {
        self.seats.iter().find(|seat| seat.name().as_str() == name).expect("a place of this name")
    }

    /// The clock that all nodes read, unless another one was given.
    #[must_use]
    pub fn clock(&self) -> &MovableClock {
        &self.clock
    }

    /// All nodes.
    #[must_use]
    pub fn nodes(&self) -> &[TestNode] {
        &self.nodes
    }

    /// Waits until every node that is up is connected to every other one that is.
    ///
    /// # Panics
    /// If that does not happen.
    pub async fn connected(&self) {
        let up: Vec<&TestNode> = self.nodes.iter().filter(|node| node.is_up()).collect();
        for node in &up {
            until(&format!("{} is connected to all", node.name()), async || {
                let peers = node.http().get("/v1/peers").send().await.ok(200);
                let connected = |name: &str| {
                    peers.as_array().is_some_and(|peers| {
                        peers.iter().any(|peer| peer["name"] == name && peer["connected"] == true)
                    })
                };
                up.iter().all(|other| other.name() == node.name() || connected(other.name()))
            })
            .await;
        }
    }
}

impl Index<usize> for Federation {
    type Output = TestNode;

    fn index(&self, index: usize) -> &TestNode {
        &self.nodes[index]
    }
}

impl IndexMut<usize> for Federation {
    fn index_mut(&mut self, index: usize) -> &mut TestNode {
        &mut self.nodes[index]
    }
}

impl Drop for Federation {
    /// All are told first, so that they end beside each other.
    fn drop(&mut self) {
        for node in &mut self.nodes {
            node.tell_to_stop();
        }
    }
}

/// What nodes say on the way, beside the output of the test: errors, or what `RUST_LOG` asks for.
fn log_lines() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_thread_names(true).with_test_writer();
    // Another test of this process may have been first.
    drop(lines.try_init());
}
