//! People by number.

use hanse_ledger::SubjectKey;

/// People in a page before all pages are split in two: one look at a page is one or two lines of a processor's cache.
const PAGE: usize = 16;
/// The most bits that choose a page: those in front of the ones that order it.
const BITS_MAX: u32 = 32;

/// Numbers people as they come, and finds them again. Pages by the first bits of the id, each sorted: ids that somebody has
/// ground to fall into one page make it a longer sorted list and nothing worse.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    people: Vec<SubjectKey>,
    pages: Vec<Vec<Slot>>,
    /// How many bits choose a page.
    bits: u32,
}

/// Somebody in a page; `mark` are the 32 bits of the id behind the first 32.
#[derive(Clone, Copy, Debug)]
struct Slot {
    mark: u32,
    number: u32,
}

impl Roster {
    pub(crate) const fn new() -> Self {
        Self { people: Vec::new(), pages: Vec::new(), bits: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.people.len()
    }

    pub(crate) fn person(&self, number: u32) -> Option<SubjectKey> {
        self.people.get(at(number)).copied()
    }

    pub(crate) fn number(&self, person: &SubjectKey) -> Option<u32> {
        let page = self.pages.get(self.page(person))?;
        let place = self.search(page, person).ok()?;
        page.get(place).map(|slot| slot.number)
    }

    /// The number of a person, a new one if there was none; none if all numbers below `end` are taken.
    pub(crate) fn enrol(&mut self, person: SubjectKey, end: u32) -> Option<u32> {
        if self.pages.is_empty() {
            self.pages.push(Vec::new());
        }
        let page = self.page(&person);
        let slots = self.pages.get(page)?;
        let place = match self.search(slots, &person) {
            Ok(place) => return slots.get(place).map(|slot| slot.number),
            Err(place) => place,
        };
        let number = u32::try_from(self.people.len()).ok().filter(|number| *number < end)?;
        self.people.push(person);
        self.pages.get_mut(page)?.insert(place, Slot { mark: word(&person, 1), number });
        if self.bits < BITS_MAX && self.pages.len().saturating_mul(PAGE) < self.people.len() {
            self.split();
        }
        Some(number)
    }

    fn search(&self, page: &[Slot], person: &SubjectKey) -> Result<usize, usize> {
        let mark = word(person, 1);
        page.binary_search_by(|slot| {
            slot.mark.cmp(&mark).then_with(|| self.person(slot.number).cmp(&Some(*person)))
        })
    }

    fn page(&self, person: &SubjectKey) -> usize {
        at(word(person, 0).checked_shr(BITS_MAX - self.bits).unwrap_or_default())
    }

    /// Twice as many pages. A page keeps its order: it is by the bits behind those that choose the page.
    fn split(&mut self) {
        self.bits += 1;
        let pages = std::mem::take(&mut self.pages);
        let mut halves = Vec::with_capacity(pages.len() * 2);
        for (place, page) in pages.into_iter().enumerate() {
            let upper =
                |slot: &Slot| self.person(slot.number).is_some_and(|person| place * 2 < self.page(&person));
            let (upper, lower) = page.into_iter().partition(upper);
            halves.extend([lower, upper]);
        }
        self.pages = halves;
    }
}

/// The `place`-th four bytes of an id.
fn word(person: &SubjectKey, place: usize) -> u32 {
    person.as_bytes().iter().skip(place * 4).take(4).fold(0, |word, byte| (word << 8) | u32::from(*byte))
}

/// A number as a place in a slice.
pub(crate) fn at(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_roster_is_a_map(ids in prop::collection::vec((0_u8..3, 0_u8..4, any::<[u8; 2]>()), 0..400)) {
            let (mut roster, mut map) = (Roster::new(), BTreeMap::new());
            for (first, mark, last) in ids {
                // Few first bytes and few marks, so that pages are full of people who differ only far behind.
                let mut bytes = [0; 32];
                (bytes[0], bytes[7], bytes[30], bytes[31]) = (first, mark, last[0], last[1] % 8);
                let person = SubjectKey::from_bytes(bytes);
                let next = u32::try_from(map.len()).unwrap();
                let number = *map.entry(person).or_insert(next);
                prop_assert_eq!(roster.enrol(person, u32::MAX), Some(number));
            }
            prop_assert_eq!(roster.len(), map.len());
            for (person, number) in &map {
                prop_assert_eq!(roster.number(person), Some(*number));
                prop_assert_eq!(roster.person(*number), Some(*person));
            }
            prop_assert_eq!(roster.number(&SubjectKey::from_bytes([9; 32])), None);
        }
    }

    #[test]
    fn many_people_are_many_pages() {
        let mut roster = Roster::new();
        for number in 0_u32..10_000 {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_be_bytes());
            assert_eq!(roster.enrol(SubjectKey::from_bytes(bytes), u32::MAX), Some(number));
        }
        assert!(roster.pages.iter().all(|page| page.len() <= 4 * PAGE));
    }

    #[test]
    fn a_full_roster_takes_nobody_in() {
        let mut roster = Roster::new();
        assert_eq!(roster.enrol(SubjectKey::from_bytes([1; 32]), 1), Some(0));
        assert_eq!(roster.enrol(SubjectKey::from_bytes([2; 32]), 1), None);
        assert_eq!(roster.enrol(SubjectKey::from_bytes([1; 32]), 1), Some(0));
    }
}
