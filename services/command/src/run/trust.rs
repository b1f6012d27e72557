//! Records, their proofs, and whom to trust.

use std::path::Path;
use std::process::ExitCode;

use hanse_reputation::SentenceLanguage;
use hanse_verifier::record::Question;
use serde_json::json;

use super::{Run, show, write};
use crate::cli::{Language, Record, RecordArgs, ScoreArgs, Trust, VerifyArgs, Who};
use crate::error::CommandError;
use crate::offline::ScoreFiles;
use crate::policy::{self, NodeKeys};
use crate::terminal::out;
use crate::{clock, offline};
use hanse_client::api;
use hanse_client::client::Client;

impl Run {
    pub(super) fn record(&mut self, command: &Record) -> Result<(), CommandError> {
        match command {
            Record::Reputation { did } => self.reputation(did.as_ref()),
            Record::Trust { subject, viewer, language, history } => {
                let subject = self.person(Some(subject))?;
                let viewer = viewer.as_ref().map(|viewer| self.person(Some(viewer))).transpose()?;
                let (viewer, language) = (viewer.as_deref(), language.tag());
                if *history {
                    return self.answer(&api::score_history(&subject, viewer, language), show::score_history);
                }
                self.answer(&api::score(&subject, viewer, language), show::score)
            }
            Record::Evidence { did, output } => self.evidence(did.as_ref(), output.as_deref()),
            Record::Node => self.node(),
            Record::Transparency => self.answer(&api::transparency(), show::rules),
        }
    }

    fn reputation(&mut self, did: Option<&Who>) -> Result<(), CommandError> {
        let did = self.person(did)?;
        self.answer(&api::reputation(&did), show::reputation)
    }

    /// The file is kept byte for byte as it came.
    fn evidence(&mut self, did: Option<&Who>, output: Option<&Path>) -> Result<(), CommandError> {
        let did = self.person(did)?;
        write(output, &self.caller.client().text(&api::evidence(&did))?)
    }

    fn node(&mut self) -> Result<(), CommandError> {
        let node = self.caller.send(&api::node())?;
        let peers = self.caller.send(&api::peers())?;
        let both = json!({"node": node, "peers": peers});
        self.print(&both, |both| show::node(both, self.caller.client().url()))
    }
}

/// Needs no session, and `verify` no network either.
pub(super) fn trust(command: &Trust, json: bool) -> Result<ExitCode, CommandError> {
    match command {
        Trust::Policy { nodes, output } => policy(nodes, output.as_deref()).map(|()| ExitCode::SUCCESS),
        Trust::Verify(args) => verify(args, json),
        Trust::Record(args) => record(args).map(|()| ExitCode::SUCCESS),
        Trust::Score(args) => score(args, json),
    }
}

/// Fetches whole logs, and says how far it is: a tenth of a log at a time.
fn record(args: &RecordArgs) -> Result<(), CommandError> {
    let nodes = args.nodes.iter().map(|url| Client::new(url)).collect::<Result<Vec<_>, _>>()?;
    let mut said = (String::new(), 0);
    crate::record::fetch(&nodes, &args.out, clock::now(), &mut |origin, have, size| {
        let tenth = if size == 0 { 10 } else { u128::from(have) * 10 / u128::from(size) };
        if said != (origin.to_owned(), tenth) {
            out::note(&out::plain_line(&format!("{origin}: {have} of {size} leaves")));
            said = (origin.to_owned(), tenth);
        }
    })?;
    out::note(&format!("{} is whole; next: hanse score --evidence {0} …", args.out.display()));
    Ok(())
}

/// Recomputes a score offline.
fn score(args: &ScoreArgs, json: bool) -> Result<ExitCode, CommandError> {
    let question = Question {
        viewer: args.viewer.clone(),
        seen_from: args.seen_from.clone(),
        subject: args.subject.clone(),
        history: args.history,
    };
    let files = ScoreFiles { record: &args.evidence, policy: &args.policy, served: args.served.as_deref() };
    let options = offline::options(args.max_age, args.within_policy);
    let report = offline::score_files(files, &question, args.now.unwrap_or_else(clock::now), &options)?;
    let text = if json {
        serde_json::to_string_pretty(&report).map_err(|error| CommandError::Unusable(error.to_string()))?
    } else {
        let language = match args.language {
            Language::En => SentenceLanguage::English,
            Language::Fr => SentenceLanguage::French,
        };
        out::plain(&report.shown(language).to_string())
    };
    out::say(&text)?;
    Ok(ExitCode::from(report.exit_code()))
}

/// Asks each node for its keys and writes the policy that trusts them.
fn policy(urls: &[String], output: Option<&Path>) -> Result<(), CommandError> {
    let keys = |url: &String| -> Result<NodeKeys, CommandError> {
        let client = Client::new(url)?;
        Ok(NodeKeys::from_answer(client.url(), &client.send(&api::node())?)?)
    };
    let nodes = urls.iter().map(keys).collect::<Result<Vec<_>, _>>()?;
    let text = policy::text(&nodes, clock::now())?;
    if nodes.len() == 1 {
        out::note("with one node alone nobody audits its log: no record can be shown to be complete");
    }
    write(output, &text)
}

/// Verifies offline.
fn verify(args: &VerifyArgs, json: bool) -> Result<ExitCode, CommandError> {
    let now = args.now.unwrap_or_else(clock::now);
    let options = offline::options(args.max_age, args.within_policy);
    let report = offline::verify_files(&args.file, &args.policy, now, &options)?;
    let text = if json {
        serde_json::to_string_pretty(&report).map_err(|error| CommandError::Unusable(error.to_string()))?
    } else {
        out::plain(&report.to_string())
    };
    out::say(&text)?;
    Ok(ExitCode::from(report.exit_code()))
}
