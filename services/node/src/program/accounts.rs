//! `hanse-node account …`: what an operator does about one account, beside the running node.

use clap::Subcommand;
use hanse_account::operator;
use hanse_base::clock::{Clock as _, SystemClock};
use hanse_base::keys::Keys;

use crate::config::Config;
use crate::program::run::Result;
use crate::program::{run, secret};

/// The commands about one account; each may run beside the node.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Print a code that sets a new password, once, within 24 hours; one that was printed before is void. Make sure to whom you give
    /// it: it opens the account.
    #[command(after_help = "Example:\n  hanse-node --config /etc/hanse.toml account reset ada")]
    Reset {
        /// The account's name.
        handle: String,
    },
    /// The logins of an account.
    Sessions {
        /// What to do with them.
        #[command(subcommand)]
        command: SessionsCommand,
    },
}

/// What is done with the logins of an account.
#[derive(Debug, Subcommand)]
pub enum SessionsCommand {
    /// End all of them.
    #[command(after_help = "Example:\n  hanse-node --config /etc/hanse.toml account sessions end ada")]
    End {
        /// The account's name.
        handle: String,
    },
}

/// Runs a command; what it says.
pub(crate) fn run(config: &Config, command: AccountCommand) -> Result<String> {
    let keys = Keys::derive(&secret::read(&config.data)?);
    let now = SystemClock.now();
    run::with_store(config, |store| async move {
        Ok(match command {
            AccountCommand::Reset { handle } => {
                let code = operator::reset(&store, &keys, &handle, now).await?;
                format!("{code}\nnext: hanse reset-password {handle} --code {code}   within 24 hours\n")
            }
            AccountCommand::Sessions { command: SessionsCommand::End { handle } } => {
                let ended = operator::end_logins(&store, &handle, now).await?;
                format!("{handle}: {ended} ended\n")
            }
        })
    })
}
