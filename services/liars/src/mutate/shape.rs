//! Changes of what stands where.

use serde_json::{Value, json};

use super::tree::{At, Shapes, any};
use super::{Base, Kind, Mutation};
use crate::random::Random;

fn object<'a>(base: &'a Base, dice: &mut Random) -> Option<&'a At> {
    base.shapes.pick(&["object"], any, dice)
}

fn list<'a>(base: &'a Base, dice: &mut Random) -> Option<&'a At> {
    base.shapes.pick(&["list"], any, dice)
}

fn a_key(value: &Value, dice: &mut Random) -> Option<String> {
    let keys: Vec<&String> = value.as_object()?.keys().collect();
    dice.pick(&keys).map(|key| (*key).clone())
}

pub(super) fn key_removed(base: &Base, dice: &mut Random) -> Option<Mutation> {
    base.change(object(base, dice)?, |value| {
        let key = a_key(value, dice)?;
        value.as_object_mut()?.remove(&key);
        Some(key)
    })
}

pub(super) fn key_renamed(base: &Base, dice: &mut Random) -> Option<Mutation> {
    base.change(object(base, dice)?, |value| {
        let key = a_key(value, dice)?;
        let other = match dice.below(4) {
            0 => key.to_uppercase(),
            1 => format!("{key} "),
            2 => format!("{key}\u{301}"),
            _ => format!("x{key}"),
        };
        let fields = value.as_object_mut()?;
        let value = fields.remove(&key)?;
        fields.insert(other.clone(), value);
        Some(format!("{key} is {other}"))
    })
}

pub(super) fn key_added(base: &Base, dice: &mut Random) -> Option<Mutation> {
    base.change(object(base, dice)?, |value| {
        let added =
            [("checkpoint", json!("")), ("more", json!(1)), ("documents", json!([])), ("a", json!({}))];
        let (key, more) = dice.pick(&added)?.clone();
        let before = value.as_object_mut()?.insert(key.to_owned(), more);
        before.is_none().then(|| key.to_owned())
    })
}

pub(super) fn object_as_list(base: &Base, dice: &mut Random) -> Option<Mutation> {
    base.change(object(base, dice)?, |value| {
        let fields = value.as_object()?;
        let listed: Vec<Value> = if dice.chance(1, 2) {
            fields.values().cloned().collect()
        } else {
            fields.iter().map(|(key, value)| json!([key, value])).collect()
        };
        *value = json!(listed);
        Some("its values as a list".into())
    })
}

pub(super) fn list_as_object(base: &Base, dice: &mut Random) -> Option<Mutation> {
    base.change(list(base, dice)?, |value| {
        let items = value.as_array()?.iter().enumerate();
        *value = items.map(|(place, item)| (place.to_string(), item.clone())).collect();
        Some("its places as keys".into())
    })
}

fn in_list(
    base: &Base,
    dice: &mut Random,
    least: usize,
    change: impl FnOnce(&mut Vec<Value>, usize, usize),
) -> Option<Mutation> {
    base.change(list(base, dice)?, |value| {
        let items = value.as_array_mut()?;
        if items.len() < least {
            return None;
        }
        let (one, other) = (dice.below(items.len()), dice.below(items.len()));
        change(items, one, other);
        Some(format!("{one}, {other}"))
    })
}

pub(super) fn element_doubled(base: &Base, dice: &mut Random) -> Option<Mutation> {
    in_list(base, dice, 1, |items, one, other| items.insert(other, items[one].clone()))
}

pub(super) fn elements_exchanged(base: &Base, dice: &mut Random) -> Option<Mutation> {
    in_list(base, dice, 2, |items, one, _| {
        let next = (one + 1) % items.len();
        items.swap(one, next);
    })
}

pub(super) fn element_removed(base: &Base, dice: &mut Random) -> Option<Mutation> {
    in_list(base, dice, 1, |items, one, _| drop(items.remove(one)))
}

pub(super) fn pair_removed(base: &Base, dice: &mut Random) -> Option<Mutation> {
    in_list(base, dice, 2, |items, one, _| {
        let first = one.min(items.len() - 2);
        items.drain(first..first + 2);
    })
}

pub(super) fn values_exchanged(base: &Base, dice: &mut Random) -> Option<Mutation> {
    let at = base.shapes.pick(&["text", "number", "list", "object"], any, dice)?.clone();
    let other = base.shapes.alike(&base.shapes, &at, dice)?;
    let (one, two) = (base.value(&at)?.clone(), base.value(&other)?.clone());
    if one == two || at.pointer.starts_with(&other.pointer) || other.pointer.starts_with(&at.pointer) {
        return None;
    }
    let mut values = base.values.clone();
    *values.get_mut(at.line)?.pointer_mut(&at.pointer)? = two;
    *values.get_mut(other.line)?.pointer_mut(&other.pointer)? = one;
    Some(base.mutation(format!("{} and {}", at.pointer, other.pointer), base.write(&values)))
}

pub(super) fn of_another_file(base: &Base, dice: &mut Random) -> Option<Mutation> {
    // Another file as a whole is another file.
    let at = base.shapes.pick(&["text", "number", "list", "object"], |shape| shape.contains('/'), dice)?;
    let theirs = Shapes::of(&base.other).alike(&base.shapes, at, dice)?;
    let other = base.other.get(theirs.line)?.pointer(&theirs.pointer)?.clone();
    base.change(at, |value| {
        let differs = *value != other;
        *value = other;
        differs.then(|| format!("{} of another", theirs.pointer))
    })
}

fn hashes(shape: &str) -> bool {
    shape.ends_with("/path") || shape.ends_with("/siblings")
}

pub(super) fn path_shortened(base: &Base, dice: &mut Random) -> Option<Mutation> {
    base.change(base.shapes.pick(&["list"], hashes, dice)?, |value| {
        let items = value.as_array_mut()?;
        let kept = dice.below(items.len());
        (kept < items.len()).then(|| items.truncate(kept)).map(|()| format!("{kept} are left"))
    })
}

pub(super) fn path_lengthened(base: &Base, dice: &mut Random) -> Option<Mutation> {
    base.change(base.shapes.pick(&["list"], hashes, dice)?, |value| {
        let items = value.as_array_mut()?;
        let zeros = json!("0".repeat(64));
        let more = if dice.chance(1, 2) { zeros } else { items.last().cloned().unwrap_or(zeros) };
        let count = if dice.chance(1, 4) { 300 } else { 1 };
        items.extend(std::iter::repeat_n(more, count));
        Some(format!("by {count}"))
    })
}

pub(super) fn engagement_checkpoint(base: &Base, dice: &mut Random) -> Option<Mutation> {
    if base.kind != Kind::Evidence {
        return None;
    }
    let note = base.shapes.pick(&["text"], |shape| shape.ends_with("/checkpoint"), dice)?;
    let note = base.value(note)?.clone();
    base.change(base.shapes.pick(&["object"], |shape| shape == "/engagements/*", dice)?, |value| {
        let fields = value.as_object_mut()?;
        if dice.chance(1, 2) {
            return fields.remove("checkpoint").map(|_| "without".into());
        }
        let before = fields.insert("checkpoint".into(), note.clone());
        (before != Some(note)).then(|| "another".into())
    })
}
