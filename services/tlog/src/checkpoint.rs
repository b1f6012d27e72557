//! C2SP checkpoints: what a log says about itself, in three lines under its signature.
//!
//! Extension lines are refused: no mirror could audit them.

use crate::encoding;
use crate::hash::Hash;
use crate::note::{KeyName, LogSigner, Note, NoteError, VerifierKey};

/// A log's size and root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Checkpoint {
    /// The name of the log, which is also that of its key.
    pub origin: KeyName,
    /// The number of entries.
    pub size: u64,
    /// The RFC 6962 root of those entries.
    pub root: Hash,
}

impl Checkpoint {
    /// The note text: origin, decimal size and base64 root, each with a newline.
    #[must_use]
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root.base64())
    }

    /// Reads a note text in the one form that [`Checkpoint::body`] prints.
    ///
    /// # Errors
    /// [`NoteError::Checkpoint`], also for extension lines; [`NoteError::KeyName`] for the origin.
    pub fn parse(body: &str) -> Result<Self, NoteError> {
        let body = body.strip_suffix('\n').ok_or(NoteError::Checkpoint)?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(NoteError::Checkpoint);
        };
        let origin = KeyName::parse(origin)?;
        let size = encoding::from_decimal(size).ok_or(NoteError::Checkpoint)?;
        let root = Hash::from_base64(root).map_err(|_| NoteError::Checkpoint)?;
        Ok(Self { origin, size, root })
    }
}

/// Signs a checkpoint. The signer's name must be the origin, or [`open`] refuses the note.
#[must_use]
pub fn sign(checkpoint: &Checkpoint, signer: &LogSigner) -> Note {
    Note::signed(checkpoint.body(), signer)
}

/// The checkpoint in a note that the log of `key` signed.
///
/// # Errors
/// [`NoteError`] if the note is not signed by `key`, is not of its origin, or is no checkpoint.
pub fn open(note: &Note, key: &VerifierKey) -> Result<Checkpoint, NoteError> {
    note.verify(key)?;
    let checkpoint = Checkpoint::parse(note.text())?;
    if checkpoint.origin == *key.name() { Ok(checkpoint) } else { Err(NoteError::Origin) }
}

#[cfg(test)]
mod tests;
