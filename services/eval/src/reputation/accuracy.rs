//! Prequential accuracy: before each rating, predict from what stood before it whether it will be bad.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use hanse_reputation::{Estimate, Fixed, Graph, Parameters, Standing, Standpoint};
use serde::Serialize;

use super::outside::{self, Line};
use super::statistics::{area, lower_bound};
use super::world::{Data, Rating, World, entry, person};

/// Of all ratings, the part that only teaches.
const WARM_UP_PERCENT: usize = 20;
/// Of all ratings, those before which parameters may be chosen on what is predicted; the rest is for judging the choice.
const CHOOSING_PERCENT: usize = 60;

/// One method's result.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Accuracy {
    pub(crate) method: String,
    pub(crate) predictions: usize,
    pub(crate) bad: usize,
    pub(crate) area_mean: f64,
    pub(crate) area_lower_bound: f64,
    /// The same where the product knows the person; elsewhere it says "unknown", and a newcomer's number stands for that.
    pub(crate) known_only: KnownOnly,
    /// The same on the ratings that parameters may be chosen on, and on those after them.
    pub(crate) parts: [[f64; 2]; 2],
    /// Share of predictions where the viewer knew something.
    pub(crate) covered: f64,
}

/// The predictions about people whom the product knows from where the viewer stands, by whatever method.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct KnownOnly {
    pub(crate) predictions: usize,
    pub(crate) bad: usize,
    pub(crate) area_mean: f64,
    pub(crate) area_lower_bound: f64,
}

/// Which predictions, in the order of time, are about people whom the product knows.
pub(crate) type Known = Vec<bool>;

#[derive(Clone)]
struct Case {
    mean: f64,
    lower_bound: f64,
    good: bool,
    known: bool,
    /// Among those that parameters may be chosen on.
    choosing: bool,
}

/// Runs every method over the same predictions; the first variant is the product.
pub(crate) fn measure(
    data: &Data,
    variants: &[(String, Parameters)],
) -> Result<(Vec<Accuracy>, Known), String> {
    let mut found = Vec::new();
    let mut known = Known::new();
    for (name, parameters) in variants {
        let viewer = |graph: &Graph, rating: &Rating| {
            let subject = person(rating.to);
            let score = graph.score(Standpoint::own(person(rating.from)), &subject);
            let finding = score.map_err(|error| error.to_string())?.finding;
            let known = finding.standing != Standing::Unknown;
            Ok((finding.estimate.unwrap_or_else(|| graph.parameters().of_a_newcomer()), known))
        };
        let cases = replay(&data.world, *parameters, viewer)?;
        if found.is_empty() {
            known = cases.iter().map(|case| case.known).collect();
        }
        found.push(summarise(name, &cases, &known));
    }
    let plain = Parameters::default();
    let beta = Parameters { prior_bad: Fixed::ONE, bad_weight: Fixed::ONE, ..plain };
    for (name, parameters) in [("objective summary", plain), ("Beta(1,1)", beta)] {
        let summary =
            |graph: &Graph, rating: &Rating| Ok((graph.summary(&person(rating.to), &[]).estimate, true));
        found.push(summarise(
            &format!("global {name}, half-life 720 d"),
            &replay(&data.world, parameters, summary)?,
            &known,
        ));
    }
    for (name, prior_bad, bad_weight) in [("Beta(1,½) ν=2", 0.5, 2.0), ("Beta(1,1)", 1.0, 1.0)] {
        for half_life in [None, Some(12.0)] {
            let cases = global(&data.world, prior_bad, bad_weight, half_life);
            let faded = half_life.map_or("no decay", |_| "half-life 360 d");
            found.push(summarise(&format!("global {name}, {faded}"), &cases, &known));
        }
    }
    found.push(summarise("average rating", &global(&data.world, 1e-9, 1.0, None), &known));
    Ok((found, known))
}

/// PageRank by others, over the good ratings of earlier epochs; it has no lower bound, so that both areas are the same.
///
/// # Errors
/// If this Python cannot run it.
pub(crate) fn pagerank(data: &Data, python: &Path, known: &[bool]) -> io::Result<Accuracy> {
    let line = |(_, rating, asked): (usize, &Rating, bool)| Line {
        epoch: rating.epoch.0,
        from: rating.from,
        to: rating.to,
        good: rating.good(),
        asked,
    };
    let lines: Vec<Line> = predicted(&data.world).map(line).collect();
    let ranks = outside::pagerank(python, &lines)?;
    let asked = lines.iter().enumerate().filter(|(_, line)| line.asked).zip(ranks);
    let case = |((number, line), rank): ((usize, &Line), f64)| Case {
        mean: rank,
        lower_bound: rank,
        good: line.good,
        known: true,
        choosing: is_for_choosing(&data.world, number),
    };
    Ok(summarise("global PageRank (networkx)", &asked.map(case).collect::<Vec<_>>(), known))
}

fn warm_up(world: &World) -> usize {
    world.ratings.len() * WARM_UP_PERCENT / 100
}

