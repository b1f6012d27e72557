#![doc = include_str!("../README.md")]

#[cfg(feature = "node")]
mod client;
mod documents;
#[cfg(feature = "node")]
mod door;
mod evidence;
#[cfg(feature = "node")]
mod greedy;
mod hostile;
#[cfg(feature = "node")]
mod http;
mod inputs;
mod keyed;
mod ledger;
mod measure;
#[cfg(feature = "node")]
mod peer;
mod report;
#[cfg(feature = "node")]
mod sequencer;
mod world;

use std::path::Path;
use std::process::ExitCode;

use crate::report::Group;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Error>;

/// Takes the figures of a group.
type Run = fn() -> Result<Group>;

/// Shows what something costs, without a figure to compare.
type Trial = fn() -> Result<()>;

/// Every group by its name.
const GROUPS: &[(&str, Run)] = &[
    ("documents", documents::run),
    ("ledger", ledger::run),
    ("evidence", evidence::run),
    #[cfg(feature = "node")]
    ("sequencer", sequencer::run),
    #[cfg(feature = "node")]
    ("grown", sequencer::grown),
    #[cfg(feature = "node")]
    ("http", http::run),
];

/// Not a group: minutes, and nothing to be the ratio to.
const HOSTILE: &str = "hostile";
/// Not a group: what happens to keyed requests under faults.
const KEYED: &str = "keyed";

/// Not groups either: memory, by name.
#[cfg(feature = "node")]
const MEMORY: &[(&str, Trial)] = &[("logins", door::logins), ("unread", door::unread)];
#[cfg(not(feature = "node"))]
const MEMORY: &[(&str, Trial)] = &[];
/// Nor this: it wants a node that runs.
#[cfg(feature = "node")]
const GREEDY: &str = "greedy";
/// Not a group: what a hostile pinned peer can do to a node.
#[cfg(feature = "node")]
const PEER: &str = "peer";

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let ended = match asked.split_first() {
        Some((word, [reader, folder])) if word == hostile::CHILD => {
            Some(hostile::in_child(reader, Path::new(folder)))
        }
        Some((word, plan)) if word == KEYED => {
            Some(keyed::Plan::read(plan).and_then(|plan| keyed::run(&plan)))
        }
        #[cfg(feature = "node")]
        Some((word, words)) if word == GREEDY => Some(greedy::run(words)),
        #[cfg(feature = "node")]
        Some((word, words)) if word == PEER => {
            Some(peer::Plan::read(words).and_then(|plan| peer::run(&plan)))
        }
        Some((word, kinds)) if word == HOSTILE => Some(hostile_files(kinds)),
        Some((word, [])) => MEMORY.iter().find(|(name, _)| name == word).map(|(_, run)| run()),
        _ => None,
    };
    if let Some(ended) = ended {
        return ended.map_or_else(|error| report::complain(&error.to_string()), |()| ExitCode::SUCCESS);
    }
    if let Some(unknown) = asked.iter().find(|name| GROUPS.iter().all(|(known, _)| known != name)) {
        let known: Vec<&str> = GROUPS.iter().map(|(known, _)| *known).collect();
        return report::complain(&format!("no group {unknown:?}; there are {}", known.join(", ")));
    }
    let chosen = GROUPS.iter().filter(|(name, _)| asked.is_empty() || asked.iter().any(|one| one == name));
    report::machine();
    for (name, run) in chosen {
        let group = run();
        if let Err(error) = group.and_then(|group| report::publish(name, &group)) {
            return report::complain(&format!("{name}: {error}"));
        }
    }
    ExitCode::SUCCESS
}

fn hostile_files(kinds: &[String]) -> Result<()> {
    report::machine();
    report::hostile();
    report::publish_costs(&hostile::run(kinds, report::cost)?)
}
