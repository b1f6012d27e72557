//! Texts as words, for the baselines. It shares no code with the product.

use rust_stemmers::{Algorithm, Stemmer};

/// Every word in lower case.
pub(crate) fn plain(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Words in lower case without the little ones; `c++` and `c#` are words.
pub(crate) fn telling(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '+' | '#'))
        .filter(|word| !word.is_empty() && !STOP_WORDS.contains(word))
        .map(str::to_owned)
        .collect()
}

/// The same by their Snowball stems; in French where no language is given and the text has more of its little words.
pub(crate) fn stems(text: &str, algorithm: Option<Algorithm>) -> Vec<String> {
    let stemmer = Stemmer::create(algorithm.unwrap_or_else(|| guessed(text)));
    telling(text).iter().map(|word| stemmer.stem(word).into_owned()).collect()
}

fn guessed(text: &str) -> Algorithm {
    let lower = text.to_lowercase();
    let count = |words: &[&str]| lower.split_whitespace().filter(|word| words.contains(word)).count();
    let french = count(&["de", "la", "le", "les", "et", "des", "pour", "un", "une", "en", "je"])
        > count(&["the", "and", "of", "to", "in", "for", "with", "i", "a", "my"]);
    if french { Algorithm::French } else { Algorithm::English }
}

/// The little words of English and French.
const STOP_WORDS: &[&str] = &[
    "a", "about", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by",
    "can", "do", "does", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if", "in",
    "into", "is", "it", "its", "me", "more", "my", "no", "not", "of", "on", "or", "our", "out", "she",
    "should", "so", "some", "such", "than", "that", "the", "their", "them", "then", "there", "they", "this",
    "to", "up", "us", "was", "we", "were", "what", "when", "where", "which", "who", "will", "with", "would",
    "you", "your", "à", "ai", "au", "aux", "avec", "c", "ce", "ces", "cette", "chez", "d", "dans", "de",
    "des", "du", "elle", "en", "est", "et", "être", "il", "ils", "j", "je", "l", "la", "le", "les", "leur",
    "leurs", "m", "ma", "mais", "mes", "mon", "n", "ne", "nos", "notre", "nous", "ou", "où", "par", "pas",
    "plus", "pour", "qu", "que", "qui", "s", "sa", "sans", "se", "ses", "si", "son", "sont", "sous", "suis",
    "sur", "t", "te", "tes", "ton", "tous", "tout", "très", "un", "une", "vos", "votre", "vous", "y",
];
