//! Levels of the prefix tree that are kept together, as one value.

use hanse_tlog::Hash;

use super::SubjectKey;
use super::node::{NOTHING, TreeNode};
use super::path::{Path, turns_right};

/// Levels in one subtree. With four a batch writes a quarter of the rows that single nodes would be, and no more bytes; with eight
/// it would write sixteen kilobytes for each subject.
pub const SUBTREE_LEVELS: u16 = 4;

/// Places in a subtree, by their number: 1 is its top, and below place `n` stand `2n` and `2n + 1`.
const PLACES: usize = 1 << SUBTREE_LEVELS;

/// The first place whose children stand in another subtree.
const BOTTOM: usize = PLACES / 2;

/// Two bit sets, of the places that are leaves and of those that are parents.
const HEAD_BYTES: usize = 4;

/// The nodes at up to four levels below one path whose depth is a multiple of four.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Subtree {
    /// Place 0 stays empty.
    places: [Option<TreeNode>; PLACES],
}

impl Subtree {
    /// The node at a place of this subtree.
    #[must_use]
    pub(super) fn get(&self, place: usize) -> Option<&TreeNode> {
        self.places.get(place)?.as_ref()
    }

    pub(super) fn set(&mut self, place: usize, node: Option<TreeNode>) {
        if let Some(there) = self.places.get_mut(place) {
            *there = node;
        }
    }

    /// The node at the top.
    #[must_use]
    pub fn top(&self) -> Option<&TreeNode> {
        self.get(1)
    }

    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.iter().flatten().count()
    }

    /// Whether there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The nodes, each with its path, when the top stands at `top`.
    pub fn nodes(&self, top: Path) -> impl Iterator<Item = (Path, TreeNode)> {
        let places = self.places.iter().zip(0_usize..);
        places.filter_map(move |(node, place)| Some((path_of(top, place), (*node)?)))
    }

    /// Two bytes with a bit for each place that is a leaf, two with one for each that is a parent, both big-endian; then, in the order
    /// of the places, 64 bytes of each leaf (key, value) and of each parent at the lowest level (left, right). What the parents
    /// above that hold follows from these.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (mut leaves, mut parents, mut rest) = (0_u16, 0_u16, Vec::with_capacity(PLACES * 64));
        for (place, node) in self.places.iter().enumerate() {
            let bit = 1_u16 << place;
            match node {
                None => {}
                Some(TreeNode::Leaf { key, value }) => {
                    leaves |= bit;
                    rest.extend_from_slice(key.as_bytes());
                    rest.extend_from_slice(value.as_bytes());
                }
                Some(TreeNode::Parent { left, right }) => {
                    parents |= bit;
                    if place >= BOTTOM {
                        rest.extend_from_slice(left.as_bytes());
                        rest.extend_from_slice(right.as_bytes());
                    }
                }
            }
        }
        [&leaves.to_be_bytes()[..], &parents.to_be_bytes(), &rest].concat()
    }

    /// A subtree from [`Subtree::to_bytes`]; `None` for anything that it does not write.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, mut rest) = bytes.split_first_chunk::<HEAD_BYTES>()?;
        let [a, b, c, d] = *head;
        let (leaves, parents) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let has = |set: u16, place: usize| set >> place & 1 == 1;
        let mut subtree = Self::default();
        for place in 0..PLACES {
            let (leaf, parent) = (has(leaves, place), has(parents, place));
            let hangs = place == 1 || place > 1 && has(parents, place / 2);
            if !(leaf || parent) {
                continue;
            }
            if (leaf && parent) || !hangs {
                return None;
            }
            if leaf || place >= BOTTOM {
                let (pair, after) = rest.split_first_chunk::<64>()?;
                subtree.set(place, Some(node_of(leaf, pair)?));
                rest = after;
            }
        }
        for place in (1..BOTTOM).rev().filter(|place| has(parents, *place)) {
            let below = |place| subtree.get(place).map_or(NOTHING, TreeNode::hash);
            let (left, right) = (below(2 * place), below(2 * place + 1));
            if (left, right) == (NOTHING, NOTHING) {
                return None;
            }
            subtree.set(place, Some(TreeNode::Parent { left, right }));
        }
        (rest.is_empty() && !subtree.is_empty()).then_some(subtree)
    }
}

fn node_of(leaf: bool, pair: &[u8; 64]) -> Option<TreeNode> {
    let (first, second) = pair.split_first_chunk::<32>()?;
    let second: [u8; 32] = second.try_into().ok()?;
    let second = Hash::from_bytes(second);
    Some(if leaf {
        TreeNode::Leaf { key: SubjectKey::from_bytes(*first), value: second }
    } else {
        TreeNode::Parent { left: Hash::from_bytes(*first), right: second }
    })
}

/// The place in its subtree where the way to a key stands at this depth.
pub(super) fn place_of(key: &SubjectKey, depth: u16) -> usize {
    let top = depth - depth % SUBTREE_LEVELS;
    (top..depth).fold(1, |place, at| 2 * place + usize::from(turns_right(key, at)))
}

fn path_of(top: Path, place: usize) -> Path {
    let levels = place.max(1).ilog2();
    (0..levels).rev().fold(top, |path, level| path.child(place >> level & 1 == 1))
}
