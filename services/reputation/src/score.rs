//! The viewer's score.

pub(crate) mod explanation;
mod flow;
pub(crate) mod ranking;
pub(crate) mod standpoint;

use hanse_ledger::SubjectKey;
use serde::Serialize;
use thiserror::Error;

use crate::epoch::Epoch;
use crate::fixed::Fixed;
use crate::graph::opinion::Opinion;
use crate::graph::{Graph, Head};
use crate::parameters::{Parameters, VERSION};

use flow::{Share, Walk};
use standpoint::{Place, PrivateAnswer, Standpoint};

/// How far a person can be trusted from a standpoint, with everything that names the computation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Score {
    /// [`VERSION`].
    pub version: &'static str,
    /// The numbers of the formula.
    pub parameters: Parameters,
    /// The epoch.
    pub epoch: Epoch,
    /// The states of the logs.
    pub heads: Vec<Head>,
    /// Who looks, from where.
    pub standpoint: Standpoint,
    /// At whom.
    pub subject: SubjectKey,
    /// What was found.
    pub finding: Finding,
}

/// What a score says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Finding {
    /// Whether and how the person may be compared with others.
    pub standing: Standing,
    /// N_eff: effective voices that speak about the person, the viewer's own included.
    pub voices: Fixed,
    /// How many of the viewer's contacts a quarter of a voice or more comes through.
    pub contacts: u32,
    /// Good evidence, in voices.
    pub good: Fixed,
    /// Bad evidence, in voices, before ν.
    pub bad: Fixed,
    /// The number, unless the person is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
}

/// Where a person stands for the viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Standing {
    /// Unknown from where you stand: no number is shown.
    Unknown,
    /// Something is known: listed apart from those who are ranked.
    LittleKnown,
    /// Ranked: one voice or more through at least two contacts, or the viewer's own experience, which nobody can forge.
    Ranked,
}

/// Mean and lower bound of the chance that the next contract goes well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Estimate {
    /// The lower bound, by which people are ordered.
    pub lower_bound: Fixed,
    /// The mean.
    pub mean: Fixed,
}

/// Why there is no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ScoreError {
    /// Standpoint and subject are one person. Seeing oneself as another sees is an adopted standpoint.
    #[error("nobody has a score of themselves")]
    OwnScore,
}

/// A finding into which private answers have gone: for their author's eyes. It is no [`Score`], cites nothing, and cannot be
/// serialized, so that no public number can be subtracted from a served one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivateFinding {
    finding: Finding,
}

impl PrivateFinding {
    /// What is shown to the author of the answers.
    #[must_use]
    pub const fn for_its_author(&self) -> &Finding {
        &self.finding
    }
}

impl Graph {
    /// The score of `subject` from a standpoint: a pure function of the entries, the epoch and the two.
    ///
    /// # Errors
    /// `OwnScore`.
    pub fn score(&self, standpoint: Standpoint, subject: &SubjectKey) -> Result<Score, ScoreError> {
        let place = self.place_of(standpoint, subject)?;
        let shares = self.shares(&place, subject);
        Ok(self.named(standpoint, subject, self.finding(&place, subject, &shares)))
    }

    /// What the viewer finds when their private answers count too.
    ///
    /// # Errors
    /// `OwnScore`.
    pub fn private_score(
        &self,
        viewer: &SubjectKey,
        answers: &[PrivateAnswer],
        subject: &SubjectKey,
    ) -> Result<PrivateFinding, ScoreError> {
        if viewer == subject {
            return Err(ScoreError::OwnScore);
        }
        let place = Place::private(self, viewer, subject, answers);
        let shares = self.shares(&place, subject);
        Ok(PrivateFinding { finding: self.finding(&place, subject, &shares) })
    }

    fn place_of(&self, standpoint: Standpoint, subject: &SubjectKey) -> Result<Place, ScoreError> {
        if standpoint.seen_from() == subject {
            return Err(ScoreError::OwnScore);
        }
        Ok(Place::public(self, standpoint.seen_from(), subject))
    }

    fn shares(&self, place: &Place, subject: &SubjectKey) -> Vec<Share> {
        self.number(subject).map_or_else(Vec::new, |subject| Walk::new(self, place, subject).shares())
    }

    fn named(&self, standpoint: Standpoint, subject: &SubjectKey, finding: Finding) -> Score {
        Score {
            version: VERSION,
            parameters: *self.parameters(),
            epoch: self.epoch(),
            heads: self.heads().to_vec(),
            standpoint,
            subject: *subject,
            finding,
        }
    }

