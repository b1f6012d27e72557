//! Whether the database can do what a node needs: keep a session, and write.

use tokio_postgres::SimpleQueryMessage;

use crate::{Connection, Sql, Store, StoreError};

/// Nobody else has the table. Not waited for: a backup reads every table for as long as it runs.
const ALONE: &str = "LOCK TABLE write_probe IN ACCESS EXCLUSIVE MODE NOWAIT";
/// A new file of its own each time, so that a disk without a free block says so: a row in a table may find room in an old block.
const EMPTY: &str = "TRUNCATE write_probe";
/// More than fits into one block, so that a table that could not be emptied needs a new one as well. It grows to 64 MiB, which takes many
/// hours of one backup; then nothing is written any more until it can be emptied.
const FILL: &str = "INSERT INTO write_probe (filling) SELECT decode(repeat('00', 1900), 'hex') FROM generate_series(1, 5) \
     WHERE pg_relation_size('write_probe') < 67108864";
const BACKEND: &str = "SELECT pg_backend_pid()";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[ALONE, EMPTY, FILL, BACKEND];

/// Writes a block and commits.
///
/// # Errors
/// `Statement` with what keeps the database from writing.
pub async fn write(db: &mut Connection) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    let part = tx.savepoint().await?;
    match part.execute(ALONE, &[]).await {
        Ok(_) => {
            part.execute(EMPTY, &[]).await?;
            part.commit().await?;
        }
        Err(error) if error.is_lock_timeout() => part.undo().await?,
        Err(error) => return Err(error),
    }
    tx.execute(FILL, &[]).await?;
    tx.commit().await
}

impl Store {
    /// Makes sure that each connection is a session of its own. A pooler in transaction mode lends out sessions for one
    /// transaction: prepared statements, time-outs and the lock of the lease would be another's. Needs two connections.
    ///
    /// # Errors
    /// `Config` that says so; `Connect` or `Statement` if the server does not answer.
    pub async fn check_sessions(&self) -> Result<(), StoreError> {
        let first = self.connection().await?;
        let second = self.connection().await?;
        let mine = backend(&first, &[BACKEND]).await?;
        // Inside a transaction the second keeps what it was lent; so the first is lent another one, if it is lent any.
        let others = backend(&second, &["BEGIN", BACKEND]).await?;
        let still_mine = backend(&first, &[BACKEND]).await?;
        backend(&second, &["ROLLBACK"]).await?;
        if mine == still_mine && mine != others {
            return Ok(());
        }
        Err(StoreError::Config(
            "between this node and PostgreSQL is a pooler that lends out sessions for one transaction (pgbouncer's \
             `pool_mode=transaction`): use its mode `session`, or connect to PostgreSQL itself"
                .to_owned(),
        ))
    }
}

/// The last value that the statements answer, unprepared: a pooler may not carry prepared ones.
async fn backend(connection: &Connection, statements: &[&'static str]) -> Result<Option<String>, StoreError> {
    let mut last = None;
    for statement in statements {
        let messages = connection.simple(statement).await?;
        last = messages.into_iter().find_map(|message| {
            let SimpleQueryMessage::Row(row) = message else { return None };
            row.get(0).map(str::to_owned)
        });
    }
    Ok(last)
}
