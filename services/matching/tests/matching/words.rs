//! Words of both sides: own tags, names that are written, tools that no list has.

use hanse_document::kind::{Job as JobDocument, Profile};
use hanse_matching::Space;
use hanse_matching::explain::explain;
use hanse_matching::index::{Change, Index};
use hanse_matching::jobs::{JobChange, Jobs};
use hanse_matching::model::{Freelancer, Job, Reader, Standing};
use hanse_matching::query::Query;
use hanse_matching::rank::exhaustive;
use hanse_matching::score::Features;
use hanse_matching::sentence;
use hanse_matching::side::Factor;
use hanse_matching::tag;
use hanse_matching::text::TextLanguage;
use serde_json::json;

use crate::support::{LINKER, RATES, TAXONOMY, TITLES, setting};

fn reader() -> Reader<'static> {
    Reader { taxonomy: &TAXONOMY, linker: &LINKER, rates: &RATES }
}

fn job(title: &str, text: &str, skills: &[&str]) -> Job {
    let document: JobDocument = serde_json::from_value(json!({
        "home": "a.example", "languages": [], "seats": 1, "skills": skills, "text": text, "title": title,
        "language": "en",
    }))
    .unwrap();
    reader().job([1; 32], &document, Standing::default()).0
}

fn person(id: u8, headline: &str, about: &str, skills: &[&str]) -> Freelancer {
    let mut document = json!({"home": "a.example", "languages": [], "skills": skills});
    for (field, value) in [("headline", headline), ("about", about)] {
        if !value.is_empty() {
            document[field] = json!(value);
        }
    }
    let profile: Profile = serde_json::from_value(document).unwrap();
    reader().freelancer([id; 32], &profile, Standing::default()).0
}

fn features(job: &Job, person: &Freelancer) -> Features {
    Query::new(job, setting()).features(person)
}

fn client(job: &Job, person: &Freelancer, factor: Factor) -> Option<u32> {
    features(job, person).client[factor as usize]
}

/// Who stands first of people with these headlines, texts and skills.
fn first(job: &Job, people: &[Freelancer]) -> Option<[u8; 32]> {
    exhaustive(&Query::new(job, setting()), people.iter()).first().map(|ranked| ranked.id)
}

