//! Who fits a job, and why: for a client at one node among the people of all, in the client's language.

use hanse_command::json::Read as _;
use hanse_command::{api, check};
use serde_json::Value;

use crate::cast::{Cast, Town};
use crate::fail::DemoError;
use crate::jobs::Posted;
use crate::nodes::Nodes;
use crate::people::{People, Person};
use crate::record::Results;
use crate::stage::{Look, Stage};

/// People that are shown for a job.
const SHOWN: usize = 3;
/// People that are asked for: all of the cast that can fit.
const LIMIT: u32 = 50;
/// Sentences of each that are shown.
const SENTENCES: usize = 5;

/// A client's look at one job.
struct Asked<'a> {
    language: &'static str,
    title: &'a str,
    id: &'a str,
    client: &'a Person,
}

/// One job in each language: its client reads who fits, among the people of all nodes; the reasons are recomputed without any node; and the
/// list is the one that the freelancers' own node gives, which has all of them in its index.
pub(crate) fn fit(
    stage: &Stage,
    nodes: &Nodes,
    cast: &Cast,
    people: &People,
    posted: &Posted,
    results: &Results,
) -> Result<(), DemoError> {
    for language in ["fr", "en"] {
        let asked = ask(cast, people, posted, language)?;
        let answer = matches(stage, nodes, &asked)?;
        stage.tell(&format!("{} reads who fits: {}", cast.name(&asked.client.handle), asked.title));
        for item in answer.list("/items").iter().take(SHOWN) {
            tell(stage, item);
        }
        let text = format!("{answer:#}\n");
        let file = results.keep_matches(language, &text)?;
        let checked = check::matches(&text).map_err(DemoError::Command)?;
        if !checked.wrong.is_empty() {
            return Err(DemoError::Broken(format!(
                "the reasons do not give the scores: {}",
                checked.render()
            )));
        }
        stage.tell(&format!("  {}, from {} alone", checked.render(), crate::record::from_here(&file)));
        same_as_one_index(stage, nodes, &asked, &answer)?;
    }
    why_not_me(stage, cast, people, posted)
}

/// The first contract of the cast whose client writes in this language and pays money; the freelancers ask for money, and what is
/// paid in another kind does not suit them.
fn ask<'a>(
    cast: &'a Cast,
    people: &'a People,
    posted: &'a Posted,
    language: &'static str,
) -> Result<Asked<'a>, DemoError> {
    let spoken = |title: &str| {
        let job = cast.jobs.iter().find(|job| job.text("/title") == title);
        job.is_some_and(|job| job.text("/language") == language && job.text("/pay/kind") == "money")
    };
    let plot = cast.plots.iter().find(|plot| spoken(&plot.job));
    let plot = plot.ok_or_else(|| DemoError::Data(format!("no contract about a job in {language}")))?;
    Ok(Asked { language, title: &plot.job, id: posted.id(&plot.job)?, client: people.get(&plot.client)? })
}

/// Waits until the client's node has asked the freelancers' node, and that has everybody in its index.
fn matches(stage: &Stage, nodes: &Nodes, asked: &Asked<'_>) -> Result<Value, DemoError> {
    let request = api::matches(asked.id, asked.language, Some(LIMIT), Some("federation"));
    stage.until(&format!("people for {:?}", asked.title), || {
        let answer = match asked.client.try_ask(&request) {
            Ok(answer) => answer,
            Err(hanse_command::ClientError::Refused(problem)) if problem.is_passing() => {
                return Ok(Look::NotYet(problem.slug().to_owned()));
            }
            Err(error) => return Err(DemoError::asked(&asked.client.handle, "see who fits")(error)),
        };
        let peer = answer.list("/peers").iter().find(|peer| peer.text("/node") == nodes.b.name);
        let outcome = peer.map_or("not asked", |peer| peer.text("/outcome")).to_owned();
        Ok(if outcome == "answered" && !answer.list("/items").is_empty() {
            Look::There(answer)
        } else {
            Look::NotYet(format!("{} people; {}: {outcome}", answer.list("/items").len(), nodes.b.name))
        })
    })
}

fn tell(stage: &Stage, item: &Value) {
    let headline = item.text("/headline");
    let headline = if headline.is_empty() { String::new() } else { format!(" · {headline}") };
    stage.tell(&format!(
        "{:>3}  {}{headline}, at {}",
        item.number("/place"),
        item.text("/name"),
        item.text("/home")
    ));
    for sentence in item.texts("/sentences").into_iter().take(SENTENCES) {
        stage.tell(&format!("     {sentence}"));
    }
}

/// What the merged list must equal: the people with their scores as the one index of the freelancers' node ranks them.
fn same_as_one_index(
    stage: &Stage,
    nodes: &Nodes,
    asked: &Asked<'_>,
    merged: &Value,
) -> Result<(), DemoError> {
    let request = api::matches(asked.id, asked.language, Some(LIMIT), Some("node"));
    let scores = |answer: &Value| -> Vec<(u64, String, u64)> {
        let items = answer.list("/items").iter();
        let mut scores: Vec<(u64, String, u64)> = items
            .map(|item| {
                let explanation = |name| item.number(&format!("/explanation/{name}"));
                (explanation("rank"), item.text("/did").to_owned(), explanation("h"))
            })
            .collect();
        scores.sort_unstable();
        scores
    };
    let expected = scores(merged);
    stage.until(&format!("{} to rank alike", nodes.b.name), || {
        let one = nodes.b.client.send(&request).map_err(DemoError::asked("a stranger", "see who fits"))?;
        let one = scores(&one);
        Ok(if one == expected {
            Look::There(())
        } else {
            Look::NotYet(format!("{} people there, {} here", one.len(), expected.len()))
        })
    })?;
    stage.tell(&format!(
        "  {} people of {}: the same places and scores as in its own index",
        expected.len(),
        nodes.b.name
    ));
    Ok(())
}

/// Somebody who does not fit asks why.
fn why_not_me(stage: &Stage, cast: &Cast, people: &People, posted: &Posted) -> Result<(), DemoError> {
    let plot = cast.plots.first().ok_or_else(|| DemoError::Data("no contracts".to_owned()))?;
    let others = people.of(Town::B);
    let other = others.into_iter().find(|person| person.handle != plot.freelancer);
    let other = other.ok_or_else(|| DemoError::Data("one freelancer alone".to_owned()))?;
    let request = api::why_not(posted.id(&plot.job)?, &other.did, "fr");
    let answer = other.ask("know why they are not shown", &request)?;
    stage.tell(&format!("{} asks \"why not me?\"", cast.name(&other.handle)));
    for sentence in answer.texts("/sentences").into_iter().take(SENTENCES) {
        stage.tell(&format!("     {sentence}"));
    }
    Ok(())
}
