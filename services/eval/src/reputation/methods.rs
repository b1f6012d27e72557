//! One question to all methods: how do these people look to that viewer?

use std::cell::OnceCell;

use hanse_reputation::{Estimate, Finding, Fixed, Graph, Parameters, Standing, Standpoint};
use serde::Serialize;

use super::baseline::Edges;
use super::world::{World, person, place};

/// The methods that are attacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    /// The objective summary's lower bound: the same for everybody.
    Global,
    EigenTrust,
    PageRank,
    GrapeRank,
    Voices,
}

impl Method {
    pub(crate) const ALL: [Self; 5] =
        [Self::Global, Self::EigenTrust, Self::PageRank, Self::GrapeRank, Self::Voices];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::EigenTrust => "EigenTrust",
            Self::PageRank => "PageRank",
            Self::GrapeRank => "GrapeRank",
            Self::Voices => "Voices",
        }
    }
}

impl Method {
    /// The least value that counts as something: a thousandth of a number from 0 to 1, of which people see three digits; of a mass
    /// that all share, a ten-thousandth of what `people` have on the mean.
    pub(crate) fn least(self, people: usize) -> f64 {
        match self {
            Self::Global | Self::GrapeRank | Self::Voices => 1e-3,
            Self::EigenTrust | Self::PageRank => 1e-4 / people.max(1) as f64,
        }
    }
}

/// A world, ready to be asked.
#[derive(Debug)]
pub(crate) struct Judge {
    edges: Edges,
    pub(crate) graph: Graph,
    /// Computed when it is first asked for.
    eigentrust: OnceCell<Vec<f64>>,
}

impl Judge {
    pub(crate) fn of(world: &World, parameters: Parameters) -> Result<Self, String> {
        Ok(Self { edges: Edges::of(world), graph: world.graph(parameters)?, eigentrust: OnceCell::new() })
    }

    /// The numbers that `subjects` have for `viewer`.
    pub(crate) fn scores(&self, method: Method, viewer: u32, subjects: &[u32]) -> Result<Vec<f64>, String> {
        let pick = |all: &[f64]| {
            subjects.iter().map(|subject| all.get(place(*subject)).copied().unwrap_or(0.0)).collect()
        };
        Ok(match method {
            Method::Global => {
                let summary = |subject: &u32| self.graph.summary(&person(*subject), &[]).estimate;
                subjects.iter().map(|subject| bound(summary(subject))).collect()
            }
            Method::EigenTrust => pick(self.eigentrust.get_or_init(|| self.edges.eigentrust())),
            Method::PageRank => pick(&self.edges.pagerank(viewer)),
            Method::GrapeRank => pick(&self.edges.graperank(viewer)),
            Method::Voices => subjects
                .iter()
                .map(|subject| Ok(self.shown(&self.finding(viewer, *subject)?)))
                .collect::<Result<_, String>>()?,
        })
    }

    /// A newcomer's lower bound.
    pub(crate) fn newcomer(&self) -> f64 {
        bound(self.graph.parameters().of_a_newcomer())
    }

    /// What the product finds.
    pub(crate) fn finding(&self, viewer: u32, subject: u32) -> Result<Finding, String> {
        let score = self.graph.score(Standpoint::own(person(viewer)), &person(subject));
        score.map(|score| score.finding).map_err(|error| error.to_string())
    }

    /// The lower bound, and a newcomer's for the unknown.
    pub(crate) fn shown(&self, finding: &Finding) -> f64 {
        bound(finding.estimate.unwrap_or_else(|| self.graph.parameters().of_a_newcomer()))
    }
}

/// A lower bound as a floating number.
pub(crate) fn bound(estimate: Estimate) -> f64 {
    float(estimate.lower_bound)
}

/// A fixed number as a floating one.
pub(crate) fn float(number: Fixed) -> f64 {
    number.steps() as f64 / Fixed::ONE.steps() as f64
}

/// Whether the person is in the list that is ordered.
pub(crate) fn ranked(finding: &Finding) -> bool {
    finding.standing == Standing::Ranked
}
