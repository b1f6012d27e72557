//! A PostgreSQL of our own that really writes, and what is asked of it apart from a node.

use std::time::{Duration, Instant};

use hanse_postgres::Private;
use hanse_store::{Row, Sql as _, Store, column};
use tempfile::TempDir;

use crate::Result;

const RAW_TABLE: &str = "CREATE TABLE IF NOT EXISTS bench_raw \
     (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id bytea NOT NULL, bytes bytea NOT NULL)";
const RAW_INSERT: &str = "INSERT INTO bench_raw (id, bytes) SELECT * FROM UNNEST($1::bytea[], $2::bytea[])";
const DISK: &str = "SELECT relname AS name, pg_total_relation_size(oid) AS bytes FROM pg_class \
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'bench%'";

/// A server in a folder that goes with it.
pub(crate) struct Database {
    pub(crate) server: Private,
    folder: TempDir,
}

impl Database {
    pub(crate) async fn start() -> Result<Self> {
        // Where the server's user can enter, whoever starts this.
        let folder = tempfile::Builder::new().prefix("hanse-bench-").tempdir_in("/var/tmp")?;
        let server = Private::start(&folder.path().join("postgres")).await?;
        Ok(Self { server, folder })
    }

    /// A migrated database with the table for the limit.
    pub(crate) async fn store(&self) -> Result<Store> {
        migrated(self.server.url()).await
    }

    /// Another one on the same server, and its URL.
    pub(crate) async fn another(&self, name: &str) -> Result<(Store, String)> {
        let url = self.server.database(name).await?;
        Ok((migrated(url.clone()).await?, url))
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.server.stop().await?;
        Ok(self.folder.close()?)
    }
}

async fn migrated(url: String) -> Result<Store> {
    let store = Store::open(&hanse_store::Config { url, connections: 16 }).await?;
    store.migrate().await?;
    store.connection().await?.execute(RAW_TABLE, &[]).await?;
    Ok(store)
}

/// One INSERT of these rows and its commit.
pub(crate) async fn raw_insert(store: &Store, ids: &[&[u8]], bytes: &[&[u8]]) -> Result<Duration> {
    let mut connection = store.connection().await?;
    let start = Instant::now();
    let tx = connection.begin().await?;
    tx.execute(RAW_INSERT, &[&ids, &bytes]).await?;
    tx.commit().await?;
    Ok(start.elapsed())
}

/// Bytes on disk of all tables with their indexes, by name.
pub(crate) struct Disk(Vec<(String, i64)>);

impl Disk {
    pub(crate) async fn of(store: &Store) -> Result<Self> {
        let rows = store.connection().await?.query(DISK, &[]).await?;
        let read = |row: &Row| Ok((column(row, "pg_class", "name")?, column(row, "pg_class", "bytes")?));
        Ok(Self(rows.iter().map(read).collect::<Result<_>>()?))
    }

    /// What was added since, for each of so many things; and in which tables most of it is.
    pub(crate) fn each_since(&self, before: &Self, things: usize) -> (f64, String) {
        let earlier =
            |name: &str| before.0.iter().find(|(known, _)| known == name).map_or(0, |(_, bytes)| *bytes);
        let added = self.0.iter().map(|(name, bytes)| (name, bytes - earlier(name)));
        let each = |bytes: i64| bytes as f64 / f64::from(u32::try_from(things.max(1)).unwrap_or(u32::MAX));
        let mut added: Vec<(&String, f64)> = added.map(|(name, bytes)| (name, each(bytes))).collect();
        added.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let largest = added.iter().take(LARGEST).map(|(name, bytes)| format!("{name} {bytes:.0}"));
        (added.iter().map(|(_, bytes)| bytes).sum(), largest.collect::<Vec<_>>().join(", "))
    }
}

/// Tables of which it is told what they take.
const LARGEST: usize = 4;
