//! The demo itself, step by step.

use hanse_command::api;
use hanse_command::document::Text;
use hanse_command::json::Read as _;
use hanse_command::lifecycle::Event;
use hanse_command::policy::NodeKeys;
use hanse_command::requests::{ReplyRequest, StepRequest};
use hanse_command::verifier::{Options, Report};
use hanse_command::{clock, offline};
use serde_json::Value;

use crate::Args;
use crate::deal::{self, Deal};
use crate::fail::DemoError;
use crate::fit;
use crate::jobs::{self, Posted};
use crate::nodes::{self, Nodes};
use crate::people::{PASSWORD, People, Person};
use crate::postings::Load;
use crate::record::{self, Files, Results};
use crate::scenario::{Scenario, Town};
use crate::stage::Stage;
use crate::tamper;
use crate::trust;

/// Lines of skipped postings that are shown; the figures count all.
const SKIPPED_SHOWN: usize = 8;
/// Characters of a review that are shown.
const QUOTE_CHARS: usize = 60;

/// Walks through it all. On failure the nodes' logs are shown first; whatever happens, the nodes are stopped.
pub(crate) fn walk(stage: &Stage, args: &Args) -> Result<(), DemoError> {
    let scenario = Scenario::read()?;
    let today = clock::now().date();
    let load = args.data.as_deref().map(|folder| Load::of(folder, today)).transpose()?;
    let results = Results::fresh()?;
    stage.line("Hanse: three federated nodes do the main job, and a stranger verifies the record");
    let mut nodes = up(stage, &results)?;
    let done =
        scenes(stage, &nodes, &scenario, load.as_ref(), &results).and_then(|()| keep(stage, args, &nodes));
    // After an interrupt, or when a node has ended, whatever failed next is only what followed from it.
    done.map_err(|error| match (stage.check(), nodes.check_alive()) {
        (Err(interrupted), _) => interrupted,
        (Ok(()), Err(ended)) => ended,
        (Ok(()), Ok(())) => error,
    })
    .inspect_err(|error| {
        if !matches!(error, DemoError::Interrupted) {
            nodes.last_words(stage);
        }
    })?;
    stage.progress("stopping the nodes");
    drop(nodes);
    finale(stage, &results)
}

/// What whoever shows names of ESCO must say.
const ESCO: &str = "This service uses the ESCO classification of the European Commission.";

fn up(stage: &Stage, results: &Results) -> Result<Nodes, DemoError> {
    stage.step("Three nodes, each with a database of its own");
    let nodes = Nodes::start(stage, results.folder())?;
    for node in nodes.all() {
        stage.tell(&format!("{:18} {}   {}", node.name, node.url(), node.role));
    }
    stage.tell(&format!(
        "data in {}; ready after {:.1} s",
        nodes.folder().display(),
        stage.elapsed().as_secs_f32()
    ));
    match nodes.learn(stage)? {
        Ok(version) => stage.tell(&format!("skills and trades: {version} ({ESCO})")),
        Err(why) => stage.tell(&format!("skills and trades: the nodes' own list only ({why})")),
    }
    Ok(nodes)
}

fn scenes(
    stage: &Stage,
    nodes: &Nodes,
    scenario: &Scenario,
    load: Option<&Load>,
    results: &Results,
) -> Result<(), DemoError> {
    let keys = nodes.all().into_iter().map(|node| node.keys()).collect::<Result<Vec<_>, _>>()?;
    results.keep_nodes(nodes, &keys)?;
    let people = open_accounts(stage, nodes, scenario)?;
    let posted = post(stage, nodes, scenario, &people, load)?;
    stage.step("Who fits? A client reads the people of all nodes, with the reasons");
    fit::fit(stage, nodes, scenario, &people, &posted, results)?;
    let mut deals = Deal::all(scenario, &people, &posted)?;
    agree(stage, scenario, &mut deals)?;
    fulfil(stage, &deals)?;
    let replies = review(stage, nodes, scenario, &deals)?;
    let star = people.get(scenario.star())?;
    audit(stage, nodes, &keys)?;
    let own: Vec<&Deal<'_>> = deals.iter().filter(|deal| deal.freelancer.handle == star.handle).collect();
    let (files, report) = verify(stage, nodes, scenario, star, &keys, (own.len(), replies))?;
    results.keep(&files)?;
    stage.step(&format!(
        "How far can {} be trusted? That depends on where one stands",
        scenario.name(&star.handle)
    ));
    trust::trust(stage, nodes, scenario, &deals, star, results)?;
    lie(stage, nodes, &files, &report)
}

