//! From text to words: where one ends, which signs belong to it, and which words are one when they are written together.

use crate::letters;

/// The letters of a word that count: the longest label in ESCO's two languages has a word of 33.
pub(crate) const WORD_CHARS_MAX: usize = 48;
/// The parts of a word that are also found written as one: of `front-end-developer` all, of a whole address none.
const JOINED_MAX: usize = 4;

/// A word, or a run of signs of a script without spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A word in lower case, with the signs that make it another: `c`, `c++`, `.net`.
    Word(Word),
    /// Signs, each with its marks.
    Run(Vec<String>),
}

/// A word as it is written, in lower case, and folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// With accents: what grammars know.
    pub(crate) written: String,
    /// Without.
    pub(crate) folded: String,
    /// What it is as well: `notepad` of `notepad++`, `.net` of `asp.net`.
    pub(crate) also: Option<String>,
}

impl Word {
    fn new(written: String) -> Self {
        Self { folded: letters::fold(&written), written, also: None }
    }

    /// A word with signs that no grammar and no folding touches.
    fn sign(folded: String, also: Option<String>) -> Self {
        Self { written: String::new(), folded, also }
    }
}

/// What stands together without a space: `node.js`, `l'atelier`, `porte-à-porte`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// In order; never empty.
    pub(crate) parts: Vec<Part>,
}

impl Chunk {
    /// Its words written as one: the whole of up to four, and each two that are neighbours. Each with the place of its first part.
    pub(crate) fn joined(&self) -> Vec<(usize, Word)> {
        let words: Vec<&Word> = self.parts.iter().filter_map(word).collect();
        let is_number = |word: &&Word| word.folded.chars().all(|letter| letter.is_ascii_digit());
        if words.len() < self.parts.len() || words.len() > JOINED_MAX || words.iter().all(is_number) {
            return Vec::new();
        }
        let whole = (words.len() > 2).then(|| (0, join(&words)));
        let pairs = words.windows(2).enumerate().map(|(place, pair)| (place, join(pair)));
        whole.into_iter().chain(pairs).collect()
    }
}

fn word(part: &Part) -> Option<&Word> {
    match part {
        Part::Word(word) => Some(word),
        Part::Run(_) => None,
    }
}

fn join(words: &[&Word]) -> Word {
    let of = |read: fn(&Word) -> &str| words.iter().map(|word| read(word)).collect::<String>();
    let folded: String = of(|word| &word.folded);
    let has_sign = words.iter().any(|word| word.written.is_empty());
    let written = if has_sign { String::new() } else { of(|word| &word.written) };
    Word { written, folded, also: None }
}

/// The chunks of a text in its normal form, in order.
pub(crate) fn chunks(text: &[char]) -> Vec<Chunk> {
    let mut reading = Reading { text, ..Reading::default() };
    while reading.at < text.len() {
        reading.step();
    }
    reading.end_chunk();
    reading.found
}

#[derive(Debug, Default)]
struct Reading<'t> {
    text: &'t [char],
    at: usize,
    found: Vec<Chunk>,
    chunk: Vec<(Part, Option<char>)>,
    /// The sign that ties the next part to the one before.
    tie: Option<char>,
}

