//! Entry bundles: up to 256 entries, each after its length as a big-endian `u16`.

use super::{TileError, WIDTH};

/// The longest entry whose length fits the two bytes before it.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// Packs the entries of one bundle.
///
/// # Errors
/// [`TileError::EntryTooLong`] for an entry over [`ENTRY_BYTES_MAX`]; [`TileError::Bundle`] for none or more
/// than 256 entries.
pub fn bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, TileError> {
    check_count(entries.len())?;
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| TileError::EntryTooLong)?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Unpacks [`bundle`].
///
/// # Errors
/// [`TileError::Bundle`] for cut or surplus bytes, and for none or more than 256 entries.
pub fn parse_bundle(bytes: &[u8]) -> Result<Vec<Vec<u8>>, TileError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>().ok_or(TileError::Bundle)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(TileError::Bundle)?;
        entries.push(entry.to_vec());
        check_count(entries.len())?;
        rest = after;
    }
    check_count(entries.len())?;
    Ok(entries)
}

fn check_count(count: usize) -> Result<(), TileError> {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    if (1..=WIDTH).contains(&count) { Ok(()) } else { Err(TileError::Bundle) }
}
