//! What attacks did, method by method.

use hanse_reputation::{Fixed, Parameters};
use serde::Serialize;

use super::attacks::{Cast, Scene};
use super::methods::{Judge, Method, float, ranked};
use super::statistics::{kendall, largest, mean, percentile, quantile, smallest};
use super::world::World;

/// The result of one attack on one method, over viewers and subjects.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) attack: String,
    pub(crate) method: &'static str,
    /// Value after over value before.
    pub(crate) gain_mean: f64,
    pub(crate) gain_least: f64,
    pub(crate) gain_most: f64,
    /// The same, mean and most, where nobody counts as less than a newcomer: a new identity is to be had for nothing (Voices only).
    pub(crate) gain_over_newcomer: Option<[f64; 2]>,
    /// Where the subjects stand among the honest targets, before and after.
    pub(crate) percentile: [f64; 2],
    /// Share of viewers for whom they are in the honest top quarter, before and after.
    pub(crate) top_quarter: [f64; 2],
    /// The same when only ranked people are in the list (Voices only).
    pub(crate) top_quarter_ranked: Option<[f64; 2]>,
    /// Kendall's τ_b of the honest order, the smallest and the mean over viewers.
    pub(crate) order: [f64; 2],
    /// N_eff of the subjects after the attack, mean and most (Voices only).
    pub(crate) voices: Option<[f64; 2]>,
    /// The most that the evidence added by the attack weighs, good or bad, in voices (Voices only).
    pub(crate) added_most: Option<f64>,
}

/// Collected over viewers.
#[derive(Default)]
struct Tally {
    gains: Vec<f64>,
    over_newcomer: Vec<f64>,
    percentiles: [Vec<f64>; 2],
    top: [Vec<f64>; 2],
    top_ranked: [Vec<f64>; 2],
    orders: Vec<f64>,
    voices: Vec<f64>,
    added: Vec<f64>,
}

/// Every method on one scene that all viewers share.
pub(crate) fn shared(
    scene: &Scene,
    cast: &Cast,
    parameters: Parameters,
    methods: &[Method],
) -> Result<Vec<Outcome>, String> {
    let judges = [Judge::of(&scene.before, parameters)?, Judge::of(&scene.after, parameters)?];
    let mut outcomes = Vec::new();
    for method in methods {
        let mut tally = Tally::default();
        for viewer in &cast.viewers {
            tally.watch(*method, &judges, *viewer, &scene.subjects, &cast.targets)?;
        }
        outcomes.push(tally.outcome(&scene.id, *method));
    }
    Ok(outcomes)
}

/// Every method on scenes that are staged for each viewer.
pub(crate) fn staged(
    world: &World,
    cast: &mut Cast,
    parameters: Parameters,
    methods: &[Method],
    stage: impl Fn(&mut Cast, &World, u32, u32) -> Scene,
) -> Result<Vec<Outcome>, String> {
    let mut tallies: Vec<Tally> = methods.iter().map(|_| Tally::default()).collect();
    let mut id = String::new();
    for viewer in cast.viewers.clone() {
        let Some(contact) = cast.contact_of(world, viewer) else { continue };
        let scene = stage(cast, world, viewer, contact);
        let judges = [Judge::of(&scene.before, parameters)?, Judge::of(&scene.after, parameters)?];
        for (method, tally) in methods.iter().zip(&mut tallies) {
            tally.watch(*method, &judges, viewer, &scene.subjects, &cast.targets)?;
        }
        id = scene.id;
    }
    Ok(methods.iter().zip(tallies).map(|(method, tally)| tally.outcome(&id, *method)).collect())
}

impl Tally {
    fn watch(
        &mut self,
        method: Method,
        judges: &[Judge; 2],
        viewer: u32,
        subjects: &[u32],
        targets: &[u32],
    ) -> Result<(), String> {
        let targets: Vec<u32> = targets.iter().copied().filter(|target| *target != viewer).collect();
        let honest: Vec<u32> = targets.iter().copied().filter(|target| !subjects.contains(target)).collect();
        let subjects: Vec<u32> = subjects.iter().copied().filter(|subject| *subject != viewer).collect();
        let [before, after] = judges;
        let values = [before.scores(method, viewer, &subjects)?, after.scores(method, viewer, &subjects)?];
        let others = [before.scores(method, viewer, &honest)?, after.scores(method, viewer, &honest)?];
        let newcomer = before.newcomer();
        for (before, after) in values[0].iter().zip(&values[1]) {
            // From nothing to something is counted at the scale of what a person has on average.
            let least = method.least(others[0].len());
            self.gains.push(after.max(least) / before.max(least));
            self.over_newcomer.push(after.max(newcomer) / before.max(newcomer));
        }
        for side in 0..2 {
            let (Some(values), Some(others)) = (values.get(side), others.get(side)) else { continue };
            let places: Vec<f64> = values.iter().map(|value| percentile(*value, others)).collect();
            let top = places.iter().map(|place| f64::from(u8::from(0.75 <= *place)));
            if let Some(kept) = self.top.get_mut(side) {
                kept.extend(top);
            }
            if let Some(kept) = self.percentiles.get_mut(side) {
                kept.extend(places);
            }
        }
        self.orders.push(kendall(&others[0], &others[1]));
        if method == Method::Voices {
            self.watch_voices(judges, viewer, &subjects, &honest)?;
        }
        Ok(())
    }

    fn watch_voices(
        &mut self,
        judges: &[Judge; 2],
        viewer: u32,
        subjects: &[u32],
        honest: &[u32],
    ) -> Result<(), String> {
        let mut found = Vec::new();
        for (judge, top) in judges.iter().zip(&mut self.top_ranked) {
            let listed = honest.iter().map(|other| judge.finding(viewer, *other));
            let listed = listed.collect::<Result<Vec<_>, _>>()?;
            let listed: Vec<f64> =
                listed.iter().filter(|other| ranked(other)).map(|other| judge.shown(other)).collect();
            let subjects = subjects.iter().map(|subject| judge.finding(viewer, *subject));
            let subjects = subjects.collect::<Result<Vec<_>, _>>()?;
            top.extend(subjects.iter().map(|subject| {
                let inside = ranked(subject) && quantile(&listed, 75) <= judge.shown(subject);
                f64::from(u8::from(inside))
            }));
            found.push(subjects);
        }
        let [before, after] = found.as_slice() else { return Ok(()) };
        let more = |after: Fixed, before: Fixed| float(after) - float(before);
        for (before, after) in before.iter().zip(after) {
            self.voices.push(float(after.voices));
            self.added.push(more(after.good, before.good).max(more(after.bad, before.bad)));
        }
        Ok(())
    }

    fn outcome(&self, attack: &str, method: Method) -> Outcome {
        let pair = |sides: &[Vec<f64>; 2]| [mean(&sides[0]), mean(&sides[1])];
        let voices = method == Method::Voices;
        Outcome {
            attack: attack.to_owned(),
            method: method.name(),
            gain_mean: mean(&self.gains),
            gain_least: smallest(&self.gains),
            gain_most: largest(&self.gains),
            gain_over_newcomer: voices.then(|| [mean(&self.over_newcomer), largest(&self.over_newcomer)]),
            percentile: pair(&self.percentiles),
            top_quarter: pair(&self.top),
            top_quarter_ranked: voices.then(|| pair(&self.top_ranked)),
            order: [smallest(&self.orders), mean(&self.orders)],
            voices: voices.then(|| [mean(&self.voices), largest(&self.voices)]),
            added_most: voices.then(|| largest(&self.added)),
        }
    }
}
