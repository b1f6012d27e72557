//! What the logs say of a person as a client: payments that were confirmed, and what freelancers said of clarity, stability and payment.
//!
//! Leaves do not say who of the two is the client. It is known where a payment was confirmed, which the freelancer's slot key signs about
//! the client, and where a review that counts says its author's side; a contract of which neither is there is in no count.

use hanse_document::kind::{Axis, Review, Role};
use hanse_ledger::SubjectKey;

use super::reading::Reading;

/// A person as a client. Counts, the same for everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AsClient {
    /// Contracts in which the person is known to be the client.
    pub contracts: u32,
    /// Those of them whose payment the freelancer confirmed.
    pub settled: u32,
    /// How clear freelancers found what was wanted.
    pub clarity: Rated,
    /// How far it stayed what was wanted.
    pub scope_stability: Rated,
    /// How far it was paid as agreed.
    pub payment: Rated,
}

/// How often a trait was rated, and the sum of the ratings, each 1 to 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rated {
    /// How often.
    pub ratings: u32,
    /// The sum.
    pub sum: u32,
}

impl Rated {
    fn count(&mut self, rating: u8) {
        if 0 < rating {
            self.ratings = self.ratings.saturating_add(1);
            self.sum = self.sum.saturating_add(rating.into());
        }
    }
}

/// The ratings of a client in one review; 0 where nothing was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientAxes {
    clarity: u8,
    scope_stability: u8,
    payment: u8,
}

impl ClientAxes {
    pub(super) fn of(review: &Review) -> Self {
        let said = |axis: Axis| {
            let rating = review.axes.get(&axis).map(|rating| rating.get());
            rating.and_then(|rating| u8::try_from(rating).ok()).unwrap_or_default()
        };
        Self {
            clarity: said(Axis::Clarity),
            scope_stability: said(Axis::ScopeStability),
            payment: said(Axis::Payment),
        }
    }
}

impl Reading {
    /// What is known of a person as a client. As of the last [`Reading::changes`].
    #[must_use]
    pub fn as_client(&self, subject: &SubjectKey) -> AsClient {
        let mut client = AsClient::default();
        for id in self.party(subject) {
            let settled = self.facts.is_settled(&id);
            let about = self.counted(&id).filter(|counted| counted.role == Role::Freelancer);
            let by_client = || self.answers(&id).any(|counted| counted.role == Role::Client);
            if !settled && about.is_none() && !by_client() {
                continue;
            }
            client.contracts = client.contracts.saturating_add(1);
            client.settled = client.settled.saturating_add(u32::from(settled));
            if let Some(about) = about {
                client.clarity.count(about.client.clarity);
                client.scope_stability.count(about.client.scope_stability);
                client.payment.count(about.client.payment);
            }
        }
        client
    }
}
