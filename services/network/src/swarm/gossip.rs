//! Gossip: mesh, message ids and peer scores.
//!
//! The values come from measurements on this version of libp2p. With its default scores a rejected message
//! costs nothing: time in the mesh earns 1,000 points a second. Here a peer earns at most 50, and rejected
//! messages cost 10 times the square of their number.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use libp2p::gossipsub::{
    Behaviour, ConfigBuilder, IdentTopic, MaxCountSubscriptionFilter, Message, MessageAuthenticity,
    MessageId, PeerScoreParams, PeerScoreThresholds, TopicHash, TopicScoreParams, ValidationMode,
    WhitelistSubscriptionFilter,
};
use sha2::{Digest, Sha256};

use crate::config::{Checked, NetworkError};
use crate::inbound::Topic;

/// Gossip with only our topics.
pub(crate) type Gossip =
    Behaviour<libp2p::gossipsub::IdentityTransform, MaxCountSubscriptionFilter<WhitelistSubscriptionFilter>>;

/// Mesh neighbours wanted, least and most, and how many of them we must have dialled ourselves. In a
/// federation of fewer than 7 nodes every node is a neighbour of every other that it is connected to.
const MESH: usize = 8;
const MESH_LOW: usize = 6;
const MESH_HIGH: usize = 12;
const MESH_OUTBOUND_MIN: usize = 3;

/// Peers outside the mesh that are told of recent messages.
const LAZY: usize = 6;

/// Pause between two rounds of mesh upkeep.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// Heartbeats that a message is kept while it waits for its verdict: 12 seconds. At the default of 5, verdicts
/// after 5 seconds found the message gone, and it was never passed on.
const HISTORY: usize = 12;

/// Heartbeats that a message is offered to peers outside the mesh.
const HISTORY_GOSSIPED: usize = 3;

/// How long a message id is remembered. Longer than any path through the federation takes.
const DUPLICATES: Duration = Duration::from_secs(600);

/// Most subscriptions read from one frame. More than our topics: a later version may have topics that this one
/// does not know, and those are filtered out one by one.
const SUBSCRIPTIONS_PER_FRAME: usize = 256;

/// Longest frame of gossip: some messages and control data together.
const TRANSMIT_MAX: usize = 64 * 1024;

/// Most messages read from one frame.
const MESSAGES_PER_FRAME: usize = 500;

/// Longest control message.
const CONTROL_MAX: usize = 16 * 1024;

/// Messages waiting to be sent to one peer.
const QUEUE: usize = 1_000;

/// How long a message of our own, and one to be passed on, waits for a slow peer.
const PUBLISH_WAIT: Duration = Duration::from_secs(5);
const FORWARD_WAIT: Duration = Duration::from_secs(1);

/// Size from which peers are told not to send a message that we have.
const IDONTWANT_BYTES: usize = 1_000;

/// Below this number of nodes a node sends what it publishes to every peer, not only to the mesh: it costs
/// little, and no single neighbour can hold a message back.
const FLOOD_BELOW: usize = 20;

/// Application score of a pinned peer. Its operator was chosen, so it starts well, and no single rejected
/// message brings it below zero.
pub(crate) const PINNED_SCORE: f64 = 20.0;

/// Topic names of one federation.
#[derive(Debug, Clone)]
pub(crate) struct Topics([(Topic, IdentTopic); 2]);

impl Topics {
    pub(crate) fn new(net: &str) -> Self {
        Self(Topic::ALL.map(|topic| (topic, IdentTopic::new(format!("/{net}/1/{}", topic.name())))))
    }

    pub(crate) fn hash(&self, topic: Topic) -> Option<TopicHash> {
        self.0.iter().find(|(known, _)| *known == topic).map(|(_, name)| name.hash())
    }

    pub(crate) fn topic(&self, hash: &TopicHash) -> Option<Topic> {
        self.0.iter().find(|(_, name)| name.hash() == *hash).map(|(topic, _)| *topic)
    }
}

