//! The completeness index: for every subject, how many leaves a log holds about them, and which.
//!
//! A prefix tree maps each subject key to a hash over the ordered list of leaves about that subject. The last leaf of
//! every checkpoint holds the tree's root, so one checkpoint commits to the leaves and to the answer "these are all".
//! Nobody sees from a proof whether the index follows from the leaves: auditors rebuild it (see [`crate::LogState`]).

mod leaf;
mod listed;
mod node;
mod nodes;
mod path;
mod proof;
mod subtree;

pub use self::leaf::IndexLeaf;
pub use self::listed::{Listed, subject_value};
pub use self::node::TreeNode;
pub use self::nodes::{MissingNode, Nodes, get, root, tops_for, update};
pub use self::path::{DEPTH_MAX, Path};
pub use self::proof::{PrefixProof, prove, root_from_prefix};
pub use self::subtree::{SUBTREE_LEVELS, Subtree};
pub use crate::subject::SubjectKey;
