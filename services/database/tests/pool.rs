//! Connections, transactions, and how their failures are told apart.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use hanse_database::testing::TestDatabase;
use hanse_database::{Config, Connection, Row, Sql, Store, StoreError, column, health};

const ADD: &str = "INSERT INTO idempotency (did, key, request, at) VALUES ($1, 'k', $2, 0)";
const COUNT: &str = "SELECT count(*) AS found FROM idempotency";

async fn count(db: &impl Sql) -> i64 {
    let row: Row = db.query_one(COUNT, &[]).await.unwrap();
    column(&row, "idempotency", "found").unwrap()
}

#[tokio::test]
async fn a_transaction_stands_only_when_committed() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let mut connection = store.connection().await.unwrap();
    let request = [7_u8; 32];

    let tx = connection.begin().await.unwrap();
    assert_eq!(tx.execute(ADD, &[&"did:one", &request.as_slice()]).await.unwrap(), 1);
    assert_eq!(count(&tx).await, 1);
    drop(tx);
    assert_eq!(count(&connection).await, 0);

    let tx = connection.begin().await.unwrap();
    tx.execute(ADD, &[&"did:one", &request.as_slice()]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&connection).await, 1);
}

#[tokio::test]
async fn a_second_row_of_one_key_is_a_unique_violation_and_final() {
    let database = TestDatabase::new().await;
    let connection = database.store().await.connection().await.unwrap();
    let request = [7_u8; 32];
    connection.execute(ADD, &[&"did:one", &request.as_slice()]).await.unwrap();
    let error = connection.execute(ADD, &[&"did:one", &request.as_slice()]).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    assert!(!error.is_transient());
    assert_eq!(error.to_string(), format!("statement `{ADD}`"));

    let short = [7_u8; 31];
    let error = connection.execute(ADD, &[&"did:two", &short.as_slice()]).await.unwrap_err();
    assert!(!error.is_unique_violation() && !error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_the_server_ended_is_transient_and_replaced() {
    let database = TestDatabase::new().await;
    let store = Store::open(&Config { url: database.url().to_owned(), connections: 1 }).await.unwrap();
    let connection = store.connection().await.unwrap();
    let end_self = "SELECT pg_terminate_backend(pg_backend_pid())";
    let error = connection.query(end_self, &[]).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    drop(connection);
    // The pool may hand it out once more before it sees the end; whoever retries gets a new one.
    let counted = loop {
        match store.connection().await.unwrap().query_one(COUNT, &[]).await {
            Ok(row) => break column::<i64>(&row, "idempotency", "found").unwrap(),
            Err(error) => assert!(error.is_transient(), "{error:?}"),
        }
    };
    assert_eq!(counted, 0);
}

#[tokio::test]
async fn a_commit_that_breaks_off_is_neither_done_nor_refused() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let mut connection = store.connection().await.unwrap();
    for statement in [
        "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF NEW.did = 'did:gone' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; \
         RAISE EXCEPTION 'no'; END $$",
        "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON idempotency DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION at_commit()",
    ] {
        connection.execute(statement, &[]).await.unwrap();
    }
    let request = [7_u8; 32];
    let tx = connection.begin().await.unwrap();
    tx.execute(ADD, &[&"did:one", &request.as_slice()]).await.unwrap();
    let no = tx.commit().await.unwrap_err();
    assert!(matches!(no, StoreError::Statement { statement: "COMMIT", .. }), "{no:?}");
    let tx = connection.begin().await.unwrap();
    tx.execute(ADD, &[&"did:gone", &request.as_slice()]).await.unwrap();
    let unknown = tx.commit().await.unwrap_err();
    assert!(matches!(unknown, StoreError::OutcomeUnknown(_)), "{unknown:?}");
    assert!(unknown.is_transient());
}

#[tokio::test]
async fn a_part_of_a_transaction_is_taken_back_by_itself() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let mut connection = store.connection().await.unwrap();
    let request = [7_u8; 32];
    let mut tx = connection.begin().await.unwrap();
    {
        let part = tx.savepoint().await.unwrap();
        part.execute(ADD, &[&"did:one", &request.as_slice()]).await.unwrap();
        part.execute(ADD, &[&"did:one", &request.as_slice()]).await.unwrap_err();
    }
    tx.execute(ADD, &[&"did:two", &request.as_slice()]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&connection).await, 1);
}

