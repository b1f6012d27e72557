//! One history of a log, right or wrong, with what its index says.

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::Commitment;
use hanse_ledger::{Leaf, LeafId, LogState, Statement, SubjectKey};
use hanse_tlog::{Hash, TileSet, hash, tile};

/// A leaf with those for whom the index counts it.
type Listed = (Vec<u8>, Vec<SubjectKey>);

/// Leaves in order, with tree and index.
#[derive(Clone, Default, Debug)]
pub struct History {
    /// Tree and index.
    pub state: LogState,
    /// The tree's hashes.
    pub tiles: TileSet,
    /// The leaves. Of an index leaf, and of one that cannot be read as a leaf, there is no second half.
    pub leaves: Vec<(Vec<u8>, Option<Leaf>)>,
    /// Where the index says that the leaves about somebody stand.
    pub about: BTreeMap<SubjectKey, Vec<u64>>,
    /// The first place at which whoever replays finds the log wrong.
    pub wrong: Option<u64>,
    /// The opened reviews that an auditor must hold, by place.
    pub opened: Vec<(u64, Commitment)>,
    listed: Vec<Option<Vec<SubjectKey>>>,
    ids: BTreeSet<LeafId>,
    sealed: BTreeMap<LeafId, Commitment>,
}

/// Who cosigned, and when.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Line {
    /// The operator.
    pub by: usize,
    /// Seconds since 1970.
    pub at: i64,
    /// By the key that states less.
    pub witness: bool,
}

/// A checkpoint that a log signed.
#[derive(Clone, Debug)]
pub struct Head {
    /// Leaves below it.
    pub size: u64,
    /// Their root.
    pub root: Hash,
    /// Every cosignature that there is, in the order in which they were made.
    pub lines: Vec<Line>,
}

/// What a log shows to some.
#[derive(Clone, Default, Debug)]
pub struct Branch {
    /// Up to its newest checkpoint.
    pub history: History,
    /// Its checkpoints.
    pub heads: Vec<Head>,
}

impl Head {
    /// The latest cosignature of each key.
    #[must_use]
    pub fn latest(&self) -> Vec<Line> {
        let mut latest: BTreeMap<(usize, bool), Line> = BTreeMap::new();
        for line in &self.lines {
            let kept = latest.entry((line.by, line.witness)).or_insert(*line);
            if kept.at < line.at {
                *kept = *line;
            }
        }
        latest.into_values().collect()
    }

    /// The first cosignature of each key.
    #[must_use]
    pub fn first(&self) -> Vec<Line> {
        let mut first: BTreeMap<(usize, bool), Line> = BTreeMap::new();
        for line in &self.lines {
            first.entry((line.by, line.witness)).or_insert(*line);
        }
        first.into_values().collect()
    }
}

impl History {
    /// Leaves so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.state.size
    }

    /// Root so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.state.root()
    }

    /// Adds a leaf for its own subjects, as an honest sequencer does. Whatever its form, it is in; a bad one makes the log wrong.
    pub fn append(&mut self, bytes: &[u8]) {
        let subjects = hanse_ledger::subjects_of(bytes).unwrap_or_default();
        self.append_for(bytes, &subjects);
        if Leaf::parse_general(bytes).is_err() {
            self.mark();
        }
    }

    /// Whether a leaf makes the log wrong, being out of form or there already.
    #[must_use]
    pub fn breaks(&self, bytes: &[u8]) -> bool {
        Leaf::parse_general(bytes).map_or(true, |leaf| self.ids.contains(&leaf.id()))
    }

    /// Adds a leaf that the index counts for nobody.
    pub fn append_hidden(&mut self, bytes: &[u8]) {
        self.append_for(bytes, &[]);
        self.mark();
    }

    /// Adds a leaf that the index counts for these.
    fn append_for(&mut self, bytes: &[u8], subjects: &[SubjectKey]) {
        let index = self.state.append_listed(hash::leaf(bytes), subjects).unwrap();
        for subject in subjects {
            self.about.entry(*subject).or_default().push(index);
        }
        let leaf = Leaf::parse_general(bytes).ok();
        if leaf.as_ref().is_some_and(|leaf| !self.ids.insert(leaf.id())) {
            self.mark();
        }
        match leaf.as_ref().and_then(Leaf::statement) {
            Some(Statement::Commit { commitment, .. }) => {
                let id = leaf.as_ref().unwrap().id();
                self.sealed.insert(id, *commitment);
            }
            Some(Statement::Open { cites }) => {
                self.opened.extend(self.sealed.get(cites).map(|sealed| (index, *sealed)));
            }
            _ => {}
        }
        self.keep((bytes.to_vec(), subjects.to_vec()), leaf);
    }

    /// Adds the index leaf: from now on this can be signed.
    pub fn seal(&mut self) {
        let bytes = self.state.seal().unwrap();
        let index = self.size() - 1;
        tile::append(&mut self.tiles, index, &[hash::leaf(&bytes)]).unwrap();
        self.leaves.push((bytes, None));
        self.listed.push(None);
    }

    /// Begins with an index leaf that is none of nothing.
    pub fn begin_wrongly(&mut self) {
        let bytes = br#"{"entries":0,"listed":1,"root":"dc48a742ae32cfd66352372d6120ed14d6629fc166246b05ff8b03e23804701f","t":"index","v":1}"#;
        self.state.range.append(hash::leaf(bytes));
        self.state.size = self.state.range.size();
        self.keep((bytes.to_vec(), Vec::new()), None);
        self.wrong = Some(0);
    }

    fn keep(&mut self, (bytes, subjects): Listed, leaf: Option<Leaf>) {
        let index = self.size() - 1;
        tile::append(&mut self.tiles, index, &[hash::leaf(&bytes)]).unwrap();
        self.leaves.push((bytes, leaf));
        self.listed.push(Some(subjects));
    }

    fn mark(&mut self) {
        self.wrong = self.wrong.or(Some(self.size() - 1));
    }

    /// Whether whoever replays the log to this size finds it right.
    #[must_use]
    pub fn is_right(&self, size: u64) -> bool {
        self.wrong.is_none_or(|wrong| size <= wrong)
    }

    /// The same history when it had this size.
    #[must_use]
    pub fn at(&self, size: u64) -> Self {
        if size == self.size() {
            return self.clone();
        }
        let mut earlier = Self::default();
        for ((bytes, _), listed) in self.leaves.iter().zip(&self.listed).take(usize::try_from(size).unwrap())
        {
            match listed {
                None => earlier.seal(),
                Some(_) if earlier.size() == 0 => earlier.begin_wrongly(),
                Some(subjects) => earlier.append_for(bytes, subjects),
            }
        }
        earlier.wrong = self.wrong.filter(|wrong| *wrong < size);
        earlier
    }

    /// The place of a leaf of exactly these bytes.
    #[must_use]
    pub fn place(&self, bytes: &[u8]) -> Option<u64> {
        let place = self.leaves.iter().position(|(leaf, _)| leaf == bytes)?;
        u64::try_from(place).ok()
    }
}
