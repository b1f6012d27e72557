//! A record file: whole logs (PROTOCOL.md 9.4).

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::{Kind, Verified, canonical};
use hanse_ledger::{Leaf, LeafId, Statement};
use serde_json::{Value, json};

use super::Shelf;
use super::evidence::json_of;
use crate::world::{Head, NOW, Side, World, log_of};

/// Days of an epoch (PROTOCOL.md 9.5).
const EPOCH_SECONDS: i64 = 30 * 86_400;

/// The lines of a file that holds these logs as they are shown, with the dating checkpoints of each.
#[must_use]
pub fn record(shelf: &Shelf<'_>, logs: &[usize]) -> Vec<Value> {
    let mut lines = vec![json!({"format": "hanse/record/v1", "made": NOW})];
    for log in logs {
        let (view, world) = (&shelf.views[*log], shelf.world);
        let note = world.note(*log, view.history.size(), view.history.root(), &view.lines);
        lines.push(json!({"checkpoint": note, "log": log_of(*log)}));
        for head in datings(world, *log, view.branch, view.history.size()) {
            lines.push(json!({"dating": world.note(*log, head.size, head.root, &head.first())}));
        }
        let mut sealed: BTreeSet<LeafId> = BTreeSet::new();
        for (bytes, leaf) in &view.history.leaves {
            let documents = public(shelf, bytes, leaf.as_ref(), &mut sealed);
            let documents: Vec<Value> = documents.iter().map(|document| document.value().clone()).collect();
            lines.push(json!({"documents": documents, "leaf": json_of(bytes)}));
        }
    }
    lines
}

/// The bytes of these lines.
#[must_use]
pub fn bytes_of(lines: &[Value]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines {
        bytes.extend(canonical::to_vec(line));
        bytes.push(b'\n');
    }
    bytes
}

/// The largest checkpoint that was cosigned first in each epoch.
fn datings(world: &World, log: usize, branch: usize, most: u64) -> Vec<Head> {
    let heads = world.operators[log].branches[branch].heads.iter();
    let dated = heads.filter(|head| head.size <= most).filter_map(|head| {
        let honest = head.lines.iter().find(|line| !world.lying_auditors.contains(&line.by));
        let first = honest.or(head.lines.first())?;
        Some((first.at.div_euclid(EPOCH_SECONDS), head.clone()))
    });
    let newest: BTreeMap<i64, Head> = dated.collect();
    newest.into_values().collect()
}

/// What a leaf makes public.
fn public(
    shelf: &Shelf<'_>,
    bytes: &[u8],
    leaf: Option<&Leaf>,
    sealed: &mut BTreeSet<LeafId>,
) -> Vec<Verified> {
    let Some(leaf) = leaf else { return Vec::new() };
    let shown = shelf.world.shown(bytes, shelf.holds_all);
    match leaf.statement() {
        Some(Statement::Commit { .. }) => {
            sealed.insert(leaf.id());
            Vec::new()
        }
        Some(Statement::Open { cites }) if sealed.contains(cites) => opened(shelf.world, shown, cites),
        Some(Statement::Identity { .. } | Statement::Reply { .. }) => shown,
        _ => Vec::new(),
    }
}

/// Review, text, and the word of whoever is rated.
fn opened(world: &World, mut shown: Vec<Verified>, commit: &LeafId) -> Vec<Verified> {
    // What is no text is not public, whatever a review calls it.
    shown.retain(|document| matches!(document.kind(), Kind::Review | Kind::Text));
    if shown.is_empty() {
        return shown;
    }
    let said = world.said_by(commit);
    // A review of another contract or person lets nobody see this one's papers.
    let word = said.and_then(|said| world.contracts[said.contract].word(said.side.other()));
    let word = word.filter(|word| world.is_word_of(word, &shown[0])).cloned();
    shown.extend(word);
    shown
}

impl World {
    /// Whether an offer or acceptance is by the person whom a review rates, in the contract that it names.
    #[must_use]
    pub fn is_word_of(&self, word: &Verified, review: &Verified) -> bool {
        let hanse_document::Body::Review(review) = review.body() else { return false };
        let contract = self.contracts.iter().find(|contract| {
            Side::BOTH.iter().any(|side| contract.word(*side).is_some_and(|own| own.id() == word.id()))
        });
        contract.is_some_and(|contract| contract.offer.id() == review.contract) && *word.issuer() == review.id
    }
}
