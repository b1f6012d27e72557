//! Who saw everything, and knows what stands where.

use std::borrow::Cow;

use hanse_ledger::{Leaf, LeafId, Statement};

use crate::world::{Contract, Head, History, Line, NAMES, Said, Side, World, now, operator_of};

/// How old a cosignature may be, in seconds (PROTOCOL.md 7.3).
pub const MAX_AGE: i64 = 172_800;

/// How far ahead it may be, in seconds (PROTOCOL.md 7.3).
const AHEAD: i64 = 300;

/// What must be shown of one contract of a person.
#[derive(Clone, Debug)]
pub struct Expected<'w> {
    /// The person's own engagement leaf.
    pub engagement: LeafId,
    /// Whose log decides.
    pub log: usize,
    /// The review that counts, and binds.
    pub review: Option<&'w Said>,
    /// Whether its seal was opened, binding or not.
    pub opened: bool,
    /// Whether a payment stands there as confirmed.
    pub settled: bool,
    /// Whether the other side's own engagement stands in its log.
    pub engaged: bool,
}

impl World {
    /// The contracts that a person's home log holds, and what two logs say of each. `shown` has the states that are shown.
    #[must_use]
    pub fn expected<'w>(
        &'w self,
        who: usize,
        shown: &dyn Fn(usize) -> Option<&'w History>,
    ) -> Vec<Expected<'w>> {
        let Some(home) = shown(self.people[who].home) else { return Vec::new() };
        let mut expected = Vec::new();
        for contract in &self.contracts {
            for side in Side::BOTH.into_iter().filter(|side| contract.party(*side) == who) {
                let Some(own) = contract.engagement(side).filter(|own| home.place(own.bytes()).is_some())
                else {
                    continue;
                };
                let Some(Statement::Engagement { log, .. }) = own.statement() else { continue };
                let Some(log) = operator_of(log) else { continue };
                // What decides is their log, then the home.
                let logs: Vec<&History> = [shown(log), Some(home)].into_iter().flatten().collect();
                let theirs = contract.engagement(side.other()).filter(|_| contract.agreed);
                let engaged = theirs
                    .is_some_and(|theirs| shown(log).is_some_and(|log| log.place(theirs.bytes()).is_some()));
                let (review, opened) = self.reviewed(contract, (side, own), &logs);
                let settled = self.settles(contract, (side, own), &logs);
                expected.push(Expected { engagement: own.id(), log, review, opened, settled, engaged });
            }
        }
        expected
    }

    /// Leaves by the other side's slot key, in the order in which they count.
    fn by_slot<'w>(
        &'w self,
        contract: &'w Contract,
        side: Side,
        logs: &'w [&'w History],
    ) -> impl Iterator<Item = &'w Leaf> {
        let slot = contract.slot(side.other()).public();
        let leaves = logs.iter().flat_map(|log| &log.leaves);
        leaves.filter_map(move |(bytes, leaf)| {
            let leaf = leaf.as_ref()?;
            let signed = matches!(leaf.signatures(), [(key, _)] if *key == slot);
            (signed && !self.unsigned.contains(bytes)).then_some(leaf)
        })
    }

    fn reviewed<'w>(
        &'w self,
        contract: &'w Contract,
        (side, own): (Side, &Leaf),
        logs: &[&'w History],
    ) -> (Option<&'w Said>, bool) {
        let commit = self.by_slot(contract, side, logs).find(|leaf| {
            matches!(leaf.statement(), Some(Statement::Commit { engagement, .. }) if *engagement == own.id())
        });
        let Some(commit) = commit.map(Leaf::id) else { return (None, false) };
        let opened = self
            .by_slot(contract, side, logs)
            .any(|leaf| matches!(leaf.statement(), Some(Statement::Open { cites }) if *cites == commit));
        (self.said_by(&commit).filter(|said| opened && said.binds), opened)
    }

    fn settles(&self, contract: &Contract, (side, own): (Side, &Leaf), logs: &[&History]) -> bool {
        self.by_slot(contract, side, logs).any(|leaf| {
            matches!(leaf.statement(), Some(Statement::Settle { engagement, .. }) if *engagement == own.id())
        })
    }

    /// The operators whose auditors vouch for a checkpoint by these lines, for a reader of a policy that names these.
    #[must_use]
    pub fn vouch(&self, log: usize, lines: &[Line], policy: &[usize]) -> usize {
        let counts = |line: &&Line| {
            let age = now().unix() - line.at;
            !line.witness && line.by != log && policy.contains(&line.by) && (-AHEAD..=MAX_AGE).contains(&age)
        };
        let mut operators: Vec<usize> = lines.iter().filter(counts).map(|line| line.by).collect();
        operators.sort_unstable();
        operators.dedup();
        operators.len()
    }

    /// Whether enough of them do.
    #[must_use]
    pub fn audited(&self, log: usize, lines: &[Line], policy: &[usize]) -> bool {
        let others = policy.iter().filter(|operator| **operator != log).count();
        quorum(others) <= self.vouch(log, lines, policy)
    }

    /// The state of a log with this size and root, with its cosignatures, if the log ever signed it.
    #[must_use]
    pub fn signed(&self, log: usize, size: u64, root: &str) -> Option<(Cow<'_, History>, Vec<Line>)> {
        let mut found: Option<(Cow<'_, History>, Vec<Line>)> = None;
        // Two histories of a log begin alike.
        for branch in &self.operators.get(log)?.branches {
            let same = |head: &&Head| head.size == size && head.root.base64() == root;
            let Some(head) = branch.heads.iter().find(same) else { continue };
            let history = if size == branch.history.size() {
                Cow::Borrowed(&branch.history)
            } else {
                Cow::Owned(branch.history.at(size))
            };
            match &mut found {
                None => found = Some((history, head.lines.clone())),
                Some((_, lines)) => lines.extend(&head.lines),
            }
        }
        found
    }
}

/// How many of `n` auditors must vouch (PROTOCOL.md 7.3).
#[must_use]
pub const fn quorum(n: usize) -> usize {
    1 + 2 * n / 3
}

/// The operators that a policy may name: all, or all but one.
#[must_use]
pub fn policies() -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..NAMES.len()).collect();
    let without = |left: usize| all.iter().copied().filter(|operator| *operator != left).collect();
    std::iter::once(all.clone()).chain((0..NAMES.len()).map(without)).collect()
}
