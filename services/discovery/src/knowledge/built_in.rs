//! The list of trades and skills that every node has from its start, without a file or a network.

use std::error::Error;
use std::sync::OnceLock;

use hanse_base::error::Failure;
use hanse_matching::side::Weights;
use hanse_matching::taxonomy::Importer;
use hanse_matching::text::TextLanguage;

use super::Knowledge;

/// The version of the list; a change of `data/` changes it.
pub(super) const VERSION: &str = "hanse-1";
/// Trades and skills with their names, and what our own ids are in ESCO, in forms that the importer knows.
pub(super) const FILES: [&str; 2] =
    [include_str!("../../data/trades.csv"), include_str!("../../data/local.csv")];
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
    use hanse_matching::link;
    use hanse_matching::taxonomy::{ConceptKind, Relation, Rows};
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// What the list hashes to in its present version: whoever changes the list raises [`VERSION`] and this.
    const HASH: &str = "ba5734ae93dd02e9a36d32b869467e634832f61182d87b1798340d9632201862";
    const TRADES_MIN: usize = 150;

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
        assert_eq!((VERSION, hash.as_str()), ("hanse-1", HASH), "raise VERSION when the list changes");
    }

    #[test]
    fn every_row_is_in_form() {
        let [concepts, local] = FILES.map(rows);
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
            let found = link::skills_in(&known.linker, &[text], language);
            let name = |(concept, _): (u32, u16)| known.taxonomy.get(concept).unwrap().id.clone();
            found.into_iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(skills("We use Rust and Docker", TextLanguage::English), ["local:rust", "local:docker"]);
        assert_eq!(skills("en Rust, avec Docker", TextLanguage::French), ["local:rust", "local:docker"]);
        let rust = known.taxonomy.find("local:rust").unwrap();
        let programming = known.taxonomy.find("21d2f96d-35f7-4e3f-9745-c533d2dd6e97").unwrap();
        assert_eq!(known.taxonomy.relation(programming, rust), Some(Relation::Narrower));
        assert_eq!(known.taxonomy.relation(rust, programming), Some(Relation::Broader));
    }
}
