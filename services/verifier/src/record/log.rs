//! One log of a record file: its root is rebuilt, and each document must be one that its leaf makes public.

use std::collections::BTreeMap;

use hanse_document::kind::Body;
use hanse_document::{Commitment, Kind, Verified, canonical};
use hanse_ledger::record::DATINGS_MAX;
use hanse_ledger::{Leaf, LeafId, Statement};
use hanse_reputation::Head;
use hanse_reputation::record::Terms;
use hanse_tlog::{Checkpoint, CompactRange, Hash, hash};
use serde_json::Value;

use crate::documents;
use crate::part;
use crate::quorum::{Age, Trust};
use crate::report::{Outcome, Step};

/// What failed, as a finished step.
type Failed = Box<Step>;

/// A leaf's bytes, and the documents that say something beside it.
type Taken = (Vec<u8>, Vec<Verified>);

/// A log that is being read.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) origin: String,
    /// None if it cannot be checked: its leaves are read over.
    checkpoint: Option<Checkpoint>,
    /// Up to where it counts: as a served answer names it, or to the end.
    until: Until,
    range: CompactRange,
    /// Roots that the log signed, by size, and that the leaves must make.
    signed: BTreeMap<u64, Hash>,
    /// What each commit leaf seals.
    sealed: BTreeMap<LeafId, Commitment>,
}

/// Up to where a log counts.
#[derive(Debug)]
enum Until {
    /// To its checkpoint.
    End,
    /// To a state that a served answer names.
    State(Head),
    /// The served answer does not name it.
    Nowhere,
}

impl Log {
    /// `wanted` is what a served answer names, if one is to be recomputed.
    pub(super) fn new(origin: &str, checkpoint: Option<Checkpoint>, wanted: Option<Option<Head>>) -> Self {
        let until = match wanted {
            None => Until::End,
            Some(Some(head)) => Until::State(head),
            Some(None) => Until::Nowhere,
        };
        let (range, signed, sealed) = (CompactRange::default(), BTreeMap::new(), BTreeMap::new());
        Self { origin: origin.to_owned(), checkpoint, until, range, signed, sealed }
    }

    /// Whether its leaves can be checked.
    pub(super) const fn counts(&self) -> bool {
        self.checkpoint.is_some()
    }

    /// How many leaves were read.
    pub(super) fn size(&self) -> u64 {
        self.range.size()
    }

    /// Whether the next leaf is one of those that count.
    fn wants(&self) -> bool {
        match &self.until {
            Until::End => true,
            Until::State(head) => self.size() < head.size,
            Until::Nowhere => false,
        }
    }

    fn step(&self, outcome: Outcome, says: impl Into<String>) -> Step {
        Step::new(format!("log {}", self.origin), outcome, says)
    }

    /// Whether datings so far cover all that counts of it, where an answer names that state.
    pub(super) fn dated_whole(&self) -> bool {
        let last = self.signed.keys().next_back();
        matches!((&self.until, last), (Until::State(head), Some(last)) if head.size <= *last)
    }

    /// Takes a dating checkpoint: how many of the leaves that count it dates, and the day. None if no quorum cosigned it.
    pub(super) fn date(&mut self, trust: &Trust<'_>, note: &str) -> Result<Option<(u64, u32)>, Failed> {
        let (signed, _) = part::open(trust, &self.origin, note, Age::Any)?;
        let Checkpoint { size, root, .. } = signed.checkpoint;
        let most = self.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
        let later = self.signed.keys().next_back().is_none_or(|last| *last < size);
        if !later || most < size || 0 < self.size() || DATINGS_MAX <= self.signed.len() {
            let says = "dating checkpoints stand before the leaves, by size, none larger than the log, and not too many";
            return Err(self.step(Outcome::Invalid, says).into());
        }
        self.signed.insert(size, root);
        let day = signed.complete.and_then(|at| u32::try_from(at.div_euclid(DAY_SECONDS)).ok());
        let size = if let Until::State(head) = &self.until { size.min(head.size) } else { size };
        Ok(day.map(|day| (size, day)))
    }

    /// Takes the next leaf: its bytes and the documents that say something, or None if it does not count.
    pub(super) fn append(&mut self, leaf: &Value, sent: &[Value]) -> Result<Option<Taken>, Failed> {
        let Some(checkpoint) = &self.checkpoint else { return Ok(None) };
        let (size, index) = (checkpoint.size, self.size());
        if size <= index {
            let says = format!("there are more leaves than the {size} of its checkpoint");
            // Once is enough: a file can have a million of them.
            self.checkpoint = None;
            return Err(self.step(Outcome::Invalid, says).into());
        }
        let wanted = self.wants();
        let bytes = canonical::to_vec(leaf);
        self.range.append(hash::leaf(&bytes));
        if let Some(root) = self.signed.get(&self.size())
            && *root != self.range.root()
        {
            let says = "the log signed another root for this size: it shows different people different logs";
            let step = self.step(Outcome::Invalid, says).with("size", &self.size(), &self.size());
            return Err(step.with("root", root, &self.range.root()).into());
        }
        if let Until::State(head) = &self.until
            && head.size == self.size()
            && head.root != self.range.root().hex()
        {
            let says = "the served answer names another root for this size";
            return Err(self
                .step(Outcome::Invalid, says)
                .with("root", &head.root, &self.range.root())
                .into());
        }
        let documents = self.public(index, &bytes, sent)?;
        Ok(wanted.then_some((bytes, documents)))
    }

