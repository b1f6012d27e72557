#![doc = include_str!("../README.md")]

mod rows;
mod tables;

#[cfg(feature = "testing")]
pub use hanse_database::testing;
pub use hanse_database::{
    Config, Connection, Parts, Row, Sql, Status, Store, StoreError, ToSql, Tx, column, counted,
    create_database, health, lease, notices, ran,
};
pub use tables::accounts::mail;
pub use tables::alerts::notifications;
pub use tables::{
    accounts, alerts, changes, contracts, deliveries, disputes, documents, history, idempotency, jobs,
    knowledge, log, messages, peer_searches, picks, ranking, reviews, scores,
};

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
    ("messages", messages::STATEMENTS),
    ("notices", notices::STATEMENTS),
    ("notifications", notifications::STATEMENTS),
    ("picks", picks::STATEMENTS),
    ("ranking", ranking::STATEMENTS),
    ("reviews", reviews::STATEMENTS),
    ("scores", scores::STATEMENTS),
];
