//! Towns by name, for whoever knows no coordinates. The list is GeoNames', under CC BY 4.0 (`data/make.py` says how it is made): who shows what comes
//! from it names them.

use std::sync::LazyLock;

use hanse_matching::text::name_of;

use crate::letters;
use crate::words::{Part, chunks};

/// Whose the list is, to be shown beside what comes from it.
pub const CREDIT: &str = "GeoNames (geonames.org), CC BY 4.0";
/// The towns of a name that are told: more are not read, and a country leaves few.
pub const TOLD_MAX: usize = 8;
/// A town is meant by its bare name if no other of the name has a tenth of its inhabitants: Paris is in France, Springfield is anywhere.
const MEANT: u32 = 10;
/// What an inhabitant counts where the name is the town's own, against one where it is the name in another language.
const OWN: u32 = 10;
/// Thousandths of a degree north and east within which two towns of one name are one: about twenty kilometres.
const SAME: (i32, i32) = (200, 300);
/// The longest name in the list has 50 letters.
const CHARS_MAX: usize = 100;

static LIST: &str = include_str!("../data/places.tsv");
/// The hash of each name, and where its line begins.
static NAMES: LazyLock<Vec<(u64, usize)>> = LazyLock::new(names);

/// A town.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Town {
    /// As its people write it, or English does.
    pub name: &'static str,
    /// Two letters.
    pub country: &'static str,
    /// Of the United States: two letters; else empty.
    pub state: &'static str,
    /// Ten-thousandths of a degree north.
    pub latitude_e4: i32,
    /// Ten-thousandths of a degree east.
    pub longitude_e4: i32,
    /// In thousands, rounded up.
    thousands: u32,
}

/// Why a name is no place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unplaced {
    /// No town of the list is called so.
    Unknown,
    /// Several are: the largest [`TOLD_MAX`].
    Several(Vec<Town>),
}

impl std::fmt::Display for Town {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, country, state, .. } = self;
        let degrees = |e4: i32| {
            format!("{}{}.{:03}", if e4 < 0 { "-" } else { "" }, e4.abs() / 10_000, e4.abs() / 10 % 1_000)
        };
        let (north, east) = (degrees(self.latitude_e4), degrees(self.longitude_e4));
        let between = if state.is_empty() { "" } else { ", " };
        write!(out, "{name}{between}{state}, {country} ({north},{east})")
    }
}

/// The town that is meant: `Lyon`, `Lyon, FR`, `Springfield, MO, US`; in any spelling that a search finds, and large ones also by their names in
/// other languages.
///
/// # Errors
/// See [`Unplaced`].
pub fn find(text: &str) -> Result<Town, Unplaced> {
    if text.chars().count() > CHARS_MAX {
        return Err(Unplaced::Unknown);
    }
    let mut parts = text.split(',').map(str::trim);
    let name = parts.next().map(key).filter(|key| !key.is_empty()).ok_or(Unplaced::Unknown)?;
    let within: Vec<String> = parts.map(str::to_ascii_uppercase).collect();
    let fits = |town: &Town| match within.as_slice() {
        [] => true,
        [country] => town.country == country,
        [state, country] => town.country == country && town.state == state,
        _ => false,
    };
    let found = called(&name);
    let mut fitting: Vec<(bool, Town)> = found.iter().copied().filter(|(_, town)| fits(town)).collect();
    if let ([state], true) = (within.as_slice(), fitting.is_empty()) {
        fitting = found.into_iter().filter(|(_, town)| !state.is_empty() && town.state == state).collect();
    }
    one(fitting)
}

/// The one that is meant.
fn one(towns: Vec<(bool, Town)>) -> Result<Town, Unplaced> {
    // Whoever writes a name as it is in another language means a large town.
    let counts =
        |own: bool, town: &Town| if own { town.thousands.saturating_mul(OWN) } else { town.thousands };
    let mut towns: Vec<(u32, Town)> =
        towns.into_iter().map(|(own, town)| (counts(own, &town), town)).collect();
    towns.sort_by_key(|(counts, _)| std::cmp::Reverse(*counts));
    let mut apart: Vec<(u32, Town)> = Vec::new();
    for (counts, town) in towns {
        if !apart.iter().any(|(_, other)| is_same(other, &town)) {
            apart.push((counts, town));
        }
    }
    match apart.as_slice() {
        [] => Err(Unplaced::Unknown),
        [(_, first)] => Ok(*first),
        [(most, first), (next, _), ..] if next.saturating_mul(MEANT) <= *most => Ok(*first),
        several => Err(Unplaced::Several(several.iter().take(TOLD_MAX).map(|(_, town)| *town).collect())),
    }
}

fn is_same(one: &Town, other: &Town) -> bool {
    let (north, east) = SAME;
    one.country == other.country
        && one.latitude_e4.abs_diff(other.latitude_e4) / 10 <= north.unsigned_abs()
        && one.longitude_e4.abs_diff(other.longitude_e4) / 10 <= east.unsigned_abs()
}

