//! A small taxonomy, a reader over it, and people and jobs to vary.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use hanse_document::code::Currency;
use hanse_document::kind::{Per, Point};
use hanse_document::time::Date;
use hanse_matching::link::Linker;
use hanse_matching::model::{Freelancer, HeldSkill, Job, LanguageTag, Site, Standing, Words, text_words};
use hanse_matching::money::{Price, Rate, RateTable};
use hanse_matching::query::Setting;
use hanse_matching::side::Weights;
use hanse_matching::taxonomy::{Importer, Taxonomy};
use hanse_matching::text::TextLanguage;
use hanse_matching::title::Titles;

pub(crate) const CONCEPTS_EN: &str = "\
conceptType,conceptUri,preferredLabel,altLabels,iscoGroup
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000a,Rust,\"rust programming
Rust (language)\",
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000b,systems programming,,
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000c,SQL,,
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000d,C++,,
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000e,bake bread,,
Occupation,http://data.europa.eu/esco/occupation/00000000-0000-0000-0000-000000000001,software developer,backend developer,2512
Occupation,http://data.europa.eu/esco/occupation/00000000-0000-0000-0000-000000000002,baker,bread baker,7512
Occupation,http://data.europa.eu/esco/occupation/00000000-0000-0000-0000-000000000003,database administrator,,2521
";

pub(crate) const CONCEPTS_FR: &str = "\
conceptType,conceptUri,preferredLabel,altLabels,iscoGroup
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000b,programmation système,,
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000e,faire du pain,,
Occupation,http://data.europa.eu/esco/occupation/00000000-0000-0000-0000-000000000001,développeur logiciel/développeuse logiciel,,2512
Occupation,http://data.europa.eu/esco/occupation/00000000-0000-0000-0000-000000000002,boulanger/boulangère,,7512
";

pub(crate) const BROADER: &str = "\
conceptType,conceptUri,broaderType,broaderUri
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000a,KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000b
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000d,KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000b
";

pub(crate) const WANTED: &str = "\
occupationUri,relationType,skillType,skillUri
http://data.europa.eu/esco/occupation/00000000-0000-0000-0000-000000000001,essential,knowledge,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000a
http://data.europa.eu/esco/occupation/00000000-0000-0000-0000-000000000001,optional,knowledge,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000c
http://data.europa.eu/esco/occupation/00000000-0000-0000-0000-000000000003,essential,knowledge,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000c
http://data.europa.eu/esco/occupation/00000000-0000-0000-0000-000000000002,essential,skill,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000e
";

pub(crate) const LOCAL: &str = "\
localId,relation,conceptUri
local:wasm,broadMatch,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000b
";

pub(crate) const NAMES: &str = "\
conceptUri,language,label
local:wasm,en,WebAssembly
local:wasm,fr,WebAssembly
http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000c,fr,langage SQL
";

pub(crate) const FILES: [(&str, TextLanguage); 6] = [
    (CONCEPTS_EN, TextLanguage::English),
    (CONCEPTS_FR, TextLanguage::French),
    (BROADER, TextLanguage::Other),
    (WANTED, TextLanguage::Other),
    (LOCAL, TextLanguage::Other),
    (NAMES, TextLanguage::Other),
];

pub(crate) static TAXONOMY: LazyLock<Taxonomy> = LazyLock::new(|| imported(FILES));
pub(crate) static LINKER: LazyLock<Arc<Linker>> = LazyLock::new(|| Arc::new(Linker::new(&TAXONOMY)));
pub(crate) static TITLES: LazyLock<Titles> = LazyLock::new(|| Titles::new(&TAXONOMY, Arc::clone(&LINKER)));
pub(crate) static RATES: LazyLock<RateTable> = LazyLock::new(rates);

pub(crate) fn imported(files: impl IntoIterator<Item = (&'static str, TextLanguage)>) -> Taxonomy {
    let mut importer = Importer::new("test-1").unwrap();
    for (text, language) in files {
        importer.add(text, language).unwrap();
    }
    importer.finish().unwrap()
}

pub(crate) fn rates() -> RateTable {
    let rate = |micro, digits| Rate { micro, digits };
    RateTable {
        date: Date::parse("2026-11-24").unwrap(),
        source: "test".to_owned(),
        base: Currency::parse("EUR").unwrap(),
        rates: BTreeMap::from([
            ("USD".to_owned(), rate(1_100_000, 2)),
            ("JPY".to_owned(), rate(160_000_000, 0)),
            ("XXA".to_owned(), rate(1, 4)),
            ("XXB".to_owned(), rate(0, 2)),
        ]),
    }
}

pub(crate) fn setting() -> Setting<'static> {
    Setting { taxonomy: &TAXONOMY, titles: &TITLES, rates: &RATES, weights: Weights::DEFAULT }
}

/// A concept of the test taxonomy by the last letter of its id.
pub(crate) fn skill(letter: char) -> u32 {
    TAXONOMY.find(&format!("00000000-0000-0000-0000-00000000000{letter}")).unwrap()
}

pub(crate) fn held(letter: char, line: u16) -> HeldSkill {
    HeldSkill { concept: skill(letter), line }
}

pub(crate) fn hourly(floor: Option<u64>, figure: u64) -> Option<Price> {
    Some(Price::Money { per: Per::Hour, floor, figure: Some(figure) })
}

pub(crate) fn paris() -> Point {
    Point::new(488_566, 23_522).unwrap()
}

pub(crate) fn lyon() -> Point {
    Point::new(457_640, 48_357).unwrap()
}

/// A Rust job that pays 50.00 an hour.
pub(crate) fn job() -> Job {
    Job {
        id: [7; 32],
        title: "Backend developer".to_owned(),
        language: TextLanguage::English,
        needs: vec![skill('a'), skill('c')],
        tags: BTreeMap::new(),
        hints: Vec::new(),
        words: text_words("a service that moves parcels between warehouses", TextLanguage::English),
        price: hourly(None, 5_000),
        languages: vec![LanguageTag::of("en")],
        site: Some(Site::Remote),
        client: Standing::default(),
    }
}

/// The same person with the words that headline and skills give.
pub(crate) fn worded(person: Freelancer, about: &str) -> Freelancer {
    let concepts = person.skills.iter().filter_map(|held| TAXONOMY.get(held.concept));
    let languages = [TextLanguage::English, TextLanguage::French];
    let names = concepts.flat_map(|it| languages.map(|language| (it.label(language), language)));
    let words = Words::read(&person.headline, names, about, person.language);
    Freelancer { words, ..person }
}

/// Somebody who fits it.
pub(crate) fn person(id: u8) -> Freelancer {
    let person = Freelancer {
        id: [id; 32],
        headline: "Software developer".to_owned(),
        language: TextLanguage::English,
        skills: vec![held('a', 0), held('c', 1)],
        words: Words::default(),
        price: hourly(Some(3_000), 4_500),
        languages: vec![LanguageTag::of("en")],
        point: Some(paris()),
        remote: Some(true),
        on_site: true,
        travel_km: Some(50),
        standing: Standing { bound: Some(700_000), completed: 9 },
    };
    worded(person, "parcels and warehouses are my trade")
}
