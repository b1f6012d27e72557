//! Contracts.

use clap::{Args, Subcommand};
use hanse_document::kind::Pay;
use hanse_document::kind::terms;
use hanse_document::{Date, code};
use hanse_lifecycle::Event;

use super::disputes::DisputeArgs;
use super::steps::{
    Bare, Because, Changes, Delivery, NotedPart, OfPart, OnContract, OnThing, Reasoned, Step,
};
use crate::cli::value::{milestone, read};
use crate::cli::{Id, Trial};
use crate::pay;

/// Contracts, and what is done under one.
#[derive(Debug, Subcommand)]
pub enum ContractStep {
    /// List your contracts.
    #[command(after_help = "Example:\n  hanse contracts")]
    Contracts,
    /// Show a contract.
    #[command(subcommand)]
    Contract(ContractCommand),
    /// Answer an offer with other terms: what you name changes, the rest stays.
    #[command(after_help = "Example:\n  hanse counter offer_5Qx… --pay '1400 EUR' --due 2027-03-01")]
    Counter(TermsArgs),
    /// Propose other terms for a contract that runs: what you name changes, the rest stays.
    #[command(after_help = "Examples:\n  hanse amend offer_5Qx… --due 2027-03-01\n  \
        hanse amend offer_5Qx… --scope 'Five talks.' --pay '1500 EUR'")]
    Amend(TermsArgs),
    /// Moves.
    #[command(flatten)]
    Move(ContractMove),
}

/// The moves of a contract.
#[derive(Debug, Subcommand)]
pub enum ContractMove {
    /// Accept an offer, or the terms with which it was answered.
    #[command(after_help = "Example:\n  hanse accept offer_5Qx…")]
    Accept(Bare<OnContract>),
    /// Decline an offer, a bid on your job, or an invitation.
    #[command(after_help = "Examples:\n  hanse decline offer_5Qx… --reason 'Too soon for me.'\n  \
        hanse decline bid_8Kf… --reason 'Somebody nearer took it.'\n  \
        hanse decline invitation_7Rw… --reason 'I am taken until spring.'")]
    Decline(Reasoned<OnThing>),
    /// Take your offer, your other terms or your invitation back before it is answered.
    #[command(
        after_help = "Examples:\n  hanse rescind offer_5Qx… --reason 'The house is sold.'\n  hanse rescind invitation_7Rw…"
    )]
    Rescind(Because<OnThing>),
    /// Say that the work is delivered, or a part of it, or hours.
    #[command(after_help = "Examples:\n  hanse deliver offer_5Qx… --note 'All four, with subtitles.' \
        --digest \"$(sha256sum talks.zip | cut -c1-64)\"\n  \
        hanse deliver offer_5Qx… --milestone 1 --note 'The first two.'\n  \
        hanse deliver offer_5Qx… --hours '2026-11-23..2026-11-29 7h30'")]
    Deliver(Delivery),
    /// Ask for what was delivered to be changed.
    #[command(
        after_help = "Example:\n  hanse request-changes offer_5Qx… --note 'The second page is missing.'"
    )]
    RequestChanges(Changes),
    /// Accept what was delivered.
    #[command(after_help = "Examples:\n  hanse accept-delivery offer_5Qx… --note 'Thank you.'\n  \
        hanse accept-delivery offer_5Qx… --milestone 1")]
    AcceptDelivery(NotedPart),
    /// Say that you have paid, by whatever means you agreed on.
    #[command(after_help = "Examples:\n  hanse paid offer_5Qx…\n  hanse paid offer_5Qx… --milestone 1")]
    Paid(OfPart),
    /// Say that no payment has come: the client has 7 days to answer.
    #[command(after_help = "Example:\n  hanse unpaid offer_5Qx… --note 'Nothing has arrived since the 3rd.'")]
    Unpaid(NotedPart),
    /// Confirm that the payment arrived; your client's record will show it.
    #[command(after_help = "Example:\n  hanse received offer_5Qx…")]
    Received(OfPart),
    /// Let the work rest, for 30 days at most.
    #[command(after_help = "Example:\n  hanse pause offer_5Qx… --reason 'The site is closed until Monday.'")]
    Pause(Reasoned<OnContract>),
    /// Go on with work that rests.
    #[command(after_help = "Example:\n  hanse resume offer_5Qx…")]
    Resume(Bare<OnContract>),
    /// Accept the terms that the other side proposes.
    #[command(after_help = "Example:\n  hanse accept-amendment offer_5Qx…")]
    AcceptAmendment(Bare<OnContract>),
    /// Decline the terms that the other side proposes, or take back your own.
    #[command(after_help = "Example:\n  hanse decline-amendment offer_5Qx… --reason 'Not before June.'")]
    DeclineAmendment(Because<OnContract>),
    /// Ask to undo a contract of which nothing was delivered, or agree to it. Whoever asks says why; silence undoes nothing.
    #[command(
        after_help = "Example:\n  hanse cancel offer_5Qx… --reason 'The shop does not open after all.'"
    )]
    Cancel(Because<OnContract>),
    /// Ask for the end of a contract, or agree to it. Whoever asks says why; silence agrees after 7 days.
    #[command(after_help = "Example:\n  hanse request-close offer_5Qx… --reason 'We have what we need.'")]
    RequestClose(Because<OnContract>),
    /// Do not agree to the end that was asked for, or no longer ask for it: the contract goes on.
    #[command(after_help = "Example:\n  hanse object offer_5Qx… --reason 'Two pages are still to come.'")]
    Object(Because<OnContract>),
    /// End a contract for cause, at once; both sides can then review.
    #[command(after_help = "Example:\n  hanse terminate offer_5Qx… --reason 'No answer for three weeks.'")]
    Terminate(Reasoned<OnContract>),
    /// Close a contract; both sides then have 14 days to review.
    #[command(after_help = "Example:\n  hanse close offer_5Qx…")]
    Close(Because<OnContract>),
}

