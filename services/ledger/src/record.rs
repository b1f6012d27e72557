//! The record file: whole logs with what they make public, from which anybody recomputes every score.
//!
//! JSON Lines, each line in its one byte form: a file is read and written line by line, in memory that does not grow with it, and
//! what a broken download holds already is the beginning of a whole one. Every leaf of a log is there, in order, so that no proof is
//! needed: the root is rebuilt. Reading says nothing about truth; that is the verifier's work.

mod read;

use hanse_document::canonical;
use hanse_document::rejection::Rejection;
use hanse_document::time::Timestamp;
use hanse_tlog::note::NOTE_BYTES_MAX;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::leaf::LEAF_BYTES_MAX;

pub use self::read::{Form, ReadLeaf, ReadLine};

/// Bytes of a record file: some hundred thousand contracts with their reviews.
pub const RECORD_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Logs in one file: a node has two for each of at most some dozens of peers, of which one is of reputation.
pub const LOGS_MAX: usize = 256;

/// Dating checkpoints of one log: one for each thirty days makes forty years.
pub const DATINGS_MAX: usize = 512;

/// Documents beside one leaf: a review, its text, and the offer or acceptance of whoever is rated.
pub const DOCUMENTS_MAX: usize = 3;

/// Bytes of one line, its line feed not counted: a leaf with the largest documents, or the longest note as JSON, and the frame.
pub const LINE_BYTES_MAX: usize =
    LEAF_BYTES_MAX + DOCUMENTS_MAX * hanse_document::BYTES_MAX + NOTE_BYTES_MAX + 1024;

/// What `format` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Format {
    /// The one format so far.
    #[serde(rename = "hanse/record/v1")]
    V1,
}

/// One line of a record file. First [`Line::File`]; then for each log, by origin, its [`Line::Log`], its [`Line::Dating`]s by
/// size, and all of its leaves.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(untagged)]
pub enum Line {
    /// The first line.
    File(FileLine),
    /// A log begins.
    Log(LogLine),
    /// When some of its leaves were cosigned.
    Dating(DatingLine),
    /// Its next leaf.
    Leaf(LeafLine),
}

/// The first line of a file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileLine {
    /// Always [`Format::V1`].
    pub format: Format,
    /// When the file was begun. Nothing depends on it.
    pub made: Timestamp,
}

/// The head of a log: as many leaves follow as its checkpoint says.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogLine {
    /// Signed note of the checkpoint, with cosignature lines.
    pub checkpoint: String,
    /// Origin of the log.
    pub log: String,
}

/// A dating checkpoint of the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatingLine {
    /// Signed note of a checkpoint of at most as many leaves, with the cosignature lines of when a quorum had seen it.
    pub dating: String,
}

/// A leaf with the documents that it makes public.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct LeafLine {
    /// Signed documents, as far as they are kept.
    pub documents: Vec<Value>,
    /// The JSON of the leaf; its bytes are its canonical form.
    pub leaf: Value,
}

/// Why a line is none of a record file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RecordError {
    /// Not canonical JSON of at most [`LINE_BYTES_MAX`].
    #[error("not the canonical JSON of a line: {}", .0.detail())]
    Json(Rejection),
    /// Not the fields of any line, an origin that is no log name, or more documents than a leaf can have.
    #[error("not a line of a record file")]
    Fields,
}

impl Line {
    /// The line's bytes, with its line feed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.to_value().map_or_else(Vec::new, |value| canonical::to_vec(&value));
        bytes.push(b'\n');
        bytes
    }

    fn to_value(&self) -> Option<Value> {
        // Only a map with keys that are no text could fail, and there is none.
        serde_json::to_value(self).ok()
    }
}
