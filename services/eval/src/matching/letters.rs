//! A baseline: the cosine of sequences of three to five letters, rare ones weighing more. It shares no code with the product.

use std::collections::BTreeMap;

/// Texts, numbered from 0, and how rare each letter sequence is among them.
#[derive(Debug)]
pub(crate) struct Letters {
    postings: BTreeMap<String, Vec<(usize, f64)>>,
    lengths: Vec<f64>,
}

/// How often each letter sequence of a text occurs, over its words and across their ends.
fn grams(words: &[String]) -> BTreeMap<String, f64> {
    let joined: Vec<char> = format!(" {} ", words.join(" ")).chars().collect();
    let mut grams = BTreeMap::new();
    for gram in (3..=5).flat_map(|length| joined.windows(length)) {
        *grams.entry(gram.iter().collect()).or_default() += 1.0;
    }
    grams
}

impl Letters {
    /// Over texts, each as its words.
    pub(crate) fn new(texts: impl Iterator<Item = Vec<String>>) -> Self {
        let mut postings: BTreeMap<String, Vec<(usize, f64)>> = BTreeMap::new();
        let mut texts_seen = 0_usize;
        for (text, number) in texts.zip(0_usize..) {
            texts_seen = number.saturating_add(1);
            for (gram, count) in grams(&text) {
                postings.entry(gram).or_default().push((number, count));
            }
        }
        let mut index = Self { postings, lengths: vec![0.0; texts_seen] };
        let mut squares = vec![0.0_f64; texts_seen];
        for list in index.postings.values() {
            let rarity = index.rarity(list.len());
            for (text, count) in list {
                if let Some(square) = squares.get_mut(*text) {
                    *square += (count * rarity).powi(2);
                }
            }
        }
        index.lengths = squares.into_iter().map(f64::sqrt).collect();
        index
    }

    fn rarity(&self, having: usize) -> f64 {
        let (all, having) = (self.lengths.len() as f64, having as f64);
        ((all - having + 0.5) / (having + 0.5)).ln_1p()
    }

    /// The cosine of every text that shares a sequence with the query, best first, ties by number.
    pub(crate) fn scores(&self, query: &[String]) -> Vec<(usize, f64)> {
        let mut products: BTreeMap<usize, f64> = BTreeMap::new();
        let mut square = 0.0;
        for (gram, count) in grams(query) {
            let list = self.postings.get(&gram).map(Vec::as_slice).unwrap_or_default();
            let rarity = self.rarity(list.len());
            square += (count * rarity).powi(2);
            for (text, theirs) in list {
                *products.entry(*text).or_default() += count * theirs * rarity.powi(2);
            }
        }
        let length = |text: usize| self.lengths.get(text).copied().unwrap_or_default() * square.sqrt();
        let mut scores: Vec<(usize, f64)> =
            products.into_iter().map(|(text, product)| (text, product / length(text).max(1e-9))).collect();
        scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scores
    }

    /// The texts alone.
    pub(crate) fn rank(&self, query: &[String]) -> Vec<usize> {
        self.scores(query).into_iter().map(|(text, _)| text).collect()
    }
}
