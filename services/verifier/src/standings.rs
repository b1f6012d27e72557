//! What became of each leaf. A leaf that no rule claims is foreign.

use std::collections::BTreeMap;

use crate::log::{Log, ProvenLeaf};
use crate::report::{EntryReport, Standing};

/// By log and place.
#[derive(Default)]
pub(crate) struct Standings<'a> {
    claimed: BTreeMap<(&'a str, u64), Standing>,
}

impl<'a> Standings<'a> {
    pub(crate) fn counts(&mut self, held: &ProvenLeaf<'a>) {
        self.claimed.insert((held.origin, held.index), Standing::Counts);
    }

    /// Unless another rule has claimed the leaf already.
    pub(crate) fn not_counted(&mut self, held: &ProvenLeaf<'a>, why: &str) {
        let claim = self.claimed.entry((held.origin, held.index));
        claim.or_insert_with(|| Standing::NotCounted(why.to_owned()));
    }

    /// A leaf that was claimed, and whose document then does not bind.
    pub(crate) fn void(&mut self, held: &ProvenLeaf<'a>, why: &str) {
        self.claimed.insert((held.origin, held.index), Standing::NotCounted(why.to_owned()));
    }

    /// Every leaf of these logs with its standing.
    pub(crate) fn entries(&self, logs: &[Log<'a>]) -> Vec<EntryReport> {
        let leaves = logs.iter().flat_map(|log| &log.leaves);
        let entries = leaves.map(|held| EntryReport {
            origin: held.origin.to_owned(),
            index: held.index,
            kind: held.kind.to_string(),
            id: held.id.hex(),
            standing: self.claimed.get(&(held.origin, held.index)).cloned().unwrap_or(Standing::Foreign),
        });
        entries.collect()
    }
}