    /// The documents beside a leaf, each of which it must make public.
    fn public(&mut self, index: u64, leaf: &[u8], sent: &[Value]) -> Result<Vec<Verified>, Failed> {
        let statement = Leaf::parse(leaf).ok().and_then(|leaf| Some((leaf.id(), leaf.statement()?.clone())));
        if let Some((id, Statement::Commit { commitment, .. })) = &statement {
            self.sealed.insert(*id, *commitment);
        }
        let mut read = Vec::with_capacity(sent.len());
        for document in sent {
            let document = documents::read(&canonical::to_vec(document))
                .map_err(|detail| self.foreign(index, detail))?;
            read.push(document);
        }
        let others = "no leaf here makes this document public";
        let expected = match statement.map(|(_, statement)| statement) {
            Some(Statement::Identity { commitment, .. }) => alone(&read, Kind::Identity, &commitment),
            Some(Statement::Reply { commitment, .. }) => alone(&read, Kind::Reply, &commitment),
            Some(Statement::Open { cites }) => {
                self.sealed.get(&cites).map_or(read.is_empty(), |seals| opened(&read, seals))
            }
            Some(
                Statement::Engagement { .. }
                | Statement::Commit { .. }
                | Statement::Settle { .. }
                | Statement::Posting { .. },
            )
            | None => read.is_empty(),
        };
        if expected { Ok(read) } else { Err(self.foreign(index, others)) }
    }

    fn foreign(&self, index: u64, why: &str) -> Failed {
        Step::new(format!("documents at {index} of {}", self.origin), Outcome::Invalid, why).into()
    }

    /// The head up to which the log counts, and what is to be said of it.
    pub(super) fn close(self) -> (Option<Head>, Vec<Step>) {
        let Some(checkpoint) = &self.checkpoint else { return (None, Vec::new()) };
        let step = self
            .step(Outcome::Holds, "all its leaves are here, and make the root that it signed")
            .with("leaves", &checkpoint.size, &self.size())
            .with("root", &checkpoint.root, &self.range.root());
        if self.size() < checkpoint.size {
            let says = "the file ends before the log does".into();
            return (None, vec![Step { outcome: Outcome::Invalid, says, ..step }]);
        }
        if self.range.root() != checkpoint.root {
            let says = "the leaves are not those of the root that the log signed".into();
            return (None, vec![Step { outcome: Outcome::Invalid, says, ..step }]);
        }
        let origin = self.origin.clone();
        match self.until {
            Until::End => {
                let head = Head { origin, size: checkpoint.size, root: checkpoint.root.hex() };
                (Some(head), vec![step])
            }
            Until::State(head) if checkpoint.size < head.size => {
                let says = "the served answer has read further than the file goes: fetch the record again";
                let cut = Step::new(format!("log {origin}"), Outcome::Incomplete, says);
                let cut = cut.with("leaves", &head.size, &checkpoint.size);
                (Some(Head { origin, size: checkpoint.size, root: checkpoint.root.hex() }), vec![step, cut])
            }
            Until::State(head) => (Some(head), vec![step]),
            Until::Nowhere => {
                let says = "the served answer does not name this log: it is left out";
                (None, vec![step, Step::new(format!("log {origin}"), Outcome::Note, says)])
            }
        }
    }
}

const DAY_SECONDS: i64 = 86_400;

/// None, or the one document that is committed to.
fn alone(read: &[Verified], kind: Kind, committed: &Commitment) -> bool {
    match read {
        [] => true,
        [document] => document.kind() == kind && document.commitment() == *committed,
        _ => false,
    }
}

/// A review, its text, and the rated person's own word that its author is the other side: as far as they are there, in this order.
fn opened(read: &[Verified], seals: &Commitment) -> bool {
    let Some((review, rest)) = read.split_first() else { return true };
    let Body::Review(body) = review.body() else { return false };
    if review.commitment() != *seals {
        return false;
    }
    let is_text = |text: &Verified| text.kind() == Kind::Text && Some(text.commitment()) == body.text;
    let word = match rest.split_first() {
        Some((text, rest)) if is_text(text) => rest,
        _ => rest,
    };
    match word {
        [] => true,
        [word] => {
            Terms::of(word).is_some_and(|terms| terms.party == body.id && terms.contract == body.contract)
        }
        _ => false,
    }
}
