//! The standpoint of a score: from where one looks.

use hanse_ledger::SubjectKey;
use serde::Serialize;

use crate::entry::{Label, Size};
use crate::epoch::Epoch;
use crate::fixed::Fixed;
use crate::graph::Graph;
use crate::graph::opinion::Opinion;
use crate::ids::lot;

/// Whose contacts a score listens to. Adopting another's standpoint is a choice and stays visible in the score; nobody's
/// is taken by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Standpoint {
    viewer: SubjectKey,
    seen_from: SubjectKey,
}

impl Standpoint {
    /// The viewer's own.
    #[must_use]
    pub const fn own(viewer: SubjectKey) -> Self {
        Self { viewer, seen_from: viewer }
    }

    /// "See as they see": `viewer` looks from where `other` stands, at what `other` has said in public.
    #[must_use]
    pub const fn adopted(viewer: SubjectKey, other: SubjectKey) -> Self {
        Self { viewer, seen_from: other }
    }

    /// Who looks.
    #[must_use]
    pub const fn viewer(&self) -> &SubjectKey {
        &self.viewer
    }

    /// From whose place.
    #[must_use]
    pub const fn seen_from(&self) -> &SubjectKey {
        &self.seen_from
    }

    /// Whether the place is another's.
    #[must_use]
    pub fn is_adopted(&self) -> bool {
        self.viewer != self.seen_from
    }
}

/// A private "again?", kept on its author's node. It feeds [`Graph::private_score`] and nothing else: no type that can be
/// serialized or served is made from it.
#[derive(Clone, Copy, Debug)]
pub struct PrivateAnswer {
    /// Who is meant.
    pub about: SubjectKey,
    /// When it was given.
    pub epoch: Epoch,
    /// Whether the author would work with them again.
    pub again: bool,
}

/// The viewer's place in the graph: what the viewer says of the subject, who leads on, who is shut out.
pub(crate) struct Place {
    pub(crate) number: Option<u32>,
    pub(crate) contacts: Vec<(u32, Fixed)>,
    pub(crate) blocked: Vec<u32>,
    pub(crate) own: Option<Opinion>,
}

impl Place {
    pub(crate) fn public(graph: &Graph, viewer: &SubjectKey, subject: &SubjectKey) -> Self {
        let nowhere = Self { number: None, contacts: Vec::new(), blocked: Vec::new(), own: None };
        let Some(number) = graph.number(viewer) else { return nowhere };
        let Some(vertex) = graph.vertex(number) else { return nowhere };
        let subject = graph.number(subject);
        let others = vertex.steps().filter(|(to, _)| Some(*to) != subject);
        let contacts = others.map(|(to, _)| (to, graph.weight(number, to))).collect();
        let own = subject.map(|subject| graph.opinion(number, subject));
        let own = own.filter(|own| *own != Opinion::default());
        Self { number: Some(number), contacts, blocked: vertex.blocked().collect(), own }
    }

    /// The same with private answers, each as one more contract between the viewer and the person meant.
    pub(crate) fn private(
        graph: &Graph,
        viewer: &SubjectKey,
        subject: &SubjectKey,
        answers: &[PrivateAnswer],
    ) -> Self {
        let number = graph.number(viewer);
        let tally_of = |about: &SubjectKey| {
            let pair = number.zip(graph.number(about));
            let mut tally = pair.map(|(viewer, about)| graph.tally(viewer, about)).unwrap_or_default();
            for answer in answers.iter().filter(|answer| answer.about == *about && answer.about != *viewer) {
                let label = if answer.again { Label::AmongTheBest } else { Label::Broken };
                let (now, verdict) = (graph.epoch(), label.verdict());
                tally.add(graph.parameters(), now, answer.epoch, verdict, Size::Ordinary);
            }
            tally
        };
        let mut known: Vec<u32> = number.into_iter().flat_map(|viewer| graph.rated_by(viewer)).collect();
        known.extend(answers.iter().filter_map(|answer| graph.number(&answer.about)));
        known.sort_unstable();
        known.dedup();
        let (mut contacts, mut blocked) = (Vec::new(), Vec::new());
        for other in known {
            let Some(person) = graph.person(other) else { continue };
            let tally = tally_of(&person);
            if tally.blocks() {
                blocked.push(other);
            } else if person != *subject && person != *viewer && Fixed::ZERO < tally.edge() {
                contacts.push((other, tally.edge()));
            }
        }
        let lot =
            |other: u32| graph.person(other).map(|person| (lot(&person, viewer, graph.epoch()), person));
        contacts.sort_by_cached_key(|(other, weight)| (std::cmp::Reverse(*weight), lot(*other)));
        contacts.truncate(usize::from(graph.parameters().edges_max));
        let own = Some(tally_of(subject).opinion()).filter(|own| *own != Opinion::default());
        Self { number, contacts, blocked, own }
    }
}
