//! From text as people write it to folded words.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::TextLanguage;

/// The characters of a text that are looked at: the largest document has 64 KiB, and more would only cost time.
pub const CHARS_MAX: usize = 65_536;
/// The words of a text that are looked at: four times the longest job advertisement we know.
pub const WORDS_MAX: usize = 4_096;
/// The letters of a word that count: the longest label in ESCO's two languages has a word of 33.
pub const WORD_CHARS_MAX: usize = 48;

/// The folded words of a text: compatibility form, lower case, without accents, ligatures, hidden characters and French
/// elisions. `+` and `#` stay where they end a word (`c++`, `c#`). Bounded by [`CHARS_MAX`], [`WORDS_MAX`] and
/// [`WORD_CHARS_MAX`]: what is beyond does not count.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    written(text).into_iter().map(|word| word.folded).collect()
}

/// A word with what its capitals say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// As [`words`] has it.
    pub folded: String,
    /// Whether it is written as a name is: a capital that no sentence begins with, or one further inside (`SQL`, `iOS`).
    pub name: bool,
}

/// The same words, each with what its capitals say.
#[must_use]
pub fn written(text: &str) -> Vec<Written> {
    let (mut found, mut word) = (Vec::new(), Written::default());
    let (mut letters, mut begins) = (0_usize, true);
    for letter in text.chars().take(CHARS_MAX).filter(|c| !is_hidden(*c)).nfkd() {
        if is_combining_mark(letter) || is_hidden(letter) {
            continue;
        }
        if letter.is_alphanumeric() || (letters > 0 && matches!(letter, '+' | '#')) {
            if letters < WORD_CHARS_MAX {
                push_lower(&mut word.folded, letter);
            }
            word.name |= letter.is_uppercase() && (letters > 0 || !begins);
            letters = letters.saturating_add(1);
            continue;
        }
        if matches!(letter, '\'' | '\u{2019}') && is_elision(&word.folded) {
            word = Written::default();
        }
        begins = if finish(&mut found, &mut word) {
            ends_sentence(letter)
        } else {
            begins || ends_sentence(letter)
        };
        letters = 0;
        if found.len() >= WORDS_MAX {
            return found;
        }
    }
    finish(&mut found, &mut word);
    found
}

/// Whether there was a word.
fn finish(found: &mut Vec<Written>, word: &mut Written) -> bool {
    let ends = !word.folded.is_empty();
    if ends {
        found.push(std::mem::take(word));
    }
    ends
}

/// Behind these a capital says nothing: sentences, lines, items of a list.
const fn ends_sentence(letter: char) -> bool {
    matches!(letter, '.' | '!' | '?' | ':' | '\n' | '\r' | '\u{2022}' | '*' | '\u{b7}')
}

fn push_lower(word: &mut String, letter: char) {
    match letter {
        'œ' | 'Œ' => word.push_str("oe"),
        'æ' | 'Æ' => word.push_str("ae"),
        'ß' | 'ẞ' => word.push_str("ss"),
        'ø' | 'Ø' => word.push('o'),
        'ł' | 'Ł' => word.push('l'),
        'đ' | 'Đ' => word.push('d'),
        'ı' => word.push('i'),
        other => word.extend(other.to_lowercase().filter(|c| !is_combining_mark(*c))),
    }
}

/// What French writes before an apostrophe and English never does.
fn is_elision(word: &str) -> bool {
    matches!(word, "l" | "d" | "n" | "s" | "j" | "m" | "t" | "c" | "qu" | "jusqu" | "lorsqu" | "puisqu")
}

/// Characters that nobody sees: zero-width, direction marks, soft hyphens, variation selectors, tags, controls. They must
/// neither split a word nor make two words differ.
#[must_use]
pub fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
        || (letter.is_control() && !matches!(letter, '\t' | '\n' | '\r'))
}

/// Words that say nothing about work, in either language. Short and closed: articles, pronouns, prepositions.
const EMPTY_WORDS: &[&str] = &[
    "a", "about", "an", "and", "are", "as", "at", "au", "aux", "avec", "be", "by", "ce", "ces", "cet",
    "cette", "chez", "d", "dans", "de", "des", "du", "elle", "en", "est", "et", "etre", "for", "from", "has",
    "have", "he", "il", "ils", "in", "into", "is", "it", "its", "l", "la", "le", "les", "leur", "leurs",
    "lors", "mes", "mon", "ne", "nos", "notre", "nous", "of", "on", "or", "ou", "our", "par", "pas", "pour",
    "qu", "que", "qui", "sa", "se", "ses", "son", "sont", "sous", "sur", "that", "the", "their", "they",
    "this", "to", "un", "une", "vers", "vos", "votre", "vous", "was", "we", "were", "which", "who", "will",
    "with", "you", "your",
];

/// Whether a folded word is an article, pronoun or preposition of English or French.
#[must_use]
pub fn is_empty_word(word: &str) -> bool {
    EMPTY_WORDS.binary_search(&word).is_ok()
}

