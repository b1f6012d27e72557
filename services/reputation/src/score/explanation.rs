//! Why a score is what it is.

use std::cmp::Reverse;

use hanse_ledger::SubjectKey;
use serde::Serialize;

use super::flow::{Share, Walk};
use super::standpoint::{Place, Standpoint};
use super::{Finding, Score, ScoreError, spoken};
use crate::entry::EntryError;
use crate::fixed::Fixed;
use crate::graph::Graph;
use crate::ids::{EntryId, lot};
use crate::{Entry, Epoch, Parameters};

/// A score and its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ScoreExplanation))]
pub struct Explanation {
    /// The score.
    pub score: Score,
    /// What the one from whose place one looks has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<Own>,
    /// Everybody else who speaks, loudest first.
    pub voices: Vec<Voice>,
}

/// First-hand experience.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Own {
    /// Good evidence, in voices.
    pub good: Fixed,
    /// Bad evidence, in voices.
    pub bad: Fixed,
    /// The entries that say so.
    pub entries: Vec<EntryId>,
}

/// One rater as heard from the standpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Voice {
    /// Who speaks.
    pub rater: SubjectKey,
    /// How loud: at most one.
    pub amount: Fixed,
    /// Good evidence that this adds.
    pub good: Fixed,
    /// Bad evidence that this adds, before ν.
    pub bad: Fixed,
    /// The entries in which the rater says it.
    pub entries: Vec<EntryId>,
    /// Through whom the voice comes.
    pub routes: Vec<Route>,
}

/// A way from the viewer to a rater.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Route {
    /// The contact; the rater themselves, if they are one.
    pub contact: SubjectKey,
    /// The contact's contact through whom most of it passes, if it is not straight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<SubjectKey>,
    /// What of the voice comes this way.
    pub amount: Fixed,
    /// The entries that make the way: of the viewer about the contact, and on to the rater.
    pub entries: Vec<EntryId>,
}

impl Graph {
    /// The score with its reasons: each voice, how it reached the viewer, and the entries behind it. The voices add up to the
    /// score exactly.
    ///
    /// # Errors
    /// `OwnScore`.
    pub fn explain(&self, standpoint: Standpoint, subject: &SubjectKey) -> Result<Explanation, ScoreError> {
        let place = self.place_of(standpoint, subject)?;
        let shares = self.shares(&place, subject);
        let score = self.named(standpoint, subject, self.finding(&place, subject, &shares));
        let (own, voices) = voices(self, &place, standpoint.seen_from(), subject, &shares);
        Ok(Explanation { score, own, voices })
    }
}

fn voices(
    graph: &Graph,
    place: &Place,
    viewer: &SubjectKey,
    subject: &SubjectKey,
    shares: &[Share],
) -> (Option<Own>, Vec<Voice>) {
    let own =
        place.own.map(|own| Own { good: own.good, bad: own.bad, entries: graph.entries(viewer, subject) });
    let Some(number) = graph.number(subject) else { return (own, Vec::new()) };
    let walk = Walk::new(graph, place, number);
    let mut voices: Vec<Voice> = Vec::new();
    for run in shares.chunk_by(|a, b| a.rater == b.rater) {
        let Some(rater) = run.first().map(|share| share.rater) else { continue };
        let Some(person) = graph.person(rater) else { continue };
        let (good, bad) = spoken(run, graph.opinion(rater, number));
        let amount = run.iter().map(|share| share.amount).sum();
        let entries = graph.entries_between(rater, number);
        let mut routes: Vec<Route> =
            run.iter().filter_map(|share| route(graph, place, &walk, share)).collect();
        routes.sort_by_cached_key(|route| (Reverse(route.amount), route.contact));
        voices.push(Voice { rater: person, amount, good, bad, entries, routes });
    }
    voices.sort_by_cached_key(|voice| {
        (Reverse(voice.amount), lot(&voice.rater, viewer, graph.epoch()), voice.rater)
    });
    (own, voices)
}

fn route(graph: &Graph, place: &Place, walk: &Walk<'_>, share: &Share) -> Option<Route> {
    let through = walk.through(share.contact, share.rater);
    let stations = [place.number, Some(share.contact), through, Some(share.rater)];
    let stations: Vec<u32> = stations.into_iter().flatten().collect();
    let entries = stations.windows(2).flat_map(|pair| match pair {
        [from, to] => graph.entries_between(*from, *to),
        _ => Vec::new(),
    });
    Some(Route {
        contact: graph.person(share.contact)?,
        through: through.and_then(|middle| graph.person(middle)),
        amount: share.amount,
        entries: entries.collect(),
    })
}

/// A score that moved, and the entry that moved it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ScoreChange))]
pub struct Change {
    /// The cause.
    pub entry: EntryId,
    /// Before it.
    pub before: Finding,
    /// After it.
    pub after: Finding,
}

/// Replays `entries` in the order of the logs, and answers each change of one score with its cause, all seen in one epoch.
///
/// # Errors
/// `OwnScore`; the inner error is that of an entry which does not count.
pub fn history(
    parameters: Parameters,
    epoch: Epoch,
    entries: &[Entry],
    standpoint: Standpoint,
    subject: &SubjectKey,
) -> Result<Result<Vec<Change>, EntryError>, ScoreError> {
    replay(Graph::new(parameters, epoch), entries, standpoint, subject)
}

/// The same, beginning with a graph of earlier entries: what they changed is left out.
///
/// # Errors
/// As [`history`].
pub fn replay(
    mut graph: Graph,
    entries: &[Entry],
    standpoint: Standpoint,
    subject: &SubjectKey,
) -> Result<Result<Vec<Change>, EntryError>, ScoreError> {
    let mut before = graph.score(standpoint, subject)?.finding;
    let mut changes = Vec::new();
    for entry in entries {
        match graph.insert(entry) {
            Err(error) => return Ok(Err(error)),
            Ok(false) => continue,
            Ok(true) => {}
        }
        if !graph.reaches(standpoint.seen_from(), subject, &entry.author) {
            continue;
        }
        let after = graph.score(standpoint, subject)?.finding;
        if before != after {
            changes.push(Change { entry: entry.id, before, after });
            before = after;
        }
    }
    Ok(Ok(changes))
}
