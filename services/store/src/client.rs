//! Sessions with a server: pool, statements, transactions, migrations, the lease.

mod answers;
pub(crate) mod connection;
pub(crate) mod count;
pub(crate) mod database;
pub(crate) mod error;
pub mod health;
pub mod lease;
pub(crate) mod migrate;
pub(crate) mod pool;
pub(crate) mod rows;
mod server;
pub(crate) mod sql;
mod tls;
pub(crate) mod transaction;
