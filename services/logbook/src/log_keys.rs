//! The keys of every log and auditor that a node knows: its own two logs, and both logs of every pinned peer.

use std::collections::BTreeMap;
use std::fmt;

use hanse_base::config::{Config, Peer};
use hanse_base::error::EngineError;
use hanse_base::keys::{Keys, Purpose};
use hanse_base::names::{LogKind, auditor};
use hanse_document::{NodeName, Timestamp};
use hanse_store::log::{self, LogRow};
use hanse_store::{Store, Tx};
use hanse_tlog::{Cosigner, KeyKind, KeyName, LogSigner, NoteError, VerifierKey};

use crate::memory::LogMemory;
use crate::{LogError, check_edge, sequence};

/// A log that this node signs.
#[derive(Debug)]
pub struct OwnLog {
    /// Which one.
    pub kind: LogKind,
    /// Its origin.
    pub origin: String,
    /// Its key.
    pub signer: LogSigner,
    /// What this process remembers of its heads.
    pub memory: LogMemory,
}

/// A log that this node follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// Its origin.
    pub origin: String,
    /// The node that signs it.
    pub operator: NodeName,
    /// Its pinned key.
    pub vkey: VerifierKey,
}

/// The keys of every log and of every auditor that this node knows.
pub struct LogKeys {
    name: NodeName,
    own: [OwnLog; 2],
    mirrors: BTreeMap<String, Mirror>,
    auditors: BTreeMap<String, VerifierKey>,
    cosigner: Cosigner,
}

impl LogKeys {
    /// Derives this node's keys and reads the peers' pinned ones.
    ///
    /// # Errors
    /// [`EngineError::Peer`] names the peer and the key that is missing or unusable.
    pub fn new(config: &Config, keys: &Keys) -> Result<Self, EngineError> {
        let name = config.name.clone();
        let own = |kind: LogKind| -> Result<OwnLog, EngineError> {
            let origin = kind.origin(&name);
            let signer = LogSigner::new(key_name(&name, &origin)?, *keys.seed(Purpose::of_log(kind)));
            let memory = LogMemory::new(&origin, config.heads.as_deref(), kind);
            Ok(OwnLog { kind, origin, signer, memory })
        };
        let own = [own(LogKind::Reputation)?, own(LogKind::Jobs)?];
        let cosigner = Cosigner::new(key_name(&name, &auditor(&name))?, *keys.seed(Purpose::Auditor));
        let mut mirrors = BTreeMap::new();
        let mut auditors = BTreeMap::from([(auditor(&name), cosigner.vkey().clone())]);
        for peer in &config.peers {
            for kind in LogKind::ALL {
                let origin = kind.origin(&peer.name);
                let vkey = pinned(peer, &origin, KeyKind::Log)?;
                mirrors.insert(origin.clone(), Mirror { origin, operator: peer.name.clone(), vkey });
            }
            let auditor = auditor(&peer.name);
            let vkey = pinned(peer, &auditor, KeyKind::Cosigner)?;
            auditors.insert(auditor, vkey);
        }
        Ok(Self { name, own, mirrors, auditors, cosigner })
    }

    /// This node's name.
    #[must_use]
    pub fn name(&self) -> &NodeName {
        &self.name
    }

    /// This node's own log of a kind.
    #[must_use]
    pub fn own(&self, kind: LogKind) -> &OwnLog {
        let [reputation, jobs] = &self.own;
        match kind {
            LogKind::Reputation => reputation,
            LogKind::Jobs => jobs,
        }
    }

    /// The mirrored logs, by origin.
    pub fn mirrors(&self) -> impl Iterator<Item = &Mirror> {
        self.mirrors.values()
    }

    /// The mirrored log of this origin.
    #[must_use]
    pub fn mirror(&self, origin: &str) -> Option<&Mirror> {
        self.mirrors.get(origin)
    }

    /// Whether this node signs the log.
    #[must_use]
    pub fn is_own(&self, origin: &str) -> bool {
        self.kind_of(origin).is_some()
    }

    /// Which of this node's own logs has this origin.
    #[must_use]
    pub fn kind_of(&self, origin: &str) -> Option<LogKind> {
        self.own.iter().find(|log| log.origin == origin).map(|log| log.kind)
    }

