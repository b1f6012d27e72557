//! Text as matching sees it: folded words, stems and letter sequences. The same text gives the same words on every
//! machine, whatever its accents, its hidden characters or its gender forms.

pub mod boilerplate;
pub mod fold;
pub mod language;
mod stem_en;
mod stem_fr;

pub use fold::{plain, words};
pub use language::TextLanguage;

/// A 64-bit name of a word or letter sequence: FNV-1a, so that it is the same on every machine and in every release.
#[must_use]
pub fn name_of(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The upper half of a name: enough to tell the words of one person apart, in half of the memory.
#[must_use]
pub const fn short(name: u64) -> u32 {
    let [.., a, b, c, d] = name.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// The stem of a folded word in a language; the word itself where we know no grammar.
#[must_use]
pub fn stem(word: &str, language: TextLanguage) -> String {
    match language {
        TextLanguage::English => stem_en::stem(word),
        TextLanguage::French => stem_fr::stem(word),
        TextLanguage::Other => word.to_owned(),
    }
}

/// A folded word in American spelling, whatever its language: `visualisation` is `visualization`.
#[must_use]
pub fn american(word: &str) -> String {
    stem_en::american(word)
}

/// The shortest and the longest letter sequence that is compared.
pub const GRAM_CHARS: (usize, usize) = (3, 5);

/// The names of all letter sequences of folded words, across their ends, so that the order of words counts a little.
#[must_use]
pub fn grams(words: &[String]) -> Vec<u64> {
    let joined: Vec<char> = format!(" {} ", words.join(" ")).chars().collect();
    let lengths = GRAM_CHARS.0..=GRAM_CHARS.1;
    lengths.flat_map(|length| joined.windows(length)).map(of_chars).collect()
}

fn of_chars(chars: &[char]) -> u64 {
    name_of(chars.iter().flat_map(|letter| u32::from(*letter).to_le_bytes()))
}
