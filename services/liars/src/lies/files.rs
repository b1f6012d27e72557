//! What whoever hands over a file can make of it.

use std::fmt;

use serde_json::{Value, json};

use crate::file::{Shelf, elsewhere, evidence};
use crate::random::Random;
use crate::world::World;

/// A way to bend an evidence file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FileLie {
    /// Older checkpoints of some logs.
    OldHeads,
    /// The history that others do not see.
    OtherHistory,
    /// A part is left out.
    NoPart,
    /// An engagement of somebody else is left out.
    NoEngagement,
    /// A leaf is left out.
    NoEntry,
    /// Documents beside a leaf are left out.
    NoDocuments,
    /// The text of a review is left out.
    NoText,
    /// A document is exchanged for another.
    OtherDocument,
    /// The part of a log is there twice.
    PartTwice,
    /// Leaves of another person's file.
    OthersEntries,
    /// Some cosignatures are left out.
    FewerCosignatures,
    /// Another's identity document.
    OtherIdentity,
    /// An engagement is proved by the checkpoint of another log.
    OtherCheckpoint,
    /// Part and engagement of one log stand at checkpoints of two sizes.
    TwoSizes,
    /// Engagements are proved in another log that holds a copy.
    Elsewhere,
}

impl FileLie {
    /// Every way.
    pub const ALL: &[Self] = &[
        Self::OldHeads,
        Self::OtherHistory,
        Self::NoPart,
        Self::NoEngagement,
        Self::NoEntry,
        Self::NoDocuments,
        Self::NoText,
        Self::OtherDocument,
        Self::PartTwice,
        Self::OthersEntries,
        Self::FewerCosignatures,
        Self::OtherIdentity,
        Self::OtherCheckpoint,
        Self::TwoSizes,
        Self::Elsewhere,
    ];

    /// A file about somebody that lies so; none if there is nothing to lie about.
    #[must_use]
    pub fn make(self, shelf: &Shelf<'_>, who: usize, dice: &mut Random) -> Option<Value> {
        let mut file = evidence(shelf, who);
        let other = (who + 1) % shelf.world.people.len();
        match self {
            Self::OldHeads => {
                let older = older(shelf, dice);
                (older.views.iter().zip(&shelf.views))
                    .any(|(a, b)| a.history.size() != b.history.size())
                    .then(|| evidence(&older, who))
            }
            Self::OtherHistory => Some(evidence(&other_history(shelf)?, who)),
            Self::NoPart => without(&mut file, "/parts", dice).then_some(file),
            Self::NoEngagement => without(&mut file, "/engagements", dice).then_some(file),
            Self::NoEntry => {
                let at = part(&file, "entries", dice)?;
                without(&mut file, &at, dice).then_some(file)
            }
            Self::NoDocuments => {
                let at = documents(&file, 1, dice)?;
                *file.pointer_mut(&at)? = json!([]);
                Some(file)
            }
            Self::NoText => {
                let at = documents(&file, 2, dice)?;
                file.pointer_mut(&at)?.as_array_mut()?.truncate(1);
                Some(file)
            }
            Self::OtherDocument => {
                let (to, from) = (documents(&file, 1, dice)?, documents(&file, 1, dice)?);
                let document = file.pointer(&from)?.get(0)?.clone();
                *file.pointer_mut(&to)?.get_mut(0)? = document;
                Some(file)
            }
            Self::PartTwice => {
                let parts = file["parts"].as_array_mut()?;
                let again = dice.pick(parts)?.clone();
                parts.push(again);
                Some(file)
            }
            Self::OthersEntries => {
                let theirs = evidence(shelf, other);
                let at = part(&file, "entries", dice)?;
                let from = part(&theirs, "entries", dice)?;
                *file.pointer_mut(&at)? = theirs.pointer(&from)?.clone();
                Some(file)
            }
            Self::FewerCosignatures => {
                let at = part(&file, "checkpoint", dice)?;
                let note = file.pointer(&at)?.as_str()?.to_owned();
                let lines: Vec<&str> = note.lines().collect();
                // Three lines, an empty one, and the log's own signature stay.
                let kept = 5 + dice.below(lines.len().checked_sub(5)?);
                *file.pointer_mut(&at)? = (lines.get(..kept)?.join("\n") + "\n").into();
                Some(file)
            }
            Self::OtherIdentity => {
                file["identity"] = evidence(shelf, other)["identity"].clone();
                Some(file)
            }
            Self::OtherCheckpoint => {
                let at = format!("/engagements/{}", dice.below(file["engagements"].as_array()?.len()));
                let note = file.pointer(&part(&file, "checkpoint", dice)?)?.clone();
                file.pointer_mut(&at)?["checkpoint"] = note;
                Some(file)
            }
            Self::TwoSizes => {
                let theirs = evidence(&older(shelf, dice), who);
                file["engagements"] = theirs["engagements"].clone();
                Some(file)
            }
            Self::Elsewhere => moved(shelf, file),
        }
    }
}

impl fmt::Display for FileLie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// Some logs as they were.
pub(crate) fn older<'w>(shelf: &Shelf<'w>, dice: &mut Random) -> Shelf<'w> {
    let world: &'w World = shelf.world;
    let mut older = shelf.clone();
    for (log, view) in older.views.iter_mut().enumerate() {
        if dice.chance(1, 2) {
            *view = Shelf::view(world, log, view.branch, 1 + dice.below(world.rounds.len()));
        }
    }
    older
}

/// The other history of each log that has two.
pub(crate) fn other_history<'w>(shelf: &Shelf<'w>) -> Option<Shelf<'w>> {
    let world: &'w World = shelf.world;
    let mut other = shelf.clone();
    let mut forks = false;
    for (log, view) in other.views.iter_mut().enumerate() {
        if world.operators[log].branches.len() == 2 {
            *view = Shelf::view(world, log, 1 - view.branch, 0);
            forks = true;
        }
    }
    forks.then_some(other)
}

/// Removes one element of the list at this place.
fn without(file: &mut Value, at: &str, dice: &mut Random) -> bool {
    let Some(list) = file.pointer_mut(at).and_then(Value::as_array_mut) else { return false };
    let place = dice.below(list.len());
    if list.is_empty() {
        return false;
    }
    list.remove(place);
    true
}

/// Something of any part.
fn part(file: &Value, key: &str, dice: &mut Random) -> Option<String> {
    let parts = file["parts"].as_array()?.len();
    (0 < parts).then(|| format!("/parts/{}/{key}", dice.below(parts)))
}

/// The documents beside any leaf, if there are so many.
fn documents(file: &Value, least: usize, dice: &mut Random) -> Option<String> {
    let mut places = Vec::new();
    for (part, value) in file["parts"].as_array()?.iter().enumerate() {
        for (entry, value) in value["entries"].as_array()?.iter().enumerate() {
            if least <= value["documents"].as_array()?.len() {
                places.push(format!("/parts/{part}/entries/{entry}/documents"));
            }
        }
    }
    dice.pick(&places).cloned()
}

/// The file with its engagements proved in other logs, where one holds a copy.
fn moved(shelf: &Shelf<'_>, mut file: Value) -> Option<Value> {
    let mut moved = false;
    for proof in file["engagements"].as_array_mut()? {
        if let Some(copy) = elsewhere(shelf, proof) {
            (*proof, moved) = (copy, true);
        }
    }
    moved.then_some(file)
}
