use hanse_document::Rejection;
use hanse_document::kind::{Job as JobDocument, Profile};
use hanse_matching::model::{Reader, Standing, Words, text_words};
use hanse_matching::query::{NEEDS_MAX, Query};
use hanse_matching::rank::exhaustive;
use hanse_matching::side::Factor;
use hanse_matching::text::TextLanguage;
use proptest::prelude::*;
use serde_json::json;

use crate::support::{LINKER, RATES, TAXONOMY, TITLES, job, person, setting, skill};

const READER: fn() -> Reader<'static> = || Reader { taxonomy: &TAXONOMY, linker: &LINKER, rates: &RATES };

fn document(title: &str, text: &str, skills: &[&str]) -> JobDocument {
    serde_json::from_value(json!({
        "home": "a.example", "languages": [], "seats": 1, "skills": skills, "text": text, "title": title,
        "pay": {"kind": "money", "currency": "EUR", "max": 1_000_000_000_000_u64, "per": "hour"},
    }))
    .unwrap()
}

fn profile(headline: &str, about: &str, skills: &[&str]) -> Profile {
    serde_json::from_value(json!({
        "home": "a.example", "languages": [], "skills": skills, "headline": headline, "about": about,
        "rate": {"kind": "money", "currency": "EUR", "max": 1_000_000_000_000_u64, "per": "hour"},
    }))
    .unwrap()
}

const RUST: &str = "00000000-0000-0000-0000-00000000000a";
const SQL: &str = "00000000-0000-0000-0000-00000000000c";

#[test]
fn skills_that_do_not_exist_count_nothing_and_are_named() {
    let (job, unknown) = READER().job(
        [1; 32],
        &document("Developer", "Some text", &["00000000-0000-0000-0000-00000000000f", RUST]),
        Standing::default(),
    );
    assert_eq!(unknown, ["00000000-0000-0000-0000-00000000000f"]);
    assert_eq!(job.needs, [skill('a')]);
}

#[test]
fn what_a_text_names_is_a_hint_and_never_a_need() {
    let (job, _) = READER().job(
        [1; 32],
        &document("Developer", "We write SQL for a living, and know systems programming", &[]),
        Standing::default(),
    );
    assert_eq!((job.needs, job.hints), (vec![], vec![skill('c'), skill('b')]));
}

#[test]
fn the_language_is_the_one_that_is_stated_or_that_of_the_first_text_that_tells() {
    const FRENCH: &str = "Nous cherchons une développeuse pour une mission de trois mois";
    const ENGLISH: &str = "We are looking for a developer with experience of the trade";
    for (stated, title, text, expected) in [
        (None, "Rust", FRENCH, TextLanguage::French),
        (None, "Rust", ENGLISH, TextLanguage::English),
        (None, ENGLISH, FRENCH, TextLanguage::English),
        (None, "Rust", "Rust", TextLanguage::Other),
        (Some("en"), "Rust", FRENCH, TextLanguage::English),
        (Some("fr-CA"), ENGLISH, ENGLISH, TextLanguage::French),
        (Some("de"), "Rust", FRENCH, TextLanguage::French),
    ] {
        let mut document = document(title, text, &[]);
        document.language = stated.map(|tag| serde_json::from_value(json!(tag)).unwrap());
        let (job, _) = READER().job([1; 32], &document, Standing::default());
        assert_eq!(job.language, expected, "{stated:?} {title} {text}");
        if stated.is_none() {
            let (person, _) = READER().freelancer([2; 32], &profile(title, text, &[]), Standing::default());
            assert_eq!(person.language, expected, "{title} {text}");
        }
    }
}

#[test]
fn text_in_another_language_or_none_ranks_by_what_is_left() {
    for text in ["Wir suchen jemanden für Rust", "日本語だけの求人", "…", "\u{1f980}\u{1f980}"] {
        let (job, _) = READER().job([1; 32], &document(text, text, &[RUST]), Standing::default());
        let query = Query::new(&job, setting());
        let (person, _) = READER().freelancer([2; 32], &profile(text, text, &[RUST]), Standing::default());
        let features = query.features(&person);
        assert!(features.client[Factor::Skill as usize].is_some_and(|x| x > 700_000), "{text}");
    }
}

