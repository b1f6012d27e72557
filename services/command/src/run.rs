//! Does what the arguments say.

mod account;
mod bids;
mod contracts;
mod disputes;
mod documents;
mod jobs;
mod matching;
mod messages;
mod naming;
mod people;
mod program;
mod saved_searches;
mod show;
mod skills;
mod trust;

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use hanse_document::Did;
use serde_json::Value;

use crate::caller::Caller;
use crate::cli::{Cli, Command, Who};
use crate::error::CommandError;
use crate::terminal::out;
use hanse_client::client::ClientError;
use hanse_client::json::Missing;
use hanse_client::request::Request;
use hanse_client::session::SessionFile;

/// Runs the command and tells how it ended.
#[must_use]
pub fn main(cli: &Cli) -> ExitCode {
    match dispatch(cli) {
        Ok(code) => code,
        // `hanse … | head` has seen enough.
        Err(CommandError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            match (&error, cli.json) {
                // A program gets the node's problem document as it came.
                (CommandError::Client(ClientError::Refused(problem)), true) => out::problem(problem),
                (error, _) => out::note(&out::plain(&error.to_string())),
            }
            ExitCode::from(error.exit_code())
        }
    }
}

fn dispatch(cli: &Cli) -> Result<ExitCode, CommandError> {
    let run = || -> Result<Run, CommandError> {
        let file = SessionFile::at(cli.session.as_deref())?;
        Ok(Run { caller: Caller::new(cli.node.as_deref(), file)?, json: cli.json })
    };
    match &cli.command {
        Command::People(command) => run()?.people(command)?,
        Command::Account(command) => run()?.account(command)?,
        Command::Jobs(command) => run()?.jobs(command)?,
        Command::Messages(command) => run()?.messages(command)?,
        Command::Bids(command) => run()?.bids(command)?,
        Command::Contract(command) => run()?.contract(command)?,
        Command::Disputes(command) => run()?.disputes(command)?,
        Command::Reviews(command) => run()?.reviews(command)?,
        Command::Matching(command) => match matching::checked(command, cli.json) {
            Some(checked) => return checked,
            None => run()?.matching(command)?,
        },
        Command::SavedSearches(command) => run()?.told(command)?,
        Command::Record(command) => run()?.record(command)?,
        Command::Documents(command) => run()?.documents(command)?,
        Command::Trust(command) => return trust::trust(command, cli.json),
        Command::Program(command) => program::program(command)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// One run against one node.
struct Run {
    caller: Caller,
    json: bool,
}

impl Run {
    /// Sends the request and prints the answer: as it came for programs, shown for people.
    fn answer(&mut self, request: &Request, show: impl FnOnce(&Value) -> String) -> Result<(), CommandError> {
        let answer = self.caller.send(request)?;
        self.print(&answer, show)
    }

    fn print(&self, answer: &Value, show: impl FnOnce(&Value) -> String) -> Result<(), CommandError> {
        out::say(&if self.json { pretty(answer) } else { show(answer) })
    }

    /// The person who was named, or the one who is signed in.
    fn person(&self, who: Option<&Who>) -> Result<String, CommandError> {
        match who {
            Some(Who::Person(did)) => Ok(did.to_string()),
            Some(Who::Me) | None => Ok(self.caller.session()?.did.clone()),
        }
    }

    /// Who is signed in.
    fn me(&self) -> Result<Did, CommandError> {
        let missing = || ClientError::from(Missing("/did".to_owned()));
        Ok(self.caller.session()?.did.parse().map_err(|_| missing())?)
    }
}

fn pretty(answer: &Value) -> String {
    serde_json::to_string_pretty(answer).unwrap_or_else(|_| answer.to_string())
}

/// Writes a file, or standard output if none is named; a remark says where.
fn write(output: Option<&Path>, text: &str) -> Result<(), CommandError> {
    let Some(path) = output else { return out::say(text) };
    fs::write(path, text).map_err(CommandError::file(path))?;
    out::note(&format!("{} written, {} bytes", path.display(), text.len()));
    Ok(())
}
