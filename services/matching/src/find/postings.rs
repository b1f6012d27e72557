//! Which documents have a term, and how strongly, in blocks of at most 65,536 documents: two bytes for the document, one for
//! the strength. All arithmetic is in integers, so that the order of a merge cannot change what is found.

use std::collections::BTreeMap;

/// The documents of a block: what two bytes can name.
pub(crate) const BLOCK_DOCS: usize = 65_536;

/// One term's documents.
#[derive(Clone, Debug, Default)]
struct List {
    docs: Vec<u16>,
    impacts: Vec<u8>,
}

/// A block of documents, never changed once made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    lists: BTreeMap<u64, List>,
    docs: usize,
}

/// What is looked for: terms with weights of at most [`WEIGHT_MAX`], each once.
pub(crate) type Terms = Vec<(u64, u32)>;

/// The sum of all weights of a query stays near this, so that weight times strength fits 32 bits by far.
pub(crate) const WEIGHT_MAX: u32 = 65_536;

/// Working space of a search, reused from block to block.
#[derive(Debug)]
pub struct Space {
    sums: Box<[u32]>,
}

impl Default for Space {
    fn default() -> Self {
        Self { sums: vec![0; BLOCK_DOCS].into_boxed_slice() }
    }
}

impl Block {
    /// A block of documents, numbered in order from 0; each is its terms with their strengths. Documents beyond
    /// [`BLOCK_DOCS`] are left out. Of a term that a document has twice the greater strength stands.
    #[must_use]
    pub(crate) fn new(docs: impl Iterator<Item = Vec<(u64, u8)>>) -> Self {
        let mut block = Self::default();
        for (mut terms, doc) in docs.zip(0_u16..=u16::MAX) {
            terms.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
            terms.dedup_by_key(|term| term.0);
            for (term, impact) in terms {
                let list = block.lists.entry(term).or_default();
                list.docs.push(doc);
                list.impacts.push(impact);
            }
            block.docs = block.docs.saturating_add(1);
        }
        for list in block.lists.values_mut() {
            list.docs.shrink_to_fit();
            list.impacts.shrink_to_fit();
        }
        block
    }

    /// Calls `found` with each document whose sum is above `least`, in order; `found` answers the new least.
    pub(crate) fn search(
        &self,
        terms: &Terms,
        space: &mut Space,
        mut found: impl FnMut(u16, u32) -> u32,
        least: u32,
    ) {
        // A small block costs little: nothing behind it is looked at.
        space.sums.iter_mut().take(self.docs).for_each(|sum| *sum = 0);
        for (term, weight) in terms {
            let Some(list) = self.lists.get(term) else { continue };
            for (doc, impact) in list.docs.iter().zip(&list.impacts) {
                if let Some(sum) = space.sums.get_mut(usize::from(*doc)) {
                    *sum = sum.wrapping_add(weight.wrapping_mul(u32::from(*impact)));
                }
            }
        }
        let mut least = least;
        for (sum, doc) in space.sums.iter().take(self.docs).zip(0_u16..=u16::MAX) {
            if *sum > least {
                least = found(doc, *sum);
            }
        }
    }
}

/// The best documents so far: sum, what decides between equal sums, and which document.
#[derive(Debug)]
pub(crate) struct Best<T> {
    kept: Vec<(u32, u64, T)>,
    limit: usize,
    least: u32,
}

impl<T: Copy + Ord> Best<T> {
    /// At most `limit` documents.
    #[must_use]
    pub(crate) const fn new(limit: usize) -> Self {
        Self { kept: Vec::new(), limit, least: 0 }
    }

    /// Sums up to this cannot become one of the best any more.
    #[must_use]
    pub(crate) const fn least(&self) -> u32 {
        self.least
    }

    /// Offers a document.
    pub(crate) fn offer(&mut self, sum: u32, tie: u64, doc: T) {
        self.kept.push((sum, tie, doc));
        if self.kept.len() >= self.limit.saturating_mul(2).max(2) {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        if self.limit == 0 {
            self.kept.clear();
            self.least = u32::MAX;
        } else if self.kept.len() > self.limit {
            self.kept.select_nth_unstable_by(self.limit, |a, b| b.cmp(a));
            self.kept.truncate(self.limit);
            // Equal sums still compete by tie, so only smaller ones are out.
            let least = self.kept.iter().map(|it| it.0).min().unwrap_or(0);
            self.least = least.saturating_sub(1);
        }
    }

    /// The best, in order.
    #[must_use]
    pub(crate) fn finish(mut self) -> Vec<T> {
        self.shrink();
        self.kept.sort_unstable_by(|a, b| b.cmp(a));
        self.kept.into_iter().map(|(_, _, doc)| doc).collect()
    }
}

/// Mixes a document's and a query's number (splitmix64), so that equal sums are cut off without favour and everywhere alike.
#[must_use]
pub(crate) const fn mix(query: u64, document: u64) -> u64 {
    let mut mixed = (query ^ document).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The first eight bytes of an id.
pub(crate) fn number(id: &[u8; 32]) -> u64 {
    id.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_numbered_by_its_first_eight_bytes() {
        let mut id = [0xff; 32];
        id[..8].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(number(&id), 0x0102_0304_0506_0708);
    }

    /// The numbers that the generator's authors publish for the seed 1234567.
    #[test]
    fn mixing_is_splitmix64() {
        let step = |steps: u64| 1_234_567_u64.wrapping_add(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(steps));
        assert_eq!(mix(step(0), 0), 6_457_827_717_110_365_317);
        assert_eq!(mix(0, step(1)), 3_203_168_211_198_807_973);
    }

    /// The best of many, by a sum that many share, and then by what decides between equals.
    #[test]
    fn the_best_are_those_that_sorting_all_would_give() {
        for limit in [0, 1, 2, 3, 10, 99, 100, 101] {
            let mut all: Vec<(u32, u64, u16)> =
                (0..100_u16).map(|doc| (u32::from(doc) * 37 % 10 + 1, mix(9, u64::from(doc)), doc)).collect();
            let mut best = Best::new(limit);
            for (sum, tie, doc) in &all {
                if *sum > best.least() {
                    best.offer(*sum, *tie, *doc);
                }
            }
            all.sort_unstable_by(|a, b| b.cmp(a));
            let expected: Vec<u16> = all.iter().take(limit).map(|it| it.2).collect();
            assert_eq!(best.finish(), expected, "{limit}");
        }
    }

    #[test]
    fn a_document_scores_the_weighted_strengths_of_the_terms_it_has() {
        let docs = [vec![(1, 10), (2, 20), (2, 30)], vec![], vec![(2, 5)]];
        let block = Block::new(docs.into_iter());
        let mut space = Space::default();
        let mut search = |terms: Terms, least: u32| {
            let mut found = Vec::new();
            block.search(&terms, &mut space, |doc, sum| (found.push((doc, sum)), least).1, least);
            found
        };
        assert_eq!(search(vec![(1, 3), (2, 100)], 0), [(0, 3_030), (2, 500)]);
        assert_eq!(
            search(vec![(2, 1)], 5),
            [(0, 30)],
            "above the least, and nothing is left of the last search"
        );
        assert_eq!(search(vec![(3, 1)], 0), []);
    }
}
