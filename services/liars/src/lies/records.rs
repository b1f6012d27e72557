//! What whoever hands over a record file can make of it.

use std::fmt;

use serde_json::{Value, json};

use super::files::{older, other_history};
use crate::file::{Shelf, bytes_of, record};
use crate::random::Random;

/// A way to bend a record file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RecordLie {
    /// Older checkpoints of some logs.
    OldHeads,
    /// The history that others do not see.
    OtherHistory,
    /// A log is left out.
    NoLog,
    /// A dating is left out.
    NoDating,
    /// The end is left out, line by line.
    FewerLines,
    /// The end is left out, within a line.
    Cut,
    /// A leaf is left out.
    NoLeaf,
    /// Documents beside a leaf are left out.
    NoDocuments,
    /// A document is exchanged for another.
    OtherDocument,
}

/// A bent record file.
#[derive(Debug)]
pub struct Bent<'w> {
    /// What is shown of the logs.
    pub shelf: Shelf<'w>,
    /// The logs of the file.
    pub logs: Vec<usize>,
    /// Whether no more is left out than what `logs` and the shelf say.
    pub whole: bool,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl RecordLie {
    /// Every way.
    pub const ALL: &[Self] = &[
        Self::OldHeads,
        Self::OtherHistory,
        Self::NoLog,
        Self::NoDating,
        Self::FewerLines,
        Self::Cut,
        Self::NoLeaf,
        Self::NoDocuments,
        Self::OtherDocument,
    ];

    /// A file of these logs that lies so; none if there is nothing to lie about.
    #[must_use]
    pub fn make<'w>(self, shelf: &Shelf<'w>, logs: &[usize], dice: &mut Random) -> Option<Bent<'w>> {
        let mut bent = Bent { shelf: shelf.clone(), logs: logs.to_vec(), whole: true, bytes: Vec::new() };
        match self {
            Self::OldHeads => bent.shelf = older(shelf, dice),
            Self::OtherHistory => bent.shelf = other_history(shelf)?,
            Self::NoLog if !logs.is_empty() => drop(bent.logs.remove(dice.below(logs.len()))),
            Self::NoLog => return None,
            _ => {}
        }
        let mut lines = record(&bent.shelf, &bent.logs);
        match self {
            Self::OldHeads | Self::OtherHistory | Self::NoLog | Self::Cut => {}
            Self::NoDating => {
                let place = *dice.pick(&places(&lines, |line| line.get("dating").is_some()))?;
                lines.remove(place);
                // The first and the last need not be missed: what lies before and behind is dated by others.
                bent.whole = true;
            }
            Self::FewerLines => {
                let kept = 1 + dice.below(lines.len() - 1);
                lines.truncate(kept);
                bent.whole = false;
            }
            Self::NoLeaf => {
                let place = *dice.pick(&places(&lines, |line| line.get("leaf").is_some()))?;
                lines.remove(place);
                bent.whole = false;
            }
            Self::NoDocuments => {
                let open = |line: &Value| line["leaf"]["t"] == "open" && line["documents"][0].is_object();
                let place = *dice.pick(&places(&lines, open))?;
                lines[place]["documents"] = json!([]);
            }
            Self::OtherDocument => {
                let carries = places(&lines, |line| line["documents"][0].is_object());
                let (to, from) = (*dice.pick(&carries)?, *dice.pick(&carries)?);
                lines[to]["documents"] = lines[from]["documents"].clone();
            }
        }
        bent.bytes = bytes_of(&lines);
        if self == Self::Cut {
            let kept = dice.below(bent.bytes.len());
            bent.bytes.truncate(kept);
            bent.whole = false;
        }
        Some(bent)
    }
}

impl fmt::Display for RecordLie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

fn places(lines: &[Value], fits: impl Fn(&Value) -> bool) -> Vec<usize> {
    (0..lines.len()).filter(|place| fits(&lines[*place])).collect()
}
