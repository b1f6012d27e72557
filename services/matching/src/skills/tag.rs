//! A tag of one's own: what stands in a document for words that mean no concept. It is known by its words: two tags of the same words
//! are one skill, however they are written.

use hanse_document::Skill;
use hanse_document::code::SKILL_CHARS_MAX;

use crate::text::{self, TextLanguage};

/// What a tag begins with, so that it is never taken for an id of ESCO.
const BEGINNING: &str = "local:";
/// The numbers of tags are above every number of a taxonomy.
const OWN: u32 = 1 << 31;
/// Whose a product is, and no part of what it is called: "Microsoft Excel" is Excel.
const MAKERS: &[&str] =
    &["adobe", "amazon", "apache", "apple", "autodesk", "aws", "google", "ibm", "microsoft", "ms", "oracle"];

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

/// The folded words of a tag; nothing for an id of a list. `C++` and `C#` are what they were before [`own`] spelt them out.
#[must_use]
pub fn words(id: &str) -> Option<Vec<String>> {
    let written = |word: String| match (word.strip_suffix("plusplus"), word.strip_suffix("sharp")) {
        (Some(name), _) if name.len() == 1 => format!("{name}++"),
        (_, Some(name)) if name.len() == 1 => format!("{name}#"),
        (Some(_) | None, _) => word,
    };
    let words: Vec<String> = text::words(id.strip_prefix(BEGINNING)?).into_iter().map(written).collect();
    (!words.is_empty()).then_some(words)
}

/// The number of a tag's words: the same for other spellings (`-ise`, plurals), another order, and without the name of a maker.
#[must_use]
pub fn number(words: &[String]) -> u32 {
    let mut stems: Vec<String> =
        without_makers(words).iter().map(|word| text::stem(word, TextLanguage::English)).collect();
    stems.sort_unstable();
    stems.dedup();
    OWN | text::short(text::name_of(stems.join(" ").into_bytes()))
}

/// Whether a number is that of a tag.
#[must_use]
pub const fn is_own(number: u32) -> bool {
    number & OWN != 0
}

/// Words without the names of makers, if others are left.
pub(crate) fn without_makers(words: &[String]) -> Vec<String> {
    let kept = words.iter().filter(|word| MAKERS.binary_search(&word.as_str()).is_err());
    let kept: Vec<String> = kept.cloned().collect();
    if kept.is_empty() { words.to_vec() } else { kept }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tag(words: &str) -> Option<String> {
        own(words).map(String::from)
    }

    fn numbered(tag: &str) -> u32 {
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
            assert_eq!(numbered(one), numbered(other), "{one}");
            assert!(is_own(numbered(one)));
        }
        for (one, other) in [("local:kotlin", "local:kotlim"), ("local:google", "local:microsoft")] {
            assert_ne!(numbered(one), numbered(other), "{one}");
        }
        assert_eq!((words("f2b15a0e"), words("local:-")), (None, None));
        for (phrase, word) in [("C++", "c++"), ("C#", "c#"), ("cardsharp", "cardsharp")] {
            assert_eq!(words(&tag(phrase).unwrap()), Some(vec![word.to_owned()]), "{phrase}");
        }
    }

    #[test]
    fn makers_are_sorted_for_the_search_and_alone_are_words() {
        assert!(MAKERS.is_sorted());
        let without = |text| without_makers(&text::words(text)).join(" ");
        assert_eq!(without("Microsoft Excel"), "excel");
        assert_eq!(without("Google"), "google");
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
