//! What two homes say to each other inside the seal.

use hanse_api::requests::{MESSAGE_FILES_MAX, MessageText};
use hanse_document::{Did, Digest, DocumentId, Line, List};
use serde::{Deserialize, Serialize};

/// Longest name of a file, in characters: what most file systems take of four bytes each, and a line on a screen.
pub(crate) const NAME_CHARS_MAX: usize = 120;
/// Longest media type, in bytes; those of the list are shorter.
const TYPE_CHARS_MAX: usize = 100;
/// Bytes of an attachment in one answer: it fits the protocol's bound with its seal.
pub(crate) const PIECE_BYTES: usize = 256 * 1024;

/// What a file is called.
pub(crate) type FileName = Line<1, NAME_CHARS_MAX>;

/// What the one home asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Question {
    /// To take a message.
    Message(Said),
    /// For a piece of a file that a message of the asked home names.
    Piece(Piece),
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    pub(crate) thread: DocumentId,
    pub(crate) author: Did,
    pub(crate) number: i32,
    pub(crate) seen: i32,
    pub(crate) at: i64,
    pub(crate) text: MessageText,
    pub(crate) files: List<File, MESSAGE_FILES_MAX>,
}

/// A file that a message names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) digest: Digest,
    pub(crate) name: FileName,
    pub(crate) media_type: Line<1, TYPE_CHARS_MAX>,
    pub(crate) size: i64,
}

/// A piece of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Piece {
    pub(crate) thread: DocumentId,
    pub(crate) owner: Did,
    pub(crate) digest: Digest,
    pub(crate) offset: u64,
}

/// What the other home answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Answer {
    /// It has the message.
    Taken,
    /// It never takes this, and why.
    Refused(String),
    /// Not now; it may later.
    Later,
    /// The bytes.
    #[serde(skip)]
    Piece(Vec<u8>),
}

/// In front of an answer in JSON, and in front of bytes.
const JSON: u8 = 0;
const BYTES: u8 = 1;

impl Answer {
    /// As it is sealed.
    pub(crate) fn write(&self) -> Vec<u8> {
        let (kind, bytes) = match self {
            Self::Piece(bytes) => (BYTES, bytes.clone()),
            // Words without bytes: it can be written.
            Self::Taken | Self::Refused(_) | Self::Later => {
                (JSON, serde_json::to_vec(self).unwrap_or_default())
            }
        };
        [&[kind], bytes.as_slice()].concat()
    }

    /// From what was sealed; `None` if it is no answer.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (kind, bytes) = bytes.split_first()?;
        match *kind {
            JSON => serde_json::from_slice(bytes).ok(),
            BYTES if bytes.len() <= PIECE_BYTES => Some(Self::Piece(bytes.to_vec())),
            _ => None,
        }
    }
}
