//! Taxonomies, tables of rates, and what people write.

use std::sync::LazyLock;

use hanse_document::Currency;
use hanse_matching::hints;
use hanse_matching::link::{Linker, letters, stems};
use hanse_matching::meaning::Reading;
use hanse_matching::money::RateTable;
use hanse_matching::taxonomy::{ConceptKind, Importer, Shape, Taxonomy};
use hanse_matching::text::{self, TextLanguage, fold};
use serde_json::json;

use super::{PLAIN, Target, each, reason, texts};
use crate::cost::Budget;
use crate::mutate::{JSON, LINES};

const BETWEEN: &str = "---\n";

const NAMES: &str = "conceptType,conceptUri,preferredLabel,altLabels,iscoGroup
KnowledgeSkillCompetence,http://x/skill/00000000-0000-0000-0000-00000000000a,Rust,\"rust programming
Rust (language)\",
Occupation,http://x/occupation/00000000-0000-0000-0000-000000000001,baker,bread baker,7512
";
const BROADER: &str = "conceptType,conceptUri,broaderType,broaderUri
x,http://x/skill/00000000-0000-0000-0000-00000000000a,y,http://x/isco/C2511
";
const WANTED: &str = "occupationUri,relationType,skillType,skillUri
http://x/occupation/00000000-0000-0000-0000-000000000001,essential,x,http://x/skill/00000000-0000-0000-0000-00000000000a
";
const LABELS: &str = "conceptUri,language,label
local:a,en,weld
local:a,fr,souder
http://x/isco/C2511,en,\"a, \"\"group\"\"\"
";
const LOCAL: &str = "localId,relation,conceptUri
local:a,broadMatch,http://x/skill/00000000-0000-0000-0000-00000000000a
";
const TRADES: &str = "conceptUri,conceptType,iscoGroup,en,fr,essential,optional
local:t,Occupation,2142,civil engineer|engineer,ingénieur/ingénieure|ingénieur,local:a,
";

pub(super) const TAXONOMY: Target = Target {
    name: "taxonomy",
    bytes_max: 4_096,
    mutators: &[LINES],
    made: || {
        let related = "originalSkillUri,relationType,relatedSkillUri\nlocal:a,optional,local:t\n";
        let all = [NAMES, BROADER, WANTED, LABELS, LOCAL, TRADES, related];
        let mut seeds = texts(&all);
        seeds.push(all.join(BETWEEN).into_bytes());
        seeds
    },
    budget: Budget { base: 1024 * 1024, each: 8_192 },
    run: taxonomy,
    ..PLAIN
};

/// Files in this order; what they make, and how many were taken.
fn imported<'a>(files: impl Iterator<Item = &'a str>) -> (Importer, usize, Vec<String>) {
    let mut importer = Importer::new("v1").unwrap();
    let (mut taken, mut said) = (0, Vec::new());
    for file in files {
        let before = format!("{importer:?}");
        match importer.add(file, TextLanguage::English) {
            Ok(imported) => {
                taken += 1;
                said.push(format!("{} {}", imported.rows.min(1), imported.skipped.min(1)));
            }
            Err(error) => {
                assert_eq!(
                    format!("{importer:?}"),
                    before,
                    "a file that fails leaves the importer as it was"
                );
                said.push(reason(&error));
            }
        }
    }
    (importer, taken, said)
}

fn taxonomy(bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else { return "no text".into() };
    let files: Vec<&str> = text.split(BETWEEN).take(8).collect();
    let shape = Shape::of(files[0]);
    let (importer, taken, said) = imported(files.iter().copied());
    let (spoken, unnamed) = importer.unnamed();
    assert!(unnamed <= spoken);
    let said = each(said);
    let taxonomy = match importer.finish() {
        Ok(taxonomy) => taxonomy,
        Err(error) => return format!("{shape:?} {said} {}", reason(&error)),
    };
    let (backwards, again, _) = imported(files.iter().rev().copied());
    assert_eq!(again, taken, "a file is taken or not, whatever came before it");
    assert_eq!(backwards.finish().unwrap().digest_hex(), taxonomy.digest_hex(), "the order of files matters");
    sound(&taxonomy);
    format!("{shape:?} {said}, {} concepts", taxonomy.concepts().len().min(3))
}

fn sound(taxonomy: &Taxonomy) {
    let count = u32::try_from(taxonomy.concepts().len()).unwrap();
    for (number, concept) in (0..).zip(taxonomy.concepts()) {
        assert_eq!(taxonomy.find(&concept.id), Some(number));
        assert!(taxonomy.idf(number) > 0.0);
        let others = concept.parents.iter().chain(concept.skills.iter().map(|(skill, _)| skill));
        let mut others = others.chain(concept.near.iter().map(|link| &link.concept));
        assert!(others.all(|other| *other < count));
        assert!(!concept.label(TextLanguage::French).is_empty());
    }
    let linker = Linker::new(taxonomy);
    for label in taxonomy.concepts().iter().flat_map(|concept| &concept.labels).take(4) {
        let found = linker.mentions(&label.text, ConceptKind::Skill, label.language);
        assert!(found.iter().all(|mention| mention.concept < count));
    }
}

