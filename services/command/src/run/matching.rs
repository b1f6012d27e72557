//! Who fits which job, and the check of such an answer.

use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

use super::Run;
use crate::cli::{ListArgs, MatchArgs, Matching};
use crate::error::CommandError;
use crate::offline::check;
use crate::terminal::out::plain_line;
use crate::terminal::{self, out};
use hanse_client::api;
use hanse_client::json::Read as _;

/// An answer has at most fifty people; this is ten times the largest.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;

impl Run {
    pub(super) fn matching(&mut self, command: &Matching) -> Result<(), CommandError> {
        match command {
            Matching::Match(args) => self.matches(args),
            Matching::Recommend(list) => {
                let request = api::recommended(list.language.tag(), list.limit);
                self.answer(&request, |answer| {
                    listed(answer, job, "Nothing fits yet: a profile with skills helps.")
                })
            }
        }
    }

    fn matches(&mut self, args: &MatchArgs) -> Result<(), CommandError> {
        let MatchArgs { job: Some(id), list: ListArgs { language, limit }, .. } = args else {
            return Err(CommandError::Input("name a job".to_owned()));
        };
        let Some(why) = &args.why else {
            let scope = args.federation.then_some("federation");
            let request = api::matches(id, language.tag(), *limit, scope);
            return self.answer(&request, |answer| listed(answer, person, "Nobody fits this job here yet."));
        };
        let did = self.person(Some(why))?;
        self.answer(&api::why_not(id, &did, language.tag()), reasons)
    }
}

/// The check of `--check`, which needs neither session nor node; nothing for any other use.
pub(super) fn checked(command: &Matching, json: bool) -> Option<Result<ExitCode, CommandError>> {
    let Matching::Match(MatchArgs { check: Some(file), .. }) = command else { return None };
    Some(check_file(file, json))
}

fn check_file(file: &Path, json: bool) -> Result<ExitCode, CommandError> {
    let checked = check::matches(&terminal::text_file(file, ANSWER_BYTES_MAX)?)?;
    let text = if json {
        serde_json::to_string_pretty(&checked).map_err(|error| CommandError::Unusable(error.to_string()))?
    } else {
        checked.render()
    };
    out::say(&text)?;
    Ok(if checked.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn listed(answer: &Value, about: fn(&Value) -> String, empty: &str) -> String {
    let items: Vec<String> = answer
        .list("/items")
        .iter()
        .map(|item| {
            let place = item.number("/place");
            format!("{place:>3}  {}\n{}", about(item), reasons(item))
        })
        .collect();
    let unknown = answer.texts("/unknown_skills");
    let mut parts = if items.is_empty() { vec![empty.to_owned()] } else { items };
    if !unknown.is_empty() {
        parts.push(plain_line(&format!(
            "Skills of the job that this node does not know: {}.",
            unknown.join(", ")
        )));
    }
    let peers = answer.list("/peers").iter().map(|peer| {
        let (node, outcome) = (plain_line(peer.text("/node")), plain_line(peer.text("/outcome")));
        format!("{node}: {outcome}")
    });
    let peers: Vec<String> = peers.collect();
    if !peers.is_empty() {
        parts.push(format!("Other nodes: {}.", peers.join(", ")));
    }
    parts.extend(Some(plain_line(answer.text("/attribution"))).filter(|line| !line.is_empty()));
    parts.join("\n\n")
}

fn person(item: &Value) -> String {
    let names = [item.text("/name"), item.text("/headline")];
    let named: Vec<&str> = names.into_iter().filter(|text| !text.is_empty()).collect();
    let named = if named.is_empty() { "(no name)".to_owned() } else { named.join(" · ") };
    format!(
        "{}\n     {} at {}",
        plain_line(&named),
        plain_line(item.text("/did")),
        plain_line(item.text("/home"))
    )
}

fn job(item: &Value) -> String {
    let (title, id) = (item.text("/job/title"), item.text("/job/id"));
    format!("{}\n     {} at {}", plain_line(title), plain_line(id), plain_line(item.text("/job/home")))
}

fn reasons(item: &Value) -> String {
    let sentences = item.texts("/sentences");
    let mut lines: Vec<String> =
        sentences.iter().map(|sentence| format!("     {}", plain_line(sentence))).collect();
    match item.texts("/unknown_skills").len() {
        0 => {}
        1 => lines.push("     One skill of the profile is not known to this node.".to_owned()),
        unknown => lines.push(format!("     {unknown} skills of the profile are not known to this node.")),
    }
    lines.join("\n")
}
