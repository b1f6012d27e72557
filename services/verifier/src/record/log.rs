//! One log of a record file: its root is rebuilt, and each document must be one that its leaf makes public.

use std::collections::BTreeMap;

use hanse_document::kind::Body;
use hanse_document::{Commitment, Kind, Verified};
use hanse_ledger::record::{DATINGS_MAX, Form, ReadLeaf};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_reputation::record::{Reading, Terms};
use hanse_reputation::{Epoch, Head};
use hanse_tlog::{Checkpoint, CompactRange, Hash, hash};

use super::report::Behind;
use crate::documents;
use crate::part;
use crate::quorum::{Age, Trust};
use crate::report::{CheckStep, Outcome};

/// What failed, as a finished step.
type Failed = Box<CheckStep>;

/// A log that is being read.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) origin: String,
    checkpoint: Checkpoint,
    /// Up to where it counts: as a served answer names it, or to the end.
    until: Until,
    range: CompactRange,
    /// How many datings it has, and the size of the last one.
    datings: (usize, u64),
    /// Roots that the log signed, by size, and that the leaves must make.
    signed: BTreeMap<u64, Hash>,
    /// What datings date of the leaves that count, as far as anything is taken of them.
    dated: Vec<(u64, Epoch)>,
    /// What each commit leaf seals that counts for nothing, so that nobody else has kept it.
    sealed: BTreeMap<LeafId, Commitment>,
    /// Datings that no quorum cosigned.
    unaudited: u64,
    /// The first leaf that no log may hold.
    wrong: Option<u64>,
    claimed: Claims,
}

/// The latest epoch that any leaf so far says to be of, by the place where it was first said. A signer's claim proves nothing; but who
/// says to be older than leaves before it in the log is contradicted by its order.
#[derive(Debug, Default)]
pub(super) struct Claims(BTreeMap<u64, Epoch>);

impl Claims {
    /// Takes what the leaf at this place says. Nothing is of an epoch after `now`.
    fn take(&mut self, index: u64, day: u32, now: Epoch) {
        let epoch = Epoch::of_day(day);
        let later = self.0.values().next_back().is_none_or(|last| *last < epoch);
        if epoch <= now && later {
            self.0.insert(index, epoch);
        }
    }

    /// The latest epoch that this leaf or one before it says to be of.
    pub(super) fn until(&self, index: u64) -> Option<Epoch> {
        self.0.range(..=index).next_back().map(|(_, epoch)| *epoch)
    }
}

/// What a log came to once all its leaves were read.
pub(super) struct Closed {
    /// The head up to which it counts.
    pub(super) head: Option<Head>,
    pub(super) steps: Vec<CheckStep>,
    /// Epochs of which it lacks a dating, from the first to the last of each row.
    pub(super) undated: Vec<(Epoch, Epoch)>,
    pub(super) claimed: Claims,
    /// Whether it holds what no log may hold.
    pub(super) wrong: bool,
    /// What a served answer has not read of it.
    pub(super) behind: Option<Behind>,
    /// Whether the served answer has read more than the file holds.
    pub(super) beyond: bool,
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
    pub(super) fn new(origin: &str, checkpoint: Checkpoint, wanted: Option<Option<Head>>) -> Self {
        let until = match wanted {
            None => Until::End,
            Some(Some(head)) => Until::State(head),
            Some(None) => Until::Nowhere,
        };
        let signed = BTreeMap::from([(checkpoint.size, checkpoint.root)]);
        Self {
            origin: origin.to_owned(),
            checkpoint,
            until,
            range: CompactRange::default(),
            datings: (0, 0),
            signed,
            dated: Vec::new(),
            sealed: BTreeMap::new(),
            unaudited: 0,
            wrong: None,
            claimed: Claims::default(),
        }
    }

    /// How many leaves were read.
    pub(super) fn size(&self) -> u64 {
        self.range.size()
    }

    /// How many leaves count.
    fn counted(&self) -> u64 {
        match &self.until {
            Until::End => self.checkpoint.size,
            Until::State(head) => head.size.min(self.checkpoint.size),
            Until::Nowhere => 0,
        }
    }

    fn step(&self, outcome: Outcome, says: impl Into<String>) -> CheckStep {
        CheckStep::new(format!("log {}", self.origin), outcome, says)
    }

