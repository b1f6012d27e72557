//! Who holds the lease, and from when on somebody else may.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use hanse_database::lease::{self, Lease};
use hanse_database::testing::TestDatabase;
use hanse_database::{Config, Connection, Sql as _, Store};

const SECONDS: i64 = 3_600;

/// A session of a process of its own.
async fn session(database: &TestDatabase) -> Connection {
    let store = Store::open(&Config { url: database.url().to_owned(), connections: 1 }).await.unwrap();
    store.connection().await.unwrap()
}

async fn take(session: &Connection) -> Option<Lease> {
    lease::take(session, "node", SECONDS).await.unwrap()
}

/// Ends a session and waits until the server has no trace of it.
async fn end(of: Connection, by: &Connection) {
    let pid: i32 = of.query_one("SELECT pg_backend_pid() AS pid", &[]).await.unwrap().get("pid");
    drop(of);
    by.query_one("SELECT pg_terminate_backend($1, 60000) AS ended", &[&pid]).await.unwrap();
}

#[tokio::test]
async fn a_lease_ends_with_the_session_of_its_holder() {
    let database = TestDatabase::new().await;
    let (first, second) = (session(&database).await, session(&database).await);
    let held = take(&first).await.unwrap();
    assert_eq!(take(&second).await, None);
    assert!(lease::renew(&first, &held, SECONDS).await.unwrap());
    end(first, &second).await;
    assert_eq!(take(&second).await.unwrap().epoch, 2, "an hour before its time was over");
    // The first process comes back with what it remembers.
    let again = session(&database).await;
    assert!(!lease::resume(&again, &held, SECONDS).await.unwrap());
    assert!(!lease::renew(&again, &held, SECONDS).await.unwrap());
}

#[tokio::test]
async fn a_holder_that_lost_its_session_goes_on_if_nobody_came_between() {
    let database = TestDatabase::new().await;
    let (first, second) = (session(&database).await, session(&database).await);
    let held = take(&first).await.unwrap();
    end(first, &second).await;
    let again = session(&database).await;
    assert!(lease::resume(&again, &held, SECONDS).await.unwrap());
    assert_eq!(take(&second).await, None);
}

#[tokio::test]
async fn a_holder_that_hangs_loses_its_session_when_its_time_is_over() {
    let database = TestDatabase::new().await;
    let (first, second) = (session(&database).await, session(&database).await);
    take(&first).await.unwrap();
    second.execute("UPDATE lease SET expires_at = 0", &[]).await.unwrap();
    assert_eq!(take(&second).await, None, "this ends the session");
    const GONE: &str = "SELECT count(*) FILTER (WHERE granted) AS locks, pg_sleep(0.01)::text AS paced FROM pg_locks \
         WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while second.query_one(GONE, &[]).await.unwrap().get::<_, i64>("locks") > 0 {}
    assert_eq!(take(&second).await.unwrap().epoch, 2);
    assert!(first.query("SELECT 1", &[]).await.is_err());
}

#[tokio::test]
async fn a_holder_of_the_release_before_is_waited_for() {
    let database = TestDatabase::new().await;
    let ours = session(&database).await;
    const OTHERS: &str = "INSERT INTO lease (name, holder, epoch, expires_at) \
         VALUES ('node', gen_random_uuid(), 7, extract(epoch FROM clock_timestamp())::bigint + 3600)";
    ours.execute(OTHERS, &[]).await.unwrap();
    assert_eq!(take(&ours).await, None);
    let another = session(&database).await;
    assert_eq!(take(&another).await, None);
    ours.execute("UPDATE lease SET expires_at = 0", &[]).await.unwrap();
    assert_eq!(take(&another).await.unwrap().epoch, 8, "asking has left no lock");
}

#[tokio::test]
async fn a_lease_that_is_given_back_is_free() {
    let database = TestDatabase::new().await;
    let (first, second) = (session(&database).await, session(&database).await);
    let held = take(&first).await.unwrap();
    lease::release(&first, &held).await.unwrap();
    assert_eq!(take(&second).await.unwrap().epoch, 2);
    assert_eq!(take(&first).await, None);
}

#[tokio::test]
async fn a_session_that_fails_to_take_the_lease_does_not_keep_its_lock() {
    let database = TestDatabase::new().await;
    let (second, other) = (session(&database).await, session(&database).await);
    let store = Store::open(&Config { url: database.url().to_owned(), connections: 1 }).await.unwrap();
    for statement in [
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN RAISE EXCEPTION ''could not extend file'' USING ERRCODE = ''disk_full''; END'",
        "CREATE TRIGGER full_disk BEFORE INSERT ON lease FOR EACH ROW EXECUTE FUNCTION full_disk()",
    ] {
        other.execute(statement, &[]).await.unwrap();
    }
    let first = store.connection().await.unwrap();
    let pid: i32 = first.query_one("SELECT pg_backend_pid() AS pid", &[]).await.unwrap().get("pid");
    lease::take(&first, "node", SECONDS).await.unwrap_err();
    drop(first);
    other.execute("DROP TRIGGER full_disk ON lease", &[]).await.unwrap();
    let again = store.connection().await.unwrap();
    let now: i32 = again.query_one("SELECT pg_backend_pid() AS pid", &[]).await.unwrap().get("pid");
    assert_ne!(pid, now, "it is not in the pool");
    const GONE: &str =
        "SELECT count(*) AS left, pg_sleep(0.01)::text AS paced FROM pg_stat_activity WHERE pid = $1";
    while other.query_one(GONE, &[&pid]).await.unwrap().get::<_, i64>("left") > 0 {}
    assert!(take(&second).await.is_some());
}

#[tokio::test]
async fn a_holder_that_comes_back_too_late_leaves_no_lock() {
    let database = TestDatabase::new().await;
    let (first, second) = (session(&database).await, session(&database).await);
    let held = take(&first).await.unwrap();
    end(first, &second).await;
    let next = take(&second).await.unwrap();
    lease::release(&second, &next).await.unwrap();
    let again = session(&database).await;
    assert!(!lease::resume(&again, &held, SECONDS).await.unwrap());
    assert_eq!(take(&second).await.unwrap().epoch, 3);
}
