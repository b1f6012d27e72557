//! Why a command did not do what it was asked.

use std::io;
use std::path::PathBuf;

use crate::policy::PolicyMistake;
use hanse_client::client::ClientError;
use hanse_client::session::SessionError;

/// What `hanse` ends with when it does not end well.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The node refused or did not answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The session file is of no use.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// Nobody is signed in there.
    #[error(
        "nobody is signed in at {0}\n  next: hanse login HANDLE, or hanse register HANDLE for a new account"
    )]
    SignedOut(String),
    /// What was given cannot be used.
    #[error("{0}")]
    Input(String),
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The nodes make no policy.
    #[error(transparent)]
    Policy(#[from] PolicyMistake),
    /// Evidence or policy cannot be read at all.
    #[error("{0}")]
    Unusable(String),
    /// What is printed has nowhere to go.
    #[error("the output broke off: {0}")]
    Output(#[source] io::Error),
}

impl CommandError {
    /// A file, and what went wrong with it.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// How the program ends: 1 if a node refused or could not be asked, 2 if what was given cannot be used.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Client(ClientError::Url(_))
            | Self::Input(_)
            | Self::File { .. }
            | Self::Session(_)
            | Self::Unusable(_) => 2,
            Self::Client(
                ClientError::Refused(_)
                | ClientError::Unreachable { .. }
                | ClientError::TooLarge(_)
                | ClientError::NotANode { .. }
                | ClientError::Missing(_)
                | ClientError::Random(_),
            )
            | Self::SignedOut(_)
            | Self::Policy(_)
            | Self::Output(_) => 1,
        }
    }
}
