//! What a form does with the words that somebody has for a skill: takes the concept that is called so, asks about one that is like
//! it, or keeps the words. A wrong concept is worse than none: it finds other people, and nobody sees why.

use std::collections::BTreeSet;

use crate::skills::link::{Linker, Mention, Suggestion, letters, stems};
use crate::skills::tag::without_makers;
use crate::skills::taxonomy::{Concept, ConceptKind, Label, Taxonomy};
use crate::text::{self, TextLanguage, fold};

/// The least likeness of a phrase and a label that is worth a question. On the tuning half of VDAB's French phrases the first that is
/// asked about is what people chose in 46 of 100 cases at 0.75, 36 at 0.6 and 57 at 0.8, and 13, 31 and 8 of 100 phrases are asked
/// about (the held-out half: 55, 39 and 64). So every second question is the right one; below, most would be a nuisance. The names of
/// tools that no taxonomy has and that look like labels ("Airflow", "Make", "Bubble", "Notion") are all below.
pub const ASK_MIN: f64 = 0.75;
/// The least likeness in letters of a single word and the single word of a label that have a stem in common: "javascripts" is 0.8 like
/// "JavaScript", and "Canva" 0.62 like "Canvas". The shorter a word, the likelier it is a name of something else.
pub const LETTERS_MIN: f64 = 0.65;
/// In how many labels a word may stand, at most, if it alone is to name a skill in a text whose first name it is not. In ESCO's hundred thousand English
/// ones "Java" stands in 5, "Excel" in 26 and "Puppet" in 32; "current" (a name of electricity) in 53, "scale" (of design) in 90.
pub const COMMON_MAX: usize = 35;
/// How many of the nearest are looked at: as many as are ever shown.
pub const CANDIDATES_MAX: usize = 50;

/// The languages of labels.
const LANGUAGES: [TextLanguage; 3] = [TextLanguage::English, TextLanguage::French, TextLanguage::Other];

/// What a phrase may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    /// What it is called, or is like enough to be asked about, best first.
    pub found: Vec<Suggestion>,
    /// Whether the first is what it means: one concept is called so.
    pub sure: bool,
}

/// A taxonomy with its linker, one kind of its concepts, and the language that is read: all labels for an unknown one.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The concepts.
    pub taxonomy: &'a Taxonomy,
    /// Their labels.
    pub linker: &'a Linker,
    /// Which of them.
    pub kind: ConceptKind,
    /// Of the words.
    pub language: TextLanguage,
}

impl Reading<'_> {
    /// What a phrase may mean, at most `limit`: the concept that it surely means, others that are called so, and then those that are
    /// alike by [`ASK_MIN`] in the order of [`Linker::suggest`].
    #[must_use]
    pub fn meaning(self, phrase: &str, limit: usize) -> Meaning {
        let written = text::words(phrase);
        let words = without_makers(&written);
        let phrases = [written, text::plain(phrase, self.language)];
        let called = self.called(&phrases);
        let sure = self.sure(&called, &phrases);
        let mut found = self.linker.suggest(phrase, self.kind, self.language, CANDIDATES_MAX);
        let alike = |concept: &Concept| {
            let labels = concept.labels.iter().filter(|label| self.reads(label.language));
            labels.map(|label| self.likeness(&words, label)).fold(0.0, f64::max) >= ASK_MIN
        };
        found.retain(|it| called.contains(&it.concept) || self.taxonomy.get(it.concept).is_some_and(alike));
        found.sort_by_key(|it| Some(it.concept) != sure);
        found.truncate(limit);
        Meaning { sure: sure.is_some() && !found.is_empty(), found }
    }

    /// The phrases of a text that name a concept outright, as [`Linker::mentions`] finds them, without those that may mean something
    /// else: what several concepts are called, a single letter, and a common word that is only another name of a concept.
    #[must_use]
    pub fn named(self, text: &str) -> Vec<Mention> {
        self.named_in(&text::words(text))
    }

    /// The same of folded words.
    pub(crate) fn named_in(self, words: &[String]) -> Vec<Mention> {
        let sure = |mention: Mention| {
            let phrase = words.get(mention.from..mention.from.saturating_add(mention.words))?.to_vec();
            let phrases = [phrase.clone(), phrase];
            let concept = self.sure(&self.called(&phrases), &phrases)?;
            self.is_telling(&phrases, concept).then_some(Mention { concept, ..mention })
        };
        self.linker.mentions_in(words, self.kind, self.language).into_iter().filter_map(sure).collect()
    }

    fn called(self, [written, plain]: &[Vec<String>; 2]) -> BTreeSet<u32> {
        let mut called = self.linker.called(written, (self.kind, self.language));
        called.extend(self.linker.called(plain, (self.kind, self.language)));
        called
    }

    /// The one of these concepts that a phrase is the first name of, or the only one.
    fn sure(self, called: &BTreeSet<u32>, phrases: &[Vec<String>; 2]) -> Option<u32> {
        let first = called.iter().filter(|concept| self.is_first_name(phrases, **concept));
        only(first).or_else(|| only(called.iter())).copied()
    }

    /// Whether a phrase is what a concept is shown as.
    fn is_first_name(self, phrases: &[Vec<String>; 2], concept: u32) -> bool {
        let Some(concept) = self.taxonomy.get(concept) else { return false };
        let languages = LANGUAGES.into_iter().filter(|language| self.reads(*language));
        languages.map(|language| concept.label(language)).any(|name| phrases.contains(&text::words(name)))
    }

    /// Whether a phrase within a text says which concept is meant.
    fn is_telling(self, phrases: &[Vec<String>; 2], concept: u32) -> bool {
        let [written, _] = phrases;
        let [word] = written.as_slice() else { return true };
        if fold::is_empty_word(word) || word.chars().nth(1).is_none() {
            return false;
        }
        let common = |language: &TextLanguage| {
            let labels = self.linker.labels(self.kind, *language);
            labels.is_some_and(|labels| {
                let stems = stems(written, *language);
                stems.iter().any(|(stem, _)| labels.words().having(*stem) > COMMON_MAX)
            })
        };
        self.is_first_name(phrases, concept)
            || !LANGUAGES.iter().filter(|language| self.reads(**language)).any(common)
    }

    fn reads(self, language: TextLanguage) -> bool {
        self.language == TextLanguage::Other || self.language == language
    }

    /// How alike a phrase and a label are, from 0 to 1: the cosine of their stems, weighed by rarity. Unlike the score of a suggestion,
    /// what a label says beyond the phrase counts, too. One stem in common tells nothing ("Airflow", "analysis of airflow") unless it is
    /// all that the label says; letters in common tell nothing alone ("Flutter", "decluttering") unless they are all ("Word Press").
    fn likeness(self, phrase: &[String], label: &Label) -> f64 {
        let Some(labels) = self.linker.labels(self.kind, label.language) else { return 0.0 };
        let name = without_makers(&text::words(&label.text));
        if name.concat() == phrase.concat() {
            return 1.0;
        }
        let (said, named) = (stems(phrase, label.language), stems(&name, label.language));
        let has = |stem: &u64| said.binary_search_by_key(stem, |(said, _)| *said).is_ok();
        let shared = named.iter().filter(|(stem, _)| has(stem)).count();
        let all = shared == 1 && named.len() == 1;
        let alone = said.len() == 1;
        let letters = || labels.letters().cosine(&letters(phrase), &letters(&name));
        let tells = shared > 1 || (all && (!alone || letters() >= LETTERS_MIN));
        if tells { labels.words().cosine(&said, &named) } else { 0.0 }
    }
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}
