//! This program itself: completions and the manual.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::{Cli, Program};
use crate::error::CommandError;
use crate::terminal::out;

/// Needs no session and no node.
pub(super) fn program(command: &Program) -> Result<(), CommandError> {
    match command {
        Program::Completions { shell } => raw(&completions(*shell)),
        Program::Man { dir: None } => {
            let mut page = Vec::new();
            Man::new(Cli::command()).render(&mut page).map_err(CommandError::Output)?;
            raw(&page)
        }
        Program::Man { dir: Some(dir) } => manual(dir),
    }
}

fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "hanse", &mut script);
    script
}

/// One page for each command, `hanse-job-post.1` among them.
fn manual(dir: &Path) -> Result<(), CommandError> {
    fs::create_dir_all(dir).map_err(CommandError::file(dir))?;
    clap_mangen::generate_to(Cli::command(), dir).map_err(CommandError::file(dir))?;
    out::note(&format!("the manual is in {}; it begins with hanse.1", dir.display()));
    Ok(())
}

fn raw(bytes: &[u8]) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(CommandError::Output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_is_told_of_every_command() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Elvish, Shell::PowerShell] {
            let script = String::from_utf8(completions(shell)).unwrap();
            for command in ["heartbeat", "request-close", "invitations"] {
                assert!(script.contains(command), "{shell}: {command}");
            }
        }
    }

    #[test]
    fn the_manual_has_a_page_for_each_command() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("man1");
        manual(&dir).unwrap();
        let page = fs::read_to_string(dir.join("hanse-job-post.1")).unwrap();
        assert!(page.contains("Mend a roof"), "{page}");
        assert!(dir.join("hanse.1").is_file() && dir.join("hanse-bid-show.1").is_file());
    }
}
