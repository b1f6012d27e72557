//! Whom and what a score is about.

use std::fmt;

use hanse_document::Did;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::epoch::Epoch;

/// A person, by the pseudonym under which logs list them: one for an identity, whatever its keys.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = SubjectKey, value_type = String, pattern = "^[0-9a-f]{64}$"))]
pub struct Person([u8; 32]);

/// What caused something: the id of a log leaf.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(value_type = String, pattern = "^[0-9a-f]{64}$"))]
pub struct EntryId([u8; 32]);

impl Person {
    /// The person behind an identity.
    #[must_use]
    pub fn of(did: &Did) -> Self {
        Self(did.subject_key())
    }

    /// A person by the 32 bytes of their subject key.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Where this person comes among equals in the eyes of `viewer`: the first eight bytes of
    /// SHA-256(viewer ‖ person ‖ epoch as four bytes, big-endian). An id ground to come first does so for one viewer and one month.
    #[must_use]
    pub fn lot(&self, viewer: &Self, epoch: Epoch) -> u64 {
        let digest = Sha256::new()
            .chain_update(viewer.0)
            .chain_update(self.0)
            .chain_update(epoch.0.to_be_bytes())
            .finalize();
        digest.iter().take(8).fold(0, |lot, byte| (lot << 8) | u64::from(*byte))
    }
}

impl EntryId {
    /// An entry by the 32 bytes of its leaf id.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

macro_rules! shown_in_hex {
    ($type:ident) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

shown_in_hex!(Person);
shown_in_hex!(EntryId);
