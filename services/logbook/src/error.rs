//! What can go wrong with a log, and whose business it is.

use hanse_base::error::{EngineError, Failure, UseError};
use hanse_base::rounds::RoundError;
use hanse_ledger::{LeafError, LedgerError};
use hanse_store::StoreError;

/// A log could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No log of this origin is kept here.
    #[error("no log {origin} is kept here")]
    Unknown {
        /// The origin.
        origin: String,
    },
    /// The log is halted and takes nothing more until its operator has decided.
    #[error("the log {origin} is halted: {reason}")]
    Halted {
        /// The origin.
        origin: String,
        /// Why.
        reason: String,
    },
    /// What is stored does not fit together: nothing is signed on it.
    #[error("the stored log {origin} is damaged: {what}")]
    Damaged {
        /// The origin.
        origin: String,
        /// What does not fit.
        what: String,
    },
    /// The database has the log under another key than this node's secret gives, or another than is pinned.
    #[error("the log {origin} is stored under the key {stored}, expected is {expected}")]
    OtherKey {
        /// The origin.
        origin: String,
        /// The key in the database.
        stored: String,
        /// The key from the secret or the configuration.
        expected: String,
    },
    /// The database is that of a node of another name.
    #[error(
        "it was created with {stored}, and the configuration says `name = \"{name}\"`; a node keeps its name for ever"
    )]
    OtherNode {
        /// A log in the database.
        stored: String,
        /// The configured name.
        name: String,
    },
    /// This node has signed a head that its database does not hold: the database is older than what others may have seen.
    #[error("{origin} was signed up to {signed} leaves, and the database ends at {size}")]
    Forgotten {
        /// The origin.
        origin: String,
        /// Leaves of the remembered head.
        signed: u64,
        /// Leaves of the database's head.
        size: u64,
    },
    /// What this process remembers of its signed heads cannot be read or written: nothing is signed without it.
    #[error("the record of the signed heads of {origin} cannot be read or written")]
    Memory {
        /// The origin.
        origin: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A leaf that must not get into a log.
    #[error("the leaf is refused")]
    Leaf(#[source] LeafError),
    /// Leaves do not continue the log.
    #[error("leaves do not continue the log {origin}")]
    Ledger {
        /// The origin.
        origin: String,
        /// Which rule they break.
        #[source]
        source: LedgerError,
    },
    /// A leaf stands in the log already.
    #[error("leaf {index} of {origin} repeats an earlier one")]
    Repeated {
        /// The origin.
        origin: String,
        /// Where it would stand.
        index: u64,
    },
}

impl RoundError for LogError {
    fn may_pass(&self) -> bool {
        self.is_transient()
    }
}

impl LogError {
    /// Whether the same work, started again from its beginning, may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            // A full disk gets space again.
            Self::Memory { .. } => true,
            Self::Unknown { .. }
            | Self::Halted { .. }
            | Self::Damaged { .. }
            | Self::OtherNode { .. }
            | Self::OtherKey { .. }
            | Self::Forgotten { .. }
            | Self::Leaf(_)
            | Self::Ledger { .. }
            | Self::Repeated { .. } => false,
        }
    }

    /// What is stored of this log does not fit together.
    pub fn damaged(origin: &str, what: impl Into<String>) -> Self {
        Self::Damaged { origin: origin.to_owned(), what: what.into() }
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Store(error) => Self::Store(error),
            LogError::Unknown { .. }
            | LogError::Halted { .. }
            | LogError::Damaged { .. }
            | LogError::OtherNode { .. }
            | LogError::OtherKey { .. }
            | LogError::Forgotten { .. }
            | LogError::Memory { .. }
            | LogError::Leaf(_)
            | LogError::Ledger { .. }
            | LogError::Repeated { .. } => Self::Inconsistent(with_causes(&error)),
        }
    }
}

impl From<LogError> for EngineError {
    fn from(error: LogError) -> Self {
        if let LogError::OtherKey { .. } | LogError::OtherNode { .. } = error {
            return Self::OtherNode(error.to_string());
        }
        Self::Failed(error.into())
    }
}

impl From<LogError> for UseError {
    fn from(error: LogError) -> Self {
        Self::Failed(error.into())
    }
}

/// An error and what caused it, in one line: `Display` alone never prints its source.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
