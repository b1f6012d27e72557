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

/// Times in milliseconds of wall time.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Latency {
    pub(crate) people: usize,
    pub(crate) ratings: usize,
    pub(crate) build_seconds: f64,
    pub(crate) score_p50: f64,
    pub(crate) score_p99: f64,
    pub(crate) score_most: f64,
    pub(crate) explain_p99: f64,
    pub(crate) insert_mean: f64,
    pub(crate) insert_p99: f64,
    pub(crate) known: f64,
    pub(crate) memory_mib: u64,
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
    let start = Instant::now();
    let entries = ratings.iter().zip(0..).map(|(rating, number)| entry(rating, number));
    let mut graph = Graph::build(parameters, Epoch(600), entries).map_err(|error| error.to_string())?;
    let build_seconds = start.elapsed().as_secs_f64();
    let mut towns: Vec<Vec<u32>> = vec![Vec::new(); people.div_ceil(TOWN)];
    for rating in &ratings {
        if let Some(town) = towns.get_mut(place(rating.to) / TOWN) {
            town.push(rating.to);
        }
    }
    let mut drawn = random.clone();
    let mut pick =
        |side: fn(&Rating) -> u32| ratings.get(drawn.below(ratings.len())).map(side).unwrap_or_default();
    let (mut scores, mut explains, mut known) = (Vec::new(), Vec::new(), 0.0);
    for number in 0..SCORES {
        // As work comes: the active look more often, at the often hired; every other time at somebody of their own town.
        let (viewer, mut subject) = (pick(|rating| rating.from), pick(|rating| rating.to));
        if number % 2 == 0 {
            let town = towns.get(place(viewer) / TOWN).map_or(&[][..], Vec::as_slice);
            subject = town.get(random.below(town.len())).copied().unwrap_or(subject);
        }
        let standpoint = Standpoint::own(person(viewer));
        let start = Instant::now();
        let Ok(score) = graph.score(standpoint, &person(subject)) else { continue };
        scores.push(start.elapsed().as_secs_f64() * 1e3);
        known += f64::from(u8::from(score.finding.estimate.is_some()));
        let start = Instant::now();
        graph.explain(standpoint, &person(subject)).map_err(|error| error.to_string())?;
        explains.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let mut inserts = Vec::new();
    for number in 0..INSERTS {
        let (from, to) = (pick(|rating| rating.from), pick(|rating| rating.to));
        let rating = Rating { from, to, label: Label::Better, epoch: Epoch(600), small: false };
        let id = u64::try_from(ratings.len() + number).map_err(|error| error.to_string())?;
        let entry = entry(&rating, id);
        let start = Instant::now();
        if from != to {
            graph.insert(&entry).map_err(|error| error.to_string())?;
        }
        inserts.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(Latency {
        people,
        ratings: ratings.len(),
        build_seconds,
        score_p50: quantile(&scores, 50),
        score_p99: quantile(&scores, 99),
        score_most: largest(&scores),
        explain_p99: quantile(&explains, 99),
        insert_mean: mean(&inserts),
        insert_p99: quantile(&inserts, 99),
        known: known / SCORES as f64,
        memory_mib: memory_mib(),
    })
}

/// The most memory that this program has held, where the system says so.
fn memory_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib =
        line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}
