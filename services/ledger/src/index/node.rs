//! A node of the prefix tree.

use hanse_tlog::Hash;
use sha2::{Digest as _, Sha256};

use super::SubjectKey;

/// What stands for a missing child.
pub(super) const NOTHING: Hash = Hash::from_bytes([0; 32]);

const LEAF_TAG: u8 = 2;
const PARENT_TAG: u8 = 3;

/// A node of the prefix tree. The root is always a parent; elsewhere a subtree with one key is just its leaf.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TreeNode {
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

impl TreeNode {
    /// The 65 bytes that are hashed: a tag (2 leaf, 3 parent) and two times 32 bytes.
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

    /// SHA-256 of [`TreeNode::to_bytes`].
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::from_bytes(Sha256::digest(self.to_bytes()).into())
    }
}
