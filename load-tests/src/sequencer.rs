//! Leaves through Postgres against the same bytes in one INSERT of the same server, with fsync.

use std::time::{Duration, Instant};

use hanse_base::config::{Config, Pace, Secret};
use hanse_base::keys::Keys;
use hanse_base::names::LogKind;
use hanse_document::NodeName;
use hanse_ledger::Leaf;
use hanse_logbook::sequence::{Sequenced, sequence};
use hanse_logbook::{LogKeys, OwnLog, enqueue_all};
use hanse_postgres::Private;
use hanse_store::{Sql as _, Store};
use tempfile::TempDir;

use crate::Result;
use crate::inputs::{Seeded, leaves, now};
use crate::measure::{Figure, summary};
use crate::report::Group;

const BATCH: usize = 255;
const BATCHES: usize = 40;
/// Leaves that come alone.
const SINGLES: usize = 120;
const PEOPLE: u64 = 2_000;

const RAW_TABLE: &str = "CREATE TABLE IF NOT EXISTS bench_raw \
     (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id bytea NOT NULL, bytes bytea NOT NULL)";
const RAW_INSERT: &str = "INSERT INTO bench_raw (id, bytes) SELECT * FROM UNNEST($1::bytea[], $2::bytea[])";

/// A server of our own that really writes, in a folder that goes with it.
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
        let store = Store::open(&hanse_store::Config { url: self.server.url(), connections: 16 }).await?;
        store.migrate().await?;
        store.connection().await?.execute(RAW_TABLE, &[]).await?;
        Ok(store)
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.server.stop().await?;
        Ok(self.folder.close()?)
    }
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

pub(crate) fn run() -> Result<Group> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let database = Database::start().await?;
        let store = database.store().await?;
        let figures = figures(&store).await;
        store.close();
        database.stop().await?;
        Ok(Group { title: "Sequencer (PostgreSQL with fsync on this machine's disk)", figures: figures? })
    })
}

async fn figures(store: &Store) -> Result<Vec<Figure>> {
    let heads = tempfile::tempdir()?;
    let config = Config {
        name: NodeName::parse("a.example")?,
        secret: Secret::new([9; 32]),
        url: "http://127.0.0.1".to_owned(),
        peers: Vec::new(),
        listen: Vec::new(),
        heads: Some(heads.path().join("heads")),
        net: "bench".to_owned(),
        pace: Pace::default(),
        ranking: hanse_matching::side::Policy::DEFAULT,
    };
    let logs = LogKeys::new(&config, &Keys::derive(&config.secret))?;
    let log = logs.own(LogKind::Reputation);
    log.memory.prepare().await?;
    logs.open(store, now()?).await?;
    let mut seeded = Seeded::new(4);
    let batches = figure(store, log, &leaves(&mut seeded, BATCH * BATCHES, PEOPLE)?, BATCH).await?;
    let singles = figure(store, log, &leaves(&mut seeded, SINGLES, PEOPLE)?, 1).await?;
    Ok(vec![batches, singles])
}

/// Accepted, sequenced, indexed and under a signed checkpoint, against one INSERT of the same bytes; in turn.
async fn figure(store: &Store, log: &OwnLog, leaves: &[Leaf], batch: usize) -> Result<Figure> {
    let (mut ours, mut limits) = (Vec::new(), Vec::new());
    for batch in leaves.chunks(batch) {
        let ids: Vec<[u8; 32]> = batch.iter().map(|leaf| *leaf.id().as_bytes()).collect();
        let ids: Vec<&[u8]> = ids.iter().map(<[u8; 32]>::as_slice).collect();
        let bytes: Vec<&[u8]> = batch.iter().map(Leaf::bytes).collect();
        limits.push(raw_insert(store, &ids, &bytes).await?);
        let start = Instant::now();
        accept(store, log, batch).await?;
        let sequenced = sequence(store, log, now()?).await?;
        ours.push(start.elapsed());
        let Sequenced::Head { leaves, .. } = sequenced else { return Err("nothing was sequenced".into()) };
        if usize::try_from(leaves)? != batch.len() {
            return Err(format!("{leaves} leaves were sequenced").into());
        }
    }
    let what = match batch {
        1 => "a leaf alone, from acceptance to checkpoint".to_owned(),
        batch => format!("a leaf in batches of {batch}, from acceptance to checkpoint"),
    };
    let total = |times: &[Duration]| times.iter().sum();
    let (ours, limit) = (summary(&ours, batch, total(&ours)), summary(&limits, batch, total(&limits)));
    Ok(Figure::new(what, "the same bytes in one INSERT and commit", ours, limit))
}

/// Verifies the leaves' signatures and queues them, in one transaction.
async fn accept(store: &Store, log: &OwnLog, leaves: &[Leaf]) -> Result<()> {
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    enqueue_all(&tx, &log.origin, leaves).await?;
    Ok(tx.commit().await?)
}
