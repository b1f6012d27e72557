//! The steps of a check, up to the first refusal: it decides, and whatever would follow is neither looked at nor reported.

use crate::report::{CheckStep, Outcome, Verdict, verdict};

/// The steps so far.
#[derive(Default)]
pub(crate) struct Steps {
    list: Vec<CheckStep>,
    refused: bool,
}

impl Steps {
    /// Adds a step, unless one before it has decided.
    pub(crate) fn push(&mut self, step: CheckStep) {
        if !self.refused {
            self.refused = step.outcome == Outcome::Invalid;
            self.list.push(step);
        }
    }

    pub(crate) fn extend(&mut self, steps: impl IntoIterator<Item = CheckStep>) {
        steps.into_iter().for_each(|step| self.push(step));
    }

    /// Whether something is not what it claims to be, so that nothing else matters.
    pub(crate) const fn refused(&self) -> bool {
        self.refused
    }

    pub(crate) fn verdict(&self) -> Verdict {
        verdict(&self.list)
    }

    pub(crate) fn into_vec(self) -> Vec<CheckStep> {
        self.list
    }
}
