//! How a process follows what is in force: it looks at its pace, loads what is new beside what it has, and swaps.

use std::sync::Arc;

use hanse_base::error::Failure;
use hanse_base::rounds::Rounds;
use hanse_matching::money::RateTable;
use hanse_store::{StoreError, knowledge};
use tokio_util::sync::CancellationToken;

use super::files::assemble;
use super::{Knowledge, built_in};
use crate::Discovery;

/// The numbers of what this process has loaded, or found that it cannot load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    taxonomy: i64,
    rates: i64,
}

/// Looks until it is cancelled. Nothing that it finds ends the process: what is known stays.
pub async fn run(discovery: Discovery, cancel: CancellationToken) -> Result<(), Failure> {
    let mut seen = Loaded::default();
    let pace = discovery.config().pace.follow;
    let mut rounds = Rounds::new("knowledge", discovery.base().signals(), cancel, pace);
    while rounds.round(look(&discovery, &mut seen)).await {
        rounds.pace().await;
    }
    Ok(())
}

/// One look.
pub async fn look(discovery: &Discovery, seen: &mut Loaded) -> Result<(), Failure> {
    let connection = discovery.store().connection().await?;
    let state = knowledge::state(&connection).await?;
    if state.taxonomy != seen.taxonomy {
        let found = knowledge::files(&connection).await?;
        drop(connection);
        // Before it is loaded: what cannot be loaded once cannot be loaded ever.
        seen.taxonomy = found.taxonomy;
        let old = discovery.knowledge();
        let loaded =
            tokio::task::spawn_blocking(move || load(&found, &old)).await.map_err(Failure::Cut)??;
        put(discovery, loaded);
    }
    if state.rates != seen.rates {
        let rates = read_rates(discovery).await?;
        seen.rates = state.rates;
        let old = discovery.knowledge();
        put(discovery, Knowledge { rates, ..Knowledge::clone(&old) });
    }
    // Also behind an import that could not be loaded: it is not looked at again, and the node works without it.
    discovery.known().looked();
    Ok(())
}

fn load(found: &knowledge::Files, old: &Knowledge) -> Result<Knowledge, Failure> {
    if found.files.is_empty() {
        return Ok(Knowledge { rates: old.rates.clone(), weights: old.weights, ..built_in()? });
    }
    let unusable = |error| Failure::unreadable("the imported taxonomy", error);
    let (taxonomy, _) = assemble(&found.version, &found.files).map_err(unusable)?;
    Ok(Knowledge::new(taxonomy, old.rates.clone(), old.weights))
}

async fn read_rates(discovery: &Discovery) -> Result<RateTable, Failure> {
    let found: Result<Option<String>, StoreError> =
        knowledge::rates(&discovery.store().connection().await?).await;
    match found? {
        Some(body) => {
            serde_json::from_str(&body).map_err(|error| Failure::unreadable("the table of rates", error))
        }
        None => Ok(built_in()?.rates),
    }
}

fn put(discovery: &Discovery, knowledge: Knowledge) {
    tracing::info!(
        version = knowledge.taxonomy.version(),
        digest = knowledge.taxonomy.digest_hex(),
        concepts = knowledge.taxonomy.concepts().len(),
        rates = %knowledge.rates.date,
        "taxonomy and exchange rates are loaded"
    );
    discovery.known().set(Arc::new(knowledge));
}

#[cfg(test)]
mod tests {
    use hanse_matching::money::RateTable;
    use hanse_matching::text::TextLanguage;

    use super::*;
    use crate::knowledge::{Given, Mode, NotImported, import, import_rates};
    use crate::testing::Home;

    const SKILLS: &str = "\
conceptType,conceptUri,preferredLabel,altLabels
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000a,lay bricks,
";
    const ID: &str = "00000000-0000-0000-0000-00000000000a";

    fn given(name: &str, text: &str) -> Vec<Given> {
        vec![Given { name: name.to_owned(), language: None, bytes: text.as_bytes().to_vec() }]
    }

    async fn brings(home: &Home, name: &str, text: &str, mode: Mode) -> Result<(), NotImported> {
        let discovery = &home.discovery;
        import(discovery.store(), given(name, text), None, mode, discovery.now()).await.map(drop)
    }

    fn label(discovery: &Discovery, language: TextLanguage) -> Option<String> {
        let knowledge = discovery.knowledge();
        let number = knowledge.taxonomy.find(ID)?;
        Some(knowledge.taxonomy.get(number)?.label(language).to_owned())
    }

