#![doc = include_str!("../README.md")]

#[cfg(feature = "node")]
mod client;
mod directory;
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
#[cfg(feature = "node")]
mod logs;
mod measure;
#[cfg(feature = "node")]
mod peer;
mod report;
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
    ("sequencer", logs::sequencer),
    #[cfg(feature = "node")]
    ("submit", logs::submit),
    #[cfg(feature = "node")]
    ("follow", logs::follow),
    #[cfg(feature = "node")]
    ("grown", logs::grown),
    #[cfg(feature = "node")]
    ("http", http::run),
    #[cfg(feature = "node")]
    ("posting", http::posting),
];
/// Groups that take longer and are run only where they are named.
const LONG: &[(&str, Run)] = &[
    #[cfg(feature = "node")]
    ("submit-long", logs::submit_long),
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
    let all = || GROUPS.iter().chain(LONG);
    if let Some(unknown) = asked.iter().find(|name| all().all(|(known, _)| known != name)) {
        let known: Vec<&str> = all().map(|(known, _)| *known).collect();
        return report::complain(&format!("no group {unknown:?}; there are {}", known.join(", ")));
    }
    let named = all().filter(|(name, _)| asked.iter().any(|one| one == name));
    let chosen: Vec<_> = if asked.is_empty() { GROUPS.iter().collect() } else { named.collect() };
    report::machine();
    for (name, run) in chosen {
        let group = run();
        if let Err(error) = group.and_then(|group| report::publish(name, &group)) {
            let causes = std::iter::successors(error.source(), |cause| cause.source());
            let causes: String = causes.map(|cause| format!(": {cause}")).collect();
            return report::complain(&format!("{name}: {error}{causes}"));
        }
    }
    ExitCode::SUCCESS
}

fn hostile_files(kinds: &[String]) -> Result<()> {
    report::machine();
    report::hostile();
    report::publish_costs(&hostile::run(kinds, report::cost)?)
}
