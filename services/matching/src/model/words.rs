//! The words of both sides, by the names of their stems.

use crate::text::{self, TextLanguage, boilerplate, fold};

/// The different stems of a job's text that are looked for: those of the first two hundred words or so, where the work is described.
pub const TEXT_WORDS_MAX: usize = 64;
/// The different stems of a headline and of the names of skills: of 40 skills with a name in two languages.
pub const NAMED_MAX: usize = 192;
/// The different stems of a person's own text: as many as the longest text of a profile has.
pub const TOLD_MAX: usize = 512;

/// A person's words: short names of stems ([`text::short`]), sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Those of the headline and of the names of their skills.
    pub named: Box<[u32]>,
    /// Those of their own text alone: anybody can write anything there, so that they count less.
    pub told: Box<[u32]>,
    /// The stems of the headline and of the skills as the person reads them: what they are looked for by.
    pub offered: Box<[u64]>,
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
        let (mut named, mut offered) = (Vec::new(), Vec::new());
        let own = [(headline, language)];
        for (name, spoken) in own.into_iter().chain(names) {
            for stem in stems(name, spoken, |word| !fold::is_empty_word(word)) {
                push(&mut named, text::short(stem), NAMED_MAX);
                if spoken == language || spoken == TextLanguage::Other {
                    push(&mut offered, stem, NAMED_MAX);
                }
            }
        }
        let mut told: Vec<u32> = Vec::new();
        for stem in stems(about, language, tells).map(text::short) {
            if !named.contains(&stem) {
                told.push(stem);
            }
        }
        told.truncate(fold::WORDS_MAX);
        Self { named: sorted(named), told: bounded(told), offered: offered.into_boxed_slice() }
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.told.is_empty()
    }
}

/// The first [`TEXT_WORDS_MAX`] different stems of a job's text. However often a word is repeated, it counts once.
#[must_use]
pub fn asked_words(text: &str, language: TextLanguage) -> Box<[u64]> {
    let mut found = Vec::new();
    for stem in stems(text, language, tells) {
        push(&mut found, stem, TEXT_WORDS_MAX);
        if found.len() >= TEXT_WORDS_MAX {
            break;
        }
    }
    found.into_boxed_slice()
}

/// The stems of those words of a text that count, in order.
fn stems(text: &str, language: TextLanguage, counts: fn(&str) -> bool) -> impl Iterator<Item = u64> {
    let words = text::words(text).into_iter().filter(move |word| counts(word));
    words.map(move |word| text::name_of(text::stem(&word, language).into_bytes()))
}

fn tells(word: &str) -> bool {
    !fold::is_empty_word(word) && !boilerplate::is_boilerplate(word)
}

fn push<T: PartialEq>(found: &mut Vec<T>, name: T, max: usize) {
    if found.len() < max && !found.contains(&name) {
        found.push(name);
    }
}

/// The first [`TOLD_MAX`] different ones.
fn bounded(names: Vec<u32>) -> Box<[u32]> {
    let mut seen = std::collections::BTreeSet::new();
    let first: Vec<u32> = names.into_iter().filter(|name| seen.insert(*name)).take(TOLD_MAX).collect();
    sorted(first)
}

fn sorted(mut names: Vec<u32>) -> Box<[u32]> {
    names.sort_unstable();
    names.into_boxed_slice()
}
