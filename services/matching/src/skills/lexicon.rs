//! Short texts found by what they share with a query: words by BM25, letter sequences by cosine. The order of every sum is
//! the order of names, so that the same texts give the same bits on every machine.

/// How soon another occurrence of a word stops counting (BM25's k1).
const SATURATION: f64 = 1.2;
/// How far a longer text must contain more to be worth as much (BM25's b). Labels are short, and a longer one is no worse.
const LENGTH: f64 = 0.75;

/// How often each name occurs: sorted by name, each once.
pub type Bag = Vec<(u64, u32)>;

/// Counts names.
#[must_use]
pub fn bag(names: impl IntoIterator<Item = u64>) -> Bag {
    let mut names: Vec<u64> = names.into_iter().collect();
    names.sort_unstable();
    let counted = names
        .chunk_by(|a, b| a == b)
        .filter_map(|same| Some((*same.first()?, u32::try_from(same.len()).unwrap_or(u32::MAX))));
    counted.collect()
}

/// What a text is compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// BM25: rare words count more, repeated ones soon no more.
    Words,
    /// The cosine of the two texts' weighted letter sequences.
    Letters,
}

/// Which texts contain a name, and how strongly.
#[derive(Clone, Debug)]
pub struct Field {
    measure: Measure,
    names: Vec<u64>,
    /// Where the names with the same highest bits begin: names are spread evenly, so that there are one or two.
    buckets: Vec<u32>,
    /// Where the postings of each name end.
    ends: Vec<u32>,
    idf: Vec<f64>,
    postings: Vec<(u32, f32)>,
    texts: usize,
}

impl Field {
    /// Over texts, numbered in order from 0.
    #[must_use]
    pub fn new(measure: Measure, bags: impl Iterator<Item = Bag>) -> Self {
        let mut texts = 0_usize;
        let mut triples: Vec<(u64, u32, u32)> = Vec::new();
        for (bag, text) in bags.zip(0_u32..) {
            triples.extend(bag.into_iter().map(|(name, count)| (name, text, count)));
            texts = texts.saturating_add(1);
        }
        triples.sort_unstable();
        let (mut names, mut ends, mut idf) = (Vec::new(), Vec::new(), Vec::new());
        let mut end = 0_u32;
        for group in triples.chunk_by(|a, b| a.0 == b.0) {
            names.extend(group.first().map(|triple| triple.0));
            let count = u32::try_from(group.len()).unwrap_or(u32::MAX);
            end = end.saturating_add(count);
            ends.push(end);
            idf.push(rarity(texts, count));
        }
        let norms = norms(measure, &triples, &idf, texts);
        let mut postings = Vec::with_capacity(triples.len());
        for (group, idf) in triples.chunk_by(|a, b| a.0 == b.0).zip(&idf) {
            postings.extend(group.iter().map(|(_, text, count)| {
                let norm = norms.get(*text as usize).copied().unwrap_or(1.0);
                (*text, narrow(weigh(measure, *idf, f64::from(*count), norm)))
            }));
        }
        Self { measure, buckets: buckets(&names), names, ends, idf, postings, texts }
    }

    /// How many texts there are.
    pub(crate) const fn texts(&self) -> usize {
        self.texts
    }

    /// Adds the score of every text for a query: at most `share` for letters; for words `share` of what a text of average length that
    /// has every word of the query once would score. Names that no text has add nothing, and count.
    pub(crate) fn add(&self, query: &Bag, share: f64, sums: &mut [f64]) {
        let weighed = |(name, count): &(u64, u32)| {
            let place = self.place(*name);
            (place, self.idf_at(place), f64::from(*count))
        };
        let parts: Vec<(Option<usize>, f64, f64)> = query.iter().map(weighed).collect();
        let whole = match self.measure {
            Measure::Words => parts.iter().map(|(_, idf, _)| idf).sum::<f64>(),
            Measure::Letters => {
                libm::sqrt(parts.iter().map(|(_, idf, count)| idf * count * (idf * count)).sum())
            }
        };
        if whole <= 0.0 {
            return;
        }
        for (place, idf, count) in parts {
            let Some(place) = place else { continue };
            let weight = match self.measure {
                Measure::Words => share / whole,
                Measure::Letters => share * idf * count / whole,
            };
            for (text, strength) in self.postings(place) {
                if let Some(sum) = sums.get_mut(*text as usize) {
                    *sum += weight * f64::from(*strength);
                }
            }
        }
    }

