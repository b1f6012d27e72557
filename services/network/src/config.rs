//! The configuration of a node's own transport and of its peers, checked before anything starts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};

/// Longest federation name, in bytes: it stands in every topic and protocol id.
pub const NET_BYTES_MAX: usize = 32;

/// Most pinned peers. Above this a full list of operators is no longer how a federation is run.
pub const PEERS_MAX: usize = 100;

/// The transport of one node.
pub struct Config {
    /// Name of the federation, `[a-z0-9-]{1,32}`: part of topics and protocol ids, so that two federations
    /// never mix.
    pub net: String,
    /// Ed25519 seed of the transport key. Not the key of a log.
    pub seed: [u8; 32],
    /// Multiaddresses to listen on, for example `/ip4/0.0.0.0/tcp/4001`. Port 0 lets the system choose.
    pub listen: Vec<String>,
    /// The only nodes this one talks to; at most [`PEERS_MAX`].
    pub peers: Vec<Peer>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("net", &self.net)
            .field("listen", &self.listen)
            .field("peers", &self.peers)
            .finish_non_exhaustive()
    }
}

/// A pinned peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The node's name.
    pub name: String,
    /// Its transport identity, as [`peer_id`] prints it.
    pub peer_id: String,
    /// Where it listens, for example `/ip4/192.0.2.7/tcp/4001` or `/dns/node.example/tcp/4001`, with or
    /// without a final `/p2p/<peer id>`.
    pub address: String,
}

/// Why the network did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The federation name is not of the form `[a-z0-9-]{1,32}`.
    #[error("the federation name {0:?} must be 1 to {NET_BYTES_MAX} of a-z, 0-9 and -")]
    Net(String),
    /// There are more than [`PEERS_MAX`] peers.
    #[error("{0} peers are more than the {PEERS_MAX} that a node can pin")]
    TooManyPeers(usize),
    /// A multiaddress cannot be read.
    #[error("{address:?} is not a multiaddress")]
    Address {
        /// What was given.
        address: String,
        /// What is wrong with it.
        #[source]
        source: libp2p::multiaddr::Error,
    },
    /// An address is not TCP on an IP address or a host name.
    #[error("{0:?} is not of the form /ip4|ip6|dns|dns4|dns6/<host>/tcp/<port>")]
    NotTcp(String),
    /// A peer id cannot be read.
    #[error("the peer id {peer_id:?} of {name} is not one")]
    PeerId {
        /// The peer's name.
        name: String,
        /// What was given.
        peer_id: String,
    },
    /// The peer id in a peer's address is not the one pinned for it.
    #[error("the address of {0} ends with another peer id than the one pinned for it")]
    PeerIdDiffers(String),
    /// A name or a peer id is listed twice.
    #[error("{0} is listed twice, by name or by peer id")]
    Twice(String),
    /// A peer has this node's own key.
    #[error("{0} is pinned with this node's own transport key")]
    Own(String),
    /// The transport could not be set up.
    #[error("the transport could not be set up: {0}")]
    Transport(String),
    /// An address could not be listened on.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        reason: String,
    },
}

/// The transport identity that belongs to a seed.
#[must_use]
pub fn peer_id(seed: &[u8; 32]) -> String {
    PeerId::from(keypair(seed).public()).to_string()
}

/// The transport key of a seed.
pub(crate) fn keypair(seed: &[u8; 32]) -> Keypair {
    let mut seed = *seed;
    // Any 32 bytes are a seed, so the error cannot occur; a fresh key keeps this total without a panic and
    // would be refused by every peer.
    Keypair::ed25519_from_bytes(&mut seed).unwrap_or_else(|_| Keypair::generate_ed25519())
}

/// A peer after the checks.
#[derive(Debug, Clone)]
pub(crate) struct Pinned {
    pub(crate) name: String,
    pub(crate) id: PeerId,
    /// Without `/p2p`.
    pub(crate) address: Multiaddr,
}

/// A configuration after the checks.
pub(crate) struct Checked {
    pub(crate) net: String,
    pub(crate) key: Keypair,
    pub(crate) listen: Vec<Multiaddr>,
    pub(crate) peers: BTreeMap<PeerId, Pinned>,
}

impl Checked {
    pub(crate) fn new(config: &Config) -> Result<Self, NetworkError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=NET_BYTES_MAX).contains(&config.net.len()) || !config.net.bytes().all(allowed) {
            return Err(NetworkError::Net(config.net.clone()));
        }
        if config.peers.len() > PEERS_MAX {
            return Err(NetworkError::TooManyPeers(config.peers.len()));
        }
        let key = keypair(&config.seed);
        let listen = config.listen.iter().map(|text| address(text)).collect::<Result<_, _>>()?;
        let own = PeerId::from(key.public());
        let mut peers = BTreeMap::new();
        let mut names = BTreeSet::new();
        for peer in &config.peers {
            let pinned = pin(peer)?;
            if pinned.id == own {
                return Err(NetworkError::Own(peer.name.clone()));
            }
            if !names.insert(peer.name.as_str()) || peers.insert(pinned.id, pinned).is_some() {
                return Err(NetworkError::Twice(peer.name.clone()));
            }
        }
        Ok(Self { net: config.net.clone(), key, listen, peers })
    }

    /// The IP addresses that the operator wrote down: several pinned nodes behind one of them are no sign of
    /// an attack.
    pub(crate) fn pinned_ips(&self) -> impl Iterator<Item = IpAddr> {
        self.peers.values().flat_map(|peer| peer.address.iter()).filter_map(|part| ip(&part))
    }
}

