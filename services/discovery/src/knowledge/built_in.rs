//! The list of trades and skills that every node has from its start, without a file or a network.

use std::error::Error;
use std::sync::OnceLock;

use hanse_base::error::Failure;
use hanse_matching::side::Weights;
use hanse_matching::taxonomy::Importer;
use hanse_matching::text::TextLanguage;

use super::Knowledge;

/// The version of the list; a change of `data/` changes it.
pub(super) const VERSION: &str = "hanse-2";
/// Trades and skills with their names, what our own ids are in ESCO, and what is a kind of what within the list, in forms that the
/// importer knows. Kinds are `broadMatch` rows and no broader concepts, so that two tools of one kind do not stand in for each other.
pub(super) const FILES: [&str; 3] = [
    include_str!("../../data/trades.csv"),
    include_str!("../../data/local.csv"),
    include_str!("../../data/broader.csv"),
];
/// Currencies whose rate is fixed: true on any day, and older than any table that an operator imports.
pub(super) const RATES: &str = include_str!("../../data/rates.json");

/// Our own list, ready for use: made once in a process, since many engines of one test share it.
///
/// # Errors
/// `Inconsistent`, which a test of the list excludes.
pub(crate) fn built_in() -> Result<Knowledge, Failure> {
    static MADE: OnceLock<Result<Knowledge, String>> = OnceLock::new();
    MADE.get_or_init(|| make().map_err(|error| error.to_string())).clone().map_err(Failure::Inconsistent)
}

