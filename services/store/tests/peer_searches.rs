//! A question goes to one process, its answer to whoever asked, and nothing piles up.

use hanse_store::Sql as _;
use hanse_store::peer_searches::{answer, fetch, forget, send, take};
use hanse_store::testing::TestDatabase;

/// The table as it was called before V18.
const BEFORE: &str = "ALTER TABLE peer_search RENAME TO errand; \
     ALTER TABLE errand RENAME CONSTRAINT peer_search_pkey TO errand_pkey;";

const LONG: f64 = 60.0;

#[tokio::test]
async fn a_question_is_taken_once_and_its_answer_read_once() {
    let database = TestDatabase::new().await;
    let db = database.store().await.connection().await.unwrap();
    let first = send(&db, b"first", LONG, 9).await.unwrap().unwrap();
    let second = send(&db, b"second", LONG, 9).await.unwrap().unwrap();
    assert_eq!(fetch(&db, &first).await.unwrap(), None, "nobody has answered");
    let taken = take(&db, 1).await.unwrap();
    assert_eq!((taken.len(), taken[0].question.as_slice()), (1, b"first".as_slice()));
    assert_eq!(take(&db, 9).await.unwrap()[0].id, second);
    assert_eq!(take(&db, 9).await.unwrap(), [], "all are taken");
    answer(&db, &first, b"yes").await.unwrap();
    assert_eq!(fetch(&db, &second).await.unwrap(), None);
    assert_eq!(fetch(&db, &first).await.unwrap(), Some(b"yes".to_vec()));
    assert_eq!(fetch(&db, &first).await.unwrap(), None, "it is gone");
}

#[tokio::test]
async fn what_nobody_waits_for_makes_room() {
    let database = TestDatabase::new().await;
    let db = database.store().await.connection().await.unwrap();
    let waiting = send(&db, b"one", LONG, 2).await.unwrap().unwrap();
    // Over before it began.
    send(&db, b"two", -1.0, 2).await.unwrap().unwrap();
    assert_eq!(take(&db, 9).await.unwrap().len(), 1, "nobody waits for the second any more");
    send(&db, b"three", LONG, 2).await.unwrap().unwrap();
    assert_eq!(send(&db, b"four", LONG, 2).await.unwrap(), None, "two wait already");
    forget(&db, &waiting).await.unwrap();
    assert!(send(&db, b"four", LONG, 2).await.unwrap().is_some());
    answer(&db, &waiting, b"late").await.unwrap();
    assert_eq!(fetch(&db, &waiting).await.unwrap(), None);
}

#[tokio::test]
async fn what_waits_under_the_old_name_of_the_table_is_still_answered() {
    let database = TestDatabase::new().await;
    let db = database.store().await.connection().await.unwrap();
    let waiting = send(&db, b"before", LONG, 9).await.unwrap().unwrap();
    database.script(BEFORE).await;
    assert!(take(&db, 9).await.is_err(), "the table has the old name");
    database.script(include_str!("../../../migrations/V18__peer_searches.sql")).await;
    assert_eq!(take(&db, 9).await.unwrap()[0].id, waiting);
    let left = "SELECT count(*) FROM pg_class WHERE relname LIKE '%errand%'";
    assert_eq!(db.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0);
}
