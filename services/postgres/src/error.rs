//! Why a server of our own is not there.

use hanse_database::StoreError;

/// The server could not be started, used or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrivateError {
    /// The text says what to do.
    #[error("private PostgreSQL: {0}")]
    Unusable(String),
    /// It runs, and a statement failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
