//! The program's commands. Output for people and scripts goes to standard output, log lines to standard error.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program talks on its standard streams, here only"
)]

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::program::accounts::AccountCommand;
use crate::program::logs::LogCommand;
use crate::program::taxonomy::{self, RatesCommand, TaxonomyCommand};
use crate::program::{accounts, logs, run, secret};

/// A node of the Hanse federation: marketplace, reputation log, auditor of its peers.
#[derive(Debug, Parser)]
#[command(
    name = "hanse-node",
    version,
    after_help = "\
Examples:
  hanse-node run --private                        a node on this machine, with a Postgres of its own
  hanse-node init --name lyon.example --data /srv/hanse --database postgresql://hanse@db.example/hanse > /etc/hanse.toml
  hanse-node --config /etc/hanse.toml migrate     bring the database up to this version
  hanse-node --config /etc/hanse.toml run
  hanse-node --config /etc/hanse.toml card        what a peer pastes into its own configuration
  hanse-node --config /etc/hanse.toml taxonomy fetch   ESCO's English skills, for matching
  hanse-node --config /etc/hanse.toml account reset ada   a code for somebody who has lost their password
  hanse-node --config /etc/hanse.toml fsck        derive every log again from its leaves
  hanse-node --config /etc/hanse.toml log examine lyon.example/jobs   why it is halted, and whether it may go on"
)]
pub struct Cli {
    /// Configuration file (TOML); `HANSE_…` variables go over it.
    #[arg(long, global = true, env = "HANSE_CONFIG")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the data folder and the node secret, and print a configuration.
    Init {
        /// The node's name, for ever: lower-case letters, digits, dots and hyphens, as in a host name.
        #[arg(long)]
        name: String,
        /// Folder for the secret and, without a database URL, for the private Postgres.
        #[arg(long)]
        data: PathBuf,
        /// Where people reach the node.
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        url: String,
        /// HTTP address to listen on.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// libp2p address to listen on.
        #[arg(long, default_value = "/ip4/127.0.0.1/tcp/4001")]
        p2p: String,
        /// The database, if it is not to be a private one: a URL without a password, which belongs in `HANSE_DATABASE`.
        #[arg(long, value_name = "URL")]
        database: Option<String>,
    },
    /// Run the node until interrupted.
    Run {
        /// Make data folder and secret by itself where they are missing, and use a private Postgres.
        #[arg(long)]
        private: bool,
    },
    /// Print the configuration in force, secrets hidden.
    Config,
    /// Print this node's entry for a peer's configuration: name, address and pinned keys.
    Card,
    /// Bring the database up to this version.
    Migrate,
    /// Derive root, tiles and index of every log again from its leaves and compare, and each document with its bytes; exit 1 if
    /// anything differs. May run beside the node.
    Fsck,
    /// A log that is halted or waits for peers: examine it, let it go on, recover it.
    Log {
        /// What to do.
        #[command(subcommand)]
        command: LogCommand,
    },
    /// An account: a code for a new password, or the end of its logins.
    Account {
        /// What to do.
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Skills and trades: import ESCO, see what is in force.
    Taxonomy {
        /// What to do.
        #[command(subcommand)]
        command: TaxonomyCommand,
    },
    /// Exchange rates.
    Rates {
        /// What to do.
        #[command(subcommand)]
        command: RatesCommand,
    },
    /// Print the `OpenAPI` document.
    Openapi,
}

/// Runs the command; mistakes end with 2, a failed check with 1.
#[must_use]
pub fn main(cli: Cli) -> ExitCode {
    match dispatch(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("hanse-node: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::from(2)
        }
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode, Box<dyn Error>> {
    match cli.command {
        Command::Init { name, data, url, listen, p2p, database } => {
            let config = Config { name, data, url, listen, p2p: vec![p2p], database, ..Config::defaults() };
            let config = config.checked()?;
            if config.has_password() {
                return Err("a configuration holds no password: set HANSE_DATABASE to the URL instead".into());
            }
            secret::create(&config.data)?;
            print!("{}", config.shown());
        }
        Command::Openapi => println!("{}", hanse_rest::openapi_json()?),
        Command::Config => print!("{}", Config::load(cli.config.as_deref())?.shown()),
        Command::Card => print!("{}", run::card(&Config::load(cli.config.as_deref())?)?),
        Command::Run { private } => run::run(Config::load(cli.config.as_deref())?, private)?,
        Command::Migrate => {
            let applied = run::migrate(&Config::load(cli.config.as_deref())?)?;
            println!("{}", if applied.is_empty() { "nothing to do".to_owned() } else { applied.join("\n") });
        }
        Command::Taxonomy { command } => {
            print!("{}", taxonomy::run(&Config::load(cli.config.as_deref())?, command)?);
        }
        Command::Rates { command } => {
            print!("{}", taxonomy::rates(&Config::load(cli.config.as_deref())?, command)?);
        }
        Command::Account { command } => {
            print!("{}", accounts::run(&Config::load(cli.config.as_deref())?, command)?);
        }
        Command::Log { command } => {
            let (text, well) = logs::run(&Config::load(cli.config.as_deref())?, command)?;
            print!("{text}");
            return Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Fsck => {
            let report = run::fsck(&Config::load(cli.config.as_deref())?)?;
            print!("{report}");
            return Ok(if report.sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
    }
    Ok(ExitCode::SUCCESS)
}
