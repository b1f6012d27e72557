//! The hanse program.

use std::process::ExitCode;

use clap::Parser as _;
use hanse_command::cli::Cli;
use hanse_command::run;

fn main() -> ExitCode {
    run::main(&Cli::parse())
}
