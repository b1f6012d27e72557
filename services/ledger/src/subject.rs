//! The pseudonym under which a log lists a person.

use std::fmt;

use hanse_document::did::Did;
use hanse_tlog::Hash;
use serde::{Serialize, Serializer};

/// A person, by the pseudonym under which logs list them: SHA-256 of `hanse/subject/v1\n` and the person's first `did:key`. One for an
/// identity, whatever its keys.
///
/// Anyone who knows the identity computes it; from the key alone the identity cannot be found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(value_type = String, pattern = "^[0-9a-f]{64}$"))]
pub struct SubjectKey([u8; 32]);

impl SubjectKey {
    /// The subject key of an identity.
    #[must_use]
    pub fn of(did: &Did) -> Self {
        Self(did.subject_key())
    }

    /// A subject key from its 32 bytes, as a store keeps it.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A subject key from 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        Hash::from_hex(text).ok().map(|hash| Self(hash.into()))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        Hash::from_bytes(self.0).hex()
    }
}

impl fmt::Display for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SubjectKey({})", self.hex())
    }
}

impl Serialize for SubjectKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
