#![doc = include_str!("../README.md")]

mod connection;
mod count;
mod error;
mod migrate;
mod pool;
mod rows;
mod server;
mod sql;
mod tls;

pub mod private;
#[cfg(feature = "testing")]
pub mod testing;

pub mod accounts;
pub mod alerts;
pub mod changes;
pub mod contracts;
pub mod deliveries;
pub mod documents;
pub mod errands;
pub mod health;
pub mod history;
pub mod idempotency;
pub mod jobs;
pub mod knowledge;
pub mod lease;
pub mod log;
pub mod picks;
pub mod ranking;
pub mod reviews;
pub mod scores;

pub use connection::{Connection, Tx};
pub use count::{counted, ran};
pub use error::StoreError;
pub use pool::{Config, Parts, Status, Store};
pub use sql::{Sql, ToSql, column};
pub use tokio_postgres::Row;

/// Every statement of every table module, by module, for the test that prepares each against the migrated schema.
pub const STATEMENTS: &[(&str, &[&str])] = &[
    ("accounts", accounts::STATEMENTS),
    ("alerts", alerts::STATEMENTS),
    ("changes", changes::STATEMENTS),
    ("contracts", contracts::STATEMENTS),
    ("deliveries", deliveries::STATEMENTS),
    ("documents", documents::STATEMENTS),
    ("errands", errands::STATEMENTS),
    ("health", health::STATEMENTS),
    ("history", history::STATEMENTS),
    ("idempotency", idempotency::STATEMENTS),
    ("jobs", jobs::STATEMENTS),
    ("knowledge", knowledge::STATEMENTS),
    ("lease", lease::STATEMENTS),
    ("log", log::STATEMENTS),
    ("picks", picks::STATEMENTS),
    ("ranking", ranking::STATEMENTS),
    ("reviews", reviews::STATEMENTS),
    ("scores", scores::STATEMENTS),
];
