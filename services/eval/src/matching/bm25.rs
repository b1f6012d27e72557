//! The baseline: plain BM25 (k1 1.2, b 0.75, Lucene's form) over lower-case words. It shares no code with the product.

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

fn tokens(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

impl Bm25 {
    pub(crate) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut postings: BTreeMap<String, Vec<(usize, f64)>> = BTreeMap::new();
        let mut lengths = Vec::new();
        for (text, number) in texts.zip(0..) {
            let words = tokens(text);
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

    /// Texts with a word of the query, best first, ties by number.
    pub(crate) fn rank(&self, query: &str) -> Vec<usize> {
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        let all = self.lengths.len() as f64;
        for list in tokens(query).iter().filter_map(|word| self.postings.get(word)) {
            let having = list.len() as f64;
            let idf = ((all - having + 0.5) / (having + 0.5)).ln_1p();
            for (text, count) in list {
                let length = self.lengths.get(*text).copied().unwrap_or_default() / self.average;
                *scores.entry(*text).or_default() += idf * count / (count + K1 * (1.0 - B + B * length));
            }
        }
        let mut ranked: Vec<(usize, f64)> = scores.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.into_iter().map(|(text, _)| text).collect()
    }
}
