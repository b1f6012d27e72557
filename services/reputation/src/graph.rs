//! All entries up to a state of the logs, arranged so that a score touches few of them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::entry::{Entry, EntryError, Size, Verdict};
use crate::epoch::Epoch;
use crate::fixed::Fixed;
use crate::ids::{EntryId, Person};
use crate::opinion::{Opinion, Tally};
use crate::parameters::Parameters;

/// No further receipt.
const END: u32 = u32::MAX;

/// Who said what of whom, as of an epoch.
///
/// A value, not a service: the same entries, in whatever order and however often each, give the same scores. Inside,
/// people are numbered as they come; no number reaches a result.
#[derive(Clone, Debug)]
pub struct Graph {
    parameters: Parameters,
    epoch: Epoch,
    heads: Vec<Head>,
    numbers: BTreeMap<Person, u32>,
    people: Vec<Node>,
    receipts: Vec<Receipt>,
}

/// The state of a log that a graph was built from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Head {
    /// The log's origin line.
    pub origin: String,
    /// How many leaves were read.
    pub size: u64,
    /// The root of the log at that size, in hexadecimal.
    pub root: String,
}

/// A person.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) person: Person,
    /// Whom this person has rated, by number.
    rated: Vec<Edge>,
    /// Who has rated this person, by number.
    pub(crate) raters: Vec<u32>,
    /// The strongest of the positive opinions, as shares of the row.
    pub(crate) row: Vec<Step>,
    /// Whom this person would rather not.
    pub(crate) blocked: Vec<u32>,
}

/// An opinion with what the walk needs of it.
#[derive(Clone, Copy, Debug)]
struct Edge {
    about: u32,
    first: u32,
    opinion: Opinion,
    weight: Fixed,
    lot: u64,
    blocks: bool,
}

/// A step of the walk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) to: u32,
    pub(crate) share: Fixed,
}

/// An entry as it is kept, in a chain with the others of the same two people.
#[derive(Clone, Copy, Debug)]
struct Receipt {
    id: EntryId,
    next: u32,
    epoch: Epoch,
    verdict: Verdict,
    size: Size,
}

impl Graph {
    /// A graph without entries. What is promised of scores holds for parameters that [`Parameters::check`] lets pass.
    #[must_use]
    pub const fn new(parameters: Parameters, epoch: Epoch) -> Self {
        Self {
            parameters,
            epoch,
            heads: Vec::new(),
            numbers: BTreeMap::new(),
            people: Vec::new(),
            receipts: Vec::new(),
        }
    }

    /// A graph of many entries at once; the same as inserting one after the other, faster.
    ///
    /// # Errors
    /// The first entry that does not count, and why.
    pub fn build(
        parameters: Parameters,
        epoch: Epoch,
        entries: impl IntoIterator<Item = Entry>,
    ) -> Result<Self, EntryError> {
        let mut graph = Self::new(parameters, epoch);
        for entry in entries {
            graph.place(&entry)?;
        }
        graph.refresh();
        Ok(graph)
    }

    /// Takes in one entry: false if it is there already. Costs one pass over what its author has said, whatever the size
    /// of the graph.
    ///
    /// # Errors
    /// Why the entry does not count; the graph is then as it was.
    pub fn insert(&mut self, entry: &Entry) -> Result<bool, EntryError> {
        let Some(author) = self.place(entry)? else { return Ok(false) };
        let subject = self.number(&entry.subject).unwrap_or(END);
        let Some(node) = self.people.get(at(author)) else { return Ok(false) };
        if let Ok(place) = node.rated.binary_search_by_key(&subject, |edge| edge.about) {
            self.refresh_edge(author, place);
        }
        self.refresh_row(author);
        Ok(true)
    }

    /// Moves to another epoch. Everything fades, so everything is computed anew; a node does so once in thirty days.
    pub fn advance(&mut self, epoch: Epoch) {
        if epoch != self.epoch {
            self.epoch = epoch;
            self.refresh();
        }
    }

    /// Names the states of the logs that the entries were read from; scores carry them.
    pub fn set_heads(&mut self, mut heads: Vec<Head>) {
        heads.sort();
        heads.dedup();
        self.heads = heads;
    }

    /// The parameters.
    #[must_use]
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The epoch that the graph stands in.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The states of the logs, sorted.
    #[must_use]
    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// The entries by which `author` has rated `subject`, sorted.
    #[must_use]
    pub fn entries(&self, author: &Person, subject: &Person) -> Vec<EntryId> {
        let pair = self.number(author).zip(self.number(subject));
        pair.map_or_else(Vec::new, |(author, subject)| self.entries_between(author, subject))
    }

