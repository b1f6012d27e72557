//! The words of both sides, by the names of their stems.

use std::collections::BTreeSet;

use crate::text::{self, TextLanguage, boilerplate, fold};

/// The different words of a job's text that are looked for: those of the first two hundred words or so, where the work is described.
pub const TEXT_WORDS_MAX: usize = 64;
/// The different stems of a headline and of the names of skills: of 20 skills with a name in two languages, with room to spare.
pub const NAMED_MAX: usize = 192;
/// The different stems of a person's own text: as many as the longest text of a profile has.
pub const TOLD_MAX: usize = 512;

/// A person's words: short names ([`text::short`]), sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Stems of the headline and of the names of their skills.
    pub named: Box<[u32]>,
    /// Stems of their own text alone: anybody can write anything there, so that they count less.
    pub told: Box<[u32]>,
    /// The places of those named words that the person reads: one byte for each of [`NAMED_MAX`].
    offered: Box<[u8]>,
}

impl Words {
    /// From a headline, the names of skills with their languages, and a text.
    #[must_use]
    pub fn read<'n>(
        headline: &'n str,
        names: impl Iterator<Item = (&'n str, TextLanguage)>,
        about: &str,
        language: TextLanguage,
    ) -> Self {
        let mut naming = Naming::default();
        let own = [(headline, language)];
        own.into_iter().chain(names).for_each(|(name, spoken)| naming.add(name, spoken, language));
        // What is named in another language alone is told here, in the language that the person reads.
        let mut seen = naming.offered.clone();
        let told = text::words(about).into_iter().filter(|word| tells(word));
        let told = told.map(|word| text::short(stem(&word, language))).filter(|stem| seen.insert(*stem));
        let told = sorted(told.take(TOLD_MAX).collect());
        naming.finish(told)
    }

    /// The same with the names of one more skill.
    #[must_use]
    pub(crate) fn with<'n>(
        &self,
        names: impl Iterator<Item = (&'n str, TextLanguage)>,
        language: TextLanguage,
    ) -> Self {
        let mut naming = Naming { named: self.named.to_vec(), offered: self.offered().collect() };
        names.for_each(|(name, spoken)| naming.add(name, spoken, language));
        naming.finish(self.told.clone())
    }

    /// The named words that the person reads, in order: what they offer.
    pub fn offered(&self) -> impl Iterator<Item = u32> {
        self.offered.iter().filter_map(|place| self.named.get(usize::from(*place)).copied())
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.told.is_empty()
    }
}

/// Named words while they are read.
#[derive(Debug, Default)]
struct Naming {
    named: Vec<u32>,
    offered: BTreeSet<u32>,
}

impl Naming {
    /// A name, and whether the person reads it: whoever's language is not known may read all.
    fn add(&mut self, name: &str, spoken: TextLanguage, language: TextLanguage) {
        for word in text::words(name).iter().filter(|word| !fold::is_empty_word(word)) {
            let stem = text::short(stem(word, spoken));
            push(&mut self.named, stem, NAMED_MAX);
            if spoken == language || [spoken, language].contains(&TextLanguage::Other) {
                self.offered.insert(stem);
            }
        }
    }

    fn finish(self, told: Box<[u32]>) -> Words {
        let named = sorted(self.named);
        let places = named.iter().zip(0_u8..).filter(|(stem, _)| self.offered.contains(*stem));
        Words { offered: places.map(|(_, place)| place).collect(), named, told }
    }
}

/// A word that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedWord {
    /// Its stem in the language that it is written in.
    pub stem: u64,
    /// The short names of its English and its French stem: whoever writes in the other language has the names of tools in its grammar.
    pub stems: [u32; 2],
}

impl AskedWord {
    /// Of a folded word.
    pub(crate) fn new(word: &str, language: TextLanguage) -> Self {
        let short = |language| text::short(stem(word, language));
        Self {
            stem: stem(word, language),
            stems: [short(TextLanguage::English), short(TextLanguage::French)],
        }
    }
}

/// The different words of a title, or of a skill's name.
#[must_use]
pub fn title_words(title: &str, language: TextLanguage) -> Vec<AskedWord> {
    asked(title, language, |word| !fold::is_empty_word(word))
}

/// The first [`TEXT_WORDS_MAX`] different telling words of a job's text. However often a word is repeated, it counts once.
#[must_use]
pub fn text_words(text: &str, language: TextLanguage) -> Box<[AskedWord]> {
    asked(text, language, tells).into_boxed_slice()
}

fn asked(text: &str, language: TextLanguage, counts: fn(&str) -> bool) -> Vec<AskedWord> {
    let mut found: Vec<AskedWord> = Vec::new();
    for word in text::words(text).iter().filter(|word| counts(word)) {
        let word = AskedWord::new(word, language);
        if found.iter().all(|other| other.stem != word.stem) {
            found.push(word);
        }
        if found.len() >= TEXT_WORDS_MAX {
            break;
        }
    }
    found
}

/// The name of a word's stem; by the grammar of English in languages that have none here.
fn stem(word: &str, language: TextLanguage) -> u64 {
    let language = if language == TextLanguage::Other { TextLanguage::English } else { language };
    text::name_of(text::stem(word, language).into_bytes())
}

fn tells(word: &str) -> bool {
    !fold::is_empty_word(word) && !boilerplate::is_boilerplate(word)
}

fn push<T: PartialEq>(found: &mut Vec<T>, name: T, max: usize) {
    if found.len() < max && !found.contains(&name) {
        found.push(name);
    }
}

fn sorted(mut names: Vec<u32>) -> Box<[u32]> {
    names.sort_unstable();
    names.into_boxed_slice()
}
