//! The completeness index: for every subject, how many leaves a log holds about them, and which.
//!
//! A prefix tree maps each subject key to a hash over the ordered list of leaves about that subject. The last leaf of
//! every checkpoint holds the tree's root, so one checkpoint commits to the leaves and to the answer "these are all".
//! Nobody sees from a proof whether the index follows from the leaves: auditors rebuild it (see [`crate::LogState`]).

mod leaf;
mod listed;
mod nodes;
mod path;
mod proof;

pub use self::leaf::IndexLeaf;
pub use self::listed::{Listed, subject_value};
pub use self::nodes::{MissingNode, Node, Nodes, get, insert, paths_for, root};
pub use self::path::{DEPTH_MAX, Path};
pub use self::proof::{PrefixProof, prove, root_from_prefix};
pub use crate::subject::SubjectKey;
