//! What a node finds for a job, across the ends and beginnings of its process and of what it knows.

use hanse_testkit::{Http, Person, eventually};
use serde_json::{Value, json};

use crate::program::{Site, ends_in_order, said};
use crate::taxonomy;

/// A list as it is read by anybody: who, in which order, with which score, for which reasons. Nothing while the node cannot say.
async fn list(http: &Http, job: &str) -> Option<Vec<Value>> {
    let answer = http.get(&format!("/v1/jobs/{job}/matches")).may_fail().try_send().await?;
    (answer.status == 200).then(|| answer.json()["items"].as_array().unwrap().clone())
}

/// The list once it names so many people.
async fn list_of(http: &Http, job: &str, count: usize) -> Vec<Value> {
    let whole = async || list(http, job).await.filter(|items| items.len() == count);
    eventually(&format!("{count} people are found"), whole).await
}

/// Who, in which order, with which score. The reasons say a place, and that moves when somebody comes.
fn order(items: &[Value]) -> Vec<(Value, Value)> {
    items.iter().map(|item| (item["did"].clone(), item["explanation"]["h"].clone())).collect()
}

async fn presents(person: &Person, headline: &str, skills: &[&str]) {
    let profile = json!({"name": person.handle, "headline": headline, "skills": skills});
    person.put("/v1/me/profile", &profile).send().await.done();
}

async fn posts(person: &Person) -> String {
    let job = json!({"title": "Rust programmer for a log", "text": "Tiles and proofs.", "skills": ["local:rust", "local:docker"]});
    person.does("/v1/jobs", &job).await["view"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_finds_the_same_people_as_before() {
    let site = Site::found().await;
    let mut child = site.start().await;
    let client = Person::register(site.http(), "client").await;
    let late = Person::register(site.http(), "late").await;
    for (handle, headline, skills) in [
        ("ana", "Rust programmer", ["local:rust"].as_slice()),
        ("bob", "Software developer", &["local:rust", "local:docker"]),
        ("cyd", "Programmer of logs", &["local:docker"]),
    ] {
        presents(&Person::register(site.http(), handle).await, headline, skills).await;
    }
    let jobs = [posts(&client).await, posts(&client).await];
    let mut before = Vec::new();
    for job in &jobs {
        before.push(order(&list_of(&site.http(), job, 3).await));
    }
    // It is acknowledged, and whether the index has it by now is nobody's promise.
    presents(&late, "Rust programmer", &["local:rust"]).await;
    child.kill().await.unwrap();

    let mut child = site.start().await;
    for (job, before) in jobs.iter().zip(&before) {
        let mut after = order(&list_of(&site.http(), job, 4).await);
        after.retain(|(did, ..)| *did != late.did);
        assert_eq!(after, *before);
    }
    // And once more, now that nothing is on its way: the whole answer, to the last digit and word.
    let whole = list_of(&site.http(), &jobs[0], 4).await;
    child.kill().await.unwrap();
    let mut child = site.start().await;
    assert_eq!(list_of(&site.http(), &jobs[0], 4).await, whole);
    child.kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_runs_finds_people_by_skills_that_an_import_brings() {
    let site = Site::found().await;
    let mut child = site.start().await;
    let (client, ana) =
        (Person::register(site.http(), "client").await, Person::register(site.http(), "ana").await);
    presents(&ana, "Artist", &[taxonomy::ID]).await;
    let job = json!({"title": "An evening with fire", "text": "Torches, please.", "skills": [taxonomy::ID]});
    let job = client.does("/v1/jobs", &job).await["view"]["id"].as_str().unwrap().to_owned();
    let file = taxonomy::write(site.folder.path(), "v1.2.0-skills_en.csv", taxonomy::SKILLS);
    let imported = site.runs(&["taxonomy", "import", &file]).await;
    assert!(imported.status.success(), "{}", said(&imported));
    let needs = eventually("she is found by the skill", async || {
        let first = list(&site.http(), &job).await?.first()?.clone();
        let needs = first["explanation"]["needs"].as_array().unwrap().clone();
        (first["did"] == ana.did.as_str() && !needs.is_empty()).then_some(needs)
    })
    .await;
    assert_eq!(
        (&needs[0]["need"]["id"], &needs[0]["have"]["skill"]["id"]),
        (&json!(taxonomy::ID), &json!(taxonomy::ID))
    );
    ends_in_order(&mut child).await;
}
