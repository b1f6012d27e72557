//! The name of a person: the `did:key` of the first key, for ever.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::hash::sha256;
use crate::key::{DID_PREFIX, PublicKey};
use crate::rejection::Rejection;

/// What the subject key's hash begins with, so that it is never the hash of anything else.
const SUBJECT_TAG: &[u8] = b"hanse/subject/v1\n";

/// A canonical `did:key:z6Mk…`. Ordered by its text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Did {
    text: String,
    key: PublicKey,
}

impl Did {
    /// Takes the one canonical text of an Ed25519 `did:key`.
    ///
    /// # Errors
    /// [`Rejection::BadKey`] for any other text.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        Ok(Self { key: PublicKey::from_did(text)?, text: text.to_owned() })
    }

    /// The name of the person whose first key this is.
    #[must_use]
    pub fn of(key: &PublicKey) -> Self {
        Self { text: key.did(), key: *key }
    }

    /// The key that the name is made of.
    #[must_use]
    pub const fn key(&self) -> PublicKey {
        self.key
    }

    /// The text, `did:key:z6Mk…`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The verification method that this key signs by, `did:key:z6Mk…#z6Mk…`.
    #[must_use]
    pub fn verification_method(&self) -> String {
        // The text is of the one form, so that what follows its prefix is the key.
        format!("{0}#{1}", self.text, self.text.strip_prefix(DID_PREFIX).unwrap_or_default())
    }

    /// What log leaves call this person: SHA-256 of `hanse/subject/v1\n` and the text.
    #[must_use]
    pub fn subject_key(&self) -> [u8; 32] {
        sha256(&[SUBJECT_TAG, self.text.as_bytes()])
    }
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Did({})", self.text)
    }
}

impl AsRef<str> for Did {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl FromStr for Did {
    type Err = Rejection;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Did {
    type Error = Rejection;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Did> for String {
    fn from(did: Did) -> Self {
        did.text
    }
}
