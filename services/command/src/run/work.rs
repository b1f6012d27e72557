//! Jobs, bids, offers, contracts, reviews.

use hanse_api::requests::{ReplyRequest, StepRequest};
use hanse_document::Digest;
use hanse_document::kind::step::Reason;

use super::{Run, show};
use crate::cli::{self, ContractCommand, ContractStep, JobCommand, Moved, NotedMove, Trial, Work, YesNo};
use crate::error::CommandError;
use crate::rest::api::{self, Move};
use crate::rest::request::Request;

impl Run {
    pub(super) fn work(&mut self, command: &Work) -> Result<(), CommandError> {
        match command {
            Work::Job(command) => self.job(command),
            Work::Bid(args) => self.publish(api::bid(&args.job, args.request()?), args.trial, "bid made"),
            Work::Bids { job: None } => self
                .answer(&api::bids(), |answer| show::bids(answer, "You have made no bids: hanse job search")),
            Work::Bids { job: Some(job) } => {
                self.answer(&api::bids_on(job), |answer| show::bids(answer, "Nobody has bid yet."))
            }
            Work::Withdraw { bid, reason, trial } => {
                self.publish(api::withdraw(bid, &because(reason.reason.as_ref())), *trial, "withdrawn")
            }
            Work::Offer(args) => self.publish(api::offer(&args.bid, args.request()?), args.trial, "offered"),
            Work::Contracts => self.answer(&api::contracts(), show::contracts),
            Work::Contract(ContractCommand::Show(contract)) => {
                self.answer(&api::contract(&contract.id), show::contract)
            }
        }
    }

    fn job(&mut self, command: &JobCommand) -> Result<(), CommandError> {
        match command {
            JobCommand::Post(args) => {
                let posting = args.request(|names, job| self.needed(names, job))?;
                self.publish(api::post_job(posting), args.trial, "posted")
            }
            JobCommand::Search(args) => self.answer(&api::search(&args.search()), show::jobs),
            JobCommand::Show(job) => self.answer(&api::job(&job.id), show::job),
            JobCommand::Close { job, reason, trial } => {
                self.publish(api::close_job(job, &because(Some(reason))), *trial, "closed")
            }
        }
    }

    /// Everything under one contract.
    pub(super) fn step(&mut self, command: &ContractStep) -> Result<(), CommandError> {
        match command {
            ContractStep::Accept(moved) => self.bare(moved, Move::Accept, "accepted"),
            ContractStep::Paid(moved) => self.bare(moved, Move::AttestPaid, "paid"),
            ContractStep::Received(moved) => self.bare(moved, Move::ConfirmReceived, "payment confirmed"),
            ContractStep::Decline { contract, reason, trial } => {
                let request = api::step(contract, Move::Decline, &because(Some(reason)));
                self.publish(request, *trial, "declined")
            }
            ContractStep::Close { contract, reason, trial } => {
                let request = api::step(contract, Move::Close, &because(reason.reason.as_ref()));
                self.publish(request, *trial, "closed")
            }
            ContractStep::Deliver { moved, digest } => self.noted(moved, Move::Deliver, *digest, "delivered"),
            ContractStep::AcceptDelivery(moved) => {
                self.noted(moved, Move::AcceptDelivery, None, "delivery accepted")
            }
            ContractStep::Review(args) => {
                self.publish(api::review(&args.contract, args.request()?), args.trial, "deposited under seal")
            }
            ContractStep::Reviews(contract) => self.answer(&api::reviews(&contract.id), show::reviews),
            ContractStep::Again { contract, answer, forget } => self.again(contract, *answer, *forget),
            ContractStep::Reply { commit, text, trial } => {
                let reply = ReplyRequest { text: cli::words("--text", text)? };
                self.publish(api::reply(commit, &reply), *trial, "replied")
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

    fn bare(&mut self, moved: &Moved, what: Move, done: &str) -> Result<(), CommandError> {
        self.publish(api::step(&moved.contract, what, &StepRequest::default()), moved.trial, done)
    }

    fn noted(
        &mut self,
        moved: &NotedMove,
        what: Move,
        digest: Option<Digest>,
        done: &str,
    ) -> Result<(), CommandError> {
        let note = moved.note.as_deref().map(|note| cli::words("--note", note)).transpose()?;
        let said = StepRequest { note, digest, ..StepRequest::default() };
        self.publish(api::step(&moved.contract, what, &said), moved.trial, done)
    }

    /// Publishes and shows what became of it, or the document as it would be.
    fn publish(&mut self, request: Request, trial: Trial, done: &str) -> Result<(), CommandError> {
        let dry = trial.dry_run;
        self.answer(
            &request.dry(dry),
            |answer| {
                if dry { show::trial(answer) } else { show::published(answer, done) }
            },
        )
    }
}

/// A move that says nothing but why.
fn because(reason: Option<&Reason>) -> StepRequest {
    StepRequest { reason: reason.cloned(), ..StepRequest::default() }
}