    fn finding(&self, place: &Place, subject: &SubjectKey, shares: &[Share]) -> Finding {
        let parameters = self.parameters();
        let own = place.own.unwrap_or_default();
        let mut found = Evidence { good: own.good, bad: own.bad, largest_bad: own.bad };
        let subject = self.number(subject);
        for run in shares.chunk_by(|a, b| a.rater == b.rater) {
            let Some((subject, share)) = subject.zip(run.first()) else { continue };
            let (good, bad) = spoken(run, self.opinion(share.rater, subject));
            found.good += good;
            found.bad += bad;
        }
        let mut by_contact: Vec<&Share> = shares.iter().collect();
        by_contact.sort_unstable_by_key(|share| share.contact);
        let mut through = 0_u32;
        for run in by_contact.chunk_by(|a, b| a.contact == b.contact) {
            let bad = |share: &&Share| subject.map(|subject| self.opinion(share.rater, subject).bad);
            let words = run.iter().map(|share| share.amount.times(bad(share).unwrap_or_default()));
            found.largest_bad = found.largest_bad.max(words.sum());
            let amount: Fixed = run.iter().map(|share| share.amount).sum();
            through = through.saturating_add(u32::from(parameters.contact_from <= amount));
        }
        let own_voice = if place.own.is_some() { Fixed::ONE } else { Fixed::ZERO };
        let voices = own_voice + shares.iter().map(|share| share.amount).sum();
        let standing = standing(parameters, place.own.is_some(), voices, through);
        let estimate = (standing != Standing::Unknown).then(|| found.estimate(parameters));
        Finding { standing, voices, contacts: through, good: found.good, bad: found.bad, estimate }
    }
}

/// What a rater's voice adds: its amount times what the rater says.
pub(crate) fn spoken(run: &[Share], opinion: Opinion) -> (Fixed, Fixed) {
    let amount: Fixed = run.iter().map(|share| share.amount).sum();
    (amount.times(opinion.good), amount.times(opinion.bad))
}

fn standing(parameters: &Parameters, own: bool, voices: Fixed, contacts: u32) -> Standing {
    if own || (parameters.ranked_from <= voices && u32::from(parameters.ranked_contacts) <= contacts) {
        Standing::Ranked
    } else if voices < parameters.known_from {
        Standing::Unknown
    } else {
        Standing::LittleKnown
    }
}

/// Good and bad in voices.
pub(crate) struct Evidence {
    pub(crate) good: Fixed,
    pub(crate) bad: Fixed,
    /// The most that is bad through one contact, or from the viewer.
    pub(crate) largest_bad: Fixed,
}

impl Estimate {
    /// The lower bound beside that of somebody of whom nothing is known, as a number from 0 to 1: one half is as good, odds against
    /// odds. So a market in which most contracts go well makes nobody look better than one in which they do not.
    #[must_use]
    pub fn relative_bound(&self, parameters: &Parameters) -> Fixed {
        let (own, prior) = (self.lower_bound, parameters.of_a_newcomer().lower_bound);
        let (better, worse) = (own.times(Fixed::ONE.less(prior)), prior.times(Fixed::ONE.less(own)));
        let both = better + worse;
        if both == Fixed::ZERO { Fixed::ratio(1, 2) } else { better.over(both) }
    }
}

impl Evidence {
    /// The Beta estimate: μ = a/(a+b), and μ − z·√(μ(1−μ)/(a+b+1)).
    pub(crate) fn estimate(&self, parameters: &Parameters) -> Estimate {
        let doubled = if parameters.confirm_bad {
            // What one contact alone says is not confirmed; what others say confirms as much again.
            let others = self.bad.less(self.largest_bad);
            self.bad.min(others + others)
        } else {
            self.bad
        };
        let bad = self.bad + doubled.times(parameters.bad_weight.less(Fixed::ONE));
        let (a, b) = (parameters.prior_good + self.good, parameters.prior_bad + bad);
        let mean = a.over(a + b);
        let spread = mean.times(Fixed::ONE.less(mean)).over(a + b + Fixed::ONE).root();
        Estimate { lower_bound: mean.less(spread.times(parameters.caution)), mean }
    }
}

impl Parameters {
    /// What is thought of somebody of whom nothing is known.
    #[must_use]
    pub fn of_a_newcomer(&self) -> Estimate {
        Evidence { good: Fixed::ZERO, bad: Fixed::ZERO, largest_bad: Fixed::ZERO }.estimate(self)
    }
}
