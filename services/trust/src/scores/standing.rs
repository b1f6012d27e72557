//! A person's record, as far as ranking looks at it: the same for everybody.

use hanse_api::views::{ClientRecord, Rated, RecordSummary, YesNo};
use hanse_base::present::Records;
use hanse_document::Did;
use hanse_matching::model::Standing;
use hanse_reputation::record::{self, AsClient};
use hanse_reputation::{Fixed, Said, SubjectKey};

use super::state::ScoreState;
use crate::Trust;

/// A whole, as ranking counts it.
const MILLION: u32 = 1_000_000;
/// The steps in which a mean of stars is told.
const TENTHS: u32 = 10;
/// A whole, as people read it.
const PERCENT: u32 = 100;

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

impl Records for Trust {
    fn record(&self, person: &Did) -> Option<RecordSummary> {
        self.scores().look(|state| summary(state, &SubjectKey::of(person)))
    }

    fn client(&self, person: &Did) -> Option<ClientRecord> {
        self.scores().look(|state| client(&state.reading.as_client(&SubjectKey::of(person))))
    }
}

fn summary(state: &ScoreState, person: &SubjectKey) -> RecordSummary {
    let summary = state.graph.summary(person, &state.reading.contracts(person));
    let bound = summary.estimate.lower_bound.times(Fixed::whole(PERCENT)).steps() >> Fixed::BITS;
    let yes_no = |said: Said| YesNo { yes: said.yes, no: said.no };
    RecordSummary {
        completed: summary.completed,
        cancelled: summary.cancelled,
        counterparties: summary.counterparties,
        raters: summary.raters,
        raters_without_record: state.graph.backed(person).without_record,
        withheld: summary.withheld,
        lower_bound_percent: (0 < summary.raters)
            .then(|| u32::try_from(bound).unwrap_or(PERCENT).min(PERCENT)),
        on_time: yes_no(summary.on_time),
        paid_on_time: yes_no(summary.paid_on_time),
    }
}

fn client(found: &AsClient) -> ClientRecord {
    let rated = |said: record::Rated| Rated {
        ratings: said.ratings,
        mean_tenths: said.sum.saturating_mul(TENTHS).checked_div(said.ratings),
    };
    ClientRecord {
        contracts: found.contracts,
        paid: found.settled,
        clarity: rated(found.clarity),
        scope_stability: rated(found.scope_stability),
        payment: rated(found.payment),
    }
}
