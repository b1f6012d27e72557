//! Tags of one's own: skills that no list has, known by their words. Two tags of the same words are one, however they are written.

use crate::text::{self, TextLanguage, fold};

/// Above every number of a taxonomy.
const OWN: u32 = 1 << 31;
/// What a tag of one's own begins with.
const PREFIX: &str = "local:";
/// Makers that people name or leave out before the name of a program.
const MAKERS: &[&str] = &["adobe", "apple", "autodesk", "google", "microsoft", "ms"];

/// The folded words of a tag of one's own; nothing for an id of a list or a tag without a word.
#[must_use]
pub fn words(id: &str) -> Option<Vec<String>> {
    let words = text::words(id.strip_prefix(PREFIX)?);
    (!words.is_empty()).then_some(words)
}

/// The number of a tag: the same for other spellings (`-ise`, plurals), another order, and with or without its maker's name.
#[must_use]
pub fn number(words: &[String]) -> u32 {
    let mut stems: Vec<String> =
        without_maker(words).iter().map(|word| text::stem(word, TextLanguage::English)).collect();
    stems.sort_unstable();
    stems.dedup();
    OWN | text::short(text::name_of(stems.join(" ").into_bytes()))
}

/// Whether a number is that of a tag.
#[must_use]
pub const fn is_own(number: u32) -> bool {
    number & OWN != 0
}

/// Words without the name of a maker in front, if others are left.
#[must_use]
pub fn without_maker(words: &[String]) -> &[String] {
    match words.split_first() {
        Some((first, rest)) if !rest.is_empty() && MAKERS.contains(&first.as_str()) => rest,
        Some(_) | None => words,
    }
}

/// What a form keeps of words that name no known skill: a valid id, if they have a letter or digit of the Latin alphabet.
#[must_use]
pub fn of_phrase(phrase: &str) -> String {
    let slug = fold::words(phrase).join("-");
    let kept: String = slug.chars().filter(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '-')).collect();
    format!("{PREFIX}{kept}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tag: &str) -> u32 {
        number(&words(tag).unwrap())
    }

    #[test]
    fn tags_of_the_same_words_are_one_and_others_are_not() {
        for (one, other) in [
            ("local:data-visualisation", "local:data-visualization"),
            ("local:microsoft-dynamics", "local:dynamics"),
            ("local:vegan-menus", "local:vegan-menu"),
            ("local:menu-vegan", "local:vegan-menu"),
        ] {
            assert_eq!(of(one), of(other), "{one}");
            assert!(is_own(of(one)));
        }
        for (one, other) in [("local:kotlin", "local:kotlim"), ("local:google", "local:microsoft")] {
            assert_ne!(of(one), of(other), "{one}");
        }
        assert_eq!((words("f2b15a0e"), words("local:-")), (None, None));
    }
}
