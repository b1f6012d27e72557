//! This program itself.

use std::path::PathBuf;

use clap::Subcommand;
use clap_complete::Shell;

/// This program itself: what it needs to be at home on a machine.
#[derive(Debug, Subcommand)]
pub enum Program {
    /// Print what makes a shell complete commands and options.
    #[command(
        after_help = "Examples:\n  hanse completions bash > ~/.local/share/bash-completion/completions/hanse\n  \
        hanse completions zsh > ~/.zfunc/_hanse\n  hanse completions fish > ~/.config/fish/completions/hanse.fish"
    )]
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Write the manual: one page for each command, or the first one to standard output.
    #[command(after_help = "Examples:\n  hanse man ~/.local/share/man/man1\n  hanse man | man -l -")]
    Man {
        /// The folder to write the pages to.
        dir: Option<PathBuf>,
    },
}
