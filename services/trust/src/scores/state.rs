//! All that was read, and what follows from it: one value, always as if it had been read anew.

use std::collections::{BTreeMap, BTreeSet};

use hanse_base::error::Failure;
use hanse_base::stored::kept;
use hanse_document::Kind;
use hanse_reputation::record::Reading;
use hanse_reputation::{Epoch, Graph, Head, Parameters};
use hanse_store::documents::DocumentRow;

/// How far a log was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Until {
    /// How many leaves.
    pub(super) size: u64,
    /// The root at that size, in hexadecimal.
    pub(super) root: String,
    /// Whether a quorum of auditors cosigned it.
    pub(super) cosigned: bool,
    /// Whether the log goes on.
    pub(super) halted: bool,
}

/// Something to read.
#[derive(Debug)]
pub enum FeedItem {
    /// The next leaf of a log.
    Leaf {
        /// The log.
        origin: String,
        /// Its place.
        index: u64,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// A public document.
    Document(Box<DocumentRow>),
    /// So many leaves of a log were cosigned in this epoch.
    Dated {
        /// The log.
        origin: String,
        /// How many leaves.
        size: u64,
        /// When.
        epoch: Epoch,
    },
}

/// Entries, the graph that they make, and how far the logs were read for it.
#[derive(Clone, Debug)]
pub(super) struct ScoreState {
    pub(super) reading: Reading,
    pub(super) graph: Graph,
    pub(super) logs: BTreeMap<String, Until>,
}

/// Whether a document can say something about entries: verifying the others would be for nothing.
pub(super) const fn tells(kind: Kind) -> bool {
    matches!(kind, Kind::Review | Kind::Offer | Kind::Acceptance)
}

impl ScoreState {
    pub(super) fn new(epoch: Epoch) -> Self {
        Self {
            reading: Reading::new(),
            graph: Graph::new(Parameters::default(), epoch),
            logs: BTreeMap::new(),
        }
    }

    /// Reads. Nothing of it shows before [`ScoreState::settle`].
    pub(super) fn read(&mut self, pieces: Vec<FeedItem>) -> Result<(), Failure> {
        for piece in pieces {
            match piece {
                FeedItem::Leaf { origin, index, bytes } => {
                    let read = self.reading.leaf(&origin, index, &bytes);
                    read.map_err(|error| Failure::unreadable(origin, error))?;
                }
                FeedItem::Document(row) => self.reading.document(&kept(&row)?),
                // By epochs, not by days: a record keeps one dating checkpoint for each.
                FeedItem::Dated { origin, size, epoch } => {
                    self.reading.dated(&origin, size, epoch.first_day());
                }
            }
        }
        Ok(())
    }

    /// Brings the graph to what was read, in the epoch given; answers the subject keys of those whose record may look otherwise
    /// than before.
    pub(super) fn settle(
        &mut self,
        epoch: Epoch,
        logs: BTreeMap<String, Until>,
    ) -> Result<BTreeSet<[u8; 32]>, Failure> {
        let changes = self.reading.changes();
        let mut changed: BTreeSet<[u8; 32]> =
            changes.entries.iter().map(|entry| *entry.subject.as_bytes()).collect();
        if changes.anew || epoch != self.graph.epoch() {
            changed.extend(self.graph.sample().rated().iter().map(|person| *person.as_bytes()));
        }
        let unsound = |error| Failure::unreadable("entries", error);
        if changes.anew {
            let entries = self.reading.entries().into_iter().map(|counted| counted.entry);
            self.graph = Graph::build(*self.graph.parameters(), epoch, entries).map_err(unsound)?;
        } else {
            self.graph.advance(epoch);
            for entry in &changes.entries {
                self.graph.insert(entry).map_err(unsound)?;
                // Who has a record counts for those whom they have rated.
                changed.extend(self.graph.whom(&entry.subject).map(|person| *person.as_bytes()));
            }
        }
        self.logs = logs;
        let heads = self.logs.iter().filter(|(_, until)| 0 < until.size);
        self.graph.set_heads(
            heads
                .map(|(origin, until)| Head {
                    origin: origin.clone(),
                    size: until.size,
                    root: until.root.clone(),
                })
                .collect(),
        );
        Ok(changed)
    }
}
