//! What an operator has decided about a log.

use super::{LogRow, bigint};
use crate::{Sql as _, StoreError, Tx};

pub(super) const INSERT: &str = "INSERT INTO log_decision (origin, decision, size, root, reason, at) \
     VALUES ($1, $2, $3, $4, $5, $6)";

/// Keeps a decision, with the head and the halt that it was about.
///
/// # Errors
/// Those of every statement.
pub async fn insert_decision(tx: &Tx<'_>, about: &LogRow, decision: &str, at: i64) -> Result<(), StoreError> {
    let (size, root) = (bigint(about.size, "size")?, about.root.as_bytes().as_slice());
    let reason = about.halted.as_deref().unwrap_or_default();
    tx.execute(INSERT, &[&about.origin, &decision, &size, &root, &reason, &at]).await?;
    Ok(())
}
