use hanse_matching::taxonomy::CsvError;

use super::*;

const SKILLS: &str = "\
conceptType,conceptUri,preferredLabel,altLabels
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000a,lay bricks,brick laying
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000b,build walls,
";
const BROADER: &str = "\
conceptUri,broaderUri
http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000a,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000b
";

fn given(name: &str, text: impl AsRef<[u8]>) -> Given {
    Given { name: name.to_owned(), language: None, bytes: text.as_ref().to_vec() }
}

fn version(names: &[&str]) -> Result<String, ImportError> {
    let files = names.iter().map(|name| {
        let text = if name.contains("broader") { BROADER } else { SKILLS };
        given(name, text)
    });
    prepare(files.collect(), None).map(|prepared| prepared.version)
}

fn refused(files: Vec<Given>) -> ImportError {
    prepare(files, None).unwrap_err()
}

#[test]
fn what_is_imported_comes_to_our_own_list() {
    let prepared = prepare(vec![given("esco-v1.2.0/skills_en.csv", SKILLS)], None).unwrap();
    assert_eq!(prepared.taxonomy.version(), "hanse-2+esco-1.2.0");
    assert_eq!(prepared.rows, [(2, 0)]);
    for id in ["00000000-0000-0000-0000-00000000000a", "local:rust"] {
        assert!(prepared.taxonomy.find(id).is_some(), "{id}");
    }
}

#[test]
fn the_order_of_files_changes_nothing() {
    let files = || {
        vec![
            given("v1.2/skills_en.csv", SKILLS),
            given("v1.2/broader.csv", BROADER),
            given("v1.2/skills_fr.csv", SKILLS),
        ]
    };
    let turned = files().into_iter().rev().collect();
    let digest = |files| *prepare(files, None).unwrap().taxonomy.digest();
    assert_eq!(digest(files()), digest(turned));
}

#[test]
fn versions_are_read_from_names_and_must_belong_together() {
    assert_eq!(version(&["v1.1.1-skills_en.csv"]).unwrap(), "esco-1.1.1");
    assert_eq!(
        version(&["ESCO dataset - v1.2.0 - classification - en - csv.zip/skills_en.csv"]).unwrap(),
        "esco-1.2.0"
    );
    let files = ["esco-v1.1.1/skills_en.csv", "esco-v1.1.1/broader.csv", "v1.0-skills_fr.csv"];
    assert_eq!(version(&files).unwrap(), "esco-1.1.1+fr-1.0");
    assert!(version(&["skills_en.csv"]).unwrap().starts_with("files-"));
    for mixed in [
        ["v1.1.1-skills_en.csv", "v1.2.0-occupations_en.csv"],
        ["v1.1.1-skills_en.csv", "v1.2.0-broader.csv"],
        ["v1.1.1-broader.csv", "v1.2.0-broader2.csv"],
    ] {
        let error = version(&mixed).unwrap_err();
        assert!(matches!(&error, ImportError::Mixed(_)), "{error}");
        let both = error.to_string();
        assert!(mixed.iter().all(|name| both.contains(name)), "the message names both files: {both}");
    }
    let files = vec![given("v1.1.1-skills_en.csv", SKILLS), given("v1.2.0-broader.csv", BROADER)];
    assert_eq!(prepare(files, Some("own-1")).unwrap().version, "own-1", "an operator may say that they do");
    assert!(matches!(
        prepare(vec![given("skills_en.csv", SKILLS)], Some("Own 1")).unwrap_err(),
        ImportError::Set(TaxonomyError::Version)
    ));
}

#[test]
fn relations_of_another_taxonomy_are_refused() {
    let other = BROADER.replace("00000000-0000-0000-0000-0000000000", "11111111-0000-0000-0000-0000000000");
    let files = vec![given("skills_en.csv", SKILLS), given("broader.csv", other)];
    assert!(matches!(refused(files), ImportError::Unnamed { spoken: 4, unnamed: 2 }));
    assert!(matches!(refused(vec![given("broader.csv", BROADER)]), ImportError::Unnamed { .. }));
}

#[test]
fn a_concept_that_stands_twice_has_the_names_of_both_rows() {
    let twice = format!("{SKILLS}{}", SKILLS.lines().nth(1).unwrap().replace("lay bricks", "bricklaying"));
    let prepared = prepare(vec![given("skills_en.csv", twice)], None).unwrap();
    let number = prepared.taxonomy.find("00000000-0000-0000-0000-00000000000a").unwrap();
    let names: Vec<&str> =
        prepared.taxonomy.get(number).unwrap().labels.iter().map(|label| label.text.as_str()).collect();
    assert_eq!(names, ["brick laying", "bricklaying", "lay bricks"]);
}

