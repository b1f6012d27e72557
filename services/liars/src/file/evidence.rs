//! An evidence file about one person (PROTOCOL.md 9.1).

use std::collections::BTreeSet;

use hanse_document::Verified;
use hanse_ledger::{Leaf, LeafId, Statement, index};
use hanse_tlog::{Hash, prove};
use serde_json::{Value, json};

use super::{Shelf, View};
use crate::world::{Contract, NOW, Side, World, log_of, operator_of};

/// Whether an engagement may stand at the checkpoint of its part.
const SHARED: bool = true;

/// All that these views hold about a person.
#[must_use]
pub fn evidence(shelf: &Shelf<'_>, who: usize) -> Value {
    let person = &shelf.world.people[who];
    let mut logs = vec![person.home];
    let named: BTreeSet<usize> = own_engagements(shelf, who).into_iter().map(|(_, log)| log).collect();
    logs.extend(named.into_iter().filter(|log| *log != person.home));
    let parts: Vec<Value> = shelf.logs(&logs).iter().map(|log| part(shelf, *log, who)).collect();
    json!({
        "format": "hanse/evidence/v1",
        "subject": person.did.as_str(),
        "made": NOW,
        "identity": person.identity.as_ref().unwrap().value(),
        "parts": parts,
        "engagements": engagements(shelf, who),
    })
}

/// The engagements in the home log that the person signed, with the log that each names.
fn own_engagements(shelf: &Shelf<'_>, who: usize) -> Vec<(Leaf, usize)> {
    let (world, person) = (shelf.world, &shelf.world.people[who]);
    let home = &shelf.views[person.home].history;
    let leaves = home.leaves.iter().filter_map(|(bytes, leaf)| Some((bytes, leaf.as_ref()?)));
    let own = leaves.filter(|(bytes, leaf)| {
        leaf.subjects() == [person.subject()]
            && leaf.signatures().iter().all(|(key, _)| *key == person.key.public())
            && !world.unsigned.contains(*bytes)
    });
    let engagements = own.filter_map(|(_, leaf)| match leaf.statement() {
        Some(Statement::Engagement { log, .. }) => Some((leaf.clone(), operator_of(log)?)),
        _ => None,
    });
    engagements.collect()
}

/// Whether somebody said something that needs the other side's engagement.
fn has_outcome(view: &View<'_>, engagement: &Leaf) -> bool {
    let Some(Statement::Engagement { slots, .. }) = engagement.statement() else { return false };
    let by_slot = |leaf: &Leaf| leaf.signatures().iter().any(|(key, _)| slots.contains(key));
    let leaves = view.history.leaves.iter().filter_map(|(_, leaf)| leaf.as_ref());
    let mut stated = leaves.filter(|leaf| by_slot(leaf)).filter_map(Leaf::statement);
    let id = engagement.id();
    stated.any(|statement| match statement {
        Statement::Settle { engagement, .. } => *engagement == id,
        Statement::Open { .. } => true,
        _ => false,
    })
}

fn engagements(shelf: &Shelf<'_>, who: usize) -> Vec<Value> {
    let (world, mut proved) = (shelf.world, Vec::new());
    let mut seen: BTreeSet<LeafId> = BTreeSet::new();
    for (leaf, log) in own_engagements(shelf, who) {
        let views = [&shelf.views[log], &shelf.views[world.people[who].home]];
        let of = |contract: &&Contract| {
            Some(leaf.id()) == contract.engagement(Side::Client).map(Leaf::id)
                || Some(leaf.id()) == contract.engagement(Side::Freelancer).map(Leaf::id)
        };
        let Some(contract) = world.contracts.iter().find(of) else { continue };
        let other = Side::BOTH.into_iter().find(|side| contract.party(*side) != who);
        let Some(theirs) = other.and_then(|side| contract.engagement(side)) else { continue };
        let wanted = views.iter().any(|view| has_outcome(view, &leaf)) && seen.insert(theirs.id());
        let wanted = wanted && !shelf.absent.contains(&log);
        let Some(place) = shelf.views[log].history.place(theirs.bytes()).filter(|_| wanted) else { continue };
        proved.push(engagement(shelf, log, place));
    }
    proved
}

