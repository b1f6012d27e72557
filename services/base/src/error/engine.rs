//! Why a node does not start.

use hanse_store::StoreError;

use super::Failure;

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Something of ours is broken or away.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The transport cannot be set up.
    #[error(transparent)]
    Network(#[from] hanse_network::NetworkError),
    /// A pinned peer's verifier keys cannot be used.
    #[error("peer {peer}: {reason}")]
    Peer {
        /// The peer's name.
        peer: String,
        /// What to change.
        reason: String,
    },
    /// The database is of an older release.
    #[error("the database is not at this version: run `hanse-node migrate` first")]
    Schema,
    /// The database belongs to a node of another name or secret.
    #[error("this database holds the logs of another node: {0}")]
    OtherNode(String),
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        Self::Failed(Failure::Store(error))
    }
}
