//! Leaves through Postgres against their signatures and the same bytes in one INSERT of the same server, with fsync.

use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey as RawKey};
use hanse_base::names::LogKind;
use hanse_ledger::Leaf;
use hanse_logbook::sequence::{Sequenced, sequence};
use hanse_logbook::{OwnLog, enqueue_all};
use hanse_store::Store;
use tokio::task::JoinSet;

use super::database::{Database, raw_insert};
use super::home::{BATCH, Home};
use crate::Result;
use crate::inputs::{Seeded, leaves, now, postings};
use crate::measure::{Figure, summary};
use crate::report::Group;

const BATCHES: usize = 40;
/// Leaves that come alone.
const SINGLES: usize = 120;
const PEOPLE: u64 = 2_000;
/// What a leaf is measured against.
const LIMIT: &str = "verify_strict, and the same bytes in one INSERT and commit";

pub(crate) fn run() -> Result<Group> {
    let figures = tokio::runtime::Runtime::new()?.block_on(async {
        let database = Database::start().await?;
        let store = database.store().await?;
        let home = Home::open(&store, "a.example", &[]).await?;
        let figures = figures(&store, &home).await;
        store.close();
        database.stop().await?;
        figures
    })?;
    Ok(Group {
        title: "Sequencer (PostgreSQL with fsync on this machine's disk)",
        figures,
        values: Vec::new(),
    })
}

async fn figures(store: &Store, home: &Home) -> Result<Vec<Figure>> {
    let mut seeded = Seeded::new(4);
    let log = home.own(LogKind::Reputation);
    let signed = |seeded: &mut Seeded, count| leaves(seeded, count, PEOPLE);
    let apart = figure(store, log, &signed(&mut seeded, BATCH * BATCHES)?, BATCH).await?;
    let beside = at_once(store, log, &signed(&mut seeded, BATCH * BATCHES)?).await?;
    let single = figure(store, log, &signed(&mut seeded, SINGLES)?, 1).await?;
    let jobs = home.own(LogKind::Jobs);
    let opaque = figure(store, jobs, &postings(&mut seeded, BATCH * BATCHES, PEOPLE)?, BATCH).await?;
    let opaque_single = figure(store, jobs, &postings(&mut seeded, SINGLES, PEOPLE)?, 1).await?;
    let named = |figure: Figure| Figure { what: format!("a posting: {}", figure.what), ..figure };
    Ok(vec![apart, beside, single, named(opaque), named(opaque_single)])
}

/// Accepted, sequenced, indexed and under a signed checkpoint, against the signatures and one INSERT of the same bytes; in turn.
pub(super) async fn figure(store: &Store, log: &OwnLog, leaves: &[Leaf], batch: usize) -> Result<Figure> {
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
    Ok(Figure::new(what, LIMIT, ours, limit))
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
    Ok(Figure::new(what, LIMIT, ours, limit))
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
