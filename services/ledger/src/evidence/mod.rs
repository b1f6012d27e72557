//! The evidence file: all that a log holds about one person, with what a stranger needs to check it offline.
//!
//! Reading is strict, and says nothing about truth: that is the verifier's work. Building is for nodes, which load
//! tiles, index nodes and documents and get a part that is checked against its own index.

mod build;
mod wire;

use hanse_document::canonical;
use hanse_document::did::Did;
use hanse_document::name::LogName;
use hanse_document::rejection::Rejection;
use hanse_document::time::Timestamp;
use hanse_tlog::{Hash, Missing};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::build::{Source, engagement, part, tiles_for_part};
use crate::index::{MissingNode, PrefixProof};
use crate::leaf::LeafError;

/// Bytes of an evidence file: some four thousand contracts with reviews and texts. It is held in memory when it is checked.
pub const EVIDENCE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// JSON values in an evidence file, at any depth. An honest one has some 60 bytes; a small one can take a hundred times its bytes
/// in memory, so a file of small ones is refused while it is read.
pub const VALUES_MAX: usize = 1_048_576;

/// Characters of an unreadable file that an error repeats.
const ERROR_CHARS_MAX: usize = 300;

/// Logs in one file: the homes of a life, and those of partners who are late.
pub const PARTS_MAX: usize = 64;

/// Documents beside one entry: a review and its text.
pub const DOCUMENTS_MAX: usize = 2;

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
    pub identity: Value,
    /// What each log holds about the subject: the home first, then each log where an outcome is awaited.
    pub parts: Vec<Part>,
    /// The engagements of those who reviewed the subject, each in its own log.
    pub engagements: Vec<EngagementProof>,
}

/// All that one log holds about the subject.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Origin of the log.
    pub origin: String,
    /// Signed note of its checkpoint, with cosignature lines.
    pub checkpoint: String,
    /// The last leaf below the checkpoint.
    pub index: IndexProof,
    /// Where the subject stands in the index.
    #[serde(with = "wire::prefix")]
    pub prefix: PrefixProof,
    /// Every leaf about the subject, in log order.
    pub entries: Vec<Entry>,
}

/// The index leaf of a checkpoint and its audit path.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexProof {
    /// The JSON of the index leaf.
    pub leaf: Value,
    /// Audit path of the last leaf.
    #[serde(with = "wire::hashes")]
    pub path: Vec<Hash>,
}

/// A leaf, its audit path, and the documents that it commits to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Place in the log.
    pub index: u64,
    /// The JSON of the leaf.
    pub leaf: Value,
    /// Audit path.
    #[serde(with = "wire::hashes")]
    pub path: Vec<Hash>,
    /// Signed documents: of an identity, an engagement or a reply the one committed to; of an open leaf the review
    /// and, unless erased, its text.
    pub documents: Vec<Value>,
}

/// An engagement leaf of another person, proved to be in its log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngagementProof {
    /// Origin of the log.
    pub origin: String,
    /// Signed note of a checkpoint, with cosignature lines.
    pub checkpoint: String,
    /// Place in the log.
    pub index: u64,
    /// The JSON of the leaf.
    pub leaf: Value,
    /// Audit path.
    #[serde(with = "wire::hashes")]
    pub path: Vec<Hash>,
}

/// Why an evidence file cannot be read, or not be built.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EvidenceError {
    /// Not JSON of the kind that is accepted.
    #[error("not the JSON of an evidence file: {}", .0.detail())]
    Json(Rejection),
    /// Fields are missing, unknown, or of another type.
    #[error("not an evidence file: {0}")]
    Fields(String),
    /// A value has a second form, a list is longer than it may be, or an origin is no log name.
    #[error(
        "the evidence file is not in its one form, a list in it is too long, or an origin is no log name"
    )]
    Form,
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
    /// The entries are not those that the index holds for the subject.
    #[error("the entries are not those that the index holds for the subject")]
    Entries,
}

impl Evidence {
    /// Reads a file of any whitespace and key order; every value has one form, unknown keys are refused.
    ///
    /// # Errors
    /// [`EvidenceError::Json`], [`EvidenceError::Fields`] or [`EvidenceError::Form`].
    pub fn parse(file: &[u8]) -> Result<Self, EvidenceError> {
        let value = canonical::parse_counted(file, EVIDENCE_BYTES_MAX, VALUES_MAX);
        let value = value.map_err(EvidenceError::Json)?;
        let read =
            Self::deserialize(&value).map_err(|error| EvidenceError::Fields(plain(&error.to_string())))?;
        let in_bounds = read.parts.len() <= PARTS_MAX && read.documents_in_bounds() && read.names_logs();
        // Serde reads some second forms (a list for an object, nothing for null): writing it again shows them.
        if in_bounds && read.to_value() == Some(value) { Ok(read) } else { Err(EvidenceError::Form) }
    }

    /// The file's bytes, in canonical form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_value().map_or_else(Vec::new, |value| canonical::to_vec(&value))
    }

    fn to_value(&self) -> Option<Value> {
        // Only a map with keys that are no text could fail, and there is none.
        serde_json::to_value(self).ok()
    }

    fn names_logs(&self) -> bool {
        let parts = self.parts.iter().map(|part| &part.origin);
        let mut origins = parts.chain(self.engagements.iter().map(|engagement| &engagement.origin));
        origins.all(|origin| LogName::parse(origin).is_ok())
    }

    fn documents_in_bounds(&self) -> bool {
        let entries = self.parts.iter().flat_map(|part| &part.entries);
        entries.into_iter().all(|entry| entry.documents.len() <= DOCUMENTS_MAX)
    }
}

/// What serde says repeats names from the file, and a terminal would obey control characters in them.
fn plain(text: &str) -> String {
    let shown = |character: char| if (' '..='~').contains(&character) { character } else { '?' };
    text.chars().take(ERROR_CHARS_MAX).map(shown).collect()
}
