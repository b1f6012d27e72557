//! Audit paths that share nodes: a path ends where it meets a node that is proved already.
//!
//! Many leaves of one tree have most of their upper nodes in common. Whoever checks them one after the other knows those from the
//! first path, so that the others need not repeat them.

use std::collections::BTreeMap;

use crate::hash::{self, Hash};
use crate::verify::ProofError;

/// A node of the tree: its level, and its place on that level.
type At = (u32, u64);

/// The nodes of one tree that are proved: at first its root.
#[derive(Clone, Debug)]
pub struct Proved {
    size: u64,
    nodes: BTreeMap<At, Hash>,
}

/// Where a walk up the tree stands, and the last place of that level.
#[derive(Clone, Copy)]
struct Climb {
    level: u32,
    place: u64,
    last: u64,
}

impl Proved {
    /// The tree of `size` leaves with this root.
    #[must_use]
    pub fn new(size: u64, root: Hash) -> Self {
        let top = size.checked_sub(1).map(|last| Climb::from(0, last).top());
        Self { size, nodes: top.into_iter().map(|at| (at, root)).collect() }
    }

    /// Checks that `leaf` is entry `index`: `path` leads to the root, or to any node that is proved.
    ///
    /// # Errors
    /// [`ProofError`] if it is not proved.
    pub fn check(&self, index: u64, leaf: &Hash, path: &[Hash]) -> Result<(), ProofError> {
        self.walk(index, leaf, path).map(drop)
    }

    /// [`Proved::check`]; from then on the nodes on and beside the path are proved as well.
    ///
    /// # Errors
    /// As there; nothing has changed then.
    pub fn add(&mut self, index: u64, leaf: &Hash, path: &[Hash]) -> Result<(), ProofError> {
        let passed = self.walk(index, leaf, path)?;
        self.nodes.extend(passed);
        Ok(())
    }

    /// The beginning of a whole audit path that is enough, given what is proved.
    #[must_use]
    pub fn enough<'p>(&self, index: u64, path: &'p [Hash]) -> &'p [Hash] {
        let Some(last) = self.size.checked_sub(1) else { return path };
        let mut climb = Climb::from(index, last);
        let mut length = 0;
        while length < path.len() && !self.nodes.contains_key(&climb.at()) {
            climb = climb.parent();
            length += 1;
        }
        path.get(..length).unwrap_or(path)
    }

    /// The nodes on the path below its end, and those beside it.
    fn walk(&self, index: u64, leaf: &Hash, path: &[Hash]) -> Result<Vec<(At, Hash)>, ProofError> {
        let last = self.size.checked_sub(1).filter(|last| index <= *last).ok_or(ProofError::Index)?;
        let (mut climb, mut node) = (Climb::from(index, last), *leaf);
        let mut passed = Vec::with_capacity(path.len().saturating_mul(2));
        for sibling in path {
            if climb.last == 0 {
                return Err(ProofError::TooLong);
            }
            let beside = (climb.level, climb.place ^ 1);
            passed.extend([(climb.at(), node), (beside, *sibling)]);
            node = if climb.place % 2 == 1 { hash::node(sibling, &node) } else { hash::node(&node, sibling) };
            climb = climb.parent();
        }
        match self.nodes.get(&climb.at()) {
            Some(proved) if *proved == node => Ok(passed),
            Some(_) => Err(ProofError::Root),
            None => Err(ProofError::TooShort),
        }
    }
}

impl Climb {
    fn from(index: u64, last: u64) -> Self {
        Self { level: 0, place: index, last }.promoted()
    }

    const fn at(self) -> At {
        (self.level, self.place)
    }

    fn parent(self) -> Self {
        Self { level: self.level.saturating_add(1), place: self.place >> 1, last: self.last >> 1 }.promoted()
    }

    /// A last node without a sibling is the same node as its parent: it goes by its highest level.
    fn promoted(self) -> Self {
        if self.place != self.last || self.last == 0 {
            return self;
        }
        let up = self.place.trailing_zeros();
        // The place is not 0 here, so that the shift is below 64.
        Self { level: self.level.saturating_add(up), place: self.place >> up, last: self.last >> up }
    }

    fn top(self) -> At {
        let mut climb = self;
        while climb.last > 0 {
            climb = climb.parent();
        }
        climb.at()
    }
}
