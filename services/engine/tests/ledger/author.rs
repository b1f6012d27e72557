//! A log in memory under a node's key: what an honest peer would send, and whatever a dishonest one may.

use hanse_base::names::LogKind;
use hanse_ledger::index::IndexLeaf;
use hanse_ledger::{Leaf, LogState};
use hanse_logbook::follow::Segment;
use hanse_tlog::{Checkpoint, LogSigner, checkpoint};

use crate::node::log_keys;

pub(crate) struct Author {
    state: LogState,
    leaves: Vec<Vec<u8>>,
}

impl Author {
    /// A founded log: one leaf, the empty index.
    pub(crate) fn new() -> Self {
        let mut author = Self { state: LogState::new(), leaves: vec![] };
        author.seal();
        author
    }

    pub(crate) fn size(&self) -> u64 {
        self.state.size
    }

    pub(crate) fn append(&mut self, leaf: &Leaf) {
        self.state.append(leaf.bytes()).unwrap();
        self.leaves.push(leaf.bytes().to_vec());
    }

    /// In the tree, and listed under nobody.
    pub(crate) fn hide(&mut self, leaf: &Leaf) {
        self.state.append_listed(leaf.hash(), &[]).unwrap();
        self.leaves.push(leaf.bytes().to_vec());
    }

    /// Bytes that are no leaf.
    pub(crate) fn append_raw(&mut self, bytes: &[u8]) {
        self.state.append_listed(hanse_tlog::hash::leaf(bytes), &[]).unwrap();
        self.leaves.push(bytes.to_vec());
    }

    pub(crate) fn seal(&mut self) {
        let leaf = self.state.seal().unwrap();
        self.leaves.push(leaf);
    }

    /// An index leaf that counts wrongly.
    pub(crate) fn seal_falsely(&mut self) {
        let truth = self.state.index_leaf().unwrap();
        self.append_raw(&IndexLeaf { listed: truth.listed + 1, ..truth }.to_bytes());
    }

    pub(crate) fn checkpoint(&self, node: &str) -> String {
        let keys = log_keys(node, &[]);
        signed(&keys.own(LogKind::Reputation).signer, self.state.size, self.state.root())
    }

    /// All leaves from `start` on, under the signature of this node.
    pub(crate) fn segment(&self, node: &str, start: u64) -> Segment {
        let from = usize::try_from(start).unwrap();
        let entries = self.leaves[from..].iter().map(|leaf| (leaf.clone(), vec![])).collect();
        Segment { start, entries, checkpoint: self.checkpoint(node).into_bytes() }
    }
}

pub(crate) fn signed(signer: &LogSigner, size: u64, root: hanse_tlog::Hash) -> String {
    let origin = signer.vkey().name().clone();
    checkpoint::sign(&Checkpoint { origin, size, root }, signer).to_string()
}
