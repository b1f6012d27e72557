//! C2SP signed notes: a text and, after its last empty line, one line for each signature.
//!
//! Signatures of unknown keys are carried and never believed. A signature in the name and id of a known key
//! that does not verify makes the whole note bad.

use crate::encoding;
use ed25519_dalek::{Signer, SigningKey};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

mod key;

pub use key::{KEY_NAME_BYTES_MAX, KeyKind, KeyName, VerifierKey};

/// The longest note that is read, in bytes: 16 signatures of the longest post-quantum kind and their text.
pub const NOTE_BYTES_MAX: usize = 131_072;

/// The most signature lines of a note: C2SP asks for 16 at least, a policy here may name 32 cosigners.
pub const SIGNATURES_MAX: usize = 64;

/// The length of a key id before the signature of a line.
const KEY_ID_BYTES: usize = 4;

/// What starts a signature line: em dash and space.
const SIGNATURE_MARK: &str = "\u{2014} ";

/// Why a note, a key, a checkpoint or a cosignature is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Over [`NOTE_BYTES_MAX`].
    #[error("the note is longer than {NOTE_BYTES_MAX} bytes")]
    TooLarge,
    /// Not UTF-8, or a control character other than newline.
    #[error("the note's text has bytes that no note may have")]
    Text,
    /// No text line, or no empty line before the signatures, or no newline at the end.
    #[error("the note is not a text, an empty line and signature lines")]
    Form,
    /// A signature line that is not `— name base64`.
    #[error("a signature line is malformed")]
    SignatureLine,
    /// Over [`SIGNATURES_MAX`].
    #[error("the note has more than {SIGNATURES_MAX} signatures")]
    TooManySignatures,
    /// A key name that is empty, too long, or has spaces, control characters or plus signs.
    #[error("the key name is empty, too long, or has spaces or plus signs")]
    KeyName,
    /// A text that is no vkey, or whose key id is not that of its key.
    #[error("the verifier key is malformed or its id is not that of its key")]
    VerifierKey,
    /// A vkey of a signature type other than 0x01 and 0x04.
    #[error("the verifier key has an unknown signature type")]
    KeyKind,
    /// Bytes that are no Ed25519 key: no point, not canonical, or of small order.
    #[error("the public key is not a sound Ed25519 key")]
    PublicKey,
    /// A key of the other kind was given.
    #[error("the key is of the wrong kind for this signature")]
    WrongKind,
    /// The note has no signature of the key.
    #[error("the note is not signed by this key")]
    Unsigned,
    /// A signature of a known key does not verify.
    #[error("a signature of a known key does not verify")]
    BadSignature,
    /// The text is not origin, size and root, each on its line, and nothing else.
    #[error("the text is not a checkpoint without extension lines")]
    Checkpoint,
    /// The checkpoint's origin is not the name of the key that signed it.
    #[error("the checkpoint is of another log than its key")]
    Origin,
}

/// One signature line of a note.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignatureLine {
    name: KeyName,
    key_id: u32,
    bytes: Vec<u8>,
}

impl SignatureLine {
    /// A line of the signature `bytes` by the key with this name and id.
    ///
    /// # Errors
    /// [`NoteError::SignatureLine`] without any bytes.
    pub fn new(name: KeyName, key_id: u32, bytes: Vec<u8>) -> Result<Self, NoteError> {
        if bytes.is_empty() { Err(NoteError::SignatureLine) } else { Ok(Self { name, key_id, bytes }) }
    }

    /// A line by our own key, which never has an empty signature.
    pub(crate) fn by(key: &VerifierKey, bytes: Vec<u8>) -> Self {
        Self { name: key.name().clone(), key_id: key.key_id(), bytes }
    }

    /// Reads one line, without its newline.
    ///
    /// # Errors
    /// [`NoteError::SignatureLine`] or [`NoteError::KeyName`].
    pub fn parse(line: &str) -> Result<Self, NoteError> {
        let rest = line.strip_prefix(SIGNATURE_MARK).ok_or(NoteError::SignatureLine)?;
        let (name, signature) = rest.split_once(' ').ok_or(NoteError::SignatureLine)?;
        let bytes = encoding::from_base64(signature).ok_or(NoteError::SignatureLine)?;
        let (key_id, bytes) = bytes.split_first_chunk::<KEY_ID_BYTES>().ok_or(NoteError::SignatureLine)?;
        Self::new(KeyName::parse(name)?, u32::from_be_bytes(*key_id), bytes.to_vec())
    }

    /// Reads lines that each end in a newline, as a witness answers them. No lines are fine.
    ///
    /// # Errors
    /// As [`SignatureLine::parse`]; [`NoteError::TooManySignatures`].
    pub fn parse_all(lines: &str) -> Result<Vec<Self>, NoteError> {
        let mut parsed = Vec::new();
        for line in lines.split_inclusive('\n') {
            if parsed.len() == SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            parsed.push(Self::parse(line.strip_suffix('\n').ok_or(NoteError::SignatureLine)?)?);
        }
        Ok(parsed)
    }

    /// The name of the key.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of the key.
    #[must_use]
    pub const fn key_id(&self) -> u32 {
        self.key_id
    }

    /// The signature, without the key id.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the line claims to be by this key: equal name and equal id.
    #[must_use]
    pub fn is_of(&self, key: &VerifierKey) -> bool {
        self.name == *key.name() && self.key_id == key.key_id()
    }
}

