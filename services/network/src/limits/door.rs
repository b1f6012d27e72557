//! Incoming connections before their handshake is over: anybody can open them, so they are counted by address, and addresses of
//! pinned peers have places of their own, which no stranger can take.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::task::{Context, Poll};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, ListenFailure, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};

/// Handshakes under way with addresses that nobody pinned, all together. Strangers get this far, so it bounds what they cost.
const STRANGERS_MAX: usize = 32;

/// Handshakes under way with one such address (an IPv4 address, an IPv6 network of 64 bits): a host needs one, and eight hosts must
/// agree to fill the places of strangers.
const STRANGERS_PER_ADDRESS: usize = 4;

/// Handshakes under way with one pinned address: both sides dial, and some nodes may share it.
const PINNED_PER_ADDRESS: usize = 8;

/// Addresses of the last answer for one pinned name that are pinned with it: hosts have a few. Its owner can have no more of them
/// counted as theirs.
const RESOLVED_MAX: usize = 16;

/// There is no place for one more handshake with this address.
#[derive(Debug)]
pub(crate) struct NoPlace;

impl fmt::Display for NoPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many handshakes are under way")
    }
}

impl std::error::Error for NoPlace {}

/// Whom an address belongs to, as far as it can be told: all of the 2⁶⁴ addresses of an IPv6 network are its holder's.
fn holder(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
        ip @ IpAddr::V4(_) => ip,
    }
}

fn ip(address: &Multiaddr) -> Option<IpAddr> {
    address.iter().find_map(|part| {
        if let Protocol::Ip4(ip) = part {
            return Some(IpAddr::V4(ip));
        }
        if let Protocol::Ip6(ip) = part {
            return Some(IpAddr::V6(ip));
        }
        None
    })
}

/// The places of handshakes.
#[derive(Debug)]
pub(crate) struct Door {
    /// What the operator wrote down.
    pinned: BTreeSet<IpAddr>,
    /// What the name of each pinned peer stood for when it was last asked for.
    resolved: BTreeMap<PeerId, BTreeSet<IpAddr>>,
    pending: BTreeMap<ConnectionId, Option<IpAddr>>,
}

impl Door {
    pub(crate) fn new(pinned: impl Iterator<Item = IpAddr>) -> Self {
        let pinned = pinned.map(|ip| ip.to_canonical()).collect();
        Self { pinned, resolved: BTreeMap::new(), pending: BTreeMap::new() }
    }

    /// The name of a pinned peer stands for these addresses now.
    pub(crate) fn resolved(&mut self, peer: PeerId, addresses: &[Multiaddr]) {
        let now = addresses.iter().filter_map(ip).map(|ip| ip.to_canonical());
        self.resolved.insert(peer, now.take(RESOLVED_MAX).collect());
    }

    fn is_pinned(&self, from: Option<IpAddr>) -> bool {
        let Some(ip) = from.map(|ip| ip.to_canonical()) else { return false };
        self.pinned.contains(&ip) || self.resolved.values().any(|of_peer| of_peer.contains(&ip))
    }

    /// Takes a place for a connection from an address.
    fn enter(&mut self, connection: ConnectionId, from: Option<IpAddr>) -> Result<(), NoPlace> {
        let same = |other: &&Option<IpAddr>| other.map(holder) == from.map(holder);
        let of_address = self.pending.values().filter(same).count();
        let room = if self.is_pinned(from) {
            let exactly = self.pending.values().filter(|other| **other == from).count();
            exactly < PINNED_PER_ADDRESS
        } else {
            let strangers = self.pending.values().filter(|other| !self.is_pinned(**other)).count();
            of_address < STRANGERS_PER_ADDRESS && strangers < STRANGERS_MAX
        };
        if !room {
            return Err(NoPlace);
        }
        self.pending.insert(connection, from);
        Ok(())
    }
}

impl NetworkBehaviour for Door {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.enter(connection, ip(remote)).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.pending.remove(&connection);
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) = event {
            self.pending.remove(&connection_id);
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use libp2p::swarm::ListenError;

    use super::*;

    fn at(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    /// How many of `asked` connections get in from these addresses, in turn.
    fn enters(door: &mut Door, from: impl Iterator<Item = String>) -> usize {
        from.enumerate()
            .filter(|(n, ip)| door.enter(ConnectionId::new_unchecked(n + 10_000), at(ip)).is_ok())
            .count()
    }

    #[test]
    fn one_stranger_has_few_places_and_all_together_leave_those_of_pinned_peers() {
        let mut door = Door::new(at("192.0.2.7").into_iter());
        assert_eq!(enters(&mut door, (0..50).map(|_| "198.51.100.1".to_owned())), STRANGERS_PER_ADDRESS);
        let mut door = Door::new(at("192.0.2.7").into_iter());
        assert_eq!(enters(&mut door, (0..200).map(|n| format!("198.51.100.{n}"))), STRANGERS_MAX);
        for n in 0..PINNED_PER_ADDRESS {
            assert!(door.enter(ConnectionId::new_unchecked(n), at("192.0.2.7")).is_ok(), "{n}");
        }
        assert!(door.enter(ConnectionId::new_unchecked(99), at("192.0.2.7")).is_err());
    }

    #[test]
    fn a_network_of_ipv6_is_one_stranger_and_a_mapped_address_is_ipv4() {
        let mut door = Door::new(at("192.0.2.7").into_iter());
        assert_eq!(enters(&mut door, (0..50).map(|n| format!("2001:db8::{n:x}"))), STRANGERS_PER_ADDRESS);
        assert!(door.is_pinned(at("::ffff:192.0.2.7")));
        assert!(!door.is_pinned(at("2001:db8::1")) && !door.is_pinned(None));
    }

    #[test]
    fn a_place_is_free_again_when_its_handshake_is_over() {
        let mut door = Door::new(std::iter::empty());
        let address: Multiaddr = "/ip4/198.51.100.1/tcp/9".parse().unwrap();
        for n in 0..50 {
            let connection = ConnectionId::new_unchecked(n);
            assert!(door.handle_pending_inbound_connection(connection, &address, &address).is_ok(), "{n}");
            if n.is_multiple_of(2) {
                let peer = PeerId::random();
                let ended = door.handle_established_inbound_connection(connection, peer, &address, &address);
                assert!(ended.is_ok());
            } else {
                door.on_swarm_event(FromSwarm::ListenFailure(ListenFailure {
                    local_addr: &address,
                    send_back_addr: &address,
                    error: &ListenError::Aborted,
                    connection_id: connection,
                    peer_id: None,
                }));
            }
        }
        assert_eq!(door.pending.len(), 0);
    }

    #[test]
    fn what_a_pinned_name_stands_for_is_pinned() {
        let mut door = Door::new(std::iter::empty());
        assert!(!door.is_pinned(at("192.0.2.9")));
        let peer = PeerId::random();
        door.resolved(peer, &["/ip4/192.0.2.9/tcp/4001".parse().unwrap()]);
        assert!(door.is_pinned(at("192.0.2.9")));
        let many = (0..50).map(|n| format!("/ip4/198.51.100.{n}/tcp/4001").parse().unwrap());
        door.resolved(peer, &many.collect::<Vec<_>>());
        assert!(!door.is_pinned(at("192.0.2.9")), "it stands for others now");
        assert_eq!((0..50).filter(|n| door.is_pinned(at(&format!("198.51.100.{n}")))).count(), RESOLVED_MAX);
    }
}
