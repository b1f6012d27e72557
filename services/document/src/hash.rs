//! Hashes that stand in documents as 64 lower-case hex digits, and the hexadecimal form itself.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::rejection::Rejection;

/// What the commitment's hash begins with, so that it is never the hash of anything else.
const COMMIT_TAG: &[u8] = b"hanse/commit/v1\n";

/// SHA-256 of the parts, one after the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The bytes as lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            // Cannot fail: a nibble is always a hex digit.
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
    }
    text
}

/// Reads exactly `2 * N` lower-case hex digits.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(bytes)
}

/// Defines a newtype over 32 bytes that is written as 64 lower-case hex digits.
macro_rules! hex_hash {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; 32]);

        impl $name {
            /// Takes the 32 bytes of a hash that was computed elsewhere.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// 64 lower-case hex digits.
            #[must_use]
            pub fn hex(&self) -> String {
                hex(&self.0)
            }

            /// Reads exactly 64 lower-case hex digits; everything else is out of form.
            pub fn from_hex(text: &str) -> Result<Self, Rejection> {
                from_hex(text).map(Self).ok_or(Rejection::OutOfForm)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.hex())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl std::str::FromStr for $name {
            type Err = Rejection;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::from_hex(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Rejection;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::from_hex(&text)
            }
        }

        impl From<$name> for String {
            fn from(hash: $name) -> Self {
                hash.hex()
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl From<$name> for [u8; 32] {
            fn from(hash: $name) -> Self {
                hash.0
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }
    };
}

hex_hash!(
    /// What a log leaf says of a document: SHA-256 of `hanse/commit/v1\n` and the signed document's canonical bytes. The
    /// document's own salt is the opening, so a commitment says nothing once the document is gone.
    Commitment
);

hex_hash!(
    /// SHA-256 of delivered work, which itself never enters a document.
    Digest
);

hex_hash!(
    /// The id of a log leaf that a document cites. The leaf itself is the ledger's business.
    LeafRef
);

impl Commitment {
    /// Commits to the canonical bytes of a signed document.
    #[must_use]
    pub fn of(signed: &[u8]) -> Self {
        Self(sha256(&[COMMIT_TAG, signed]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_has_one_form() {
        let commitment = Commitment::from_bytes([0xa0; 32]);
        assert_eq!(commitment.hex(), "a0".repeat(32));
        assert_eq!(Commitment::from_hex(&"a0".repeat(32)), Ok(commitment));
        for wrong in ["A0".repeat(32), "a0".repeat(31), "a0".repeat(33), "a".repeat(63), "g0".repeat(32)] {
            assert_eq!(Commitment::from_hex(&wrong), Err(Rejection::OutOfForm), "{wrong}");
        }
    }
}
