//! What went wrong inside the node.

use hanse_store::StoreError;

use crate::keys::KeyError;

/// Our own failure. Its text is for the log, never for a response.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A sealed key or the random source.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Hashing a password.
    #[error("password hashing")]
    Password(#[source] argon2::Error),
    /// A background computation was cut off.
    #[error("a computation was cut off")]
    Cut(#[source] tokio::task::JoinError),
    /// What is stored contradicts itself; names the thing.
    #[error("inconsistent: {0}")]
    Inconsistent(String),
    /// Tasks did not end when they were told to.
    #[error("{0} tasks did not end in time")]
    Overdue(usize),
    /// Where the bytes of attachments are.
    #[error("attachments")]
    Objects(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The network ended.
    #[error("the network stopped")]
    NetworkStopped,
}

impl Failure {
    /// A stored document that its own node cannot read back.
    pub fn unreadable(what: impl std::fmt::Display, why: impl std::fmt::Display) -> Self {
        Self::Inconsistent(format!("{what}: {why}"))
    }

    /// Whether what was to be done may stand all the same.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::Store(StoreError::OutcomeUnknown(_)))
    }

    /// Whether the database is away, and nothing else is wrong.
    #[must_use]
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_away())
    }

    /// Whether too many wait for the database. What a request did before that stands.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_busy())
    }

    /// Whether the same use case, begun anew, may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::Key(_)
            | Self::Password(_)
            | Self::Cut(_)
            | Self::Inconsistent(_)
            | Self::Overdue(_)
            | Self::Objects(_)
            | Self::NetworkStopped => false,
        }
    }
}
