//! Many entries at once: sorted by their authors instead of looked up one by one.

use super::Graph;
use super::roster::at;
use super::vertex::{Edge, Receipt, Vertex};
use crate::entry::{Entry, EntryError};
use crate::ids::EntryId;

impl Graph {
    /// Takes in the entries of a graph that has none yet, without weighing anything.
    pub(crate) fn fill(&mut self, entries: impl Iterator<Item = Entry>) -> Result<(), EntryError> {
        self.receipts.reserve(entries.size_hint().0);
        let mut authors = Vec::with_capacity(entries.size_hint().0);
        let mut broken = None;
        for entry in entries {
            match self.note(&entry) {
                Ok(author) => authors.push(author),
                Err(error) => {
                    broken = Some(error);
                    break;
                }
            }
        }
        let (order, ends) = by_author(&authors, self.people.len());
        drop(authors);
        // What breaks here stands before what broke above.
        self.chain_up(order, &ends)?;
        broken.map_or(Ok(()), Err)?;
        self.list_raters();
        Ok(())
    }

    /// Keeps an entry with its subject's number in the place of the next receipt; answers its author.
    fn note(&mut self, entry: &Entry) -> Result<u32, EntryError> {
        if entry.author == entry.subject {
            return Err(EntryError::Oneself);
        }
        self.next_receipt()?;
        let author = self.enrol(entry.author)?;
        let subject = self.enrol(entry.subject)?;
        self.receipts.push(Receipt::of(entry, subject));
        Ok(author)
    }

    /// Links what each author has said of each subject.
    fn chain_up(&mut self, mut order: Vec<u32>, ends: &[usize]) -> Result<(), EntryError> {
        let mut rest = order.as_mut_slice();
        let mut start = 0;
        for (vertex, end) in self.people.iter_mut().zip(ends) {
            let Some((said, later)) = rest.split_at_mut_checked(end.saturating_sub(start)) else { break };
            (rest, start) = (later, *end);
            let subject =
                |receipt: u32, receipts: &[Receipt]| receipts.get(at(receipt)).map(|kept| kept.next);
            said.sort_unstable_by_key(|receipt| (subject(*receipt, &self.receipts), *receipt));
            let runs = said.chunk_by(|a, b| subject(*a, &self.receipts) == subject(*b, &self.receipts));
            let pairs = runs.count();
            vertex.rated = Vec::with_capacity(pairs);
            vertex.edges = Vec::with_capacity(pairs);
            let mut said = &*said;
            while let Some(about) = said.first().and_then(|first| subject(*first, &self.receipts)) {
                let same =
                    said.iter().take_while(|receipt| subject(**receipt, &self.receipts) == Some(about));
                let (run, later) = said.split_at_checked(same.count()).unwrap_or((said, &[]));
                link(vertex, about, run, &mut self.receipts)?;
                said = later;
            }
        }
        Ok(())
    }

    fn list_raters(&mut self) {
        let mut counts = vec![0_u32; self.people.len()];
        for about in self.people.iter().flat_map(|vertex| &vertex.rated) {
            if let Some(count) = counts.get_mut(at(*about)) {
                *count += 1;
            }
        }
        let mut lists: Vec<Vec<u32>> =
            counts.into_iter().map(|count| Vec::with_capacity(at(count))).collect();
        for (author, vertex) in (0..).zip(&self.people) {
            for about in &vertex.rated {
                if let Some(list) = lists.get_mut(at(*about)) {
                    list.push(author);
                }
            }
        }
        for (vertex, list) in self.people.iter_mut().zip(lists) {
            vertex.raters = list;
        }
    }
}

/// Chains the receipts of one pair, each once.
fn link(vertex: &mut Vertex, about: u32, run: &[u32], receipts: &mut [Receipt]) -> Result<(), EntryError> {
    let mut kept = run.to_vec();
    if let [_, _, ..] = run {
        let by_id: Vec<(EntryId, u32)> =
            run.iter().filter_map(|number| Some((receipts.get(at(*number))?.id, *number))).collect();
        kept = once(by_id, receipts)?;
    }
    let mut next = super::vertex::END;
    for number in kept {
        if let Some(receipt) = receipts.get_mut(at(number)) {
            receipt.next = std::mem::replace(&mut next, number);
        }
    }
    vertex.rated.push(about);
    vertex.edges.push(Edge::new(next));
    Ok(())
}

/// Of the receipts with one id the first, if all say the same.
fn once(mut by_id: Vec<(EntryId, u32)>, receipts: &[Receipt]) -> Result<Vec<u32>, EntryError> {
    by_id.sort_unstable();
    let mut kept = Vec::with_capacity(by_id.len());
    for run in by_id.chunk_by(|a, b| a.0 == b.0) {
        let mut same = run.iter().filter_map(|(_, number)| receipts.get(at(*number)));
        let first = same.next();
        if first.is_some_and(|first| same.any(|other| !first.equals(other))) {
            return Err(EntryError::IdReused);
        }
        kept.extend(run.first().map(|(_, number)| *number));
    }
    Ok(kept)
}

/// The numbers of the receipts sorted by author, and where those of each author end.
fn by_author(authors: &[u32], people: usize) -> (Vec<u32>, Vec<usize>) {
    let mut ends = vec![0_usize; people];
    for author in authors {
        if let Some(count) = ends.get_mut(at(*author)) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for count in &mut ends {
        // From counts to starts; placing the receipts moves each start to its end.
        sum += std::mem::replace(count, sum);
    }
    let mut order = vec![0; authors.len()];
    for (receipt, author) in (0..).zip(authors) {
        if let Some(start) = ends.get_mut(at(*author))
            && let Some(slot) = order.get_mut(*start)
        {
            *slot = receipt;
            *start += 1;
        }
    }
    (order, ends)
}
