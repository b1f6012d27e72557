//! A tag of one's own: what stands in a document for words that mean no concept.

use hanse_document::Skill;
use hanse_document::code::SKILL_CHARS_MAX;

use crate::text;

/// What a tag begins with, so that it is never taken for an id of ESCO.
const BEGINNING: &str = "local:";

/// The skill that somebody's own words are: `local:` and the folded words with `-` between them, as many as a skill has room for.
/// `+` and `#` are spelt out, so that C, C++ and C# stay three tags. `None` for words that a skill cannot be written with: none, a
/// longer one than fits, or one in other letters than Latin ones.
#[must_use]
pub fn own(words: &str) -> Option<Skill> {
    let mut tag = BEGINNING.to_owned();
    for word in text::words(words) {
        let word = word.replace('+', "plus").replace('#', "sharp");
        let between = if tag.len() > BEGINNING.len() { "-" } else { "" };
        let length = [&tag, between, &word].into_iter().map(str::len).fold(0, usize::saturating_add);
        if length > SKILL_CHARS_MAX {
            break;
        }
        tag.push_str(between);
        tag.push_str(&word);
    }
    if tag.len() > BEGINNING.len() { Skill::parse(&tag).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tag(words: &str) -> Option<String> {
        own(words).map(String::from)
    }

    #[test]
    fn words_become_a_tag_that_says_them() {
        for (words, expected) in [
            ("Airflow", "local:airflow"),
            ("  Next.js ", "local:next-js"),
            ("Préparation d'œufs", "local:preparation-oeufs"),
            ("C", "local:c"),
            ("C++", "local:cplusplus"),
            ("c#", "local:csharp"),
            ("3D / 2D", "local:3d-2d"),
        ] {
            assert_eq!(tag(words).as_deref(), Some(expected), "{words}");
        }
        assert_ne!(tag("terraform"), tag("terrafrom"), "nobody's spelling is mended");
    }

    #[test]
    fn a_tag_has_whole_words_and_at_most_what_a_skill_has() {
        let long = "word ".repeat(20);
        assert_eq!(tag(&long), Some(format!("local:{}", ["word"; 11].join("-"))));
        assert_eq!(tag(&"x".repeat(48)).map(|tag| tag.len()), Some(54));
        assert_eq!(tag(&format!("c{}", "+".repeat(47))), None, "its one word does not fit");
    }

    #[test]
    fn what_cannot_be_written_is_no_tag() {
        for words in ["", " ", "-", "\u{0}\u{200b}", "日本語", "Питон 3", "naïve þorn"] {
            assert_eq!(tag(words), None, "{words:?}");
        }
    }

    proptest! {
        #[test]
        fn a_tag_is_a_skill_and_its_own_tag(words in ".{0,80}") {
            if let Some(tag) = tag(&words) {
                prop_assert!(tag.len() <= SKILL_CHARS_MAX && tag.starts_with(BEGINNING), "{tag}");
                let again = own(tag.trim_start_matches(BEGINNING)).map(String::from);
                prop_assert_eq!(again, Some(tag));
            }
        }
    }
}
