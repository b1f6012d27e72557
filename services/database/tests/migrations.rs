//! The schema is brought up to date once, by one process at a time.

use hanse_database::testing::TestDatabase;
use hanse_database::{Sql, StoreError};

#[tokio::test]
async fn an_empty_database_is_migrated_once() {
    let database = TestDatabase::unmigrated().await;
    let store = database.store().await;
    assert!(!store.schema_current().await.unwrap());

    let applied = store.migrate().await.unwrap();
    assert_eq!(applied.first().map(String::as_str), Some("V1__initial"));
    assert!(store.schema_current().await.unwrap());

    assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn of_two_processes_that_migrate_at_once_one_does_it() {
    let database = TestDatabase::unmigrated().await;
    let (one, other) = (database.store().await, database.store().await);
    let (first, second) = tokio::join!(one.migrate(), other.migrate());
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_ne!(first.is_empty(), second.is_empty(), "{first:?} {second:?}");
}

#[tokio::test]
async fn a_copy_of_the_template_is_current() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    assert!(store.schema_current().await.unwrap());
    assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn an_applied_migration_that_differs_is_refused() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let connection = store.connection().await.unwrap();
    connection
        .execute("UPDATE refinery_schema_history SET checksum = '1' WHERE version = 1", &[])
        .await
        .unwrap();
    assert!(!store.schema_current().await.unwrap());
    assert!(matches!(store.migrate().await, Err(StoreError::Migrate(_))));
}

#[tokio::test]
async fn a_failed_run_leaves_the_lock_free() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let connection = store.connection().await.unwrap();
    let checksum = "SELECT checksum FROM refinery_schema_history WHERE version = 1";
    let right: String = connection.query_one(checksum, &[]).await.unwrap().get("checksum");
    connection
        .execute("UPDATE refinery_schema_history SET checksum = '1' WHERE version = 1", &[])
        .await
        .unwrap();
    store.migrate().await.unwrap_err();

    let repair = "UPDATE refinery_schema_history SET checksum = $1 WHERE version = 1";
    connection.execute(repair, &[&right]).await.unwrap();
    assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new());
}

const LATER: &str = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
     VALUES (9999, 'later', '2027-01-01T00:00:00Z', '1')";

#[tokio::test]
async fn the_release_before_works_on_a_newer_schema_that_says_so() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    store.connection().await.unwrap().execute(LATER, &[]).await.unwrap();
    assert!(store.schema_current().await.unwrap());
    assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn the_release_before_refuses_a_newer_schema_that_it_cannot_work_on() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let connection = store.connection().await.unwrap();
    connection.execute(LATER, &[]).await.unwrap();
    connection.execute("UPDATE schema_floor SET version = 9999", &[]).await.unwrap();
    for refused in [store.schema_current().await.map(drop), store.migrate().await.map(drop)] {
        assert!(matches!(refused, Err(StoreError::Newer { schema: 9999, .. })), "{refused:?}");
    }
}
