//! Moves of every kind, contracts, and what is said when they have ended.

use hanse_api::requests::{OfferRequest, ReplyRequest};
use hanse_document::kind::terms::Part;
use hanse_lifecycle::{Event, Machine};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::{Run, show};
use crate::cli::{self, ContractCommand, ContractStep, Reviews, Step, TermsArgs, Trial, YesNo};
use crate::error::CommandError;
use hanse_client::api;
use hanse_client::commands::Thing;
use hanse_client::json::Read as _;
use hanse_client::request::Request;

impl Run {
    /// Contracts, and everything under one.
    pub(super) fn contract(&mut self, command: &ContractStep) -> Result<(), CommandError> {
        match command {
            ContractStep::Contracts => self.answer(&api::contracts(), show::contracts),
            ContractStep::Contract(ContractCommand::Show(contract)) => {
                self.answer(&api::contract(&contract.id), show::contract)
            }
            ContractStep::Contract(ContractCommand::Dispute(args)) => self.open_dispute(args),
            ContractStep::Counter(args) => self.terms(args, Event::Counter, "answered with other terms"),
            ContractStep::Amend(args) => self.terms(args, Event::ProposeAmendment, "other terms proposed"),
            ContractStep::Move(step) => self.step(Machine::Contract, step.step()),
        }
    }

    /// Makes a move; what can be turned down or taken back is of the kind that its id says.
    pub(super) fn step(
        &mut self,
        machine: Machine,
        (event, step, done): (Event, &dyn Step, &str),
    ) -> Result<(), CommandError> {
        let machine = meant(machine, event, step.id())?;
        self.publish(&api::step(machine, step.id(), event, &step.said()?), step.trial(), done)
    }

    /// Other terms, over those that the contract has.
    fn terms(&mut self, args: &TermsArgs, event: Event, done: &str) -> Result<(), CommandError> {
        meant(Machine::Contract, event, &args.contract)?;
        let view = self.caller.send(&api::contract(&args.contract))?;
        let terms = args.over(said_before(&view)?)?;
        self.publish(&api::answer_terms(&args.contract, event, terms), args.trial, done)
    }

    pub(super) fn reviews(&mut self, command: &Reviews) -> Result<(), CommandError> {
        match command {
            Reviews::Review(args) => self.publish(
                &api::review(&args.contract, args.request()?),
                args.trial,
                "deposited under seal",
            ),
            Reviews::Reviews(contract) => self.answer(&api::reviews(&contract.id), show::reviews),
            Reviews::Again { contract, answer, forget } => self.again(contract, *answer, *forget),
            Reviews::Reply { commit, text, trial } => {
                let reply = ReplyRequest { text: cli::words("--text", text)? };
                self.publish(&api::reply(commit, &reply), *trial, "replied")
            }
        }
    }

    /// The private answer: given, taken back, or read.
    fn again(&mut self, contract: &str, answer: Option<YesNo>, forget: bool) -> Result<(), CommandError> {
        match answer {
            Some(answer) => self.answer(&api::say_again(contract, answer.is_yes()), show::again),
            None if forget => self.answer(&api::forget_again(contract), |_| "forgotten".to_owned()),
            None => self.answer(&api::again(contract), show::again),
        }
    }

    /// Publishes and shows what became of it, or the document as it would be.
    pub(super) fn publish(
        &mut self,
        request: &Request,
        trial: Trial,
        done: &str,
    ) -> Result<(), CommandError> {
        let dry = trial.dry_run;
        self.answer(&request.clone().dry(dry), |answer| {
            if dry { show::trial(answer) } else { show::published(answer, done) }
        })
    }
}

