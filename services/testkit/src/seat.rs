//! The place of a node in a federation: name, keys and addresses, known to the others before it starts.
#![expect(clippy::expect_used, reason = "support of tests: a failure is the finding")]

use std::net::{Ipv4Addr, SocketAddr};

use hanse_base::config::Secret;
use hanse_base::keys::{Keys, Purpose};
use hanse_document::NodeName;
use hanse_node::config::Peer;
use hanse_tlog::{Cosigner, KeyName, LogSigner};

use crate::port::Port;

/// One place. Whoever sits there, a node or an outlaw, has its keys.
#[derive(Debug)]
pub struct Seat {
    name: NodeName,
    seed: [u8; 32],
    http: Port,
    metrics: Port,
    p2p: Port,
}

impl Seat {
    /// A place for a node of this name, with keys and ports that no other test has.
    ///
    /// # Panics
    /// If the name is none.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let (http, metrics, p2p) = (Port::claim(), Port::claim(), Port::claim());
        // Nodes of other tests with the same name must not be taken for this one.
        let mut seed = [0x5a; 32];
        let unique = p2p.number().to_be_bytes().into_iter().chain(std::process::id().to_be_bytes());
        for (byte, letter) in seed.iter_mut().zip(unique.chain(name.bytes())) {
            *byte = letter;
        }
        Self { name: NodeName::parse(name).expect("a node name"), seed, http, metrics, p2p }
    }

    /// The node's name.
    #[must_use]
    pub const fn name(&self) -> &NodeName {
        &self.name
    }

    /// What all of its keys derive from.
    #[must_use]
    pub fn secret(&self) -> Secret {
        Secret::new(self.seed)
    }

    /// All of its keys.
    #[must_use]
    pub fn keys(&self) -> Keys {
        Keys::derive(&self.secret())
    }

    /// The signer of its log of a kind, `reputation` or `jobs`.
    ///
    /// # Panics
    /// If the kind is none.
    #[must_use]
    pub fn log(&self, kind: &str) -> LogSigner {
        let purpose = if kind == "jobs" { Purpose::LogJobs } else { Purpose::LogReputation };
        LogSigner::new(self.key_name(kind), *self.keys().seed(purpose))
    }

    /// Its cosigner.
    ///
    /// # Panics
    /// Never: the name of a node makes a key name.
    #[must_use]
    pub fn auditor(&self) -> Cosigner {
        Cosigner::new(self.key_name("auditor"), *self.keys().seed(Purpose::Auditor))
    }

    fn key_name(&self, kind: &str) -> KeyName {
        KeyName::parse(&format!("{}/{kind}", self.name)).expect("a key name")
    }

    /// Where its HTTP server listens.
    #[must_use]
    pub fn http(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.http.number()))
    }

    /// Where its operator sees metrics.
    #[must_use]
    pub fn metrics(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.metrics.number()))
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.http())
    }

    /// Where its transport listens, as a multiaddress.
    #[must_use]
    pub fn p2p(&self) -> String {
        format!("/ip4/127.0.0.1/tcp/{}", self.p2p.number())
    }

    /// What the others pin.
    #[must_use]
    pub fn card(&self) -> Peer {
        let keys = self.keys();
        Peer {
            name: self.name.to_string(),
            address: self.p2p(),
            peer_id: keys.peer_id(),
            vkeys: keys.vkeys(&self.name),
            url: Some(self.url()),
        }
    }
}
