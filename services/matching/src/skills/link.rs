//! From words to concepts: exact phrases first, then the labels that share words and letter sequences. The person
//! confirms; nothing here decides what somebody can do.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::skills::lexicon::{Bag, Field, Measure, bag};
use crate::skills::nearest::{self, Labels};
use crate::skills::tag;
use crate::skills::taxonomy::{ConceptKind, Taxonomy};
use crate::text::{self, TextLanguage, fold};

/// The words of the longest phrase that is looked up; longer labels are found by their words.
pub const PHRASE_WORDS_MAX: usize = 12;
/// The exact mentions that are returned for one text: more than any form shows.
pub const MENTIONS_MAX: usize = 200;
/// The words of a phrase that a suggestion looks at: twice ESCO's longest label.
pub const SUGGEST_WORDS_MAX: usize = 64;
/// The share of a suggestion's score that shared words decide; letter sequences decide the rest.
pub const WORDS_SHARE: f64 = 0.5;
/// What the mean of all of a concept's labels counts in a suggestion beside its best one: of two that have a label as near, the phrase
/// more likely means the one whose other names are near, too.
pub const OTHERS: f64 = 0.2;

/// A concept that a phrase may mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The number of the concept in the taxonomy.
    pub concept: u32,
    /// From 0 to about 1; 1 is the same words.
    pub score: f64,
}

/// A phrase of a text that is a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The first folded word of the phrase, counted from 0.
    pub from: usize,
    /// How many words it has.
    pub words: usize,
    /// The number of the concept.
    pub concept: u32,
}

/// What a phrase may mean, and in which language it is a label.
type Meanings = Vec<(ConceptKind, TextLanguage, u32)>;
/// The folded words of labels with their concepts.
type Folded = Vec<(u32, Vec<String>)>;

/// Finds concepts in text, over the labels of one taxonomy.
#[derive(Clone, Debug)]
pub struct Linker {
    labels: BTreeMap<(ConceptKind, TextLanguage), Labels>,
    phrases: BTreeMap<Vec<String>, Meanings>,
    longest: usize,
}

/// The names of a text's stems, without words that say nothing unless there are no others.
#[must_use]
pub fn stems(words: &[String], language: TextLanguage) -> Bag {
    bag(telling(words).iter().map(|word| text::name_of(text::stem(word, language).into_bytes())))
}

/// The names of a text's letter sequences, likewise.
#[must_use]
pub fn letters(words: &[String]) -> Bag {
    bag(text::grams(&telling(words)))
}

fn telling(words: &[String]) -> Vec<String> {
    let words = words.get(..SUGGEST_WORDS_MAX).unwrap_or(words);
    let telling: Vec<String> = words.iter().filter(|word| !fold::is_empty_word(word)).cloned().collect();
    if telling.is_empty() { words.to_vec() } else { telling }
}

impl Linker {
    /// Over all labels of skills and occupations.
    #[must_use]
    pub fn new(taxonomy: &Taxonomy) -> Self {
        let mut texts: BTreeMap<(ConceptKind, TextLanguage), Folded> = BTreeMap::new();
        let mut phrases: BTreeMap<Vec<String>, Meanings> = BTreeMap::new();
        for (concept, number) in taxonomy.concepts().iter().zip(0_u32..) {
            for label in &concept.labels {
                let words = text::words(&label.text);
                if words.is_empty() {
                    continue;
                }
                for phrase in [text::plain(&label.text, label.language), words.clone(), american(&words)] {
                    phrases.entry(phrase).or_default().push((concept.kind, label.language, number));
                }
                texts.entry((concept.kind, label.language)).or_default().push((number, words));
            }
        }
        phrases.values_mut().for_each(Vec::dedup);
        let longest = phrases.keys().map(Vec::len).max().unwrap_or(0).min(PHRASE_WORDS_MAX);
        let labels = texts.into_iter().map(|(key, texts)| (key, compared(&texts, key.1))).collect();
        Self { labels, phrases, longest }
    }

    /// The phrases of a text that are labels of a kind, from left to right, the longest at each place. A word that is only
    /// a label in another language than the text's does not count.
    #[must_use]
    pub fn mentions(&self, text: &str, kind: ConceptKind, language: TextLanguage) -> Vec<Mention> {
        self.mentions_in(&text::words(text), kind, language)
    }

    /// The same of folded words.
    pub(crate) fn mentions_in(
        &self,
        words: &[String],
        kind: ConceptKind,
        language: TextLanguage,
    ) -> Vec<Mention> {
        let fits = |(other, spoken, _): &&(ConceptKind, TextLanguage, u32)| {
            *other == kind && (language == TextLanguage::Other || *spoken == language)
        };
        let mut found = Vec::new();
        let mut from = 0_usize;
        while from < words.len() && found.len() < MENTIONS_MAX {
            let rest = words.get(from..).unwrap_or_default();
            let hit = (1..=self.longest.min(rest.len())).rev().find_map(|count| {
                let meanings = self.phrases.get(rest.get(..count)?)?;
                meanings.iter().find(fits).map(|(_, _, concept)| Mention {
                    from,
                    words: count,
                    concept: *concept,
                })
            });
            from = from.saturating_add(hit.as_ref().map_or(1, |mention| mention.words));
            found.extend(hit);
        }
        found
    }

