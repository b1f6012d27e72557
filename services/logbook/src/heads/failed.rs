//! What becomes of an own log that could not be read or signed.

use hanse_store::{Store, log};

use super::halt_forgotten;
use crate::{LogError, Logbook, OwnLog};

/// Transient failures are tried again at the next look. Damage halts the log: what is stored must not be signed on.
pub(crate) async fn failed(book: &Logbook, log: &OwnLog, error: &LogError) {
    if error.is_transient() {
        let error = error as &dyn std::error::Error;
        tracing::warn!(origin = log.origin, error, "making a checkpoint failed; will retry");
        return;
    }
    tracing::error!(
        origin = log.origin,
        error = error as &dyn std::error::Error,
        "a checkpoint cannot be made"
    );
    if let Err(error) = stop(book.store(), log, error).await {
        let error = &error as &dyn std::error::Error;
        tracing::error!(origin = log.origin, error, "a log could not be halted");
    }
}

/// Halts the log where it cannot be signed on.
async fn stop(store: &Store, log: &OwnLog, error: &LogError) -> Result<(), LogError> {
    match error {
        LogError::Damaged { what, .. } => {
            let connection = store.connection().await?;
            log::halt(&connection, &log.origin, &format!("damaged: {what}")).await?;
            Ok(())
        }
        LogError::Forgotten { .. } => halt_forgotten(store, log).await,
        LogError::Store(_)
        | LogError::Unknown { .. }
        | LogError::Halted { .. }
        | LogError::OtherNode { .. }
        | LogError::OtherKey { .. }
        | LogError::Memory { .. }
        | LogError::Leaf(_)
        | LogError::Ledger { .. }
        | LogError::Repeated { .. } => Ok(()),
    }
}