    #[tokio::test]
    async fn an_import_comes_in_force_and_wakes_who_waits() {
        let home = Home::new('a', &[]).await;
        let (discovery, mut seen) = (&home.discovery, Loaded::default());
        let changed = discovery.knowledge_changed();
        look(discovery, &mut seen).await.unwrap();
        assert!(!changed.has_changed().unwrap(), "nothing is imported");
        let before = discovery.knowledge();

        brings(&home, "v1.2-skills_en.csv", SKILLS, Mode::Replace).await.unwrap();
        look(discovery, &mut seen).await.unwrap();
        assert!(changed.has_changed().unwrap());
        assert_eq!(label(discovery, TextLanguage::English).as_deref(), Some("lay bricks"));
        assert!(before.taxonomy.find(ID).is_none(), "who works with the old state keeps it");
        assert_ne!(before.taxonomy.digest(), discovery.knowledge().taxonomy.digest());

        let french = SKILLS.replace("lay bricks", "maçonner");
        brings(&home, "v1.2-skills_fr.csv", &french, Mode::Add).await.unwrap();
        look(discovery, &mut seen).await.unwrap();
        assert_eq!(label(discovery, TextLanguage::French).as_deref(), Some("maçonner"));
        assert_eq!(label(discovery, TextLanguage::English).as_deref(), Some("lay bricks"));

        brings(&home, "v1.2-skills_fr.csv", &french, Mode::Replace).await.unwrap();
        look(discovery, &mut seen).await.unwrap();
        assert_eq!(label(discovery, TextLanguage::English).as_deref(), Some("maçonner"), "only these files");
    }

    /// Else a node would rank by its own list for minutes after each start, and publish twice that it ranks by something else.
    #[tokio::test]
    async fn who_waits_for_the_first_look_goes_on_with_what_is_imported() {
        let home = Home::new('a', &[]).await;
        let (discovery, mut seen) = (&home.discovery, Loaded::default());
        brings(&home, "v1.2-skills_en.csv", SKILLS, Mode::Replace).await.unwrap();
        let waiting = async {
            discovery.knowledge_looked_for().await;
            label(discovery, TextLanguage::English)
        };
        let (found, looked) = tokio::join!(waiting, look(discovery, &mut seen));
        looked.unwrap();
        assert_eq!(found.as_deref(), Some("lay bricks"));
    }

    #[tokio::test]
    async fn a_bad_import_changes_nothing() {
        let home = Home::new('a', &[]).await;
        let (discovery, mut seen) = (&home.discovery, Loaded::default());
        brings(&home, "skills_en.csv", SKILLS, Mode::Replace).await.unwrap();
        look(discovery, &mut seen).await.unwrap();
        let (digest, changed) = (discovery.knowledge().taxonomy.digest_hex(), discovery.knowledge_changed());
        assert!(brings(&home, "x_en.csv", &format!("{SKILLS}\"open"), Mode::Replace).await.is_err());
        assert!(brings(&home, "x_en.csv", &format!("{SKILLS}\"open"), Mode::Add).await.is_err());
        look(discovery, &mut seen).await.unwrap();
        assert!(!changed.has_changed().unwrap());
        assert_eq!(discovery.knowledge().taxonomy.digest_hex(), digest);
    }

    #[tokio::test]
    async fn of_two_imports_at_once_one_is_told() {
        let home = Home::new('a', &[]).await;
        let (one, other) = tokio::join!(
            brings(&home, "a_en.csv", SKILLS, Mode::Add),
            brings(&home, "b_en.csv", SKILLS, Mode::Add)
        );
        let files = knowledge::list(&home.discovery.store().connection().await.unwrap()).await.unwrap();
        let done = usize::from(one.is_ok()) + usize::from(other.is_ok());
        assert_eq!(files.len(), done, "what was said to be imported is there");
        assert_ne!(done, 0);
    }

    #[tokio::test]
    async fn the_newest_rates_are_in_force_whatever_comes_last() {
        let home = Home::new('a', &[]).await;
        let (discovery, mut seen) = (&home.discovery, Loaded::default());
        let table = |day: &str| -> RateTable {
            let text = format!(
                r#"{{"date":"{day}","source":"a test","base":"EUR","rates":{{"USD":{{"micro":1080000,"digits":2}}}}}}"#
            );
            serde_json::from_str(&text).unwrap()
        };
        for day in ["2026-11-24", "2026-11-23"] {
            import_rates(discovery.store(), table(day), discovery.now()).await.unwrap();
        }
        look(discovery, &mut seen).await.unwrap();
        let knowledge = discovery.knowledge();
        assert_eq!(knowledge.rates.date.to_string(), "2026-11-24");
        assert!(knowledge.rates.rates.contains_key("XOF"), "fixed parities stay");
        assert!(import_rates(discovery.store(), table("2027-01-01"), discovery.now()).await.is_err());
        brings(&home, "skills_en.csv", SKILLS, Mode::Replace).await.unwrap();
        look(discovery, &mut seen).await.unwrap();
        assert_eq!(
            discovery.knowledge().rates.date.to_string(),
            "2026-11-24",
            "they outlive an import of files"
        );
    }
}
