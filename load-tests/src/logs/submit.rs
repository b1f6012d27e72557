//! From accepting a leaf to its proof: leaves come at a constant rate, whether or not those before them are done, and the sequencer's own worker
//! does the rest.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey as RawKey};
use hanse_base::names::LogKind;
use hanse_base::workers::Workers;
use hanse_ledger::Leaf;
use hanse_logbook::{Logbook, enqueue, heads, sequence};
use hanse_store::Store;
use tokio::task::JoinSet;

use super::database::{Database, raw_insert};
use super::home::Home;
use super::schedule::{Schedule, proved};
use crate::Result;
use crate::inputs::{Seeded, leaves};
use crate::measure::{Figure, Target, summary};
use crate::report::Group;

/// Leaves in a second, and for how long.
const RATE: u32 = 1_000;
const SECONDS: u32 = 20;
const WHOLE_SECONDS: u32 = 120;
/// Who accepts, each on a connection: in a node it is the requests.
const ACCEPTING: usize = 9;
const PEOPLE: u64 = 2_000;
/// How often the limit is taken.
const LIMITS: usize = 400;

pub(crate) fn run() -> Result<Group> {
    group(SECONDS)
}

/// The same for two minutes.
pub(crate) fn whole() -> Result<Group> {
    group(WHOLE_SECONDS)
}

fn group(seconds: u32) -> Result<Group> {
    let figures = tokio::runtime::Runtime::new()?.block_on(async {
        let database = Database::start().await?;
        let store = database.store().await?;
        let home = Home::open(&store, "a.example", &[]).await?;
        let figures = figures(&store, &home.book, seconds).await;
        store.close();
        database.stop().await?;
        figures
    })?;
    let title = "From accepting a leaf to its proof (1,000 leaves a second, each a transaction of its own; the sequencer's worker beside)";
    Ok(Group { title, figures, values: Vec::new() })
}

async fn figures(store: &Store, book: &Logbook, seconds: u32) -> Result<Vec<Figure>> {
    let count = usize::try_from(RATE * seconds)?;
    let leaves = Arc::new(leaves(&mut Seeded::new(13), count, PEOPLE)?);
    let limit = limit(store, leaves.get(..LIMITS).unwrap_or_default()).await?;
    heads::lead(book, 1).await;
    book.heard().begin();
    let origin = &book.log_keys().own(LogKind::Reputation).origin;
    let before = hanse_logbook::head(&store.connection().await?, origin).await?.size;
    let mut workers = Workers::new();
    let cancel = workers.token();
    workers.spawn("sequencer", sequence::run(book.clone(), cancel));
    let schedule = Schedule::starting_now(RATE);
    let mut accepting = JoinSet::new();
    for number in 0..ACCEPTING {
        let (book, leaves) = (book.clone(), Arc::clone(&leaves));
        accepting.spawn(async move {
            accept(&book, &leaves, (number, schedule)).await.map_err(|error| error.to_string())
        });
    }
    let proved = proved(store, (origin, before), &leaves, schedule).await?;
    let wall = schedule.since_start();
    let mut accepted = Vec::with_capacity(count);
    while let Some(ended) = accepting.join_next().await {
        accepted.extend(ended??);
    }
    workers.stop().await?;
    let rate = format!("{RATE} a second for {seconds} s");
    let limit_is = "verify_strict, and one row with the same bytes, INSERT and commit";
    let accepted = summary(&accepted, 1, wall);
    let proved = summary(&proved, 1, wall);
    let (p95, max) = (proved.p95_us / 1e6, proved.max_us / 1e6);
    Ok(vec![
        Figure::new(format!("a leaf is accepted, {rate}"), limit_is, accepted, limit.clone()),
        Figure::new(format!("it is under a checkpoint and can be proved, {rate}"), limit_is, proved, limit)
            .aimed_at(Target::at_most("p95 at most 1.5 s", p95, 1.5))
            .aimed_at(Target::at_most("the slowest at most 5 s", max, 5.0)),
    ])
}

/// Accepts every so-manieth leaf when it is due, or as soon as the ones before it are done; says how long after it was due that was.
async fn accept(
    book: &Logbook,
    leaves: &[Leaf],
    (first, schedule): (usize, Schedule),
) -> Result<Vec<Duration>> {
    let origin = &book.log_keys().own(LogKind::Reputation).origin;
    let mut times = Vec::with_capacity(leaves.len() / ACCEPTING + 1);
    for (number, leaf) in leaves.iter().enumerate().skip(first).step_by(ACCEPTING) {
        let due = schedule.until_due(number).await;
        let mut connection = book.base().store().connection().await?;
        let tx = connection.begin().await?;
        enqueue(&tx, origin, leaf).await?;
        tx.commit().await?;
        book.base().signals().committed();
        times.push(due.elapsed());
    }
    Ok(times)
}

/// The signature and the row, one leaf after the other.
async fn limit(store: &Store, leaves: &[Leaf]) -> Result<crate::measure::Times> {
    let raw = RawKey::from_bytes(&[1; 32]);
    let message = [0x5a; 64];
    let (signature, public) = (raw.sign(&message), raw.verifying_key());
    let mut times = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        let start = Instant::now();
        public.verify_strict(&message, &signature)?;
        let verified = start.elapsed();
        times.push(verified + raw_insert(store, &[leaf.id().as_bytes()], &[leaf.bytes()]).await?);
    }
    Ok(summary(&times, 1, times.iter().sum()))
}