/// The towns of a name, and whether it is their own.
fn called(name: &str) -> Vec<(bool, Town)> {
    let hash = hash(name);
    let first = NAMES.partition_point(|(other, _)| *other < hash);
    let same = NAMES.iter().skip(first).take_while(|(other, _)| *other == hash);
    same.filter_map(|(_, begins)| {
        let line = LIST.get(*begins..)?.lines().next()?;
        let (town, others) = read(line)?;
        let is = |it: &str| keys(it).any(|key| key == name);
        let own = is(town.name);
        (own || others.split('|').any(is)).then_some((own, town))
    })
    .collect()
}

fn names() -> Vec<(u64, usize)> {
    let (mut names, mut begins) = (Vec::new(), 0_usize);
    for line in LIST.split_inclusive('\n') {
        if let Some((town, others)) = read(line.trim_end()) {
            let all = std::iter::once(town.name).chain(others.split('|').filter(|other| !other.is_empty()));
            names.extend(all.flat_map(keys).map(|key| (hash(&key), begins)));
        }
        begins = begins.saturating_add(line.len());
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// A line, and the other names in it.
fn read(line: &'static str) -> Option<(Town, &'static str)> {
    let mut fields = line.split('\t');
    let (name, others, country, state) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let mut e4 = || fields.next()?.parse::<i32>().ok()?.checked_mul(10);
    let (latitude_e4, longitude_e4) = (e4()?, e4()?);
    let thousands = fields.next()?.parse().ok()?;
    Some((Town { name, country, state, latitude_e4, longitude_e4, thousands }, others))
}

/// The forms of a name under which it is found.
fn keys(name: &str) -> impl Iterator<Item = String> {
    let spelt = letters::spelt_out(&name.to_lowercase()).map(|spelt| key(&spelt));
    std::iter::once(key(name)).chain(spelt)
}

/// The words of a name, folded; `St` is short for a saint everywhere.
fn key(name: &str) -> String {
    let chunks = chunks(&letters::normal(name));
    let parts = chunks.iter().flat_map(|chunk| &chunk.parts).map(|part| match part {
        Part::Word(word) if word.folded == "st" => "saint".to_owned(),
        Part::Word(word) if word.folded == "ste" => "sainte".to_owned(),
        Part::Word(word) => word.folded.clone(),
        Part::Run(units) => letters::fold(&units.concat()),
    });
    parts.collect::<Vec<_>>().join(" ")
}

fn hash(name: &str) -> u64 {
    name_of(name.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> String {
        match find(text) {
            Ok(town) => town.to_string(),
            Err(Unplaced::Unknown) => "unknown".to_owned(),
            Err(Unplaced::Several(towns)) => {
                towns.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            }
        }
    }

    #[test]
    fn a_town_is_found_by_its_name_in_any_spelling() {
        for (asked, town) in [
            ("Lyon", "Lyon, FR (45.749,4.848)"),
            ("lyon,fr", "Lyon, FR (45.749,4.848)"),
            ("LYON , FR", "Lyon, FR (45.749,4.848)"),
            ("Paris", "Paris, FR (48.853,2.349)"),
            ("paris, tx, us", "Paris, TX, US (33.661,-95.556)"),
            ("Cologne", "Köln, DE (50.933,6.950)"),
            ("koeln", "Köln, DE (50.933,6.950)"),
            ("Москва", "Moscow, RU (55.752,37.618)"),
            ("東京", "Tokyo, JP (35.690,139.692)"),
            ("Koln, DE", "Köln, DE (50.933,6.950)"),
            ("lodz", "Łódź, PL (51.771,19.474)"),
            ("Saint Etienne", "Saint-Étienne, FR (45.434,4.390)"),
            ("St-Étienne", "Saint-Étienne, FR (45.434,4.390)"),
            ("Springfield, MO, US", "Springfield, MO, US (37.215,-93.298)"),
            ("Springfield, IL", "Springfield, IL, US (39.802,-89.644)"),
            ("Nowherebury", "unknown"),
            ("Lyon, DE", "unknown"),
            ("", "unknown"),
            (",", "unknown"),
            ("Lyon, FR, FR, FR", "unknown"),
        ] {
            assert_eq!(place(asked), town, "{asked}");
        }
    }

    #[test]
    fn several_towns_of_a_name_are_told_the_largest_first() {
        let Err(Unplaced::Several(towns)) = find("Springfield") else { panic!("one Springfield") };
        assert_eq!(towns.len(), TOLD_MAX);
        assert!(towns.is_sorted_by_key(|town| std::cmp::Reverse(town.thousands)));
        assert!(matches!(find("Springfield, US"), Err(Unplaced::Several(_))));
    }

    #[test]
    fn every_line_is_a_town_on_the_earth() {
        let mut count = 0;
        for line in LIST.lines().filter(|line| !line.starts_with('#')) {
            let (town, _) = read(line).unwrap_or_else(|| panic!("{line}"));
            assert!(town.latitude_e4.abs() <= 900_000 && town.longitude_e4.abs() <= 1_800_000, "{line}");
            assert!(town.country.len() == 2 && !key(town.name).is_empty(), "{line}");
            assert_eq!(!town.state.is_empty(), town.country == "US", "{line}");
            count += 1;
        }
        assert!(count > 60_000, "{count}");
    }
}
