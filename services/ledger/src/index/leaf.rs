//! The leaf that commits a log to its index.

use hanse_document::canonical;
use hanse_tlog::Hash;
use serde_json::Value;

use crate::leaf::LEAF_BYTES_MAX;

/// The last leaf of every checkpoint: what all leaves before it list.
///
/// Canonical JSON with exactly the keys `entries`, `listed`, `root`, `t` (`"index"`) and `v` (1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IndexLeaf {
    /// Number of leaves before this one, which is also its index in the log.
    pub entries: u64,
    /// Number of subjects listed.
    pub listed: u64,
    /// Root of the prefix tree over the subjects.
    pub root: Hash,
}

/// How the one byte form begins; no other leaf does.
const BEGINNING: &[u8] = br#"{"entries":"#;

impl IndexLeaf {
    /// The one byte form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { entries, listed, root } = self;
        format!(r#"{{"entries":{entries},"listed":{listed},"root":"{root}","t":"index","v":1}}"#).into_bytes()
    }

    /// An index leaf from its one byte form; `None` for anything else.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(BEGINNING) {
            return None;
        }
        let value = canonical::parse(bytes, LEAF_BYTES_MAX).ok()?;
        let number = |key| value.get(key).and_then(Value::as_u64);
        let root = Hash::from_hex(value.get("root")?.as_str()?).ok()?;
        let leaf = Self { entries: number("entries")?, listed: number("listed")?, root };
        // Keys that are missing, wrong or too many all show here.
        (leaf.to_bytes() == bytes).then_some(leaf)
    }
}
