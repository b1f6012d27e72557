//! The protocols of requests: their names, times and bounds, and what of an answer fits.

use std::time::Duration;

use super::message::{
    ANSWER_BYTES_MAX, CHECKPOINT_BYTES_MAX, DELIVER_BYTES_MAX, ENTRY_DOCUMENTS_MAX, FRAME, HEADS_NOTES_MAX,
    RANGE_ANSWER_BYTES_MAX, REQUEST_BYTES_MAX, Request, Response, TALK_ANSWER_BYTES_MAX, TALK_BYTES_MAX,
    cost, trim,
};
use super::search::{MATCH_ANSWER_BYTES_MAX, MATCH_REQUEST_BYTES_MAX};

/// How long a request may take, `match` apart, and how long a caller waits for a place in the window.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// How long the stream of a `match` may last. The asked holds on for longer than the asker, so that a slow answer is one that
/// did not come, and not one that was cut off.
const MATCH_STREAM_TIMEOUT: Duration = Duration::from_secs(4);

/// A request-response protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// The newest checkpoints.
    Heads,
    /// Entries of a log.
    Range,
    /// Documents for somebody whose home is the peer.
    Deliver,
    /// Who fits a job.
    Match,
    /// Messages between two people, sealed.
    Talk,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Heads, Self::Range, Self::Deliver, Self::Match, Self::Talk];

    pub(crate) const fn of(request: &Request) -> Self {
        match request {
            Request::Heads => Self::Heads,
            Request::Range { .. } => Self::Range,
            Request::Deliver { .. } => Self::Deliver,
            Request::Match { .. } => Self::Match,
            Request::Talk { .. } => Self::Talk,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Heads => "heads",
            Self::Range => "range",
            Self::Deliver => "deliver",
            Self::Match => "match",
            Self::Talk => "talk",
        }
    }

    /// The version of its form; a node that speaks another one is not asked at all.
    pub(crate) const fn version(self) -> u8 {
        match self {
            Self::Heads | Self::Range | Self::Deliver | Self::Talk => 1,
            Self::Match => 2,
        }
    }

    /// How long a stream may last.
    pub(crate) const fn timeout(self) -> Duration {
        match self {
            Self::Heads | Self::Range | Self::Deliver | Self::Talk => REQUEST_TIMEOUT,
            Self::Match => MATCH_STREAM_TIMEOUT,
        }
    }

    pub(super) const fn request_max(self) -> usize {
        match self {
            Self::Heads | Self::Range => REQUEST_BYTES_MAX,
            Self::Deliver => DELIVER_BYTES_MAX,
            Self::Match => MATCH_REQUEST_BYTES_MAX,
            Self::Talk => TALK_BYTES_MAX,
        }
    }

    pub(super) const fn response_max(self) -> usize {
        match self {
            Self::Heads | Self::Deliver => ANSWER_BYTES_MAX,
            Self::Range => RANGE_ANSWER_BYTES_MAX,
            Self::Match => MATCH_ANSWER_BYTES_MAX,
            Self::Talk => TALK_ANSWER_BYTES_MAX,
        }
    }

    /// Makes an answer sendable on this protocol: a page is cut to its bounds; an answer of another protocol,
    /// or too long a one, becomes a refusal that names our fault.
    pub(crate) fn fit(self, response: Response) -> Response {
        match (self, response) {
            (Self::Range, Response::Range { mut entries, checkpoint }) => {
                let whole = entries.len();
                trim(&mut entries);
                // A cut page no longer ends where its checkpoint does.
                let checkpoint = checkpoint.filter(|_| entries.len() == whole);
                self.measured(Response::Range { entries, checkpoint })
            }
            (Self::Match, Response::Match { mut found }) => {
                found.trim();
                self.measured(Response::Match { found })
            }
            (
                method,
                response @ (Response::Heads { .. }
                | Response::Range { .. }
                | Response::Receipt { .. }
                | Response::Match { .. }
                | Response::Talk { .. }
                | Response::Busy { .. }
                | Response::Refused { .. }),
            ) => method.measured(response),
        }
    }

    fn measured(self, response: Response) -> Response {
        let (right, bytes) = match &response {
            Response::Heads { notes } => (self == Self::Heads && notes.len() <= HEADS_NOTES_MAX, cost(notes)),
            Response::Range { entries, checkpoint } => (
                self == Self::Range
                    && !entries.is_empty()
                    && entries.iter().all(|entry| entry.documents.len() <= ENTRY_DOCUMENTS_MAX)
                    && checkpoint.as_ref().is_none_or(|note| note.len() <= CHECKPOINT_BYTES_MAX),
                entries.iter().fold(checkpoint.as_ref().map_or(0, |note| note.len()), |sum, entry| {
                    sum.saturating_add(entry.cost())
                }),
            ),
            Response::Receipt { receipt } => (self == Self::Deliver, receipt.len()),
            Response::Match { found } => (self == Self::Match && found.fits(), found.cost()),
            Response::Talk { answer } => (self == Self::Talk, answer.len()),
            Response::Busy { .. } => (true, 0),
            Response::Refused { slug, detail } => (true, slug.len().saturating_add(detail.len())),
        };
        if right && bytes.saturating_add(FRAME) <= self.response_max() {
            return response;
        }
        tracing::error!(protocol = self.name(), bytes, "an answer does not fit its protocol");
        Response::Refused {
            slug: "no-answer".to_owned(),
            detail: "This node has an answer that does not fit the protocol.".to_owned(),
        }
    }
}
