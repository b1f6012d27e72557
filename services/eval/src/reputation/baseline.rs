//! Other people's methods, in floating point, as their sources describe them.

use super::world::{World, place};

/// Stay probability of the walks; the value in common use.
const STAY: f64 = 0.85;
/// Rounds of iteration: 0.85⁵⁰ < 0.0003 of the mass is still moving.
const ROUNDS: usize = 50;

/// Positive edges by rater, negative ones beside.
#[derive(Debug)]
pub(crate) struct Edges {
    good: Vec<Vec<usize>>,
    bad: Vec<Vec<usize>>,
}

impl Edges {
    pub(crate) fn of(world: &World) -> Self {
        let people = place(world.people);
        let mut edges = Self { good: vec![Vec::new(); people], bad: vec![Vec::new(); people] };
        for rating in &world.ratings {
            let side = if rating.good() { &mut edges.good } else { &mut edges.bad };
            if let Some(row) = side.get_mut(place(rating.from)) {
                row.push(place(rating.to));
            }
        }
        edges
    }

    /// t = (1−a)·Cᵀt + a·p, with what leads nowhere going back to p.
    fn walk(&self, home: &[f64]) -> Vec<f64> {
        let mut mass = home.to_vec();
        for _ in 0..ROUNDS {
            let mut next = vec![0.0; home.len()];
            let mut lost = 1.0 - STAY;
            for (row, mass) in self.good.iter().zip(&mass) {
                if row.is_empty() {
                    lost += STAY * mass;
                }
                let share = STAY * mass / row.len().max(1) as f64;
                for to in row {
                    add(&mut next, *to, share);
                }
            }
            for (next, home) in next.iter_mut().zip(home) {
                *next += lost * home;
            }
            mass = next;
        }
        mass
    }

    /// EigenTrust (Kamvar, Schlosser, Garcia-Molina 2003) with uniform pre-trust.
    pub(crate) fn eigentrust(&self) -> Vec<f64> {
        self.walk(&vec![1.0 / self.good.len().max(1) as f64; self.good.len()])
    }

    /// Personalised PageRank.
    pub(crate) fn pagerank(&self, viewer: u32) -> Vec<f64> {
        let mut home = vec![0.0; self.good.len()];
        add(&mut home, place(viewer), 1.0);
        self.walk(&home)
    }

    /// GrapeRank (rigor 0.5, attenuation 0.85; confidence 0.5 of the viewer's own words and of bad ones, 0.03 of others').
    pub(crate) fn graperank(&self, viewer: u32) -> Vec<f64> {
        const GRAPE_ROUNDS: usize = 20;
        let people = self.good.len();
        let mut score = vec![0.0; people];
        add(&mut score, place(viewer), 1.0);
        for _ in 0..GRAPE_ROUNDS {
            let (mut sums, mut weights) = (vec![0.0; people], vec![0.0; people]);
            for rater in 0..people {
                let own = rater == place(viewer);
                let (attenuation, confidence) = if own { (1.0, 0.5) } else { (0.85, 0.03) };
                let trust = score.get(rater).copied().unwrap_or(0.0) * attenuation;
                if trust <= 0.0 {
                    continue;
                }
                for to in self.good.get(rater).into_iter().flatten() {
                    let weight = trust * confidence;
                    add(&mut sums, *to, weight);
                    add(&mut weights, *to, weight);
                }
                for to in self.bad.get(rater).into_iter().flatten() {
                    add(&mut weights, *to, trust * 0.5);
                }
            }
            score = sums
                .iter()
                .zip(&weights)
                .map(
                    |(sum, weight)| if 0.0 < *weight { (1.0 - (-weight).exp2()) * sum / weight } else { 0.0 },
                )
                .collect();
            if let Some(own) = score.get_mut(place(viewer)) {
                *own = 1.0;
            }
        }
        score
    }
}

fn add(to: &mut [f64], place: usize, amount: f64) {
    if let Some(number) = to.get_mut(place) {
        *number += amount;
    }
}
