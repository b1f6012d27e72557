//! Bids, and the offers that they lead to.

use clap::{Args, Subcommand};
use hanse_document::kind::Pay;
use hanse_document::kind::bid::BidDays;
use hanse_document::kind::terms::Part;
use hanse_document::{Date, Did, code};
use hanse_lifecycle::Event;

use super::steps::{Bare, Because, Noted, OnBid, Step};
use crate::cli::Trial;
use crate::cli::value::{milestone, read};
use crate::pay;

/// Bids, and the offers that they lead to.
#[derive(Debug, Subcommand)]
pub enum Bids {
    /// Bid on a job; or show, revise and confirm a bid. On a terminal you are asked what the job asks.
    #[command(
        args_conflicts_with_subcommands = true,
        subcommand_negates_reqs = true,
        after_help = "Examples:\n  hanse bid job_2Zt… --text 'I edit talks every week; see …' --pay '1200 EUR' --days 21\n  \
        hanse bid job_2Zt… --text 'I am an electrician.' --answer 'Yes, by AXA.' --answer 'On Monday.'\n  \
        hanse bid show bid_8Kf…"
    )]
    Bid(Box<BidArgs>),
    /// List your bids, or those on a job of yours.
    #[command(after_help = "Examples:\n  hanse bids\n  hanse bids job_2Zt…")]
    Bids {
        /// Id of your job.
        job: Option<String>,
    },
    /// Offer a contract on a bid.
    #[command(
        after_help = "Examples:\n  hanse offer bid_8Kf… --scope 'Edit four talks, with subtitles.' --due 2027-02-12 --pay '1200 EUR'\n  \
        hanse offer bid_8Kf… --scope 'Four talks.' --due 2027-02-12 --milestone 'Two talks; 600 EUR; by 2027-01-15' --milestone 'The rest; 600 EUR'"
    )]
    Offer(OfferArgs),
    /// Moves.
    #[command(flatten)]
    Move(BidMove),
}

/// The moves of a bid that are no part of `hanse bid`.
#[derive(Debug, Subcommand)]
pub enum BidMove {
    /// Take a bid of yours back.
    #[command(after_help = "Example:\n  hanse withdraw bid_8Kf… --reason 'My calendar has filled up.'")]
    Withdraw(Because<OnBid>),
    /// Put a bid on your job on the short list; the freelancer sees it.
    #[command(after_help = "Example:\n  hanse shortlist bid_8Kf…")]
    Shortlist(Bare<OnBid>),
    /// Take a bid off the short list.
    #[command(after_help = "Example:\n  hanse unshortlist bid_8Kf…")]
    Unshortlist(Bare<OnBid>),
    /// Ask a freelancer who has bid on your job for a talk.
    #[command(after_help = "Example:\n  hanse interview bid_8Kf… --note 'Have you a minute on Monday?'")]
    Interview(Noted<OnBid>),
}

/// What is done with a bid that is there.
#[derive(Debug, Subcommand)]
pub enum BidCommand {
    /// Show a bid whole, with what became of it. The freelancer sees that you, the client, have read it.
    #[command(after_help = "Examples:\n  hanse bid show bid_8Kf…\n  hanse bid show bid_8Kf… --quietly")]
    Show {
        /// Id of the bid, `bid_…`.
        bid: String,
        /// Do not tell the freelancer that you have read it.
        #[arg(long)]
        quietly: bool,
    },
    /// Say a bid of yours anew, before there is an offer: what you name changes, the rest stays.
    #[command(after_help = "Example:\n  hanse bid revise bid_8Kf… --pay '1100 EUR' --days 14")]
    Revise(ReviseArgs),
    /// Stand by a bid of yours although the job was changed.
    #[command(after_help = "Example:\n  hanse bid confirm bid_8Kf…")]
    Confirm(Bare<OnBid>),
}

/// What a bid says beside its text.
#[derive(Debug, Args)]
pub struct BidFacts {
    /// An answer to a question of the job, in the order of the questions (may be repeated).
    #[arg(long, value_name = "TEXT")]
    pub answer: Vec<String>,
    /// Days that the work takes.
    #[arg(long, value_parser = read::<BidDays>)]
    pub days: Option<BidDays>,
    /// What you ask for, as in '45 EUR/hour' or '1200 EUR'.
    #[arg(long, value_parser = pay::parse)]
    pub pay: Option<Pay>,
    /// The language of the text.
    #[arg(long, value_name = "TAG", value_parser = read::<code::Language>)]
    pub language: Option<code::Language>,
    /// Say that a program has written it: the client sees that.
    #[arg(long)]
    pub agent: bool,
}

/// A bid, or what to do with one that is there; then all that makes a bid is absent.
#[derive(Debug, Args)]
pub struct BidArgs {
    /// What to do with a bid that is there.
    #[command(subcommand)]
    pub command: Option<BidCommand>,
    /// Id of the job.
    #[arg(required = true)]
    pub job: Option<String>,
    /// Why you; `-` reads it from standard input.
    #[arg(long, required = true)]
    pub text: Option<String>,
    /// Everything else.
    #[command(flatten)]
    pub facts: BidFacts,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// A bid that is said anew; what is absent stays as it was.
#[derive(Debug, Args)]
pub struct ReviseArgs {
    /// Id of your bid.
    pub bid: String,
    /// Why you; `-` reads it from standard input.
    #[arg(long)]
    pub text: Option<String>,
    /// Everything else. Answers that you give take the place of all.
    #[command(flatten)]
    pub facts: BidFacts,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

/// An offer.
#[derive(Debug, Args)]
pub struct OfferArgs {
    /// Id of the bid.
    pub bid: String,
    /// What is to be done; `-` reads it from standard input.
    #[arg(long)]
    pub scope: String,
    /// By when, YYYY-MM-DD: today to 3,650 days from now.
    #[arg(long, value_name = "DATE", value_parser = read::<Date>)]
    pub due: Date,
    /// For what, as in '1200 EUR'; what the bid asks for, if not said.
    #[arg(long, value_parser = pay::parse)]
    pub pay: Option<Pay>,
    /// A part that is delivered and paid by itself, as in 'Two talks; 600 EUR; by 2027-01-15' (may be repeated).
    #[arg(long, value_name = "TITLE; PAY; by DATE", value_parser = milestone)]
    pub milestone: Vec<Part>,
    /// The language of the scope.
    #[arg(long, value_name = "TAG", value_parser = read::<code::Language>)]
    pub language: Option<code::Language>,
    /// Who rules if you do not agree (may be repeated, three at most): the first one, the next one if that one is silent or a side appeals.
    /// `hanse arbiters` lists them.
    #[arg(long, value_name = "DID", value_parser = read::<Did>)]
    pub arbiter: Vec<Did>,
    /// An arbiter may be at home at the node of one of you, which could speak for them.
    #[arg(long, requires = "arbiter")]
    pub arbiter_may_share_home: bool,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}

impl BidMove {
    /// The move that it is, and what has happened then.
    #[must_use]
    pub fn step(&self) -> (Event, &dyn Step, &'static str) {
        match self {
            Self::Withdraw(step) => (Event::Withdraw, step, "withdrawn"),
            Self::Shortlist(step) => (Event::Shortlist, step, "on the short list"),
            Self::Unshortlist(step) => (Event::Unshortlist, step, "off the short list"),
            Self::Interview(step) => (Event::Interview, step, "asked for a talk"),
        }
    }
}
