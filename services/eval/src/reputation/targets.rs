//! What was promised beforehand, and what came of it.

use super::accuracy::Accuracy;
use super::concentration::Concentration;
use super::extras::Figure;
use super::latency::Latency;
use super::outcome::Outcome;
use super::statistics::{largest, lower_bound, mean};

/// A number may miss an exact bound by what floating point and three printed digits blur.
const BLUR: f64 = 1e-9;

impl Figure {
    /// Whether the bound is kept.
    pub(crate) fn holds(&self) -> bool {
        self.at_most.is_none_or(|bound| self.value <= bound + BLUR)
            && self.at_least.is_none_or(|bound| bound <= self.value + BLUR)
    }
}

fn at_most(name: String, value: f64, bound: f64) -> Figure {
    Figure { name, value, at_most: Some(bound), at_least: None, draws: Vec::new() }
}

fn at_least(name: String, value: f64, bound: f64) -> Figure {
    Figure { name, value, at_most: None, at_least: Some(bound), draws: Vec::new() }
}

fn open(name: String, value: f64) -> Figure {
    Figure { name, value, at_most: None, at_least: None, draws: Vec::new() }
}

/// Bounds on the gain of the viewer's score: attack, mean, most.
const GAINS: [(&str, f64, f64); 9] = [
    ("A1 ring of 1,000, 0 good", 1.0, 1.0),
    ("A1 ring of 1,000, 5 good", 1.01, 1.01),
    ("A1 ring of 1,000, 20 good", 1.01, 1.01),
    ("A4 twenty of bad", 1.06, 1.6),
    ("A4 twenty of thin", 1.06, 1.6),
    ("A7 5 ", 1.03, f64::INFINITY),
    ("A7 20 ", 1.12, f64::INFINITY),
    ("A7 100 ", 1.5, f64::INFINITY),
    ("A10 ", 1.01, 1.01),
];
/// What is left of the slandered, at least, on the mean.
const LEFT: [(&str, f64); 3] = [("A3 slander, 0 ", 1.0), ("A3 slander, 1 ", 0.97), ("A3 slander, 20 ", 0.9)];
/// Viewers who have the attacker in the top quarter of the ranked. A7's were promised; the others say that nothing else gets in.
const TOP: [(&str, f64); 6] = [
    ("A1 ring of 1,000, 0 good", 0.0),
    ("A1 ring of 1,000, 5 good", 0.02),
    ("A4 ", 0.02),
    ("A7 20 ", 0.1),
    ("A7 100 ", 0.25),
    ("A10 ", 0.0),
];
/// The honest order, Kendall's τ, on the mean over viewers, as gains are. The worst viewer's is shown beside it.
const ORDER: f64 = 0.99;
/// N_eff through one betrayed contact.
const ONE_VOICE: f64 = 1.05;

/// Targets of accuracy.
pub(crate) fn of_accuracy(accuracy: &[Accuracy]) -> Vec<Figure> {
    let mut figures = Vec::new();
    if let Some(ours) = accuracy.first() {
        figures.push(at_least("accuracy of the mean".to_owned(), ours.area_mean, 0.857));
        figures.push(at_least("accuracy of the lower bound".to_owned(), ours.area_lower_bound, 0.837));
        let for_all = |method: &str| method.starts_with("global") || method == "average rating";
        for other in accuracy.iter().filter(|other| for_all(&other.method)) {
            let name = |what: &str| format!("accuracy of the {what} above {}", other.method);
            figures.push(at_least(name("mean"), ours.area_mean - other.area_mean, 0.0));
            figures.push(at_least(name("bound"), ours.area_lower_bound - other.area_lower_bound, 0.0));
            let [[_, _], [mean, bound]] = ours.parts;
            let [[_, _], [their_mean, their_bound]] = other.parts;
            figures.push(at_least(name("mean, on the rest"), mean - their_mean, 0.0));
            figures.push(at_least(name("bound, on the rest"), bound - their_bound, 0.0));
            let (known, theirs) = (ours.known_only, other.known_only);
            let above = known.area_mean - theirs.area_mean;
            figures.push(at_least(name("mean, known only"), above, 0.0));
            let above = known.area_lower_bound - theirs.area_lower_bound;
            figures.push(at_least(name("bound, known only"), above, 0.0));
        }
    }
    figures
}