    /// How rare a name is among the texts; the rarest possible if none has it.
    #[must_use]
    pub fn idf(&self, name: u64) -> f64 {
        self.idf_at(self.place(name))
    }

    /// How many texts have a name.
    pub(crate) fn having(&self, name: u64) -> usize {
        self.place(name).map_or(0, |place| self.postings(place).len())
    }

    /// The cosine of two bags by the rarity of their names here: 1 for the same names, 0 for none in common.
    pub(crate) fn cosine(&self, a: &Bag, b: &Bag) -> f64 {
        let weight = |(name, count): &(u64, u32)| self.idf(*name) * f64::from(*count);
        let square = |bag: &Bag| bag.iter().map(|it| weight(it) * weight(it)).sum::<f64>();
        let both = a.iter().filter_map(|it| {
            let place = b.binary_search_by_key(&it.0, |(name, _)| *name).ok()?;
            Some(weight(it) * weight(b.get(place)?))
        });
        let norm = libm::sqrt(square(a) * square(b));
        if norm > 0.0 { both.sum::<f64>() / norm } else { 0.0 }
    }

    /// How rare a name is that no text has.
    pub(crate) fn rarest(&self) -> f64 {
        rarity(self.texts, 0)
    }

    fn idf_at(&self, place: Option<usize>) -> f64 {
        place.and_then(|place| self.idf.get(place)).copied().unwrap_or_else(|| self.rarest())
    }

    fn place(&self, name: u64) -> Option<usize> {
        let bucket = bucket(name, self.buckets.len());
        let bound = |bucket: usize| self.buckets.get(bucket).map(|start| *start as usize);
        let (from, to) = (bound(bucket)?, bound(bucket.saturating_add(1))?);
        let within = self.names.get(from..to)?.binary_search(&name).ok()?;
        Some(from.saturating_add(within))
    }

    fn postings(&self, place: usize) -> &[(u32, f32)] {
        let start =
            place.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        let end = self.ends.get(place).map_or(start, |end| *end as usize);
        self.postings.get(start..end).unwrap_or_default()
    }
}

/// Where the names of each bucket begin, and at last where all end: a power of two of buckets, about as many as names.
fn buckets(names: &[u64]) -> Vec<u32> {
    let count = names.len().next_power_of_two();
    let mut starts = vec![0_u32; count.saturating_add(1)];
    for name in names {
        if let Some(next) = starts.get_mut(bucket(*name, count.saturating_add(1)).saturating_add(1)) {
            *next = next.saturating_add(1);
        }
    }
    let mut sum = 0_u32;
    for start in &mut starts {
        sum = sum.saturating_add(*start);
        *start = sum;
    }
    starts
}

/// The bucket of a name by its highest bits; `bounds` is one more than the number of buckets.
fn bucket(name: u64, bounds: usize) -> usize {
    let bits = bounds.saturating_sub(1).trailing_zeros();
    let highest = name.checked_shr(u64::BITS.saturating_sub(bits)).unwrap_or(0);
    usize::try_from(highest).unwrap_or(0)
}

fn weigh(measure: Measure, idf: f64, count: f64, norm: f64) -> f64 {
    match measure {
        Measure::Words => idf * count * (SATURATION + 1.0) / (count + SATURATION * norm),
        Measure::Letters if norm > 0.0 => idf * count / norm,
        Measure::Letters => 0.0,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounds a weight to 24 bits: the same everywhere, and half the memory"
)]
const fn narrow(weight: f64) -> f32 {
    weight as f32
}

fn rarity(texts: usize, having: u32) -> f64 {
    let (all, having) = (texts as f64, f64::from(having));
    libm::log(1.0 + (all - having + 0.5) / (having + 0.5))
}

