//! `hanse-node`: runs a node of the Hanse federation.

use std::process::ExitCode;

use clap::Parser as _;
use hanse_node::cli::{self, Cli};

fn main() -> ExitCode {
    cli::main(Cli::parse())
}
