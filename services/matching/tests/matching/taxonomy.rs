use hanse_matching::taxonomy::{ConceptKind, CsvError, Importer, Relation, Shape, Taxonomy, TaxonomyError};
use hanse_matching::text::TextLanguage;

use crate::support::{BROADER, CONCEPTS_EN, FILES, TAXONOMY, imported, skill};

#[test]
fn relations_say_what_meets_what() {
    let local = TAXONOMY.find("local:wasm").unwrap();
    assert_eq!(TAXONOMY.relation(skill('a'), skill('a')), Some(Relation::Same));
    assert_eq!(
        TAXONOMY.relation(skill('b'), skill('a')),
        Some(Relation::Narrower),
        "Rust is a kind of systems programming"
    );
    assert_eq!(TAXONOMY.relation(skill('a'), skill('b')), Some(Relation::Broader));
    assert_eq!(
        TAXONOMY.relation(skill('a'), skill('d')),
        Some(Relation::Sibling),
        "Rust and C++ stand in one group"
    );
    assert_eq!(TAXONOMY.relation(local, skill('b')), Some(Relation::Broader));
    assert_eq!(TAXONOMY.relation(skill('b'), local), Some(Relation::Narrower));
    assert_eq!(TAXONOMY.relation(skill('a'), skill('e')), None);
    assert!(TAXONOMY.idf(skill('a')) > TAXONOMY.idf(skill('c')), "two occupations want SQL, one Rust");
}

/// The digest and the answers of the API use the same words.
#[test]
fn relations_and_kinds_have_one_word_everywhere() {
    for relation in
        [Relation::Same, Relation::Narrower, Relation::Broader, Relation::Related, Relation::Sibling]
    {
        assert_eq!(serde_json::to_value(relation).unwrap(), relation.name());
    }
    for kind in [ConceptKind::Skill, ConceptKind::Occupation, ConceptKind::Group] {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
    }
}

#[test]
fn names_in_both_languages() {
    let concept = TAXONOMY.get(skill('e')).unwrap();
    assert_eq!(
        (concept.label(TextLanguage::English), concept.label(TextLanguage::French)),
        ("bake bread", "faire du pain")
    );
    assert_eq!(TAXONOMY.get(skill('a')).unwrap().label(TextLanguage::French), "Rust", "what there is");
}

#[test]
fn the_order_of_files_and_a_second_import_change_nothing() {
    let mut turned = FILES;
    turned.reverse();
    // Names of concepts of ours need no concept file, and so may come first or last.
    assert_eq!(imported(turned).digest(), TAXONOMY.digest());
    assert_eq!(imported(FILES.into_iter().chain(FILES)).digest(), TAXONOMY.digest());
    assert_ne!(imported(FILES.into_iter().take(4)).digest(), TAXONOMY.digest());
}

#[test]
fn of_two_files_that_name_a_concept_of_ours_neither_comes_first() {
    const ONE: &str = "conceptUri,language,label\nlocal:a,en,welding\nlocal:a,en,brazing\n";
    const OTHER: &str = "conceptUri,language,label\nlocal:a,en,soldering\nlocal:a,fr,soudure\n";
    let (one, other) = ((ONE, TextLanguage::Other), (OTHER, TextLanguage::Other));
    let both = imported([one, other]);
    assert_eq!(both.digest(), imported([other, one]).digest());
    let shown = |taxonomy: &Taxonomy| taxonomy.concepts()[0].label(TextLanguage::English).to_owned();
    assert_eq!(shown(&both), "soldering", "of the first names of each the least");
    assert_eq!(shown(&imported([one])), "welding", "the first name of a file, not the first in the alphabet");
}

#[test]
fn the_digest_says_everything_that_ranks() {
    let english = |language| {
        let mut importer = Importer::new("v").unwrap();
        importer.add(CONCEPTS_EN, language).unwrap();
        importer.finish().unwrap().digest_hex()
    };
    assert_ne!(
        english(TextLanguage::English),
        english(TextLanguage::French),
        "the same words in another language"
    );
    // PROTOCOL.md says how it is made; nodes of all releases must agree.
    assert_eq!(
        english(TextLanguage::English),
        "bb83583b976834251f39be939d1e0e8e39307f3db80bca6cd5f657192961090d"
    );
}

#[test]
fn broken_files_are_refused_and_leave_no_trace() {
    let refused = |text: &str| {
        let mut importer = Importer::new("v").unwrap();
        importer.add(CONCEPTS_EN, TextLanguage::English).unwrap();
        let error = importer.add(text, TextLanguage::English).unwrap_err();
        (error, importer.finish().unwrap().digest().to_owned())
    };
    let mut clean = Importer::new("v").unwrap();
    clean.add(CONCEPTS_EN, TextLanguage::English).unwrap();
    let clean = clean.finish().unwrap();
    let ragged = format!("{BROADER}KnowledgeSkillCompetence,only\n");
    let unclosed = format!("{BROADER}\"open\n");
    for (text, expected) in [
        ("", TaxonomyError::UnknownColumns),
        ("\u{0}\u{1}\u{2}", TaxonomyError::UnknownColumns),
        ("PK\u{3}\u{4} a zip archive", TaxonomyError::UnknownColumns),
        ("id;label\n1;x\n", TaxonomyError::UnknownColumns),
        (&ragged, TaxonomyError::Ragged(4)),
        (&unclosed, TaxonomyError::Csv(CsvError::Quote(4))),
    ] {
        assert_eq!(refused(text), (expected, *clean.digest()), "{text:?}");
    }
}

