//! Small worlds by number.

use hanse_reputation::{
    Entry, EntryId, Epoch, Graph, Label, Parameters, Score, Size, Standpoint, SubjectKey,
};

pub(crate) const NOW: Epoch = Epoch(600);

pub(crate) fn person(number: u8) -> SubjectKey {
    SubjectKey::from_bytes([number; 32])
}

pub(crate) fn id(number: u32) -> EntryId {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    EntryId::from_bytes(bytes)
}

pub(crate) fn entry(number: u32, author: u8, subject: u8, label: Label) -> Entry {
    Entry {
        id: id(number),
        author: person(author),
        subject: person(subject),
        epoch: NOW,
        verdict: label.verdict(),
        size: Size::Ordinary,
    }
}

pub(crate) fn graph(entries: &[Entry]) -> Graph {
    Graph::build(Parameters::default(), NOW, entries.iter().copied()).unwrap()
}

pub(crate) fn score(graph: &Graph, viewer: u8, subject: u8) -> Score {
    graph.score(Standpoint::own(person(viewer)), &person(subject)).unwrap()
}
