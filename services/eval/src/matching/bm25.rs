//! The baseline: plain BM25 (k1 1.2, b 0.75, Lucene's form) over words. It shares no code with the product.

use std::collections::BTreeMap;

const K1: f64 = 1.2;
const B: f64 = 0.75;

/// An index over texts, numbered from 0.
#[derive(Debug)]
pub(crate) struct Bm25 {
    postings: BTreeMap<String, Vec<(usize, f64)>>,
    lengths: Vec<f64>,
    average: f64,
}

impl Bm25 {
    /// Over texts, each as its words.
    pub(crate) fn new(texts: impl Iterator<Item = Vec<String>>) -> Self {
        let mut postings: BTreeMap<String, Vec<(usize, f64)>> = BTreeMap::new();
        let mut lengths = Vec::new();
        for (words, number) in texts.zip(0..) {
            lengths.push(words.len() as f64);
            for word in words {
                let list = postings.entry(word).or_default();
                match list.last_mut().filter(|(last, _)| *last == number) {
                    Some((_, count)) => *count += 1.0,
                    None => list.push((number, 1.0)),
                }
            }
        }
        let average = lengths.iter().sum::<f64>() / lengths.len().max(1) as f64;
        Self { postings, lengths, average }
    }

    /// The score of every text that has a word of the query, best first, ties by number.
    pub(crate) fn scores(&self, query: &[String]) -> Vec<(usize, f64)> {
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        let all = self.lengths.len() as f64;
        for list in query.iter().filter_map(|word| self.postings.get(word)) {
            let having = list.len() as f64;
            let idf = ((all - having + 0.5) / (having + 0.5)).ln_1p();
            for (text, count) in list {
                let length = self.lengths.get(*text).copied().unwrap_or_default() / self.average;
                *scores.entry(*text).or_default() += idf * count / (count + K1 * (1.0 - B + B * length));
            }
        }
        let mut ranked: Vec<(usize, f64)> = scores.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked
    }

    /// The texts alone.
    pub(crate) fn rank(&self, query: &[String]) -> Vec<usize> {
        self.scores(query).into_iter().map(|(text, _)| text).collect()
    }
}
