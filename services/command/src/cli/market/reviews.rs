//! What is said when a contract has ended.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hanse_document::code;
use hanse_document::kind::review::{Axis, Rating};

use crate::cli::value::{axis, read};
use crate::cli::{Id, Trial, YesNo};

/// What is said when a contract has ended.
#[derive(Debug, Subcommand)]
pub enum Reviews {
    /// Review the other side, under seal until both have reviewed.
    #[command(after_help = "Examples:\n  \
        hanse review offer_5Qx… --rating 4 --axis quality=5 --axis deadlines=3 --on-time no --text 'Fine work, late.'\n  \
        hanse review offer_5Qx… --file review.json\n\nAxes about a freelancer: quality, communication, expertise, deadlines, cooperation.\n\
        Axes about a client: clarity, scope_stability, payment, communication, respect.")]
    Review(ReviewArgs),
    /// List the reviews of a contract, as far as you may read them.
    #[command(after_help = "Example:\n  hanse reviews offer_5Qx…")]
    Reviews(Id),
    /// Say whether you would work with the other side again: for your eyes alone, in no log. It counts in what `hanse trust` shows you.
    #[command(
        after_help = "Examples:\n  hanse again offer_5Qx… yes\n  hanse again offer_5Qx…            what you said\n  \
        hanse again offer_5Qx… --forget"
    )]
    Again {
        /// Id of the contract, `offer_…`.
        contract: String,
        /// Your answer, which you may change; without it, the one you gave is shown.
        #[arg(conflicts_with = "forget")]
        answer: Option<YesNo>,
        /// Take your answer back; nothing of it is kept.
        #[arg(long)]
        forget: bool,
    },
    /// Reply to a review about you, once.
    #[command(after_help = "Example:\n  hanse reply 3f9c… --text 'True about the delay; it was my disk.'")]
    Reply {
        /// Leaf id of the review's commit, 64 hex digits: `hanse reviews` shows it.
        commit: String,
        /// Your answer; `-` reads it from standard input.
        #[arg(long, value_name = "TEXT")]
        text: String,
        /// Whether to do it.
        #[command(flatten)]
        trial: Trial,
    },
}

/// A review.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// Id of the contract, `offer_…`.
    pub contract: String,
    /// A JSON file with the whole review, as the API takes it; `-` reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rating", "axis", "on_time", "text", "language"])]
    pub file: Option<PathBuf>,
    /// 1 to 5.
    #[arg(long, required_unless_present = "file", value_parser = read::<Rating>)]
    pub rating: Option<Rating>,
    /// A rating of one trait, as in quality=5 (may be repeated).
    #[arg(long, value_name = "NAME=1..5", value_parser = axis)]
    pub axis: Vec<(Axis, Rating)>,
    /// Whether the other side was on time.
    #[arg(long)]
    pub on_time: Option<YesNo>,
    /// Your words; `-` reads them from standard input.
    #[arg(long)]
    pub text: Option<String>,
    /// The language of your words.
    #[arg(long, value_name = "TAG", value_parser = read::<code::Language>)]
    pub language: Option<code::Language>,
    /// Whether to do it.
    #[command(flatten)]
    pub trial: Trial,
}
