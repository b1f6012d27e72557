//! All entries up to a state of the logs, arranged so that a score touches few of them.

mod bulk;
pub(crate) mod opinion;
pub(crate) mod roster;
pub(crate) mod vertex;

use std::cmp::Reverse;

use hanse_ledger::SubjectKey;
use serde::Serialize;

use crate::entry::{Entry, EntryError};
use crate::epoch::Epoch;
use crate::fixed::Fixed;
use crate::ids::{EntryId, lot};
use crate::parameters::Parameters;

use opinion::{Opinion, Tally};
use roster::{Roster, at};
use vertex::{END, Edge, Receipt, Row, Vertex};

/// Who said what of whom, as of an epoch.
///
/// A value, not a service: the same entries, in whatever order and however often each, give the same scores. Inside,
/// people are numbered as they come; no number reaches a result.
#[derive(Clone, Debug)]
pub struct Graph {
    parameters: Parameters,
    epoch: Epoch,
    heads: Vec<Head>,
    pub(crate) roster: Roster,
    pub(crate) people: Vec<Vertex>,
    pub(crate) receipts: Vec<Receipt>,
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

impl Graph {
    /// A graph without entries. What is promised of scores holds for parameters that [`Parameters::check`] lets pass.
    #[must_use]
    pub const fn new(parameters: Parameters, epoch: Epoch) -> Self {
        Self {
            parameters,
            epoch,
            heads: Vec::new(),
            roster: Roster::new(),
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
        graph.fill(entries.into_iter())?;
        graph.refresh();
        Ok(graph)
    }

    /// Takes in one entry: false if it is there already. Costs one pass over what its author has said, whatever the size
    /// of the graph.
    ///
    /// # Errors
    /// Why the entry does not count; the graph is then as it was.
    pub fn insert(&mut self, entry: &Entry) -> Result<bool, EntryError> {
        let Some((author, place)) = self.place(entry)? else { return Ok(false) };
        self.refresh_edge(author, place);
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
    pub fn entries(&self, author: &SubjectKey, subject: &SubjectKey) -> Vec<EntryId> {
        let pair = self.number(author).zip(self.number(subject));
        pair.map_or_else(Vec::new, |(author, subject)| self.entries_between(author, subject))
    }

    /// Whether an entry by `author` can change how `subject` looks to `viewer`: the author is the viewer, one to whom the
    /// viewer's walk leads, or one who has rated the subject. Where this is false, a score that was computed before
    /// the entry holds after it.
    #[must_use]
    pub fn reaches(&self, viewer: &SubjectKey, subject: &SubjectKey, author: &SubjectKey) -> bool {
        if viewer == author {
            return true;
        }
        let Some(author) = self.number(author) else { return false };
        let rated = self.number(subject).and_then(|subject| self.vertex(subject));
        if rated.is_some_and(|vertex| vertex.raters.binary_search(&author).is_ok()) {
            return true;
        }
        let Some(viewer) = self.number(viewer).and_then(|viewer| self.vertex(viewer)) else { return false };
        viewer.steps().any(|(contact, _)| {
            contact == author
                || self.vertex(contact).is_some_and(|vertex| vertex.steps().any(|(to, _)| to == author))
        })
    }

    /// Everybody whose entries can ever have mattered to how `subject` looks to `viewer`: the viewer, whom the viewer has rated,
    /// whom those have rated, and who has rated the subject. Sorted.
    #[must_use]
    pub fn heard(&self, viewer: &SubjectKey, subject: &SubjectKey) -> Vec<SubjectKey> {
        let mut numbers: Vec<u32> = self.number(viewer).into_iter().collect();
        for contact in
            numbers.first().into_iter().flat_map(|viewer| self.rated_by(*viewer)).collect::<Vec<_>>()
        {
            numbers.push(contact);
            numbers.extend(self.rated_by(contact));
        }
        let subject = self.number(subject).and_then(|subject| self.vertex(subject));
        numbers.extend(subject.into_iter().flat_map(|vertex| &vertex.raters));
        let mut people: Vec<SubjectKey> =
            numbers.into_iter().filter_map(|number| self.person(number)).collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    /// Whom `author` has rated, in no order.
    pub fn whom(&self, author: &SubjectKey) -> impl Iterator<Item = SubjectKey> {
        let author = self.number(author);
        author.into_iter().flat_map(|author| self.rated_by(author)).filter_map(|number| self.person(number))
    }

    /// The entries by which `author` has rated whomever, sorted.
    #[must_use]
    pub fn entries_by(&self, author: &SubjectKey) -> Vec<EntryId> {
        let edges = self.number(author).and_then(|author| self.vertex(author));
        let edges = edges.into_iter().flat_map(|vertex| &vertex.edges);
        let mut ids: Vec<EntryId> =
            edges.flat_map(|edge| self.chain(edge.first)).map(|receipt| receipt.id).collect();
        ids.sort_unstable();
        ids
    }

    /// Who has rated somebody, and who was rated, each sorted.
    pub(crate) fn people(&self) -> (Vec<SubjectKey>, Vec<SubjectKey>) {
        let sorted = |keep: fn(&Vertex) -> bool| {
            let vertices = (0..).zip(&self.people).filter(|(_, vertex)| keep(vertex));
            let mut people: Vec<SubjectKey> =
                vertices.filter_map(|(number, _)| self.person(number)).collect();
            people.sort_unstable();
            people
        };
        (sorted(|vertex| !vertex.rated.is_empty()), sorted(|vertex| !vertex.raters.is_empty()))
    }

    pub(crate) fn number(&self, person: &SubjectKey) -> Option<u32> {
        self.roster.number(person)
    }

    pub(crate) fn person(&self, number: u32) -> Option<SubjectKey> {
        self.roster.person(number)
    }

    pub(crate) fn vertex(&self, number: u32) -> Option<&Vertex> {
        self.people.get(at(number))
    }

    pub(crate) fn size(&self) -> usize {
        self.people.len()
    }

    pub(crate) fn opinion(&self, author: u32, subject: u32) -> Opinion {
        self.tally(author, subject).opinion()
    }

    pub(crate) fn weight(&self, author: u32, subject: u32) -> Fixed {
        self.edge(author, subject).map(|edge| edge.weight()).unwrap_or_default()
    }

    pub(crate) fn rated_count(&self, author: u32) -> usize {
        self.vertex(author).map_or(0, |vertex| vertex.rated.len())
    }

    pub(crate) fn rated_by(&self, author: u32) -> impl Iterator<Item = u32> {
        self.vertex(author).into_iter().flat_map(|vertex| &vertex.rated).copied()
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
        let vertex = self.vertex(author)?;
        vertex.rated.binary_search(&subject).ok().and_then(|place| vertex.edges.get(place))
    }

    fn chain(&self, first: u32) -> impl Iterator<Item = &Receipt> {
        std::iter::successors(self.receipts.get(at(first)), |receipt| self.receipts.get(at(receipt.next)))
    }

    fn tally_of(&self, edge: &Edge) -> Tally {
        let mut tally = Tally::default();
        for receipt in self.chain(edge.first) {
            tally.add(&self.parameters, self.epoch, receipt.epoch, receipt.verdict(), receipt.size());
        }
        tally
    }

    /// Keeps an entry without computing anything; answers its author and where among the author's edges it is, or none if it
    /// was there.
    fn place(&mut self, entry: &Entry) -> Result<Option<(u32, usize)>, EntryError> {
        if entry.author == entry.subject {
            return Err(EntryError::Oneself);
        }
        let known = self.number(&entry.author).zip(self.number(&entry.subject));
        if let Some(edge) = known.and_then(|(author, subject)| self.edge(author, subject))
            && let Some(same) = self.chain(edge.first).find(|receipt| receipt.id == entry.id)
        {
            let equal = same.equals(&Receipt::of(entry, END));
            return if equal { Ok(None) } else { Err(EntryError::IdReused) };
        }
        let receipt = self.next_receipt()?;
        let author = self.enrol(entry.author)?;
        let subject = self.enrol(entry.subject)?;
        let lot = lot(&entry.subject, &entry.author, self.epoch);
        let Some(vertex) = self.people.get_mut(at(author)) else { return Ok(None) };
        let (place, next) = vertex.link(subject, receipt, lot);
        if next == END
            && let Some(rated) = self.people.get_mut(at(subject))
            && let Err(place) = rated.raters.binary_search(&author)
        {
            rated.raters.insert(place, author);
        }
        self.receipts.push(Receipt::of(entry, next));
        Ok(Some((author, place)))
    }

    /// The number that the next receipt gets.
    pub(crate) fn next_receipt(&self) -> Result<u32, EntryError> {
        u32::try_from(self.receipts.len()).ok().filter(|number| *number < END).ok_or(EntryError::Full)
    }

    pub(crate) fn enrol(&mut self, person: SubjectKey) -> Result<u32, EntryError> {
        let number = self.roster.enrol(person, END).ok_or(EntryError::Full)?;
        if self.people.len() < self.roster.len() {
            self.people.push(Vertex::default());
        }
        Ok(number)
    }

    fn refresh(&mut self) {
        for number in 0..u32::try_from(self.people.len()).unwrap_or(END) {
            for place in 0..self.rated_count(number) {
                self.refresh_edge(number, place);
            }
            if let Some(vertex) = self.people.get_mut(at(number)) {
                vertex.hub = None;
            }
            self.refresh_row(number);
        }
    }

    fn refresh_edge(&mut self, author: u32, place: usize) {
        let edge = self.vertex(author).and_then(|vertex| vertex.edges.get(place));
        let Some(tally) = edge.map(|edge| self.tally_of(edge)) else { return };
        if let Some(edge) = self.people.get_mut(at(author)).and_then(|vertex| vertex.edges.get_mut(place)) {
            edge.weigh(tally);
        }
    }

    /// The strongest edges of a person as shares: weight over the sum, or over the row floor if that is larger.
    fn refresh_row(&mut self, author: u32) {
        let (most, floor) = (usize::from(self.parameters.edges_max), self.parameters.row_floor);
        let Some(vertex) = self.people.get_mut(at(author)) else { return };
        if vertex.rated.len() <= most {
            vertex.share_out(floor);
            return;
        }
        let Some(person) = self.roster.person(author) else { return };
        let hub = vertex.hub.get_or_insert_default();
        if hub.lots.len() < vertex.rated.len() {
            let lot =
                |about: &u32| self.roster.person(*about).map_or(0, |about| lot(&about, &person, self.epoch));
            hub.lots = vertex.rated.iter().map(lot).collect();
        }
        let edges = vertex.rated.iter().zip(&vertex.edges).zip(&hub.lots);
        let mut edges: Vec<(Reverse<Fixed>, u64, u32)> = edges
            .filter(|((_, edge), _)| Fixed::ZERO < edge.weight())
            .map(|((about, edge), lot)| (Reverse(edge.weight()), *lot, *about))
            .collect();
        if most < edges.len() {
            let rank = |(weight, lot, about): &(Reverse<Fixed>, u64, u32)| {
                (*weight, *lot, self.roster.person(*about))
            };
            edges.select_nth_unstable_by_key(most, rank);
            edges.truncate(most);
        }
        edges.sort_unstable_by_key(|(.., about)| *about);
        hub.row = Row::of(edges.iter().map(|(weight, _, about)| (*about, weight.0)), floor);
    }
}
