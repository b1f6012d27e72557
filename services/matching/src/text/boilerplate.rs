//! Words that stand in any advertisement and any profile, whatever the work: they tell nobody apart.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// English and French words, folded. Made by counting in how many of 250 advertisements of many trades a word stands, and leaving out those
/// that name work or its subject.
static BOILERPLATE: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("../../data/boilerplate.txt").split_whitespace().collect());

/// Whether a folded word stands in any advertisement, or is a bare number or letter.
#[must_use]
pub fn is_boilerplate(word: &str) -> bool {
    word.chars().count() < 2 || word.bytes().all(|byte| byte.is_ascii_digit()) || BOILERPLATE.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::words;

    #[test]
    fn words_of_any_advertisement_tell_nothing_and_words_of_work_do() {
        for word in ["experience", "team", "recherche", "equipe", "7", "2026", "x"] {
            assert!(is_boilerplate(word), "{word}");
        }
        for word in ["plumber", "plomberie", "rust", "c++", "payroll", "3d", "video"] {
            assert!(!is_boilerplate(word), "{word}");
        }
        assert!(BOILERPLATE.iter().all(|word| words(word) == [*word]), "as they are compared");
    }
}
