//! How long the first page takes at a million people, what it costs, and what the short list misses.

use std::fs;
use std::time::Instant;

use hanse_matching::Space;
use hanse_matching::explain;
use hanse_matching::fair::Attention;
use hanse_matching::index::{Change, Index};
use hanse_matching::model::Job;
use hanse_matching::query::{Query, Setting};
use serde::Serialize;

use super::synthetic::{Dice, Maker};

/// People in one change set while the index is built.
const BATCH: usize = 65_536;
/// The results that a page explains.
const PAGE: usize = 20;

/// Milliseconds of a page.
#[derive(Debug, Serialize)]
pub(crate) struct Times {
    p50: f64,
    p99: f64,
    max: f64,
}

/// Jobs for which everybody is ranked as well, which takes seconds each.
const COMPARED: usize = 10;

/// What was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Latency {
    seed: u64,
    people: usize,
    queries: usize,
    /// Seconds to build the index, titles included.
    build_seconds: f64,
    /// The process's memory at its largest, in MiB, and that of the index alone.
    peak_mib: u64,
    index_mib: u64,
    /// A page: prepare the job, find, filter, rank, arrange, explain 20.
    wall_ms: Times,
    /// The same by the thread's processor time.
    cpu_ms: Times,
    /// Milliseconds (medians): preparing, ranking, explaining.
    prepare_ms: f64,
    rank_ms: f64,
    explain_ms: f64,
    /// Milliseconds until one changed profile can be found, at most.
    update_ms: f64,
    /// The share of the first 20 of ranking everybody that the short list has, over [`COMPARED`] jobs.
    agreement: f64,
}

impl Latency {
    pub(crate) fn line(&self) -> String {
        format!(
            "{} people: page of {PAGE} p50 {:.1} ms, p99 {:.1} ms (cpu {:.1}, {:.1}; prepare {:.1}, rank {:.1}, explain {:.1}); built in {:.0} s; \
             index {} MiB, process {} MiB; update {:.0} ms; agreement with ranking everybody {:.3}",
            self.people,
            self.wall_ms.p50,
            self.wall_ms.p99,
            self.cpu_ms.p50,
            self.cpu_ms.p99,
            self.prepare_ms,
            self.rank_ms,
            self.explain_ms,
            self.build_seconds,
            self.index_mib,
            self.peak_mib,
            self.update_ms,
            self.agreement
        )
    }
}

/// Builds an index of synthetic people, and says how many seconds that took without making the people.
pub(crate) fn build(
    setting: &Setting<'_>,
    maker: &Maker<'_>,
    dice: &mut Dice,
    people: usize,
) -> (Index, f64) {
    let mut index = Index::default();
    let mut seconds = 0.0;
    let mut left = people;
    while left > 0 {
        let count = left.min(BATCH);
        let batch: Vec<Change> = (0..count)
            .filter_map(|_| maker.person(dice))
            .map(|person| Change::Put(Box::new(person)))
            .collect();
        let start = Instant::now();
        index.apply(setting.taxonomy, setting.titles, batch);
        seconds += start.elapsed().as_secs_f64();
        left -= count;
    }
    (index, seconds)
}

pub(crate) fn measure(setting: Setting<'_>, seed: u64, people: usize, queries: usize) -> Latency {
    let maker = Maker::skewed(setting.taxonomy);
    let before = memory("VmRSS:");
    let (mut index, build_seconds) = build(&setting, &maker, &mut Dice(seed), people);
    let index_mib = memory("VmRSS:").saturating_sub(before);
    let mut dice = Dice(seed ^ 1);
    let jobs: Vec<Job> = (0..queries).filter_map(|_| maker.job(&mut dice)).collect();
    let mut space = Space::default();
    let attention = Attention::default();
    let (mut wall, mut cpu) = (Vec::new(), Vec::new());
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    for job in &jobs {
        let (clock, processor) = (Instant::now(), thread_ms());
        let query = Query::new(job, setting);
        let prepared = clock.elapsed().as_secs_f64();
        let ranking = index.rank(&query, &mut space);
        let ranked = clock.elapsed().as_secs_f64();
        let shown = attention.arrange(&ranking, PAGE);
        let explained = shown.iter().filter_map(|shown| {
            let person = index.get(&shown.ranked.id)?;
            Some(explain::explain(&query, &ranking, person, &shown.ranked))
        });
        std::hint::black_box(explained.collect::<Vec<_>>());
        let whole = clock.elapsed().as_secs_f64();
        wall.push(whole * 1e3);
        cpu.push(thread_ms() - processor);
        for (list, seconds) in parts.iter_mut().zip([prepared, ranked - prepared, whole - ranked]) {
            list.push(seconds * 1e3);
        }
    }
    let [prepare, rank, explain] = parts.map(|mut list| quantile(&mut list, 0.5));
    let mut update_ms = 0.0_f64;
    for person in (0..50).filter_map(|_| maker.person(&mut dice)) {
        let clock = Instant::now();
        index.apply(setting.taxonomy, setting.titles, [Change::Put(Box::new(person))]);
        update_ms = update_ms.max(clock.elapsed().as_secs_f64() * 1e3);
    }
    let peak_mib = memory("VmHWM:");
    let agreement = agreement(setting, &index, &jobs, &mut space);
    Latency {
        seed,
        people,
        queries: jobs.len(),
        build_seconds,
        peak_mib,
        index_mib,
        wall_ms: times(wall),
        cpu_ms: times(cpu),
        prepare_ms: prepare,
        rank_ms: rank,
        explain_ms: explain,
        update_ms,
        agreement,
    }
}

/// How many of the first 20 of ranking everybody are the first 20 of the short list.
fn agreement(setting: Setting<'_>, index: &Index, jobs: &[Job], space: &mut Space) -> f64 {
    let (mut same, mut all) = (0_u32, 0_u32);
    for job in jobs.iter().take(COMPARED) {
        let query = Query::new(job, setting);
        let found: Vec<[u8; 32]> = index.rank(&query, space).iter().take(PAGE).map(|it| it.id).collect();
        for ranked in index.rank_more(&query, space, usize::MAX).iter().take(PAGE) {
            all += 1;
            same += u32::from(found.contains(&ranked.id));
        }
    }
    f64::from(same) / f64::from(all.max(1))
}

fn times(mut list: Vec<f64>) -> Times {
    Times { p50: quantile(&mut list, 0.5), p99: quantile(&mut list, 0.99), max: quantile(&mut list, 1.0) }
}

fn quantile(list: &mut [f64], share: f64) -> f64 {
    list.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
    let place = (list.len().saturating_sub(1) as f64 * share).round() as usize;
    list.get(place).copied().unwrap_or_default()
}

/// A figure of this process's memory in MiB; 0 where the system does not tell.
fn memory(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    line.split_whitespace().next().and_then(|text| text.parse::<u64>().ok()).unwrap_or_default() / 1024
}

/// This thread's processor time in milliseconds; 0 where the system does not tell.
fn thread_ms() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|text| text.parse::<f64>().ok()).unwrap_or_default() / 1e6
}
