use hanse_matching::link;
use hanse_matching::taxonomy::ConceptKind;
use hanse_matching::text::Tongue;

use crate::support::{LINKER, TAXONOMY, skill};

fn named(text: &str, tongue: Tongue) -> Vec<u32> {
    link::skills_in(&LINKER, &[text], tongue).into_iter().map(|(concept, _)| concept).collect()
}

#[test]
fn exact_phrases_in_both_languages() {
    assert_eq!(
        named("We need Rust programming, SQL and C++.", Tongue::English),
        [skill('a'), skill('c'), skill('d')]
    );
    assert_eq!(
        named("Il faut faire du pain et la Programmation SYSTÈME", Tongue::French),
        [skill('e'), skill('b')]
    );
    assert_eq!(named("a rusty nail and a sequel", Tongue::English), [0; 0]);
}

#[test]
fn the_longest_phrase_counts() {
    let found = LINKER.mentions("rust programming", ConceptKind::Skill, Tongue::English);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].from, found[0].words), (0, 2));
}

#[test]
fn both_genders_and_both_languages_lead_to_one_trade() {
    let trade = |text: &str, tongue| {
        let best = LINKER.suggest(text, ConceptKind::Occupation, tongue, 1);
        TAXONOMY.get(best[0].concept).unwrap().label(Tongue::English).to_owned()
    };
    for (text, tongue) in [
        ("Boulangère", Tongue::French),
        ("boulanger", Tongue::French),
        ("Bakers", Tongue::English),
        ("bread baking", Tongue::English),
        ("boulangere", Tongue::Other),
    ] {
        assert_eq!(trade(text, tongue), "baker", "{text}");
    }
    assert_eq!(trade("développeuse de logiciels", Tongue::French), "software developer");
}

/// The same words come first, and are worth 1, in one gender or both; a label of another kind or language does not count.
#[test]
fn what_is_called_exactly_so_comes_first() {
    for (text, kind, tongue, expected) in [
        ("C++", ConceptKind::Skill, Tongue::English, skill('d')),
        ("Systems Programming", ConceptKind::Skill, Tongue::English, skill('b')),
        ("faire du pain", ConceptKind::Skill, Tongue::Other, skill('e')),
    ] {
        let found = LINKER.suggest(text, kind, tongue, 5);
        assert_eq!((found[0].concept, found[0].score), (expected, 1.0), "{text}");
        assert!(found[1..].iter().all(|it| it.concept != expected), "{text}: once");
        assert_eq!(LINKER.suggest(text, kind, tongue, 0), [], "{text}");
    }
    let trade = |text| LINKER.suggest(text, ConceptKind::Occupation, Tongue::French, 2);
    for text in ["Boulanger", "boulanger / boulangère", "Boulanger(e)"] {
        assert_eq!(trade(text)[0].score, 1.0, "{text}");
    }
    assert!(trade("boulanger d'ici").iter().all(|it| it.score < 1.0));
    assert!(
        LINKER
            .suggest("faire du pain", ConceptKind::Skill, Tongue::English, 5)
            .iter()
            .all(|it| it.score < 1.0)
    );
}

#[test]
fn nothing_is_suggested_for_what_is_no_word_here() {
    for text in ["", "日本語のテキスト", "!!!", "\u{200b}\u{202e}"] {
        assert_eq!(LINKER.suggest(text, ConceptKind::Skill, Tongue::Other, 5), [], "{text:?}");
    }
}