#[test]
fn absurd_rates_are_compared_without_overflow() {
    let (job, _) = READER().job([1; 32], &document("Developer", "text", &[RUST]), Standing::default());
    let mut greedy = person(1);
    greedy.price = crate::support::hourly(None, u64::MAX);
    let query = Query::new(&job, setting());
    assert_eq!(query.features(&greedy).client[Factor::Rate as usize], Some(0));
    let out: Result<JobDocument, _> = serde_json::from_value(json!({
        "home": "a.example", "languages": [], "seats": 1, "skills": [], "text": "t", "title": "t",
        "pay": {"kind": "money", "currency": "EUR", "max": 1_000_000_000_001_u64, "per": "hour"},
    }));
    assert!(out.unwrap_err().to_string().contains(Rejection::OutOfBounds.detail()));
}

#[test]
fn hidden_and_turned_characters_make_no_difference() {
    let clean = TITLES.read("Software developer", TextLanguage::English);
    for text in [
        "Soft\u{200b}ware\u{feff} develo\u{ad}per",
        "\u{202e}Software developer\u{202c}",
        "Ｓｏｆｔｗａｒｅ developer",
    ] {
        assert_eq!(TITLES.read(text, TextLanguage::English), clean, "{text:?}");
    }
}

#[test]
fn one_huge_word_is_one_word() {
    let huge = "x".repeat(65_536);
    assert_eq!(text_words(&huge, TextLanguage::Other).len(), 1);
    assert!(!TITLES.read(&huge, TextLanguage::English).is_empty());
    assert_eq!(LINKER.mentions(&huge, hanse_matching::taxonomy::ConceptKind::Skill, TextLanguage::Other), []);
}

#[test]
fn stuffing_keywords_gains_nothing() {
    let (job, _) = READER().job(
        [1; 32],
        &document("Backend developer", "parcels between warehouses and ports", &[RUST, SQL]),
        Standing::default(),
    );
    let query = Query::new(&job, setting());
    let read = |headline: &str, about: &str| {
        READER().freelancer([2; 32], &profile(headline, about, &[RUST]), Standing::default()).0
    };
    let plain = query.features(&read("Backend developer", "I move parcels"));
    let repeated = query.features(&read("Backend developer", &"parcels ".repeat(400)));
    assert_eq!(
        plain.client[Factor::Text as usize],
        repeated.client[Factor::Text as usize],
        "a word counts once"
    );
    let stuffed = query.features(&read(
        "Backend developer backend developer rust rust sql sql ninja guru rockstar",
        "I move parcels",
    ));
    assert!(
        stuffed.client[Factor::Title as usize] < plain.client[Factor::Title as usize],
        "and padding a title costs"
    );
    let naming = query.features(&read("Backend developer", "SQL SQL SQL"));
    assert_eq!(
        naming.client[Factor::Skill as usize],
        plain.client[Factor::Skill as usize],
        "text is no skill"
    );
}

#[test]
fn copying_the_job_is_worth_text_and_title_only() {
    let text = "parcels between warehouses and ports, with Rust and SQL";
    let (job, _) =
        READER().job([1; 32], &document("Backend developer", text, &[RUST, SQL]), Standing::default());
    let query = Query::new(&job, setting());
    let (copy, _) =
        READER().freelancer([2; 32], &profile("Backend developer", text, &[]), Standing::default());
    let (honest, _) = READER().freelancer(
        [3; 32],
        &profile("Programmer", "I write services", &[RUST, SQL]),
        Standing::default(),
    );
    let ranking = exhaustive(&query, [&copy, &honest].into_iter());
    assert_eq!(ranking[0].id, honest.id, "skills are confirmed ids, not words");
}

#[test]
fn needs_have_a_bound() {
    let mut job = job();
    let need = job.needs[0];
    job.needs = vec![need; NEEDS_MAX * 3];
    let query = Query::new(&job, setting());
    assert!(query.score(&person(1)).h > 0.5);
}

proptest! {
    #[test]
    fn any_text_is_read(title in any::<String>(), text in any::<String>()) {
        let spoken = TextLanguage::guess(&text);
        let words = Words::read(&title, std::iter::once((text.as_str(), spoken)), &text, spoken);
        prop_assert!(words.named.is_sorted() && words.told.is_sorted());
        prop_assert!(words.told.iter().all(|name| words.named.binary_search(name).is_err()));
        let asked = TITLES.ask(&title, TextLanguage::guess(&title));
        for language in [TextLanguage::English, TextLanguage::French, TextLanguage::Other] {
            let other = TITLES.read(&text, language);
            let alike = hanse_matching::title::Titles::alike(&asked, &other);
            prop_assert!((0.0..=1.0).contains(&alike), "{}", alike);
        }
        let same = hanse_matching::title::Titles::alike(&asked, asked.title());
        prop_assert!(asked.title().is_empty() || same > 0.59, "{}", same);
    }
}