/// The same leaf as a proof shows, proved to be in another log that holds it; none if no other does.
#[must_use]
pub fn elsewhere(shelf: &Shelf<'_>, proof: &Value) -> Option<Value> {
    let bytes = hanse_document::canonical::to_vec(&proof["leaf"]);
    let others = (0..shelf.views.len()).filter(|log| log_of(*log) != proof["origin"]);
    let mut held = others.filter_map(|log| Some((log, shelf.views[log].history.place(&bytes)?)));
    held.next().map(|(log, place)| {
        let view = &shelf.views[log];
        let mut copy = engagement(shelf, log, place);
        let note = shelf.world.note(log, view.history.size(), view.history.root(), &view.lines);
        copy["checkpoint"] = note.into();
        copy
    })
}

/// The leaf at this place, proved to be in the log, with or without a checkpoint of its own.
#[must_use]
fn engagement(shelf: &Shelf<'_>, log: usize, place: u64) -> Value {
    let view = &shelf.views[log];
    let (bytes, _) = &view.history.leaves[usize::try_from(place).unwrap()];
    let mut proof = json!({
        "origin": log_of(log),
        "index": place,
        "leaf": json_of(bytes),
        "path": path(view, place),
    });
    // The part of the same log has the same checkpoint: every other proof goes without.
    if !SHARED || place.is_multiple_of(2) {
        proof["checkpoint"] =
            shelf.world.note(log, view.history.size(), view.history.root(), &view.lines).into();
    }
    proof
}

fn part(shelf: &Shelf<'_>, log: usize, who: usize) -> Value {
    let (view, subject) = (&shelf.views[log], shelf.world.people[who].subject());
    let history = &view.history;
    let last = history.size() - 1;
    let prefix = index::prove(&history.state.nodes, &subject).unwrap();
    let end = prefix.end.map(|(key, value)| json!({"key": key.hex(), "value": value.hex()}));
    let entry = |place: &u64| {
        let (bytes, leaf) = &history.leaves[usize::try_from(*place).unwrap()];
        let documents = documents(shelf, bytes, leaf.as_ref());
        json!({
            "index": place,
            "leaf": json_of(bytes),
            "path": path(view, *place),
            "documents": documents.iter().map(|document| document.value().clone()).collect::<Vec<_>>(),
        })
    };
    let entries: Vec<Value> = history.about.get(&subject).into_iter().flatten().map(entry).collect();
    json!({
        "origin": log_of(log),
        "checkpoint": shelf.world.note(log, history.size(), history.root(), &view.lines),
        "index": {
            "leaf": json_of(&history.leaves[usize::try_from(last).unwrap()].0),
            "path": path(view, last),
        },
        "prefix": {"siblings": hexes(&prefix.siblings), "end": end},
        "entries": entries,
    })
}

/// What goes beside a leaf, as far as it is at hand.
fn documents(shelf: &Shelf<'_>, bytes: &[u8], leaf: Option<&Leaf>) -> Vec<Verified> {
    let carries = leaf.and_then(Leaf::statement).is_some_and(|statement| {
        matches!(
            statement,
            Statement::Identity { .. }
                | Statement::Engagement { .. }
                | Statement::Open { .. }
                | Statement::Reply { .. }
        )
    });
    if carries { shelf.world.shown(bytes, shelf.holds_all) } else { Vec::new() }
}

impl World {
    /// The documents beside a leaf that a node has: up to the first one that is kept back.
    #[must_use]
    pub fn shown(&self, bytes: &[u8], all: bool) -> Vec<Verified> {
        let documents = self.documents.get(bytes).map_or(&[][..], Vec::as_slice);
        let kept = |document: &&Verified| all || !self.withheld.contains(document.commitment().as_bytes());
        documents.iter().take_while(kept).cloned().collect()
    }
}

pub(super) fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn path(view: &View<'_>, place: u64) -> Vec<String> {
    hexes(&prove::inclusion(&view.history.tiles, place, view.history.size()).unwrap())
}

fn hexes(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(Hash::hex).collect()
}