fn open_accounts(stage: &Stage, nodes: &Nodes, scenario: &Scenario) -> Result<People, DemoError> {
    stage.step("People open accounts; each home keeps their keys, and says so in all they sign");
    let people = People::register(stage, nodes, scenario)?;
    let (a, b) = (people.of(Town::A).len(), people.of(Town::B).len());
    stage.tell(&format!("{} people: {a} at {}, {b} at {}", people.count(), nodes.a.name, nodes.b.name));
    Ok(people)
}

fn post(
    stage: &Stage,
    nodes: &Nodes,
    scenario: &Scenario,
    people: &People,
    load: Option<&Load>,
) -> Result<Posted, DemoError> {
    stage.step("Jobs are posted at two nodes, and found at the others");
    let tasks = jobs::tasks(scenario, people, load, clock::now().date())?;
    let posted = jobs::post(stage, &tasks)?;
    let (all, at_b) = (posted.ids.len(), posted.at_b);
    stage.tell(&format!(
        "{all} jobs, {} at {}, {at_b} at {}: {:.1} s, {} in a second",
        all - at_b,
        nodes.a.name,
        nodes.b.name,
        posted.took.as_secs_f32(),
        posted.rate()
    ));
    let skipped = load.map(|load| load.skipped.as_slice()).unwrap_or_default();
    if let Some(load) = load {
        stage.tell(&format!("{}, {} refused by a node", load.figures(), posted.refused.len()));
    }
    let unused: Vec<&(String, String)> = skipped.iter().chain(&posted.refused).collect();
    for (at, why) in unused.iter().take(SKIPPED_SHOWN) {
        stage.tell(&format!("  {at}: {why}"));
    }
    if unused.len() > SKIPPED_SHOWN {
        stage.tell(&format!("  and {} more", unused.len() - SKIPPED_SHOWN));
    }
    for node in [&nodes.b, &nodes.a, &nodes.c] {
        let took = jobs::spread(stage, &node.client, node.name, &posted.ids)?;
        stage.tell(&format!("{} finds all {all}, {:.1} s later", node.name, took.as_secs_f32()));
    }
    // The people's own data are found by their words too, at the node where they were not posted.
    if let (Some(task), Some(reader)) =
        (tasks.get(scenario.plots.len()).filter(|_| load.is_some()), people.of(Town::B).first())
    {
        let (words, found) = jobs::find(stage, reader, task.title())?;
        stage.tell(&format!("{} searches \"{words}\": {}", reader.handle, found.text("/title")));
    }
    Ok(posted)
}

