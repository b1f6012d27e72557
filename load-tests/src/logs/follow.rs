//! A node that follows another one's log: catching up with many leaves, and keeping up with those that come. Both nodes, their
//! databases and the network between them are on this one machine.

use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey as RawKey};
use hanse_base::names::LogKind;
use hanse_base::workers::Workers;
use hanse_document::NodeName;
use hanse_ledger::{Leaf, LeafId};
use hanse_logbook::heads::Signing;
use hanse_logbook::{Logbook, enqueue_all, follow, heads, sequence};
use hanse_store::Store;
use tokio::task::JoinSet;

use super::database::{Database, raw_insert};
use super::home::Home;
use super::link;
use super::schedule::{Schedule, proved};
use crate::inputs::{Seeded, leaves, subject, unsigned};
use crate::measure::{Figure, Target, Times, Value, resident_bytes, summary};
use crate::report::Group;
use crate::{Error, Result};

const LOG: &str = "a.example";
const FOLLOWER: &str = "b.example";
/// Leaves that the follower has missed, and people whom they are about.
const MISSED: usize = 100_000;
const PEOPLE: u64 = 20_000;
/// Leaves of one sample, and samples of the limit.
const STEP: usize = 1_000;
const LIMITS: usize = 40;
/// Leaves in a second while the follower keeps up, for how long, and how many come at once.
const RATE: u32 = 2_500;
const SECONDS: u32 = 20;
const AT_ONCE: usize = 25;
/// Between two looks at what the follower has.
const LOOK: Duration = Duration::from_millis(10);
/// Between two looks at memory.
const MEMORY_LOOK: Duration = Duration::from_millis(100);
/// Without a new leaf; something hangs that takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a leaf is measured against.
const LIMIT: &str = "the slower of verify_strict and the same rows in INSERTs";

pub(crate) fn run() -> Result<Group> {
    let (figures, values) = tokio::runtime::Runtime::new()?.block_on(async {
        let database = Database::start().await?;
        let (log, follower) = (database.store().await?, database.another("follower").await?.0);
        let measured = measured(&log, &follower).await;
        log.close();
        follower.close();
        database.stop().await?;
        measured
    })?;
    Ok(Group {
        title: "Following another node's log (both nodes and their databases on this machine)",
        figures,
        values,
    })
}

async fn measured(log: &Store, follower: &Store) -> Result<(Vec<Figure>, Vec<Value>)> {
    let (a, b) = (Home::open(log, LOG, &[FOLLOWER]).await?, Home::open(follower, FOLLOWER, &[LOG]).await?);
    let mut seeded = Seeded::new(14);
    let missed = (0..MISSED).map(|_| {
        let about = subject(seeded.below(PEOPLE));
        unsigned(&mut seeded, about)
    });
    let missed = missed.collect::<Result<Vec<_>>>()?;
    a.sequence_all(LogKind::Reputation, &missed).await?;
    let origin = LogKind::Reputation.origin(&NodeName::parse(LOG)?);
    let limit = limit(log, &missed).await?;
    let link = link::connect(&a, &b).await?;
    let mut workers = Workers::new();
    let cancel = workers.token();
    workers.spawn("follow", follow::run(b.book.clone(), NodeName::parse(LOG)?, cancel));
    let caught = caught_up(&b, &origin).await?;
    let share = limit.p50_us / caught.p50_us;
    let caught =
        Figure::new(format!("a leaf while {MISSED} are caught up with"), LIMIT, caught, limit.clone());
    let caught = caught.aimed_at(Target::at_least("at least 0.5 of that", share, 0.5));
    let (kept_up, values) = kept_up((&a, &b), workers, &origin, limit).await?;
    drop(link);
    Ok((vec![caught, kept_up], values))
}

/// Watches the follower until it has all leaves: the time of each thousand.
async fn caught_up(follower: &Home, origin: &str) -> Result<Times> {
    let (start, mut since, mut reached) = (Instant::now(), Instant::now(), 0);
    let mut times = Vec::new();
    while reached < MISSED {
        tokio::time::sleep(LOOK).await;
        let size = usize::try_from(follower.size(origin).await?)?;
        let steps = size / STEP - reached / STEP;
        let each = since.elapsed() / u32::try_from(steps.max(1))?;
        times.extend((0..steps).map(|_| each));
        if 0 < steps {
            (since, reached) = (Instant::now(), size);
        }
        if PATIENCE < since.elapsed() {
            return Err(format!("the follower has {size} leaves and gets no more").into());
        }
    }
    Ok(summary(&times, STEP, start.elapsed()))
}

