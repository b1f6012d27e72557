//! Who fits a job, and why: asked at one node, among the people of all, in the language of the job.

use std::collections::BTreeSet;

use hanse_command::json::Read as _;
use hanse_command::{ClientError, api, check};
use serde_json::Value;

use crate::fail::DemoError;
use crate::jobs::Posted;
use crate::nodes::{Node, Nodes};
use crate::people::People;
use crate::record::Results;
use crate::scenario::{Scenario, Town};
use crate::stage::{Look, Stage};

/// People that are shown for a job.
const SHOWN: usize = 3;
/// People that are asked for: all of the scenario that can fit.
const LIMIT: u32 = 50;
/// Sentences of each that are shown.
const SENTENCES: usize = 5;

/// One job and who is asked about it.
struct Asked<'a> {
    language: &'static str,
    title: &'a str,
    id: &'a str,
}

/// One job in each language: the clients' node says who fits, among the people of all nodes; the reasons are recomputed without any node; and
/// the list is what the indexes of the nodes hold together.
pub(crate) fn fit(
    stage: &Stage,
    nodes: &Nodes,
    scenario: &Scenario,
    people: &People,
    posted: &Posted,
    results: &Results,
) -> Result<(), DemoError> {
    for language in ["fr", "en"] {
        let asked = choose(stage, nodes, scenario, posted, language)?;
        let answer = matches(stage, nodes, &asked)?;
        stage.tell(&format!("{} is asked who fits: {}", nodes.a.name, asked.title));
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
    why_not_me(stage, scenario, people, posted)
}

/// Of the jobs in this language the one that suits somebody at home with the freelancers' node best: it is the other node's.
fn choose<'a>(
    stage: &Stage,
    nodes: &Nodes,
    scenario: &'a Scenario,
    posted: &'a Posted,
    language: &'static str,
) -> Result<Asked<'a>, DemoError> {
    stage.until("somebody who fits", || {
        let mut best: Option<(u64, Asked<'a>)> = None;
        let jobs = scenario.jobs.iter().filter(|job| job.text("/language") == language);
        for title in jobs.map(|job| job.text("/title")) {
            let Ok(id) = posted.id(title) else { continue };
            let asked = Asked { language, title, id };
            let answer = here(&nodes.b, &asked)?;
            let found = answer.as_ref().and_then(|answer| answer.list("/items").first());
            let h = found.map_or(0, |item| item.number("/explanation/h"));
            if best.as_ref().map_or(0, |(h, _)| *h) < h {
                best = Some((h, asked));
            }
        }
        Ok(best.map_or_else(|| Look::NotYet("nobody yet".to_owned()), |(_, asked)| Look::There(asked)))
    })
}

/// Who fits among the people of one node; None while its index is not there.
fn here(node: &Node, asked: &Asked<'_>) -> Result<Option<Value>, DemoError> {
    let request = api::matches(asked.id, asked.language, Some(LIMIT), Some("node"));
    match node.client.send(&request) {
        Ok(answer) => Ok(Some(answer)),
        Err(ClientError::Refused(problem)) if problem.is_passing() => Ok(None),
        Err(error) => Err(DemoError::asked("a stranger", "see who fits")(error)),
    }
}

/// Waits until the clients' node has asked the freelancers' node.
fn matches(stage: &Stage, nodes: &Nodes, asked: &Asked<'_>) -> Result<Value, DemoError> {
    let request = api::matches(asked.id, asked.language, Some(LIMIT), Some("federation"));
    stage.until(&format!("people for {:?}", asked.title), || {
        let answer = match nodes.a.client.send(&request) {
            Ok(answer) => answer,
            Err(ClientError::Refused(problem)) if problem.is_passing() => {
                return Ok(Look::NotYet(problem.slug().to_owned()));
            }
            Err(error) => return Err(DemoError::asked("a client", "see who fits")(error)),
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

/// The merged list must be what the nodes' own indexes give together: the same people with the same scores.
fn same_as_one_index(
    stage: &Stage,
    nodes: &Nodes,
    asked: &Asked<'_>,
    merged: &Value,
) -> Result<(), DemoError> {
    let scores = |answer: &Value| -> BTreeSet<(u64, String)> {
        let items = answer.list("/items").iter();
        items.map(|item| (item.number("/explanation/h"), item.text("/did").to_owned())).collect()
    };
    let expected = scores(merged);
    stage.until("the nodes to rank alike", || {
        let mut single = BTreeSet::new();
        for node in nodes.all() {
            single.extend(here(node, asked)?.iter().flat_map(scores));
        }
        Ok(if single == expected {
            Look::There(())
        } else {
            Look::NotYet(format!("{} people in the indexes, {} here", single.len(), expected.len()))
        })
    })?;
    let people =
        if expected.len() == 1 { "1 person".to_owned() } else { format!("{} people", expected.len()) };
    stage.tell(&format!("  {people}: all who fit in the nodes' indexes together, with the same scores"));
    Ok(())
}

/// Somebody who does not fit asks why.
fn why_not_me(stage: &Stage, scenario: &Scenario, people: &People, posted: &Posted) -> Result<(), DemoError> {
    let plot = scenario.plots.first().ok_or_else(|| DemoError::Data("no contracts".to_owned()))?;
    let others = people.of(Town::B);
    let other = others.into_iter().find(|person| person.handle != plot.freelancer);
    let other = other.ok_or_else(|| DemoError::Data("one freelancer alone".to_owned()))?;
    let request = api::why_not(posted.id(&plot.job)?, &other.did, "fr");
    let answer = other.ask("know why they are not shown", &request)?;
    stage.tell(&format!("{} asks \"why not me?\"", scenario.name(&other.handle)));
    for sentence in answer.texts("/sentences").into_iter().take(SENTENCES) {
        stage.tell(&format!("     {sentence}"));
    }
    Ok(())
}
