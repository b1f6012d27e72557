//! `hanse-node log …`: what an operator does about a log that is halted, or that waits for peers.

use clap::Subcommand;
use hanse_base::clock::{Clock as _, SystemClock};
use hanse_base::keys::Keys;
use hanse_logbook::LogKeys;
use hanse_logbook::mend::{self, Examination};

use crate::config::Config;
use crate::program::run::Result;
use crate::program::{run, secret};

/// The commands about one log, own or followed; each may run beside the node.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Derive the log again from its leaves and compare it with every signed head that is known here; exit 1 if anything
    /// contradicts.
    Examine {
        /// The log, as `/readyz` and `fsck` name it: `lyon.example/jobs`.
        log: String,
    },
    /// Let a halted log go on, after the cause was mended, if `examine` finds nothing against it.
    Resume {
        /// The log.
        log: String,
    },
    /// After an old backup was restored: let the running node pull the lost end of its own log from its peers' mirrors.
    Recover {
        /// The log.
        log: String,
    },
    /// State that the log was never signed with more leaves than it has here, so that the node signs on without asking its
    /// peers. If that is wrong, the log has two histories and nobody follows it any more.
    Accept {
        /// The log.
        log: String,
        /// Its number of leaves, as `examine` and `/readyz` say it.
        size: u64,
    },
}

/// Runs a command; what it says, and whether all is well.
pub(crate) fn run(config: &Config, command: LogCommand) -> Result<(String, bool)> {
    let logs = LogKeys::new(&run::engine_config(config, secret::read(&config.data)?)?, &keys(config)?)?;
    let now = SystemClock.now();
    run::with_store(config, |store| async move {
        Ok(match command {
            LogCommand::Examine { log } => {
                let examined = mend::examine(&store, &logs, &log).await?;
                (examined.to_string(), examined.sound())
            }
            LogCommand::Resume { log } => {
                let examined = mend::resume(&store, &logs, &log, now).await?;
                (said(&examined, "nothing is against it: the log goes on"), true)
            }
            LogCommand::Recover { log } => {
                mend::recover(&store, &logs, &log, now).await?;
                let text = format!(
                    "{log}: the running node pulls what is missing from its peers; /readyz says how it goes\n"
                );
                (text, true)
            }
            LogCommand::Accept { log, size } => {
                let examined = mend::accept(&store, &logs, &log, size, now).await?;
                (said(&examined, "stated and kept: the node signs on from here"), true)
            }
        })
    })
}

fn keys(config: &Config) -> Result<Keys> {
    Ok(Keys::derive(&secret::read(&config.data)?))
}

fn said(examined: &Examination, end: &str) -> String {
    format!("{examined}{end}\n")
}
