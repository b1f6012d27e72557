//! What a form takes, asks about, or leaves to the person: over labels that look like other words.

use std::sync::LazyLock;

use hanse_matching::link::Linker;
use hanse_matching::meaning::{COMMON_MAX, Meaning, Reading};
use hanse_matching::taxonomy::{ConceptKind, Importer, Taxonomy};
use hanse_matching::text::TextLanguage;

/// Labels of ESCO and of our own list that names of tools look like, and some that phrases do mean. `plan` is a name, and a word of
/// many others.
static TAXONOMY: LazyLock<Taxonomy> = LazyLock::new(|| {
    let mut importer = Importer::new("tricky").unwrap();
    let mut rows = "conceptUri,language,label\n".to_owned();
    let labels = [
        ("airflow", "en", "analysis of airflow"),
        ("bed", "en", "make the bed"),
        ("declutter", "en", "decluttering"),
        ("shop", "en", "prevent shoplifting"),
        ("boil", "en", "bubble liquid"),
        ("notions", "en", "translate language notions"),
        ("canvas", "en", "Canvas"),
        ("excel", "en", "use spreadsheets software"),
        ("excel", "en", "Excel"),
        ("photoshop", "en", "Adobe Photoshop"),
        ("javascript", "en", "JavaScript"),
        ("bookkeeping", "en", "bookkeeping"),
        ("events", "en", "event organisation"),
        ("visual", "en", "data visualisation"),
        ("c", "en", "C"),
        ("video", "fr", "montage vidéo"),
        ("translation", "en", "translation"),
        ("translation", "fr", "traduction"),
        ("photo", "en", "photography"),
        ("cinema", "en", "cinematography"),
        ("cinema", "en", "photography"),
        ("manual", "en", "hand-testing"),
        ("manual", "en", "Selenium"),
        ("automatic", "en", "automated testing"),
        ("automatic", "en", "Selenium"),
        ("time", "en", "time management"),
        ("time", "en", "plan"),
    ];
    for (id, language, label) in labels {
        rows.push_str(&format!("local:{id},{language},{label}\n"));
    }
    for number in 0..COMMON_MAX {
        rows.push_str(&format!("local:plan-{number},en,plan the {number}th thing\n"));
    }
    importer.add(&rows, TextLanguage::Other).unwrap();
    importer.finish().unwrap()
});
static LINKER: LazyLock<Linker> = LazyLock::new(|| Linker::new(&TAXONOMY));

fn reading(language: TextLanguage) -> Reading<'static> {
    Reading { taxonomy: &TAXONOMY, linker: &LINKER, kind: ConceptKind::Skill, language }
}

fn meaning(phrase: &str) -> Meaning {
    reading(TextLanguage::Other).meaning(phrase, 5)
}

fn ids(meaning: &Meaning) -> Vec<&str> {
    let ids = meaning.found.iter().map(|it| TAXONOMY.get(it.concept).unwrap().id.as_str());
    ids.map(|id| id.trim_start_matches("local:")).collect()
}

#[test]
fn what_only_looks_like_a_label_is_left_to_the_person() {
    for phrase in [
        "Airflow",
        "Make",
        "Flutter",
        "Shopify",
        "Bubble",
        "Notion",
        "Canva",
        "Adobe",
        "Microsoft",
        "",
        "日本語",
    ] {
        let meaning = meaning(phrase);
        assert_eq!((ids(&meaning), meaning.sure), (vec![], false), "{phrase}");
    }
}

#[test]
fn another_form_of_a_label_is_asked_about() {
    for (phrase, id) in [
        ("Photoshop", "photoshop"),
        ("Google Photoshop", "photoshop"),
        ("javascripts", "javascript"),
        ("Book keeping", "bookkeeping"),
        ("organising events", "events"),
        ("organize event", "events"),
        ("montages vidéos", "video"),
    ] {
        let meaning = meaning(phrase);
        assert_eq!((ids(&meaning).first(), meaning.sure), (Some(&id), false), "{phrase}");
    }
}

#[test]
fn a_maker_in_front_and_another_spelling_change_nothing() {
    for (phrase, id) in [("Microsoft Excel", "excel"), ("data visualization", "visual")] {
        let meaning = meaning(phrase);
        assert_eq!((ids(&meaning).first(), meaning.sure), (Some(&id), true), "{phrase}");
    }
}

#[test]
fn what_one_concept_is_called_is_sure() {
    for (phrase, id) in
        [("EXCEL", "excel"), ("traduction", "translation"), ("c", "c"), ("hand testing", "manual")]
    {
        let meaning = meaning(phrase);
        assert_eq!((ids(&meaning).first(), meaning.sure), (Some(&id), true), "{phrase}");
    }
}

/// The first name of one, and another name of the other: the first. Another name of both: a question.
#[test]
fn a_name_of_two_concepts_is_sure_only_if_it_is_the_first_name_of_one() {
    let photography = meaning("photography");
    assert_eq!((ids(&photography), photography.sure), (vec!["photo", "cinema"], true));
    let selenium = meaning("Selenium");
    assert_eq!((ids(&selenium).len(), selenium.sure), (2, false));
}

#[test]
fn no_more_is_found_than_is_asked_for_and_in_the_language_that_is_said() {
    assert_eq!(reading(TextLanguage::Other).meaning("photography", 1).found.len(), 1);
    let none = reading(TextLanguage::Other).meaning("photography", 0);
    assert_eq!((none.found, none.sure), (vec![], false));
    assert_eq!(reading(TextLanguage::English).meaning("traduction", 5).found, []);
}

#[test]
fn a_text_names_what_is_not_doubtful() {
    let text = "We plan JavaScript, Selenium, photography and C in Excel: event organisation.";
    let named = reading(TextLanguage::English).named(text);
    let ids: Vec<&str> = named.iter().map(|it| TAXONOMY.get(it.concept).unwrap().id.as_str()).collect();
    assert_eq!(ids, ["local:javascript", "local:photo", "local:excel", "local:events"]);
    assert_eq!((named[0].from, named[0].words), (2, 1));
}
