//! Leaves through Postgres against their signatures and the same bytes in one INSERT of the same server, with fsync.

use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey as RawKey};
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
use tokio::task::JoinSet;

use crate::Result;
use crate::inputs::{Seeded, leaves, now, subject, unsigned};
use crate::measure::{Figure, summary};
use crate::report::Group;

const BATCH: usize = 255;
const BATCHES: usize = 40;
/// Leaves that come alone.
const SINGLES: usize = 120;
const PEOPLE: u64 = 2_000;
/// Leaves and people of a log that has grown; with `PEOPLE` and some ten thousand leaves it is compared.
const GROWN: u64 = 1_000_000;
const GROWN_PEOPLE: u64 = 200_000;

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
    grouped("Sequencer (PostgreSQL with fsync on this machine's disk)", async |store, log| {
        let mut seeded = Seeded::new(4);
        let batches = leaves(&mut seeded, BATCH * BATCHES, PEOPLE)?;
        let apart = figure(store, log, &batches, BATCH).await?;
        let singles = figure(store, log, &leaves(&mut seeded, SINGLES, PEOPLE)?, 1).await?;
        let beside = at_once(store, log, &leaves(&mut seeded, BATCH * BATCHES, PEOPLE)?).await?;
        Ok(vec![apart, beside, singles])
    })
}

/// The same in a log of a million leaves, after one of some thousand.
pub(crate) fn grown() -> Result<Group> {
    grouped("A log that grows (its limit is the same at each size)", async |store, log| {
        let mut seeded = Seeded::new(8);
        fill(store, log, &mut seeded, 10_000, PEOPLE).await?;
        let mut small = figure(store, log, &leaves(&mut seeded, BATCH * BATCHES, PEOPLE)?, BATCH).await?;
        fill(store, log, &mut seeded, GROWN, GROWN_PEOPLE).await?;
        let mut large =
            figure(store, log, &leaves(&mut seeded, BATCH * BATCHES, GROWN_PEOPLE)?, BATCH).await?;
        small.what = format!("{} of 10,000 leaves, 2,000 people", small.what);
        large.what = format!("{} of 1,000,000 leaves, 200,000 people", large.what);
        Ok(vec![small, large])
    })
}

fn grouped(
    title: &'static str,
    figures: impl AsyncFnOnce(&Store, &OwnLog) -> Result<Vec<Figure>>,
) -> Result<Group> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let database = Database::start().await?;
        let store = database.store().await?;
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
            ranking: hanse_matching::side::Weights::DEFAULT,
        };
        let logs = LogKeys::new(&config, &Keys::derive(&config.secret))?;
        let log = logs.own(LogKind::Reputation);
        log.memory.prepare().await?;
        logs.open(&store, now()?).await?;
        let figures = figures(&store, log).await;
        store.close();
        database.stop().await?;
        Ok(Group { title, figures: figures? })
    })
}

/// Lets a log have at least so many leaves, about so many people, each at least once.
async fn fill(store: &Store, log: &OwnLog, seeded: &mut Seeded, size: u64, people: u64) -> Result<()> {
    let mut connection = store.connection().await?;
    let mut filled = hanse_logbook::head(&connection, &log.origin).await?.size;
    while filled < size {
        let tx = connection.begin().await?;
        let about = |number| subject(if number < people { number } else { number % people });
        let made: Vec<Leaf> =
            (filled..).take(BATCH).map(|at| unsigned(seeded, about(at))).collect::<Result<_>>()?;
        let rows: Vec<_> = made.iter().map(|leaf| (leaf.id(), leaf.bytes())).collect();
        hanse_store::log::enqueue(&tx, &log.origin, &rows).await?;
        tx.commit().await?;
        let Sequenced::Head { size, .. } = sequence(store, log, now()?).await? else {
            return Err("nothing was sequenced".into());
        };
        filled = size;
    }
    Ok(())
}

