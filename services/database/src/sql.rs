//! One way to run a statement, inside a transaction or outside: prepared once per connection, errors name the statement.

use std::future::Future;

use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
pub use tokio_postgres::types::ToSql;

use crate::StoreError;

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// What a statement runs on: a [`Connection`](crate::Connection) (each statement its own transaction) or a [`Tx`](crate::Tx).
/// Functions that only read take `&impl Sql`; functions that write take `&Tx`.
pub trait Sql: sealed::Sealed + Sync {
    /// All rows.
    ///
    /// # Errors
    /// `Statement`, as for every method here.
    fn query(
        &self,
        statement: &'static str,
        params: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// The row, or `None`; more than one row is an error.
    fn query_opt(
        &self,
        statement: &'static str,
        params: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<Option<Row>, StoreError>> + Send;

    /// The row; none or more than one is an error.
    fn query_one(
        &self,
        statement: &'static str,
        params: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<Row, StoreError>> + Send;

    /// The number of rows that the statement touched.
    fn execute(
        &self,
        statement: &'static str,
        params: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// Reads a column of a row by name.
///
/// # Errors
/// `Inconsistent` where the column is not in the row or holds another type; `table` only serves the message.
pub fn column<'a, T: FromSql<'a>>(
    row: &'a Row,
    table: &'static str,
    column: &'static str,
) -> Result<T, StoreError> {
    row.try_get(column).map_err(|_| StoreError::Inconsistent { table, column })
}

/// The same four bodies for both: `prepare_cached` keeps one prepared statement per connection, and a transaction shares the
/// cache of the connection that it runs on.
macro_rules! implement_sql {
    ($name:ty) => {
        impl $crate::sql::sealed::Sealed for $name {}

        impl $crate::Sql for $name {
            async fn query(
                &self,
                statement: &'static str,
                params: &[&(dyn $crate::sql::ToSql + Sync)],
            ) -> Result<Vec<tokio_postgres::Row>, $crate::StoreError> {
                $crate::count::ran(1);
                let client = self.client()?;
                let prepared = self.answers().within(statement, client.prepare_cached(statement)).await?;
                self.within(statement, client.query(&prepared, params)).await
            }

            async fn query_opt(
                &self,
                statement: &'static str,
                params: &[&(dyn $crate::sql::ToSql + Sync)],
            ) -> Result<Option<tokio_postgres::Row>, $crate::StoreError> {
                $crate::count::ran(1);
                let client = self.client()?;
                let prepared = self.answers().within(statement, client.prepare_cached(statement)).await?;
                self.within(statement, client.query_opt(&prepared, params)).await
            }

            async fn query_one(
                &self,
                statement: &'static str,
                params: &[&(dyn $crate::sql::ToSql + Sync)],
            ) -> Result<tokio_postgres::Row, $crate::StoreError> {
                $crate::count::ran(1);
                let client = self.client()?;
                let prepared = self.answers().within(statement, client.prepare_cached(statement)).await?;
                self.within(statement, client.query_one(&prepared, params)).await
            }

            async fn execute(
                &self,
                statement: &'static str,
                params: &[&(dyn $crate::sql::ToSql + Sync)],
            ) -> Result<u64, $crate::StoreError> {
                $crate::count::ran(1);
                let client = self.client()?;
                let prepared = self.answers().within(statement, client.prepare_cached(statement)).await?;
                self.within(statement, client.execute(&prepared, params)).await
            }
        }
    };
}

pub(crate) use implement_sql;
