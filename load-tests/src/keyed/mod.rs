//! Keyed requests while connections are reset and processes are killed: how often did what one key asked for happen?
//!
//! A node and a Postgres as processes of their own; people who post, bid and deliver, each request with a key and repeated with it
//! until there is a definite answer. Meanwhile connections are reset in the middle of a request, and `kill -9` ends the node, one
//! backend of the database or the whole database. At the end each key has one effect, or was refused and has none.

mod site;
mod worker;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use self::site::{Site, Victim};
use self::worker::{Done, Worker};
use crate::inputs::Seeded;
use crate::{Result, report};

/// Pairs of people that work at once.
const WORKERS: u64 = 8;
/// Definite answers between two kills, at least and below: on a slow machine as on a fast one some of the load must meet a node that lives.
const ANSWERS: (u64, u64) = (4, 24);
/// A run whose node does not come back is over, whatever it was to show.
const BACK_WAIT: Duration = Duration::from_secs(120);

/// What a run is to do.
pub(crate) struct Plan {
    resets: u32,
    kills: u32,
    node: PathBuf,
}

impl Plan {
    /// From the words behind `keyed`: `--resets N`, `--kills N`, `--node PATH`.
    pub(crate) fn read(words: &[String]) -> Result<Self> {
        let beside = std::env::current_exe()?.with_file_name("hanse-node");
        let mut plan = Self { resets: 1_000, kills: 200, node: beside };
        for pair in words.chunks(2) {
            match pair {
                [word, count] if word == "--resets" => plan.resets = count.parse()?,
                [word, count] if word == "--kills" => plan.kills = count.parse()?,
                [word, path] if word == "--node" => plan.node = path.into(),
                _ => return Err(format!("not understood: {}", pair.join(" ")).into()),
            }
        }
        Ok(plan)
    }
}

/// What all workers share.
pub(crate) struct Run {
    node: SocketAddr,
    resets: AtomicU32,
    resets_max: u32,
    answers: AtomicU32,
    over: AtomicBool,
}

/// Runs it and tells what came out; an error if a key has another count of effects than one.
pub(crate) fn run(plan: &Plan) -> Result<()> {
    let mut site = Site::start(&plan.node)?;
    site.wait_until_ready(BACK_WAIT)?;
    let run = Run {
        node: site.address,
        resets: AtomicU32::new(0),
        resets_max: plan.resets,
        answers: AtomicU32::new(0),
        over: AtomicBool::new(false),
    };
    let workers = (0..WORKERS).map(|number| Worker::settle(&run, number));
    let workers: Vec<Worker<'_>> = workers.collect::<Result<_>>()?;
    let start = Instant::now();
    let (done, killed) = thread::scope(|scope| {
        let working: Vec<_> = workers
            .into_iter()
            .map(|mut worker| scope.spawn(move || worker.work().map(|()| worker)))
            .collect();
        let killed = faults(&run, &mut site, plan);
        run.over.store(true, Ordering::SeqCst);
        // A node that ended by itself is started again while the last answers are waited for.
        while working.iter().any(|worker| !worker.is_finished()) {
            site.revive()?;
            thread::sleep(Duration::from_millis(100));
        }
        let done = working.into_iter().map(|worker| worker.join().map_err(|_| "a worker panicked")?);
        Ok::<_, crate::Error>((done.collect::<Result<Vec<_>>>()?, killed?))
    })?;
    site.wait_until_ready(BACK_WAIT)?;
    told(&run, done, &killed, start.elapsed())
}

/// Kills in turn until the plan is done; how often each.
fn faults(run: &Run, site: &mut Site, plan: &Plan) -> Result<BTreeMap<Victim, u32>> {
    let mut seeded = Seeded::new(7);
    let mut killed = BTreeMap::new();
    let mut turn = [Victim::Node, Victim::Backend, Victim::Database].into_iter().cycle();
    while killed.values().sum::<u32>() < plan.kills {
        let victim = turn.next().unwrap_or(Victim::Node);
        let enough = ANSWERS.0 + seeded.below(ANSWERS.1 - ANSWERS.0);
        let (before, start) = (run.answers.load(Ordering::SeqCst), Instant::now());
        while u64::from(run.answers.load(Ordering::SeqCst) - before) < enough && start.elapsed() < BACK_WAIT {
            thread::sleep(Duration::from_millis(10));
            site.revive()?;
        }
        if site.kill(victim)? {
            *killed.entry(victim).or_default() += 1;
        }
        site.wait_until_ready(BACK_WAIT)?;
    }
    while run.resets.load(Ordering::SeqCst) < plan.resets {
        site.revive()?;
        thread::sleep(Duration::from_millis(100));
    }
    Ok(killed)
}

fn told(run: &Run, workers: Vec<Worker<'_>>, killed: &BTreeMap<Victim, u32>, took: Duration) -> Result<()> {
    let mut requests: Vec<Done> = Vec::new();
    let mut effects: BTreeMap<String, u32> = BTreeMap::new();
    let mut tries = 0;
    for mut worker in workers {
        for (key, count) in worker.effects()? {
            *effects.entry(key).or_default() += count;
        }
        tries += worker.tries;
        requests.append(&mut worker.done);
    }
    let wrong: Vec<String> = requests
        .iter()
        .filter_map(|done| {
            let found = effects.get(&done.key).copied().unwrap_or_default();
            (found != u32::from(done.refused.is_none()))
                .then(|| format!("{}: {found} effects, refused {:?}", done.key, done.refused))
        })
        .collect();
    let count = |test: fn(&&Done) -> bool| requests.iter().filter(test).count();
    let slowest = requests.iter().map(|done| done.waited).max().unwrap_or_default();
    let killed: Vec<String> = killed.iter().map(|(victim, count)| format!("{victim:?} {count}")).collect();
    report::lines(&[
        format!("{} keys in {:.0} s, {tries} tries", requests.len(), took.as_secs_f64()),
        format!("{} connections reset; killed: {}", run.resets.load(Ordering::SeqCst), killed.join(", ")),
        format!("{} answers were told again", count(|done| done.replayed)),
        format!("{} keys were refused in the end", count(|done| done.refused.is_some())),
        format!("slowest definite answer {:.1} s after the first try", slowest.as_secs_f64()),
        format!("keys with another count of effects than one: {}", wrong.len()),
    ]);
    report::lines(&wrong);
    let refused: Vec<String> = requests
        .iter()
        .filter_map(|done| Some(format!("{}: {}", done.key, done.refused.as_ref()?)))
        .collect();
    report::lines(&refused);
    if wrong.is_empty() && refused.is_empty() { Ok(()) } else { Err("keys were not done once".into()) }
}
