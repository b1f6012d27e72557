//! C2SP `cosignature/v1`: a witness or auditor states when it saw a checkpoint as the log's largest.
//!
//! An operator with several statements needs a key for each of them.

use crate::checkpoint::Checkpoint;
use crate::note::{KeyKind, KeyName, Note, NoteError, SignatureLine, VerifierKey};
use ed25519_dalek::{Signer, SigningKey};
use std::collections::BTreeMap;
use std::fmt;

/// The latest time in a cosignature, in seconds since 1970: the format's own limit, 2^63 - 1.
pub const TIME_MAX: u64 = i64::MAX as u64;

/// The length of the time before the signature.
const TIME_BYTES: usize = 8;

/// A cosigner's signing key (type 0x04). The secret is wiped when it is dropped.
pub struct Cosigner {
    vkey: VerifierKey,
    secret: SigningKey,
}

impl Cosigner {
    /// The key of this name whose Ed25519 secret is `seed`.
    #[must_use]
    pub fn new(name: KeyName, seed: [u8; 32]) -> Self {
        let secret = SigningKey::from_bytes(&seed);
        Self { vkey: VerifierKey::of(name, KeyKind::Cosigner, &secret), secret }
    }

    /// The public half.
    #[must_use]
    pub const fn vkey(&self) -> &VerifierKey {
        &self.vkey
    }

    /// States that at `unix_seconds` this checkpoint was the largest seen of its log. A time over
    /// [`TIME_MAX`] gives a line that [`verify`] refuses.
    ///
    /// Only the caller can know that it is so: check consistency with what was cosigned before.
    #[must_use]
    pub fn cosign(&self, checkpoint: &Checkpoint, unix_seconds: u64) -> SignatureLine {
        let signature = self.secret.sign(message(checkpoint, unix_seconds).as_bytes());
        let bytes = [unix_seconds.to_be_bytes().as_slice(), &signature.to_bytes()].concat();
        SignatureLine::by(&self.vkey, bytes)
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Cosigner({})", self.vkey)
    }
}

/// The time, in seconds since 1970, at which `key` states it saw the checkpoint.
///
/// # Errors
/// [`NoteError::WrongKind`] for a log's key, [`NoteError::Unsigned`] for a line of another key,
/// [`NoteError::BadSignature`] otherwise.
pub fn verify(checkpoint: &Checkpoint, line: &SignatureLine, key: &VerifierKey) -> Result<u64, NoteError> {
    if key.kind() != KeyKind::Cosigner {
        return Err(NoteError::WrongKind);
    }
    if !line.is_of(key) {
        return Err(NoteError::Unsigned);
    }
    let (time, signature) = line.bytes().split_first_chunk::<TIME_BYTES>().ok_or(NoteError::BadSignature)?;
    let time = u64::from_be_bytes(*time);
    if time > TIME_MAX {
        return Err(NoteError::BadSignature);
    }
    key.check(message(checkpoint, time).as_bytes(), signature).map(|()| time)
}

/// The times at which each known cosigner cosigned the checkpoint in the note, in the order of the lines. Lines of unknown keys
/// are ignored, and so are lines that stand there again.
///
/// The log's own signature is not looked at: take the checkpoint from [`crate::checkpoint::open`].
///
/// # Errors
/// [`NoteError::BadSignature`] if any line of a known key fails; [`NoteError::WrongKind`] for a log's key among
/// `keys`; [`NoteError::Checkpoint`] if the note's text is not that of the checkpoint.
pub fn collect<'a>(
    note: &Note,
    checkpoint: &Checkpoint,
    keys: impl IntoIterator<Item = &'a VerifierKey>,
) -> Result<BTreeMap<&'a VerifierKey, Vec<u64>>, NoteError> {
    if note.text() != checkpoint.body() {
        return Err(NoteError::Checkpoint);
    }
    let mut times: BTreeMap<_, Vec<u64>> = BTreeMap::new();
    for key in keys {
        for line in note.lines_of(key) {
            times.entry(key).or_default().push(verify(checkpoint, line, key)?);
        }
    }
    Ok(times)
}

/// What is signed: a header, the time, and the whole note text of the checkpoint.
fn message(checkpoint: &Checkpoint, unix_seconds: u64) -> String {
    format!("cosignature/v1\ntime {unix_seconds}\n{}", checkpoint.body())
}

#[cfg(test)]
mod tests;
