//! How far somebody can be trusted from where one stands, and the same number computed without any node.

use std::path::PathBuf;

use hanse_command::json::Read as _;
use hanse_command::offline::{self, ScoreFiles};
use hanse_command::verifier::record::{Question, ScoreReport};
use hanse_command::verifier::{Options, Verdict};
use hanse_command::{Client, api, clock, record as fetched};
use serde_json::Value;

use crate::deal::Deal;
use crate::fail::DemoError;
use crate::nodes::Nodes;
use crate::people::Person;
use crate::record::{Results, from_here};
use crate::scenario::Scenario;
use crate::stage::{Look, Stage};

/// Sentences of each number that are shown.
const SENTENCES: usize = 4;
/// Characters of a leaf id that are shown.
const ID_CHARS: usize = 12;

/// One freelancer in the eyes of two clients who hired them, and of one who did not.
pub(crate) fn trust(
    stage: &Stage,
    nodes: &Nodes,
    scenario: &Scenario,
    deals: &[Deal<'_>],
    star: &Person,
    results: &Results,
) -> Result<(), DemoError> {
    let clients = |own: bool| deals.iter().filter(move |deal| (deal.freelancer.handle == star.handle) == own);
    for deal in clients(true).take(2).chain(clients(false).take(1)) {
        let hired = deal.freelancer.handle == star.handle;
        let answer = score(stage, deal.client, star, "en", hired)?;
        stage.tell(&format!("from where {} stands", scenario.name(&deal.client.handle)));
        tell(stage, &answer, "/sentences");
    }
    let Some(deal) = clients(true).next() else { return Ok(()) };
    let viewer = deal.client;
    let answer = score(stage, viewer, star, "fr", true)?;
    stage.tell("the same for everybody, in French, and no part of the number above");
    tell(stage, &answer, "/summary_sentences");
    cite(stage, viewer, star)?;
    offline(stage, nodes, viewer, star, &answer, results)
}

/// Waits until the viewer's node has read the reviews, and returns the score.
fn score(
    stage: &Stage,
    viewer: &Person,
    star: &Person,
    language: &str,
    hired: bool,
) -> Result<Value, DemoError> {
    let request = api::score(&star.did, None, language);
    stage.until(&format!("{} to have a view of {}", viewer.handle, star.handle), || {
        let answer = match viewer.try_ask(&request) {
            Ok(answer) => answer,
            Err(hanse_command::ClientError::Refused(problem)) if problem.is_passing() => {
                return Ok(Look::NotYet(problem.slug().to_owned()));
            }
            Err(error) => return Err(DemoError::asked(&viewer.handle, "see a score")(error)),
        };
        let standing = answer.text("/explanation/score/finding/standing").to_owned();
        let cosigned = answer.list("/logs").iter().all(|log| log.is("/cosigned"));
        let known = standing != "unknown";
        Ok(if known == hired && cosigned { Look::There(answer) } else { Look::NotYet(standing) })
    })
}

fn tell(stage: &Stage, answer: &Value, which: &str) {
    for sentence in answer.texts(which).into_iter().take(SENTENCES) {
        stage.tell(&format!("     {sentence}"));
    }
}

/// The newest change of the score, and the leaf that caused it.
fn cite(stage: &Stage, viewer: &Person, star: &Person) -> Result<(), DemoError> {
    let history = viewer.ask("see what changed a score", &api::score_history(&star.did, None, "en"))?;
    let change = history.list("/changes").last();
    let change = change.ok_or_else(|| DemoError::Broken("a score has no history".to_owned()))?;
    let id: String = change.text("/entry").chars().take(ID_CHARS).collect();
    stage.tell(&format!(
        "changed by leaf {id}…, at {} of {}: {}",
        change.number("/cause/index"),
        change.text("/cause/origin"),
        change.text("/sentence")
    ));
    Ok(())
}

/// A stranger fetches whole logs, and computes the number with no network.
fn offline(
    stage: &Stage,
    nodes: &Nodes,
    viewer: &Person,
    star: &Person,
    answer: &Value,
    results: &Results,
) -> Result<(), DemoError> {
    let [record, served, policy] =
        ["record.jsonl", "score.json", "policy.txt"].map(|name| results.folder().join(name));
    results.keep_score(answer)?;
    let clients: Vec<Client> = nodes.all().into_iter().map(|node| node.client.clone()).collect();
    let mut leaves = 0;
    fetched::fetch(&clients, &record, clock::now(), &mut |_, here, all| leaves = all.max(here))
        .map_err(DemoError::Command)?;
    let question =
        Question { viewer: did(&viewer.did)?, seen_from: None, subject: did(&star.did)?, history: true };
    let files = ScoreFiles { record: &record, policy: &policy, served: Some(&served) };
    let report = offline::score_files(files, &question, clock::now(), &Options::default())
        .map_err(DemoError::Command)?;
    equal(&report)?;
    stage.tell("a stranger has every leaf of every reputation log, and no network: the same number to the last digit");
    let shown: Vec<String> = [&record, &policy, &served].map(|path: &PathBuf| from_here(path)).to_vec();
    if let [record, policy, served] = shown.as_slice() {
        stage.tell(&format!(
            "  hanse score --viewer {} --subject {} --evidence {record} --policy {policy} --served {served}",
            viewer.did, star.did
        ));
    }
    Ok(())
}

fn equal(report: &ScoreReport) -> Result<(), DemoError> {
    // The logs may have grown between the answer and the download: what is newer is counted, and changes no digit of the answer.
    if matches!(report.verdict, Verdict::Valid | Verdict::Partial) && report.equal == Some(true) {
        return Ok(());
    }
    Err(DemoError::Broken(format!("the score cannot be recomputed:\n{report}")))
}

fn did(text: &str) -> Result<hanse_command::document::Did, DemoError> {
    hanse_command::document::Did::parse(text).map_err(|_| DemoError::Broken(format!("{text} is no identity")))
}