    /// Takes a dating checkpoint: how many of the leaves that count it dates, and the day. None if nothing is taken of it: no quorum
    /// cosigned it, it is of an epoch after `now`, or an answer is recomputed of which a dating before covers the state: whoever
    /// served it had seen none behind that.
    pub(super) fn date(
        &mut self,
        trust: &Trust<'_>,
        note: &str,
        now: Epoch,
    ) -> Result<Option<(u64, u32)>, Failed> {
        let (signed, _) = part::open(trust, &self.origin, note, Age::Any)?;
        let Checkpoint { size, root, .. } = signed.checkpoint;
        let (count, last) = self.datings;
        if size < last || self.checkpoint.size < size || 0 < self.size() || DATINGS_MAX <= count {
            let says = "dating checkpoints stand before the leaves, by size, none larger than the log, and not too many";
            return Err(self.step(Outcome::Invalid, says).into());
        }
        self.datings = (count.saturating_add(1), size);
        if let Some(other) = self.signed.insert(size, root)
            && other != root
        {
            let says = "it signed two roots for one size: it shows different people different logs";
            return Err(self.step(Outcome::Invalid, says).with("root", &other, &root).into());
        }
        // One of no leaf has its root already.
        self.made()?;
        let covered = matches!(self.until, Until::State(_))
            && self.dated.last().is_some_and(|(dated, _)| self.counted() <= *dated);
        let day = signed.complete.and_then(|at| u32::try_from(at.div_euclid(DAY_SECONDS)).ok());
        self.unaudited = self.unaudited.saturating_add(day.is_none().into());
        let taken = day.map(|day| (day, Epoch::of_day(day)));
        let Some((day, epoch)) = taken.filter(|(_, epoch)| !covered && *epoch <= now) else {
            return Ok(None);
        };
        let size = size.min(self.counted());
        self.dated.push((size, epoch));
        Ok(Some((size, day)))
    }

    /// Takes the next leaf, and feeds it with its documents to the reading if it counts. Nothing is of an epoch after `now`.
    pub(super) fn append(
        &mut self,
        line: &ReadLeaf<'_>,
        reading: &mut Reading,
        now: Epoch,
    ) -> Result<(), Failed> {
        let (size, index) = (self.checkpoint.size, self.size());
        if size <= index {
            let says = format!("there are more leaves than the {size} of its checkpoint");
            return Err(self.step(Outcome::Invalid, says).into());
        }
        self.range.append(hash::leaf(line.bytes));
        self.made()?;
        let leaf = match &line.form {
            Form::Leaf(leaf) => {
                self.claimed.take(index, leaf.day(), now);
                Some(leaf.as_ref())
            }
            Form::Index => None,
            Form::Out => {
                self.wrong.get_or_insert(index);
                None
            }
        };
        let documents = self.public(index, leaf, &line.documents, reading)?;
        if index < self.counted() {
            // Indexes come from the count of the leaves, so that none is out of order.
            let _next = reading.parsed(&self.origin, index, leaf).is_ok();
            documents.iter().for_each(|document| reading.document(document));
        }
        if let Some(leaf) = leaf
            && let Some(Statement::Commit { commitment, .. }) = leaf.statement()
            && reading.seals(&leaf.id(), &self.origin).is_none()
        {
            self.sealed.insert(leaf.id(), *commitment);
        }
        Ok(())
    }

    /// The leaves so far make the root of every signed state of this size.
    fn made(&self) -> Result<(), Failed> {
        let (size, made) = (self.size(), self.range.root());
        if let Some(root) = self.signed.get(&size)
            && *root != made
        {
            let says = "its leaves do not make the root that it signed for this size: they were changed, or it signed two histories";
            let step = self.step(Outcome::Invalid, says).with("leaves", &size, &size);
            return Err(step.with("root", root, &made).into());
        }
        if let Until::State(head) = &self.until
            && head.size == size
            && head.root != made.hex()
        {
            let says = "the served answer names another root for this size";
            return Err(self.step(Outcome::Invalid, says).with("root", &head.root, &made.hex()).into());
        }
        Ok(())
    }

