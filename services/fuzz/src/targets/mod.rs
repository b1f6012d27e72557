//! One target for each parser of foreign bytes: what must hold for whatever it reads, and a word for what it made of it.

mod document;
mod ledger;
mod matching;
mod network;
mod reputation;
mod tlog;
mod verifier;

use hanse_liars::random::Random;

use crate::cost::Budget;
use crate::mutate::{BYTES, Mutator};

/// A parser, or a few that read the same, under bytes of whatever kind.
#[derive(Debug)]
pub struct Target {
    /// Its name, and that of its folder in `corpus`.
    pub name: &'static str,
    /// The longest input: beyond the bound of the parser where that is cheap to reach.
    pub bytes_max: usize,
    /// Changes besides those that any bytes can have.
    pub mutators: &'static [&'static [Mutator]],
    /// Other files of this repository, or folders of them, that are seeds.
    pub also: &'static [&'static str],
    /// The input of a file.
    pub seed_of: fn(&[u8]) -> Vec<u8>,
    /// Seeds that are made.
    pub made: fn() -> Vec<Vec<u8>>,
    /// What an input may cost.
    pub budget: Budget,
    /// How many times as long as most an input takes: a test tries so many fewer.
    pub slow: u64,
    /// Reads an input, panics if anything does not hold, and says in a word what it was.
    pub run: fn(&[u8]) -> String,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    document::DOCUMENT,
    document::CANONICAL,
    document::WORDS,
    tlog::NOTE,
    tlog::POLICY,
    tlog::TILE,
    tlog::BUNDLE,
    tlog::PROOF,
    ledger::LEAF,
    ledger::LOG,
    ledger::NODE,
    ledger::EVIDENCE,
    ledger::RECORD,
    network::REQUEST,
    network::RESPONSE,
    verifier::VERIFY,
    verifier::SCORE,
    verifier::SERVED,
    matching::TAXONOMY,
    matching::TEXT,
    matching::RATES,
    reputation::ENTRIES,
];

/// What most targets have.
const PLAIN: Target = Target {
    name: "",
    bytes_max: 4_096,
    mutators: &[],
    also: &[],
    seed_of: <[u8]>::to_vec,
    made: Vec::new,
    budget: Budget { base: 64 * 1024, each: 256 },
    slow: 1,
    run: |_| String::new(),
};

impl Target {
    /// One change. Where a target has changes of its own, most are of these: what is no more JSON is soon refused.
    pub(crate) fn change(&self, dice: &mut Random, input: &[u8], other: &[u8]) -> Option<Vec<u8>> {
        let own = dice.chance(3, 4).then(|| dice.pick(self.mutators).copied()).flatten();
        dice.pick(own.unwrap_or(BYTES))?(dice, input, other)
    }
}

/// A reason in a word, as its `Debug` says it without what it found: the names of variants.
fn reason(error: &impl std::fmt::Debug) -> String {
    let said = unquoted(&format!("{error:?}"));
    let names = said.split(|letter: char| !letter.is_ascii_alphanumeric());
    let names = names.filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase()));
    names.take(4).collect::<Vec<_>>().join(".")
}

/// A reason in some words, where it is said in a sentence: without numbers, and without what it quotes.
fn sentence(said: &str) -> String {
    let plain = unquoted(said);
    let words = plain.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
    let mut words: Vec<&str> = words.take(9).collect();
    // What is unknown may have a quote in it.
    if let Some(at) = words.iter().position(|word| *word == "unknown") {
        words.truncate(at + 2);
    }
    words.join(" ")
}

/// JSON that is long and takes more memory than it has bytes, and what looks like the beginning of such.
fn heavy() -> Vec<Vec<u8>> {
    const BYTES: usize = 12 * 1024;
    let pieces = ["[", "{\"a\":", "0,", "{},", "[[]],", "\"\",", "{\"\":0},", "\u{301}", "\\u0000", "\n"];
    let long = |piece: &&str| piece.repeat(BYTES / piece.len());
    let open = pieces.iter().map(|piece| format!("[{}", long(piece)));
    let whole = pieces.iter().map(|piece| format!("[{}0]", long(piece)));
    let text = pieces.iter().map(|piece| format!("{{\"a\":\"{}\"}}", long(piece)));
    open.chain(whole).chain(text).map(String::into_bytes).collect()
}

/// What stands between no quotes of either sort.
fn unquoted(text: &str) -> String {
    let (mut kept, mut quote, mut escaped) = (String::new(), None, false);
    for letter in text.chars() {
        match quote {
            _ if escaped => escaped = false,
            Some(_) if letter == '\\' => escaped = true,
            Some(open) if letter == open => quote = None,
            None if matches!(letter, '"' | '`') => quote = Some(letter),
            Some(_) => {}
            None => kept.push(letter),
        }
    }
    kept
}

/// What was said of several parts, each once.
fn each(said: impl IntoIterator<Item = String>) -> String {
    let said: std::collections::BTreeSet<String> = said.into_iter().collect();
    said.into_iter().collect::<Vec<_>>().join(", ")
}

/// The bytes of a seed that stands in this repository as text.
fn texts(all: &[&str]) -> Vec<Vec<u8>> {
    all.iter().map(|text| text.as_bytes().to_vec()).collect()
}