#[tokio::test]
async fn a_lock_that_is_held_is_transient() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let (mut holder, mut waiter) = (store.connection().await.unwrap(), store.connection().await.unwrap());
    let held = holder.begin().await.unwrap();
    held.execute("LOCK TABLE idempotency", &[]).await.unwrap();
    let waiting = waiter.begin().await.unwrap();
    let error = waiting.execute("LOCK TABLE idempotency NOWAIT", &[]).await.unwrap_err();
    assert!(error.is_transient() && error.is_lock_timeout(), "{error:?}");
}

#[tokio::test]
async fn every_session_is_bounded() {
    let database = TestDatabase::new().await;
    let connection = database.store().await.connection().await.unwrap();
    let settings = "SELECT name, setting FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', \
         'idle_in_transaction_session_timeout', 'application_name') ORDER BY name";
    let rows = connection.query(settings, &[]).await.unwrap();
    let found: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let expected = [
        ("application_name", "hanse"),
        ("idle_in_transaction_session_timeout", "30000"),
        ("lock_timeout", "5000"),
        ("statement_timeout", "15000"),
    ];
    assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn the_pool_counts_and_closes() {
    let database = TestDatabase::new().await;
    let store = Store::open(&Config { url: database.url().to_owned(), connections: 2 }).await.unwrap();
    let connection = store.connection().await.unwrap();
    let status = store.status();
    assert_eq!((status.connections_max, status.connections, status.idle, status.waiting), (2, 1, 0, 0));
    drop(connection);
    assert_eq!(store.status().idle, 1);
    store.close();
    assert!(matches!(store.connection().await, Err(StoreError::Connect(_))));
}

#[tokio::test]
async fn unusable_urls_say_what_is_wrong() {
    let open = async |url: &str| {
        let config = Config { url: url.to_owned(), connections: 1 };
        Store::open(&config).await.unwrap_err()
    };
    assert!(open("postgres://hanse@localhost/hanse?sslmode=allow").await.to_string().contains("sslmode"));
    assert!(matches!(open("host='unclosed").await, StoreError::Config(_)));
    assert!(matches!(open("host=/nowhere/at/all user=hanse dbname=hanse").await, StoreError::Connect(_)));
    assert!(matches!(open("user=hanse dbname=hanse").await, StoreError::Config(_)));
}

#[tokio::test]
async fn both_forms_of_a_url_reach_the_database() {
    let database = TestDatabase::new().await;
    let value = |key: &str| {
        let (_, rest) = database.url().rsplit_once(&format!("{key}=")).unwrap();
        rest.split(' ').next().unwrap().trim_matches('\'').to_owned()
    };
    let url = format!("postgres:///{}?user={}&host={}", value("dbname"), value("user"), value("host"));
    let store = Store::open(&Config { url, connections: 1 }).await.unwrap();
    assert!(store.schema_current().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_outlives_the_runtime_of_whoever_asked_for_it_first() {
    let database = TestDatabase::new().await;
    let store = Store::open(&Config { url: database.url().to_owned(), connections: 1 }).await.unwrap();
    // The server ends the one connection, so that the next caller makes a new one.
    let first = store.connection().await.unwrap();
    drop(first.query("SELECT pg_terminate_backend(pg_backend_pid())", &[]).await);
    drop(first);
    let there = store.clone();
    let asked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let connection = there.connection().await.unwrap();
            if connection.query("SELECT 1", &[]).await.is_ok() {
                return connection;
            }
            // The pool may hand the ended connection out once more.
            drop(connection);
            there.connection().await.unwrap()
        })
    });
    let connection = tokio::task::spawn_blocking(move || asked.join().unwrap()).await.unwrap();
    connection.query("SELECT 1", &[]).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for_and_its_connection_is_thrown_away() {
    let database = TestDatabase::new().await;
    let store = Store::open(&Config { url: database.url().to_owned(), connections: 1 }).await.unwrap();
    let connection = store.connection().await.unwrap();
    // From here on time passes by itself whenever nothing comes from the server.
    tokio::time::pause();
    let hung = connection.query("SELECT pg_sleep(3600)", &[]).await.unwrap_err();
    assert!(matches!(hung, StoreError::Unanswered { .. }) && hung.is_away(), "{hung:?}");
    // It is not even asked.
    let behind = tokio::select! {
        biased;
        behind = connection.query("SELECT 1", &[]) => behind.unwrap_err(),
        () = std::future::ready(()) => panic!("who comes behind it waits as well"),
    };
    assert!(matches!(behind, StoreError::Unanswered { .. }), "{behind:?}");
    assert!(connection.is_lost());
    tokio::time::resume();
    drop(connection);
    store.connection().await.unwrap().query("SELECT 1", &[]).await.unwrap();
}

