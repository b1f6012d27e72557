//! From features to one number: each side's weighted geometric mean, and the harmonic mean of both. Features are integers
//! (millionths), so that a score recomputed from a stored or signed explanation is the same to the last bit.

use serde::{Deserialize, Serialize};

use crate::side::{FACTORS, Factor, Row, Side, Weights};

/// One in the unit of features.
pub const ONE: u32 = 1_000_000;
/// The least that a feature counts: one hopeless factor must not hide all the others.
pub const FLOOR: u32 = 20_000;
/// The score of a side that stated nothing: neither for nor against.
pub const UNSTATED: f64 = 0.5;

/// From here on the skill factor and the mean of the title and text factors (of which the text counts twice) say together that the two
/// fit. On the tuning half of the judged texts this empties nearly half of the first five places and leaves their worth where it was.
pub const FITS: f64 = 0.2;

/// A feature from a share between 0 and 1; what is not a number is 0.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=1 just before; NaN becomes 0"
)]
pub fn millionths(share: f64) -> u32 {
    libm::rint(share.clamp(0.0, 1.0) * f64::from(ONE)) as u32
}

/// The features of both sides, in millionths; `None` is what a side did not state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Features {
    /// As the client sees it.
    pub client: Row<Option<u32>>,
    /// As the freelancer sees it.
    pub freelancer: Row<Option<u32>>,
}

impl Features {
    /// The features of a side.
    #[must_use]
    pub const fn of(&self, side: Side) -> &Row<Option<u32>> {
        match side {
            Side::Client => &self.client,
            Side::Freelancer => &self.freelancer,
        }
    }

    /// Whether the two belong into each other's lists at all: the person has enough of what is needed and of the job's words. It depends on
    /// no weight, so that every node draws the same line.
    #[must_use]
    pub fn fit(&self) -> bool {
        self.client_has(Factor::Skill) + self.words() >= FITS
    }

    /// How far title and text fit, from 0 to 1.
    fn words(&self) -> f64 {
        let log = |factor| libm::log(self.client_has(factor).max(f64::from(FLOOR) / f64::from(ONE)));
        libm::exp((log(Factor::Title) + 2.0 * log(Factor::Text)) / 3.0)
    }

    /// A factor of the client's side, from 0 to 1: what is unstated counts as nothing.
    fn client_has(&self, factor: Factor) -> f64 {
        f64::from(self.client.get(factor as usize).copied().flatten().unwrap_or(0)) / f64::from(ONE)
    }
}

/// Both one-sided scores and the reciprocal one, each from 0.02 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The client's.
    pub u: f64,
    /// The freelancer's.
    pub v: f64,
    /// Their harmonic mean: high only if both are.
    pub h: f64,
}

impl Score {
    /// The score of features under weights.
    #[must_use]
    pub fn of(features: &Features, weights: &Weights) -> Self {
        let u = mean(&features.client, &weights.client);
        let v = mean(&features.freelancer, &weights.freelancer);
        Self { u, v, h: 2.0 * u * v / (u + v) }
    }
}

/// The logarithm that each factor contributes; their sum is the logarithm of the side's score.
#[must_use]
pub fn logarithms(features: &Row<Option<u32>>, weights: &Row<u16>) -> Row<f64> {
    let total: u32 =
        features.iter().zip(weights).filter(|(x, _)| x.is_some()).map(|(_, w)| u32::from(*w)).sum();
    let mut parts = [0.0; FACTORS];
    for ((part, x), weight) in parts.iter_mut().zip(features).zip(weights) {
        if let Some(x) = x.filter(|x| *x < ONE && *weight > 0) {
            let share = f64::from(*weight) / f64::from(total);
            *part = share * libm::log(f64::from(x.max(FLOOR)) / f64::from(ONE));
        }
    }
    parts
}

/// The weighted geometric mean of what is stated.
#[must_use]
pub fn mean(features: &Row<Option<u32>>, weights: &Row<u16>) -> f64 {
    if features.iter().zip(weights).all(|(x, weight)| x.is_none() || *weight == 0) {
        return UNSTATED;
    }
    libm::exp(logarithms(features, weights).iter().sum())
}

/// Ten-thousandths of a point that each factor costs a side, of 100 points; they add up exactly to one million less
/// the side's score in millionths. What a factor costs is its share of the logarithm; what rounding leaves goes to the largest remainders.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "between 0 and 1,000,000")]
pub fn points_lost(features: &Row<Option<u32>>, weights: &Row<u16>) -> Row<i64> {
    let parts = logarithms(features, weights);
    let whole: f64 = parts.iter().sum();
    let mut lost = [0_i64; FACTORS];
    if whole >= 0.0 {
        return lost;
    }
    let total = ONE.saturating_sub(millionths(libm::exp(whole)));
    let mut remainders = Vec::with_capacity(FACTORS);
    for ((place, cell), part) in (0_usize..).zip(lost.iter_mut()).zip(&parts) {
        let exact = f64::from(total) * part / whole;
        let floor = libm::floor(exact);
        *cell = floor as i64;
        remainders.push((exact - floor, place));
    }
    remainders.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut missing = i64::from(total).saturating_sub(lost.iter().sum());
    for (_, place) in remainders {
        if let Some(cell) = lost.get_mut(place).filter(|_| missing > 0) {
            *cell = cell.saturating_add(1);
            missing = missing.saturating_sub(1);
        }
    }
    lost
}
