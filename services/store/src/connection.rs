//! A connection taken from the pool, and a transaction on it.

use deadpool_postgres::{Object, Transaction};
use tokio_postgres::{Row, types::ToSql};

use crate::StoreError;
use crate::sql::{Sql, sealed::Sealed};

/// A connection of the pool; dropping it gives it back.
#[derive(Debug)]
pub struct Connection(pub(crate) Object);

impl Connection {
    /// Begins a transaction (read committed).
    ///
    /// # Errors
    /// `Statement` if the connection broke.
    pub async fn begin(&mut self) -> Result<Tx<'_>, StoreError> {
        match self.0.transaction().await {
            Ok(transaction) => Ok(Tx(transaction)),
            Err(source) => Err(StoreError::Statement { statement: "BEGIN", source }),
        }
    }
}

/// A transaction. Dropping it without [`Tx::commit`] rolls it back.
pub struct Tx<'a>(Transaction<'a>);

impl Tx<'_> {
    /// Makes everything done in this transaction stand.
    ///
    /// # Errors
    /// `Statement`; if the connection broke while the commit ran, the transaction may stand or not.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.0.commit().await.map_err(|source| StoreError::Statement { statement: "COMMIT", source })
    }

    /// Begins a part that can be undone alone; committing it keeps it with the rest.
    ///
    /// # Errors
    /// `Statement`.
    pub async fn savepoint(&mut self) -> Result<Tx<'_>, StoreError> {
        match self.0.transaction().await {
            Ok(part) => Ok(Tx(part)),
            Err(source) => Err(StoreError::Statement { statement: "SAVEPOINT", source }),
        }
    }

    /// Undoes everything done in this transaction, or in this part of one.
    ///
    /// # Errors
    /// `Statement`; the connection broke, and nothing of it stands.
    pub async fn undo(self) -> Result<(), StoreError> {
        self.0.rollback().await.map_err(|source| StoreError::Statement { statement: "ROLLBACK", source })
    }
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}

/// The same four bodies for both: `prepare_cached` keeps one prepared statement per connection, and a transaction shares the
/// cache of the connection that it runs on.
macro_rules! implement_sql {
    ($name:ty) => {
        impl Sealed for $name {}

        impl Sql for $name {
            async fn query(
                &self,
                statement: &'static str,
                params: &[&(dyn ToSql + Sync)],
            ) -> Result<Vec<Row>, StoreError> {
                let failed = |source| StoreError::Statement { statement, source };
                let prepared = self.0.prepare_cached(statement).await.map_err(failed)?;
                self.0.query(&prepared, params).await.map_err(failed)
            }

            async fn query_opt(
                &self,
                statement: &'static str,
                params: &[&(dyn ToSql + Sync)],
            ) -> Result<Option<Row>, StoreError> {
                let failed = |source| StoreError::Statement { statement, source };
                let prepared = self.0.prepare_cached(statement).await.map_err(failed)?;
                self.0.query_opt(&prepared, params).await.map_err(failed)
            }

            async fn query_one(
                &self,
                statement: &'static str,
                params: &[&(dyn ToSql + Sync)],
            ) -> Result<Row, StoreError> {
                let failed = |source| StoreError::Statement { statement, source };
                let prepared = self.0.prepare_cached(statement).await.map_err(failed)?;
                self.0.query_one(&prepared, params).await.map_err(failed)
            }

            async fn execute(
                &self,
                statement: &'static str,
                params: &[&(dyn ToSql + Sync)],
            ) -> Result<u64, StoreError> {
                let failed = |source| StoreError::Statement { statement, source };
                let prepared = self.0.prepare_cached(statement).await.map_err(failed)?;
                self.0.execute(&prepared, params).await.map_err(failed)
            }
        }
    };
}

implement_sql!(Connection);
implement_sql!(Tx<'_>);