/// A label or title in one gender and without asides: `Conducteur / Conductrice d'engins` is `Conducteur d'engins`,
/// `employé(e)` is `employé`. The words keep their order; an English text stays as it is.
#[must_use]
pub fn plain(text: &str, language: TextLanguage) -> Vec<String> {
    if language == TextLanguage::English {
        return words(text);
    }
    let text = without_endings(text);
    let mut parts = text.split('/').map(words).filter(|part| !part.is_empty());
    let mut whole = parts.next().unwrap_or_default();
    for part in parts {
        let twins = twins(&whole, &part);
        whole.extend(part.into_iter().skip(twins));
        whole.truncate(WORDS_MAX);
    }
    whole
}

/// How many words `right` begins with that only repeat the end of `left` in the other gender.
fn twins(left: &[String], right: &[String]) -> usize {
    (1..=left.len().min(right.len()))
        .rev()
        .find(|count| {
            let tail = left.iter().skip(left.len().saturating_sub(*count));
            let mut pairs = tail.zip(right);
            pairs.clone().any(|(a, b)| a != b || a.len() > 3) && pairs.all(|(a, b)| are_twins(a, b))
        })
        .unwrap_or(0)
}

/// Letters that two genders of one word have in common at least: `roi`/`reine` are not recognised, `serveur`/`serveuse` are.
const TWIN_CHARS_MIN: usize = 3;

fn are_twins(a: &str, b: &str) -> bool {
    let shared = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let longer = a.chars().count().max(b.chars().count());
    a == b || (shared >= TWIN_CHARS_MIN && shared.saturating_mul(2) >= longer)
}

/// Without `(e)`, `(trice)`, `·e` and the like right behind a word.
fn without_endings(text: &str) -> String {
    let mut kept = String::with_capacity(text.len().min(CHARS_MAX));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('(') {
        kept.push_str(before);
        let attached = before.chars().next_back().is_some_and(char::is_alphabetic);
        match after.split_once(')') {
            Some((ending, behind)) if attached && is_ending(ending) => rest = behind,
            _ => {
                kept.push(' ');
                rest = after;
            }
        }
    }
    kept.push_str(rest);
    kept.replace("·e", "").replace("•e", "")
}

fn is_ending(text: &str) -> bool {
    matches!(
        text,
        "e" | "s"
            | "es"
            | "x"
            | "ne"
            | "le"
            | "fe"
            | "ve"
            | "se"
            | "ère"
            | "trice"
            | "euse"
            | "rice"
            | "ière"
            | "ienne"
            | "enne"
            | "esse"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str, language: TextLanguage) -> String {
        plain(text, language).join(" ")
    }

    #[test]
    fn folds_what_people_write() {
        assert_eq!(
            words("Œuvre d'Été: C++/C# développeur·se"),
            ["oeuvre", "ete", "c++", "c#", "developpeur", "se"]
        );
        assert_eq!(words("L\u{200B}in\u{202E}ux\u{FEFF}"), ["linux"]);
        assert_eq!(words("E\u{301}tude"), words("\u{c9}tude"));
        assert_eq!(words("\u{200B}\u{202E} \u{0007}"), Vec::<String>::new());
    }

    #[test]
    fn one_gender_is_enough() {
        assert_eq!(joined("Conducteur / Conductrice d'engins", TextLanguage::French), "conducteur engins");
        assert_eq!(
            joined("directeur technique/directrice technique", TextLanguage::French),
            "directeur technique"
        );
        assert_eq!(
            joined("Accueillant familial / Accueillante familiale auprès d'adultes", TextLanguage::French),
            "accueillant familial aupres adultes"
        );
        assert_eq!(joined("employé(e) de banque", TextLanguage::French), "employe de banque");
        assert_eq!(
            joined("Technicien maintenance / maintenance industrielle", TextLanguage::French),
            "technicien maintenance industrielle"
        );
        assert_eq!(
            joined("Agent sur / sur route", TextLanguage::French),
            "agent sur sur route",
            "a short word is no other gender"
        );
        assert_eq!(
            joined("menuisier(bois)", TextLanguage::French),
            "menuisier bois",
            "an aside is no ending"
        );
        assert_eq!(
            joined("Copywriter / Rédacteur publicitaire", TextLanguage::French),
            "copywriter redacteur publicitaire"
        );
    }

    #[test]
    fn empty_words_are_sorted_for_the_search() {
        assert!(EMPTY_WORDS.is_sorted());
        assert!(is_empty_word("dans") && !is_empty_word("danse"));
    }

    #[test]
    fn a_huge_word_costs_no_more_than_a_long_one() {
        let found = words(&"x".repeat(65_536));
        assert_eq!(found.len(), 1);
        assert_eq!(found.first().map(String::len), Some(WORD_CHARS_MAX));
        assert_eq!(words(&"ab ".repeat(65_536)).len(), WORDS_MAX);
    }
}