impl Reading<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at.saturating_add(ahead)).copied()
    }

    /// One part, or one sign between parts.
    fn step(&mut self) {
        let Some(sign) = self.peek(0) else { return };
        if letters::is_spaceless(sign) {
            self.run();
        } else if sign.is_alphanumeric() {
            self.word();
        } else if self.is_dot_net() {
            self.end_chunk();
            self.push(Part::Word(Word::sign(".net".to_owned(), None)));
            self.at = self.at.saturating_add(4);
        } else {
            let ties = is_tie(sign)
                && self.tie.is_none()
                && !self.chunk.is_empty()
                && self.peek(1).is_some_and(char::is_alphanumeric);
            if ties {
                self.tie = Some(sign);
            } else {
                self.end_chunk();
            }
            self.at = self.at.saturating_add(1);
        }
    }

    /// Signs of a script without spaces, each with its marks.
    fn run(&mut self) {
        let mut units: Vec<String> = Vec::new();
        while let Some(sign) = self.peek(0) {
            match units.last_mut() {
                Some(unit) if letters::is_mark(sign) => unit.push(sign),
                _ if letters::is_spaceless(sign) => units.push(sign.to_string()),
                _ => break,
            }
            self.at = self.at.saturating_add(1);
        }
        self.push(Part::Run(units));
    }

    fn word(&mut self) {
        let (mut written, mut count) = (String::new(), 0_usize);
        while let Some(sign) =
            self.peek(0).filter(|it| letters::is_of_word(*it) && !letters::is_spaceless(*it))
        {
            if count < WORD_CHARS_MAX {
                letters::push_lower(&mut written, sign);
            }
            count = count.saturating_add(1);
            self.at = self.at.saturating_add(1);
        }
        let mut word = Word::new(written);
        if word.folded.is_empty() {
            return;
        }
        if let Some(signs) = self.signs() {
            let named = format!("{}{signs}", word.folded);
            // Of one letter it is another name, of a whole word perhaps a typing error.
            let also = (count > 1).then_some(word.folded);
            word = Word::sign(named, also);
        } else if self.tie == Some('.') && word.folded == "net" {
            word.also = Some(".net".to_owned());
        }
        self.push(Part::Word(word));
    }

    /// `++` or `#` at the end of a word.
    fn signs(&mut self) -> Option<&'static str> {
        let signs = match (self.peek(0)?, self.peek(1), self.peek(2)) {
            ('+', Some('+'), next) if next != Some('+') => "++",
            ('#', next, _) if next != Some('#') => "#",
            _ => return None,
        };
        self.at = self.at.saturating_add(signs.len());
        Some(signs)
    }

    /// `.NET`, at the beginning of a word.
    fn is_dot_net(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|before| self.text.get(before));
        let begins =
            before.is_none_or(|sign| !letters::is_of_word(*sign) && !matches!(sign, '.' | '+' | '#'));
        let reads = |ahead: usize, letter: char| {
            self.peek(ahead).is_some_and(|sign| sign.eq_ignore_ascii_case(&letter))
        };
        let named = self.peek(0) == Some('.') && reads(1, 'n') && reads(2, 'e') && reads(3, 't');
        begins && named && !self.peek(4).is_some_and(letters::is_of_word)
    }

    fn push(&mut self, part: Part) {
        let tie = self.tie.take();
        if tie.is_none() {
            self.end_chunk();
        }
        self.chunk.push((part, tie));
    }

    fn end_chunk(&mut self) {
        self.tie = None;
        let chunk = std::mem::take(&mut self.chunk);
        let parts = unelided(&chunk);
        if !parts.is_empty() {
            self.found.push(Chunk { parts });
        }
    }
}

/// Signs that make one word of two, or two of one: people write it in all three ways.
const fn is_tie(sign: char) -> bool {
    matches!(sign, '.' | '-' | '_' | '\'' | '\u{B7}' | '&' | '+')
}

/// Without what only leans on its neighbour: the `l` of `l'atelier`, the `s` of `driver's`.
fn unelided(chunk: &[(Part, Option<char>)]) -> Vec<Part> {
    let mut parts = Vec::with_capacity(chunk.len());
    for (place, (part, tie)) in chunk.iter().enumerate() {
        let next = chunk.get(place.saturating_add(1)).filter(|(_, tie)| *tie == Some('\''));
        let leans = next.is_some_and(|(next, _)| is_elision(part) && !is_letter(next));
        let trails = *tie == Some('\'') && next.is_none() && !parts.is_empty() && is_s(part);
        if !leans && !trails {
            parts.push(part.clone());
        }
    }
    parts
}

/// What French and its sisters write before an apostrophe.
fn is_elision(part: &Part) -> bool {
    word(part).is_some_and(|word| {
        matches!(
            word.folded.as_str(),
            "l" | "d" | "n" | "s" | "j" | "m" | "t" | "c" | "qu" | "jusqu" | "lorsqu" | "puisqu"
        )
    })
}

fn is_letter(part: &Part) -> bool {
    word(part).is_some_and(|word| word.folded.chars().count() == 1)
}

fn is_s(part: &Part) -> bool {
    word(part).is_some_and(|word| word.folded == "s")
}