/// Accepted, sequenced, indexed and under a signed checkpoint, against the signatures and one INSERT of the same bytes; in turn.
async fn figure(store: &Store, log: &OwnLog, leaves: &[Leaf], batch: usize) -> Result<Figure> {
    let (mut ours, mut limits) = (Vec::new(), Vec::new());
    for batch in leaves.chunks(batch) {
        limits.push(limit(store, batch).await?);
        let start = Instant::now();
        queue(store, &log.origin, batch).await?;
        sequenced(store, log, batch.len()).await?;
        ours.push(start.elapsed());
    }
    let what = match batch {
        1 => "a leaf alone, from acceptance to checkpoint".to_owned(),
        batch => format!("a leaf in batches of {batch}, from acceptance to checkpoint"),
    };
    let total = |times: &[Duration]| times.iter().sum();
    let (ours, limit) = (summary(&ours, batch, total(&ours)), summary(&limits, batch, total(&limits)));
    Ok(Figure::new(what, "verify_strict, and the same bytes in one INSERT and commit", ours, limit))
}

/// The same while the next leaves are accepted beside, as in a node: from the end of one batch to the end of the next.
async fn at_once(store: &Store, log: &OwnLog, leaves: &[Leaf]) -> Result<Figure> {
    let mut limits = Vec::new();
    for batch in leaves.chunks(BATCH) {
        limits.push(limit(store, batch).await?);
    }
    let start = Instant::now();
    let (accepting, owned) = ((store.clone(), log.origin.clone()), leaves.to_vec());
    let mut accepted = JoinSet::new();
    accepted.spawn(async move {
        for batch in owned.chunks(BATCH) {
            queue(&accepting.0, &accepting.1, batch).await.map_err(|error| error.to_string())?;
        }
        Ok::<(), String>(())
    });
    let (mut ours, mut done, mut since) = (Vec::new(), 0, start);
    while done < leaves.len() {
        match sequence(store, log, now()?).await? {
            Sequenced::Nothing => tokio::task::yield_now().await,
            Sequenced::Head { leaves, .. } => {
                done += usize::try_from(leaves)?;
                ours.push(since.elapsed());
                since = Instant::now();
            }
        }
    }
    let wall = start.elapsed();
    while let Some(ended) = accepted.join_next().await {
        ended??;
    }
    let (ours, limit) = (summary(&ours, BATCH, wall), summary(&limits, BATCH, limits.iter().sum()));
    let what = format!("a leaf in batches of {BATCH}, while others are accepted");
    Ok(Figure::new(what, "verify_strict, and the same bytes in one INSERT and commit", ours, limit))
}

/// The signatures, one after the other, and the rows.
async fn limit(store: &Store, batch: &[Leaf]) -> Result<Duration> {
    let ids: Vec<[u8; 32]> = batch.iter().map(|leaf| *leaf.id().as_bytes()).collect();
    let ids: Vec<&[u8]> = ids.iter().map(<[u8; 32]>::as_slice).collect();
    let bytes: Vec<&[u8]> = batch.iter().map(Leaf::bytes).collect();
    let raw = RawKey::from_bytes(&[1; 32]);
    let (message, public) = ([0x5a; 64], raw.verifying_key());
    let signature = raw.sign(&message);
    let start = Instant::now();
    for _ in batch.iter().flat_map(Leaf::signatures) {
        public.verify_strict(&message, &signature)?;
    }
    let verified = start.elapsed();
    Ok(verified + raw_insert(store, &ids, &bytes).await?)
}

async fn sequenced(store: &Store, log: &OwnLog, count: usize) -> Result<()> {
    match sequence(store, log, now()?).await? {
        Sequenced::Head { leaves, .. } if usize::try_from(leaves)? == count => Ok(()),
        other @ (Sequenced::Nothing | Sequenced::Head { .. }) => {
            Err(format!("{count} leaves waited: {other:?}").into())
        }
    }
}

/// Verifies the leaves' signatures and queues them, in one transaction.
async fn queue(store: &Store, origin: &str, leaves: &[Leaf]) -> Result<()> {
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    enqueue_all(&tx, origin, leaves).await?;
    Ok(tx.commit().await?)
}