    /// The concepts of a kind that a phrase most likely means, best first, at most `limit`: those that are called exactly so, in one
    /// gender or both, and then the nearest. In an unknown language all labels are compared.
    #[must_use]
    pub fn suggest(
        &self,
        phrase: &str,
        kind: ConceptKind,
        language: TextLanguage,
        limit: usize,
    ) -> Vec<Suggestion> {
        let words = text::words(phrase);
        let mut exact = self.called(&words, (kind, language));
        exact.extend(self.called(&text::plain(phrase, language), (kind, language)));
        let near = self.nearest(&words, &letters(&words), (kind, language), OTHERS, limit);
        let (mut found, rest): (Vec<_>, Vec<_>) =
            near.into_iter().partition(|near| exact.contains(&near.concept));
        let unseen: Vec<u32> =
            exact.into_iter().filter(|concept| found.iter().all(|it| it.concept != *concept)).collect();
        found.extend(unseen.into_iter().map(|concept| Suggestion { concept, score: 1.0 }));
        found.iter_mut().for_each(|it| it.score = 1.0);
        found.extend(rest);
        found.truncate(limit);
        found
    }

    /// The concepts that are called so, in one spelling or another, also with the name of a maker that their own name lacks. The other way
    /// round a bare word would name a product: "windows" is no program.
    pub(crate) fn called(
        &self,
        words: &[String],
        (kind, language): (ConceptKind, TextLanguage),
    ) -> BTreeSet<u32> {
        let without = american(&tag::without_makers(words));
        let spellings = [words, &american(words), &without];
        let fits = spellings.into_iter().filter_map(|words| self.phrases.get(words)).flatten().filter(
            |(other, spoken, _)| *other == kind && (language == TextLanguage::Other || *spoken == language),
        );
        fits.map(|(_, _, concept)| *concept).collect()
    }

    /// The nearest for words and their letter sequences: by a concept's best label, beside which the mean of all weighs `others`.
    pub(crate) fn nearest(
        &self,
        words: &[String],
        letters: &Bag,
        (kind, language): (ConceptKind, TextLanguage),
        others: f64,
        limit: usize,
    ) -> Vec<Suggestion> {
        let mut best: BTreeMap<u32, f64> = BTreeMap::new();
        for ((other, spoken), labels) in &self.labels {
            if *other == kind && (language == TextLanguage::Other || *spoken == language) {
                for found in labels.rank(&stems(words, *spoken), letters, (WORDS_SHARE, others), limit) {
                    let score = best.entry(found.concept).or_insert(0.0);
                    *score = score.max(found.score);
                }
            }
        }
        nearest::best(best.into_iter().collect(), limit)
    }

    /// How rare a stem is among the names of occupations in a language (English for others); 1 without such names.
    #[must_use]
    pub fn stem_idf(&self, name: u64, language: TextLanguage) -> f64 {
        self.trades(language).map_or(1.0, |labels| labels.words().idf(name))
    }

    /// The same of a letter sequence.
    #[must_use]
    pub fn letters_idf(&self, name: u64, language: TextLanguage) -> f64 {
        self.trades(language).map_or(1.0, |labels| labels.letters().idf(name))
    }

    /// The length of the vector of letter sequences.
    #[must_use]
    pub fn letters_norm(&self, bag: &Bag, language: TextLanguage) -> f64 {
        let square = |(name, count): &(u64, u32)| {
            let weight = self.letters_idf(*name, language) * f64::from(*count);
            weight * weight
        };
        libm::sqrt(bag.iter().map(square).sum())
    }

    /// The labels of a kind in a language, if there are any.
    pub(crate) fn labels(&self, kind: ConceptKind, language: TextLanguage) -> Option<&Labels> {
        self.labels.get(&(kind, language))
    }

    fn trades(&self, language: TextLanguage) -> Option<&Labels> {
        let of = |language| self.labels.get(&(ConceptKind::Occupation, language));
        of(language).or_else(|| of(TextLanguage::English)).or_else(|| of(TextLanguage::French))
    }
}

/// A phrase in one spelling of English.
fn american(words: &[String]) -> Vec<String> {
    words.iter().map(|word| text::american(word)).collect()
}

/// Each concept's labels as [`Labels`] compares them.
fn compared(texts: &Folded, language: TextLanguage) -> Labels {
    let concepts = texts.iter().map(|(concept, _)| *concept);
    let words = Field::new(Measure::Words, texts.iter().map(|(_, words)| stems(words, language)));
    let letters = Field::new(Measure::Letters, texts.iter().map(|(_, words)| letters(words)));
    Labels::new(concepts, words, letters)
}
