//! The prefix tree, and putting values into it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use hanse_tlog::Hash;

use super::node::{NOTHING, TreeNode};
use super::path::turns_right;
use super::subtree::{SUBTREE_LEVELS, Subtree, place_of};
use super::{DEPTH_MAX, Path, SubjectKey};

/// The prefix tree, whole or the part of it that a batch touches. No root means an empty tree.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Nodes {
    /// By the path of the top.
    subtrees: BTreeMap<Path, Box<Subtree>>,
}

/// A node that the parent above it names was not loaded, or is not what the tree can hold there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the index node at {0} is missing")]
pub struct MissingNode(pub Path);

impl Nodes {
    /// The empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The node at a path.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&TreeNode> {
        self.subtrees.get(&path.top())?.get(place_of(&path.key(), path.depth()))
    }

    /// Puts a node where it stands, or takes it away.
    pub fn set(&mut self, path: &Path, node: Option<TreeNode>) {
        let subtree = self.subtrees.entry(path.top()).or_default();
        subtree.set(place_of(&path.key(), path.depth()), node);
        if subtree.is_empty() {
            self.subtrees.remove(&path.top());
        }
    }

    /// The subtree whose top stands at this path.
    #[must_use]
    pub fn subtree(&self, top: &Path) -> Option<&Subtree> {
        self.subtrees.get(top).map(Box::as_ref)
    }

    /// Puts a subtree where it stands, in place of what is there.
    pub fn put(&mut self, top: Path, subtree: Subtree) {
        self.subtrees.insert(top, Box::new(subtree));
    }

    /// Adds the subtrees of another part of the tree.
    pub fn extend(&mut self, other: Self) {
        self.subtrees.extend(other.subtrees);
    }

    /// Every node, in the order of the paths.
    #[must_use]
    pub fn all(&self) -> BTreeMap<Path, TreeNode> {
        self.subtrees.iter().flat_map(|(top, subtree)| subtree.nodes(*top)).collect()
    }

    /// Checks that the top of each subtree is what the node above it says that it is: each was read by itself.
    ///
    /// # Errors
    /// [`MissingNode`] names a top that is not.
    pub fn check(&self) -> Result<(), MissingNode> {
        for (path, subtree) in &self.subtrees {
            let Some(above) = path.parent() else { continue };
            let said = match self.get(&above) {
                Some(TreeNode::Parent { right, .. }) if turns_right(&path.key(), above.depth()) => {
                    Some(*right)
                }
                Some(TreeNode::Parent { left, .. }) => Some(*left),
                Some(TreeNode::Leaf { .. }) | None => None,
            };
            if subtree.top().map(TreeNode::hash) != said {
                return Err(MissingNode(*path));
            }
        }
        Ok(())
    }
}

impl FromIterator<(Path, TreeNode)> for Nodes {
    fn from_iter<I: IntoIterator<Item = (Path, TreeNode)>>(nodes: I) -> Self {
        let mut tree = Self::new();
        nodes.into_iter().for_each(|(path, node)| tree.set(&path, Some(node)));
        tree
    }
}

/// The tops of the subtrees on the way to `key` that hold nodes of these depths: what a store loads before [`update`] or
/// [`super::prove`].
///
/// Siblings need no loading, their hashes are in the parents. Depths over 256 give nothing.
pub fn tops_for(key: &SubjectKey, depths: Range<u16>) -> impl Iterator<Item = Path> + use<> {
    let key = *key;
    let first = depths.start - depths.start % SUBTREE_LEVELS;
    let depths = (first..depths.end.min(DEPTH_MAX + 1)).step_by(usize::from(SUBTREE_LEVELS));
    depths.map(move |depth| Path::of(&key, depth))
}

/// What the way to a key ends in.
pub(super) struct End {
    /// The leaf that stands there: the key's own, another one, or none.
    pub(super) leaf: Option<(SubjectKey, Hash)>,
    /// Hashes beside the way, from the root down; 1 to 256.
    pub(super) siblings: Vec<Hash>,
}

