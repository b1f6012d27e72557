//! A node begins on the schema that it knows, and on no other.

use std::sync::Arc;

use hanse_base::clock::ManualClock;
use hanse_base::config::{Config, Pace, Secret};
use hanse_base::error::{EngineError, Failure};
use hanse_document::{NodeName, Timestamp};
use hanse_engine::Engine;
use hanse_matching::side::Weights;
use hanse_store::testing::TestDatabase;
use hanse_store::{Sql as _, StoreError};
use prometheus_client::registry::Registry;

async fn refused(database: &TestDatabase) -> EngineError {
    let config = Config {
        name: NodeName::parse("a.example").unwrap(),
        secret: Secret::new([1; 32]),
        url: String::new(),
        peers: Vec::new(),
        listen: Vec::new(),
        net: "test".into(),
        pace: Pace::default(),
        ranking: Weights::DEFAULT,
        heads: None,
        mail: None,
    };
    let clock = Arc::new(ManualClock::new(Timestamp::parse("2026-11-24T10:00:00Z").unwrap()));
    Engine::start(config, database.store().await, clock, &mut Registry::default()).await.unwrap_err()
}

#[tokio::test]
async fn a_database_that_is_not_migrated_is_not_begun_on() {
    let database = TestDatabase::unmigrated().await;
    let error = refused(&database).await;
    assert!(matches!(error, EngineError::Schema), "{error:?}");
}

#[tokio::test]
async fn nor_is_one_of_a_later_release() {
    let database = TestDatabase::new().await;
    let connection = database.store().await.connection().await.unwrap();
    const LATER: &str = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
         VALUES (9999, 'later', '2027-01-01T00:00:00Z', '1')";
    for statement in [LATER, "UPDATE schema_floor SET version = 9999"] {
        connection.execute(statement, &[]).await.unwrap();
    }
    let error = refused(&database).await;
    let EngineError::Failed(Failure::Store(StoreError::Newer { schema: 9999, .. })) = error else {
        panic!("{error:?}")
    };
}