/// The kind of thing that is moved, by its id; one that the command does not move is refused with the command that does.
fn meant(machine: Machine, event: Event, id: &str) -> Result<Machine, CommandError> {
    let Some(thing) = Thing::of(id) else {
        // Whatever it is, the node says so.
        return Ok(machine);
    };
    let several: &[Machine] = match (machine, event) {
        (Machine::Contract, Event::Decline) => &[Machine::Bid, Machine::Contract, Machine::Invitation],
        (Machine::Contract, Event::Rescind) => &[Machine::Contract, Machine::Invitation],
        _ => &[machine],
    };
    if several.contains(&thing.machine()) {
        return Ok(thing.machine());
    }
    let other = match thing.command(event.name()) {
        command if command.starts_with("hanse ") => format!("\n  next: {command}"),
        _ if thing.machine() == Machine::Invitation && event == Event::Accept => {
            "\n  next: hanse bid JOB --text …, which accepts it".to_owned()
        }
        _ => String::new(),
    };
    let kinds: Vec<&str> = several.iter().map(|kind| kind.name()).collect();
    Err(CommandError::Input(format!(
        "{id} is of another kind: this needs the id of a {}{other}",
        kinds.join(", ")
    )))
}

/// The terms that hold, to be said anew. Time sheets are no part of them.
fn said_before(view: &Value) -> Result<OfferRequest, CommandError> {
    let unreadable = |what: &str| {
        CommandError::Input(format!("the terms cannot be read any more ({what}): offer a new contract"))
    };
    let titled = view.list("/milestones").iter().filter(|part| !part.text("/title").is_empty());
    let part = |part: &Value| {
        let said = ["due", "pay", "title"]
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), part.get(name)?.clone())));
        Part::deserialize(Value::Object(said.collect())).map_err(|error| unreadable(&error.to_string()))
    };
    let milestones: Vec<Value> =
        titled.map(part).map(|part| part.map(|part| json!(part))).collect::<Result<_, _>>()?;
    let mut terms = json!({"scope": view.text("/scope"), "due": view.text("/due"), "milestones": milestones});
    if let (Some(pay), Some(terms)) = (view.get("pay"), terms.as_object_mut()) {
        terms.insert("pay".to_owned(), pay.clone());
    }
    OfferRequest::deserialize(terms).map_err(|error| unreadable(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    #[test]
    fn other_terms_keep_what_is_not_named() {
        let view = json!({"id": "offer_x", "scope": "Four talks.", "due": "2027-02-12",
            "pay": {"kind": "time_credits", "hours": 30},
            "milestones": [
                {"number": 1, "title": "Two talks", "due": "2027-01-15", "state": "paid", "allowed": [], "changes": 0},
                {"number": 2, "minutes": 90, "from": "2026-11-23", "to": "2026-11-24", "state": "planned", "allowed": []}]});
        let line = ["hanse", "amend", "offer_x", "--due", "2027-03-01"];
        let Command::Contract(ContractStep::Amend(args)) = Cli::parse_from(line).command else {
            panic!("another command")
        };
        assert_eq!(
            args.over(said_before(&view).unwrap()).unwrap(),
            json!({"scope": "Four talks.", "due": "2027-03-01", "pay": {"kind": "time_credits", "hours": 30},
                "milestones": [{"title": "Two talks", "due": "2027-01-15"}]})
        );
        assert!(said_before(&json!({"scope": "", "due": "2027-02-12"})).is_err(), "erased terms");
    }

    #[test]
    fn an_id_says_what_is_turned_down() {
        for (id, machine) in
            [("bid_x", Machine::Bid), ("offer_x", Machine::Contract), ("invitation_x", Machine::Invitation)]
        {
            assert_eq!(meant(Machine::Contract, Event::Decline, id).unwrap(), machine);
        }
        let wrong = |machine, event, id: &str, next: &str| {
            let told = meant(machine, event, id).unwrap_err().to_string();
            assert!(told.contains(id) && told.contains(next), "{told}");
        };
        wrong(Machine::Contract, Event::Pause, "job_x", "hanse job pause job_x");
        wrong(Machine::Job, Event::Resume, "offer_x", "hanse resume offer_x");
        wrong(Machine::Contract, Event::Accept, "invitation_x", "hanse bid JOB");
        wrong(Machine::Contract, Event::Rescind, "bid_x", "contract, invitation");
        wrong(Machine::Bid, Event::Withdraw, "offer_x", "a bid");
        assert_eq!(meant(Machine::Contract, Event::Accept, "what").unwrap(), Machine::Contract);
    }
}
