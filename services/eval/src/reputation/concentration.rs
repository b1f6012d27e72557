//! Who speaks: the share of all evidence that comes from the loudest raters.

use std::collections::BTreeMap;

use hanse_reputation::{Graph, Parameters, Standpoint};
use serde::Serialize;

use super::methods::float;
use super::random::Random;
use super::world::{World, person};

/// Viewer and subject pairs that are drawn.
const PAIRS: usize = 20_000;

/// The share of the loudest hundredth, in two ways of counting.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Concentration {
    pub(crate) setting: String,
    pub(crate) voices_of_the_top_percent: f64,
    pub(crate) ratings_of_the_top_percent: f64,
    /// Pairs of which the viewer knew something.
    pub(crate) covered: f64,
}

pub(crate) fn measure(
    world: &World,
    seed: u64,
    setting: &str,
    parameters: Parameters,
) -> Result<Concentration, String> {
    let graph: Graph = world.graph(parameters)?;
    let mut random = Random::seeded(seed);
    let mut raters: BTreeMap<u32, u32> = BTreeMap::new();
    let mut rated: Vec<u32> = world.ratings.iter().map(|rating| rating.to).collect();
    for rating in &world.ratings {
        *raters.entry(rating.from).or_default() += 1;
    }
    rated.sort_unstable();
    rated.dedup();
    let viewers: Vec<u32> = raters.keys().copied().collect();
    let mut loud: BTreeMap<hanse_reputation::SubjectKey, f64> = BTreeMap::new();
    let mut covered = 0.0;
    for _ in 0..PAIRS {
        let pair = random.sample(&viewers, 1).first().copied().zip(random.sample(&rated, 1).first().copied());
        let Some((viewer, subject)) = pair.filter(|(viewer, subject)| viewer != subject) else { continue };
        let seen = graph.explain(Standpoint::own(person(viewer)), &person(subject));
        let seen = seen.map_err(|error| error.to_string())?;
        covered += f64::from(u8::from(seen.score.finding.estimate.is_some()));
        for voice in seen.voices {
            *loud.entry(voice.rater).or_default() += float(voice.amount);
        }
    }
    let top = |mut amounts: Vec<f64>| {
        amounts.sort_by(|a, b| b.total_cmp(a));
        let sum: f64 = amounts.iter().sum();
        amounts.iter().take(viewers.len() / 100).sum::<f64>() / f64::max(sum, 1e-12)
    };
    Ok(Concentration {
        setting: setting.to_owned(),
        voices_of_the_top_percent: top(loud.into_values().collect()),
        ratings_of_the_top_percent: top(raters.values().map(|count| f64::from(*count)).collect()),
        covered: covered / PAIRS as f64,
    })
}
