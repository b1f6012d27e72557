//! What can be wrong with what a peer sends of a log, and whether it proves anything about the log.

use hanse_ledger::LedgerError;
use hanse_tlog::NoteError;

/// A page that does not continue the mirror.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The checkpoint is not signed by the log's pinned key.
    #[error("forged-checkpoint: {0}")]
    Forged(NoteError),
    /// The checkpoint is of another size than the leaves make.
    #[error("wrong-size: the checkpoint is of {stated} leaves, the page ends at {sent}")]
    Size {
        /// What the checkpoint says.
        stated: u64,
        /// Where the page ends.
        sent: u64,
    },
    /// The leaves do not hash to the signed root: a leaf is wrong, or the log has forked.
    #[error("wrong-root: the leaves up to {size} do not hash to the root that the log signed")]
    Root {
        /// Size of the checkpoint.
        size: u64,
    },
    /// So many leaves came without a checkpoint that none can follow.
    #[error("no-checkpoint: {leaves} leaves and no checkpoint")]
    NoCheckpoint {
        /// How many.
        leaves: usize,
    },
    /// The log has signed an index that its leaves do not make.
    #[error("wrong-index: {0}")]
    Index(LedgerError),
    /// The log has signed a leaf that is none.
    #[error("wrong-leaf: {0}")]
    Leaf(LedgerError),
    /// The log has signed a leaf twice.
    #[error("repeated-leaf: the leaf at {index} stands in the log before")]
    Repeated {
        /// Where it stands the second time.
        index: u64,
    },
}

impl Fault {
    /// Whether the log's own signature proves it, whoever sent it. Everything else is only the sender's word.
    #[must_use]
    pub const fn is_proved(&self) -> bool {
        match self {
            Self::Index(_) | Self::Leaf(_) | Self::Repeated { .. } => true,
            Self::Forged(_) | Self::Size { .. } | Self::Root { .. } | Self::NoCheckpoint { .. } => false,
        }
    }

    pub(super) fn of(error: LedgerError) -> Self {
        match error {
            LedgerError::IndexDiffers { .. } | LedgerError::NoIndexFirst => Self::Index(error),
            LedgerError::Leaf(_) | LedgerError::MissingNode(_) | LedgerError::MissingSubject(_) => {
                Self::Leaf(error)
            }
        }
    }
}
