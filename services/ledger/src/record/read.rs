//! Lines in. What a line holds is never built as one value: a leaf and each document are read by themselves, so that memory stays in
//! proportion to the line whatever stands in it, and nesting counts from each of them.

use hanse_document::canonical;
use hanse_document::name::LogName;
use hanse_document::rejection::Rejection;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{DOCUMENTS_MAX, DatingLine, FileLine, LINE_BYTES_MAX, Line, LogLine, RecordError};
use crate::index::IndexLeaf;
use crate::leaf::{LEAF_BYTES_MAX, Leaf, LeafError};

/// One line of a record file, as it is read. Texts are owned, leaf and documents are where they stand in the line.
#[derive(Clone, PartialEq, Debug)]
pub enum ReadLine<'a> {
    /// The first line.
    File(FileLine),
    /// A log begins.
    Log(LogLine),
    /// When some of its leaves were cosigned.
    Dating(DatingLine),
    /// Its next leaf.
    Leaf(ReadLeaf<'a>),
}

/// A leaf with the documents beside it.
#[derive(Clone, PartialEq, Debug)]
pub struct ReadLeaf<'a> {
    /// The bytes that the log holds.
    pub bytes: &'a [u8],
    /// What they are.
    pub form: Form,
    /// The bytes of each document, none of them verified; at most [`DOCUMENTS_MAX`].
    pub documents: Vec<&'a [u8]>,
}

/// What the bytes of a leaf are.
#[derive(Clone, PartialEq, Debug)]
pub enum Form {
    /// A leaf in general form.
    Leaf(Box<Leaf>),
    /// An index leaf.
    Index,
    /// Neither: a log that holds it is wrong. Such a leaf states nothing.
    Out,
}

impl<'a> ReadLine<'a> {
    /// Reads one line, without its line feed. Each has one byte form.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn parse(line: &'a [u8]) -> Result<Self, RecordError> {
        if LINE_BYTES_MAX < line.len() {
            return Err(RecordError::Json(Rejection::TooLarge));
        }
        // In the one byte form the first key tells which line it is.
        if let Some(rest) = line.strip_prefix(DOCUMENTS) {
            return leaf(rest).map(Self::Leaf);
        }
        let read = if line.starts_with(b"{\"format\":") {
            Self::File(texts(line)?)
        } else if line.starts_with(b"{\"checkpoint\":") {
            let log: LogLine = texts(line)?;
            LogName::parse(&log.log).map_err(|_| RecordError::Fields)?;
            Self::Log(log)
        } else {
            Self::Dating(texts(line)?)
        };
        let again = match &read {
            Self::File(file) => Line::File(file.clone()),
            Self::Log(log) => Line::Log(log.clone()),
            Self::Dating(dating) => Line::Dating(dating.clone()),
            Self::Leaf(_) => return Err(RecordError::Fields),
        };
        // Serde reads some second forms, as a list for an object: writing it again shows them.
        if again.to_bytes().strip_suffix(b"\n") == Some(line) { Ok(read) } else { Err(RecordError::Fields) }
    }
}

/// What a line with a leaf begins with, and what stands between its documents and the leaf.
const DOCUMENTS: &[u8] = b"{\"documents\":[";
const LEAF: &[u8] = b"],\"leaf\":";

/// Reads the fields of a line that holds nothing but texts. Only once they are seen to be texts is the line read as a value: a value
/// of other things can take a hundred times its bytes.
fn texts<'de, T: Deserialize<'de>>(line: &'de [u8]) -> Result<T, RecordError> {
    let read = serde_json::from_slice(line).map_err(|_| RecordError::Fields)?;
    canonical::parse(line, LINE_BYTES_MAX).map_err(RecordError::Json)?;
    Ok(read)
}

/// Reads a leaf's line behind [`DOCUMENTS`].
fn leaf(mut rest: &[u8]) -> Result<ReadLeaf<'_>, RecordError> {
    let mut documents = Vec::new();
    while !rest.starts_with(b"]") {
        if !documents.is_empty() {
            rest = rest.strip_prefix(b",").ok_or(RecordError::Fields)?;
        }
        if DOCUMENTS_MAX <= documents.len() {
            return Err(RecordError::Fields);
        }
        let (document, behind) = object(rest)?;
        in_one_form(canonical::parse(document, hanse_document::BYTES_MAX).map(drop))?;
        documents.push(document);
        rest = behind;
    }
    let (bytes, end) = object(rest.strip_prefix(LEAF).ok_or(RecordError::Fields)?)?;
    if end != b"}" {
        return Err(RecordError::Fields);
    }
    Ok(ReadLeaf { bytes, form: form(bytes)?, documents })
}

/// The bytes of the object that begins here, and what stands behind it.
fn object(rest: &[u8]) -> Result<(&[u8], &[u8]), RecordError> {
    let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
    let whole = rest.starts_with(b"{") && matches!(values.next(), Some(Ok(_)));
    let parts = whole.then(|| rest.split_at_checked(values.byte_offset())).flatten();
    parts.ok_or(RecordError::Json(Rejection::NotJson))
}

fn form(bytes: &[u8]) -> Result<Form, RecordError> {
    match Leaf::parse_general(bytes) {
        Ok(leaf) => return Ok(Form::Leaf(Box::new(leaf))),
        Err(LeafError::NotCanonical(rejection)) => in_one_form(Err(rejection))?,
        Err(
            LeafError::TooDeep
            | LeafError::Version
            | LeafError::Kind
            | LeafError::Day
            | LeafError::Subjects
            | LeafError::Signatures
            | LeafError::Fields
            | LeafError::UnknownKind
            | LeafError::Parties
            | LeafError::BadSignature,
        ) => {}
    }
    let index = bytes.len() <= LEAF_BYTES_MAX && IndexLeaf::parse(bytes).is_some();
    Ok(if index { Form::Index } else { Form::Out })
}

/// Refuses what is not in the one byte form. What is only too large for a leaf or a document, or says `null`, is the fault of a log or
/// of an author, whom the verifier names, and does not make the line unreadable.
fn in_one_form(read: Result<(), Rejection>) -> Result<(), RecordError> {
    match read {
        Ok(()) | Err(Rejection::TooLarge | Rejection::OutOfForm) => Ok(()),
        Err(rejection) => Err(RecordError::Json(rejection)),
    }
}
