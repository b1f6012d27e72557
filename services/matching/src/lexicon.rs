//! Short texts found by what they share with a query: words by BM25, letter sequences by cosine. The order of every sum is
//! the order of names, so that the same texts give the same bits on every machine.

use std::collections::BTreeMap;

/// How soon another occurrence of a word stops counting (BM25's k1).
const SATURATION: f64 = 1.2;
/// How far a longer text must contain more to be worth as much (BM25's b). Labels are short, and a longer one is no worse.
const LENGTH: f64 = 0.75;

/// How often each name occurs, by name.
pub type Bag = BTreeMap<u64, u32>;

/// Counts names.
#[must_use]
pub fn bag(names: impl IntoIterator<Item = u64>) -> Bag {
    let mut bag = Bag::new();
    for name in names {
        let count = bag.entry(name).or_insert(0_u32);
        *count = count.saturating_add(1);
    }
    bag
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
    /// Where the postings of each name end.
    ends: Vec<u32>,
    idf: Vec<f64>,
    postings: Vec<(u32, f32)>,
    texts: usize,
}

impl Field {
    /// Over texts, numbered in order from 0.
    #[must_use]
    pub fn new(measure: Measure, texts: &[Bag]) -> Self {
        let mut triples: Vec<(u64, u32, u32)> = texts
            .iter()
            .zip(0_u32..)
            .flat_map(|(bag, text)| bag.iter().map(move |(name, count)| (*name, text, *count)))
            .collect();
        triples.sort_unstable();
        let (mut names, mut ends, mut idf) = (Vec::new(), Vec::new(), Vec::new());
        let mut end = 0_u32;
        for group in triples.chunk_by(|a, b| a.0 == b.0) {
            names.extend(group.first().map(|triple| triple.0));
            let count = u32::try_from(group.len()).unwrap_or(u32::MAX);
            end = end.saturating_add(count);
            ends.push(end);
            idf.push(rarity(texts.len(), count));
        }
        let mut field = Self { measure, names, ends, idf, postings: Vec::new(), texts: texts.len() };
        let average = average(texts);
        let norms: Vec<f64> = match measure {
            Measure::Words => texts.iter().map(|bag| 1.0 - LENGTH + LENGTH * length(bag) / average).collect(),
            Measure::Letters => texts.iter().map(|bag| field.norm(bag)).collect(),
        };
        let groups = triples.chunk_by(|a, b| a.0 == b.0).zip(field.idf.iter());
        let weighed = groups.flat_map(|(group, idf)| {
            let norms = &norms;
            group.iter().map(move |(_, text, count)| {
                let norm = norms.get(*text as usize).copied().unwrap_or(1.0);
                (*text, narrow(weigh(measure, *idf, f64::from(*count), norm)))
            })
        });
        field.postings = weighed.collect();
        field
    }

    /// The score of every text: at most 1 for letters; for words as a share of what a text of average length that has every
    /// word of the query once would score. A query of unknown names scores 0 everywhere.
    #[must_use]
    pub fn scores(&self, query: &Bag) -> Vec<f64> {
        let mut scores = vec![0.0_f64; self.texts];
        let whole = match self.measure {
            Measure::Words => query.keys().map(|name| self.idf(*name)).sum::<f64>(),
            Measure::Letters => self.norm(query),
        };
        if whole <= 0.0 {
            return scores;
        }
        for (name, count) in query {
            let weight = match self.measure {
                Measure::Words => 1.0 / whole,
                Measure::Letters => self.idf(*name) * f64::from(*count) / whole,
            };
            for (text, strength) in self.postings(*name) {
                if let Some(score) = scores.get_mut(*text as usize) {
                    *score += weight * f64::from(*strength);
                }
            }
        }
        scores
    }

    /// How rare a name is among the texts; the rarest possible if none has it.
    #[must_use]
    pub fn idf(&self, name: u64) -> f64 {
        let place = self.names.binary_search(&name).ok();
        place.and_then(|place| self.idf.get(place)).copied().unwrap_or_else(|| rarity(self.texts, 0))
    }

    /// The length of a text's vector.
    #[must_use]
    pub fn norm(&self, bag: &Bag) -> f64 {
        let square = |(name, count): (&u64, &u32)| {
            let weight = self.idf(*name) * f64::from(*count);
            weight * weight
        };
        libm::sqrt(bag.iter().map(square).sum())
    }

    fn postings(&self, name: u64) -> &[(u32, f32)] {
        let Ok(place) = self.names.binary_search(&name) else { return &[] };
        let start =
            place.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        let end = self.ends.get(place).map_or(start, |end| *end as usize);
        self.postings.get(start..end).unwrap_or_default()
    }
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

fn length(bag: &Bag) -> f64 {
    f64::from(bag.values().fold(0_u32, |sum, count| sum.saturating_add(*count)))
}

fn average(texts: &[Bag]) -> f64 {
    let total: f64 = texts.iter().map(length).sum();
    (total / (texts.len().max(1) as f64)).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(measure: Measure) -> Field {
        Field::new(measure, &[bag([1, 2]), bag([2, 3, 3]), bag([4])])
    }

    #[test]
    fn a_text_is_closest_to_itself() {
        for measure in [Measure::Words, Measure::Letters] {
            let scores = field(measure).scores(&bag([2, 3, 3]));
            assert!(scores[1] > scores[0] && scores[0] > scores[2], "{measure:?} {scores:?}");
        }
        let same = field(Measure::Letters).scores(&bag([1, 2]))[0];
        assert!((same - 1.0).abs() < 1e-6, "{same}");
    }

    #[test]
    fn unknown_and_empty_queries_score_nothing() {
        for query in [bag([]), bag([77])] {
            assert_eq!(field(Measure::Words).scores(&query), [0.0; 3]);
            assert_eq!(field(Measure::Letters).scores(&query), [0.0; 3]);
        }
        assert_eq!(Field::new(Measure::Words, &[]).scores(&bag([1])), [0.0; 0]);
    }
}
