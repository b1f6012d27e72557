#![doc = include_str!("../README.md")]

mod client;
mod tables;
#[cfg(feature = "testing")]
pub mod testing;

pub use client::connection::Connection;
pub use client::count::{counted, ran};
pub use client::database::create_database;
pub use client::error::StoreError;
pub use client::pool::{Config, Parts, Status, Store};
pub use client::sql::{Sql, ToSql, column};
pub use client::transaction::Tx;
pub use client::{health, lease, notices};
pub use tables::accounts::mail;
pub use tables::alerts::notifications;
pub use tables::{
    accounts, alerts, changes, contracts, deliveries, disputes, documents, history, idempotency, jobs,
    knowledge, log, peer_searches, picks, ranking, reviews, scores,
};
pub use tokio_postgres::Row;

/// Every statement of every table module, by module, for the test that prepares each against the migrated schema.
pub const STATEMENTS: &[(&str, &[&str])] = &[
    ("accounts", accounts::STATEMENTS),
    ("alerts", alerts::STATEMENTS),
    ("changes", changes::STATEMENTS),
    ("contracts", contracts::STATEMENTS),
    ("deliveries", deliveries::STATEMENTS),
    ("disputes", disputes::STATEMENTS),
    ("documents", documents::STATEMENTS),
    ("peer_searches", peer_searches::STATEMENTS),
    ("health", health::STATEMENTS),
    ("history", history::STATEMENTS),
    ("idempotency", idempotency::STATEMENTS),
    ("jobs", jobs::STATEMENTS),
    ("knowledge", knowledge::STATEMENTS),
    ("lease", lease::STATEMENTS),
    ("log", log::STATEMENTS),
    ("notices", notices::STATEMENTS),
    ("notifications", notifications::STATEMENTS),
    ("picks", picks::STATEMENTS),
    ("ranking", ranking::STATEMENTS),
    ("reviews", reviews::STATEMENTS),
    ("scores", scores::STATEMENTS),
];