/// One contract.
#[derive(Debug, Subcommand)]
pub enum ContractCommand {
    /// Show a contract: its parts, what is proposed, what you can do, what happens by itself, and its whole history.
    #[command(after_help = "Example:\n  hanse contract show offer_5Qx…")]
    Show(Id),
    /// Say that something is wrong, and what you ask for: until it ends, nothing of what it is about moves, and no clock of it runs.
    #[command(
        after_help = "Example:\n  hanse contract dispute offer_5Qx… --claim 'The left wing hangs too low.' --then goes_on \
        --award 'Odile hangs it anew.'"
    )]
    Dispute(DisputeArgs),
}

/// Other terms; what is absent stays as it was.
#[derive(Debug, Args)]
pub struct TermsArgs {
    /// Id of the contract, `offer_…`.
    pub contract: String,
    /// What is to be done; `-` reads it from standard input.
    #[arg(long)]
    pub scope: Option<String>,
    /// By when, YYYY-MM-DD: today to 3,650 days from now.
    #[arg(long, value_name = "DATE", value_parser = read::<Date>)]
    pub due: Option<Date>,
    /// For what, as in '1200 EUR'.
    #[arg(long, value_parser = pay::parse)]
    pub pay: Option<Pay>,
    /// A part that is delivered and paid by itself, as in 'Two talks; 600 EUR; by 2027-01-15' (may be repeated); the parts that you name
    /// take the place of all.
    #[arg(long, value_name = "TITLE; PAY; by DATE", value_parser = milestone)]
    pub milestone: Vec<terms::Part>,
    /// The language of the scope.
    #[arg(long, value_name = "TAG", value_parser = read::<code::Language>)]
    pub language: Option<code::Language>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

impl ContractMove {
    /// The move that it is, and what has happened then.
    #[must_use]
    pub fn step(&self) -> (Event, &dyn Step, &'static str) {
        match self {
            Self::Accept(step) => (Event::Accept, step, "accepted"),
            Self::Decline(step) => (Event::Decline, step, "declined"),
            Self::Rescind(step) => (Event::Rescind, step, "taken back"),
            Self::Deliver(step) => (Event::Deliver, step, "delivered"),
            Self::RequestChanges(step) => (Event::RequestChanges, step, "changes asked for"),
            Self::AcceptDelivery(step) => (Event::AcceptDelivery, step, "delivery accepted"),
            Self::Paid(step) => (Event::AttestPaid, step, "paid"),
            Self::Unpaid(step) => (Event::ReportUnpaid, step, "reported unpaid"),
            Self::Received(step) => (Event::ConfirmReceived, step, "payment confirmed"),
            Self::Pause(step) => (Event::Pause, step, "paused"),
            Self::Resume(step) => (Event::Resume, step, "goes on"),
            Self::AcceptAmendment(step) => (Event::AcceptAmendment, step, "new terms accepted"),
            Self::DeclineAmendment(step) => (Event::DeclineAmendment, step, "new terms declined"),
            Self::Cancel(step) => (Event::Cancel, step, "cancellation signed"),
            Self::RequestClose(step) => (Event::RequestClose, step, "request to close signed"),
            Self::Object(step) => (Event::Object, step, "goes on"),
            Self::Terminate(step) => (Event::Terminate, step, "terminated"),
            Self::Close(step) => (Event::Close, step, "closed"),
        }
    }
}