    /// The documents beside a leaf, each of which it must make public.
    fn public(
        &self,
        index: u64,
        leaf: Option<&Leaf>,
        sent: &[&[u8]],
        reading: &Reading,
    ) -> Result<Vec<Verified>, Failed> {
        let statement = leaf.and_then(Leaf::statement);
        let mut read = Vec::with_capacity(sent.len());
        for document in sent {
            read.push(documents::read(document).map_err(|detail| self.foreign(index, detail))?);
        }
        let others = "no leaf here makes this document public";
        let expected = match statement {
            Some(Statement::Identity { commitment, .. }) => alone(&read, Kind::Identity, commitment),
            Some(Statement::Reply { commitment, .. }) => alone(&read, Kind::Reply, commitment),
            Some(Statement::Open { cites }) => {
                let seals = reading.seals(cites, &self.origin).or_else(|| self.sealed.get(cites));
                let seals = seals.zip(leaf.and_then(|leaf| leaf.subjects().first()));
                seals.map_or(read.is_empty(), |(seals, subject)| opened(&read, seals, subject))
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
        CheckStep::new(format!("documents at {index} of {}", self.origin), Outcome::Invalid, why).into()
    }

    /// Whether it has as many leaves as its head says; else the step that says how many it lacks.
    pub(super) fn whole(&self, outcome: Outcome) -> Result<(), Failed> {
        if self.size() < self.checkpoint.size {
            let step = self.step(outcome, "it has fewer leaves than its checkpoint says");
            return Err(step.with("leaves", &self.checkpoint.size, &self.size()).into());
        }
        // A log of no leaf has met no root yet.
        self.made()
    }

    /// What it came to. It is whole.
    pub(super) fn close(self, now: Epoch) -> Closed {
        let root = self.checkpoint.root.hex();
        let holds = self.step(Outcome::Holds, "all its leaves are here, and make the root that it signed");
        let mut steps = vec![holds.with("leaves", &self.size(), &self.size()).with("root", &root, &root)];
        if let Some(index) = self.wrong {
            let says = format!("it holds what no log may hold, first at {index}: the log is wrong");
            steps.push(self.step(Outcome::Incomplete, says));
        }
        if 0 < self.unaudited {
            let says = format!(
                "{} datings that no quorum of this policy's auditors cosigned are passed over",
                self.unaudited
            );
            steps.push(self.step(Outcome::Note, says));
        }
        let undated = self.undated(now);
        let size = self.checkpoint.size;
        let behind = |read: Option<u64>| {
            let newer = size.saturating_sub(read.unwrap_or(0));
            (0 < newer).then(|| Behind { log: self.origin.clone(), read, newer })
        };
        let own = || Head { origin: self.origin.clone(), size, root: root.clone() };
        let (head, behind, beyond) = match &self.until {
            Until::End => (Some(own()), None, false),
            Until::State(head) if size < head.size => {
                let says = "the served answer has read further than the file goes: fetch the record again";
                steps.push(self.step(Outcome::Incomplete, says).with("leaves", &head.size, &size));
                (Some(own()), None, true)
            }
            Until::State(head) => (Some(head.clone()), behind(Some(head.size)), false),
            Until::Nowhere => (None, behind(None), false),
        };
        if let Some(behind) = &behind {
            let says = match behind.read {
                Some(_) => "the served answer names an older state: it has not read what is newer",
                None => "the served answer does not name this log: it is left out",
            };
            let step = self.step(Outcome::Partial, says);
            steps.push(step.with("leaves", &behind.read.unwrap_or(0), &size));
        }
        Closed { head, steps, undated, claimed: self.claimed, wrong: self.wrong.is_some(), behind, beyond }
    }

    /// Epochs between two datings of different sizes that are more than one apart: leaves in between would count as younger than they
    /// are. The last state that counts is one of now.
    fn undated(&self, now: Epoch) -> Vec<(Epoch, Epoch)> {
        let last = (self.counted(), now);
        let states: Vec<(u64, Epoch)> = self.dated.iter().copied().chain([last]).collect();
        let pairs = states.iter().zip(states.iter().skip(1));
        let apart = pairs.filter(|((small, _), (large, _))| small < large);
        let rows = apart
            .map(|((_, from), (_, to))| (Epoch(from.0.saturating_add(1)), Epoch(to.0.saturating_sub(1))));
        rows.filter(|(first, last)| first <= last).collect()
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

/// A review, its text, and an offer or acceptance of whom the leaf is about: as far as they are there, in this order. Whether the
/// review fits that word is no matter here: without the word nobody could tell.
fn opened(read: &[Verified], seals: &Commitment, subject: &SubjectKey) -> bool {
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
        [word] => Terms::of(word).is_some_and(|terms| SubjectKey::of(&terms.party) == *subject),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Claims, Epoch};

    /// Leaves of an epoch that is over, and of one that has not begun, say nothing of those behind them.
    #[test]
    fn the_latest_claim_before_a_leaf_counts() {
        let mut claims = Claims::default();
        for (index, epoch) in [(3, 10), (4, 8), (5, 99), (6, 12), (7, 11)] {
            claims.take(index, epoch * 30, Epoch(20));
        }
        let until: Vec<Option<u32>> = (2..=8).map(|index| claims.until(index).map(|epoch| epoch.0)).collect();
        assert_eq!(until, [None, Some(10), Some(10), Some(10), Some(12), Some(12), Some(12)]);
    }
}