fn pin(peer: &Peer) -> Result<Pinned, NetworkError> {
    let id: PeerId = peer
        .peer_id
        .parse()
        .map_err(|_| NetworkError::PeerId { name: peer.name.clone(), peer_id: peer.peer_id.clone() })?;
    let mut parsed: Multiaddr = peer
        .address
        .parse()
        .map_err(|source| NetworkError::Address { address: peer.address.clone(), source })?;
    if let Some(Protocol::P2p(named)) = parsed.iter().last() {
        if named != id {
            return Err(NetworkError::PeerIdDiffers(peer.name.clone()));
        }
        parsed.pop();
    }
    Ok(Pinned { name: peer.name.clone(), id, address: tcp(parsed, &peer.address)? })
}

fn address(text: &str) -> Result<Multiaddr, NetworkError> {
    let parsed = text.parse().map_err(|source| NetworkError::Address { address: text.to_owned(), source })?;
    tcp(parsed, text)
}

/// Only TCP on an IP address or a host name is spoken.
fn tcp(address: Multiaddr, text: &str) -> Result<Multiaddr, NetworkError> {
    let mut parts = address.iter();
    let host = parts.next().is_some_and(|part| ip(&part).is_some() || name(&part).is_some());
    let port = matches!(parts.next(), Some(Protocol::Tcp(_)));
    if host && port && parts.next().is_none() {
        return Ok(address);
    }
    Err(NetworkError::NotTcp(text.to_owned()))
}

fn ip(part: &Protocol<'_>) -> Option<IpAddr> {
    if let Protocol::Ip4(ip) = part {
        return Some(IpAddr::V4(*ip));
    }
    if let Protocol::Ip6(ip) = part {
        return Some(IpAddr::V6(*ip));
    }
    None
}

/// The host name of an address part that needs the resolver.
pub(crate) fn name<'a>(part: &'a Protocol<'_>) -> Option<&'a str> {
    if let Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name) = part {
        return Some(name);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(name: &str, key: u8, address: &str) -> Peer {
        Peer { name: name.to_owned(), peer_id: peer_id(&[key; 32]), address: address.to_owned() }
    }

    fn config(peers: Vec<Peer>) -> Config {
        Config {
            net: "hanse".to_owned(),
            seed: [1; 32],
            listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
            peers,
        }
    }

    fn refused(config: &Config) -> NetworkError {
        Checked::new(config).err().expect("refused")
    }

    #[test]
    fn the_peer_id_is_that_of_the_ed25519_key() {
        // The public key of seed 0x01 × 32 is 8a88e3dd…f50f6c5c; the id is base58 of 00 24 08 01 12 20 and it.
        assert_eq!(peer_id(&[1; 32]), "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5");
    }

    #[test]
    fn addresses_are_tcp_with_or_without_the_peer_id() {
        let with_id = format!("/dns/b.example/tcp/4001/p2p/{}", peer_id(&[2; 32]));
        for address in ["/ip4/192.0.2.7/tcp/1", "/ip6/::1/tcp/1", "/dns4/b.example/tcp/1", &with_id] {
            let checked = Checked::new(&config(vec![peer("b", 2, address)])).unwrap();
            assert!(!checked.peers.values().next().unwrap().address.to_string().contains("p2p"));
        }
        for address in ["/ip4/192.0.2.7/udp/1/quic-v1", "/ip4/192.0.2.7", "/ip4/192.0.2.7/tcp/1/ws", "/tcp/1"]
        {
            let refused = refused(&config(vec![peer("b", 2, address)]));
            assert!(matches!(refused, NetworkError::NotTcp(_)), "{address}: {refused}");
        }
        assert!(matches!(refused(&config(vec![peer("b", 2, "b.example:1")])), NetworkError::Address { .. }));
        assert!(matches!(refused(&config(vec![peer("b", 3, &with_id)])), NetworkError::PeerIdDiffers(_)));
    }

    #[test]
    fn peers_are_distinct_and_not_oneself() {
        let at = "/ip4/192.0.2.7/tcp/1";
        assert!(matches!(refused(&config(vec![peer("b", 1, at)])), NetworkError::Own(_)));
        assert!(matches!(refused(&config(vec![peer("b", 2, at), peer("b", 3, at)])), NetworkError::Twice(_)));
        assert!(matches!(refused(&config(vec![peer("b", 2, at), peer("c", 2, at)])), NetworkError::Twice(_)));
        let many = config(vec![peer("b", 2, at); PEERS_MAX + 1]);
        assert!(matches!(refused(&many), NetworkError::TooManyPeers(_)));
        let mut wrong = peer("b", 2, at);
        wrong.peer_id.pop();
        assert!(matches!(refused(&config(vec![wrong])), NetworkError::PeerId { .. }));
    }

    #[test]
    fn the_federation_name_is_bounded() {
        for net in ["", "Hanse", "a/b", "a b", &"x".repeat(NET_BYTES_MAX + 1)] {
            let config = Config { net: net.to_owned(), ..config(vec![]) };
            assert!(matches!(refused(&config), NetworkError::Net(_)), "{net}");
        }
    }

    #[test]
    fn the_seed_is_not_printed() {
        assert!(!format!("{:?}", config(vec![])).contains("seed"));
    }
}
