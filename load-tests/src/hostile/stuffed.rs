//! An honest little file, in one place of which stands as much of one thing as a file can hold.

use std::rc::Rc;

use hanse_ledger::evidence::EVIDENCE_BYTES_MAX;
use serde_json::Value;

use super::{Handed, Kind, Make, Reader};
use crate::Result;
use crate::inputs::Seeded;
use crate::world::{Plan, World};

/// What is put into a place: a beginning, what is repeated, and an end.
type Stuff = (&'static str, &'static str, &'static str, &'static str);

const HASHES: &str = "\"00000000000000000000000000000000ffffffffffffffffffffffffffffffff\",";

const STUFF: [Stuff; 15] = [
    ("one text", "\"", "a", "\""),
    ("one text of U+0300", "\"", "\u{300}", "\""),
    ("one text, escaped at its end", "\"", "a", "\\n\""),
    ("one text of short escapes", "\"", "\\n", "\""),
    ("one text of long escapes", "\"", "\\u0300", "\""),
    ("digits", "", "7", ""),
    ("digits of a fraction", "0.", "7", ""),
    ("hashes", "[", HASHES, "0]"),
    ("zeros", "[", "0,", "0]"),
    ("maps {\"\":0}", "[", "{\"\":0},", "0]"),
    ("maps as an object", "{\"a\":[", "{\"\":0},", "0]}"),
    ("brackets", "", "[", ""),
    ("objects in objects", "", "{\"\":", ""),
    ("one key, repeated", "{", "\"a\":0,", "\"a\":0}"),
    ("one long key", "{\"", "a", "\":0}"),
];

/// Stands for what is put in, until then.
const PLACE: &str = "@@";

/// Where it is put: a value in the file.
const PLACES: [&str; 20] = [
    "/format",
    "/subject",
    "/made",
    "/identity",
    "/identity/salt",
    "/parts",
    "/parts/0/origin",
    "/parts/0/checkpoint",
    "/parts/0/index",
    "/parts/0/index/leaf",
    "/parts/0/index/path",
    "/parts/0/index/path/0",
    "/parts/0/prefix/siblings",
    "/parts/0/prefix/end",
    "/parts/0/entries",
    "/parts/0/entries/0/index",
    "/parts/0/entries/0/leaf",
    "/parts/0/entries/0/leaf/t",
    "/parts/0/entries/0/documents/0",
    "/engagements/0/path",
];

/// Everything in each place; what stands in all places, and what does not fit any.
pub(super) fn kinds() -> Result<Vec<Kind>> {
    let world = World::build(&Plan { contracts: 1, logs: 1, padding: 100, text: 300 })?;
    let (file, policy) = (world.evidence()?.to_bytes(), world.policy());
    let honest: Rc<Value> = Rc::new(serde_json::from_slice(&file)?);
    let mut kinds: Vec<Kind> = STUFF
        .iter()
        .map(|(name, begins, unit, ends)| {
            let makes = PLACES.iter().map(|place| {
                let (honest, policy) = (honest.clone(), policy.clone());
                let make: Make = Box::new(move || {
                    let (before, after) = around(&honest, place)?;
                    let (before, after) = (before + begins, (*ends).to_owned() + &after);
                    Ok(handed(filled(&before, unit, &after), &policy))
                });
                ((*place).to_owned(), make)
            });
            ((*name).to_owned(), makes.collect())
        })
        .collect();
    let spaced = (file, policy.clone());
    let spaces: Make = Box::new(move || {
        let text = std::str::from_utf8(&spaced.0)?;
        Ok(handed(filled("", " ", text), &spaced.1))
    });
    let random: Make = Box::new(move || {
        let mut seeded = Seeded::new(8);
        let file = (0..EVIDENCE_BYTES_MAX / 32).flat_map(|_| seeded.bytes()).collect();
        Ok(handed(file, &policy))
    });
    for (name, make) in [("spaces before an honest file", spaces), ("random bytes", random)] {
        kinds.push((name.to_owned(), vec![(String::new(), make)]));
    }
    Ok(kinds)
}

fn handed(file: Vec<u8>, policy: &str) -> Handed {
    Handed { reader: Reader::Evidence, file, policy: policy.to_owned(), asked: None }
}

/// The file before and after a value.
fn around(honest: &Value, place: &str) -> Result<(String, String)> {
    let mut value = honest.clone();
    *value.pointer_mut(place).ok_or("the file has no such place")? = PLACE.into();
    let text = serde_json::to_string(&value)?;
    let (before, after) = text.split_once(&format!("\"{PLACE}\"")).ok_or("the place is lost")?;
    Ok((before.to_owned(), after.to_owned()))
}

/// As often as it fits.
fn filled(before: &str, unit: &str, after: &str) -> Vec<u8> {
    let room = EVIDENCE_BYTES_MAX.saturating_sub(before.len() + after.len());
    [before, &unit.repeat(room / unit.len()), after].concat().into_bytes()
}
