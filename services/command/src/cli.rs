//! The arguments of `hanse`. Every command shows an example in its help.

mod account;
mod args;
mod body;
mod matching;
mod saved_searches;
mod search;
mod skills;
mod value;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use hanse_document::Digest;
use hanse_document::kind::step;

pub use account::{Account, BlocksCommand, EmailCommand, NewPassword, SessionsCommand};
pub use args::{
    BidArgs, Id, JobArgs, Language, Moved, NotedMove, OfferArgs, Password, ProfileArgs, Reason, RecordArgs,
    ReviewArgs, ScoreArgs, Trial, VerifyArgs, YesNo,
};
pub use matching::{ListArgs, MatchArgs, Matching};
pub use saved_searches::{After, SavedSearches, SearchesCommand};
pub use search::{FilterArgs, SearchArgs};
pub use skills::{SkillName, SkillsCommand};
pub(crate) use value::words;

use value::read;

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
  hanse contracts
  hanse evidence did:key:z6Mk… -o evidence.json && hanse policy https://a.example https://b.example -o policy.txt
  hanse verify evidence.json --policy policy.txt       needs no network and no node

Where a text is asked for, `-` reads it from standard input. `hanse COMMAND --help` has an example for each command."
)]
pub struct Cli {
    /// URL of the node; else the one you are signed in at, else http://127.0.0.1:8080.
    #[arg(long, global = true, env = "HANSE_NODE", value_name = "URL")]
    pub node: Option<String>,
    /// Print the node's answer as JSON instead of a table.
    #[arg(long, global = true)]
    pub json: bool,
    /// Where the login is kept; else hanse/session.json in your configuration folder.
    #[arg(long, global = true, value_name = "FILE")]
    pub session: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
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
    /// Jobs, bids, contracts.
    #[command(flatten)]
    Work(Work),
    /// Who fits which job, and why.
    #[command(flatten)]
    Matching(Matching),
    /// What is done under one contract.
    #[command(flatten)]
    Step(ContractStep),
    /// Searches that are kept, and what they lead to.
    #[command(flatten)]
    SavedSearches(SavedSearches),
    /// Records, and the nodes that keep them.
    #[command(flatten)]
    Record(Record),
    /// Whom to trust, and what holds then: nobody signs in for that.
    #[command(flatten)]
    Trust(Trust),
}

/// Accounts, logins, profiles.
#[derive(Debug, Subcommand)]
pub enum People {
    /// Open an account at a node, which keeps your key for you, and sign in.
    #[command(after_help = "Example:\n  hanse --node https://lyon.example register ada")]
    Register {
        /// 3 to 32 of a-z, 0-9 and inner hyphens.
        handle: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: Password,
    },
    /// Sign in.
    #[command(after_help = "Examples:\n  hanse --node https://lyon.example login ada\n  \
        hanse login ada --password-file secret.txt --scope jobs:write")]
    Login {
        /// Your account's name.
        handle: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: Password,
        /// What this login may do (may be repeated); everything if absent. `hanse node` lists the scopes.
        #[arg(long, value_name = "SCOPE")]
        scope: Vec<String>,
    },
    /// End the login, here and at the node.
    #[command(after_help = "Example:\n  hanse logout")]
    Logout,
    /// Write or show a profile.
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// List the skills of your profile, find others by name, confirm that you have them.
    #[command(
        after_help = "Examples:\n  hanse skills\n  hanse skills find 'bake bread'\n  hanse skills add local:rust"
    )]
    Skills {
        /// What to do with them; without a subcommand, those of your profile are listed.
        #[command(subcommand)]
        command: Option<SkillsCommand>,
    },
}

