//! What a peer's answer comes to: what its people have signed, and what is computed from that here. Pure.

use std::collections::{BTreeMap, BTreeSet};

use hanse_base::clock::AHEAD_SECONDS_MAX;
use hanse_document::kind::Body;
use hanse_document::{Did, NodeName, Rejection, Signed, Timestamp, Verified};
use hanse_matching::model::{Freelancer, Standing, Unknown};
use hanse_matching::query::Query;
use hanse_matching::score::Features;
use hanse_matching::side::Factor;
use hanse_network::Candidate;
use hanse_store::accounts::IdentityRow;

use super::kept::Memory;
use crate::knowledge::Knowledge;

/// Somebody whose home is a peer, as this node sees them.
#[derive(Clone, Debug)]
pub(crate) struct Other {
    pub did: Did,
    pub home: NodeName,
    pub name: Option<String>,
    pub headline: Option<String>,
    /// Skills that this node does not know.
    pub unknown: Unknown,
    pub person: Freelancer,
    /// Computed here.
    pub features: Features,
}

/// A candidate whose signature has been looked at.
pub(super) struct Read {
    pub(super) document: Result<Verified, Rejection>,
    pub(super) claimed: Features,
}

/// Which of its claims a peer is answerable for: those that follow from documents by what both know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shared {
    /// The same rules and taxonomy.
    pub(super) knowledge: bool,
    /// The same exchange rates.
    pub(super) rates: bool,
}

/// What this node holds against an answer.
pub(super) struct Judge<'a> {
    pub(super) peer: &'a NodeName,
    pub(super) now: Timestamp,
    pub(super) knowledge: &'a Knowledge,
    pub(super) query: &'a Query<'a>,
    pub(super) shared: Shared,
    /// Those who are known here, with their records.
    pub(super) people: &'a BTreeMap<Did, (IdentityRow, Standing)>,
    pub(super) memory: &'a Memory,
}

/// What is left of an answer.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) others: Vec<Other>,
    /// Candidates about whom the peer said what is not so.
    pub(super) contradicted: u32,
    /// Candidates of whom nothing can be said yet, or by what this node knows; nobody's fault.
    pub(super) skipped: u32,
}

/// Why somebody does not count.
enum Out {
    /// The peer knew better.
    Contradicted,
    Skipped,
}

/// Looks at documents and signatures; at most as many as were asked for. Computes.
pub(super) fn read(candidates: Vec<Candidate>, limit: usize) -> Vec<Read> {
    let one = |candidate: Candidate| Read {
        document: Signed::parse(&candidate.profile).and_then(Signed::verify),
        claimed: Features { client: candidate.client, freelancer: candidate.freelancer },
    };
    candidates.into_iter().take(limit).map(one).collect()
}

impl Judge<'_> {
    /// Judges an answer, the best first. Computes.
    pub(super) fn judge(&self, answer: Vec<Read>) -> Judged {
        let mut judged = Judged::default();
        let mut once = BTreeSet::new();
        for Read { document, claimed } in answer {
            match self.counts(document, &mut once) {
                Ok(other) => {
                    judged.contradicted += u32::from(self.differs(&other.features, &claimed));
                    judged.others.push(other);
                }
                Err(Out::Contradicted) => judged.contradicted += 1,
                Err(Out::Skipped) => judged.skipped += 1,
            }
        }
        judged
    }

    fn counts(
        &self,
        document: Result<Verified, Rejection>,
        once: &mut BTreeSet<[u8; 32]>,
    ) -> Result<Other, Out> {
        let document = document.map_err(|_| Out::Contradicted)?;
        let Body::Profile(profile) = document.body() else { return Err(Out::Contradicted) };
        let did = document.issuer();
        if profile.home != *self.peer || !once.insert(did.subject_key()) {
            return Err(Out::Contradicted);
        }
        // Its log may show the identity in a moment.
        let (identity, standing) = self.people.get(did).ok_or(Out::Skipped)?;
        if identity.home != *self.peer || document.custody() != identity.custody.node() {
            return Err(Out::Contradicted);
        }
        if document.from().seconds_since(self.now) > AHEAD_SECONDS_MAX {
            return Err(Out::Skipped);
        }
        if self.memory.is_stale(self.peer, &document, profile.prev) {
            return Err(Out::Contradicted);
        }
        let (person, unknown) = self.knowledge.reader().freelancer(did.subject_key(), profile, *standing);
        if self.query.stop(&person).is_some() {
            let known_there = self.shared.knowledge && self.shared.rates;
            return Err(if known_there { Out::Contradicted } else { Out::Skipped });
        }
        let features = self.query.features(&person);
        if !features.fit() {
            return Err(if self.shared.knowledge { Out::Contradicted } else { Out::Skipped });
        }
        Ok(Other {
            did: did.clone(),
            home: self.peer.clone(),
            name: profile.name.as_ref().map(ToString::to_string),
            headline: profile.headline.as_ref().map(ToString::to_string),
            unknown,
            person,
            features,
        })
    }

    /// Whether the peer claims what is not so, of what it can know as this node does: records are left out, because one node
    /// may have followed a log further than the other.
    fn differs(&self, own: &Features, claimed: &Features) -> bool {
        let compared = |factor: Factor| match factor {
            Factor::Reputation => false,
            Factor::Rate => self.shared.rates,
            Factor::Skill | Factor::Title | Factor::Text | Factor::Language | Factor::Place => true,
        };
        let rows = [(&own.client, &claimed.client), (&own.freelancer, &claimed.freelancer)];
        self.shared.knowledge
            && rows.iter().any(|(own, claimed)| {
                let cells = Factor::ALL.iter().zip(own.iter().zip(claimed.iter()));
                cells.filter(|(factor, _)| compared(**factor)).any(|(_, (own, claimed))| own != claimed)
            })
    }
}
