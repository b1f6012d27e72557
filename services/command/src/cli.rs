//! The arguments of `hanse`. Every command shows an example in its help.

mod account;
mod args;
mod body;
mod documents;
mod market;
mod matching;
mod people;
mod program;
mod record;
mod search;
mod skills;
mod value;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use account::{Account, BlocksCommand, EmailCommand, NewPassword, SessionsCommand};
pub use args::{Language, Trial, YesNo};
pub(crate) use body::answers;
pub use documents::{DocumentCommand, Documents};
pub use market::bids::{BidArgs, BidCommand, BidFacts, BidMove, Bids, OfferArgs, ReviseArgs};
pub use market::contracts::{ContractCommand, ContractMove, ContractStep, TermsArgs};
pub use market::disputes::{ArbiterCommand, DisputeArgs, DisputeCommand, DisputeMove, Disputes};
pub use market::jobs::{
    AmendArgs, InvitationCommand, InviteArgs, JobArgs, JobCommand, JobFacts, JobMove, Jobs,
};
pub use market::messages::{MessageCommand, Messages};
pub use market::reviews::{ReviewArgs, Reviews};
pub use market::steps::Step;
pub use matching::{ListArgs, MatchArgs, Matching};
pub use people::{Password, People, ProfileArgs, ProfileCommand};
pub use program::Program;
pub use record::{Record, RecordArgs, ScoreArgs, Trust, VerifyArgs};
pub use search::people::{PeopleArgs, PeopleCommand};
pub use search::saved::{After, EmailArgs, NotificationsCommand, SavedSearches, SearchesCommand};
pub use search::{FilterArgs, SearchArgs};
pub use skills::{SkillName, SkillsCommand};
pub use value::Who;
pub(crate) use value::words;

/// Under what the options that every command has stand in its help.
const EVERYWHERE: &str = "With every command";

/// Find work, hire, review, and carry your record: over the API of any Hanse node, or offline.
#[derive(Debug, Parser)]
#[command(
    name = "hanse",
    version,
    after_help = "\
Examples:
  hanse --node http://127.0.0.1:8080 register ada      open an account and sign in
  hanse job search 'bookkeeping' --language en
  hanse match JOB --language fr                        who fits, and why
  hanse bid JOB --text 'I have done this for two cafés.' --pay '35 EUR/hour'
  hanse bid show BID                                   all of a bid, and what you can do with it
  hanse contract show CONTRACT                         where it stands, and what you can do now
  hanse evidence did:key:z6Mk… -o evidence.json && hanse policy https://a.example https://b.example -o policy.txt
  hanse verify evidence.json --policy policy.txt       needs no network and no node

Where a text is asked for, `-` reads it from standard input. `hanse COMMAND --help` has an example for each command."
)]
pub struct Cli {
    /// URL of the node; else the one you are signed in at, else http://127.0.0.1:8080.
    #[arg(long, global = true, env = "HANSE_NODE", value_name = "URL", help_heading = EVERYWHERE)]
    pub node: Option<String>,
    /// Print the node's answer as JSON instead of a table.
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,
    /// Where the login is kept; else hanse/session.json in your configuration folder.
    #[arg(long, global = true, value_name = "FILE", help_heading = EVERYWHERE)]
    pub session: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// A thing and nothing more.
#[derive(Debug, Args)]
pub struct Id {
    /// Its id, as tables show it.
    pub id: String,
}

/// The commands, by what they are about.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Accounts, logins, profiles.
    #[command(flatten)]
    People(People),
    /// One's own account.
    #[command(flatten)]
    Account(Account),
    /// Jobs, and invitations to bid on them.
    #[command(flatten)]
    Jobs(Jobs),
    /// Bids.
    #[command(flatten)]
    Bids(Bids),
    /// Contracts.
    #[command(flatten)]
    Contract(ContractStep),
    /// Disputes, and who rules in them.
    #[command(flatten)]
    Disputes(Disputes),
    /// Reviews.
    #[command(flatten)]
    Reviews(Reviews),
    /// Messages.
    #[command(flatten)]
    Messages(Messages),
    /// Who fits which job, and why.
    #[command(flatten)]
    Matching(Matching),
    /// Searches that are kept, and what they lead to.
    #[command(flatten)]
    SavedSearches(SavedSearches),
    /// Records, and the nodes that keep them.
    #[command(flatten)]
    Record(Record),
    /// Signed documents as they are.
    #[command(flatten)]
    Documents(Documents),
    /// Whom to trust, and what holds then: nobody signs in for that.
    #[command(flatten)]
    Trust(Trust),
    /// This program.
    #[command(flatten)]
    Program(Program),
}

#[cfg(test)]
mod tests;
