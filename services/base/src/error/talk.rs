//! Refusals about what people write to each other.

use super::{Refusal, UseError};

/// Why a message or a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TalkRefusal {
    /// The other side does not want to deal with the author, who is told no more than that.
    #[error("this person takes no messages of yours")]
    NotTaken,
    /// The author has blocked the other side.
    #[error("you have blocked this person: unblock them first, or they could not answer")]
    BlockedByYou,
    /// Bid or contract have been over for too long.
    #[error(
        "this thread is closed: it takes messages until {0} days after the bid, or its contract, is over"
    )]
    Over(i64),
    /// The author has written so often without an answer that more would be a nuisance.
    #[error("{0} messages without an answer are the limit: wait until the other side has written")]
    Unanswered(i32),
    /// The author has written so much within a minute or a day that more can only be a mistake or malice.
    #[error("{most} messages within {seconds} seconds are the limit; go on later")]
    TooMany {
        /// How many.
        most: i64,
        /// In which time.
        seconds: i64,
    },
    /// The node keeps no files.
    #[error("this node takes no attachments: its operator has named no place for them")]
    NoAttachments,
    /// The type that was declared is none of those that are taken, or not what the first bytes say.
    #[error("`content-type` is `{declared}`, and {found}; taken are {taken}")]
    WrongType {
        /// What the request said.
        declared: String,
        /// What the first bytes say.
        found: String,
        /// The list.
        taken: String,
    },
    /// All files of the person, or of the node, would be more than are kept.
    #[error(
        "all attachments of {whose} may have {most} bytes together, and with this one they would have more"
    )]
    NoRoom {
        /// "one person" or "this node".
        whose: &'static str,
        /// How many.
        most: i64,
    },
    /// The bytes of a file have not come from the other home yet.
    #[error("this attachment is still on its way from the other side's home; try again shortly")]
    NotHereYet,
}

impl TalkRefusal {
    /// The slug, which never changes.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        match self {
            Self::NotTaken => "message-not-taken",
            Self::BlockedByYou => "blocked-by-you",
            Self::Over(_) => "thread-over",
            Self::Unanswered(_) => "unanswered",
            Self::TooMany { .. } => "too-many-messages",
            Self::NoAttachments => "no-attachments",
            Self::WrongType { .. } => "wrong-type",
            Self::NoRoom { .. } => "no-room",
            Self::NotHereYet => "not-here-yet",
        }
    }

    /// The HTTP status that says it best.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::NotTaken => 403,
            Self::BlockedByYou | Self::Over(_) | Self::NoRoom { .. } | Self::NotHereYet => 409,
            Self::WrongType { .. } => 415,
            Self::Unanswered(_) | Self::TooMany { .. } => 429,
            Self::NoAttachments => 503,
        }
    }
}

impl From<TalkRefusal> for UseError {
    fn from(reason: TalkRefusal) -> Self {
        Self::Refused(Refusal::Talk(reason))
    }
}
