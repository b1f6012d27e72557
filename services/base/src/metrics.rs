//! What operators see of logs, deliveries and gossip. Names and labels come from the configuration, today's or an earlier one,
//! and from fixed words, so nobody outside can make new ones.

use hanse_network::{Topic, Verdict};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// A label and its value.
pub type By = [(&'static str, String); 1];
type Outcome = [(&'static str, &'static str); 1];

/// Handles to the metrics.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Leaves of a log as it is held here, by origin.
    pub log_size: Family<By, Gauge>,
    /// 1 while a log is halted, by origin.
    pub log_halted: Family<By, Gauge>,
    mirror_failing: Family<By, Gauge>,
    /// Leaves of a log whose document is missing or whose effect has still to come, by origin.
    pub leaves_wanted: Family<By, Gauge>,
    /// Seconds that this node's clock is ahead of the middle one of its peers'.
    pub clock_ahead: Gauge,
    /// Leaves of an own log that wait for their index, by origin.
    pub leaves_pending: Family<By, Gauge>,
    /// Documents that wait for a peer, by peer.
    pub deliveries_waiting: Family<By, Gauge>,
    deliveries_answered: Family<Outcome, Counter>,
    gossip_judged: Family<[(&'static str, &'static str); 2], Counter>,
    cosignatures: Counter,
    /// Letters that wait to be sent.
    pub letters_waiting: Gauge,
    letters: Family<Outcome, Counter>,
    /// Open streams of events in this process.
    pub event_streams: Gauge,
    leader: Gauge,
}

impl Metrics {
    /// Registers them.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("log_size", "Leaves of a log as it is held here", self.log_size.clone());
        registry.register("log_halted", "1 while a log is halted", self.log_halted.clone());
        registry.register(
            "mirror_failing",
            "1 while a mirrored log cannot be followed and is left alone",
            self.mirror_failing.clone(),
        );
        registry.register(
            "leaves_wanted",
            "Leaves of a log whose document is missing or whose effect has still to come",
            self.leaves_wanted.clone(),
        );
        registry.register(
            "clock_ahead_seconds",
            "How far this node's clock is ahead of the middle one of its peers'",
            self.clock_ahead.clone(),
        );
        registry.register(
            "leaves_pending",
            "Leaves of an own log that wait for their index",
            self.leaves_pending.clone(),
        );
        registry.register(
            "deliveries_waiting",
            "Documents that wait for a peer, one that is not pinned any more too",
            self.deliveries_waiting.clone(),
        );
        registry.register(
            "deliveries_answered",
            "Documents that peers delivered here, by outcome",
            self.deliveries_answered.clone(),
        );
        registry.register(
            "gossip_judged",
            "Gossiped messages judged, by topic and verdict",
            self.gossip_judged.clone(),
        );
        registry.register(
            "event_streams",
            "Open streams of events in this process",
            self.event_streams.clone(),
        );
        registry.register("leader", "1 while this process runs the workers", self.leader.clone());
        registry.register("letters_waiting", "Letters that wait to be sent", self.letters_waiting.clone());
        registry.register(
            "letters",
            "What became of letters that were tried, by outcome",
            self.letters.clone(),
        );
        registry.register("cosignatures", "Heads of other logs cosigned here", self.cosignatures.clone());
    }

    /// A gossiped message was judged.
    pub fn judged(&self, topic: Topic, verdict: Verdict) {
        let verdict = match verdict {
            Verdict::Accept => "accept",
            Verdict::Ignore => "ignore",
            Verdict::Reject => "reject",
        };
        self.gossip_judged.get_or_create(&[("topic", topic.name()), ("verdict", verdict)]).inc();
    }

    /// A peer delivered a document here, with this outcome.
    pub fn delivered(&self, outcome: &'static str) {
        self.deliveries_answered.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// A letter was tried, with this outcome.
    pub fn letter(&self, outcome: &'static str) {
        self.letters.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// This process leads, or does not any more.
    pub fn leads(&self, leads: bool) {
        self.leader.set(i64::from(leads));
    }

    /// A mirrored log cannot be followed, or can again.
    pub fn mirror_fails(&self, origin: &str, fails: bool) {
        self.mirror_failing.get_or_create(&[("origin", origin.to_owned())]).set(i64::from(fails));
    }

    /// A head of another log was cosigned here.
    pub fn cosigned(&self) {
        self.cosignatures.inc();
    }
}
