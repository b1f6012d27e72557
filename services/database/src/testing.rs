//! A database of its own for each test, as a copy of a migrated template: 0.1 s instead of a migration.
//!
//! The server is the one that `HANSE_TEST_DATABASE` names; `make test` starts it with the program `with-postgres`. A test that
//! needs a database and finds none fails: a test that is skipped is a test that nobody misses.
#![expect(clippy::expect_used, clippy::panic, reason = "support of tests: a failure is the finding")]

use std::future::poll_fn;
use std::thread;

use tokio::sync::watch;
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, NoTls};

use crate::create::create_database;
use crate::{Config, Store, StoreError};

/// The variable that holds the URL of the server: a role that may create databases.
pub const VARIABLE: &str = "HANSE_TEST_DATABASE";

/// Enough for a few concurrent users in one test; the server has several hundred for all tests together.
const CONNECTIONS: usize = 8;
/// The server itself waits up to 5 s for the sessions of a database to end, so that few attempts are many.
const RENAMES_MAX: usize = 10;
/// Looks of [`settled`], a hundredth of a second apart.
const LOOKS_MAX: usize = 9_000;
/// One at a time makes the template; the number is arbitrary and used for nothing else.
const TEMPLATE_LOCK: &str = "SELECT pg_advisory_lock(7203148815524601)";

/// A trigger on every table that tells of the statement when its transaction commits.
const TELL: &str = "CREATE FUNCTION tell_commit() RETURNS trigger LANGUAGE plpgsql
         AS 'BEGIN NOTIFY committed; RETURN NULL; END';
     DO $$ DECLARE name text; BEGIN
         FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
             EXECUTE format('CREATE TRIGGER tell_commit AFTER INSERT OR UPDATE OR DELETE ON %I
                 FOR EACH STATEMENT EXECUTE FUNCTION tell_commit()', name);
         END LOOP;
     END $$;
     LISTEN committed";

/// An empty, migrated database. It is dropped with this value, whoever is still connected.
#[derive(Debug)]
pub struct TestDatabase {
    server: String,
    name: String,
    url: String,
}

impl TestDatabase {
    /// Makes the database.
    ///
    /// # Panics
    /// If there is no server or it refuses.
    pub async fn new() -> TestDatabase {
        let server = server();
        let template = template(&server).await.expect("the template database can be made");
        let name = format!("t_{}", uuid::Uuid::now_v7().simple());
        run(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .await
            .expect("a database can be made");
        TestDatabase { url: with_database(&server, &name), server, name }
    }

    /// An empty database without the schema, for tests of the migrations.
    ///
    /// # Panics
    /// As [`TestDatabase::new`].
    pub async fn unmigrated() -> TestDatabase {
        let server = server();
        let name = format!("t_{}", uuid::Uuid::now_v7().simple());
        create_database(&server, &name).await.expect("a database can be made");
        TestDatabase { url: with_database(&server, &name), server, name }
    }

    /// A copy of this database as it is now, as a backup that is restored would be. Nobody may be connected to it.
    ///
    /// # Panics
    /// If somebody stays connected, or the server refuses.
    pub async fn copy(&self) -> TestDatabase {
        let name = format!("t_{}", uuid::Uuid::now_v7().simple());
        let statement = format!("CREATE DATABASE {name} TEMPLATE {}", self.name);
        run(&self.server, &statement).await.expect("the database can be copied");
        TestDatabase { server: self.server.clone(), url: with_database(&self.server, &name), name }
    }

    /// How to connect to it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A pool on it; each call opens another one, as another process would.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn store(&self) -> Store {
        let config = Config { url: self.url.clone(), connections: CONNECTIONS };
        Store::open(&config).await.expect("the test database answers")
    }

    /// Runs statements as they stand in a file, in one transaction, as a migration is.
    ///
    /// # Panics
    /// If one of them fails.
    pub async fn script(&self, statements: &str) {
        run(self.url(), statements).await.expect("a script runs");
    }

    /// Hears of every commit from now on. Once, and before anybody else uses the database: it changes every table.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn commits(&self) -> Commits {
        let (client, mut connection) =
            tokio_postgres::connect(&self.url, NoTls).await.expect("the test database answers");
        let (tell, heard) = watch::channel(());
        let hearing = async move {
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
                if matches!(message, AsyncMessage::Notification(_)) {
                    tell.send_replace(());
                }
            }
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "a test's own task; it ends with the client or the database"
        )]
        drop(tokio::spawn(hearing));
        client.batch_execute(TELL).await.expect("triggers can be made");
        Commits { heard, _listens: client }
    }
}

/// Hears of every commit that writes to a table of a test's database: what waits for something in the database looks when it
/// may be there, not again and again.
#[derive(Debug)]
pub struct Commits {
    heard: watch::Receiver<()>,
    /// The connection, and the task that drives it, end with it.
    _listens: Client,
}

impl Commits {
    /// Looks now and after every commit until there is something. Time is the caller's to bound.
    ///
    /// # Panics
    /// If the server has gone.
    pub async fn until<T>(&self, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let mut heard = self.heard.clone();
        loop {
            // Seen before the look, so that what is committed during it is not missed.
            heard.mark_unchanged();
            if let Some(found) = look().await {
                return found;
            }
            heard.changed().await.expect("the server listens");
        }
    }
}

