//! The evidence file: all that a log holds about one person, with what a stranger needs to check it offline.
//!
//! Reading is strict, and says nothing about truth: that is the verifier's work. Building is for nodes, which load
//! tiles, index nodes and documents and get a part that is checked against its own index.

mod build;
mod wire;

use std::collections::BTreeSet;

use hanse_document::canonical::{self, Json};
use hanse_document::did::Did;
use hanse_document::name::LogName;
use hanse_document::rejection::Rejection;
use hanse_document::time::Timestamp;
use hanse_tlog::note::NOTE_BYTES_MAX;
use hanse_tlog::{Hash, Missing};
use serde::{Deserialize, Serialize};
use serde_json::error::Category;

pub use self::build::{Source, engagement, engagement_below, part, proved, tiles_for_part};
use crate::index::{MissingNode, PrefixProof};
use crate::leaf::{LEAF_BYTES_MAX, LeafError};

/// Bytes of an evidence file: some four thousand contracts with reviews and texts. It is held in memory when it is checked.
pub const EVIDENCE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Entries and engagements in a file: those of more than two thousand contracts with reviews, two a week for twenty years. Each may cost
/// two signatures to verify, and a check is to end within two seconds.
pub const ENTRIES_MAX: usize = 16_384;

/// Lines of all notes of a file together: forty for each log that a policy can name. Each may cost a signature to verify.
pub const NOTE_LINES_MAX: usize = 10_240;

/// Characters of an unreadable file that an error repeats.
const ERROR_CHARS_MAX: usize = 300;

/// Logs in one file: as many as a policy can name.
pub const PARTS_MAX: usize = 256;

/// Different checkpoints of engagements that stand below none of the parts: one for each log that a policy can name. Each has as many
/// signatures to verify as a note has lines.
pub const CHECKPOINTS_MAX: usize = 256;

/// Documents beside one entry: a review and its text.
pub const DOCUMENTS_MAX: usize = 2;

/// Hashes of an audit path: no tree of 2^64 leaves is higher.
pub const PATH_MAX: usize = 64;

/// A leaf as it stands in a file.
pub type LeafJson = Json<LEAF_BYTES_MAX>;

/// A signed document as it stands in a file.
pub type DocumentJson = Json<{ hanse_document::BYTES_MAX }>;

/// What `format` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Format {
    /// The one format so far.
    #[serde(rename = "hanse/evidence/v1")]
    V1,
}

/// An evidence file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Always [`Format::V1`].
    pub format: Format,
    /// Whom the file is about.
    pub subject: Did,
    /// When a node put it together. Nothing depends on it.
    pub made: Timestamp,
    /// The subject's signed identity document.
    pub identity: DocumentJson,
    /// What each log holds about the subject: the home, and each log that an engagement of the subject names.
    #[serde(deserialize_with = "wire::parts")]
    pub parts: Vec<Part>,
    /// The engagements of those who reviewed the subject, each in its own log.
    #[serde(deserialize_with = "wire::objects::<_, _, ENTRIES_MAX>")]
    pub engagements: Vec<EngagementProof>,
}

/// All that one log holds about the subject.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Origin of the log.
    pub origin: String,
    /// Signed note of its checkpoint, with cosignature lines.
    #[serde(deserialize_with = "wire::note")]
    pub checkpoint: String,
    /// The last leaf below the checkpoint.
    #[serde(deserialize_with = "wire::object")]
    pub index: IndexProof,
    /// Where the subject stands in the index.
    #[serde(with = "wire::prefix")]
    pub prefix: PrefixProof,
    /// Every leaf about the subject, in log order.
    #[serde(deserialize_with = "wire::objects::<_, _, ENTRIES_MAX>")]
    pub entries: Vec<Entry>,
}

/// The index leaf of a checkpoint and its audit path.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexProof {
    /// The JSON of the index leaf.
    pub leaf: LeafJson,
    /// Audit path of the last leaf.
    #[serde(
        serialize_with = "wire::hashes::serialize",
        deserialize_with = "wire::hashes::deserialize::<_, PATH_MAX>"
    )]
    pub path: Vec<Hash>,
}

/// A leaf, its audit path, and the documents that it commits to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Place in the log.
    #[serde(deserialize_with = "wire::number")]
    pub index: u64,
    /// The JSON of the leaf.
    pub leaf: LeafJson,
    /// Audit path, up to a node that the same part has proved before, or to the root.
    #[serde(
        serialize_with = "wire::hashes::serialize",
        deserialize_with = "wire::hashes::deserialize::<_, PATH_MAX>"
    )]
    pub path: Vec<Hash>,
    /// Signed documents: of an identity, an engagement or a reply the one committed to; of an open leaf the review
    /// and, unless erased, its text.
    #[serde(deserialize_with = "wire::list::<_, _, DOCUMENTS_MAX>")]
    pub documents: Vec<DocumentJson>,
}

/// An engagement leaf of another person, proved to be in its log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngagementProof {
    /// Origin of the log.
    pub origin: String,
    /// Signed note of a checkpoint, with cosignature lines; none if it stands below that of the part of the same log.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "wire::some_note")]
    pub checkpoint: Option<String>,
    /// Place in the log.
    #[serde(deserialize_with = "wire::number")]
    pub index: u64,
    /// The JSON of the leaf.
    pub leaf: LeafJson,
    /// Audit path, up to the root; below the checkpoint of a part, up to any node that the part proves.
    #[serde(
        serialize_with = "wire::hashes::serialize",
        deserialize_with = "wire::hashes::deserialize::<_, PATH_MAX>"
    )]
    pub path: Vec<Hash>,
}

