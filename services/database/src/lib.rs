#![doc = include_str!("../README.md")]

mod answers;
mod connection;
mod count;
mod create;
mod error;
pub mod health;
pub mod lease;
mod migrate;
pub mod notices;
mod pool;
mod server;
mod sql;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;
mod transaction;

pub use connection::Connection;
pub use count::{counted, ran};
pub use create::create_database;
pub use error::StoreError;
pub use pool::{Config, Parts, Status, Store};
pub use sql::{Sql, ToSql, column};
pub use tokio_postgres::Row;
pub use transaction::Tx;
