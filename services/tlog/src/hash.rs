//! RFC 6962 hashes: SHA-256 with one prefix byte that keeps leaves and inner nodes apart.
//!
//! Without the prefix an inner node could be passed off as a leaf, and a log would prove entries that it
//! never held.

use crate::encoding;
use sha2::{Digest, Sha256};
use std::fmt;
use thiserror::Error;

/// What is put before the bytes of an entry.
const LEAF_PREFIX: [u8; 1] = [0x00];

/// What is put before the two children of an inner node.
const NODE_PREFIX: [u8; 1] = [0x01];

/// The length of a hash in bytes.
pub const HASH_BYTES: usize = 32;

/// The root of the empty log: SHA-256 of nothing.
pub const EMPTY: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// A SHA-256 hash of the log: of a leaf, of an inner node, or of a whole tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_BYTES]);

/// A text that is no hash in the form asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HashError {
    /// Hexadecimal must be 64 lower-case digits.
    #[error("a hash in hexadecimal is 64 lower-case digits")]
    Hex,
    /// Base64 must be 44 characters, padded, its last bits zero.
    #[error("a hash in base64 is 44 characters with padding")]
    Base64,
    /// Bytes must be exactly 32.
    #[error("a hash is 32 bytes")]
    Length,
}

/// The hash of an entry: SHA-256(0x00 ‖ entry).
#[must_use]
pub fn leaf(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update(LEAF_PREFIX).chain_update(entry).finalize().into())
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update(NODE_PREFIX).chain_update(left.0).chain_update(right.0).finalize().into())
}

impl Hash {
    /// Wraps 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        encoding::hex(&self.0)
    }

    /// Reads [`Hash::hex`].
    ///
    /// # Errors
    /// [`HashError::Hex`] for any other length or digit, upper case included.
    pub fn from_hex(text: &str) -> Result<Self, HashError> {
        encoding::from_hex(text).map(Self).ok_or(HashError::Hex)
    }

    /// 44 characters of padded standard base64, as checkpoints and proofs carry it.
    #[must_use]
    pub fn base64(&self) -> String {
        encoding::base64(&self.0)
    }

    /// Reads [`Hash::base64`].
    ///
    /// # Errors
    /// [`HashError::Base64`] for anything that does not encode to the same text again.
    pub fn from_base64(text: &str) -> Result<Self, HashError> {
        let bytes = encoding::from_base64(text).ok_or(HashError::Base64)?;
        bytes.try_into().map(Self).map_err(|_| HashError::Base64)
    }
}

impl From<[u8; HASH_BYTES]> for Hash {
    fn from(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }
}

impl From<Hash> for [u8; HASH_BYTES] {
    fn from(hash: Hash) -> Self {
        hash.0
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = HashError;

    fn try_from(bytes: &[u8]) -> Result<Self, HashError> {
        bytes.try_into().map(Self).map_err(|_| HashError::Length)
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.hex())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hash({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_root_is_the_hash_of_nothing() {
        assert_eq!(EMPTY.0, <[u8; 32]>::from(Sha256::digest(b"")));
    }

    #[test]
    fn leaf_and_node_of_the_same_bytes_differ() {
        let (left, right) = (leaf(b"left"), leaf(b"right"));
        let joined = [left.0, right.0].concat();
        assert_ne!(leaf(&joined), node(&left, &right));
    }

    #[test]
    fn text_forms_round_trip_and_have_one_spelling() {
        let hash = leaf(b"entry");
        assert_eq!(Hash::from_hex(&hash.hex()), Ok(hash));
        assert_eq!(Hash::from_base64(&hash.base64()), Ok(hash));
        assert_eq!(hash.to_string(), hash.hex());
        assert_eq!(Hash::from_hex(&hash.hex().to_uppercase()), Err(HashError::Hex));
        assert_eq!(Hash::from_hex(""), Err(HashError::Hex));
        assert_eq!(Hash::from_base64(hash.base64().trim_end_matches('=')), Err(HashError::Base64));
        assert_eq!(Hash::from_base64(""), Err(HashError::Base64));
        // The last character of 32 bytes carries two bits that must be zero.
        assert_eq!(Hash::from_base64(&format!("{}B=", "A".repeat(42))), Err(HashError::Base64));
        assert_eq!(Hash::try_from(&[0u8; 31][..]), Err(HashError::Length));
        assert_eq!(Hash::try_from(&hash.0[..]), Ok(hash));
    }
}
