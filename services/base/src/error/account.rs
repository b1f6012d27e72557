//! Refusals about somebody's own account.

use super::{Refusal, UseError};

/// Why a person's account is not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// The password with which a signed-in person confirms something is not theirs.
    #[error("`password` is not your current one")]
    WrongPassword,
    /// Nothing of this name can be reset with this code; what of it is wrong is not said.
    #[error("handle or code is wrong, or the code has been used or is too old")]
    WrongCode,
    /// So many former names are kept for the person that the one they have now cannot be kept, too.
    #[error("{0} former handles are kept for you already; each becomes free 90 days after you gave it up")]
    TooManyHandles(i64),
    /// The person has blocked so many people that one must go first.
    #[error("you have blocked {0} people already: unblock somebody first")]
    TooManyBlocks(i64),
    /// So many letters with codes are on their way to the person that one more can only be a mistake or malice.
    #[error("{0} letters with codes within a day are the limit; go on tomorrow")]
    TooManyLetters(i64),
    /// The operator has named no mail server.
    #[error("this node sends no e-mail: its operator has named no mail server")]
    NoMail,
    /// There is no address that the person has confirmed.
    #[error("you have no confirmed e-mail address: name one with PUT /v1/me/email, and confirm it")]
    NoAddress,
}

impl AccountRefusal {
    /// The slug, which never changes.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong-password",
            Self::WrongCode => "wrong-code",
            Self::TooManyHandles(_) => "too-many-handles",
            Self::TooManyBlocks(_) => "too-many-blocks",
            Self::TooManyLetters(_) => "too-many-letters",
            Self::NoMail => "no-mail",
            Self::NoAddress => "no-address",
        }
    }

    /// The HTTP status that says it best.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            // Not 401: the token is a good one, and a new one would not help.
            Self::WrongPassword | Self::WrongCode => 403,
            Self::TooManyHandles(_) | Self::TooManyBlocks(_) | Self::NoMail | Self::NoAddress => 409,
            Self::TooManyLetters(_) => 429,
        }
    }
}

impl From<AccountRefusal> for UseError {
    fn from(reason: AccountRefusal) -> Self {
        Self::Refused(Refusal::Account(reason))
    }
}
