//! Reading the types of documents out of columns. A value that does not fit is `Inconsistent`, never a panic.

use std::str::FromStr;

use hanse_document::{DocumentId, Kind};

use crate::{Row, StoreError, column};

/// A column of 32 bytes.
pub(crate) fn bytes32(row: &Row, table: &'static str, name: &'static str) -> Result<[u8; 32], StoreError> {
    let bytes: &[u8] = column(row, table, name)?;
    bytes.try_into().map_err(|_| StoreError::Inconsistent { table, column: name })
}

/// A column of 32 bytes that may be null.
pub(crate) fn bytes32_opt(
    row: &Row,
    table: &'static str,
    name: &'static str,
) -> Result<Option<[u8; 32]>, StoreError> {
    let bytes: Option<&[u8]> = column(row, table, name)?;
    let inconsistent = |_| StoreError::Inconsistent { table, column: name };
    bytes.map(|bytes| bytes.try_into().map_err(inconsistent)).transpose()
}

/// A text column that has one written form.
pub(crate) fn parsed<T: FromStr>(
    row: &Row,
    table: &'static str,
    name: &'static str,
) -> Result<T, StoreError> {
    let text: &str = column(row, table, name)?;
    text.parse().map_err(|_| StoreError::Inconsistent { table, column: name })
}

/// A text column that has one written form, and may be null.
pub(crate) fn parsed_opt<T: FromStr>(
    row: &Row,
    table: &'static str,
    name: &'static str,
) -> Result<Option<T>, StoreError> {
    let text: Option<&str> = column(row, table, name)?;
    let inconsistent = |_| StoreError::Inconsistent { table, column: name };
    text.map(|text| text.parse().map_err(inconsistent)).transpose()
}

/// The id of a document of a known kind.
pub(crate) fn id(
    row: &Row,
    table: &'static str,
    name: &'static str,
    kind: Kind,
) -> Result<DocumentId, StoreError> {
    Ok(DocumentId::new(kind, bytes32(row, table, name)?))
}

/// The head of a chain: one of these documents, or a step. Ids in columns are hashes alone.
pub(crate) fn head(row: &Row, table: &'static str, others: &[DocumentId]) -> Result<DocumentId, StoreError> {
    let hash = bytes32(row, table, "head")?;
    let other = others.iter().find(|other| *other.hash() == hash);
    Ok(other.copied().unwrap_or(DocumentId::new(Kind::Step, hash)))
}

/// Whether PostgreSQL reads the text as a UUID in the form that it writes.
pub(crate) fn is_uuid(text: &str) -> bool {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    groups.len() == LENGTHS.len()
        && groups.iter().zip(LENGTHS).all(|(group, length)| {
            group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}
