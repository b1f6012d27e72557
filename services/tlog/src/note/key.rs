//! The names and public halves of keys that sign notes.

use super::{KEY_ID_BYTES, NoteError};
use crate::encoding;
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

/// The longest key name, in bytes: a host name of 253 and a path fit.
pub const KEY_NAME_BYTES_MAX: usize = 512;

/// The length of an Ed25519 public key.
const PUBLIC_BYTES: usize = 32;

/// A key name, which for a log is its origin: not empty, no spaces, no control characters, no plus sign.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyName(String);

impl KeyName {
    /// Checks a name.
    ///
    /// # Errors
    /// [`NoteError::KeyName`] if it breaks a rule or is over [`KEY_NAME_BYTES_MAX`] bytes.
    pub fn parse(name: &str) -> Result<Self, NoteError> {
        let allowed =
            |character: char| !character.is_whitespace() && !character.is_control() && character != '+';
        let sized = (1..=KEY_NAME_BYTES_MAX).contains(&name.len());
        if sized && name.chars().all(allowed) { Ok(Self(name.to_owned())) } else { Err(NoteError::KeyName) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who runs the key: what stands before the first `/`, or the whole name.
    #[must_use]
    pub fn operator(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(operator, _)| operator)
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for KeyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyName({:?})", self.0)
    }
}

impl FromStr for KeyName {
    type Err = NoteError;

    fn from_str(name: &str) -> Result<Self, NoteError> {
        Self::parse(name)
    }
}

impl Borrow<str> for KeyName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for KeyName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for KeyName {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for KeyName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// What a key signs: the C2SP signature type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// 0x01: Ed25519 over the text. A log's own signature.
    Log,
    /// 0x04: `cosignature/v1`, Ed25519 over a time and the checkpoint. A witness's or an auditor's.
    Cosigner,
}

impl KeyKind {
    /// The signature type byte.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Log => 0x01,
            Self::Cosigner => 0x04,
        }
    }

    fn from_byte(byte: u8) -> Result<Self, NoteError> {
        match byte {
            0x01 => Ok(Self::Log),
            0x04 => Ok(Self::Cosigner),
            _ => Err(NoteError::KeyKind),
        }
    }
}

/// A public key with its name and kind: a C2SP vkey, `name+id+base64`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VerifierKey {
    name: KeyName,
    kind: KeyKind,
    key_id: u32,
    public: [u8; PUBLIC_BYTES],
}

impl VerifierKey {
    /// Names a public key; its id follows from name, kind and key.
    ///
    /// # Errors
    /// [`NoteError::PublicKey`] unless the bytes are the canonical form of a point that is not of small order.
    pub fn new(name: KeyName, kind: KeyKind, public: [u8; PUBLIC_BYTES]) -> Result<Self, NoteError> {
        let key = VerifyingKey::from_bytes(&public).map_err(|_| NoteError::PublicKey)?;
        let canonical = key.to_edwards().compress().to_bytes() == public;
        if !canonical || key.is_weak() {
            return Err(NoteError::PublicKey);
        }
        let key_id = key_id(&name, kind, &public);
        Ok(Self { name, kind, key_id, public })
    }

    /// The public half of a secret key, which is always a sound one.
    pub(crate) fn of(name: KeyName, kind: KeyKind, secret: &SigningKey) -> Self {
        let public = secret.verifying_key().to_bytes();
        let key_id = key_id(&name, kind, &public);
        Self { name, kind, key_id, public }
    }

    /// Reads a vkey in the one form that [`Display`](fmt::Display) prints.
    ///
    /// # Errors
    /// [`NoteError::VerifierKey`], [`NoteError::KeyName`], [`NoteError::KeyKind`] or [`NoteError::PublicKey`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        // A name has no plus sign, base64 may have some.
        let mut parts = text.splitn(3, '+');
        let mut part = || parts.next().ok_or(NoteError::VerifierKey);
        let (name, id, key) = (part()?, part()?, part()?);
        let id: [u8; KEY_ID_BYTES] = encoding::from_hex(id).ok_or(NoteError::VerifierKey)?;
        let key = encoding::from_base64(key).ok_or(NoteError::VerifierKey)?;
        let (kind, public) = key.split_first().ok_or(NoteError::VerifierKey)?;
        let kind = KeyKind::from_byte(*kind)?;
        let public = public.try_into().map_err(|_| NoteError::VerifierKey)?;
        let key = Self::new(KeyName::parse(name)?, kind, public)?;
        if key.key_id == u32::from_be_bytes(id) { Ok(key) } else { Err(NoteError::VerifierKey) }
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// What the key signs.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The first four bytes of SHA-256(name ‖ newline ‖ kind ‖ key).
    #[must_use]
    pub const fn key_id(&self) -> u32 {
        self.key_id
    }

    /// The Ed25519 public key.
    #[must_use]
    pub const fn public(&self) -> &[u8; PUBLIC_BYTES] {
        &self.public
    }

    /// Verifies an Ed25519 signature of 64 bytes strictly: no malleable form, no point of small order.
    pub(crate) fn check(&self, message: &[u8], signature: &[u8]) -> Result<(), NoteError> {
        let signature = Signature::from_slice(signature).map_err(|_| NoteError::BadSignature)?;
        let key = VerifyingKey::from_bytes(&self.public).map_err(|_| NoteError::PublicKey)?;
        key.verify_strict(message, &signature).map_err(|_| NoteError::BadSignature)
    }
}

fn key_id(name: &KeyName, kind: KeyKind, public: &[u8; PUBLIC_BYTES]) -> u32 {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(name.as_str())
        .chain_update([b'\n', kind.byte()])
        .chain_update(public)
        .finalize()
        .into();
    let [first, second, third, fourth, ..] = digest;
    u32::from_be_bytes([first, second, third, fourth])
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [[self.kind.byte()].as_slice(), &self.public].concat();
        write!(formatter, "{}+{:08x}+{}", self.name, self.key_id, encoding::base64(&key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "VerifierKey({self})")
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        Self::parse(text)
    }
}
