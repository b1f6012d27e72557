//! Areas, ranks, quantiles.

/// The chance that a good case scores above a bad one, ties half: the area under the ROC curve.
pub(crate) fn area(cases: &[(f64, bool)]) -> f64 {
    let mut sorted: Vec<&(f64, bool)> = cases.iter().collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut rank, mut ranks, mut good) = (0.0, 0.0, 0.0);
    for run in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let size = run.len() as f64;
        let goods = run.iter().filter(|case| case.1).count() as f64;
        ranks += goods * (rank + (size + 1.0) / 2.0);
        rank += size;
        good += goods;
    }
    let bad = rank - good;
    if good * bad == 0.0 { 0.5 } else { (ranks - good * (good + 1.0) / 2.0) / (good * bad) }
}

/// The lower bound of the product's formula, μ − 1.2816·√(μ(1−μ)/(a+b+1)), in floating point.
pub(crate) fn lower_bound(a: f64, b: f64) -> f64 {
    let mean = a / (a + b);
    mean - 1.2816 * (mean * (1.0 - mean) / (a + b + 1.0)).sqrt()
}

/// The share of `others` below `value`, ties half.
pub(crate) fn percentile(value: f64, others: &[f64]) -> f64 {
    let below = others.iter().filter(|other| **other < value).count() as f64;
    let equal = others.iter().filter(|other| other.total_cmp(&value).is_eq()).count() as f64;
    (below + equal / 2.0) / others.len().max(1) as f64
}

/// Kendall's τ_b.
pub(crate) fn kendall(a: &[f64], b: &[f64]) -> f64 {
    let (mut agreement, mut in_a, mut in_b) = (0.0, 0.0_f64, 0.0_f64);
    for (first, (a0, b0)) in a.iter().zip(b).enumerate() {
        for (a1, b1) in a.iter().zip(b).skip(first + 1) {
            let (x, y) = (sign(a1 - a0), sign(b1 - b0));
            agreement += x * y;
            in_a += x * x;
            in_b += y * y;
        }
    }
    if in_a * in_b == 0.0 { 1.0 } else { agreement / (in_a * in_b).sqrt() }
}

fn sign(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number.signum() }
}

pub(crate) fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

pub(crate) fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

pub(crate) fn smallest(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The value below which `percent` of the numbers are.
pub(crate) fn quantile(numbers: &[f64], percent: usize) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = sorted.len().saturating_sub(1) * percent / 100;
    sorted.get(place).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let perfect = [(0.1, false), (0.2, false), (0.8, true), (0.9, true)];
        assert!((area(&perfect) - 1.0).abs() < 1e-12);
        assert!((area(&[(0.5, true), (0.5, false)]) - 0.5).abs() < 1e-12);
        assert!((area(&[(0.1, false), (0.4, true), (0.35, false), (0.3, true)]) - 0.75).abs() < 1e-12);
        assert!((kendall(&[1.0, 2.0, 3.0], &[1.0, 3.0, 2.0]) - 1.0 / 3.0).abs() < 1e-12);
        assert!((percentile(2.0, &[1.0, 2.0, 3.0, 4.0]) - 0.375).abs() < 1e-12);
        assert!((quantile(&[3.0, 1.0, 2.0], 50) - 2.0).abs() < 1e-12);
    }
}
