//! What the loop counts. Every label has few values; peer names come from the configuration alone.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::inbound::Topic;
use crate::wire::method::Method;

type Labels<const N: usize> = [(&'static str, &'static str); N];

/// Upper bounds of the loop's lag, in seconds: from healthy to stuck.
const LAG_BUCKETS: [f64; 6] = [0.005, 0.02, 0.1, 0.5, 2.0, 10.0];

/// Handles to the metrics; cheap to clone. A process has one set, however often it begins to lead.
#[derive(Debug, Clone)]
pub struct Metrics {
    connected: Family<[(&'static str, String); 1], Gauge>,
    score: Family<[(&'static str, String); 1], Gauge<f64, AtomicU64>>,
    connections: Family<Labels<2>, Counter>,
    gossip: Family<Labels<2>, Counter>,
    published: Family<Labels<2>, Counter>,
    requests: Family<Labels<3>, Counter>,
    malformed: Family<Labels<1>, Counter>,
    slow: Counter,
    queued: Gauge,
    lag: Histogram,
}

impl Metrics {
    /// Registers them below the prefix `network`.
    #[must_use]
    pub fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            connected: Family::default(),
            score: Family::default(),
            connections: Family::default(),
            gossip: Family::default(),
            published: Family::default(),
            requests: Family::default(),
            malformed: Family::default(),
            slow: Counter::default(),
            queued: Gauge::default(),
            lag: Histogram::new(LAG_BUCKETS),
        };
        let registry = registry.sub_registry_with_prefix("network");
        registry.register("peer_connected", "1 while a pinned peer is connected", metrics.connected.clone());
        registry.register("peer_score", "Gossip score of a pinned peer", metrics.score.clone());
        registry.register(
            "connections",
            "Connection attempts, by direction and outcome",
            metrics.connections.clone(),
        );
        registry.register("gossip", "Gossiped messages received, by outcome", metrics.gossip.clone());
        registry.register("published", "Messages published, by outcome", metrics.published.clone());
        registry.register("requests", "Requests, by direction and outcome", metrics.requests.clone());
        registry.register("malformed", "Messages that could not be read", metrics.malformed.clone());
        registry.register("slow_peers", "Times that a peer was too slow for its queue", metrics.slow.clone());
        registry.register("inbound_queued", "Messages waiting for the engine", metrics.queued.clone());
        registry.register("loop_lag_seconds", "How late the loop's timer fires", metrics.lag.clone());
        metrics
    }

    pub(crate) fn peer(&self, name: &str, connected: bool, score: f64) {
        let label = [("peer", name.to_owned())];
        self.connected.get_or_create(&label).set(i64::from(connected));
        self.score.get_or_create(&label).set(score);
    }

    /// What is true of a process whose network has ended: nobody is connected to it and nothing waits.
    pub fn ended(&self, peers: impl Iterator<Item = String>) {
        for name in peers {
            self.peer(&name, false, 0.0);
        }
        self.queued.set(0);
    }

    pub(crate) fn connection(&self, direction: &'static str, outcome: &'static str) {
        self.connections.get_or_create(&[("direction", direction), ("outcome", outcome)]).inc();
    }

    pub(crate) fn gossip(&self, topic: Topic, outcome: &'static str) {
        self.gossip.get_or_create(&[("topic", topic.name()), ("outcome", outcome)]).inc();
    }

    pub(crate) fn published(&self, topic: Topic, outcome: &'static str) {
        self.published.get_or_create(&[("topic", topic.name()), ("outcome", outcome)]).inc();
    }

    pub(crate) fn request(&self, direction: &'static str, method: Method, outcome: &'static str) {
        let labels = [("direction", direction), ("protocol", method.name()), ("outcome", outcome)];
        self.requests.get_or_create(&labels).inc();
    }

    /// The counter that a codec increments itself.
    pub(crate) fn malformed(&self, method: Method) -> Counter {
        self.malformed.get_or_create_owned(&[("protocol", method.name())])
    }

    pub(crate) fn slow_peer(&self) {
        self.slow.inc();
    }

    pub(crate) fn tick(&self, queued: usize, lag: f64) {
        self.queued.set(i64::try_from(queued).unwrap_or(i64::MAX));
        self.lag.observe(lag);
    }
}
