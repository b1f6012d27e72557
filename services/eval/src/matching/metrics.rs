//! What a ranking is worth.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Means over queries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Scores {
    pub(crate) queries: u32,
    pub(crate) ndcg_10: f64,
    pub(crate) mrr: f64,
    pub(crate) recall_100: f64,
}

/// Adds up queries.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    queries: u32,
    ndcg: f64,
    mrr: f64,
    recall: f64,
}

impl Sum {
    /// Counts one ranking, best first, against the grades of its query. Gains are the grades themselves (linear).
    pub(crate) fn add(&mut self, ranking: &[&str], grades: &BTreeMap<String, u32>) {
        let gain = |id: &&str| f64::from(grades.get(*id).copied().unwrap_or(0));
        let mut ideal: Vec<f64> = grades.values().map(|grade| f64::from(*grade)).collect();
        ideal.sort_by(|a, b| b.total_cmp(a));
        let best = discounted(ideal.into_iter());
        self.queries += 1;
        if best > 0.0 {
            self.ndcg += discounted(ranking.iter().map(gain)) / best;
        }
        let first = ranking.iter().position(|id| gain(id) > 0.0);
        self.mrr += first.map_or(0.0, |place| 1.0 / (place as f64 + 1.0));
        let relevant = grades.values().filter(|grade| **grade > 0).count();
        let found = ranking.iter().take(100).filter(|id| gain(id) > 0.0).count();
        self.recall += found as f64 / relevant.max(1) as f64;
    }

    pub(crate) fn mean(self) -> Scores {
        let all = f64::from(self.queries.max(1));
        let mean = |sum: f64| sum / all;
        Scores {
            queries: self.queries,
            ndcg_10: mean(self.ndcg),
            mrr: mean(self.mrr),
            recall_100: mean(self.recall),
        }
    }
}

fn discounted(gains: impl Iterator<Item = f64>) -> f64 {
    gains.take(10).zip(2_u32..).map(|(gain, rank)| gain / f64::from(rank).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let grades = BTreeMap::from([("a".to_owned(), 2), ("b".to_owned(), 1)]);
        let mut sum = Sum::default();
        sum.add(&["x", "a", "b"], &grades);
        let scores = sum.mean();
        let expected = (2.0 / 3.0_f64.log2() + 1.0 / 2.0) / (2.0 + 1.0 / 3.0_f64.log2());
        assert!((scores.ndcg_10 - expected).abs() < 1e-12);
        assert!((scores.mrr - 0.5).abs() < 1e-12);
        assert!((scores.recall_100 - 1.0).abs() < 1e-12);
    }
}
