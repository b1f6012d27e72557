//! Which of the two languages of the labels a text is written in.

use serde::{Deserialize, Serialize};

use super::fold;

/// A language that has labels and a grammar here, or any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextLanguage {
    /// English.
    English,
    /// French.
    French,
    /// Another language, or none that can be told.
    Other,
}

/// Function words that occur in one of the two languages only.
const ENGLISH: &[&str] = &[
    "and", "are", "for", "from", "in", "is", "of", "or", "our", "the", "to", "we", "will", "with", "you",
    "your",
];
const FRENCH: &[&str] = &[
    "au", "aux", "avec", "ce", "dans", "de", "des", "du", "en", "est", "et", "la", "le", "les", "nous", "ou",
    "par", "pour", "que", "qui", "sur", "un", "une", "vous",
];
/// How many words of a text decide: the first paragraph.
const WORDS_LOOKED_AT: usize = 200;

impl TextLanguage {
    /// From a language tag: `fr`, `fr-CA`, `en`; everything else is [`TextLanguage::Other`].
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        match tag.split('-').next() {
            Some("en") => Self::English,
            Some("fr") => Self::French,
            Some(_) | None => Self::Other,
        }
    }

    /// Its tag: `en`, `fr`, or `und` for any other.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::Other => "und",
        }
    }

    /// From the function words of a text; [`TextLanguage::Other`] if neither language has more of them.
    #[must_use]
    pub fn guess(text: &str) -> Self {
        let words = fold::words(text);
        let count = |list: &[&str]| {
            words.iter().take(WORDS_LOOKED_AT).filter(|word| list.contains(&word.as_str())).count()
        };
        match count(ENGLISH).cmp(&count(FRENCH)) {
            std::cmp::Ordering::Greater => Self::English,
            std::cmp::Ordering::Less => Self::French,
            std::cmp::Ordering::Equal => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_english_from_french() {
        assert_eq!(
            TextLanguage::guess("We are looking for a developer with experience of Rust"),
            TextLanguage::English
        );
        assert_eq!(
            TextLanguage::guess("Nous cherchons une développeuse pour une mission de trois mois"),
            TextLanguage::French
        );
        assert_eq!(TextLanguage::guess("Wir suchen jemanden"), TextLanguage::Other);
        assert_eq!(TextLanguage::guess(""), TextLanguage::Other);
        assert_eq!(TextLanguage::of_tag("fr-CA"), TextLanguage::French);
    }
}
