//! A log of the hostile peer's own, kept rightly or wrongly.

use hanse_ledger::{LogState, SubjectKey};
use hanse_network::{Bytes, Entry};
use hanse_tlog::{Checkpoint, Hash, LogSigner, checkpoint};
use serde_json::json;

use super::seat::Seat;
use crate::Result;

/// The log with all of its leaves.
#[derive(Clone)]
pub(super) struct FakeLog {
    signer: std::sync::Arc<LogSigner>,
    state: LogState,
    entries: Vec<Entry>,
    /// Sizes with a checkpoint.
    notes: Vec<(u64, String)>,
}

impl FakeLog {
    /// A log with its first index leaf, as every honest one begins.
    pub(super) fn new(seat: &Seat, kind: &str) -> Result<Self> {
        let signer = std::sync::Arc::new(seat.log(kind)?);
        let mut log = Self { signer, state: LogState::new(), entries: Vec::new(), notes: Vec::new() };
        log.seal()?;
        Ok(log)
    }

    pub(super) fn origin(&self) -> &str {
        self.signer.vkey().name().as_str()
    }

    pub(super) const fn size(&self) -> u64 {
        self.state.size
    }

    /// Appends a leaf and the documents that travel with it.
    pub(super) fn append(&mut self, leaf: &[u8], documents: &[&[u8]]) -> Result<()> {
        self.state.append(leaf)?;
        let documents = documents.iter().map(|bytes| Bytes::from(bytes.to_vec())).collect();
        self.entries.push(Entry { leaf: Bytes::from(leaf.to_vec()), documents });
        Ok(())
    }

    /// Appends bytes that no rule allows.
    pub(super) fn force(&mut self, leaf: &[u8]) {
        self.state.range.append(hanse_tlog::hash::leaf(leaf));
        self.state.size = self.state.range.size();
        self.entries.push(Entry { leaf: Bytes::from(leaf.to_vec()), documents: Vec::new() });
    }

    /// Appends the index leaf, and signs.
    pub(super) fn seal(&mut self) -> Result<()> {
        let leaf = self.state.seal()?;
        // The changes are what a database would be told.
        self.state.forget_changes();
        self.entries.push(Entry { leaf: Bytes::from(leaf), documents: Vec::new() });
        self.notes.push((self.size(), self.note_of(self.size(), self.state.range.root())));
        Ok(())
    }

    /// The newest head.
    pub(super) fn head(&self) -> String {
        self.notes.last().map(|(_, note)| note.clone()).unwrap_or_default()
    }

    /// A signed head of any size and root.
    pub(super) fn note_of(&self, size: u64, root: Hash) -> String {
        checkpoint::sign(&self.checkpoint_of(size, root), &self.signer).to_string()
    }

    /// What such a head says.
    pub(super) fn checkpoint_of(&self, size: u64, root: Hash) -> Checkpoint {
        Checkpoint { origin: self.signer.vkey().name().clone(), size, root }
    }

    /// The leaves `start..end`, as far as the last checkpoint among them, and that.
    pub(super) fn page(&self, start: u64, end: u64) -> Option<(Vec<Entry>, Option<Bytes>)> {
        let (from, to) = (usize::try_from(start).ok()?, usize::try_from(end.min(self.size())).ok()?);
        let within = |(size, _): &&(u64, String)| start < *size && *size <= end;
        let note = self.notes.iter().rev().find(within);
        let to = note.and_then(|(size, _)| usize::try_from(*size).ok()).unwrap_or(to);
        let entries = self.entries.get(from..to).filter(|entries| !entries.is_empty())?;
        Some((entries.to_vec(), note.map(|(_, note)| Bytes::from(note.clone().into_bytes()))))
    }
}

/// A leaf of a type that nobody knows, about these subjects; `number` makes it another one. Nobody has signed it.
pub(super) fn filler(number: u64, subjects: &[SubjectKey]) -> Vec<u8> {
    let mut subjects: Vec<String> = subjects.iter().map(SubjectKey::hex).collect();
    subjects.sort_unstable();
    let leaf = json!({"day": 1, "n": number, "sigs": [], "subjects": subjects, "t": "filler", "v": 1});
    hanse_document::canonical::to_vec(&leaf)
}
