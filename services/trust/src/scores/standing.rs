//! A person's record, as far as ranking looks at it: the same for everybody.

use hanse_document::Did;
use hanse_matching::model::Standing;
use hanse_reputation::{Fixed, SubjectKey};

use super::state::ScoreState;
use crate::Trust;

/// A whole, as ranking counts it.
const MILLION: u32 = 1_000_000;

impl Trust {
    /// What the record of a person counts in a ranking: what those say who have a record themselves. As long as nothing is known, it
    /// counts neither for nor against.
    #[must_use]
    pub fn standing(&self, person: &Did) -> Standing {
        self.scores().look(|state| of(state, &SubjectKey::of(person))).unwrap_or_default()
    }

    /// How many people have rated this person who have no record of their own; nothing as long as the logs were not read.
    pub(crate) fn raters_without_record(&self, person: &Did) -> Option<u64> {
        self.scores().look(|state| state.graph.backed(&SubjectKey::of(person)).without_record.into())
    }
}

fn of(state: &ScoreState, person: &SubjectKey) -> Standing {
    let backed = state.graph.backed(person);
    let bound = (0 < backed.voices).then(|| {
        let relative = backed.estimate.relative_bound(state.graph.parameters());
        u32::try_from(relative.times(Fixed::whole(MILLION)).steps() >> Fixed::BITS)
            .unwrap_or(MILLION)
            .min(MILLION)
    });
    let completed = state.graph.summary(person, &state.reading.contracts(person)).completed;
    Standing { bound, completed }
}