/// Targets of attacks.
pub(crate) fn of_attacks(attacks: &[Outcome]) -> Vec<Figure> {
    let mut figures = Vec::new();
    let ours = || attacks.iter().filter(|outcome| outcome.method == "Voices");
    for outcome in ours() {
        let attack = &outcome.attack;
        for (_, mean, most) in GAINS.iter().filter(|(start, ..)| attack.starts_with(start)) {
            figures.push(at_most(format!("{attack}: gain, mean"), outcome.gain_mean, *mean));
            if most.is_finite() {
                figures.push(at_most(format!("{attack}: gain, most"), outcome.gain_most, *most));
            }
            if let Some([gain, greatest]) = outcome.gain_over_newcomer.filter(|_| attack.starts_with("A4")) {
                let name = |what: &str| format!("{attack}: gain beyond a new identity, {what}");
                figures.push(at_most(name("mean"), gain, *mean));
                figures.push(at_most(name("most"), greatest, *most));
                let voices = outcome.voices.map_or(0.0, |[_, most]| most);
                figures.push(at_most(
                    name("the part of what its voices can lend, most"),
                    greatest / lent(voices),
                    1.0,
                ));
            }
        }
        for (_, left) in LEFT.iter().filter(|(start, _)| attack.starts_with(start)) {
            figures.push(at_least(format!("{attack}: what is left"), outcome.gain_mean, *left));
        }
        let top = outcome.top_quarter_ranked.map_or(0.0, |[_, after]| after);
        for (_, most) in TOP.iter().filter(|(start, _)| attack.starts_with(start)) {
            figures.push(at_most(format!("{attack}: in the top quarter of the ranked"), top, *most));
        }
        let [worst, order] = outcome.order;
        figures.push(at_least(format!("{attack}: honest order, mean"), order, ORDER));
        figures.push(open(format!("{attack}: honest order, for the worst viewer"), worst));
        let [_, most] = outcome.voices.unwrap_or_default();
        if attack.starts_with("A10 ") {
            figures.push(at_most(format!("{attack}: voices, most"), most, ONE_VOICE));
        }
        if attack.starts_with("A10s") {
            let added = outcome.added_most.unwrap_or_default();
            figures.push(at_most(format!("{attack}: bad voices added, most"), added, 1.0));
        }
    }
    figures.push(at_most("A10: rise of N_eff with the number of Sybils, most".to_owned(), rise(ours()), 0.0));
    figures
}

/// How many times a newcomer's lower bound anybody can have for whom so many voices speak, on whatever network: all of them well.
fn lent(voices: f64) -> f64 {
    lower_bound(1.0 + voices, 0.5) / lower_bound(1.0, 0.5)
}

/// One figure of several draws: the mean; where the most over people is bounded, the worst of all.
pub(crate) fn over_draws(draws: &[Vec<Figure>]) -> Vec<Figure> {
    let first = draws.first().into_iter().flatten();
    let merged = first.map(|figure| {
        let same = draws.iter().flatten().filter(|other| other.name == figure.name);
        let values: Vec<f64> = same.map(|other| other.value).collect();
        let value = if figure.name.ends_with("most") { largest(&values) } else { mean(&values) };
        Figure { value, draws: values, ..figure.clone() }
    });
    merged.collect()
}

/// How much more N_eff a larger crowd has, behind the same front.
fn rise<'a>(ours: impl Iterator<Item = &'a Outcome>) -> f64 {
    let betrayals: Vec<&Outcome> = ours.filter(|outcome| outcome.attack.starts_with("A10 ")).collect();
    let front = |outcome: &Outcome| outcome.attack.split(',').nth(1).map(str::to_owned);
    let pairs = betrayals.windows(2).filter_map(|pair| match pair {
        [fewer, more] if front(fewer) == front(more) => {
            Some(more.voices.unwrap_or_default()[0] - fewer.voices.unwrap_or_default()[0])
        }
        _ => None,
    });
    pairs.fold(0.0, f64::max)
}

/// Targets of concentration.
pub(crate) fn concentration(rows: &[Concentration]) -> Vec<Figure> {
    let ours = rows.first().map(|row| row.voices_of_the_top_percent).unwrap_or_default();
    let name = |what: &str| format!("share of the loudest 1 % in all evidence{what}");
    vec![at_most(name(""), ours, 0.63), at_most(name(", goal"), ours, 0.5)]
}

/// Targets of speed.
pub(crate) fn latency(row: &Latency) -> Vec<Figure> {
    vec![
        at_most(format!("score among {} people, p99, ms of wall time", row.people), row.score.p99.wall, 10.0),
        at_most("score, p99, ms of processor time".to_owned(), row.score.p99.processor, 10.0),
        at_most("new entry, mean, ms of wall time".to_owned(), row.insert.mean.wall, 1.0),
        at_most("graph built, s of processor time".to_owned(), row.build.processor / 1e3, 60.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the formula in services/reputation/README.md.
    #[test]
    fn what_voices_lend() {
        for (voices, most) in [(0.0, 1.0), (1.0, 1.850), (2.0, 2.270), (3.0, 2.521), (19.0, 3.279)] {
            assert!((lent(voices) - most).abs() < 2e-3, "{voices}: {}", lent(voices));
        }
        assert!(lent(1e9) < 3.52);
    }
}