/// Gossip with both topics subscribed and scores on.
pub(crate) fn behaviour(checked: &Checked, topics: &Topics) -> Result<Gossip, NetworkError> {
    let failed = |error: &dyn std::fmt::Display| NetworkError::Transport(error.to_string());
    let hashes: HashSet<TopicHash> = topics.0.iter().map(|(_, name)| name.hash()).collect();
    let filter = MaxCountSubscriptionFilter {
        max_subscribed_topics: hashes.len(),
        max_subscriptions_per_request: SUBSCRIPTIONS_PER_FRAME,
        filter: WhitelistSubscriptionFilter(hashes),
    };
    let nodes = checked.peers.len() + 1;
    let config = config(nodes).build().map_err(|error| failed(&error))?;
    let mut gossip = Behaviour::new_with_subscription_filter(MessageAuthenticity::Anonymous, config, filter)
        .map_err(|error| failed(&error))?;
    gossip.with_peer_score(scores(checked.pinned_ips()), THRESHOLDS).map_err(|error| failed(&error))?;
    for (_, name) in &topics.0 {
        gossip.set_topic_params(name.clone(), topic_scores()).map_err(|error| failed(&error))?;
        gossip.subscribe(name).map_err(|error| failed(&error))?;
    }
    Ok(gossip)
}

fn config(nodes: usize) -> ConfigBuilder {
    let mut config = ConfigBuilder::default();
    config
        .mesh_n(MESH)
        .mesh_n_low(MESH_LOW)
        .mesh_n_high(MESH_HIGH)
        .mesh_outbound_min(MESH_OUTBOUND_MIN)
        .gossip_lazy(LAZY)
        .heartbeat_interval(HEARTBEAT)
        .heartbeat_initial_delay(HEARTBEAT)
        .history_length(HISTORY)
        .history_gossip(HISTORY_GOSSIPED)
        .duplicate_cache_time(DUPLICATES)
        .max_transmit_size(TRANSMIT_MAX)
        .max_publish_messages(MESSAGES_PER_FRAME)
        .max_control_message_size(CONTROL_MAX)
        .connection_handler_queue_len(QUEUE)
        .publish_queue_duration(PUBLISH_WAIT)
        .forward_queue_duration(FORWARD_WAIT)
        .idontwant_message_size_threshold(IDONTWANT_BYTES)
        .flood_publish(nodes < FLOOD_BELOW)
        // Messages carry neither author nor signature of libp2p (`StrictNoSign`): the document inside is
        // signed, and a second signature would tell where it was published.
        .validation_mode(ValidationMode::Anonymous)
        .validate_messages()
        .message_id_fn(message_id);
    config
}

/// The first 20 bytes of SHA-256(length of the topic name, 8 bytes big-endian ‖ topic name ‖ data). Two
/// different messages of one id could hide one another, so the hash must resist collisions.
fn message_id(message: &Message) -> MessageId {
    const BYTES: usize = 20;
    let topic = message.topic.as_str().as_bytes();
    let length = u64::try_from(topic.len()).unwrap_or(u64::MAX);
    let digest =
        Sha256::new().chain_update(length.to_be_bytes()).chain_update(topic).chain_update(&message.data);
    MessageId::new(digest.finalize().get(..BYTES).unwrap_or_default())
}

/// Below `gossip` a peer is told of no messages, below `publish` it gets none of ours, below `graylist` it is
/// not listened to: about 3, 4 and 5 rejected messages from a peer in good standing. Scores never end a
/// connection to a pinned peer: that is its operators' decision. Peer exchange stays off.
const THRESHOLDS: PeerScoreThresholds = PeerScoreThresholds {
    gossip_threshold: -50.0,
    publish_threshold: -100.0,
    graylist_threshold: -200.0,
    accept_px_threshold: 1e6,
    opportunistic_graft_threshold: 1.0,
};