/// What each text's strengths are divided by or dampened with: for letters the length of its vector, for words its length against the
/// average.
fn norms(measure: Measure, triples: &[(u64, u32, u32)], idf: &[f64], texts: usize) -> Vec<f64> {
    let mut sums = vec![0.0_f64; texts];
    for (group, idf) in triples.chunk_by(|a, b| a.0 == b.0).zip(idf) {
        for (_, text, count) in group {
            if let Some(sum) = sums.get_mut(*text as usize) {
                let count = f64::from(*count);
                *sum += match measure {
                    Measure::Words => count,
                    Measure::Letters => idf * count * (idf * count),
                };
            }
        }
    }
    match measure {
        Measure::Words => {
            let average = (sums.iter().sum::<f64>() / (texts.max(1) as f64)).max(1.0);
            sums.iter().map(|length| 1.0 - LENGTH + LENGTH * length / average).collect()
        }
        Measure::Letters => sums.into_iter().map(libm::sqrt).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scores of three texts.
    fn scores(measure: Measure, query: &Bag) -> [f64; 3] {
        let texts = [bag([1, 2]), bag([2, 3, 3]), bag([4])];
        let mut scores = [0.0; 3];
        Field::new(measure, texts.into_iter()).add(query, 1.0, &mut scores);
        scores
    }

    #[test]
    fn a_text_is_closest_to_itself() {
        for measure in [Measure::Words, Measure::Letters] {
            let scores = scores(measure, &bag([2, 3, 3]));
            assert!(scores[1] > scores[0] && scores[0] > scores[2], "{measure:?} {scores:?}");
        }
        let same = scores(Measure::Letters, &bag([1, 2]))[0];
        assert!((same - 1.0).abs() < 1e-6, "{same}");
    }

    #[test]
    fn two_bags_are_compared_by_what_is_rare_here() {
        let field = Field::new(Measure::Letters, [bag([1, 2]), bag([2, 3, 3]), bag([4])].into_iter());
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
        close(field.cosine(&bag([1, 2]), &bag([1, 2])), 1.0);
        close(field.cosine(&bag([1, 2]), &bag([3, 4])), 0.0);
        close(field.cosine(&bag([]), &bag([])), 0.0);
        close(field.cosine(&bag([2, 3]), &bag([2, 3, 3])), scores(Measure::Letters, &bag([2, 3]))[1]);
        assert_eq!([2, 3, 77].map(|name| field.having(name)), [2, 1, 0], "texts, and not how often");
    }

    #[test]
    fn unknown_and_empty_queries_score_nothing() {
        for query in [bag([]), bag([77])] {
            assert_eq!(scores(Measure::Words, &query), [0.0; 3]);
            assert_eq!(scores(Measure::Letters, &query), [0.0; 3]);
        }
        Field::new(Measure::Words, [].into_iter()).add(&bag([1]), 1.0, &mut []);
    }

    #[test]
    fn every_name_is_found_and_no_other() {
        for count in [0_u64, 1, 2, 3, 1_000] {
            let name = |it: u64| it.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let field = Field::new(Measure::Words, [bag((0..count).map(name))].into_iter());
            assert!((0..count).all(|it| field.place(name(it)).is_some()), "{count}");
            assert!((count..2_000).all(|it| field.place(name(it)).is_none()), "{count}");
        }
    }

    /// ln(1 + (N - n + 0.5) / (n + 0.5)), as Robertson and Zaragoza have it with the one that keeps it above zero.
    #[test]
    fn rarity_is_that_of_bm25() {
        let field = Field::new(Measure::Words, [bag([1, 2]), bag([2, 3, 3]), bag([4])].into_iter());
        for (name, expected) in [(1, 8.0 / 3.0), (2, 1.6), (3, 8.0 / 3.0), (77, 8.0_f64)] {
            assert!((field.idf(name) - libm::log(expected)).abs() < 1e-12, "{name}");
        }
    }

    #[test]
    fn known_scores() {
        let close =
            |score: f64, expected: f64| assert!((score - expected).abs() < 1e-6, "{score} {expected}");
        // A text of average length that has the one word of the query once.
        close(scores(Measure::Words, &bag([1]))[0], 1.0);
        // Twice, in a text that is half as long again: 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 1.5)).
        close(scores(Measure::Words, &bag([3]))[1], 4.4 / 3.65);
        // Half as long: 2.2 / (1 + 1.2 * (0.25 + 0.75 * 0.5)).
        close(scores(Measure::Words, &bag([4]))[2], 2.2 / 1.75);
        let (two, three) = (libm::log(1.6), libm::log(8.0 / 3.0));
        let norm = |a: f64, b: f64| libm::sqrt(a * a + b * b);
        let cosine = (two * two + 2.0 * three * three) / (norm(two, three) * norm(two, 2.0 * three));
        close(scores(Measure::Letters, &bag([2, 3]))[1], cosine);
    }
}
