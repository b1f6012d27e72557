//! Why a demo ends early.

use std::io;
use std::path::PathBuf;

use hanse_command::{ClientError, CommandError};

/// What went wrong, and at which node if at one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// Ctrl-C or SIGTERM.
    #[error("interrupted; nothing is left running")]
    Interrupted,
    /// A node refused, or did not answer.
    #[error("{who} wanted to {what}: {source}")]
    Asked {
        /// Who asked.
        who: String,
        /// For what.
        what: String,
        /// What the node said.
        source: ClientError,
    },
    /// Something did not happen in time.
    #[error("waited {seconds} s for {what}; last seen: {last}")]
    Late {
        /// How long.
        seconds: u64,
        /// For what.
        what: String,
        /// What was there instead.
        last: String,
    },
    /// A node ended by itself.
    #[error("{node} ended by itself: {status}")]
    Ended {
        /// Which.
        node: &'static str,
        /// How.
        status: String,
    },
    /// A program cannot be started or fails.
    #[error("{program}: {why}")]
    Program {
        /// Which.
        program: String,
        /// Why.
        why: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// What the demo is made of does not fit: its data, its folder, the clock.
    #[error("{0}")]
    Data(String),
    /// What a node promises does not hold.
    #[error("this must not be: {0}")]
    Broken(String),
    /// From the command's library.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl DemoError {
    /// A file, and what went wrong with it.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// Who wanted what from a node.
    pub(crate) fn asked(who: &str, what: &str) -> impl FnOnce(ClientError) -> Self + use<> {
        let (who, what) = (who.to_owned(), what.to_owned());
        move |source| Self::Asked { who, what, source }
    }
}