/// Walks from the root towards `key` until a leaf or an empty place.
pub(super) fn walk(nodes: &Nodes, key: &SubjectKey) -> Result<End, MissingNode> {
    let mut siblings = Vec::new();
    let mut subtree = nodes.subtree(&Path::ROOT);
    if subtree.is_none() {
        return Ok(End { leaf: None, siblings: vec![NOTHING] });
    }
    let mut place = 1;
    for depth in 0..=DEPTH_MAX {
        if depth > 0 && depth % SUBTREE_LEVELS == 0 {
            (subtree, place) = (nodes.subtree(&Path::of(key, depth)), 1);
        }
        match subtree.and_then(|subtree| subtree.get(place)) {
            Some(TreeNode::Leaf { key, value }) if depth > 0 => {
                return Ok(End { leaf: Some((*key, *value)), siblings });
            }
            Some(TreeNode::Parent { left, right }) if depth < DEPTH_MAX => {
                let turn = turns_right(key, depth);
                let (ahead, beside) = if turn { (right, left) } else { (left, right) };
                siblings.push(*beside);
                if *ahead == NOTHING {
                    return Ok(End { leaf: None, siblings });
                }
                place = 2 * place + usize::from(turn);
            }
            // A leaf at the root or a parent below the last bit is no tree of ours.
            Some(TreeNode::Leaf { .. } | TreeNode::Parent { .. }) | None => {
                return Err(MissingNode(Path::of(key, depth)));
            }
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

/// Sets the values of keys and returns the tops of the subtrees in which something changed. Each node is made once, whatever the
/// number of keys below it.
///
/// The result does not depend on the order in which keys ever came. A leaf in the way moves deeper and a parent takes its
/// place; no path ever disappears.
///
/// # Errors
/// [`MissingNode`] if the way to a key is not loaded to its end; the tree is then unchanged.
pub fn update(nodes: &mut Nodes, values: &BTreeMap<SubjectKey, Hash>) -> Result<BTreeSet<Path>, MissingNode> {
    let leaves: Vec<(SubjectKey, Hash)> = values.iter().map(|(key, value)| (*key, *value)).collect();
    let Some((first, _)) = leaves.first() else { return Ok(BTreeSet::new()) };
    let mut made = Vec::with_capacity(leaves.len() * 8);
    let root = nodes.get(&Path::ROOT).copied();
    make(nodes, Path::of(first, 0), root, &leaves, &mut made)?;
    for (path, node) in &made {
        nodes.set(path, Some(*node));
    }
    Ok(made.into_iter().map(|(path, _)| path.top()).collect())
}

/// Makes the nodes at `path` and below it that change when these leaves, sorted by key and not none, come into what stands there;
/// returns the hash of the first.
fn make(
    nodes: &Nodes,
    path: Path,
    there: Option<TreeNode>,
    leaves: &[(SubjectKey, Hash)],
    made: &mut Vec<(Path, TreeNode)>,
) -> Result<Hash, MissingNode> {
    let node = match (there, leaves) {
        (Some(TreeNode::Leaf { .. }), _) if path.depth() == 0 => return Err(MissingNode(path)),
        (Some(TreeNode::Parent { .. }), _) if path.depth() == DEPTH_MAX => return Err(MissingNode(path)),
        // A leaf in the way goes down with the others.
        (Some(TreeNode::Leaf { key, value }), _)
            if leaves.binary_search_by_key(&key, |(key, _)| *key).is_err() =>
        {
            let mut leaves = leaves.to_vec();
            let place = leaves.partition_point(|(other, _)| *other < key);
            leaves.insert(place, (key, value));
            return make(nodes, path, None, &leaves, made);
        }
        (Some(TreeNode::Leaf { .. }) | None, [(key, value)]) if path.depth() > 0 => {
            TreeNode::Leaf { key: *key, value: *value }
        }
        (there, leaves) => {
            let (left, right) = match there {
                Some(TreeNode::Parent { left, right }) => (left, right),
                Some(TreeNode::Leaf { .. }) | None => (NOTHING, NOTHING),
            };
            let turn = leaves.partition_point(|(key, _)| !turns_right(key, path.depth()));
            let (to_left, to_right) = leaves.split_at(turn);
            let left = make_child(nodes, path.child(false), left, to_left, made)?;
            let right = make_child(nodes, path.child(true), right, to_right, made)?;
            TreeNode::Parent { left, right }
        }
    };
    made.push((path, node));
    Ok(node.hash())
}

fn make_child(
    nodes: &Nodes,
    path: Path,
    hash: Hash,
    leaves: &[(SubjectKey, Hash)],
    made: &mut Vec<(Path, TreeNode)>,
) -> Result<Hash, MissingNode> {
    if leaves.is_empty() {
        return Ok(hash);
    }
    let there = nodes.get(&path).copied();
    if hash != NOTHING && there.is_none() {
        return Err(MissingNode(path));
    }
    make(nodes, path, there.filter(|_| hash != NOTHING), leaves, made)
}

/// The root hash; that of the empty tree if there is no root node.
#[must_use]
pub fn root(nodes: &Nodes) -> Hash {
    nodes.get(&Path::ROOT).copied().unwrap_or(TreeNode::Parent { left: NOTHING, right: NOTHING }).hash()
}