/// Waits until every transaction that has begun to write on this server has ended, those of other tests included: then the
/// feed of `changes` shows all that was committed before.
///
/// # Panics
/// If the server does not answer, or somebody's transaction stays open for a minute and a half.
pub async fn settled(db: &impl crate::Sql) {
    const NOW: &str = "SELECT pg_current_xact_id()::text::bigint AS xid";
    const LOOK: &str = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::bigint::text::xid8 AS settled, \
         pg_sleep(0.01)::text AS paced";
    let row = db.query_one(NOW, &[]).await.expect("the server answers");
    let now: i64 = crate::column(&row, "none", "xid").expect("a number");
    for _ in 0..LOOKS_MAX {
        let row = db.query_one(LOOK, &[&now]).await.expect("the server answers");
        if crate::column(&row, "none", "settled").expect("a truth value") {
            return;
        }
    }
    panic!("a transaction on this server stays open");
}

impl Drop for TestDatabase {
    /// On a thread of its own with a runtime of its own: the test may be inside one, and may be panicking.
    fn drop(&mut self) {
        let server = self.server.clone();
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(run(&server, &statement)).ok()
        });
        // What cannot be dropped goes with the server.
        drop(dropped.join());
    }
}

fn server() -> String {
    #[expect(clippy::disallowed_methods, reason = "tests are configured by one variable, set by `make test`")]
    let server = std::env::var(VARIABLE);
    server.unwrap_or_else(|_| {
        panic!(
            "{VARIABLE} is not set, and this test needs a PostgreSQL server: use `make test`, or \
             `target/debug/with-postgres cargo nextest run …`"
        )
    })
}

/// The template for the migrations as they are now, made if it is missing. It appears under its name only when it is whole, and
/// nobody is connected to it then, so that it can be copied.
async fn template(server: &str) -> Result<String, StoreError> {
    let name = format!("hanse_template_{:016x}", crate::migrate::fingerprint());
    if exists(server, &name).await? {
        return Ok(name);
    }
    let store = Store::open(&Config { url: server.to_owned(), connections: 1 }).await?;
    let lock = store.connection().await?;
    lock.client()?
        .batch_execute(&format!("SET lock_timeout = '1min'; SET statement_timeout = '1min'; {TEMPLATE_LOCK}"))
        .await
        .map_err(|source| StoreError::Statement { statement: TEMPLATE_LOCK, source })?;
    if !exists(server, &name).await? {
        let draft = format!("{name}_draft");
        run(server, &format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await?;
        create_database(server, &draft).await?;
        let drafted = Store::open(&Config { url: with_database(server, &draft), connections: 1 }).await?;
        drafted.migrate().await?;
        drafted.close();
        rename(server, &draft, &name).await?;
    }
    Ok(name)
}

/// Renames a database as soon as its last session is gone, which ends on its own within milliseconds.
async fn rename(server: &str, from: &str, to: &str) -> Result<(), StoreError> {
    let statement = format!("ALTER DATABASE {from} RENAME TO {to}");
    for _ in 0..RENAMES_MAX {
        match run(server, &statement).await {
            Err(StoreError::Statement { source, .. }) if source.code() == Some(&SqlState::OBJECT_IN_USE) => {}
            other => return other,
        }
    }
    run(server, &statement).await
}

async fn exists(server: &str, name: &str) -> Result<bool, StoreError> {
    const STATEMENT: &str = "SELECT 1 FROM pg_database WHERE datname = $1";
    let store = Store::open(&Config { url: server.to_owned(), connections: 1 }).await?;
    let connection = store.connection().await?;
    Ok(crate::Sql::query_opt(&connection, STATEMENT, &[&name]).await?.is_some())
}

/// Runs one statement that cannot be prepared, on a connection of its own.
async fn run(server: &str, statement: &str) -> Result<(), StoreError> {
    let store = Store::open(&Config { url: server.to_owned(), connections: 1 }).await?;
    let connection = store.connection().await?;
    let done = connection.client()?.batch_execute(statement).await;
    done.map_err(|source| StoreError::Statement { statement: "CREATE, ALTER or DROP DATABASE", source })
}

/// The same server, another database: in both forms of a URL the last word on a parameter wins.
fn with_database(server: &str, name: &str) -> String {
    let separator = match (server.contains("://"), server.contains('?')) {
        (true, true) => '&',
        (true, false) => '?',
        (false, _) => ' ',
    };
    format!("{server}{separator}dbname={name}")
}

/// Prepares a statement and returns the types of its parameters and its columns, as PostgreSQL names them.
///
/// # Errors
/// `Statement` if it does not fit the schema.
pub async fn prepare(
    connection: &crate::Connection,
    statement: &'static str,
) -> Result<(Vec<String>, Vec<(String, String)>), StoreError> {
    let prepared = connection
        .client()?
        .prepare(statement)
        .await
        .map_err(|source| StoreError::Statement { statement, source })?;
    let params = prepared.params().iter().map(ToString::to_string).collect();
    let columns =
        prepared.columns().iter().map(|column| (column.name().to_owned(), column.type_().to_string()));
    Ok((params, columns.collect()))
}
