//! Changes of signed notes, line by line.

use serde_json::json;

use super::{Base, Mutation};
use crate::random::Random;

/// Lines of a checkpoint and the empty one before the signatures.
const TEXT_LINES: usize = 4;

fn note(
    base: &Base,
    dice: &mut Random,
    change: impl FnOnce(&mut Vec<String>, &mut Random) -> Option<String>,
) -> Option<Mutation> {
    let noted = |shape: &str| shape.ends_with("/checkpoint") || shape.ends_with("/dating");
    base.change(base.shapes.pick(&["text"], noted, dice)?, |value| {
        let before = value.as_str()?.to_owned();
        let mut lines: Vec<String> = before.lines().map(str::to_owned).collect();
        let says = change(&mut lines, dice)?;
        let after = lines.join("\n") + "\n";
        let differs = after != before;
        *value = json!(after);
        differs.then_some(says)
    })
}

pub(super) fn dropped(base: &Base, dice: &mut Random) -> Option<Mutation> {
    note(base, dice, |lines, dice| {
        let place = dice.below(lines.len());
        let line = lines.remove(place);
        Some(format!("line {place}: {line}"))
    })
}

pub(super) fn doubled(base: &Base, dice: &mut Random) -> Option<Mutation> {
    note(base, dice, |lines, dice| {
        let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
        let times = if dice.chance(1, 8) { 70 } else { 1 };
        for _ in 0..times {
            lines.insert(to, lines[from].clone());
        }
        Some(format!("line {from} again at {to}, {times} times"))
    })
}

pub(super) fn reordered(base: &Base, dice: &mut Random) -> Option<Mutation> {
    note(base, dice, |lines, dice| {
        // Signatures most often: their order changes nothing.
        let first = if dice.chance(3, 4) { TEXT_LINES } else { 0 };
        let count = lines.len().checked_sub(first)?;
        let (one, other) = (first + dice.below(count), first + dice.below(count));
        lines.swap(one, other);
        Some(format!("{one} and {other}"))
    })
}

pub(super) fn added(base: &Base, dice: &mut Random) -> Option<Mutation> {
    note(base, dice, |lines, dice| {
        let unknown = "— nobody.example/auditor AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let more = ["", " ", "extension", unknown, "— x y", "—", "- a AAAA", "\u{7}", "0"];
        let line = (*dice.pick(&more)?).to_owned();
        let place = dice.below(lines.len() + 1);
        lines.insert(place, line.clone());
        Some(format!("{line:?} at {place}"))
    })
}

pub(super) fn text(base: &Base, dice: &mut Random) -> Option<Mutation> {
    note(base, dice, |lines, dice| {
        let place = dice.below(TEXT_LINES);
        let line = lines.get(place)?.clone();
        let other = match dice.below(6) {
            0 => format!("0{line}"),
            1 => format!("{line} "),
            2 => format!("{line}\r"),
            3 => line.to_uppercase(),
            4 => line.parse::<u64>().map_or_else(|_| line.replace('a', "b"), |size| (size + 1).to_string()),
            _ => format!("+{line}"),
        };
        lines[place].clone_from(&other);
        Some(format!("{line:?} is {other:?}"))
    })
}

/// A cosignature under another's name: with or without the other's key id.
pub(super) fn renamed(base: &Base, dice: &mut Random) -> Option<Mutation> {
    note(base, dice, |lines, dice| {
        let count = lines.len().checked_sub(TEXT_LINES)?;
        let (one, other) = (TEXT_LINES + dice.below(count), TEXT_LINES + dice.below(count));
        let split = |line: &str| {
            let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
            Some((name.to_owned(), signature.to_owned()))
        };
        let ((from, signature), (name, theirs)) = (split(&lines[one])?, split(&lines[other])?);
        // Six letters are the key id and four bits of what follows.
        let signature = if dice.chance(1, 2) {
            format!("{}{}", theirs.get(..5)?, signature.get(5..)?)
        } else {
            signature
        };
        lines[one] = format!("— {name} {signature}");
        Some(format!("{from} as {name}"))
    })
}
