//! What a posting is found by.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::letters;
use crate::stems::{self, Grammar};
use crate::words::{self, Chunk, Part, Word};

/// The last place that PostgreSQL keeps of a word; what is beyond has this one.
const PLACE_MAX: u16 = 16_383;
/// The places of one word that PostgreSQL keeps.
const PLACES_MAX: usize = 255;
/// The bytes of all lexemes of a posting: half of what PostgreSQL takes, and three times what the longest posting in one language has.
const BYTES_MAX: usize = 512 * 1_024;
/// Between title, skills and text: no phrase goes over it.
const GAP: u16 = 2;

/// A posting, as far as words find it.
#[derive(Clone, Copy, Debug)]
pub struct Posting<'a> {
    /// One line.
    pub title: &'a str,
    /// Ids of skills.
    pub skills: &'a [String],
    /// What is to be done.
    pub text: &'a str,
    /// The language that it states.
    pub language: Option<&'a str>,
}

impl Posting<'_> {
    /// What it is found by, as PostgreSQL reads a `tsvector`: each word folded, and its stems by the grammars that it may be in, with their
    /// places. The title has the weight A, the skills B, the text C. Whatever the text is, PostgreSQL takes it.
    #[must_use]
    pub fn lexemes(&self) -> String {
        let read = |text: &str| words::chunks(&letters::normal(text));
        let skills = self.skills.join(" ");
        let parts = [(read(self.title), 'A'), (read(&skills), 'B'), (read(self.text), 'C')];
        let count = parts.iter().map(|(chunks, _)| chunks.len()).fold(0, usize::saturating_add);
        let spoken = format!("{}\n{}", self.title, self.text);
        let grammars = stems::written(self.language, &spoken, count);
        let mut writing = Writing { grammars, ..Writing::default() };
        for (chunks, weight) in &parts {
            chunks.iter().for_each(|chunk| writing.chunk(chunk, *weight));
            writing.skip(GAP);
        }
        writing.finish()
    }
}

#[derive(Debug, Default)]
struct Writing {
    grammars: Vec<&'static Grammar>,
    lexemes: BTreeMap<String, Vec<(u16, char)>>,
    bytes: usize,
    place: u16,
}

impl Writing {
    fn skip(&mut self, places: u16) {
        self.place = self.place.saturating_add(places).min(PLACE_MAX);
    }

    fn chunk(&mut self, chunk: &Chunk, weight: char) {
        let joined = chunk.joined();
        for (number, part) in chunk.parts.iter().enumerate() {
            match part {
                Part::Word(word) => {
                    self.skip(1);
                    self.word(word, weight);
                    for (_, joined) in joined.iter().filter(|(first, _)| *first == number) {
                        self.word(joined, weight);
                    }
                }
                Part::Run(units) => self.run(units, weight),
            }
        }
    }

    fn word(&mut self, word: &Word, weight: char) {
        let also = [Some(word.folded.clone()), word.also.clone(), letters::spelt_out(&word.written)];
        also.into_iter().flatten().for_each(|lexeme| self.push(lexeme, weight));
        for grammar in self.grammars.clone() {
            grammar.stems(word).into_iter().for_each(|lexeme| self.push(lexeme, weight));
        }
    }

    /// Each sign alone, for whoever looks for one, and each with the next.
    fn run(&mut self, units: &[String], weight: char) {
        for (place, unit) in units.iter().enumerate() {
            self.skip(1);
            self.push(letters::fold(unit), weight);
            if let Some(next) = units.get(place.saturating_add(1)) {
                self.push(letters::fold(&format!("{unit}{next}")), weight);
            }
        }
    }

    fn push(&mut self, lexeme: String, weight: char) {
        // A place has two bytes, an entry four and a number of its places.
        let new = if self.lexemes.contains_key(&lexeme) { 2 } else { lexeme.len().saturating_add(10) };
        let bytes = self.bytes.saturating_add(new);
        if lexeme.is_empty() || bytes > BYTES_MAX {
            return;
        }
        let places = self.lexemes.entry(lexeme).or_default();
        if places.len() < PLACES_MAX && places.last().is_none_or(|(place, _)| *place < self.place) {
            places.push((self.place, weight));
            self.bytes = bytes;
        }
    }

    fn finish(self) -> String {
        let mut whole = String::with_capacity(self.bytes);
        for (lexeme, places) in self.lexemes {
            if !whole.is_empty() {
                whole.push(' ');
            }
            push_quoted(&mut whole, &lexeme);
            for (number, (place, weight)) in places.into_iter().enumerate() {
                let sign = if number == 0 { ':' } else { ',' };
                // Writing to a string cannot fail.
                write!(whole, "{sign}{place}{weight}").unwrap_or_default();
            }
        }
        whole
    }
}

/// A lexeme as PostgreSQL reads it, whatever signs it has.
pub(crate) fn push_quoted(whole: &mut String, lexeme: &str) {
    whole.push('\'');
    for letter in lexeme.chars() {
        if matches!(letter, '\'' | '\\') {
            whole.push(letter);
        }
        whole.push(letter);
    }
    whole.push('\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexemes(title: &str, skills: &[&str], text: &str, language: &str) -> String {
        let skills: Vec<String> = skills.iter().map(|skill| (*skill).to_owned()).collect();
        Posting { title, skills: &skills, text, language: Some(language) }.lexemes()
    }

    /// Where this is red a text has other lexemes than it had: raise `FOLDING`.
    #[test]
    fn lexemes_have_the_form_of_this_folding() {
        assert_eq!(
            lexemes("L'été Node.js", &["local:web-design"], "C++ 東京 x", "fr"),
            "'c++':11C 'design':8B 'ete':1A 'fr:design':8B 'fr:ete':1A 'fr:j':3A 'fr:local':6B 'fr:nod':2A 'fr:nodej':2A \
             'fr:web':7B 'fr:webdesign':7B 'fr:x':14C 'js':3A 'local':6B 'node':2A 'nodejs':2A 'web':7B 'webdesign':7B \
             'x':14C '京':13C '東':12C '東京':12C"
        );
    }

    #[test]
    fn what_is_stored_is_bounded() {
        let words =
            |count: usize| (0..count).map(|number| format!("w{number:05}x")).collect::<Vec<_>>().join(" ");
        let long = lexemes("t", &[], &words(40_000), "en");
        assert!(long.len() <= BYTES_MAX * 2, "{}", long.len());
        assert!(
            lexemes("t", &[], &"a ".repeat(60_000), "en").len() < 4_000,
            "a word has so many places and no more"
        );
        // One sign that stands for eighteen letters.
        let ligatures = lexemes("t", &[], &"\u{FDFA} ".repeat(16_000), "ar");
        assert!(ligatures.len() < 20_000, "{}", ligatures.len());
    }
}