/// Jobs, bids, contracts.
#[derive(Debug, Subcommand)]
pub enum Work {
    /// Post, find, show and close jobs.
    #[command(subcommand)]
    Job(JobCommand),
    /// Bid on a job.
    #[command(
        after_help = "Example:\n  hanse bid job_2Zt… --text 'I edit talks every week; see …' --pay '1200 EUR' --days 21"
    )]
    Bid(BidArgs),
    /// List your bids, or those on a job of yours.
    #[command(after_help = "Examples:\n  hanse bids\n  hanse bids job_2Zt…")]
    Bids {
        /// Id of your job.
        job: Option<String>,
    },
    /// Take a bid back.
    #[command(after_help = "Example:\n  hanse withdraw bid_8Kf… --reason 'My calendar has filled up.'")]
    Withdraw {
        /// Id of your bid.
        bid: String,
        /// Why.
        #[command(flatten)]
        reason: Reason,
        /// Whether to do it.
        #[command(flatten)]
        trial: Trial,
    },
    /// Offer a contract on a bid.
    #[command(
        after_help = "Example:\n  hanse offer bid_8Kf… --scope 'Edit four talks, with subtitles.' --due 2027-02-12 --pay '1200 EUR'"
    )]
    Offer(OfferArgs),
    /// List your contracts.
    #[command(after_help = "Example:\n  hanse contracts")]
    Contracts,
    /// Show a contract.
    #[command(subcommand)]
    Contract(ContractCommand),
}

/// What is done under one contract.
#[derive(Debug, Subcommand)]
pub enum ContractStep {
    /// Accept an offer.
    #[command(after_help = "Example:\n  hanse accept offer_5Qx…")]
    Accept(Moved),
    /// Decline an offer.
    #[command(after_help = "Example:\n  hanse decline offer_5Qx… --reason 'Too soon for me.'")]
    Decline {
        /// Id of the contract, `offer_…`.
        contract: String,
        /// Why, for the client.
        #[arg(long, value_name = "TEXT", value_parser = read::<step::Reason>)]
        reason: step::Reason,
        /// Whether to do it.
        #[command(flatten)]
        trial: Trial,
    },
    /// Say that the work is delivered.
    #[command(after_help = "Example:\n  hanse deliver offer_5Qx… --note 'All four, with subtitles.' \
        --digest \"$(sha256sum talks.zip | cut -c1-64)\"")]
    Deliver {
        /// Contract and note.
        #[command(flatten)]
        moved: NotedMove,
        /// SHA-256 of the work, 64 hex digits; the work itself stays with you.
        #[arg(long, value_name = "HEX", value_parser = read::<Digest>)]
        digest: Option<Digest>,
    },
    /// Accept what was delivered.
    #[command(after_help = "Example:\n  hanse accept-delivery offer_5Qx… --note 'Thank you.'")]
    AcceptDelivery(NotedMove),
    /// Say that you have paid, by whatever means you agreed on.
    #[command(after_help = "Example:\n  hanse paid offer_5Qx…")]
    Paid(Moved),
    /// Confirm that the payment arrived; your client's record will show it.
    #[command(after_help = "Example:\n  hanse received offer_5Qx…")]
    Received(Moved),
    /// Close a contract; both sides then have 14 days to review.
    #[command(after_help = "Example:\n  hanse close offer_5Qx…")]
    Close {
        /// Id of the contract, `offer_…`.
        contract: String,
        /// Why.
        #[command(flatten)]
        reason: Reason,
        /// Whether to do it.
        #[command(flatten)]
        trial: Trial,
    },
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

/// Records, and the nodes that keep them.
#[derive(Debug, Subcommand)]
pub enum Record {
    /// Show what the logs say of somebody: facts, counted from leaves.
    #[command(after_help = "Example:\n  hanse reputation did:key:z6Mk…")]
    Reputation {
        /// The person; you, if absent.
        did: Option<String>,
    },
    /// Ask how far somebody can be trusted from where you stand, with every reason. `hanse score` computes the same without the node.
    #[command(
        after_help = "Examples:\n  hanse trust did:key:z6Mk…\n  hanse trust did:key:z6Mk… --viewer did:key:z6Mk… --language fr\n  \
        hanse trust did:key:z6Mk… --json > served.json      for hanse score --served"
    )]
    Trust {
        /// The person.
        subject: String,
        /// From whose place; yours, if absent.
        #[arg(long, value_name = "DID")]
        viewer: Option<String>,
        /// The language of the reasons.
        #[arg(long, value_enum, default_value_t = Language::En)]
        language: Language,
    },
    /// Fetch the file that proves somebody's whole record.
    #[command(after_help = "Example:\n  hanse evidence did:key:z6Mk… -o evidence.json")]
    Evidence {
        /// The person; you, if absent.
        did: Option<String>,
        /// Where to write it; else standard output.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Show a node: its keys, its logs, its peers.
    #[command(after_help = "Example:\n  hanse --node https://lyon.example node")]
    Node,
}