impl fmt::Display for SignatureLine {
    /// The line without its newline.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = [self.key_id.to_be_bytes().as_slice(), &self.bytes].concat();
        write!(formatter, "{SIGNATURE_MARK}{} {}", self.name, encoding::base64(&signature))
    }
}

impl FromStr for SignatureLine {
    type Err = NoteError;

    fn from_str(line: &str) -> Result<Self, NoteError> {
        Self::parse(line)
    }
}

/// A text with signatures, none of them believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

impl Note {
    /// Reads a note. Its [`Display`](fmt::Display) gives the same bytes again.
    ///
    /// # Errors
    /// [`NoteError`] says what is malformed. No signature is verified here.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLarge);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Text)?;
        // The text has the newline before the empty line, which the separator takes away.
        let (text, lines) = whole.rsplit_once("\n\n").ok_or(NoteError::Form)?;
        let text = format!("{text}\n");
        check_text(&text)?;
        if !lines.ends_with('\n') {
            return Err(NoteError::Form);
        }
        Ok(Self { text, signatures: SignatureLine::parse_all(lines)? })
    }

    /// A note of this text with its first signature.
    ///
    /// # Errors
    /// [`NoteError::Form`] if the text does not end in a newline; [`NoteError::Text`] for control characters;
    /// [`NoteError::TooLarge`].
    pub fn new(text: String, first: SignatureLine) -> Result<Self, NoteError> {
        check_text(&text)?;
        let note = Self { text, signatures: vec![first] };
        note.check_size().map(|()| note)
    }

    /// A note of a text that always has the form of one, as a checkpoint's has, signed by its log.
    pub(crate) fn signed(text: String, signer: &LogSigner) -> Self {
        Self { signatures: vec![signer.line(&text)], text }
    }

    /// The signed text, its last newline included.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signature lines in their order, known or not.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// The note with one more signature. A line of the same key name and id gives way to the new one, which
    /// takes its place; any other comes last.
    ///
    /// The line is not verified here: verify it first, or a worthless line displaces a good one.
    ///
    /// # Errors
    /// [`NoteError::TooManySignatures`] or [`NoteError::TooLarge`].
    pub fn with_signature(mut self, line: SignatureLine) -> Result<Self, NoteError> {
        let same = |old: &&mut SignatureLine| old.name == line.name && old.key_id == line.key_id;
        match self.signatures.iter_mut().find(same) {
            Some(old) => *old = line,
            None => self.signatures.push(line),
        }
        self.check_size().map(|()| self)
    }

    /// [`Note::with_signature`] for each line.
    ///
    /// # Errors
    /// As there.
    pub fn with_signatures(self, lines: impl IntoIterator<Item = SignatureLine>) -> Result<Self, NoteError> {
        lines.into_iter().try_fold(self, Self::with_signature)
    }

    /// The lines that claim to be by this key, each once: to say a thing again costs no second verification.
    pub fn lines_of(&self, key: &VerifierKey) -> impl Iterator<Item = &SignatureLine> {
        let first = |at: usize, line| self.signatures.iter().take(at).all(|earlier| earlier != line);
        let lines = self.signatures.iter().enumerate().filter(|(_, line)| line.is_of(key));
        lines.filter(move |(at, line)| first(*at, *line)).map(|(_, line)| line)
    }

    /// Checks that a [`KeyKind::Log`] key signed the text. Cosignatures are for [`crate::cosignature`].
    ///
    /// # Errors
    /// [`NoteError::Unsigned`] without a line of this key; [`NoteError::BadSignature`] if any line of it fails;
    /// [`NoteError::WrongKind`].
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NoteError> {
        if key.kind() != KeyKind::Log {
            return Err(NoteError::WrongKind);
        }
        let mut signed = false;
        for line in self.lines_of(key) {
            key.check(self.text.as_bytes(), &line.bytes)?;
            signed = true;
        }
        if signed { Ok(()) } else { Err(NoteError::Unsigned) }
    }

    fn check_size(&self) -> Result<(), NoteError> {
        if self.signatures.len() > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        if self.to_string().len() > NOTE_BYTES_MAX { Err(NoteError::TooLarge) } else { Ok(()) }
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') {
        return Err(NoteError::Form);
    }
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') { Err(NoteError::Text) } else { Ok(()) }
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(formatter, "{line}"))
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        Self::parse(text.as_bytes())
    }
}

/// A log's signing key (type 0x01). The secret is wiped when it is dropped.
pub struct LogSigner {
    vkey: VerifierKey,
    secret: SigningKey,
}

impl LogSigner {
    /// The key of this name whose Ed25519 secret is `seed`. A log's key name is its origin.
    #[must_use]
    pub fn new(name: KeyName, seed: [u8; 32]) -> Self {
        let secret = SigningKey::from_bytes(&seed);
        Self { vkey: VerifierKey::of(name, KeyKind::Log, &secret), secret }
    }

    /// The public half.
    #[must_use]
    pub const fn vkey(&self) -> &VerifierKey {
        &self.vkey
    }

    /// Signs a text.
    ///
    /// # Errors
    /// As [`Note::new`].
    pub fn sign(&self, text: String) -> Result<Note, NoteError> {
        let line = self.line(&text);
        Note::new(text, line)
    }

    fn line(&self, text: &str) -> SignatureLine {
        SignatureLine::by(&self.vkey, self.secret.sign(text.as_bytes()).to_bytes().to_vec())
    }
}

impl fmt::Debug for LogSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LogSigner({})", self.vkey)
    }
}

#[cfg(test)]
mod tests;
