//! What an import changes for those who have said what they can do, or what they want done, before it came.

use hanse_discovery::knowledge::watch::{self, Loaded};
use hanse_discovery::knowledge::{Given, Mode, import};

use super::*;

const ID: &str = "00000000-0000-0000-0000-00000000000a";
const SKILLS: &str = "\
conceptType,conceptUri,preferredLabel,altLabels
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000a,juggle torches,
";

fn artist(name: &str, skills: &[&str]) -> Value {
    json!({"name": name, "headline": "Artist of a circus", "skills": skills})
}

fn evening() -> Value {
    json!({"title": "An evening with fire", "text": "Torches, please.", "skills": [ID], "language": "en"})
}

/// Who meets the first need of the job, in the order in which they are shown; nobody, if it is no need that is known.
fn able(matches: &Matches) -> Vec<&str> {
    let meets = |item: &&Match| item.explanation.needs.first().is_some_and(|need| need.have.is_some());
    matches.items.iter().filter(meets).map(|item| item.did.as_str()).collect()
}

#[tokio::test]
async fn a_skill_that_was_named_before_it_was_known_counts_from_the_import_on() {
    let home = Home::new('a', &[]).await;
    let client = home.register("client").await;
    let ana = person(&home, "ana", artist("Ana", &[ID])).await;
    person(&home, "bob", artist("Bob", &[])).await;
    let id = job(&home, &client, evening()).await;
    caught_up(&home.engine).await;
    let before = matches(&home.engine, &id, None).await;
    assert_eq!((before.unknown_skills.as_slice(), able(&before).len()), ([ID.to_owned()].as_slice(), 0));

    let file = Given { name: "v1.2-skills_en.csv".to_owned(), language: None, bytes: SKILLS.into() };
    import(home.engine.store(), vec![file], None, Mode::Replace, home.engine.now()).await.unwrap();
    watch::look(home.engine.discovery(), &mut Loaded::default()).await.unwrap();
    assert_eq!(
        matches(&home.engine, &id, None).await,
        before,
        "the old index answers until the new one is built"
    );
    look(home.engine.discovery()).await.unwrap();

    let after = matches(&home.engine, &id, None).await;
    assert!(after.unknown_skills.is_empty() && after.items.iter().all(|item| item.unknown_skills.is_empty()));
    let [first] = after.items.as_slice() else { panic!("{after:?}") };
    assert_eq!(
        (first.did.as_str(), able(&after).len()),
        (ana.as_str(), 1),
        "Bob has nothing that is asked for"
    );
    assert!(first.explanation.holds() && first.explanation.taxonomy.ends_with("+esco-1.2"), "{after:?}");
    let jobs = home.engine.discovery().recommended_jobs(&ana, RecommendedQuery::default()).await.unwrap();
    let [recommended] = jobs.items.as_slice() else { panic!("{jobs:?}") };
    assert_eq!((&recommended.job.id, recommended.explanation.h), (&id.to_string(), first.explanation.h));

    // And who writes after it is read with it.
    let cyd = person(&home, "cyd", artist("Cyd", &[ID])).await;
    let next = job(&home, &client, evening()).await;
    caught_up(&home.engine).await;
    let found = matches(&home.engine, &next, None).await;
    assert_eq!(able(&found).len(), 2, "{found:?}");
    assert!(able(&found).contains(&cyd.as_str()), "{found:?}");
}
