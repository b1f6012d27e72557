//! What the swarm reports.

use libp2p::allow_block_list::NotAllowed;
use libp2p::connection_limits::Exceeded;
use libp2p::gossipsub::{self, MessageAcceptance, MessageId};
use libp2p::swarm::{ConnectionDenied, ConnectionId, DialError, ListenError, SwarmEvent};
use libp2p::{Multiaddr, PeerId, identify, ping};

use super::Loop;
use crate::inbound::{Inbound, Judge, Topic};
use crate::limits::door::NoPlace;
use crate::swarm::BehaviourEvent;
use crate::swarm::gossip::PINNED_SCORE;
use crate::wire::message::GOSSIP_BYTES_MAX;
use crate::wire::method::Method;

/// In metrics: a peer whose key nobody has pinned here.
const NOT_PINNED: &str = "not_pinned";

impl Loop {
    pub(crate) fn on_swarm(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.on_behaviour(event),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                self.on_opened(peer_id, connection_id, if endpoint.is_dialer() { "out" } else { "in" });
            }
            SwarmEvent::ConnectionClosed { peer_id, cause, .. } => {
                tracing::debug!(%peer_id, ?cause, "connection closed");
                self.on_closed(&peer_id);
            }
            SwarmEvent::OutgoingConnectionError { connection_id, peer_id, error } => {
                self.on_dial_failed(connection_id, peer_id, &error);
            }
            SwarmEvent::IncomingConnectionError { send_back_addr, peer_id, error, .. } => {
                self.on_refused(&send_back_addr, peer_id, &error);
            }
            SwarmEvent::ListenerClosed { addresses, reason, .. } => {
                tracing::error!(?addresses, ?reason, "no longer listening");
            }
            SwarmEvent::ListenerError { error, .. } => {
                tracing::warn!(%error, "a libp2p listener reports an error");
            }
            SwarmEvent::NewListenAddr { .. }
            | SwarmEvent::IncomingConnection { .. }
            | SwarmEvent::ExpiredListenAddr { .. }
            | SwarmEvent::Dialing { .. }
            | SwarmEvent::NewExternalAddrCandidate { .. }
            | SwarmEvent::ExternalAddrConfirmed { .. }
            | SwarmEvent::ExternalAddrExpired { .. }
            | SwarmEvent::NewExternalAddrOfPeer { .. }
            | _ => {}
        }
    }

    fn on_behaviour(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Ping(event) => self.on_ping(&event),
            BehaviourEvent::Identify(event) => self.on_identify(&event),
            BehaviourEvent::Gossip(event) => self.on_gossip(event),
            BehaviourEvent::Heads(event) => self.on_request_event(Method::Heads, event),
            BehaviourEvent::Range(event) => self.on_request_event(Method::Range, event),
            BehaviourEvent::Deliver(event) => self.on_request_event(Method::Deliver, event),
            BehaviourEvent::Matches(event) => self.on_request_event(Method::Match, event),
            BehaviourEvent::Talk(event) => self.on_request_event(Method::Talk, event),
            BehaviourEvent::Allowed(never) | BehaviourEvent::Limits(never) | BehaviourEvent::Door(never) => {
                match never {}
            }
        }
    }

    fn on_opened(&mut self, peer: PeerId, connection: ConnectionId, direction: &'static str) {
        let now = self.now();
        self.metrics.connection(direction, "opened");
        let Some(known) = self.peers.get_mut(&peer) else { return };
        let ours = known.dial == Some(connection);
        if ours {
            known.dial = None;
        }
        if known.link.opened(ours, now) {
            let peer_name = &known.pinned.name;
            match known.changes.tell(now) {
                Some(left_out) => tracing::info!(peer = peer_name, direction, left_out, "connected"),
                None => tracing::debug!(peer = peer_name, direction, "connected"),
            }
            known.announce = true;
            self.swarm.behaviour_mut().gossip.set_application_score(&peer, PINNED_SCORE);
            self.announce();
        }
    }

    fn on_closed(&mut self, peer: &PeerId) {
        let now = self.now();
        let Some(known) = self.peers.get_mut(peer) else { return };
        if known.link.closed(now) {
            let peer_name = &known.pinned.name;
            match known.changes.tell(now) {
                Some(left_out) => tracing::info!(peer = peer_name, left_out, "disconnected"),
                None => tracing::debug!(peer = peer_name, "disconnected"),
            }
            known.announce = false;
            self.dial();
        }
    }

    /// Somebody was not let in. Whoever is not pinned may be a peer that the operator has forgotten, or anybody.
    fn on_refused(&mut self, address: &Multiaddr, peer: Option<PeerId>, error: &ListenError) {
        let word = incoming_word(error);
        self.metrics.connection("in", word);
        let line = if word == NOT_PINNED { self.refusals.tell(self.now()) } else { None };
        let peer = peer.map(|peer| peer.to_string());
        match line {
            Some(left_out) => tracing::info!(%address, peer, left_out, "refused a peer that is not pinned"),
            None => tracing::debug!(%address, peer, %error, "incoming connection refused"),
        }
    }

    fn on_dial_failed(&mut self, connection: ConnectionId, peer: Option<PeerId>, error: &DialError) {
        let now = self.now();
        let Some(known) = peer.and_then(|peer| self.peers.get_mut(&peer)) else { return };
        // Another part of the swarm may have tried too; only our own dial counts.
        if known.dial != Some(connection) {
            return;
        }
        known.dial = None;
        known.link.failed(now);
        if let DialError::WrongPeerId { obtained, address } = error {
            tracing::warn!(peer = known.pinned.name, %obtained, %address, "another key answers than the pinned one");
        } else {
            tracing::debug!(peer = known.pinned.name, %error, "cannot connect");
        }
        self.metrics.connection("out", dial_word(error));
    }

    /// A connection that does not answer a ping is dead; the redial is immediate.
    fn on_ping(&mut self, event: &ping::Event) {
        if let Err(failure @ (ping::Failure::Timeout | ping::Failure::Other { .. })) = &event.result {
            tracing::debug!(peer = %event.peer, %failure, "ping failed, closing the connection");
            self.swarm.close_connection(event.connection);
        }
    }

    fn on_identify(&self, event: &identify::Event) {
        if let identify::Event::Received { peer_id, info, .. } = event
            && info.protocol_version != self.version
        {
            tracing::warn!(%peer_id, theirs = info.protocol_version, ours = self.version, "the peer belongs to another federation");
        }
    }

    fn on_gossip(&mut self, event: gossipsub::Event) {
        match event {
            gossipsub::Event::Message { propagation_source, message_id, message } => {
                self.on_message(propagation_source, &message_id, message);
            }
            gossipsub::Event::SlowPeer { peer_id, failed_messages } => {
                tracing::debug!(%peer_id, ?failed_messages, "slow peer");
                self.metrics.slow_peer();
            }
            gossipsub::Event::GossipsubNotSupported { peer_id } => {
                tracing::warn!(%peer_id, "the peer does not speak gossip");
            }
            gossipsub::Event::Subscribed { .. } | gossipsub::Event::Unsubscribed { .. } => {}
        }
    }

    fn on_message(&mut self, source: PeerId, id: &MessageId, message: gossipsub::Message) {
        let Some(topic) = self.topics.topic(&message.topic) else { return };
        if let Err((word, acceptance)) = self.queue(source, id, topic, message.data) {
            self.metrics.gossip(topic, word);
            let gossip = &mut self.swarm.behaviour_mut().gossip;
            gossip.report_message_validation_result(id, &source, acceptance);
        }
    }

    /// Hands a message to the engine, or says why not and what becomes of it.
    fn queue(
        &mut self,
        source: PeerId,
        id: &MessageId,
        topic: Topic,
        bytes: Vec<u8>,
    ) -> Result<(), (&'static str, MessageAcceptance)> {
        let now = self.now();
        // Every node checks this before it passes a message on, so the sender is answerable for it.
        if bytes.len() > GOSSIP_BYTES_MAX {
            return Err(("too_large", MessageAcceptance::Reject));
        }
        let ignore = |word| move |()| (word, MessageAcceptance::Ignore);
        let known =
            self.peers.get_mut(&source).filter(|_| !self.stopping).ok_or(()).map_err(ignore("unknown"))?;
        let place = self.queues.inbound.try_reserve().map_err(|_| ()).map_err(ignore("queue_full"))?;
        let back =
            self.queues.verdicts.clone().try_reserve_owned().map_err(|_| ()).map_err(ignore("queue_full"))?;
        known.quotas.gossip(now).map_err(|_| ()).map_err(ignore("limited"))?;
        let judge = Judge::new(back, id.clone(), source, topic);
        place.send(Inbound::Gossip { from: known.pinned.name.clone(), topic, bytes, judge });
        Ok(())
    }
}

fn denied_word(cause: &ConnectionDenied) -> &'static str {
    if cause.downcast_ref::<NotAllowed>().is_some() {
        NOT_PINNED
    } else if cause.downcast_ref::<Exceeded>().is_some() || cause.downcast_ref::<NoPlace>().is_some() {
        "over_limit"
    } else {
        "denied"
    }
}

fn incoming_word(error: &ListenError) -> &'static str {
    match error {
        ListenError::Denied { cause } => denied_word(cause),
        ListenError::WrongPeerId { .. } | ListenError::LocalPeerId { .. } => "wrong_key",
        ListenError::Transport(_) | ListenError::Aborted => "failed",
    }
}

fn dial_word(error: &DialError) -> &'static str {
    match error {
        DialError::Denied { cause } => denied_word(cause),
        DialError::WrongPeerId { .. } | DialError::LocalPeerId { .. } => "wrong_key",
        DialError::DialPeerConditionFalse(_) => "superfluous",
        DialError::NoAddresses | DialError::Aborted | DialError::Transport(_) => "failed",
    }
}
