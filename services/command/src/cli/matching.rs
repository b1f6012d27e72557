//! Who fits which job.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::value::who;
use super::{Language, Who};

/// Who fits which job, and why.
#[derive(Debug, Subcommand)]
pub enum Matching {
    /// Show who fits a job and why, or check such an answer offline.
    #[command(
        after_help = "Examples:\n  hanse match job_2Zt… --language fr\n  hanse match job_2Zt… --why did:key:z6Mk…\n  \
        hanse match job_2Zt… --json > matches.json && hanse match --check matches.json\n\n\
        `--check` needs no network and no node: it recomputes every score from what the answer says of it, and exits with 0 if all \
        are equal, 1 if not, 2 if the file cannot be read."
    )]
    Match(MatchArgs),
    /// Show open jobs that fit you, and why.
    #[command(after_help = "Example:\n  hanse recommend --language fr")]
    Recommend(ListArgs),
}

/// A list of matches, or a check of one.
#[derive(Debug, Args)]
pub struct MatchArgs {
    /// Id of the job, `job_…`.
    #[arg(required_unless_present = "check", conflicts_with = "check")]
    pub job: Option<String>,
    /// Say where this person stands for the job, or why they are not shown; `me` is you.
    #[arg(long, value_name = "DID", requires = "job", value_parser = who)]
    pub why: Option<Who>,
    /// How the list is to be.
    #[command(flatten)]
    pub list: ListArgs,
    /// Ask the other nodes for their people, too.
    #[arg(long, requires = "job", conflicts_with = "why")]
    pub federation: bool,
    /// Recompute the scores of an answer that was kept with `--json`.
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
}

/// How a list is to be.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The language of the reasons.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub language: Language,
    /// At most so many, 1 to 50.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=50))]
    pub limit: Option<u32>,
}
