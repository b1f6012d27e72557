//! Files changed field by field and byte by byte: what a verifier must survive, refuse, or find the same.

mod base;
mod bytes;
mod campaign;
mod content;
mod notes;
mod policies;
mod python;
mod shape;
mod signatures;
mod tree;
mod values;

pub use self::base::{Base, Kind, bases};
pub use self::campaign::{Campaign, Row};
pub use self::content::{Content, Review, check};
pub use self::python::{Answer, Second};

use crate::random::Random;

/// A changed file, or a file for a changed policy.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// What was changed.
    pub says: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// The policy.
    pub policy: String,
}

/// A way to change a file; none if this file has nothing of the kind.
pub type Mutator = fn(&Base, &mut Random) -> Option<Mutation>;

/// Every way, by name.
pub const FAMILIES: &[(&str, Mutator)] = &[
    ("key removed", shape::key_removed),
    ("key renamed", shape::key_renamed),
    ("key added", shape::key_added),
    ("object as list", shape::object_as_list),
    ("list as object", shape::list_as_object),
    ("element doubled", shape::element_doubled),
    ("elements exchanged", shape::elements_exchanged),
    ("element removed", shape::element_removed),
    ("pair removed", shape::pair_removed),
    ("values exchanged", shape::values_exchanged),
    ("of another file", shape::of_another_file),
    ("path shortened", shape::path_shortened),
    ("path lengthened", shape::path_lengthened),
    ("engagement's checkpoint", shape::engagement_checkpoint),
    ("null", values::null),
    ("other type", values::other_type),
    ("number changed", values::number),
    ("letters changed", values::letters),
    ("letter case", values::letter_case),
    ("not in form C", values::not_normal),
    ("control character", values::control),
    ("nested deep", values::nested),
    ("document rewritten", values::document),
    ("duplicate key", bytes::duplicate_key),
    ("number's form", bytes::number_form),
    ("key's letters", bytes::key_letters),
    ("bad UTF-8", bytes::bad_utf8),
    ("lone surrogate", bytes::lone_surrogate),
    ("escapes", bytes::escapes),
    ("spacing", bytes::spacing),
    ("bytes behind", bytes::behind),
    ("other encoding", bytes::other_encoding),
    ("byte changed", bytes::changed),
    ("byte removed or added", bytes::removed_or_added),
    ("cut", bytes::cut),
    ("S + L", signatures::malleable),
    ("signature changed", signatures::changed),
    ("signature's spelling", signatures::spelling),
    ("another's signature", signatures::anothers),
    ("note line dropped", notes::dropped),
    ("note line doubled", notes::doubled),
    ("note lines reordered", notes::reordered),
    ("note line added", notes::added),
    ("note text changed", notes::text),
    ("cosigner renamed", notes::renamed),
    ("policy line dropped", policies::dropped),
    ("policy line doubled", policies::doubled),
    ("policy lines reordered", policies::reordered),
    ("policy's quorum", policies::quorum),
    ("policy changed", policies::changed),
];

/// Whether a family changes only who vouches, on which "expired" depends.
#[must_use]
pub fn changes_who_vouches(family: &str) -> bool {
    family.starts_with("note") || family.starts_with("policy") || family.starts_with("cosigner")
}