#[test]
fn languages_are_read_from_names_or_said() {
    let language = |name: &str, said: Option<&str>| {
        let file = Given { language: said.map(str::to_owned), ..given(name, SKILLS) };
        prepare(vec![file], None).map(|prepared| prepared.files[0].language.clone())
    };
    assert_eq!(language("skills_fr.csv", None).unwrap(), "fr");
    assert_eq!(language("a/v1.0-skills_EN.CSV", None).unwrap(), "en");
    assert_eq!(language("skills.csv", Some("de")).unwrap(), "de");
    assert_eq!(language("skills_fr.csv", Some("en")).unwrap(), "en", "what is said wins");
    assert!(matches!(language("skills.csv", None).unwrap_err(), ImportError::Language(_)));
    assert!(
        matches!(language("esco.csv", None).unwrap_err(), ImportError::Language(_)),
        "no word of its own"
    );
    for bad in ["French", "f", "fr-CA", ""] {
        assert!(
            matches!(language("skills.csv", Some(bad)).unwrap_err(), ImportError::BadLanguage(_)),
            "{bad}"
        );
    }
}

#[test]
fn what_is_broken_is_refused_by_name() {
    let broken = format!("{SKILLS}\"open\n");
    let error = refused(vec![given("good_en.csv", SKILLS), given("bad_en.csv", broken)]);
    assert!(
        matches!(&error, ImportError::File(name, TaxonomyError::Csv(CsvError::Quote(4))) if name == "bad_en.csv")
    );
    let ragged = format!("{SKILLS}only,two\n");
    assert!(matches!(
        refused(vec![given("x_en.csv", ragged)]),
        ImportError::File(_, TaxonomyError::Ragged(4))
    ));
    let latin = [SKILLS.as_bytes(), b"KnowledgeSkillCompetence,x,\xe9t\xe9,\n"].concat();
    assert!(matches!(refused(vec![given("x_fr.csv", latin)]), ImportError::NotText(_)));
    assert!(matches!(refused(vec![given("x.csv", "a;b\n1;2\n")]), ImportError::Unknown(_)));
    assert!(matches!(refused(vec![given("x.csv", "")]), ImportError::Unknown(_)));
}

#[test]
fn everything_is_bounded() {
    assert!(matches!(refused(vec![]), ImportError::Nothing));
    let many = (0..=FILES_MAX).map(|number| given(&format!("{number}_en.csv"), SKILLS));
    assert!(matches!(refused(many.collect()), ImportError::TooManyFiles));
    let twice = vec![given("x_en.csv", SKILLS), given("x_en.csv", SKILLS)];
    assert!(matches!(refused(twice), ImportError::Twice(_)));
    for name in ["", "a\nb_en.csv", &"x".repeat(201)] {
        assert!(matches!(refused(vec![given(name, SKILLS)]), ImportError::Name), "{name:?}");
    }
    let large = given("large_en.csv", vec![0; FILE_BYTES_MAX + 1]);
    assert!(matches!(refused(vec![large]), ImportError::FileTooLarge(_)));
    let parts = (0..5).map(|number| given(&format!("{number}.csv"), vec![0; FILE_BYTES_MAX]));
    assert!(matches!(refused(parts.collect()), ImportError::SetTooLarge));
}

/// In the form of our own list: a tool that nobody had listed yet, one more name of a known one, and a trade.
#[test]
fn an_operators_own_list_adds_to_ours() {
    const OWN: &str = "\
conceptUri,conceptType,iscoGroup,en,fr,essential,optional
local:zig,KnowledgeSkillCompetence,,Zig|Zig language,Zig,,
local:rust,KnowledgeSkillCompetence,,Ferris,Ferris,,
local:zig-developer,Occupation,2512,Zig developer,développeur Zig/développeuse Zig,local:zig,local:rust
";
    const RELATED: &str =
        "localId,relation,conceptUri\nlocal:zig,broadMatch,21d2f96d-35f7-4e3f-9745-c533d2dd6e97\n";
    let own = || vec![given("our-tools.csv", OWN), given("our-tools-related.csv", RELATED)];
    let prepared = prepare(own(), None).unwrap();
    let taxonomy = &prepared.taxonomy;
    let number = |id: &str| taxonomy.find(id).unwrap();
    let name = |id: &str| taxonomy.get(number(id)).unwrap().label(TextLanguage::French).to_owned();
    assert_eq!([name("local:zig"), name("local:zig-developer")], ["Zig", "développeur Zig/développeuse Zig"]);
    let names = &taxonomy.get(number("local:rust")).unwrap().labels;
    assert!(["Rust", "Ferris"].iter().all(|name| names.iter().any(|label| label.text == *name)), "{names:?}");
    assert!(taxonomy.relation(number("local:zig"), number("21d2f96d-35f7-4e3f-9745-c533d2dd6e97")).is_some());
    // Versioned by its content or by whoever made it, behind our own list's version.
    assert!(prepared.version.starts_with("files-"), "{}", prepared.version);
    assert_eq!(prepare(own(), Some("guild-7")).unwrap().taxonomy.version(), "hanse-2+guild-7");
}
