//! Records, their proofs, and whom to trust.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hanse_document::{Did, Timestamp};

use super::value::{read, who};
use super::{Language, Who};

/// Records, and the nodes that keep them.
#[derive(Debug, Subcommand)]
pub enum Record {
    /// Show what the logs say of somebody: facts, counted from leaves.
    #[command(after_help = "Example:\n  hanse reputation did:key:z6Mk…")]
    Reputation {
        /// The person, or `me`; you, if absent.
        #[arg(value_parser = who)]
        did: Option<Who>,
    },
    /// Ask how far somebody can be trusted from where you stand, with every reason. `hanse score` computes the same without the node.
    #[command(
        after_help = "Examples:\n  hanse trust did:key:z6Mk…\n  hanse trust did:key:z6Mk… --viewer did:key:z6Mk… --language fr\n  \
        hanse trust did:key:z6Mk… --history                 what changed it, entry by entry\n  \
        hanse trust did:key:z6Mk… --json > served.json      for hanse score --served"
    )]
    Trust {
        /// The person, or `me`.
        #[arg(value_parser = who)]
        subject: Who,
        /// From whose place; yours, if absent.
        #[arg(long, value_name = "DID", value_parser = who)]
        viewer: Option<Who>,
        /// The language of the reasons.
        #[arg(long, value_enum, default_value_t = Language::En)]
        language: Language,
        /// Show what changed it, entry by entry, instead of where it stands.
        #[arg(long)]
        history: bool,
    },
    /// Fetch the file that proves somebody's whole record.
    #[command(after_help = "Example:\n  hanse evidence did:key:z6Mk… -o evidence.json")]
    Evidence {
        /// The person, or `me`; you, if absent.
        #[arg(value_parser = who)]
        did: Option<Who>,
        /// Where to write it; else standard output.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Show a node: its keys, its logs, its peers.
    #[command(after_help = "Example:\n  hanse --node https://lyon.example node")]
    Node,
    /// Show what a node ranks with, what it never looks at, and when any of it changed.
    #[command(after_help = "Example:\n  hanse --node https://lyon.example transparency")]
    Transparency,
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

/// What to verify.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The evidence file.
    pub file: PathBuf,
    /// The policy file: whom you trust.
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    /// The time to judge at, YYYY-MM-DDTHH:MM:SSZ; this machine's, if absent.
    #[arg(long, value_name = "TIME", value_parser = read::<Timestamp>)]
    pub now: Option<Timestamp>,
    /// Oldest cosignature that counts, in seconds; two days, if absent.
    #[arg(long, value_name = "SECONDS")]
    pub max_age: Option<u32>,
    /// Count a contract in a log that the policy does not name as outside, and exit 0; without this, such a file is partial and exits with 1.
    #[arg(long)]
    pub within_policy: bool,
}

/// Where a record comes from and goes to.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// URLs of the nodes; each keeps its own log and those of its peers.
    #[arg(required = true, value_name = "URL")]
    pub nodes: Vec<String>,
    /// The file to write, or to go on with.
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Who looks at whom, and by what.
#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// Who looks.
    #[arg(long, value_name = "DID", value_parser = read::<Did>)]
    pub viewer: Did,
    /// From whose place, if not the viewer's own: an adopted standpoint.
    #[arg(long, value_name = "DID", value_parser = read::<Did>)]
    pub seen_from: Option<Did>,
    /// At whom.
    #[arg(long, value_name = "DID", value_parser = read::<Did>)]
    pub subject: Did,
    /// The record file, as `hanse record` fetches it.
    #[arg(long, value_name = "FILE")]
    pub evidence: PathBuf,
    /// The policy file: whom you trust.
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    /// A node's answer, as JSON, to compare with bit by bit.
    #[arg(long, value_name = "FILE")]
    pub served: Option<PathBuf>,
    /// Tell how the number came about, entry by entry.
    #[arg(long)]
    pub history: bool,
    /// The language of the reasons.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub language: Language,
    /// The time to judge at, YYYY-MM-DDTHH:MM:SSZ; this machine's, if absent.
    #[arg(long, value_name = "TIME", value_parser = read::<Timestamp>)]
    pub now: Option<Timestamp>,
    /// Oldest cosignature that counts, in seconds; two days, if absent.
    #[arg(long, value_name = "SECONDS")]
    pub max_age: Option<u32>,
    /// Count a contract in a log that the policy does not name as outside, and exit 0; without this, such a file is partial and exits with 1.
    #[arg(long)]
    pub within_policy: bool,
}
