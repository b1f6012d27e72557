#![doc = include_str!("../README.md")]

mod deal;
mod fail;
mod fit;
mod jobs;
mod nodes;
mod people;
mod postings;
mod record;
mod scenario;
mod stage;
mod tamper;
mod trust;
mod walk;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::stage::Stage;

/// Three federated nodes on this machine do the main job, and a stranger verifies the record offline.
#[derive(Debug, Parser)]
#[command(
    name = "hanse-demo",
    version,
    after_help = "\
Examples:
  hanse-demo
  hanse-demo --keep                  leaves the three nodes up until Ctrl-C
  hanse-demo --data path/to/folder   loads job texts of your own, every *.jsonl in the folder"
)]
pub(crate) struct Args {
    /// Load the job texts of this folder in place of the demo's own.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Leave the nodes up until interrupted.
    #[arg(long)]
    keep: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match Stage::begin().and_then(|stage| walk::walk(&stage, &args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => stage::failed(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_sound() {
        Args::command().debug_assert();
        let args = Args::try_parse_from(["hanse-demo", "--data", "x", "--keep"]).unwrap();
        assert!(args.keep && args.data == Some(PathBuf::from("x")));
        assert!(!Args::try_parse_from(["hanse-demo"]).unwrap().keep);
    }
}
