//! How far the viewer's contacts lead to those who have rated someone.

use std::collections::BTreeMap;

use super::standpoint::Place;
use crate::fixed::Fixed;
use crate::graph::Graph;
use crate::graph::opinion::Opinion;
use crate::graph::roster::at;

/// What one contact of the viewer lends to one rater of the subject: z of the formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) rater: u32,
    pub(crate) contact: u32,
    pub(crate) amount: Fixed,
}

/// A rater reached from some person in one step.
#[derive(Clone, Copy)]
struct Hit {
    rater: u32,
    share: Fixed,
}

/// Who may be spoken through and who speaks: walks never enter the viewer, the subject, whom the viewer shut out, or another
/// contact of the viewer. Each contact speaks for themselves: what lies behind a contact is heard through that one only, so
/// that the cap on it is a cap on all of it.
pub(crate) struct Walk<'a> {
    graph: &'a Graph,
    place: &'a Place,
    subject: u32,
    /// The contacts, sorted.
    contacts: Vec<u32>,
    /// One bit for each person: has rated the subject, and a walk may reach them.
    raters: Vec<u64>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(graph: &'a Graph, place: &'a Place, subject: u32) -> Self {
        let mut contacts: Vec<u32> = place.contacts.iter().map(|(contact, _)| *contact).collect();
        contacts.sort_unstable();
        let mut raters = vec![0; graph.size().div_ceil(64)];
        for rater in graph.vertex(subject).into_iter().flat_map(|vertex| &vertex.raters) {
            if let Some(word) = raters.get_mut(at(*rater / 64)) {
                *word |= 1 << (rater % 64);
            }
        }
        // The raters can be many more than those whom no walk enters.
        let closed = contacts.iter().chain(&place.blocked).chain(&place.number).chain([&subject]);
        for person in closed {
            if let Some(word) = raters.get_mut(at(*person / 64)) {
                *word &= !(1 << (person % 64));
            }
        }
        Self { graph, place, subject, contacts, raters }
    }

    fn may_enter(&self, person: u32) -> bool {
        person != self.subject
            && Some(person) != self.place.number
            && self.place.blocked.binary_search(&person).is_err()
            && self.contacts.binary_search(&person).is_err()
    }

    fn has_a_word(&self, rater: u32) -> bool {
        self.graph.opinion(rater, self.subject) != Opinion::default()
    }

    fn is_rater(&self, person: u32) -> bool {
        self.raters.get(at(person / 64)).is_some_and(|word| word >> (person % 64) & 1 == 1)
    }

    fn steps(&self, person: u32) -> impl Iterator<Item = (u32, Fixed)> {
        self.graph.vertex(person).into_iter().flat_map(|vertex| vertex.steps())
    }

    fn hits(&self, person: u32) -> impl Iterator<Item = Hit> {
        let vertex = self.graph.vertex(person).into_iter();
        let reached = vertex.flat_map(|vertex| vertex.steps_to(|to| self.is_rater(to)));
        reached.map(|(rater, share)| Hit { rater, share })
    }

    /// All shares, sorted by rater and contact: one rater at most one voice; one contact, with all that lies behind it, at most its
    /// trust, damped as a hub's.
    pub(crate) fn shares(&self) -> Vec<Share> {
        let parameters = self.graph.parameters();
        let middles = self.middles();
        let mut shares = Vec::new();
        for (contact, trust) in self.trusts() {
            for hit in self.flow(contact, &middles) {
                let flow = if hit.rater == contact { self.hub(contact) } else { self.voice(hit) };
                let amount = trust.times(flow);
                if parameters.least_share <= amount {
                    shares.push(Share { rater: hit.rater, contact, amount });
                }
            }
        }
        shares.sort_unstable_by_key(|share| (share.rater, share.contact));
        cap(&mut shares, |share| share.rater, |_| Fixed::ONE);
        shares.sort_unstable_by_key(|share| (share.contact, share.rater));
        let trusts = self.trusts().map(|(contact, trust)| (contact, trust.times(self.hub(contact))));
        let trusts: BTreeMap<u32, Fixed> = trusts.collect();
        cap(
            &mut shares,
            |share| share.contact,
            |share| trusts.get(&share.contact).copied().unwrap_or_default(),
        );
        shares.sort_unstable_by_key(|share| (share.rater, share.contact));
        shares
    }

    /// t_g: a contact's weight against what the viewer's contacts weigh typically, at most one.
    fn trusts(&self) -> impl Iterator<Item = (u32, Fixed)> {
        let weights = || self.place.contacts.iter().map(|(_, weight)| *weight);
        let sum: Fixed = weights().sum();
        let squares: Fixed = weights().map(|weight| weight.times(weight)).sum();
        let contacts = self.place.contacts.iter();
        contacts.map(move |(contact, weight)| (*contact, weight.scaled(sum, squares).capped()))
    }

    /// The persons one step behind the contacts that lead to a rater, each with the raters they lead to.
    fn middles(&self) -> Vec<(u32, Vec<Hit>)> {
        if self.graph.parameters().steps < 2 {
            return Vec::new();
        }
        let rows = self.place.contacts.iter().flat_map(|(contact, _)| self.steps(*contact));
        let mut persons: Vec<u32> = rows.map(|(to, _)| to).collect();
        persons.sort_unstable();
        persons.dedup();
        persons.retain(|person| self.may_enter(*person));
        let hits = persons.into_iter().map(|person| (person, self.hits(person).collect::<Vec<_>>()));
        hits.filter(|(_, hits)| !hits.is_empty()).collect()
    }

    /// f_g: each rater once with the flow from `contact`, and the contact itself if it is a rater.
    fn flow(&self, contact: u32, middles: &[(u32, Vec<Hit>)]) -> Vec<Hit> {
        let damping = self.graph.parameters().damping;
        let mut flow: Vec<Hit> =
            self.hits(contact).map(|hit| Hit { share: hit.share.times(damping), ..hit }).collect();
        for (to, share) in self.steps(contact) {
            let Ok(place) = middles.binary_search_by_key(&to, |(person, _)| *person) else { continue };
            let carried = share.times(damping);
            for hit in middles.get(place).into_iter().flat_map(|(_, hits)| hits) {
                flow.push(Hit { rater: hit.rater, share: carried.times(hit.share).times(damping) });
            }
        }
        if self.has_a_word(contact) {
            flow.push(Hit { rater: contact, share: Fixed::ONE });
        }
        flow.sort_unstable_by_key(|hit| hit.rater);
        flow.dedup_by(|next, kept| {
            let same = next.rater == kept.rater;
            if same {
                kept.share += next.share;
            }
            same
        });
        // Of the raters, those who have a word left after the fading.
        flow.retain(|hit| self.has_a_word(hit.rater));
        flow
    }

    /// min(1, f·φ/κ).
    fn voice(&self, hit: Hit) -> Fixed {
        hit.share.times(self.hub(hit.rater)).over(self.graph.parameters().full_voice).capped()
    }

    /// φ: damps those who rate everybody, contacts too: what somebody lends to all whom they rated is d₀ whole voices at most. Only
    /// they control how many people they rate.
    fn hub(&self, person: u32) -> Fixed {
        let free = self.graph.parameters().hub_degree;
        let rated = u32::try_from(self.graph.rated_count(person)).unwrap_or(u32::MAX);
        if rated <= free { Fixed::ONE } else { Fixed::ratio(free, rated) }
    }

    /// Through whom most of the flow from `contact` to `rater` passes; none if straight.
    pub(crate) fn through(&self, contact: u32, rater: u32) -> Option<u32> {
        let share_of =
            |from: u32| self.graph.vertex(from)?.steps_to(|to| to == rater).next().map(|(_, share)| share);
        if contact == rater {
            return None;
        }
        let damping = self.graph.parameters().damping;
        let straight = share_of(contact).map(|share| share.times(damping)).unwrap_or_default();
        let steps = self.steps(contact).filter(|(to, _)| self.may_enter(*to) && *to != rater);
        let bent = steps.filter_map(|(to, share)| {
            let flow = share.times(damping).times(share_of(to)?).times(damping);
            Some((flow, std::cmp::Reverse(self.graph.person(to)?), to))
        });
        bent.max().filter(|(flow, ..)| straight < *flow).map(|(.., middle)| middle)
    }
}

/// Scales each run of shares with one key down to a sum of at most `most`.
fn cap(shares: &mut [Share], key: impl Fn(&Share) -> u32, most: impl Fn(&Share) -> Fixed) {
    for run in shares.chunk_by_mut(|a, b| key(a) == key(b)) {
        let sum: Fixed = run.iter().map(|share| share.amount).sum();
        let most = run.first().map(&most).unwrap_or_default();
        if most < sum {
            for share in run {
                share.amount = share.amount.scaled(most, sum);
            }
        }
    }
}