const fn is_for_choosing(world: &World, number: usize) -> bool {
    number * 100 < world.ratings.len() * CHOOSING_PERCENT
}

/// Which ratings are predicted: the author has a contact, the subject a rating, the warm-up is over.
fn predicted(world: &World) -> impl Iterator<Item = (usize, &Rating, bool)> {
    let (mut with_contacts, mut rated) = (BTreeSet::new(), BTreeSet::new());
    let start = warm_up(world);
    world.ratings.iter().enumerate().map(move |(number, rating)| {
        let asked = start <= number && with_contacts.contains(&rating.from) && rated.contains(&rating.to);
        if rating.good() {
            with_contacts.insert(rating.from);
        }
        rated.insert(rating.to);
        (number, rating, asked)
    })
}

fn replay(
    world: &World,
    parameters: Parameters,
    predict: impl Fn(&Graph, &Rating) -> Result<(Estimate, bool), String>,
) -> Result<Vec<Case>, String> {
    let mut graph = Graph::new(parameters, Default::default());
    let mut cases = Vec::new();
    for (number, rating, asked) in predicted(world) {
        graph.advance(rating.epoch);
        if asked {
            let (estimate, known) = predict(&graph, rating)?;
            let float = |fixed: Fixed| fixed.steps() as f64;
            let (mean, lower_bound) = (float(estimate.mean), float(estimate.lower_bound));
            let choosing = is_for_choosing(world, number);
            cases.push(Case { mean, lower_bound, good: rating.good(), known, choosing });
        }
        let number = u64::try_from(number).map_err(|error| error.to_string())?;
        graph.insert(&entry(rating, number)).map_err(|error| error.to_string())?;
    }
    Ok(cases)
}

/// The unprotected score everybody has: Beta over all ratings, fading by epochs.
fn global(world: &World, prior_bad: f64, bad_weight: f64, half_life: Option<f64>) -> Vec<Case> {
    let mut evidence = vec![(0.0_f64, 0.0_f64, 0_u32); usize::try_from(world.people).unwrap_or(0)];
    let mut cases = Vec::new();
    for (number, rating, asked) in predicted(world) {
        let Some((good, bad, last)) = evidence.get_mut(super::world::place(rating.to)) else { continue };
        let age = f64::from(rating.epoch.0.saturating_sub(*last));
        let fading = half_life.map_or(1.0, |half_life| (-age / half_life).exp2());
        (*good, *bad, *last) = (*good * fading, *bad * fading, rating.epoch.0);
        if asked {
            let prior_good = if prior_bad < 0.1 { prior_bad } else { 1.0 };
            let (a, b) = (prior_good + *good, prior_bad + bad_weight * *bad);
            let mean = a / (a + b);
            let lower_bound = lower_bound(a, b);
            let choosing = is_for_choosing(world, number);
            cases.push(Case { mean, lower_bound, good: rating.good(), known: true, choosing });
        }
        if rating.good() { *good += 1.0 } else { *bad += 1.0 }
    }
    cases
}

fn summarise(method: &str, cases: &[Case], known: &[bool]) -> Accuracy {
    let areas = |cases: &[Case]| {
        let means: Vec<(f64, bool)> = cases.iter().map(|case| (case.mean, case.good)).collect();
        let bounds: Vec<(f64, bool)> = cases.iter().map(|case| (case.lower_bound, case.good)).collect();
        [area(&means), area(&bounds)]
    };
    // Cases stand in the order of time.
    let (earlier, later) = cases.split_at(cases.iter().filter(|case| case.choosing).count());
    let [area_mean, area_lower_bound] = areas(cases);
    let bad = |cases: &[Case]| cases.iter().filter(|case| !case.good).count();
    let of_known: Vec<Case> =
        cases.iter().zip(known).filter(|(_, known)| **known).map(|(case, _)| case.clone()).collect();
    let [known_mean, known_lower_bound] = areas(&of_known);
    Accuracy {
        method: method.to_owned(),
        predictions: cases.len(),
        bad: bad(cases),
        area_mean,
        area_lower_bound,
        known_only: KnownOnly {
            predictions: of_known.len(),
            bad: bad(&of_known),
            area_mean: known_mean,
            area_lower_bound: known_lower_bound,
        },
        parts: [areas(earlier), areas(later)],
        covered: cases.iter().filter(|case| case.known).count() as f64 / cases.len().max(1) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_the_product_does_not_know_counts_among_all_pairs_alone() {
        let case = |mean, good| Case { mean, lower_bound: mean, good, known: true, choosing: true };
        let cases = [case(0.9, true), case(0.1, false), case(0.5, true), case(0.6, false)];
        let row = summarise("global", &cases, &[true, true, true, false]);
        assert_eq!((row.predictions, row.bad), (4, 2));
        assert_eq!((row.known_only.predictions, row.known_only.bad), (3, 1));
        assert!((row.area_mean - 0.75).abs() < 1e-12 && (row.known_only.area_mean - 1.0).abs() < 1e-12);
    }
}
