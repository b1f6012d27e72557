use hanse_matching::taxonomy::ConceptKind;
use hanse_matching::text::TextLanguage;

use crate::support::{LINKER, TAXONOMY, skill};

fn named(text: &str, language: TextLanguage) -> Vec<u32> {
    LINKER.mentions(text, ConceptKind::Skill, language).into_iter().map(|it| it.concept).collect()
}

#[test]
fn exact_phrases_in_both_languages() {
    assert_eq!(
        named("We need Rust programming, SQL and C++.", TextLanguage::English),
        [skill('a'), skill('c'), skill('d')]
    );
    assert_eq!(
        named("Il faut faire du pain et la Programmation SYSTÈME", TextLanguage::French),
        [skill('e'), skill('b')]
    );
    assert_eq!(named("a rusty nail and a sequel", TextLanguage::English), [0; 0]);
}

#[test]
fn the_longest_phrase_counts() {
    let found = LINKER.mentions("rust programming", ConceptKind::Skill, TextLanguage::English);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].from, found[0].words), (0, 2));
}

#[test]
fn both_genders_and_both_languages_lead_to_one_trade() {
    let trade = |text: &str, language| {
        let best = LINKER.suggest(text, ConceptKind::Occupation, language, 1);
        TAXONOMY.get(best[0].concept).unwrap().label(TextLanguage::English).to_owned()
    };
    for (text, language) in [
        ("Boulangère", TextLanguage::French),
        ("boulanger", TextLanguage::French),
        ("Bakers", TextLanguage::English),
        ("bread baking", TextLanguage::English),
        ("boulangere", TextLanguage::Other),
    ] {
        assert_eq!(trade(text, language), "baker", "{text}");
    }
    assert_eq!(trade("développeuse de logiciels", TextLanguage::French), "software developer");
}

/// The same words come first, and are worth 1, in one gender or both; a label of another kind or language does not count.
#[test]
fn what_is_called_exactly_so_comes_first() {
    for (text, kind, language, expected) in [
        ("C++", ConceptKind::Skill, TextLanguage::English, skill('d')),
        ("Systems Programming", ConceptKind::Skill, TextLanguage::English, skill('b')),
        ("faire du pain", ConceptKind::Skill, TextLanguage::Other, skill('e')),
    ] {
        let found = LINKER.suggest(text, kind, language, 5);
        assert_eq!((found[0].concept, found[0].score), (expected, 1.0), "{text}");
        assert!(found[1..].iter().all(|it| it.concept != expected), "{text}: once");
        assert_eq!(LINKER.suggest(text, kind, language, 0), [], "{text}");
    }
    let trade = |text| LINKER.suggest(text, ConceptKind::Occupation, TextLanguage::French, 2);
    for text in ["Boulanger", "boulanger / boulangère", "Boulanger(e)"] {
        assert_eq!(trade(text)[0].score, 1.0, "{text}");
    }
    assert!(trade("boulanger d'ici").iter().all(|it| it.score < 1.0));
    assert!(
        LINKER
            .suggest("faire du pain", ConceptKind::Skill, TextLanguage::English, 5)
            .iter()
            .all(|it| it.score < 1.0)
    );
}

#[test]
fn nothing_is_suggested_for_what_is_no_word_here() {
    for text in ["", "日本語のテキスト", "!!!", "\u{200b}\u{202e}"] {
        assert_eq!(LINKER.suggest(text, ConceptKind::Skill, TextLanguage::Other, 5), [], "{text:?}");
    }
}
