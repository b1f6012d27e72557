//! The nodes of the prefix tree, and putting a value into it.

use std::collections::BTreeMap;
use std::ops::Range;

use hanse_tlog::Hash;
use sha2::{Digest as _, Sha256};

use super::path::turns_right;
use super::{DEPTH_MAX, Path, SubjectKey};

/// What stands for a missing child.
pub(super) const NOTHING: Hash = Hash::from_bytes([0; 32]);

const LEAF_TAG: u8 = 2;
const PARENT_TAG: u8 = 3;

/// A node of the prefix tree. The root is always a parent; elsewhere a subtree with one key is just its leaf.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Node {
    /// The only key of its subtree.
    Leaf {
        /// Whom the value is about.
        key: SubjectKey,
        /// [`super::subject_value`] of what the log lists under the key.
        value: Hash,
    },
    /// Two subtrees; 32 zero bytes stand for an empty one.
    Parent {
        /// Hash of the subtree whose next bit is 0.
        left: Hash,
        /// Hash of the subtree whose next bit is 1.
        right: Hash,
    },
}

impl Node {
    /// The 65 bytes that are hashed, and that a store keeps: a tag (2 leaf, 3 parent) and two times 32 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 65] {
        let (tag, first, second) = match self {
            Self::Leaf { key, value } => (LEAF_TAG, key.as_bytes(), value.as_bytes()),
            Self::Parent { left, right } => (PARENT_TAG, left.as_bytes(), right.as_bytes()),
        };
        let mut bytes = [0; 65];
        for (byte, from) in bytes.iter_mut().zip(std::iter::once(&tag).chain(first).chain(second)) {
            *byte = *from;
        }
        bytes
    }

    /// A node from [`Node::to_bytes`]; `None` for another length or tag.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (tag, rest) = bytes.split_first()?;
        let (first, rest) = rest.split_first_chunk::<32>()?;
        let second: [u8; 32] = rest.try_into().ok()?;
        match *tag {
            LEAF_TAG => Some(Self::Leaf { key: SubjectKey::from_bytes(*first), value: second.into() }),
            PARENT_TAG => Some(Self::Parent { left: (*first).into(), right: second.into() }),
            _ => None,
        }
    }

    /// SHA-256 of [`Node::to_bytes`].
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::from_bytes(Sha256::digest(self.to_bytes()).into())
    }
}

/// The prefix tree, whole or the part of it that a batch touches. No root means an empty tree.
pub type Nodes = BTreeMap<Path, Node>;

/// A node that the parent above it names was not loaded, or is not what the tree can hold there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the index node at {0} is missing")]
pub struct MissingNode(pub Path);

/// The nodes on the way to `key` at these depths: what a store loads before [`insert`] or [`super::prove`].
///
/// Siblings need no loading, their hashes are in the parents. Depths over 256 give nothing.
pub fn paths_for(key: &SubjectKey, depths: Range<u16>) -> Vec<Path> {
    (depths.start..depths.end.min(DEPTH_MAX + 1)).map(|depth| Path::of(key, depth)).collect()
}

/// What the way to a key ends in.
pub(super) struct End {
    /// Depth of the end, at least 1.
    pub(super) depth: u16,
    /// The leaf that stands there: the key's own, another one, or none.
    pub(super) leaf: Option<(SubjectKey, Hash)>,
    /// Hashes beside the way, from the root down; `depth` of them.
    pub(super) siblings: Vec<Hash>,
}

/// Walks from the root towards `key` until a leaf or an empty place.
pub(super) fn walk(nodes: &Nodes, key: &SubjectKey) -> Result<End, MissingNode> {
    let mut siblings = Vec::new();
    for depth in 0..=DEPTH_MAX {
        let path = Path::of(key, depth);
        match nodes.get(&path) {
            None if depth == 0 => return Ok(End { depth: 1, leaf: None, siblings: vec![NOTHING] }),
            Some(Node::Leaf { key, value }) if depth > 0 => {
                return Ok(End { depth, leaf: Some((*key, *value)), siblings });
            }
            Some(Node::Parent { left, right }) if depth < DEPTH_MAX => {
                let (ahead, beside) = if turns_right(key, depth) { (right, left) } else { (left, right) };
                siblings.push(*beside);
                if *ahead == NOTHING {
                    return Ok(End { depth: depth + 1, leaf: None, siblings });
                }
            }
            // A leaf at the root or a parent below the last bit is no tree of ours.
            Some(Node::Leaf { .. } | Node::Parent { .. }) | None => return Err(MissingNode(path)),
        }
    }
    Err(MissingNode(Path::of(key, DEPTH_MAX)))
}

/// The value that the tree holds for `key`, if any.
///
/// # Errors
/// [`MissingNode`] if the way to the key is not loaded to its end.
pub fn get(nodes: &Nodes, key: &SubjectKey) -> Result<Option<Hash>, MissingNode> {
    let end = walk(nodes, key)?;
    Ok(end.leaf.filter(|(found, _)| found == key).map(|(_, value)| value))
}

/// Sets the value of `key` and returns the paths of the nodes that are new or changed.
///
/// The result does not depend on the order of insertions. A leaf in the way moves deeper and a parent takes its
/// place; no path ever disappears.
///
/// # Errors
/// [`MissingNode`] if the way to the key is not loaded to its end; the tree is then unchanged.
pub fn insert(nodes: &mut Nodes, key: &SubjectKey, value: Hash) -> Result<Vec<Path>, MissingNode> {
    let End { mut depth, leaf, mut siblings } = walk(nodes, key)?;
    let mut changed = Vec::with_capacity(siblings.len() + 2);
    if let Some((other, other_value)) = leaf.filter(|(found, _)| found != key) {
        while turns_right(&other, depth) == turns_right(key, depth) && depth < DEPTH_MAX {
            siblings.push(NOTHING);
            depth += 1;
        }
        depth += 1;
        let (moved, path) = (Node::Leaf { key: other, value: other_value }, Path::of(&other, depth));
        siblings.push(moved.hash());
        changed.push(path);
        nodes.insert(path, moved);
    }
    let mut node = Node::Leaf { key: *key, value };
    for (beside, above) in siblings.iter().rev().zip((0..depth).rev()) {
        let (path, hash) = (Path::of(key, above + 1), node.hash());
        changed.push(path);
        nodes.insert(path, node);
        node = if turns_right(key, above) {
            Node::Parent { left: *beside, right: hash }
        } else {
            Node::Parent { left: hash, right: *beside }
        };
    }
    changed.push(Path::ROOT);
    nodes.insert(Path::ROOT, node);
    Ok(changed)
}

/// The root hash; that of the empty tree if there is no root node.
#[must_use]
pub fn root(nodes: &Nodes) -> Hash {
    nodes.get(&Path::ROOT).copied().unwrap_or(Node::Parent { left: NOTHING, right: NOTHING }).hash()
}