#[test]
fn own_tags_meet_by_their_words() {
    let asked = job("Somebody", "for a month", &["local:data-visualization", "local:microsoft-dynamics"]);
    assert!(asked.needs.iter().all(|need| tag::is_own(*need)));
    let skill = |skills: &[&str]| client(&asked, &person(1, "", "", skills), Factor::Skill);
    assert_eq!(skill(&["local:dynamics", "local:data-visualisation"]), Some(1_000_000));
    assert_eq!(skill(&["local:visualization-of-data"]).map(|it| it > 0), Some(true));
    assert_eq!(skill(&["local:dynamo", "local:data-virtualization-x"]).map(|it| it < 300_000), Some(true));
    let many: Vec<String> = (0..18).map(|number| format!("local:tag-{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(skill(&many), Some(0), "many tags gain nothing");
}

/// Else twenty tags of nine words each would name all that anybody asks for.
#[test]
fn a_tag_as_long_as_a_sentence_is_told_and_not_named() {
    let asked = job("Somebody", "for a month", &["local:kotlin", "local:photography"]);
    let skill = |tag: &str| client(&asked, &person(1, "", "", &[tag]), Factor::Skill);
    assert_eq!(skill("local:wedding-photography-and-kotlin"), Some(500_000));
    assert_eq!(skill("local:python-kotlin-photography-php-sql"), Some(0));
}

/// Whoever is in a list by ranking everybody is found by the index, and the other way round, whatever brings them there.
#[test]
fn the_index_finds_whom_a_need_that_is_written_brings() {
    let asked = job("Help wanted", "Two days a week.", &["local:kotlin"]);
    let somebody = person(1, "Kotlin developer", "", &[]);
    let query = Query::new(&asked, setting());
    let everybody = exhaustive(&query, [&somebody].into_iter());
    let mut index = Index::default();
    index.apply(&TAXONOMY, &TITLES, [Change::Put(Box::new(somebody.clone()))]);
    assert_eq!(index.rank(&query, &mut Space::default()), everybody);
    let mut jobs = Jobs::default();
    jobs.apply(setting(), [JobChange::Put(Box::new(asked.clone()))]);
    assert_eq!((everybody.len(), jobs.rank(setting(), &somebody, &mut Space::default()).len()), (1, 1));
}

/// An id that is shown can be put into a document again.
#[test]
fn an_own_tag_is_shown_by_the_id_that_it_has_in_documents() {
    let asked = job("Somebody", "for a month", &["local:fsharp", "local:vegan-menus"]);
    let somebody = person(1, "Cook", "", &["local:fsharp"]);
    let query = Query::new(&asked, setting());
    let ranking = exhaustive(&query, [&somebody].into_iter());
    let explanation = explain(&query, &ranking, &somebody, &ranking[0]);
    let shown: Vec<(&str, &str)> =
        explanation.needs.iter().map(|it| (it.need.id.as_str(), it.need.en.as_str())).collect();
    assert_eq!(shown, [("local:fsharp", "f#"), ("local:vegan-menus", "vegan menus")]);
}

/// A better profile is never worth less.
#[test]
fn a_skill_that_is_only_near_hides_no_name_that_is_written() {
    let (near, need) = ("00000000-0000-0000-0000-00000000000d", "00000000-0000-0000-0000-00000000000a");
    let asked = job("Somebody", "for a month", &[need]);
    let skill = |skills: &[&str]| client(&asked, &person(1, "Rust", "", skills), Factor::Skill);
    assert_eq!((skill(&[]), skill(&[near])), (Some(500_000), Some(500_000)));
}

/// Somebody may have chosen a tag before the list knew it.
#[test]
fn a_tag_that_the_list_knows_is_the_listed_skill() {
    let asked = job("Somebody", "for a month", &["local:webassembly"]);
    assert_eq!(asked.needs, [TAXONOMY.find("local:wasm").unwrap()]);
    assert!(asked.tags.is_empty());
}

/// Tools come sooner than lists do.
#[test]
fn a_tool_that_no_list_has_is_found_wherever_somebody_says_it() {
    let asked = job("Terraform developer needed", "for our platform", &[]);
    let named = person(1, "Terraform developer", "", &[]);
    let told = person(2, "Developer", "I have worked with Terraform", &[]);
    let silent = person(3, "Developer", "I have worked with other things", &[]);
    let skilled = person(4, "Developer", "", &["local:terraform"]);
    let text = |person: &Freelancer| client(&asked, person, Factor::Text).unwrap();
    assert!(text(&named) > text(&told) && text(&skilled) > text(&told) && text(&told) > text(&silent));
    assert_eq!(first(&asked, &[silent, told, named.clone()]), Some(named.id));
}

/// English grammar makes `shopifi` of it, and French `shopify`.
#[test]
fn a_tools_name_is_the_same_word_in_both_languages() {
    let document: JobDocument = serde_json::from_value(json!({
        "home": "a.example", "languages": [], "seats": 1, "skills": [], "title": "Création boutique Shopify",
        "text": "Nous cherchons quelqu'un pour notre boutique", "language": "fr",
    }))
    .unwrap();
    let asked = reader().job([1; 32], &document, Standing::default()).0;
    let english = person(1, "Shopify themes for small shops, and the apps of them", "", &[]);
    assert_eq!(english.language, TextLanguage::English);
    assert!(client(&asked, &english, Factor::Text) > Some(0));
}

#[test]
fn a_need_that_is_only_written_is_met_by_half() {
    let rust = "00000000-0000-0000-0000-00000000000b";
    let asked = job("Somebody", "for a month", &[rust]);
    let skill = |headline: &str, about: &str| client(&asked, &person(1, headline, about, &[]), Factor::Skill);
    assert_eq!(skill("Systems programming", ""), Some(500_000));
    assert_eq!(skill("Baker", "systems programming"), Some(0), "a text is no skill");
    let written = person(1, "Systems programming", "", &[]);
    let query = Query::new(&asked, setting());
    let ranking = exhaustive(&query, [&written].into_iter());
    let explanation = explain(&query, &ranking, &written, &ranking[0]);
    assert_eq!((explanation.needs[0].written, explanation.holds()), (Some(500_000), true));
    let said = sentence::sentences(&explanation, TextLanguage::English).join("\n");
    assert!(said.contains("is written in the profile, though not as a skill"), "{said}");
}

#[test]
fn an_explanation_says_where_the_words_of_a_title_are() {
    let asked = job("Terraform developer with Kafka", "for our platform", &[]);
    let somebody = person(1, "Developer", "Terraform and more", &[]);
    let query = Query::new(&asked, setting());
    let ranking = exhaustive(&query, [&somebody].into_iter());
    let own = hanse_matching::rank::Ranked::new(somebody.id, query.features(&somebody), 0, query.weights());
    let explanation = explain(&query, &ranking, &somebody, &own);
    let words: Vec<(String, String)> =
        explanation.title.iter().map(|line| (line.word.clone(), format!("{:?}", line.at))).collect();
    let expected = [("terraform", "Told"), ("developer", "Named"), ("kafka", "Nowhere")];
    assert_eq!(words, expected.map(|(word, at)| (word.to_owned(), at.to_owned())));
    let said = sentence::sentences(&explanation, TextLanguage::French).join("\n");
    assert!(said.contains("Dans le profil : terraform, developer."), "{said}");
    assert!(said.contains("Le profil ne dit pas : kafka : \u{2212}"), "{said}");
}

/// A profile that repeats an advertisement says nothing about anybody.
#[test]
fn who_copies_an_advertisement_has_nothing_for_its_words() {
    let words = "parcels warehouses ports cranes customs invoices barcodes scanners pallets forklifts routes drivers trucks \
                 cameras sensors batteries antennas dashboards alarms printers";
    let asked = job("Backend developer", words, &[]);
    let text = |about: &str| client(&asked, &person(1, "Baker", about, &[]), Factor::Text);
    let skilled =
        person(2, "Developer of parcels, warehouses, ports, cranes, customs, invoices and barcodes", "", &[]);
    assert!(
        client(&asked, &skilled, Factor::Text) > Some(100_000),
        "whoever names what is asked for copies nothing"
    );
    let some: String = words.split(' ').take(11).collect::<Vec<_>>().join(" ");
    assert_eq!(text(words), Some(0));
    assert!(text(&some) > Some(100_000), "half of its words is no copy");
    let copied = features(&asked, &person(1, "Backend developer", words, &[]));
    assert_eq!(copied.freelancer[Factor::Text as usize], Some(0));
}

/// Each word counts once, in whichever direction: a wall of broad words offers little of what any one job asks for.
#[test]
fn who_offers_everything_is_asked_for_little_of_it() {
    let asked = job("Mechanical engineering of a gearbox", "for our machines", &[]);
    let wall = person(1, "ENGINEERING | ELECTRICAL | MECHANICAL | DESIGN | IT | DATA", "", &[]);
    let one = person(2, "Mechanical engineering", "", &[]);
    let offered = |person: &Freelancer| features(&asked, person).freelancer[Factor::Text as usize];
    assert!(offered(&one) > offered(&wall));
    assert_eq!(first(&asked, &[wall, one.clone()]), Some(one.id));
}
