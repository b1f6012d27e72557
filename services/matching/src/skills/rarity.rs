//! How rare a letter sequence is in titles of languages that no label is in. `-leiter` and `técnico de` say little, and nobody would know it
//! from labels in English: on the labelled job titles, with ESCO in the other of its two languages alone, the rarities of that
//! language are worth 0.07 of nDCG@10 less than those of the titles themselves, and a list of ninety titles gains nearly all of it.

use std::collections::BTreeMap;

use crate::skills::lexicon::{Bag, Field, Measure};
use crate::skills::link::{self, Linker};
use crate::text::{self, TextLanguage};

/// Usual titles, written by us: a language and a title a line, by language.
const TITLES: &str = include_str!("../../data/titles.txt");

/// Of each letter sequence, the share in that language where it is most usual.
#[derive(Clone, Debug)]
pub(super) struct Rarity {
    usual: BTreeMap<u64, f64>,
    /// Of a sequence that no title has.
    most: f64,
}

impl Rarity {
    /// From the titles above.
    pub(super) fn new() -> Self {
        let mut by_language: BTreeMap<&str, Vec<Bag>> = BTreeMap::new();
        for (language, title) in TITLES.lines().filter_map(|line| line.split_once(' ')) {
            by_language.entry(language).or_default().push(link::letters(&text::words(title)));
        }
        let mut usual: BTreeMap<u64, f64> = BTreeMap::new();
        let mut most = f64::INFINITY;
        for bags in by_language.values() {
            let field = Field::new(Measure::Letters, bags.iter().cloned());
            most = most.min(field.rarest());
            for (name, _) in bags.iter().flatten() {
                let idf = field.idf(*name);
                usual.entry(*name).and_modify(|least| *least = least.min(idf)).or_insert(idf);
            }
        }
        Self { usual, most }
    }

    /// How rare a letter sequence is where it is most usual: in these titles, or in the labels of trades.
    pub(super) fn of(&self, name: u64, linker: &Linker) -> f64 {
        let labels = [TextLanguage::English, TextLanguage::French].map(|it| linker.letters_idf(name, it));
        let listed = self.usual.get(&name).copied().unwrap_or(self.most);
        labels.into_iter().fold(listed.min(self.most), f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skills::taxonomy::Importer;

    fn rarity_of(sequence: &str) -> f64 {
        let mut importer = Importer::new("t").unwrap();
        let labels: String = (0..400).map(|n| format!("Occupation,{n},plumber {n},\n")).collect();
        let csv = format!("conceptType,conceptUri,preferredLabel,altLabels\n{labels}");
        importer.add(&csv, TextLanguage::English).unwrap();
        let linker = Linker::new(&importer.finish().unwrap());
        let gram = text::grams(&[sequence.to_owned()]);
        let whole = gram.get(1).copied().unwrap();
        Rarity::new().of(whole, &linker)
    }

    #[test]
    fn what_is_usual_in_one_language_is_not_rare() {
        let [leiter, tecnic, plumb, none] = ["eit", "tec", "umb", "qxz"].map(rarity_of);
        assert!(leiter < none && tecnic < none && plumb < none, "{leiter} {tecnic} {plumb} {none}");
        assert!(plumb < leiter, "labels count as well");
    }

    #[test]
    fn every_line_is_a_language_and_a_title() {
        let mut seen = std::collections::BTreeSet::new();
        for line in TITLES.lines() {
            let (language, title) = line.split_once(' ').unwrap();
            assert!(language.len() == 2 && !text::words(title).is_empty(), "{line}");
            assert!(seen.insert(line), "{line} twice");
        }
        assert_eq!(seen.iter().map(|line| line.get(..2)).collect::<std::collections::BTreeSet<_>>().len(), 7);
    }
}