/// Whom to trust, and what holds then: nobody signs in for that.
#[derive(Debug, Subcommand)]
pub enum Trust {
    /// Make a policy file from nodes that you choose to trust.
    #[command(
        after_help = "Example:\n  hanse policy https://a.example https://b.example https://c.example -o policy.txt"
    )]
    Policy {
        /// URLs of the nodes.
        #[arg(required = true, value_name = "URL")]
        nodes: Vec<String>,
        /// Where to write it; else standard output.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Verify somebody's record offline; exits with 0 if it is whole and true, 1 if not, 2 if the files cannot be read.
    #[command(after_help = "Examples:\n  hanse verify evidence.json --policy policy.txt\n  \
        hanse verify evidence.json --policy policy.txt --within-policy     the logs of the policy are all I ask for\n  \
        hanse verify evidence.json --policy policy.txt --now 2026-11-24T10:00:00Z --json")]
    Verify(VerifyArgs),
    /// Fetch the whole reputation logs that nodes keep, from which anybody recomputes every score; a download that broke goes on.
    #[command(after_help = "Example:\n  hanse record https://a.example --out record.jsonl")]
    Record(RecordArgs),
    /// Recompute a score offline, to the last digit; exits as verify does.
    #[command(
        after_help = "Examples:\n  hanse score --viewer did:key:z6Mk… --subject did:key:z6Mk… --evidence record.jsonl --policy policy.txt\n  \
        hanse score … --served answer.json        holds a node to what it answered"
    )]
    Score(ScoreArgs),
}

/// Profiles.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Write your profile: what you name changes, the rest stays.
    #[command(
        after_help = "Examples:\n  hanse profile set --name 'Ada Martin' --language fr --language en --rate '45 EUR/hour'\n  \
        hanse profile set --file profile.json        replaces the whole profile"
    )]
    Set(Box<ProfileArgs>),
    /// Show somebody's profile.
    #[command(after_help = "Examples:\n  hanse profile show\n  hanse profile show did:key:z6Mk…")]
    Show {
        /// The person; you, if absent.
        did: Option<String>,
    },
}

/// Jobs.
#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// Post a job; title and text are enough, what you leave out is unstated. On a terminal you are asked which skills it needs.
    #[command(after_help = "Examples:\n  \
        hanse job post --title 'Mend a roof' --text 'Forty slates.' --skill roofing --skill 'lead work'\n  \
        hanse job post --title 'Translate a menu' --text 'Two pages, French to English.' --pay 'up to 80 EUR' --remote\n  \
        hanse job post --file job.json --dry-run")]
    Post(Box<JobArgs>),
    /// Find jobs of the whole federation, newest first.
    #[command(
        after_help = "Examples:\n  hanse job search sound engineer\n  hanse job search '\"live sound\" -wedding' --language en --remote no\n  \
        hanse job search --pay 'from 40 EUR/hour' --near 45.764,4.8357 --within 25"
    )]
    Search(Box<SearchArgs>),
    /// Show a job.
    #[command(after_help = "Example:\n  hanse job show job_2Zt…")]
    Show(Id),
    /// Close a job that nobody got; the reason is public.
    #[command(after_help = "Example:\n  hanse job close job_2Zt… --reason 'We did it ourselves.'")]
    Close {
        /// Id of your job.
        job: String,
        /// Why, for everybody who had bid.
        #[arg(long, value_name = "TEXT", value_parser = read::<step::Reason>)]
        reason: step::Reason,
        /// Whether to do it.
        #[command(flatten)]
        trial: Trial,
    },
}

/// One contract.
#[derive(Debug, Subcommand)]
pub enum ContractCommand {
    /// Show a contract with its whole history.
    #[command(after_help = "Example:\n  hanse contract show offer_5Qx…")]
    Show(Id),
}

#[cfg(test)]
mod tests;