    /// The key that signs a log, own or mirrored.
    #[must_use]
    pub fn vkey(&self, origin: &str) -> Option<&VerifierKey> {
        let own = self.own.iter().find(|log| log.origin == origin).map(|log| log.signer.vkey());
        own.or_else(|| self.mirror(origin).map(|mirror| &mirror.vkey))
    }

    /// Every origin that this node keeps: its own logs first, then the mirrors.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.own.iter().map(|log| log.origin.as_str()).chain(self.mirrors.keys().map(String::as_str))
    }

    /// The keys of all auditors, this node's own among them.
    pub fn auditors(&self) -> impl Iterator<Item = &VerifierKey> {
        self.auditors.values()
    }

    /// The auditor of this key name.
    #[must_use]
    pub fn auditor(&self, name: &str) -> Option<&VerifierKey> {
        self.auditors.get(name)
    }

    /// What this node audits with.
    #[must_use]
    pub fn cosigner(&self) -> &Cosigner {
        &self.cosigner
    }

    /// Creates what is missing: own logs with the empty index as their first leaf, mirrors without a leaf. Then checks the
    /// right edge of every log and halts those where it does not fit: they are read, but not written.
    ///
    /// # Errors
    /// [`LogError::OtherNode`] if the database has logs of its own under another name, [`LogError::OtherKey`] if it has a log of
    /// this name under another key; those of the store.
    pub async fn open(&self, store: &Store, now: Timestamp) -> Result<(), LogError> {
        let mut connection = store.connection().await?;
        self.refuse_other(&log::all(&connection).await?)?;
        for log in &self.own {
            sequence::create(store, log, now).await?;
        }
        for mirror in self.mirrors.values() {
            let tx = connection.begin().await?;
            log::create(&tx, &mirror.origin, false, &mirror.vkey.to_string()).await?;
            tx.commit().await?;
        }
        for origin in self.origins() {
            let tx = connection.begin().await?;
            self.check(&tx, origin).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// A node keeps its name for ever: on another node's database it would create logs beside that one's, and on a peer's sign
    /// what that peer mirrors.
    fn refuse_other(&self, rows: &[LogRow]) -> Result<(), LogError> {
        match rows.iter().find(|row| row.own != self.is_own(&row.origin)) {
            Some(row) => Err(LogError::OtherNode { stored: row.origin.clone(), name: self.name.to_string() }),
            None => Ok(()),
        }
    }

    /// Halts a log whose right edge does not fit. The log is locked meanwhile: another process may be at work on it.
    async fn check(&self, tx: &Tx<'_>, origin: &str) -> Result<(), LogError> {
        let (Some(row), Some(vkey)) = (log::lock(tx, origin).await?, self.vkey(origin)) else {
            return Ok(());
        };
        let reason = match check_edge(tx, &row, vkey).await {
            Ok(()) => return Ok(()),
            Err(LogError::Damaged { what, .. }) => format!("damaged: {what}"),
            Err(LogError::OtherKey { .. }) if !row.own => {
                "key-changed: the pinned key is another one".to_owned()
            }
            Err(error) => return Err(error),
        };
        if log::halt(tx, origin, &reason).await? {
            tracing::error!(origin, reason, "a log is halted at the start");
        }
        Ok(())
    }
}

impl fmt::Debug for LogKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogKeys")
            .field("name", &self.name)
            .field("mirrors", &self.mirrors.len())
            .finish_non_exhaustive()
    }
}

fn key_name(node: &NodeName, name: &str) -> Result<KeyName, EngineError> {
    KeyName::parse(name).map_err(|error| unusable(node, name, error))
}

fn unusable(peer: &NodeName, key: &str, error: NoteError) -> EngineError {
    EngineError::Peer {
        peer: peer.to_string(),
        reason: format!("its verifier key {key} cannot be used: {error}"),
    }
}

/// The peer's key of this name and kind.
fn pinned(peer: &Peer, name: &str, kind: KeyKind) -> Result<VerifierKey, EngineError> {
    let named = peer.vkeys.iter().filter(|text| text.split_once('+').is_some_and(|(key, _)| key == name));
    for text in named {
        let vkey: VerifierKey = text.parse().map_err(|error| unusable(&peer.name, name, error))?;
        if vkey.kind() == kind {
            return Ok(vkey);
        }
    }
    Err(EngineError::Peer {
        peer: peer.name.to_string(),
        reason: format!("its verifier key {name} is not pinned"),
    })
}
