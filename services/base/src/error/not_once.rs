//! Refusals that rest on an idempotency key or on `If-Match`.

use super::{Refusal, UseError};

/// Why a request is not done because of its key, or of the version that it names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOnce {
    /// The first request with this key has not ended, or the release before this one answered it.
    #[error("the first request with this Idempotency-Key is still running: try again soon")]
    StillRunning,
    /// The key was used for another request.
    #[error("this Idempotency-Key was used for another request: take a new one")]
    KeyReused,
    /// The person has used too many keys within a day.
    #[error("{0} keys of one person within a day are the limit; go on tomorrow, or without a key")]
    TooManyKeys(i64),
    /// The thing is not in a version that the caller has seen.
    #[error("it has changed since you read it: read it again")]
    Moved {
        /// The last document of its chain.
        head: String,
    },
}

impl NotOnce {
    /// The slug, which never changes.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        match self {
            Self::StillRunning => "still-running",
            Self::KeyReused => "idempotency-key-reused",
            Self::TooManyKeys(_) => "too-many-keys",
            Self::Moved { .. } => "precondition-failed",
        }
    }

    /// The HTTP status that says it best.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::StillRunning => 409,
            Self::KeyReused => 422,
            Self::TooManyKeys(_) => 429,
            Self::Moved { .. } => 412,
        }
    }
}

impl From<NotOnce> for UseError {
    fn from(reason: NotOnce) -> Self {
        Self::Refused(Refusal::NotOnce(reason))
    }
}
