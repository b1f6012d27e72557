//! Proof that the index holds a value for a key, or none.

use hanse_tlog::Hash;

use super::node::NOTHING;
use super::nodes::{End, walk};
use super::path::turns_right;
use super::{DEPTH_MAX, MissingNode, Nodes, SubjectKey, TreeNode};

/// The way from the root of the index to where a key stands, or would stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrefixProof {
    /// Hashes beside the way, from the root down; 1 to 256.
    pub siblings: Vec<Hash>,
    /// The leaf at the end: the key's own, another key's (so this key has none), or nothing.
    pub end: Option<(SubjectKey, Hash)>,
}

/// Proves what the tree holds for `key`.
///
/// # Errors
/// [`MissingNode`] if the way to the key is not loaded to its end.
pub fn prove(nodes: &Nodes, key: &SubjectKey) -> Result<PrefixProof, MissingNode> {
    let End { siblings, leaf } = walk(nodes, key)?;
    Ok(PrefixProof { siblings, end: leaf })
}

/// The root that the proof leads to, or `None` if it has not the one form that a proof for `key` has.
///
/// The caller compares the root with that of an index leaf, and the end with the key.
#[must_use]
pub fn root_from_prefix(key: &SubjectKey, proof: &PrefixProof) -> Option<Hash> {
    let depth = u16::try_from(proof.siblings.len()).ok()?;
    if !(1..=DEPTH_MAX).contains(&depth) {
        return None;
    }
    let mut root = match proof.end {
        Some((found, _)) if (0..depth).any(|at| turns_right(&found, at) != turns_right(key, at)) => {
            return None;
        }
        Some((found, value)) => TreeNode::Leaf { key: found, value }.hash(),
        None => NOTHING,
    };
    for (beside, above) in proof.siblings.iter().rev().zip((0..depth).rev()) {
        // An empty subtree has one form: 32 zero bytes where it begins, except at the root.
        if root == NOTHING && *beside == NOTHING && above > 0 {
            return None;
        }
        let node = if turns_right(key, above) {
            TreeNode::Parent { left: *beside, right: root }
        } else {
            TreeNode::Parent { left: root, right: *beside }
        };
        root = node.hash();
    }
    Some(root)
}