/// Begins a statement that does not end, and drops it once the server is at it. Says of whose session it was.
async fn leave(db: &impl Sql, other: &Connection) -> i32 {
    let pid: i32 = db.query_one("SELECT pg_backend_pid() AS pid", &[]).await.unwrap().get("pid");
    const ASLEEP: &str = "SELECT count(*) FILTER (WHERE wait_event = 'PgSleep') AS asleep, pg_sleep(0.01)::text AS paced \
         FROM pg_stat_activity WHERE pid = $1";
    let asleep =
        async { while other.query_one(ASLEEP, &[&pid]).await.unwrap().get::<_, i64>("asleep") == 0 {} };
    tokio::select! {
        ended = db.query("SELECT pg_sleep(3600)", &[]) => panic!("{ended:?}"),
        () = asleep => {}
    }
    pid
}

#[tokio::test]
async fn a_statement_for_which_nobody_waits_any_more_is_ended_with_its_session() {
    let database = TestDatabase::new().await;
    let store = Store::open(&Config { url: database.url().to_owned(), connections: 1 }).await.unwrap();
    let other = database.store().await.connection().await.unwrap();
    const PID: &str = "SELECT pg_backend_pid() AS pid";
    const LEFT: &str =
        "SELECT count(*) AS left, pg_sleep(0.01)::text AS paced FROM pg_stat_activity WHERE pid = $1";
    for within in [false, true] {
        let mut connection = store.connection().await.unwrap();
        let pid = if within {
            let tx = connection.begin().await.unwrap();
            let pid = leave(&tx, &other).await;
            // Nothing was asked, so nothing is unknown.
            let error = tx.commit().await.unwrap_err();
            assert!(matches!(error, StoreError::Unanswered { .. }), "{error:?}");
            pid
        } else {
            leave(&connection, &other).await
        };
        assert!(connection.is_lost());
        drop(connection);
        let next = store.connection().await.unwrap();
        let its: i32 = next.query_one(PID, &[]).await.unwrap().get("pid");
        assert_ne!(its, pid, "whoever comes next does not wait behind it");
        while other.query_one(LEFT, &[&pid]).await.unwrap().get::<_, i64>("left") > 0 {}
    }
}

#[tokio::test]
async fn a_part_that_breaks_off_is_known_not_to_stand() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let mut connection = store.connection().await.unwrap();
    let mut tx = connection.begin().await.unwrap();
    let part = tx.savepoint().await.unwrap();
    part.execute("SELECT pg_terminate_backend(pg_backend_pid())", &[]).await.unwrap_err();
    let error = part.commit().await.unwrap_err();
    assert!(matches!(error, StoreError::Statement { .. }), "{error:?}");
}