fn scores(pinned: impl Iterator<Item = IpAddr>) -> PeerScoreParams {
    // Several nodes on one host (a demo) or behind one address that an operator wrote down are no attack.
    let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    PeerScoreParams {
        topic_score_cap: 50.0,
        app_specific_weight: 1.0,
        ip_colocation_factor_threshold: 8.0,
        ip_colocation_factor_weight: -10.0,
        ip_colocation_factor_whitelist: loopback.into_iter().chain(pinned).collect(),
        behaviour_penalty_threshold: 6.0,
        behaviour_penalty_weight: -10.0,
        behaviour_penalty_decay: half_life(Duration::from_secs(10 * 60)),
        slow_peer_weight: -2.0,
        decay_interval: DECAY,
        decay_to_zero: 0.01,
        // As long as two half-lives of a rejection: reconnecting does not wash a score clean.
        retain_score: Duration::from_secs(60 * 60),
        ..PeerScoreParams::default()
    }
}

/// P1 time in the mesh, P2 first deliveries, P4 rejected messages. P3, deliveries expected of a neighbour, is
/// off: topics here have no known rate, and it punishes a quiet federation.
fn topic_scores() -> TopicScoreParams {
    TopicScoreParams {
        topic_weight: 1.0,
        time_in_mesh_weight: 0.01,
        time_in_mesh_quantum: Duration::from_secs(1),
        time_in_mesh_cap: 300.0,
        first_message_deliveries_weight: 0.5,
        first_message_deliveries_decay: half_life(Duration::from_secs(10 * 60)),
        first_message_deliveries_cap: 50.0,
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        invalid_message_deliveries_weight: -10.0,
        invalid_message_deliveries_decay: half_life(Duration::from_secs(30 * 60)),
        ..TopicScoreParams::default()
    }
}

/// How often counters decay.
const DECAY: Duration = Duration::from_secs(1);

/// Factor for each decay that halves a counter in this time.
fn half_life(time: Duration) -> f64 {
    0.5_f64.powf(DECAY.as_secs_f64() / time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(topic: &str, data: &[u8]) -> Message {
        Message {
            source: None,
            data: data.to_vec(),
            sequence_number: None,
            topic: TopicHash::from_raw(topic),
        }
    }

    #[test]
    fn the_message_id_separates_topic_and_data() {
        let id = message_id(&message("/n/1/jobs", b"posting"));
        assert_eq!(id.0.len(), 20);
        assert_eq!(id, message_id(&message("/n/1/jobs", b"posting")));
        assert_ne!(id, message_id(&message("/n/1/heads", b"posting")));
        assert_ne!(message_id(&message("ab", b"c")), message_id(&message("a", b"bc")));
    }

    #[test]
    fn the_message_id_is_the_documented_hash() {
        // printf '\0\0\0\0\0\0\0\011/n/1/jobsposting' | sha256sum | cut -c1-40
        let id = message_id(&message("/n/1/jobs", b"posting"));
        assert_eq!(id.to_string(), "8eee53cb77009768c8270cad6648b720f783666f");
    }

    #[test]
    fn the_parameters_are_valid() {
        assert_eq!(scores(std::iter::empty()).validate(), Ok(()));
        assert_eq!(topic_scores().validate(), Ok(()));
        assert_eq!(THRESHOLDS.validate(), Ok(()));
        assert!(config(3).build().is_ok_and(|config| config.flood_publish() && config.validate_messages()));
        assert!(config(20).build().is_ok_and(|config| !config.flood_publish()));
    }

    #[test]
    fn half_lives_halve() {
        assert!((half_life(Duration::from_secs(600)).powi(600) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn topics_are_of_one_federation() {
        let topics = Topics::new("hanse");
        for topic in Topic::ALL {
            let hash = topics.hash(topic).unwrap();
            assert_eq!(topics.topic(&hash), Some(topic));
            assert_eq!(Topics::new("other").topic(&hash), None);
        }
    }
}