fn agree(stage: &Stage, scenario: &Scenario, deals: &mut [Deal<'_>]) -> Result<(), DemoError> {
    stage.step("Freelancers find jobs of the other node and bid; clients offer; freelancers accept");
    for deal in &mut *deals {
        let words = deal.bid(stage, scenario)?;
        stage.tell(&format!(
            "{} searches \"{words}\": {}",
            scenario.name(&deal.freelancer.handle),
            deal.plot.job
        ));
        stage.tell(&format!("  {}, asks for {}", deal.job, deal.price()));
    }
    for deal in &mut *deals {
        deal.offer(stage)?;
    }
    for deal in &*deals {
        deal.act(stage, deal.freelancer, Event::Accept, &StepRequest::default())?;
    }
    stage.step("Both homes log the engagement; only then a contract is active");
    for deal in &*deals {
        let contract = deal.reach(stage, "active")?;
        stage.tell(&format!("{} with {}: {}", deal.client.handle, deal.freelancer.handle, deal.contract));
        let [client, freelancer] =
            ["/client_engagement", "/freelancer_engagement"].map(|name| short(contract.text(name)));
        stage.tell(&format!("  leaf {client} in the client's log, {freelancer} in the freelancer's"));
    }
    Ok(())
}

fn fulfil(stage: &Stage, deals: &[Deal<'_>]) -> Result<(), DemoError> {
    stage.step("Delivered, accepted, paid, confirmed, closed; each move is signed by its actor");
    let moves = [
        (Event::Deliver, false, Some("All of it, as agreed.")),
        (Event::AcceptDelivery, true, None),
        (Event::AttestPaid, true, None),
        (Event::ConfirmReceived, false, None),
        (Event::Close, true, None),
    ];
    for (what, by_client, note) in moves {
        let said = StepRequest { note: note.map(words).transpose()?, ..StepRequest::default() };
        for deal in deals {
            deal.act(stage, if by_client { deal.client } else { deal.freelancer }, what, &said)?;
        }
    }
    for (number, deal) in deals.iter().enumerate() {
        let contract = deal.reach(stage, "closed")?;
        if number == 0 {
            let events =
                contract.list("/history").iter().map(|happening| happening.text("/event").replace('_', " "));
            stage.tell(&events.collect::<Vec<_>>().join(" → "));
        }
        stage.tell(&format!("{:20} {:9} for {}", deal.client.handle, contract.text("/state"), deal.price()));
    }
    Ok(())
}

/// The words of the scenario as a document takes them.
fn words<const MIN: usize, const MAX: usize>(text: &str) -> Result<Text<MIN, MAX>, DemoError> {
    Text::parse(text).map_err(|rejection| DemoError::Data(format!("{text:?}: {rejection}")))
}

/// Returns how many replies the star has given.
fn review(stage: &Stage, nodes: &Nodes, scenario: &Scenario, deals: &[Deal<'_>]) -> Result<usize, DemoError> {
    stage.step("Both sides review under seal; neither reads the other before both have written");
    let mut pairs = Vec::new();
    for (number, deal) in deals.iter().enumerate() {
        // Now one side writes first, now the other.
        let pair = if number % 2 == 0 { deal.sides() } else { deal.sides().rev() };
        pairs.push((deal, pair));
    }
    let mut first = Vec::new();
    for (deal, pair) in &pairs {
        first.push(deal.review(stage, &pair.first)?);
    }
    for ((deal, pair), commit) in pairs.iter().zip(&first) {
        deal.sealed(stage, nodes, pair, commit)?;
    }
    stage.tell(&format!(
        "{0} have written; {0} others see that there is a sealed review, and no word or rating of it",
        pairs.len()
    ));
    let mut second = Vec::new();
    for (deal, pair) in &pairs {
        second.push(deal.review(stage, &pair.second)?);
    }
    let mut replies = 0;
    for (((deal, pair), first), second) in pairs.iter().zip(&first).zip(&second) {
        for (side, other, commit) in [(&pair.first, &pair.second, first), (&pair.second, &pair.first, second)]
        {
            deal.opened(stage, other.who, commit, side.words.text())?;
            let (author, reader) = (scenario.name(&side.who.handle), scenario.name(&other.who.handle));
            stage.tell(&format!(
                "{author} about {reader}: {} of 5, “{}”",
                side.words.rating(),
                quote(side.words.text())
            ));
            let Some(reply) = &side.words.reply else { continue };
            let answer = ReplyRequest { text: words(reply)? };
            deal::publish(stage, other.who, "reply", &api::reply(commit, &answer))?;
            stage.tell(&format!("  {reader} replies: “{}”", quote(reply)));
            replies += usize::from(other.who.handle == scenario.star());
        }
    }
    Ok(replies)
}

fn audit(stage: &Stage, nodes: &Nodes, keys: &[NodeKeys]) -> Result<(), DemoError> {
    stage.step(&format!(
        "{} holds nobody's account: it rebuilds the others' logs from their leaves, and cosigns",
        nodes.c.name
    ));
    let heads = record::heads(stage, nodes, keys)?;
    for line in record::rebuilt(&nodes.c)? {
        stage.tell(&line);
    }
    for head in heads {
        let checkpoint = &head.checkpoint;
        stage.tell(&format!(
            "{} at {}, root {}",
            checkpoint.origin,
            record::leaves(checkpoint.size),
            short(&checkpoint.root.hex())
        ));
        stage.tell(&format!("  cosigned by {}", head.cosigners.join(" and ")));
    }
    Ok(())
}

fn verify(
    stage: &Stage,
    nodes: &Nodes,
    scenario: &Scenario,
    star: &Person,
    keys: &[NodeKeys],
    expected: (usize, usize),
) -> Result<(Files, Report), DemoError> {
    stage.step(&format!(
        "A stranger takes the evidence about {}, a policy, and no network",
        scenario.name(&star.handle)
    ));
    let policy = record::policy_text(keys, clock::now())?;
    let (files, report) = record::evidence(stage, &nodes.b, &star.did, &policy, expected)?;
    stage.tell(&star.did);
    for step in &report.steps {
        stage.tell(&format!(
            "{:7} {}: {}",
            format!("{:?}", step.outcome).to_lowercase(),
            step.name,
            record::shorter(&step.says)
        ));
    }
    for review in report.reviews() {
        let reply = if review.reply.is_some() { ", with a reply" } else { "" };
        stage.tell(&format!(
            "counts  {} of 5 by {}{reply}",
            review.rating,
            short(review.author.as_str().trim_start_matches("did:key:"))
        ));
    }
    stage.tell(&report.sentence());
    Ok((files, report))
}

fn lie(stage: &Stage, nodes: &Nodes, files: &Files, report: &Report) -> Result<(), DemoError> {
    stage.step("Somebody lies about the record, and is found out");
    let evidence: Value =
        serde_json::from_slice(&files.evidence).map_err(|error| DemoError::Data(error.to_string()))?;
    for lie in tamper::lies(&evidence, report, nodes.c.name)? {
        let bytes = lie.evidence.to_string().into_bytes();
        let (word, why) = match offline::verify(&bytes, &files.policy, report.now, &Options::default()) {
            Ok(found) if found.exit_code() == 0 => {
                return Err(DemoError::Broken(format!("the verifier accepts a file in which {}", lie.what)));
            }
            Ok(found) => (format!("{:?}", found.verdict).to_lowercase(), record::first_fault(&found)),
            Err(error) => ("unreadable".to_owned(), error.to_string()),
        };
        stage.tell(&format!("{word:10} {}", lie.what));
        stage.tell(&format!("           {}", record::shorter(&why)));
    }
    Ok(())
}

/// Leaves the nodes up, if that was asked for, until somebody interrupts; that is then how it should end.
fn keep(stage: &Stage, args: &Args, nodes: &Nodes) -> Result<(), DemoError> {
    if args.keep {
        stage.step("The nodes stay up until Ctrl-C");
        for node in nodes.all() {
            stage.tell(&format!("{:18} {}/docs/", node.name, node.url()));
        }
        stage.tell(&format!("sign in as anybody of services/command/demo with the password \"{PASSWORD}\""));
        stage.until_interrupted();
        return Ok(());
    }
    stage.check()
}

fn finale(stage: &Stage, results: &Results) -> Result<(), DemoError> {
    stage.step("The three nodes are gone; the record is not");
    let [evidence, policy] = ["evidence.json", "policy.txt"].map(|name| results.folder().join(name));
    let report = offline::verify_files(&evidence, &policy, clock::now(), &Options::default())?;
    if report.exit_code() != 0 {
        return Err(DemoError::Broken(format!(
            "the files do not verify any more: {}",
            record::first_fault(&report)
        )));
    }
    let [evidence, policy] = [evidence, policy].map(|path| record::from_here(&path));
    stage.tell(&format!("{evidence} and {policy} still verify, with every step in full:"));
    stage.tell(&format!(
        "  {} verify {evidence} --policy {policy}",
        record::from_here(&nodes::beside("hanse")?)
    ));
    stage.line(&format!("\nDone in {:.0} s. Nothing is left running.", stage.elapsed().as_secs_f32()));
    Ok(())
}

/// Enough of a hash or a key to tell it from another.
fn short(text: &str) -> String {
    const KEPT: usize = 12;
    format!("{}…", text.chars().take(KEPT).collect::<String>())
}

/// The beginning of what somebody wrote.
fn quote(text: &str) -> String {
    hanse_command::table::cut(&text.replace('\n', " "), QUOTE_CHARS)
}