/// Leaves come to the log at a constant rate, are sequenced, announced and followed, all by the nodes' own workers.
async fn kept_up(
    (log, follower): (&Home, &Home),
    mut workers: Workers,
    origin: &str,
    limit: Times,
) -> Result<(Figure, Vec<Value>)> {
    let count = usize::try_from(RATE * SECONDS)?;
    let leaves = leaves(&mut Seeded::new(15), count, PEOPLE)?;
    for home in [log, follower] {
        heads::lead(&home.book, 1).await;
        home.book.heard().begin();
        let cancel = workers.token();
        workers.spawn("heads", heads::run(home.book.clone(), cancel));
    }
    let cancel = workers.token();
    workers.spawn("sequencer", sequence::run(log.book.clone(), cancel));
    // The log is signed once its peer has shown its head.
    let cancel = workers.token();
    workers.spawn("follow back", follow::run(log.book.clone(), NodeName::parse(FOLLOWER)?, cancel));
    while log.book.heard().signing(LogKind::Reputation) != Some(Signing::Begun) {
        tokio::time::sleep(LOOK).await;
    }
    let before = resident_bytes()?;
    let known = follower.size(origin).await?;
    let schedule = Schedule::starting_now(RATE);
    let mut accepting = JoinSet::new();
    let (book, accepted) = (log.book.clone(), leaves.clone());
    accepting
        .spawn(async move { accept(&book, &accepted, schedule).await.map_err(|error| error.to_string()) });
    let mut most = before;
    let times = tokio::select! {
        times = proved(follower.book.base().store(), (origin, known), &leaves, schedule) => times?,
        error = watch(&mut most) => return Err(error),
    };
    let wall = schedule.since_start();
    while let Some(ended) = accepting.join_next().await {
        ended??;
    }
    workers.stop().await?;
    let times = summary(&times, 1, wall);
    let rate = times.per_second;
    let what = format!("a leaf comes to the log, {RATE} a second, and can be proved at the follower");
    let figure = Figure::new(what, LIMIT, times, limit);
    let mebibytes = |bytes: u64| (bytes / 1024) as f64 / 1024.0;
    let rate = Value::new(
        format!("leaves followed, of {RATE} that come in a second for {SECONDS} s"),
        rate,
        "a second",
    )
    .aimed_at(Target::at_least("at least 2,000", rate, 2_000.0));
    let memory =
        format!("resident memory of both nodes and what drives them, {:.0} before; most", mebibytes(before));
    let memory = Value::new(memory, mebibytes(most), "MiB").aimed_at(Target::at_most(
        "at most 1,024",
        mebibytes(most),
        1_024.0,
    ));
    Ok((figure, vec![rate, memory]))
}

/// Notes the most memory, until it cannot.
async fn watch(most: &mut u64) -> Error {
    loop {
        tokio::time::sleep(MEMORY_LOOK).await;
        match resident_bytes() {
            Ok(bytes) => *most = bytes.max(*most),
            Err(error) => return error,
        }
    }
}

async fn accept(book: &Logbook, leaves: &[Leaf], schedule: Schedule) -> Result<()> {
    let origin = &book.log_keys().own(LogKind::Reputation).origin;
    for (number, leaves) in leaves.chunks(AT_ONCE).enumerate() {
        // What comes together is due with its last.
        schedule.until_due((number + 1) * AT_ONCE - 1).await;
        let mut connection = book.base().store().connection().await?;
        let tx = connection.begin().await?;
        enqueue_all(&tx, origin, leaves).await?;
        tx.commit().await?;
        book.base().signals().committed();
    }
    Ok(())
}

/// One verification for each leaf, and the same rows in an INSERT for each thousand.
async fn limit(log: &Store, leaves: &[Leaf]) -> Result<Times> {
    let raw = RawKey::from_bytes(&[1; 32]);
    let message = [0x5a; 64];
    let (signature, public) = (raw.sign(&message), raw.verifying_key());
    let (mut verified, mut inserted) = (Vec::new(), Vec::new());
    for leaves in leaves.chunks(STEP).take(LIMITS) {
        let start = Instant::now();
        for _ in leaves {
            public.verify_strict(&message, &signature)?;
        }
        verified.push(start.elapsed());
        let ids: Vec<LeafId> = leaves.iter().map(Leaf::id).collect();
        let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
        let bytes: Vec<&[u8]> = leaves.iter().map(Leaf::bytes).collect();
        inserted.push(raw_insert(log, &ids, &bytes).await?);
    }
    let [verified, inserted] = [verified, inserted].map(|times| summary(&times, STEP, times.iter().sum()));
    Ok(if inserted.p50_us < verified.p50_us { verified } else { inserted })
}
