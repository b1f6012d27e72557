//! The labels nearest to a phrase. One pass over what they share with it, one sum for each label, in one order: giving labels up
//! early was tried and costs more than it saves, because a phrase has many letter sequences and labels have few.

use crate::skills::lexicon::{Bag, Field};
use crate::skills::link::Suggestion;

/// The labels of one kind and language, those of a concept together and in the order of concepts.
#[derive(Clone, Debug)]
pub(crate) struct Labels {
    /// Each concept and where its labels begin.
    concepts: Vec<(u32, u32)>,
    words: Field,
    letters: Field,
}

impl Labels {
    /// Of labels in order: the concept of each, its words and its letter sequences.
    pub(crate) fn new(concepts: impl Iterator<Item = u32>, words: Field, letters: Field) -> Self {
        let mut starts: Vec<(u32, u32)> = Vec::new();
        for (concept, label) in concepts.zip(0_u32..) {
            if starts.last().is_none_or(|last| last.0 != concept) {
                starts.push((concept, label));
            }
        }
        Self { concepts: starts, words, letters }
    }

    pub(crate) const fn words(&self) -> &Field {
        &self.words
    }

    pub(crate) const fn letters(&self) -> &Field {
        &self.letters
    }

    /// The best concepts in order, at most `limit`: by their best label, beside which the mean of all labels weighs `others`. Words have
    /// `share` of the score, letter sequences the rest.
    pub(crate) fn rank(
        &self,
        words: &Bag,
        letters: &Bag,
        (share, others): (f64, f64),
        limit: usize,
    ) -> Vec<Suggestion> {
        let mut sums = vec![0.0_f64; self.words.texts()];
        self.words.add(words, share, &mut sums);
        self.letters.add(letters, 1.0 - share, &mut sums);
        let ends = self.concepts.iter().skip(1).map(|(_, start)| *start as usize).chain([sums.len()]);
        let of_concept = |((concept, start), end): (&(u32, u32), usize)| {
            let sums = sums.get(*start as usize..end).unwrap_or_default();
            let best = sums.iter().fold(0.0, |best, sum| if *sum > best { *sum } else { best });
            let mean = sums.iter().sum::<f64>() / (sums.len().max(1) as f64);
            (*concept, (best + others * mean) / (1.0 + others))
        };
        let found = self.concepts.iter().zip(ends).map(of_concept);
        best(found.filter(|(_, score)| *score > 0.0).collect(), limit)
    }
}

/// The best, in order; equals by number.
pub(crate) fn best(mut found: Vec<(u32, f64)>, limit: usize) -> Vec<Suggestion> {
    let better = |a: &(u32, f64), b: &(u32, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if limit == 0 {
        return Vec::new();
    }
    if found.len() > limit {
        found.select_nth_unstable_by(limit, better);
        found.truncate(limit);
    }
    found.sort_by(better);
    found.into_iter().map(|(concept, score)| Suggestion { concept, score }).collect()
}
