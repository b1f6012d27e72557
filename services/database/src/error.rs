//! What can go wrong between this program and its database. "Not found" is not among it: that is `Ok(None)`.

use std::error::Error as _;
use std::io;

use deadpool_postgres::PoolError;
use deadpool_postgres::TimeoutType;
use tokio_postgres::error::SqlState;

/// A failure of the store. `Display` names the operation; the cause is the `source`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The configuration cannot be used; the text says what to change.
    #[error("database configuration: {0}")]
    Config(String),
    /// No connection: the server is away, or all connections stayed in use for longer than the wait allows.
    #[error("no database connection")]
    Connect(#[source] PoolError),
    /// PostgreSQL refused a statement, or the connection broke while it ran.
    #[error("statement `{statement}`")]
    Statement {
        /// The statement, as written in its module.
        statement: &'static str,
        /// What PostgreSQL or the connection said.
        #[source]
        source: tokio_postgres::Error,
    },
    /// The connection broke, or the server said nothing, while a transaction was being committed: it may stand or not.
    #[error("the outcome of a commit is unknown")]
    OutcomeUnknown(#[source] Box<StoreError>),
    /// The server did not answer a statement in time, or an earlier one on this connection, which is given up.
    #[error("no answer to `{statement}`")]
    Unanswered {
        /// The statement, as written in its module.
        statement: &'static str,
    },
    /// A row holds what this version cannot read.
    #[error("{table}.{column} holds a value that this version cannot read")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// Its column.
        column: &'static str,
    },
    /// A compare-and-swap found another value: another writer was first, and nothing was written.
    #[error("another writer was first")]
    Conflict,
    /// The schema could not be brought up to date.
    #[error("migration")]
    Migrate(#[source] Box<refinery::Error>),
    /// The schema is that of a later release, which says that this one cannot work on it.
    #[error(
        "the database is at schema {schema}, of a later release, and this release, at {ours}, cannot work on it: run the later one"
    )]
    Newer {
        /// The newest migration that is applied.
        schema: i32,
        /// The newest one that this release knows.
        ours: i32,
    },
}

impl StoreError {
    /// Whether a unique constraint or index refused the row.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.code() == Some(&SqlState::UNIQUE_VIOLATION)
    }

    /// Whether a statement took longer than it may.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.code() == Some(&SqlState::QUERY_CANCELED)
    }

    /// Whether the same use case, started again from its beginning, may succeed: the server was away or full, another
    /// transaction was in the way, or another writer was first. A statement that ran into its timeout is not transient: it
    /// would load the server a second time.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            StoreError::Connect(_)
            | StoreError::Unanswered { .. }
            | StoreError::Conflict
            | StoreError::OutcomeUnknown(_) => true,
            StoreError::Statement { source, .. } => {
                source.is_closed() || is_broken(source) || source.code().is_some_and(is_transient_code)
            }
            StoreError::Config(_)
            | StoreError::Inconsistent { .. }
            | StoreError::Migrate(_)
            | StoreError::Newer { .. } => false,
        }
    }

    /// Whether the server is there and cannot do it before somebody has mended something: a disk that is full or broken, a server that
    /// takes no writes.
    #[must_use]
    pub fn needs_mending(&self) -> bool {
        let broken = [SqlState::DISK_FULL, SqlState::IO_ERROR, SqlState::READ_ONLY_SQL_TRANSACTION];
        self.code().is_some_and(|code| broken.contains(code))
    }

    /// Whether a lock was not given in time.
    #[must_use]
    pub fn is_lock_timeout(&self) -> bool {
        self.code() == Some(&SqlState::LOCK_NOT_AVAILABLE)
    }

    /// Whether all connections stayed in use for as long as a caller waits: nothing was done, and the caller may come again.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, StoreError::Connect(PoolError::Timeout(TimeoutType::Wait)))
    }

    /// Whether the server is away: it does not answer, ends, starts, or the way to it is broken. A server that answers with a
    /// refusal (a password, a certificate, a missing database) is there, and waiting does not help.
    #[must_use]
    pub fn is_away(&self) -> bool {
        match self {
            StoreError::Connect(PoolError::Backend(source)) | StoreError::Statement { source, .. } => {
                source.is_closed() || source.code().map_or_else(|| is_broken(source), is_away_code)
            }
            StoreError::Connect(PoolError::Timeout(TimeoutType::Create | TimeoutType::Recycle))
            | StoreError::Unanswered { .. } => true,
            StoreError::OutcomeUnknown(error) => error.is_away(),
            StoreError::Connect(_)
            | StoreError::Config(_)
            | StoreError::Inconsistent { .. }
            | StoreError::Conflict
            | StoreError::Migrate(_)
            | StoreError::Newer { .. } => false,
        }
    }

    fn code(&self) -> Option<&SqlState> {
        match self {
            StoreError::Statement { source, .. } => source.code(),
            StoreError::OutcomeUnknown(error) => error.code(),
            StoreError::Config(_)
            | StoreError::Connect(_)
            | StoreError::Unanswered { .. }
            | StoreError::Inconsistent { .. }
            | StoreError::Conflict
            | StoreError::Migrate(_)
            | StoreError::Newer { .. } => None,
        }
    }
}

/// Whether the way to the server is broken. A handshake that fails because of a certificate is an error of input and output, too.
fn is_broken(error: &tokio_postgres::Error) -> bool {
    let Some(error) = error.source().and_then(|source| source.downcast_ref::<io::Error>()) else {
        return false;
    };
    !error.get_ref().is_some_and(|inner| inner.is::<tokio_rustls::rustls::Error>())
}

fn is_away_code(code: &SqlState) -> bool {
    let away = [
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::CONNECTION_EXCEPTION,
        SqlState::CONNECTION_DOES_NOT_EXIST,
        SqlState::CONNECTION_FAILURE,
    ];
    away.contains(code)
}

fn is_transient_code(code: &SqlState) -> bool {
    const CONNECTION_CLASS: &str = "08";
    // A disk or memory that is full; and a server that has become the copy of another one.
    const RESOURCES_CLASS: &str = "53";
    let transient = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::IO_ERROR,
        SqlState::READ_ONLY_SQL_TRANSACTION,
    ];
    transient.contains(code)
        || [CONNECTION_CLASS, RESOURCES_CLASS].iter().any(|class| code.code().starts_with(class))
}
