//! Databases on a server.

use tokio_postgres::error::SqlState;

use crate::{Config, Store, StoreError};

/// PostgreSQL cuts longer names.
const DATABASE_NAME_BYTES_MAX: usize = 63;

/// Makes a database on the server that `url` names. One that exists already is fine.
///
/// # Errors
/// `Config` for a name that is none (lower-case letters, digits, `_`), `Connect` or `Statement` if the server fails.
pub async fn create_database(url: &str, name: &str) -> Result<(), StoreError> {
    const STATEMENT: &str = "CREATE DATABASE";
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || DATABASE_NAME_BYTES_MAX < name.len() || !name.chars().all(plain) {
        return Err(StoreError::Config(format!(
            "`{name}` cannot name a database here: 1 to {DATABASE_NAME_BYTES_MAX} lower-case letters, digits and `_`"
        )));
    }
    let store = Store::open(&Config { url: url.to_owned(), connections: 1 }).await?;
    let created = store.connection().await?.client()?.batch_execute(&format!("{STATEMENT} \"{name}\"")).await;
    match created {
        Ok(()) => Ok(()),
        Err(error) if error.code() == Some(&SqlState::DUPLICATE_DATABASE) => Ok(()),
        Err(source) => Err(StoreError::Statement { statement: STATEMENT, source }),
    }
}
