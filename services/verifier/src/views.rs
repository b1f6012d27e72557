//! What each log signed about itself, across the whole file: two statements that cannot both be true are the log's lie.
//!
//! A file holds several checkpoints of one log, and may hold them of several sizes. Nothing here proves that a smaller one is
//! a prefix of a larger one; what contradicts it in plain sight must not be passed over.

use std::collections::BTreeMap;

use hanse_tlog::{Checkpoint, Hash};

use crate::report::{CheckStep, Outcome};

/// Roots by origin and size, leaves by origin and place, as they are met.
#[derive(Default)]
pub(crate) struct Views<'a> {
    roots: BTreeMap<(String, u64), Hash>,
    leaves: BTreeMap<(&'a str, u64), Hash>,
}

impl<'a> Views<'a> {
    /// A checkpoint that the log signed.
    pub(crate) fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Option<CheckStep> {
        let Checkpoint { origin, size, root } = checkpoint;
        let known = *self.roots.entry((origin.to_string(), *size)).or_insert(*root);
        (known != *root).then(|| {
            let says = format!(
                "the log signed two roots for {size} leaves: it shows different people different logs"
            );
            CheckStep::new(format!("equivocation of {origin}"), Outcome::Invalid, says)
                .with("root", &known, root)
        })
    }

    /// A leaf that is proved to be at this place of the log.
    pub(crate) fn leaf(&mut self, origin: &'a str, index: u64, hash: Hash) -> Option<CheckStep> {
        let known = *self.leaves.entry((origin, index)).or_insert(hash);
        (known != hash).then(|| {
            let says =
                format!("the log signed two leaves at {index}: it shows different people different logs");
            CheckStep::new(format!("equivocation of {origin}"), Outcome::Invalid, says)
                .with("leaf", &known, &hash)
        })
    }
}
