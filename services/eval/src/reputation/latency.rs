//! How long a score takes among a million people.

use std::fs;
use std::time::Instant;

use hanse_reputation::{Epoch, Graph, Label, Parameters, Standpoint};
use serde::Serialize;

use super::random::Random;
use super::statistics::{largest, mean, quantile};
use super::world::{Rating, entry, person, place};

/// Scores that are timed.
const SCORES: usize = 2_000;
/// New entries that are timed.
const INSERTS: usize = 20_000;
/// Ratings for each person on the mean; most give a few, some give thousands.
const RATINGS_EACH: usize = 12;
/// People who live near each other and mostly hire each other.
const TOWN: usize = 1_000;
/// No month of the made-up ratings is older.
const MONTHS: usize = 60;

/// What a piece of work took.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Took {
    /// Milliseconds on the clock on the wall, which also runs while others use the processor.
    pub(crate) wall: f64,
    /// Milliseconds of this thread's processor time; 0 where the system does not tell.
    pub(crate) processor: f64,
}

/// The spread of a kind of work, each number by itself.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Times {
    pub(crate) mean: Took,
    pub(crate) p50: Took,
    pub(crate) p99: Took,
    pub(crate) most: Took,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Latency {
    pub(crate) people: usize,
    pub(crate) ratings: usize,
    pub(crate) build: Took,
    pub(crate) advance: Took,
    pub(crate) score: Times,
    pub(crate) explain: Times,
    pub(crate) insert: Times,
    /// The share of asked pairs where the viewer knew something.
    pub(crate) known: f64,
    /// HeldSkill by the made-up ratings before building.
    pub(crate) ratings_mib: u64,
    /// The most that was held beyond that while building.
    pub(crate) graph_peak_mib: u64,
    /// HeldSkill beyond that afterwards.
    pub(crate) graph_mib: u64,
}

impl Times {
    fn of(times: &[Took]) -> Self {
        let of = |part: fn(&[f64]) -> f64| Took {
            wall: part(&times.iter().map(|took| took.wall).collect::<Vec<_>>()),
            processor: part(&times.iter().map(|took| took.processor).collect::<Vec<_>>()),
        };
        Self {
            mean: of(mean),
            p50: of(|times| quantile(times, 50)),
            p99: of(|times| quantile(times, 99)),
            most: of(largest),
        }
    }
}

/// Does something and says what it took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (start, before) = (Instant::now(), processor());
    let result = work();
    let took = Took { wall: start.elapsed().as_secs_f64() * 1e3, processor: processor() - before };
    (result, took)
}

/// This thread's processor time in milliseconds.
fn processor() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|nanoseconds| nanoseconds.parse::<f64>().ok()).unwrap_or(0.0)
        / 1e6
}

/// Ratings as they grow: half come from the already active; of the rest of the choice, half goes to the often hired, and
/// four in five stay in town.
fn synthetic(people: usize, random: &mut Random) -> Vec<Rating> {
    let mut ratings: Vec<Rating> = Vec::with_capacity(people * RATINGS_EACH);
    let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    let mut in_town: Vec<Vec<u32>> = vec![Vec::new(); people.div_ceil(TOWN)];
    for _ in 0..people * RATINGS_EACH {
        let earlier = |random: &mut Random| ratings.get(random.below(ratings.len())).copied();
        let from = earlier(random).filter(|_| random.below(2) == 0).map(|rating| rating.from);
        let from = from.unwrap_or_else(|| number(random.below(people)));
        let town = place(from) / TOWN;
        let popular = random.below(2) == 0;
        let to = if random.below(5) == 0 {
            earlier(random).filter(|_| popular).map(|rating| rating.to)
        } else {
            let hired = in_town.get(town).map_or(&[][..], Vec::as_slice);
            let home = number((town * TOWN + random.below(TOWN)).min(people - 1));
            hired.get(random.below(hired.len())).copied().filter(|_| popular).or(Some(home))
        };
        let to = to.unwrap_or_else(|| number(random.below(people)));
        if let Some(hired) = in_town.get_mut(place(to) / TOWN) {
            hired.push(to);
        }
        let label = match random.below(20) {
            0 => Label::Broken,
            1 => Label::Below,
            2..=9 => Label::AsAgreed,
            10..=14 => Label::Better,
            _ => Label::AmongTheBest,
        };
        let epoch = Epoch(600 - number(random.below(MONTHS)));
        if from != to {
            ratings.push(Rating { from, to, label, epoch, small: random.below(5) == 0 });
        }
    }
    ratings
}

