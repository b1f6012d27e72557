//! Letters that wait to be sent. Each is written in the transaction of what it tells; who sends them takes those that are due.

use crate::{Sql, StoreError, Tx};

pub(super) const ENQUEUE: &str =
    "INSERT INTO mail (recipient, subject, body, at, next_at) VALUES ($1, $2, $3, $4, $4)";
pub(super) const REMOVE_OLD: &str = "DELETE FROM mail WHERE at < $1";

/// A letter.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// The address.
    pub to: &'a str,
    /// One line.
    pub subject: &'a str,
    /// Plain text.
    pub body: &'a str,
}

/// Queues a letter that is due at once.
pub async fn enqueue(tx: &Tx<'_>, letter: Letter<'_>, at: i64) -> Result<(), StoreError> {
    let Letter { to, subject, body } = letter;
    tx.execute(ENQUEUE, &[&to, &subject, &body, &at]).await?;
    Ok(())
}

/// Forgets letters that were written before `before` and have found no way.
pub async fn remove_old(db: &impl Sql, before: i64) -> Result<u64, StoreError> {
    db.execute(REMOVE_OLD, &[&before]).await
}
