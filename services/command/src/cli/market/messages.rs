//! Writing to the other side of a bid.

use std::path::PathBuf;

use clap::Subcommand;

/// Commands about messages.
#[derive(Debug, Subcommand)]
pub enum Messages {
    /// List, read and write messages to the other side of a bid; a contract goes on in the thread of its bid.
    #[command(after_help = "Examples:\n  hanse message list\n  hanse message show BID\n  \
        hanse message send BID --text 'Here is the plan.' --attach plan.pdf\n  hanse message save DIGEST -o plan.pdf")]
    Message {
        /// What to do.
        #[command(subcommand)]
        command: MessageCommand,
    },
}

/// What is done with messages.
#[derive(Debug, Subcommand)]
pub enum MessageCommand {
    /// List your threads, the one that moved last first.
    #[command(after_help = "Example:\n  hanse message list")]
    List {
        /// Begin where the last page ended, as shown there.
        #[arg(long, value_name = "CURSOR")]
        cursor: Option<String>,
    },
    /// Show the messages of a thread, the last one at the end, and say that you have read them.
    #[command(after_help = "Example:\n  hanse message show BID")]
    Show {
        /// The bid whose thread it is.
        bid: String,
        /// Begin where the last page ended, as shown there.
        #[arg(long, value_name = "CURSOR")]
        cursor: Option<String>,
    },
    /// Write to the other side of a bid.
    #[command(after_help = "Examples:\n  hanse message send BID --text 'Shall we talk on Monday?'\n  \
        hanse message send BID --text 'Here is the plan.' --attach plan.pdf --attach photo.jpg")]
    Send {
        /// The bid.
        bid: String,
        /// What it says, at most 8,000 characters; `-` reads it from standard input.
        #[arg(long, value_name = "TEXT")]
        text: String,
        /// A file to go with it, at most 10 MiB (may be repeated, up to five times).
        #[arg(long, value_name = "FILE")]
        attach: Vec<PathBuf>,
    },
    /// Save a file of a message.
    #[command(after_help = "Example:\n  hanse message save DIGEST -o plan.pdf")]
    Save {
        /// The digest, as the message shows it.
        digest: String,
        /// Where to.
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
}
