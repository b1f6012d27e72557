//! A place in the federation that this program has the keys of.

use std::net::SocketAddr;

use hanse_base::config::Secret;
use hanse_base::keys::{Keys, Purpose};
use hanse_document::NodeName;
use hanse_tlog::{Cosigner, KeyName, LogSigner};
use serde_json::json;

use crate::Result;

/// Name, keys and address.
pub(super) struct Seat {
    pub(super) name: NodeName,
    pub(super) p2p: SocketAddr,
    keys: Keys,
}

impl Seat {
    /// A place whose keys derive from this byte.
    pub(super) fn new(name: &str, secret: u8, p2p: SocketAddr) -> Result<Self> {
        let keys = Keys::derive(&Secret::new([secret; 32]));
        Ok(Self { name: NodeName::parse(name)?, p2p, keys })
    }

    /// What peers pin, as TOML. Strings in JSON's form are strings in TOML, too.
    pub(super) fn card(&self) -> String {
        let (name, address, peer_id) =
            (json!(self.name.as_str()), json!(multiaddress(self.p2p)), json!(self.keys.peer_id()));
        let vkeys = json!(self.keys.vkeys(&self.name));
        format!("[[peers]]\nname = {name}\naddress = {address}\npeer_id = {peer_id}\nvkeys = {vkeys}\n")
    }

    /// The seed of its transport key.
    pub(super) fn transport(&self) -> [u8; 32] {
        *self.keys.seed(Purpose::Transport)
    }

    /// The signer of its log of a kind, `reputation` or `jobs`.
    pub(super) fn log(&self, kind: &str) -> Result<LogSigner> {
        let purpose = if kind == "jobs" { Purpose::LogJobs } else { Purpose::LogReputation };
        Ok(LogSigner::new(self.key_name(kind)?, *self.keys.seed(purpose)))
    }

    /// Its cosigner.
    pub(super) fn auditor(&self) -> Result<Cosigner> {
        Ok(Cosigner::new(self.key_name("auditor")?, *self.keys.seed(Purpose::Auditor)))
    }

    fn key_name(&self, kind: &str) -> Result<KeyName> {
        Ok(KeyName::parse(&format!("{}/{kind}", self.name))?)
    }
}

/// An address as libp2p writes it.
pub(super) fn multiaddress(address: SocketAddr) -> String {
    format!("/ip4/{}/tcp/{}", address.ip(), address.port())
}