pub(crate) fn measure(people: usize, seed: u64, parameters: Parameters) -> Result<Latency, String> {
    let mut random = Random::seeded(seed);
    let ratings = synthetic(people, &mut random);
    let ratings_mib = memory_mib("VmRSS:");
    let entries = ratings.iter().zip(0..).map(|(rating, number)| entry(rating, number));
    let (graph, build) = timed(|| Graph::build(parameters, Epoch(600), entries));
    let mut graph = graph.map_err(|error| error.to_string())?;
    let [graph_peak_mib, graph_mib] =
        ["VmHWM:", "VmRSS:"].map(|line| memory_mib(line).saturating_sub(ratings_mib));
    let mut drawn = random.clone();
    let (score, explain, known) = scores(&graph, &ratings, people, &mut drawn, &mut random)?;
    let mut inserts = Vec::new();
    for number in 0..INSERTS {
        let (from, to) = (pick(&ratings, &mut drawn).from, pick(&ratings, &mut drawn).to);
        let rating = Rating { from, to, label: Label::Better, epoch: Epoch(600), small: false };
        let id = u64::try_from(ratings.len() + number).map_err(|error| error.to_string())?;
        let entry = entry(&rating, id);
        if from != to {
            let (inserted, took) = timed(|| graph.insert(&entry));
            inserted.map_err(|error| error.to_string())?;
            inserts.push(took);
        }
    }
    let ((), advance) = timed(|| graph.advance(Epoch(601)));
    Ok(Latency {
        people,
        ratings: ratings.len(),
        build,
        advance,
        score: Times::of(&score),
        explain: Times::of(&explain),
        insert: Times::of(&inserts),
        known,
        ratings_mib,
        graph_peak_mib,
        graph_mib,
    })
}

/// One of the ratings.
fn pick(ratings: &[Rating], random: &mut Random) -> Rating {
    let nobody = Rating { from: 0, to: 0, label: Label::AsAgreed, epoch: Epoch(0), small: false };
    ratings.get(random.below(ratings.len())).copied().unwrap_or(nobody)
}

/// As work comes: the active look more often, at the often hired; every other time at somebody of their own town.
fn scores(
    graph: &Graph,
    ratings: &[Rating],
    people: usize,
    drawn: &mut Random,
    random: &mut Random,
) -> Result<(Vec<Took>, Vec<Took>, f64), String> {
    let mut towns: Vec<Vec<u32>> = vec![Vec::new(); people.div_ceil(TOWN)];
    for rating in ratings {
        if let Some(town) = towns.get_mut(place(rating.to) / TOWN) {
            town.push(rating.to);
        }
    }
    let (mut scores, mut explains, mut known) = (Vec::new(), Vec::new(), 0.0);
    for number in 0..SCORES {
        let (viewer, mut subject) = (pick(ratings, drawn).from, pick(ratings, drawn).to);
        if number % 2 == 0 {
            let town = towns.get(place(viewer) / TOWN).map_or(&[][..], Vec::as_slice);
            subject = town.get(random.below(town.len())).copied().unwrap_or(subject);
        }
        let (standpoint, subject) = (Standpoint::own(person(viewer)), person(subject));
        let (score, took) = timed(|| graph.score(standpoint, &subject));
        let Ok(score) = score else { continue };
        scores.push(took);
        known += f64::from(u8::from(score.finding.estimate.is_some()));
        let (explained, took) = timed(|| graph.explain(standpoint, &subject));
        explained.map_err(|error| error.to_string())?;
        explains.push(took);
    }
    let known = known / scores.len().max(1) as f64;
    Ok((scores, explains, known))
}

/// What this program holds, by a line of its status, where the system says so.
fn memory_mib(line: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let held = status.lines().find_map(|text| text.strip_prefix(line));
    let kib =
        held.and_then(|text| text.split_whitespace().next()).and_then(|number| number.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}
