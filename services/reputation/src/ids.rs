//! What an entry is cited by, and who comes first among equals.

use std::fmt;

use hanse_ledger::SubjectKey;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::epoch::Epoch;

/// What caused something: the id of a log leaf.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(value_type = String, pattern = "^[0-9a-f]{64}$"))]
pub struct EntryId([u8; 32]);

/// Where a person comes among equals in the eyes of `viewer`: the first eight bytes of
/// SHA-256(viewer ‖ person ‖ epoch as four bytes, big-endian). An id ground to come first does so for one viewer and one month.
#[must_use]
pub fn lot(person: &SubjectKey, viewer: &SubjectKey, epoch: Epoch) -> u64 {
    let digest = Sha256::new()
        .chain_update(viewer.as_bytes())
        .chain_update(person.as_bytes())
        .chain_update(epoch.0.to_be_bytes())
        .finalize();
    digest.iter().take(8).fold(0, |lot, byte| (lot << 8) | u64::from(*byte))
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

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryId({self})")
    }
}

impl Serialize for EntryId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