fn make() -> Result<Knowledge, Box<dyn Error>> {
    let mut importer = Importer::new(VERSION)?;
    for file in FILES {
        importer.add(file, TextLanguage::Other)?;
    }
    Ok(Knowledge::new(importer.finish()?, serde_json::from_str(RATES)?, Weights::DEFAULT))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use hanse_document::Skill;
    use hanse_matching::hints;
    use hanse_matching::meaning::Reading;
    use hanse_matching::taxonomy::{ConceptKind, Relation, Rows};
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// What the list hashes to in its present version: whoever changes the list raises [`VERSION`] and this.
    const HASH: &str = "cea7904db8b2c50c55733e45eb47046af99f701d3c6e3f9280f018fa0d51e1ae";
    const TRADES_MIN: usize = 400;

    fn rows(text: &str) -> Vec<Vec<String>> {
        Rows::new(text).map(Result::unwrap).skip(1).collect()
    }

    fn names(cell: &str) -> Vec<&str> {
        cell.split('|').collect()
    }

    #[test]
    fn a_changed_list_is_another_version() {
        let hash = Sha256::digest(FILES.concat());
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((VERSION, hash.as_str()), ("hanse-2", HASH), "raise VERSION when the list changes");
    }

    #[test]
    fn every_row_is_in_form() {
        let [concepts, local, _] = FILES.map(rows);
        let mapped: BTreeMap<&str, &str> =
            local.iter().map(|row| (row[0].as_str(), row[2].as_str())).collect();
        let ids: BTreeSet<&str> = concepts.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(ids.len(), concepts.len(), "an id stands twice");
        assert_eq!(mapped.len(), local.len(), "an id is mapped twice");
        let is_uuid = |id: &str| {
            let lengths: Vec<usize> = id.split('-').map(str::len).collect();
            lengths == [8, 4, 4, 4, 12] && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
        };
        let skills: BTreeSet<&str> =
            concepts.iter().filter(|row| row[1] != "Occupation").map(|row| row[0].as_str()).collect();
        for row in &concepts {
            let id = row[0].as_str();
            assert!(Skill::parse(id).is_ok() && (is_uuid(id) || id.starts_with("local:")), "{id}");
            for cell in [&row[3], &row[4]] {
                let unique: BTreeSet<&str> = names(cell).into_iter().collect();
                assert_eq!(unique.len(), names(cell).len(), "{id}: a name stands twice");
                let bare = |name: &&str| !name.is_empty() && name.trim() == *name;
                assert!(unique.iter().all(bare), "{id}: {cell}");
            }
            let wanted: Vec<&str> =
                row[5].split(' ').chain(row[6].split(' ')).filter(|it| !it.is_empty()).collect();
            if row[1] == "Occupation" {
                assert!(row[2].len() == 4 && row[2].parse::<u16>().is_ok(), "{id}: ISCO group {}", row[2]);
                assert!(!row[5].is_empty(), "{id} names no skill");
                assert!(wanted.iter().all(|skill| skills.contains(skill)), "{id}: a skill without a row");
            } else {
                assert_eq!((row[1].as_str(), wanted.len()), ("KnowledgeSkillCompetence", 0), "{id}");
                assert_eq!(
                    id.starts_with("local:"),
                    mapped.contains_key(id),
                    "{id}: mapped if and only if ours"
                );
            }
        }
        assert!(mapped.iter().all(|(id, target)| ids.contains(id) && is_uuid(target)), "{mapped:?}");
        assert!(concepts.len() - skills.len() >= TRADES_MIN);
    }

    #[test]
    fn both_genders_of_a_french_trade_are_names_of_their_own() {
        for row in rows(FILES[0]).iter().filter(|row| row[1] == "Occupation") {
            let all = names(&row[4]);
            for both in all.iter().filter(|name| name.contains('/')) {
                assert!(both.split('/').all(|one| all.contains(&one)), "{both}");
            }
        }
    }

    #[test]
    fn it_finds_trades_and_skills_in_both_languages() {
        let known = built_in().unwrap();
        let trade = |text, language| {
            let found = known.linker.suggest(text, ConceptKind::Occupation, language, 1);
            known.taxonomy.get(found[0].concept).unwrap().label(TextLanguage::English).to_owned()
        };
        assert_eq!(trade("Plombière", TextLanguage::French), "plumber");
        assert_eq!(trade("développeuse web", TextLanguage::French), "web developer");
        assert_eq!(trade("wedding planners", TextLanguage::English), "event manager");
        let skills = |text, language| {
            let (taxonomy, linker, kind) = (&known.taxonomy, &known.linker, ConceptKind::Skill);
            let found = hints::read(Reading { taxonomy, linker, kind, language }, "", text);
            let name = |concept: u32| known.taxonomy.get(concept).unwrap().id.clone();
            found.into_iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(
            skills("We use Terraform and Docker", TextLanguage::English),
            ["local:terraform", "local:docker"]
        );
        assert_eq!(skills("en Kotlin, avec Docker", TextLanguage::French), ["local:kotlin", "local:docker"]);
        let rust = known.taxonomy.find("local:rust").unwrap();
        let programming = known.taxonomy.find("21d2f96d-35f7-4e3f-9745-c533d2dd6e97").unwrap();
        assert_eq!(known.taxonomy.relation(programming, rust), Some(Relation::Narrower));
        assert_eq!(known.taxonomy.relation(rust, programming), Some(Relation::Broader));
    }

    #[test]
    fn kinds_are_within_the_list_and_nothing_is_its_own_kind() {
        let [concepts, _, kinds] = FILES.map(rows);
        let skills: BTreeSet<&str> =
            concepts.iter().filter(|row| row[1] != "Occupation").map(|row| row[0].as_str()).collect();
        let pairs: BTreeSet<(&str, &str)> =
            kinds.iter().map(|row| (row[0].as_str(), row[2].as_str())).collect();
        assert_eq!(pairs.len(), kinds.len(), "a row stands twice");
        assert!(kinds.iter().all(|row| row[1] == "broadMatch"), "another relation");
        for (kind, of) in &pairs {
            assert!(skills.contains(kind) && skills.contains(of) && kind != of, "{kind} {of}");
            assert!(!pairs.contains(&(*of, *kind)), "{kind} and {of} are kinds of each other");
        }
    }

    #[test]
    fn a_name_means_one_skill() {
        let mut owners = BTreeMap::new();
        for row in rows(FILES[0]).iter().filter(|row| row[1] != "Occupation") {
            for (cell, language) in [(&row[3], "en"), (&row[4], "fr")] {
                for name in names(cell) {
                    let folded = (language, hanse_matching::text::words(name));
                    let owner = owners.entry(folded).or_insert_with(|| row[0].clone());
                    assert_eq!(*owner, row[0], "{name}");
                }
            }
        }
    }

    /// Phrases as people type them in a field of skills, and the English name of what they mean.
    const TYPED: [(&str, TextLanguage, &str); 47] = [
        ("terraform", TextLanguage::English, "Terraform"),
        ("FIGMA", TextLanguage::French, "Figma"),
        ("shopify", TextLanguage::French, "Shopify"),
        ("n8n", TextLanguage::English, "n8n"),
        ("LLM", TextLanguage::French, "large language models"),
        ("Prompt Engineering", TextLanguage::English, "prompt engineering"),
        ("premiere pro", TextLanguage::English, "Adobe Premiere Pro"),
        ("Adobe Premiere", TextLanguage::French, "Adobe Premiere Pro"),
        ("Notion", TextLanguage::English, "Notion (workspace)"),
        ("HubSpot CRM", TextLanguage::English, "HubSpot"),
        ("golang", TextLanguage::English, "Go programming"),
        ("Go", TextLanguage::French, "Go programming"),
        ("microsoft excel", TextLanguage::English, "Microsoft Excel"),
        ("Excel", TextLanguage::French, "Microsoft Excel"),
        ("Microsoft Power BI", TextLanguage::English, "Power BI"),
        ("powerbi", TextLanguage::French, "Power BI"),
        ("Microsoft Azure", TextLanguage::English, "Microsoft Azure"),
        ("azure", TextLanguage::French, "Microsoft Azure"),
        ("Microsoft Teams", TextLanguage::French, "Microsoft Teams"),
        ("Make.com", TextLanguage::French, "Make.com"),
        ("integromat", TextLanguage::English, "Make.com"),
        ("NextJS", TextLanguage::English, "Next.js"),
        ("c#", TextLanguage::English, "C#"),
        (".NET Core", TextLanguage::French, "Microsoft .NET"),
        ("data visualization", TextLanguage::English, "data visualisation"),
        ("Data Visualisation", TextLanguage::English, "data visualisation"),
        ("search engine optimization", TextLanguage::English, "search engine optimisation"),
        ("virtualization", TextLanguage::English, "virtualisation"),
        ("référencement naturel", TextLanguage::French, "search engine optimisation"),
        ("GA4", TextLanguage::French, "Google Analytics"),
        ("photoshop", TextLanguage::French, "Adobe Photoshop"),
        ("davinci resolve", TextLanguage::English, "DaVinci Resolve"),
        ("ansible", TextLanguage::English, "Ansible"),
        ("pose de carrelage", TextLanguage::French, "tiling"),
        ("Ravalement de façade", TextLanguage::French, "facade rendering"),
        ("montage de meubles", TextLanguage::French, "furniture assembly"),
        ("IKEA assembly", TextLanguage::English, "furniture assembly"),
        ("Aide aux devoirs", TextLanguage::French, "homework help"),
        ("garde d’enfants", TextLanguage::French, "child care"),
        ("REPASSAGE", TextLanguage::French, "ironing"),
        ("taille de haies", TextLanguage::French, "hedge trimming"),
        ("tonte de pelouse", TextLanguage::French, "lawn mowing"),
        ("Tutoring", TextLanguage::English, "teaching"),
        ("dog walking", TextLanguage::English, "dog walking"),
        ("cours d'anglais", TextLanguage::French, "English lessons"),
        ("aide au demenagement", TextLanguage::French, "moving help"),
        ("hair coloring", TextLanguage::English, "hair colouring"),
    ];

    #[test]
    fn what_people_type_is_found_as_they_type_it() {
        let known = built_in().unwrap();
        for (typed, language, meant) in TYPED {
            let found = known.linker.suggest(typed, ConceptKind::Skill, language, 1);
            let name = known.taxonomy.get(found[0].concept).unwrap().label(TextLanguage::English);
            assert!(name == meant && found[0].score >= 1.0, "{typed}: {name} {}", found[0].score);
        }
    }

    #[test]
    fn two_tools_of_one_kind_are_not_the_same() {
        let known = built_in().unwrap();
        let id = |name: &str| known.taxonomy.find(name).unwrap();
        let frameworks = id("9b9de2a4-d8af-4a7b-933a-a8334ae60067");
        for tool in ["local:react", "local:vue", "local:svelte", "local:nextjs"].map(id) {
            assert_eq!(known.taxonomy.relation(frameworks, tool), Some(Relation::Narrower));
            assert_eq!(known.taxonomy.relation(tool, frameworks), Some(Relation::Broader));
        }
        assert_eq!(known.taxonomy.relation(id("local:react"), id("local:vue")), None);
        let (photoshop, images) =
            (id("14ced458-5f4b-495f-bd3d-9c240614bda0"), id("91ba97f5-7518-4638-b2d2-308996db3cf8"));
        assert_eq!(known.taxonomy.relation(images, photoshop), Some(Relation::Narrower));
    }
}
