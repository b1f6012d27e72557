//! Files as JSON, from whatever state of each log is to be shown.

mod evidence;
mod record;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::oracle::quorum;
use crate::world::{Branch, Head, History, Line, NAMES, Plan, World};

pub use self::evidence::{elsewhere, evidence};
pub use self::record::{bytes_of, record};

/// What somebody shows of one log.
#[derive(Clone, Debug)]
pub struct View<'w> {
    /// The state that is shown.
    pub history: Cow<'w, History>,
    /// The cosignatures below it.
    pub lines: Vec<Line>,
    /// In which of the log's histories it stands.
    pub branch: usize,
}

/// What somebody shows of all logs.
#[derive(Clone, Debug)]
pub struct Shelf<'w> {
    /// Everything.
    pub world: &'w World,
    /// By operator.
    pub views: Vec<View<'w>>,
    /// Logs of which nothing is shown.
    pub absent: BTreeSet<usize>,
    /// Whether documents that are kept back from nodes are at hand.
    pub holds_all: bool,
}

impl<'w> Shelf<'w> {
    /// What the node of this operator has, if it hides nothing.
    #[must_use]
    pub fn of(world: &'w World, plan: &Plan, node: usize) -> Self {
        let mut absent = BTreeSet::new();
        let views = (0..world.operators.len()).map(|log| {
            let second = plan.forks.get(&log).is_some_and(|second| second.contains(&node));
            let branch = usize::from(second);
            let shown = &world.operators[log].branches[branch];
            // A liar's own node may serve what nobody cosigns.
            let newest = log == node && world.operator_lies(log) && world.seed.is_multiple_of(2);
            let before = if newest { Some(0) } else { Self::followed(shown, log == node) };
            if before.is_none() {
                absent.insert(log);
            }
            Self::view(world, log, branch, before.unwrap_or(0))
        });
        let views = views.collect();
        Self { world, views, absent, holds_all: false }
    }

    /// How many checkpoints a node goes back: to the newest that a quorum cosigned, or at least to one that it found right.
    fn followed(branch: &Branch, own: bool) -> Option<usize> {
        let newest_first = || branch.heads.iter().rev();
        let asked = quorum(NAMES.len() - 1);
        let right = |head: &Head| own || branch.history.is_right(head.size);
        let auditors = |head: &Head| head.latest().iter().filter(|line| !line.witness).count();
        let audited = newest_first().position(|head| right(head) && asked <= auditors(head));
        audited.or_else(|| newest_first().position(right))
    }

    /// The logs of which something is shown.
    #[must_use]
    pub fn logs(&self, among: &[usize]) -> Vec<usize> {
        among.iter().copied().filter(|log| !self.absent.contains(log)).collect()
    }

    /// A history of a log, so many checkpoints before its newest.
    #[must_use]
    pub fn view(world: &'w World, log: usize, branch: usize, before: usize) -> View<'w> {
        let shown = &world.operators[log].branches[branch];
        let head = &shown.heads[shown.heads.len().saturating_sub(1 + before)];
        let history = if head.size == shown.history.size() {
            Cow::Borrowed(&shown.history)
        } else {
            Cow::Owned(shown.history.at(head.size))
        };
        View { history, lines: head.latest(), branch }
    }
}