    /// Whether an entry by `author` can change how `subject` looks to `viewer`: the author is the viewer, one to whom the
    /// viewer's walk leads, or one who has rated the subject. Where this is false, a score that was computed before
    /// the entry holds after it.
    #[must_use]
    pub fn reaches(&self, viewer: &Person, subject: &Person, author: &Person) -> bool {
        if viewer == author {
            return true;
        }
        let Some(author) = self.number(author) else { return false };
        let rated = self.number(subject).and_then(|subject| self.node(subject));
        if rated.is_some_and(|node| node.raters.binary_search(&author).is_ok()) {
            return true;
        }
        let Some(viewer) = self.number(viewer).and_then(|viewer| self.node(viewer)) else { return false };
        viewer.row.iter().any(|contact| {
            contact.to == author
                || self.node(contact.to).is_some_and(|node| node.row.iter().any(|step| step.to == author))
        })
    }

    /// Everybody whose entries can ever have mattered to how `subject` looks to `viewer`: the viewer, whom the viewer has rated,
    /// whom those have rated, and who has rated the subject. Sorted.
    #[must_use]
    pub fn heard(&self, viewer: &Person, subject: &Person) -> Vec<Person> {
        let mut numbers: Vec<u32> = self.number(viewer).into_iter().collect();
        for contact in
            numbers.first().into_iter().flat_map(|viewer| self.rated_by(*viewer)).collect::<Vec<_>>()
        {
            numbers.push(contact);
            numbers.extend(self.rated_by(contact));
        }
        let subject = self.number(subject).and_then(|subject| self.node(subject));
        numbers.extend(subject.into_iter().flat_map(|node| &node.raters));
        let mut people: Vec<Person> =
            numbers.into_iter().filter_map(|number| self.node(number)).map(|node| node.person).collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    /// The entries by which `author` has rated whomever, sorted.
    #[must_use]
    pub fn entries_by(&self, author: &Person) -> Vec<EntryId> {
        let edges = self.number(author).and_then(|author| self.node(author));
        let edges = edges.into_iter().flat_map(|node| &node.rated);
        let mut ids: Vec<EntryId> =
            edges.flat_map(|edge| self.chain(edge.first)).map(|receipt| receipt.id).collect();
        ids.sort_unstable();
        ids
    }

    /// Who has rated somebody, and who was rated, each sorted.
    pub(crate) fn people(&self) -> (Vec<Person>, Vec<Person>) {
        let all = || self.numbers.values().filter_map(|number| self.node(*number));
        let raters = all().filter(|node| !node.rated.is_empty()).map(|node| node.person).collect();
        let rated = all().filter(|node| !node.raters.is_empty()).map(|node| node.person).collect();
        (raters, rated)
    }

    pub(crate) fn number(&self, person: &Person) -> Option<u32> {
        self.numbers.get(person).copied()
    }

    pub(crate) fn node(&self, number: u32) -> Option<&Node> {
        self.people.get(at(number))
    }

    pub(crate) fn size(&self) -> usize {
        self.people.len()
    }

    pub(crate) fn opinion(&self, author: u32, subject: u32) -> Opinion {
        self.edge(author, subject).map(|edge| edge.opinion).unwrap_or_default()
    }

    pub(crate) fn weight(&self, author: u32, subject: u32) -> Fixed {
        self.edge(author, subject).map(|edge| edge.weight).unwrap_or_default()
    }

    pub(crate) fn rated_count(&self, author: u32) -> usize {
        self.node(author).map_or(0, |node| node.rated.len())
    }

    pub(crate) fn rated_by(&self, author: u32) -> impl Iterator<Item = u32> {
        self.node(author).into_iter().flat_map(|node| &node.rated).map(|edge| edge.about)
    }

    /// What `author` has said of `subject` in all, before it is collapsed.
    pub(crate) fn tally(&self, author: u32, subject: u32) -> Tally {
        self.edge(author, subject).map(|edge| self.tally_of(edge)).unwrap_or_default()
    }

    pub(crate) fn entries_between(&self, author: u32, subject: u32) -> Vec<EntryId> {
        let Some(edge) = self.edge(author, subject) else { return Vec::new() };
        let mut ids: Vec<EntryId> = self.chain(edge.first).map(|receipt| receipt.id).collect();
        ids.sort_unstable();
        ids
    }

    fn edge(&self, author: u32, subject: u32) -> Option<&Edge> {
        let rated = &self.node(author)?.rated;
        rated.binary_search_by_key(&subject, |edge| edge.about).ok().and_then(|place| rated.get(place))
    }

    fn chain(&self, first: u32) -> impl Iterator<Item = &Receipt> {
        std::iter::successors(self.receipts.get(at(first)), |receipt| self.receipts.get(at(receipt.next)))
    }

    fn tally_of(&self, edge: &Edge) -> Tally {
        let mut tally = Tally::default();
        for receipt in self.chain(edge.first) {
            tally.add(&self.parameters, self.epoch, receipt.epoch, receipt.verdict, receipt.size);
        }
        tally
    }

    /// Keeps an entry without computing anything; answers its author, or none if it was there.
    fn place(&mut self, entry: &Entry) -> Result<Option<u32>, EntryError> {
        if entry.author == entry.subject {
            return Err(EntryError::Oneself);
        }
        let known = self.number(&entry.author).zip(self.number(&entry.subject));
        if let Some(edge) = known.and_then(|(author, subject)| self.edge(author, subject))
            && let Some(same) = self.chain(edge.first).find(|receipt| receipt.id == entry.id)
        {
            let equal = same.epoch == entry.epoch && same.verdict == entry.verdict && same.size == entry.size;
            return if equal { Ok(None) } else { Err(EntryError::IdReused) };
        }
        let receipt = u32::try_from(self.receipts.len()).ok().filter(|number| *number < END);
        let receipt = receipt.ok_or(EntryError::Full)?;
        let author = self.enrol(entry.author)?;
        let subject = self.enrol(entry.subject)?;
        let next = self.link(author, subject, receipt);
        let Entry { id, epoch, verdict, size, .. } = *entry;
        self.receipts.push(Receipt { id, next, epoch, verdict, size });
        Ok(Some(author))
    }

    fn enrol(&mut self, person: Person) -> Result<u32, EntryError> {
        if let Some(number) = self.number(&person) {
            return Ok(number);
        }
        let number = u32::try_from(self.people.len()).ok().filter(|number| *number < END);
        let number = number.ok_or(EntryError::Full)?;
        self.numbers.insert(person, number);
        let (rated, raters, row, blocked) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        self.people.push(Node { person, rated, raters, row, blocked });
        Ok(number)
    }

    /// Puts `receipt` at the head of the chain of the two, and answers what the head was.
    fn link(&mut self, author: u32, subject: u32, receipt: u32) -> u32 {
        let Some(node) = self.people.get_mut(at(author)) else { return END };
        match node.rated.binary_search_by_key(&subject, |edge| edge.about) {
            Ok(place) => {
                node.rated.get_mut(place).map_or(END, |edge| std::mem::replace(&mut edge.first, receipt))
            }
            Err(place) => {
                let (opinion, weight) = (Opinion::default(), Fixed::ZERO);
                let edge = Edge { about: subject, first: receipt, opinion, weight, lot: 0, blocks: false };
                node.rated.insert(place, edge);
                if let Some(rated) = self.people.get_mut(at(subject))
                    && let Err(place) = rated.raters.binary_search(&author)
                {
                    rated.raters.insert(place, author);
                }
                END
            }
        }
    }

    fn refresh(&mut self) {
        for number in 0..u32::try_from(self.people.len()).unwrap_or(END) {
            for place in 0..self.rated_count(number) {
                self.refresh_edge(number, place);
            }
            self.refresh_row(number);
        }
    }

    fn refresh_edge(&mut self, author: u32, place: usize) {
        let Some(node) = self.node(author) else { return };
        let Some(edge) = node.rated.get(place) else { return };
        let tally = self.tally_of(edge);
        let lot = self.node(edge.about).map_or(0, |about| about.person.lot(&node.person, self.epoch));
        if let Some(edge) = self.people.get_mut(at(author)).and_then(|node| node.rated.get_mut(place)) {
            edge.opinion = tally.opinion();
            edge.weight = tally.edge();
            edge.blocks = tally.blocks();
            edge.lot = lot;
        }
    }

    /// The strongest edges of a person as shares: weight over the sum, or over the row floor if that is larger.
    fn refresh_row(&mut self, author: u32) {
        let Some(node) = self.node(author) else { return };
        let blocked = node.rated.iter().filter(|edge| edge.blocks).map(|edge| edge.about).collect();
        let mut edges: Vec<&Edge> = node.rated.iter().filter(|edge| Fixed::ZERO < edge.weight).collect();
        let most = usize::from(self.parameters.edges_max);
        if most < edges.len() {
            let rank = |edge: &&Edge| {
                (std::cmp::Reverse(edge.weight), edge.lot, self.node(edge.about).map(|node| node.person))
            };
            edges.select_nth_unstable_by_key(most, rank);
            edges.truncate(most);
        }
        let sum = edges.iter().map(|edge| edge.weight).sum::<Fixed>().max(self.parameters.row_floor);
        let row = edges.iter().map(|edge| Step { to: edge.about, share: edge.weight.over(sum) }).collect();
        if let Some(node) = self.people.get_mut(at(author)) {
            node.row = row;
            node.blocked = blocked;
        }
    }
}

/// A number as a place in a slice.
pub(crate) fn at(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
