//! A person as the graph keeps them: small, since there are millions, and so laid out that a walk reads little.

use super::opinion::Tally;
use crate::entry::{Entry, Size, Verdict};
use crate::epoch::Epoch;
use crate::fixed::Fixed;
use crate::ids::EntryId;

/// No further receipt; and no number of a person.
pub(crate) const END: u32 = u32::MAX;

/// A person in the graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vertex {
    /// Whom this person has rated, by number. Apart from `edges`, since a walk looks for a few among many.
    pub(crate) rated: Vec<u32>,
    /// For each of them, what was said.
    pub(crate) edges: Vec<Edge>,
    /// Who has rated this person, by number.
    pub(crate) raters: Vec<u32>,
    /// Of those who have rated more people than are followed: which are.
    pub(crate) hub: Option<Box<Hub>>,
}

/// The opinion of one person about another, with what the walk needs of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    /// The head of the chain of receipts.
    pub(crate) first: u32,
    weight: Compact,
    share: Compact,
}

/// What somebody who has rated many people needs beside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hub {
    /// The lots of the rated, in their order.
    pub(crate) lots: Vec<u64>,
    /// The strongest of the good opinions.
    pub(crate) row: Row,
}

/// Steps of the walk: to whom, and with which share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    to: Vec<u32>,
    shares: Vec<Fixed>,
}

/// An entry as it is kept, in a chain with the others of the same two people.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Receipt {
    pub(crate) id: EntryId,
    pub(crate) next: u32,
    pub(crate) epoch: Epoch,
    /// Verdict and size.
    what: u32,
}

/// Of the bits of [`Receipt::what`], the one that says small; the verdict is below.
const SMALL: u32 = 1 << 31;

/// A number of 64 bits in two halves, so that an edge is 20 bytes and not 24.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Compact(u32, u32);

impl Compact {
    /// The weight of an opinion that shuts somebody out; above every weight that an edge can have.
    const BLOCKS: Self = Self(u32::MAX, u32::MAX);

    const fn of(number: Fixed) -> Self {
        let steps = number.steps().to_be_bytes();
        let [a, b, c, d, e, f, g, h] = steps;
        Self(u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
    }

    fn number(self) -> Fixed {
        Fixed::from_steps((u64::from(self.0) << 32) | u64::from(self.1))
    }
}

impl Edge {
    /// An edge that has not been weighed.
    pub(crate) const fn new(first: u32) -> Self {
        Self { first, weight: Compact(0, 0), share: Compact(0, 0) }
    }

    pub(crate) fn weigh(&mut self, tally: Tally) {
        self.weight = if tally.blocks() { Compact::BLOCKS } else { Compact::of(tally.edge()) };
    }

    /// From 0 to 1.
    pub(crate) fn weight(&self) -> Fixed {
        if self.blocks() { Fixed::ZERO } else { self.weight.number() }
    }

    /// Whether the author would rather not.
    pub(crate) fn blocks(&self) -> bool {
        self.weight == Compact::BLOCKS
    }
}

impl Row {
    /// Shares: weight over the sum, or over `floor` if that is larger.
    pub(crate) fn of(edges: impl Iterator<Item = (u32, Fixed)>, floor: Fixed) -> Self {
        let (to, weights): (Vec<u32>, Vec<Fixed>) = edges.unzip();
        let sum = weights.iter().copied().sum::<Fixed>().max(floor);
        Self { to, shares: weights.into_iter().map(|weight| weight.over(sum)).collect() }
    }
}

impl Vertex {
    /// Puts `receipt` at the head of the chain about `subject`; answers where among the edges that is, and what the head was.
    pub(crate) fn link(&mut self, subject: u32, receipt: u32, lot: u64) -> (usize, u32) {
        match self.rated.binary_search(&subject) {
            Ok(place) => {
                let edge = self.edges.get_mut(place);
                (place, edge.map_or(END, |edge| std::mem::replace(&mut edge.first, receipt)))
            }
            Err(place) => {
                self.rated.insert(place, subject);
                self.edges.insert(place, Edge::new(receipt));
                if let Some(hub) = &mut self.hub {
                    hub.lots.insert(place, lot);
                }
                (place, END)
            }
        }
    }

    /// The row of somebody all of whose edges are followed.
    pub(crate) fn share_out(&mut self, floor: Fixed) {
        let sum = self.edges.iter().map(Edge::weight).sum::<Fixed>().max(floor);
        for edge in &mut self.edges {
            edge.share = Compact::of(edge.weight().over(sum));
        }
    }

    /// The row: whom a walk goes on to, and with which share of what arrives.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (u32, Fixed)> {
        self.steps_to(|_| true)
    }

    /// The steps to those who are wanted.
    pub(crate) fn steps_to(&self, wanted: impl Fn(u32) -> bool) -> impl Iterator<Item = (u32, Fixed)> {
        let (to, hub) = match &self.hub {
            Some(hub) => (&hub.row.to, Some(&hub.row)),
            None => (&self.rated, None),
        };
        to.iter().enumerate().filter(move |(_, to)| wanted(**to)).filter_map(move |(place, to)| {
            let share = match hub {
                Some(row) => row.shares.get(place).copied()?,
                None => self.edges.get(place).filter(|edge| Fixed::ZERO < edge.weight())?.share.number(),
            };
            Some((*to, share))
        })
    }

    /// Whom this person would rather not, by number.
    pub(crate) fn blocked(&self) -> impl Iterator<Item = u32> {
        self.rated.iter().zip(&self.edges).filter(|(_, edge)| edge.blocks()).map(|(about, _)| *about)
    }
}

impl Receipt {
    pub(crate) fn of(entry: &Entry, next: u32) -> Self {
        let small = if entry.size == Size::Small { SMALL } else { 0 };
        Self { id: entry.id, next, epoch: entry.epoch, what: entry.verdict.packed() | small }
    }

    pub(crate) const fn verdict(&self) -> Verdict {
        Verdict::unpacked(self.what)
    }

    pub(crate) const fn size(&self) -> Size {
        if self.what & SMALL == 0 { Size::Ordinary } else { Size::Small }
    }

    /// Whether another with the same id says the same.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.epoch == other.epoch && self.what == other.what
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_stays_small() {
        // A million people with twelve entries each are to fit into a gibibyte: 12 · (44 + 20 + 4 + 4) + 80 + what their ids take.
        assert!(size_of::<Edge>() <= 20, "{}", size_of::<Edge>());
        assert!(size_of::<Receipt>() <= 44, "{}", size_of::<Receipt>());
        assert!(size_of::<Vertex>() <= 80, "{}", size_of::<Vertex>());
    }

    #[test]
    fn two_halves_are_the_number() {
        for steps in [0, 1, u64::from(u32::MAX), 1 << 40, (1 << 40) + 12_345] {
            assert_eq!(Compact::of(Fixed::from_steps(steps)).number().steps(), steps);
        }
    }
}
