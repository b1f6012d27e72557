//! Entries as they come out of whatever logs say.

use hanse_reputation::{
    Entry, EntryId, Epoch, Explanation, Fixed, Graph, Parameters, Size, Standpoint, SubjectKey, Verdict,
};

use super::{PLAIN, Target, reason};
use crate::cost::Budget;

/// Bytes that make an entry: author, subject, epoch, good, bad, and the id, which may come twice.
const ENTRY: usize = 9;

/// People, so few that they meet.
const PEOPLE: u8 = 7;

const NOW: Epoch = Epoch(605);

pub(super) const ENTRIES: Target = Target {
    name: "entries",
    bytes_max: 24 * ENTRY,
    made: || {
        let one = |author: u8, subject: u8, good: u16, bad: u16, id: u8| {
            let [g, ood] = good.to_be_bytes();
            let [b, ad] = bad.to_be_bytes();
            vec![author, subject, 2, 93, g, ood, b, ad, id]
        };
        let way =
            [one(0, 1, 1_000, 0, 1), one(1, 2, 750, 0, 2), one(2, 3, 0, 1_000, 3), one(0, 2, 500, 500, 4)];
        vec![way.concat(), one(0, 1, 1_000, 0, 1).repeat(3), one(0, 0, 1, 1, 1), one(0, 1, 999, 2, 1)]
    },
    budget: Budget { base: 1024 * 1024, each: 16 * 1024 },
    run: entries,
    ..PLAIN
};

fn person(number: u8) -> SubjectKey {
    SubjectKey::from_bytes([number % PEOPLE; 32])
}

fn entry(bytes: &[u8; ENTRY]) -> Result<Entry, &'static str> {
    let [author, subject, e, poch, g, ood, b, ad, id] = *bytes;
    let (good, bad) = (u16::from_be_bytes([g, ood]), u16::from_be_bytes([b, ad]));
    let verdict = Verdict::new(good, bad);
    assert_eq!(verdict.is_ok(), u32::from(good) + u32::from(bad) <= 1_000);
    let verdict = verdict.map_err(|_| "too much")?;
    assert!(verdict.good() + verdict.bad() <= Fixed::ONE);
    Ok(Entry {
        id: EntryId::from_bytes([id; 32]),
        author: person(author),
        subject: person(subject),
        epoch: Epoch(u32::from(u16::from_be_bytes([e, poch]))),
        verdict,
        size: if id % 2 == 0 { Size::Small } else { Size::Ordinary },
    })
}

/// All that anybody sees.
fn seen(graph: &Graph) -> Vec<Explanation> {
    let pairs = (0..PEOPLE).flat_map(|viewer| (0..PEOPLE).map(move |subject| (viewer, subject)));
    let pairs = pairs.filter(|(viewer, subject)| viewer != subject);
    pairs
        .map(|(viewer, subject)| graph.explain(Standpoint::own(person(viewer)), &person(subject)).unwrap())
        .collect()
}

fn entries(bytes: &[u8]) -> String {
    let mut graph = Graph::new(Parameters { edges_max: 2, ..Parameters::default() }, NOW);
    let (mut taken, mut word) = (Vec::new(), String::new());
    for bytes in bytes.as_chunks::<ENTRY>().0 {
        let entry = match entry(bytes) {
            Ok(entry) => entry,
            Err(error) => {
                error.clone_into(&mut word);
                continue;
            }
        };
        match graph.insert(&entry) {
            Ok(new) => {
                assert_eq!(new, !taken.contains(&entry));
                taken.push(entry);
            }
            Err(error) => word = reason(&error),
        }
    }
    let all = seen(&graph);
    let whole = Graph::build(*graph.parameters(), NOW, taken.iter().rev().copied()).unwrap();
    assert_eq!(all, seen(&whole), "the order of entries matters");
    for seen in &all {
        let (found, own) = (seen.score.finding, seen.own.as_ref());
        let good: Fixed = seen.voices.iter().map(|voice| voice.good).sum();
        assert_eq!(found.good, good + own.map(|own| own.good).unwrap_or_default());
        assert!(seen.voices.iter().all(|voice| voice.amount <= Fixed::ONE));
        if let Some(estimate) = found.estimate {
            assert!(estimate.lower_bound <= estimate.mean && estimate.mean <= Fixed::ONE);
        }
    }
    let ranked = all.iter().filter(|seen| seen.score.finding.estimate.is_some()).count();
    format!("{} entries, {} known, {word}", taken.len().min(4), ranked.min(3))
}