pub(super) const TEXT: Target = Target {
    name: "text",
    bytes_max: 2_048,
    made: || {
        LazyLock::force(&LINKER);
        texts(&[
            "Œuvre d'Été: C++/C# développeur·se",
            "Conducteur / Conductrice d'engins (H/F)",
            "employé(e) de banque, jusqu'à l'été",
            "We need someone for welding and graphic design, with the usual tools.",
            "running happiness nationalities agreed",
            "ﬁ \u{1100}\u{1161} E\u{301} \u{202e}xuniL",
            "Recherche ingénieur en génie civil pour trois mois",
        ])
    },
    budget: Budget { base: 2 * 1024 * 1024, each: 8_192 },
    run: what_people_write,
    ..PLAIN
};

static LINKER: LazyLock<(Taxonomy, Linker)> = LazyLock::new(|| {
    let mut importer = Importer::new("v1").unwrap();
    importer.add(include_str!("../../../discovery/data/trades.csv"), TextLanguage::Other).unwrap();
    importer.add(LABELS, TextLanguage::Other).unwrap();
    let taxonomy = importer.finish().unwrap();
    let linker = Linker::new(&taxonomy);
    (taxonomy, linker)
});

fn what_people_write(bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else { return "no text".into() };
    let (taxonomy, linker) = &*LINKER;
    let count = u32::try_from(taxonomy.concepts().len()).unwrap();
    let words = text::words(text);
    assert!(words.len() <= fold::WORDS_MAX);
    for word in &words {
        assert!(!word.is_empty() && word.chars().count() <= 4 * fold::WORD_CHARS_MAX, "{word}");
        assert!(!word.chars().any(fold::is_hidden), "{word:?}");
    }
    let guessed = TextLanguage::guess(text);
    let mut said = Vec::new();
    for language in [TextLanguage::English, TextLanguage::French, TextLanguage::Other] {
        let plain = text::plain(text, language);
        assert!(plain.len() <= fold::WORDS_MAX);
        for word in &plain {
            let stem = text::stem(word, language);
            assert!(!stem.is_empty() && stem.len() <= word.len() + 4, "{word} {stem}");
        }
        let mentions = linker.mentions(text, ConceptKind::Skill, language);
        assert!(mentions.iter().all(|mention| mention.concept < count));
        let suggested = linker.suggest(text, ConceptKind::Occupation, language, 5);
        assert!(suggested.len() <= 5 && suggested.iter().all(|one| one.concept < count));
        said.push(format!("{}/{}", mentions.len().min(1), suggested.len().min(1)));
    }
    for bag in [stems(&words, guessed), letters(&words)] {
        assert!(bag.windows(2).all(|pair| pair[0].0 < pair[1].0), "each name is counted once, in order");
    }
    let reading = Reading { taxonomy, linker, kind: ConceptKind::Skill, language: guessed };
    let found = hints::read(reading, text, text);
    assert!(found.len() <= hints::HINTS_MAX && found.iter().all(|concept| *concept < count));
    format!("{guessed:?} {} words, {}", words.len().min(3), said.join(" "))
}

pub(super) const RATES: Target = Target {
    name: "rates",
    bytes_max: 2_048,
    mutators: &[JSON],
    made: || {
        let (zero, large) = (json!({"micro": 0, "digits": 0}), json!({"micro": u64::MAX, "digits": 255}));
        let rates = json!({"USD": {"micro": 1_080_000, "digits": 2}, "JPY": {"micro": 1, "digits": 4}, "XOF": zero, "BHD": large});
        let table = json!({"date": "2026-11-24", "source": "x", "base": "EUR", "rates": rates});
        vec![table.to_string().into_bytes()]
    },
    run: rates,
    ..PLAIN
};

fn rates(bytes: &[u8]) -> String {
    let table: RateTable = match serde_json::from_slice(bytes) {
        Ok(table) => table,
        Err(error) => return format!("{:?}", error.classify()),
    };
    let again: RateTable = serde_json::from_slice(&serde_json::to_vec(&table).unwrap()).unwrap();
    assert_eq!(again, table);
    let mut found = [0_usize; 2];
    for currency in ["EUR", "USD", "JPY", "XOF", "BHD"].map(|code| Currency::parse(code).unwrap()) {
        let mut before = Some(0);
        for amount in [0, 1, 99, 1 << 20, 9_007_199_254_740_991, u64::MAX] {
            let converted = table.convert(amount, &currency);
            assert!(converted.is_none() || before <= converted, "more of one is not less of another");
            before = converted;
            found[usize::from(converted.is_some())] += 1;
        }
    }
    format!("{} rates, {} {}", table.rates.len().min(4), found[0].min(1), found[1].min(1))
}