/// Why an evidence file cannot be read, or not be built.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EvidenceError {
    /// Not JSON of the kind that is accepted.
    #[error("not the JSON of an evidence file: {}", .0.detail())]
    Json(Rejection),
    /// Fields are missing, unknown, of another type or out of form, or a list is longer than it may be.
    #[error("not an evidence file: {0}")]
    Fields(String),
    /// An origin is no log name.
    #[error("an origin in the evidence file is no log name")]
    Origin,
    /// More than [`ENTRIES_MAX`] leaves in all.
    #[error("an evidence file has at most {ENTRIES_MAX} entries and engagements")]
    Entries,
    /// More than [`NOTE_LINES_MAX`].
    #[error("the checkpoints of an evidence file have at most {NOTE_LINES_MAX} lines in all")]
    Lines,
    /// More than [`CHECKPOINTS_MAX`].
    #[error(
        "the engagements of an evidence file stand below at most {CHECKPOINTS_MAX} checkpoints of their own"
    )]
    Checkpoints,
    /// A leaf is out of form.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// A tile was not loaded.
    #[error(transparent)]
    MissingTile(#[from] Missing),
    /// An index node was not loaded.
    #[error(transparent)]
    MissingNode(#[from] MissingNode),
    /// The index leaf, the index nodes and the size are not of one checkpoint.
    #[error("the index leaf, the index nodes and the size are not of one checkpoint")]
    Stale,
    /// The entries are not those that the index holds for the subject, or not in the log.
    #[error("the entries are not those that the index holds for the subject")]
    Refuted,
}

impl Evidence {
    /// Reads a file of any whitespace and key order; every value has one form, unknown keys are refused.
    ///
    /// # Errors
    /// [`EvidenceError::Json`], [`EvidenceError::Fields`], and what is too many or out of form beyond single fields.
    pub fn parse(file: &[u8]) -> Result<Self, EvidenceError> {
        if file.len() > EVIDENCE_BYTES_MAX || !texts_fit(file) {
            return Err(EvidenceError::Json(Rejection::TooLarge));
        }
        let unreadable = |error: serde_json::Error| match error.classify() {
            Category::Data => EvidenceError::Fields(plain(&error.to_string())),
            Category::Syntax | Category::Eof | Category::Io => EvidenceError::Json(Rejection::NotJson),
        };
        let mut parser = serde_json::Deserializer::from_slice(file);
        let read: Self = wire::object(&mut parser).map_err(unreadable)?;
        parser.end().map_err(unreadable)?;
        read.check_bounds()?;
        Ok(read)
    }

    /// The file's bytes, in canonical form, if all its parts together are not more than a reader takes. The bounds of each part are those of
    /// whoever puts it together.
    ///
    /// # Errors
    /// Those of [`Evidence::parse`] that are about bounds.
    pub fn to_bytes_within_bounds(&self) -> Result<Vec<u8>, EvidenceError> {
        self.check_bounds()?;
        let file = self.to_bytes();
        if file.len() > EVIDENCE_BYTES_MAX || !texts_fit(&file) {
            return Err(EvidenceError::Json(Rejection::TooLarge));
        }
        Ok(file)
    }

    /// The file's bytes, in canonical form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Only a map with keys that are no text could fail, and there is none.
        serde_json::to_value(self).map_or_else(|_| Vec::new(), |value| canonical::to_vec(&value))
    }

    /// What no single field says of itself.
    fn check_bounds(&self) -> Result<(), EvidenceError> {
        let parts = self.parts.iter().map(|part| &part.origin);
        let mut origins = parts.chain(self.engagements.iter().map(|engagement| &engagement.origin));
        if !origins.all(|origin| LogName::parse(origin).is_ok()) {
            return Err(EvidenceError::Origin);
        }
        let entries: usize = self.parts.iter().map(|part| part.entries.len()).sum();
        if ENTRIES_MAX < entries.saturating_add(self.engagements.len()) {
            return Err(EvidenceError::Entries);
        }
        let checkpoints = self.engagements.iter().filter_map(|engagement| engagement.checkpoint.as_ref());
        let checkpoints: BTreeSet<&String> = checkpoints.collect();
        if CHECKPOINTS_MAX < checkpoints.len() {
            return Err(EvidenceError::Checkpoints);
        }
        let notes = self.parts.iter().map(|part| &part.checkpoint).chain(checkpoints);
        let lines: usize = notes.map(|note| note.bytes().filter(|byte| *byte == b'\n').count()).sum();
        if NOTE_LINES_MAX < lines {
            return Err(EvidenceError::Lines);
        }
        Ok(())
    }
}

/// Bytes between two quotes: the longest text of a file is a note, of which each byte may be written in six.
const TEXT_BYTES_MAX: usize = 6 * NOTE_BYTES_MAX;

/// Whether no text is longer than any in a file can be. Serde says what it has found where it looked for something else, and says it in
/// up to eight times the bytes: that must not be half a file.
fn texts_fit(file: &[u8]) -> bool {
    let (mut in_text, mut escaped, mut length) = (false, false, 0_usize);
    for byte in file {
        match byte {
            _ if escaped => escaped = false,
            b'"' => (in_text, length) = (!in_text, 0),
            b'\\' => escaped = in_text,
            _ => {}
        }
        length = if in_text { length.saturating_add(1) } else { 0 };
        if TEXT_BYTES_MAX < length {
            return false;
        }
    }
    true
}

/// What serde says repeats names from the file, and a terminal would obey control characters in them.
fn plain(text: &str) -> String {
    let shown = |character: char| if (' '..='~').contains(&character) { character } else { '?' };
    text.chars().take(ERROR_CHARS_MAX).map(shown).collect()
}
