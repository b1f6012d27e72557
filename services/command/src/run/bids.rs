//! Bids, and the offers that they lead to.

use hanse_api::requests::{BidRequest, StepRequest};
use hanse_document::kind::bid::Answers;
use hanse_lifecycle::{Event, Machine};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::{Run, show};
use crate::cli::{self, BidArgs, BidCommand, Bids, ReviseArgs};
use crate::error::CommandError;
use crate::terminal::{self, out};
use hanse_client::api;
use hanse_client::json::Read as _;
use hanse_client::request::body;

/// What a bid says, as the API shows it.
const SAID: [&str; 6] = ["agent", "answers", "text", "days", "language", "pay"];

impl Run {
    pub(super) fn bids(&mut self, command: &Bids) -> Result<(), CommandError> {
        match command {
            Bids::Bid(args) => match &args.command {
                None => self.bid(args),
                Some(BidCommand::Show { bid, quietly }) => self.show_bid(bid, *quietly),
                Some(BidCommand::Revise(args)) => self.revise(args),
                Some(BidCommand::Confirm(step)) => {
                    self.step(Machine::Bid, (Event::Confirm, step, "confirmed"))
                }
            },
            Bids::Bids { job: None } => self
                .answer(&api::bids(), |answer| show::bids(answer, "You have made no bids: hanse job search")),
            Bids::Bids { job: Some(job) } => {
                self.answer(&api::bids_on(job), |answer| show::bids(answer, "Nobody has bid yet."))
            }
            Bids::Offer(args) => self.publish(&api::offer(&args.bid, args.request()?), args.trial, "offered"),
            Bids::Move(step) => self.step(Machine::Bid, step.step()),
        }
    }

    fn bid(&mut self, args: &BidArgs) -> Result<(), CommandError> {
        let (job, mut bid) = args.request()?;
        bid.answers = self.answers(job, &args.facts.answer, &Answers::default())?;
        self.publish(&api::bid(job, body(&bid)), args.trial, "bid made")
    }

    fn revise(&mut self, args: &ReviseArgs) -> Result<(), CommandError> {
        let view = self.caller.send(&api::read_bid(&args.bid))?;
        let mut bid = args.over(said_before(&view)?)?;
        bid.answers = self.answers(view.text("/job"), &args.facts.answer, &bid.answers)?;
        self.publish(&api::revise_bid(&args.bid, body(&bid)), args.trial, "revised")
    }

    /// The answers that are given; those of before if none are, where they still answer all that the job asks; else they are asked for.
    fn answers(&mut self, job: &str, given: &[String], before: &Answers) -> Result<Answers, CommandError> {
        if !given.is_empty() {
            return cli::answers(given);
        }
        let view = self.caller.send(&api::job(job))?;
        let questions = view.texts("/questions");
        if questions.is_empty() {
            return Ok(Answers::default());
        }
        if questions.len() == before.len() {
            return Ok(before.clone());
        }
        // A program that reads JSON is not asked, even if it was started on a terminal.
        if self.json || !terminal::is_there() {
            return Err(CommandError::Input(out::plain(&unanswered(&questions))));
        }
        let ask = |question: &&str| terminal::answer(&format!("{}\n> ", out::plain_line(question)));
        let said: Vec<String> = questions.iter().map(ask).collect::<Result<_, _>>()?;
        cli::answers(&said.iter().map(|said| said.trim().to_owned()).collect::<Vec<_>>())
    }

    /// Shows a bid whole. A client who sees it has read it, and the freelancer is told, once.
    fn show_bid(&mut self, id: &str, quietly: bool) -> Result<(), CommandError> {
        let mut view = self.caller.send(&api::read_bid(id))?;
        if !quietly && is_news(&view) {
            let read = api::step(Machine::Bid, id, Event::Read, &StepRequest::default());
            match self.caller.send(&read) {
                Ok(answer) => view = answer.pointer("/view").cloned().unwrap_or(view),
                // Whoever may not say that it was read may still read it.
                Err(error) => out::note(&out::plain(&format!("the freelancer is not told: {error}"))),
            }
        }
        let questions = if self.json { json!([]) } else { self.questions(&view) };
        self.print(&view, |view| show::bid(view, &questions.texts("")))
    }

    /// What the job of a bid asks; nothing, where the job cannot be read any more.
    fn questions(&mut self, bid: &Value) -> Value {
        let job = if bid.list("/answers").is_empty() {
            None
        } else {
            self.caller.send(&api::job(bid.text("/job"))).ok()
        };
        job.and_then(|job| job.pointer("/questions").cloned()).unwrap_or_default()
    }
}

/// Whether the viewer is a client who has not said yet that the bid was read.
fn is_news(view: &Value) -> bool {
    let read = |happening: &Value| happening.text("/event") == Event::Read.name();
    view.texts("/allowed").contains(&Event::Read.name()) && !view.list("/history").iter().any(read)
}

/// What a job asks, to somebody who cannot be asked.
fn unanswered(questions: &[&str]) -> String {
    let list: String = (1..).zip(questions).map(|(number, text)| format!("\n  {number}  {text}")).collect();
    format!("the job asks, and each question needs its --answer, in this order:{list}")
}

/// What a bid says, to be said anew.
fn said_before(view: &Value) -> Result<BidRequest, CommandError> {
    let said = SAID.iter().filter_map(|name| Some(((*name).to_owned(), view.get(name)?.clone())));
    BidRequest::deserialize(Value::Object(said.collect())).map_err(|error| {
        CommandError::Input(format!(
            "your bid says what this program cannot read, and would lose it: {error}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    #[test]
    fn a_revised_bid_keeps_what_is_not_named() {
        let view = json!({"id": "bid_x", "job": "job_x", "state": "submitted", "text": "Old words.", "days": 3, "agent": true,
            "answers": [{"question": 1, "text": "Yes."}], "pay": {"kind": "time_credits", "hours": 3}});
        let line = ["hanse", "bid", "revise", "bid_x", "--days", "5"];
        let Command::Bids(Bids::Bid(args)) = Cli::parse_from(line).command else { panic!("another command") };
        let Some(BidCommand::Revise(args)) = &args.command else { panic!("another command") };
        let revised = body(&args.over(said_before(&view).unwrap()).unwrap());
        assert_eq!(
            revised,
            json!({"text": "Old words.", "days": 5, "agent": true, "answers": [{"question": 1, "text": "Yes."}],
                "pay": {"kind": "time_credits", "hours": 3}})
        );
    }

    #[test]
    fn a_bid_is_news_to_its_client_once() {
        let view = |allowed: &[&str], history: &[&str]| {
            let history: Vec<Value> = history.iter().map(|event| json!({"event": event})).collect();
            json!({"allowed": allowed, "history": history})
        };
        assert!(is_news(&view(&["read", "offer"], &["submit"])));
        assert!(!is_news(&view(&["read", "offer"], &["submit", "read"])));
        assert!(!is_news(&view(&["withdraw"], &["submit"])), "its author reads it");
    }

    #[test]
    fn who_cannot_be_asked_is_told_the_questions() {
        let told = unanswered(&["Are you insured?", "When?"]);
        assert!(told.ends_with("in this order:\n  1  Are you insured?\n  2  When?"), "{told}");
    }
}
