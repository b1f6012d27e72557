//! Searches that are kept, and what they lead to.

use clap::{Args, Subcommand};

use super::FilterArgs;
use crate::cli::Language;

/// Searches that are kept, and what they lead to.
#[derive(Debug, Subcommand)]
pub enum SavedSearches {
    /// Keep searches, to be told of each new job that fits; without a subcommand, list them.
    #[command(after_help = "Examples:\n  hanse searches\n  \
        hanse searches add 'Carpentry near Lyon' charpente --near 45.764,4.8357 --within 30\n  \
        hanse searches remove 6f0c…")]
    Searches {
        /// What to do with them.
        #[command(subcommand)]
        command: Option<SearchesCommand>,
    },
    /// List what your searches have found, the oldest first.
    #[command(after_help = "Examples:\n  hanse alerts\n  hanse alerts --after 1207")]
    Alerts(After),
    /// List what others did about your jobs, bids, contracts and reviews, the newest first.
    #[command(
        after_help = "Examples:\n  hanse notifications --unseen\n  hanse notifications --all-seen\n  \
        hanse notifications choose --off bid.read",
        args_conflicts_with_subcommands = true
    )]
    Notifications {
        /// Only those that you have not seen.
        #[arg(long)]
        unseen: bool,
        /// Say that you have seen them, up to the newest of the list.
        #[arg(long)]
        all_seen: bool,
        /// Begin where the last page ended, as shown there.
        #[arg(long, value_name = "CURSOR")]
        cursor: Option<String>,
        /// What to be told, instead of listing.
        #[command(subcommand)]
        command: Option<NotificationsCommand>,
    },
    /// Listen, and print each job that your searches find and each thing that others do as it happens, until interrupted.
    #[command(after_help = "Examples:\n  hanse events\n  hanse events --after 1207 --json | jq -r .job")]
    Events(After),
    /// Show the pairs of last night: jobs and people of which neither would rather have another one.
    #[command(after_help = "Example:\n  hanse picks")]
    Picks,
}

/// What one wants to be told.
#[derive(Debug, Subcommand)]
pub enum NotificationsCommand {
    /// Say of which events you are told; without an option, show how it is.
    #[command(after_help = "Examples:\n  hanse notifications choose\n  \
        hanse notifications choose --off bid.read --off job.paused --on bid.submitted")]
    Choose {
        /// Be told of this event from now on (may be repeated).
        #[arg(long, value_name = "EVENT")]
        on: Vec<String>,
        /// Be told of this event no more (may be repeated).
        #[arg(long, value_name = "EVENT")]
        off: Vec<String>,
    },
    /// Say what of it comes by e-mail, to the address of `hanse email`; without an option, show how it is.
    #[command(after_help = "Examples:\n  hanse notifications email\n  \
        hanse notifications email --daily --at-once offer.received --at-once contract.active --language fr\n  \
        hanse notifications email --none")]
    Email(EmailArgs),
}

/// What comes by e-mail. What is not named stays as it is.
#[derive(Debug, Args)]
pub struct EmailArgs {
    /// A letter each morning, with what you have not seen.
    #[arg(long, conflicts_with = "no_daily")]
    pub daily: bool,
    /// No letter each morning.
    #[arg(long)]
    pub no_daily: bool,
    /// A letter as soon as this event happens (may be repeated).
    #[arg(long, value_name = "EVENT")]
    pub at_once: Vec<String>,
    /// No such letter for this event any more (may be repeated).
    #[arg(long, value_name = "EVENT")]
    pub not_at_once: Vec<String>,
    /// The language of the letters.
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<Language>,
    /// No letters with news at all.
    #[arg(long, conflicts_with_all = ["daily", "no_daily", "at_once", "not_at_once"])]
    pub none: bool,
}

impl EmailArgs {
    /// Whether anything is to change.
    #[must_use]
    pub fn asks(&self) -> bool {
        let flags = self.daily || self.no_daily || self.none || self.language.is_some();
        flags || !self.at_once.is_empty() || !self.not_at_once.is_empty()
    }
}

/// Where to begin.
#[derive(Debug, Args)]
pub struct After {
    /// Begin after this position, as shown before.
    #[arg(long, value_name = "POSITION")]
    pub after: Option<u64>,
}

/// What is done with searches.
#[derive(Debug, Subcommand)]
pub enum SearchesCommand {
    /// Keep a search.
    #[command(
        after_help = "Example:\n  hanse searches add 'Sound, paid by the hour' 'live sound' --pay 'from 40 EUR/hour'"
    )]
    Add {
        /// What you call it.
        label: String,
        /// What a job must be.
        #[command(flatten)]
        filter: Box<FilterArgs>,
    },
    /// Forget a search, and what it has found.
    #[command(after_help = "Example:\n  hanse searches remove 6f0c…")]
    Remove {
        /// Its id.
        id: String,
    },
}
