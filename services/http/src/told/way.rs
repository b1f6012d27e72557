//! The way to a field of a request.

use serde_path_to_error::{Path, Segment};

/// One step on the way to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into a field of this name.
    Field(String),
    /// Into the item at this place.
    Item(usize),
}

/// The way that serde took, as far as it tells.
pub(crate) fn of(path: &Path) -> Vec<Step> {
    let step = |segment: &Segment| match segment {
        Segment::Map { key } => Some(Step::Field(key.clone())),
        Segment::Seq { index } => Some(Step::Item(*index)),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().map_while(step).collect()
}

/// How a field is called at the end of this way.
pub(crate) fn name(way: &[Step]) -> String {
    way.iter().fold(String::new(), |name, step| match step {
        Step::Field(field) if name.is_empty() => field.clone(),
        Step::Field(field) => format!("{name}.{field}"),
        Step::Item(at) => format!("{name}[{at}]"),
    })
}