#[tokio::test]
async fn what_only_reads_the_table_does_not_keep_a_node_from_seeing_that_it_can_write() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let (mut reader, mut writer) = (store.connection().await.unwrap(), store.connection().await.unwrap());
    const BLOCKS: &str =
        "SELECT pg_relation_size('write_probe') / current_setting('block_size')::bigint AS blocks";
    let blocks = async |db: &Connection| -> i64 { db.query_one(BLOCKS, &[]).await.unwrap().get("blocks") };
    health::write(&mut writer).await.unwrap();
    // As pg_dump does for as long as it runs.
    let backup = reader.begin().await.unwrap();
    backup.execute("LOCK TABLE write_probe IN ACCESS SHARE MODE", &[]).await.unwrap();
    let mut before = blocks(&writer).await;
    for _ in 0..8 {
        health::write(&mut writer).await.unwrap();
        let now = blocks(&writer).await;
        assert!(now > before, "each time it needs a block that was not there");
        before = now;
    }
    backup.commit().await.unwrap();
    health::write(&mut writer).await.unwrap();
    assert!(blocks(&writer).await < before, "and what was written is gone");
}

#[tokio::test]
async fn a_full_pool_is_busy_and_not_away() {
    let database = TestDatabase::new().await;
    let store = Store::open(&Config { url: database.url().to_owned(), connections: 1 }).await.unwrap();
    let _held = store.connection().await.unwrap();
    tokio::time::pause();
    let error = store.connection().await.unwrap_err();
    assert!(error.is_busy() && !error.is_away(), "{error:?}");
}

#[tokio::test]
async fn what_waiting_can_help_is_told_from_what_it_cannot() {
    let failure =
        async |url: &str| Store::open(&Config { url: url.to_owned(), connections: 1 }).await.unwrap_err();
    let nobody = failure("host=/nowhere/at/all user=hanse dbname=hanse").await;
    assert!(nobody.is_away(), "{nobody:?}");
    let database = TestDatabase::new().await;
    let missing = failure(&format!("{} dbname=missing", database.url())).await;
    assert!(!missing.is_away(), "{missing:?}");
    let store = database.store().await;
    let connection = store.connection().await.unwrap();
    for (full, mend) in [
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$", true),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'io_error'; END $$", true),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction'; END $$", true),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'out_of_memory'; END $$", false),
    ] {
        let error = connection.query(full, &[]).await.unwrap_err();
        assert!(error.is_transient() && !error.is_away(), "{error:?}");
        assert_eq!(error.needs_mending(), mend, "{error:?}");
    }
    let wrong = connection.query("SELECT 1 / 0", &[]).await.unwrap_err();
    assert!(!wrong.is_transient(), "{wrong:?}");
}

#[tokio::test]
async fn the_parts_of_a_pool_do_not_starve_each_other() {
    let database = TestDatabase::new().await;
    let store = Store::open(&Config { url: database.url().to_owned(), connections: 8 }).await.unwrap();
    let parts = store.divide().unwrap();
    let most = [&parts.lease, &parts.work, &parts.requests].map(|part| part.status().connections_max);
    assert_eq!(most, [2, 3, 3]);
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.push(parts.requests.connection().await.unwrap());
    }
    parts.work.connection().await.unwrap().query("SELECT 1", &[]).await.unwrap();
    parts.lease.connection().await.unwrap().query("SELECT 1", &[]).await.unwrap();
}

#[tokio::test]
async fn each_part_of_a_pool_has_bounds_of_its_own() {
    let database = TestDatabase::new().await;
    let store = Store::open(&Config { url: database.url().to_owned(), connections: 8 }).await.unwrap();
    let parts = store.divide().unwrap();
    const BOUNDS: &str =
        "SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock";
    for (part, expected) in
        [(&parts.lease, ("3s", "3s")), (&parts.work, ("15s", "5s")), (&parts.requests, ("8s", "5s"))]
    {
        let row = part.connection().await.unwrap().query_one(BOUNDS, &[]).await.unwrap();
        assert_eq!((row.get("statement"), row.get("lock")), expected);
    }
}

#[tokio::test]
async fn sessions_of_ones_own_are_seen_and_writes_that_fail() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    store.check_sessions().await.unwrap();
    let mut connection = store.connection().await.unwrap();
    health::write(&mut connection).await.unwrap();
    connection.query("SET default_transaction_read_only = on", &[]).await.unwrap();
    let error = health::write(&mut connection).await.unwrap_err();
    assert!(!error.is_away(), "{error:?}");
}