#[test]
fn rows_without_sense_are_left_out_and_counted() {
    let mut importer = Importer::new("v").unwrap();
    let text = "conceptType,conceptUri,preferredLabel,altLabels\n,,,\nSomething,x,y,\nOccupation,a b,c,\nOccupation,ok,fine,\n";
    let imported = importer.add(text, TextLanguage::English).unwrap();
    assert_eq!((imported.rows, imported.skipped), (1, 3));
    assert_eq!(importer.finish().unwrap().concepts().len(), 1);
}

#[test]
fn an_id_is_of_printable_letters_and_short() {
    for (uri, taken) in [
        ("x/a", true),
        ("a", true),
        ("local:a", true),
        ("x/", false),
        ("x/a b", false),
        ("x/\u{e9}", false),
        ("a b", false),
        (&format!("x/{}", "a".repeat(62)), true),
        (&format!("x/{}", "a".repeat(63)), false),
        (&"a".repeat(64), true),
        (&"a".repeat(65), false),
    ] {
        let mut importer = Importer::new("v").unwrap();
        let text = format!("conceptType,conceptUri,preferredLabel,altLabels\nOccupation,{uri},fine,\n");
        let imported = importer.add(&text, TextLanguage::English).unwrap();
        assert_eq!((imported.rows, imported.skipped), if taken { (1, 0) } else { (0, 1) }, "{uri}");
    }
}

#[test]
fn relations_of_another_version_are_dropped() {
    let mut importer = Importer::new("v").unwrap();
    importer.add(CONCEPTS_EN, TextLanguage::English).unwrap();
    let other = BROADER.replace("00000000000b", "0000000000ff");
    importer.add(&other, TextLanguage::Other).unwrap();
    let taxonomy = importer.finish().unwrap();
    let rust = taxonomy.find("00000000-0000-0000-0000-00000000000a").unwrap();
    assert!(taxonomy.get(rust).unwrap().near.is_empty());
}

#[test]
fn a_version_names_itself_and_something_is_in_it() {
    for bad in ["", "ESCO 1", "é", &"x".repeat(65)] {
        assert_eq!(Importer::new(bad).unwrap_err(), TaxonomyError::Version);
    }
    let mut importer = Importer::new("v").unwrap();
    importer.add(BROADER, TextLanguage::Other).unwrap();
    assert_eq!(importer.finish().unwrap_err(), TaxonomyError::Empty);
}

const TRADES: &str = "\
conceptUri,conceptType,iscoGroup,en,fr,essential,optional
00000000-0000-0000-0000-000000000002,Occupation,7512,bread maker|baker,panetier/panetière|panetier,00000000-0000-0000-0000-00000000000e,local:cakes
local:cakes,KnowledgeSkillCompetence,,cakes|tarts,gâteaux,,
";

#[test]
fn own_trades_name_both_languages_and_their_skills() {
    let mut importer = Importer::new("v").unwrap();
    importer.add(TRADES, TextLanguage::Other).unwrap();
    let own = importer.finish().unwrap();
    let cakes = own.find("local:cakes").unwrap();
    let baker = own.get(own.find("00000000-0000-0000-0000-000000000002").unwrap()).unwrap();
    assert_eq!(
        baker.label(TextLanguage::English),
        "bread maker",
        "the first name is shown, not the first in the alphabet"
    );
    assert_eq!(baker.label(TextLanguage::French), "panetier/panetière");
    assert_eq!(baker.skills, [(cakes, false)], "a skill that nobody names is dropped");
    assert_eq!(baker.isco.as_deref(), Some("7512"));
    assert_eq!(own.get(cakes).unwrap().labels.len(), 3);
}

#[test]
fn own_names_stand_behind_those_that_a_taxonomy_prefers() {
    let own = (TRADES, TextLanguage::Other);
    let both = imported(FILES.into_iter().chain([own]));
    assert_eq!(both.digest(), imported([own].into_iter().chain(FILES)).digest(), "in any order");
    let baker = both.get(both.find("00000000-0000-0000-0000-000000000002").unwrap()).unwrap();
    assert_eq!(baker.label(TextLanguage::English), "baker");
    assert_eq!(baker.label(TextLanguage::French), "boulanger/boulangère");
    assert!(baker.labels.iter().any(|label| label.text == "panetier"));
    assert_eq!(baker.skills.len(), 2);
}

#[test]
fn a_file_says_what_it_is() {
    for (text, shape) in [
        (CONCEPTS_EN, Some(Shape::Names)),
        (BROADER, Some(Shape::Other)),
        (TRADES, Some(Shape::Other)),
        ("id;label\n", None),
        ("", None),
        ("\"open", None),
    ] {
        assert_eq!(Shape::of(text), shape, "{text:?}");
    }
}

#[test]
fn concepts_without_a_name_are_counted() {
    let mut importer = Importer::new("v").unwrap();
    importer.add(CONCEPTS_EN, TextLanguage::English).unwrap();
    importer.add(&BROADER.replace("00000000000b", "0000000000ff"), TextLanguage::Other).unwrap();
    assert_eq!(importer.unnamed(), (9, 1));
}
