//! The numbers of the formula. They are published with every score; whoever changes one makes another version.

use serde::Serialize;
use thiserror::Error;

use crate::fixed::Fixed;

/// The name of formula and defaults together. It changes when any score could.
pub const VERSION: &str = "hanse/voices/3";

/// The parameters of *Voices* and of the objective summary. [`Parameters::default`] is what [`VERSION`] means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Parameters {
    /// c: what a step of the walk loses. One half: a contact's contact speaks half as strongly, before κ.
    pub damping: Fixed,
    /// Steps beyond the direct contact, 1 or 2. One is the cheap setting: about a fortieth of the work, less coverage.
    pub steps: u8,
    /// K: the strongest edges of a person that are followed. Bounds the work, and what one person can lead to.
    pub edges_max: u16,
    /// κ: the flow that makes a full voice: what one ordinary contract of a contact carries at most, c·½/D_min. Smaller covers more
    /// people and lets a captured friend of a friend say more.
    pub full_voice: Fixed,
    /// d₀: the most that one person says in all, in whole voices: somebody who has rated more people says the less of each, a contact
    /// of the viewer or not.
    pub hub_degree: u32,
    /// D_min: the least sum by which the weights of a person are divided: three contacts of one full contract each. Someone
    /// with a single contact does not pass all their trust on to it.
    pub row_floor: Fixed,
    /// ν: what bad evidence weighs against good.
    pub bad_weight: Fixed,
    /// Whether bad evidence weighs single until a second contact of the viewer confirms it.
    pub confirm_bad: bool,
    /// a₀: good evidence that everyone starts with.
    pub prior_good: Fixed,
    /// b₀: bad evidence that everyone starts with.
    pub prior_bad: Fixed,
    /// z of the lower bound: 1.2816 is 90 %, one-sided.
    pub caution: Fixed,
    /// What a small contract weighs against an ordinary one.
    pub small: Fixed,
    /// Shares of a voice below this are dropped: they are noise, and each would be a line of the explanation.
    pub least_share: Fixed,
    /// N_eff below which no number is shown: "unknown from where you stand". So little evidence, even if all of it were bad, moves no
    /// number by a hundredth.
    pub known_from: Fixed,
    /// N_eff from which a person is ranked with others.
    pub ranked_from: Fixed,
    /// Contacts of the viewer that must lead to a person before they are ranked.
    pub ranked_contacts: u16,
    /// What of a voice must come through a contact for it to count among these.
    pub contact_from: Fixed,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            damping: Fixed::ratio(1, 2),
            steps: 2,
            edges_max: 128,
            full_voice: Fixed::ratio(1, 6),
            hub_degree: 64,
            row_floor: Fixed::ratio(3, 2),
            bad_weight: Fixed::whole(2),
            confirm_bad: false,
            prior_good: Fixed::ONE,
            prior_bad: Fixed::ratio(1, 2),
            caution: Fixed::ratio(12_816, 10_000),
            small: Fixed::ratio(1, 8),
            least_share: Fixed::from_steps(1 << 20),
            known_from: Fixed::ratio(1, 256),
            ranked_from: Fixed::ONE,
            ranked_contacts: 2,
            contact_from: Fixed::ratio(1, 4),
        }
    }
}

impl Parameters {
    /// The most edges that may be followed per person: above it the work of one score is no longer bounded by a node's patience.
    pub const EDGES_LIMIT: u16 = 1_024;

    /// Refuses parameters under which the guarantees do not hold.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self) -> Result<(), ParameterError> {
        let one = Fixed::ONE;
        let rules = [
            (self.damping < one, "damping is below 1"),
            ((1..=2).contains(&self.steps), "steps are 1 or 2"),
            ((1..=Self::EDGES_LIMIT).contains(&self.edges_max), "edges_max is from 1 to 1024"),
            (Fixed::ZERO < self.full_voice && self.full_voice <= one, "full_voice is above 0 and at most 1"),
            (0 < self.hub_degree, "hub_degree is at least 1"),
            (
                Fixed::ZERO < self.row_floor && self.row_floor <= Fixed::whole(64),
                "row_floor is above 0, at most 64",
            ),
            (one <= self.bad_weight && self.bad_weight <= Fixed::whole(16), "bad_weight is from 1 to 16"),
            (
                Fixed::ZERO < self.prior_good && self.prior_good <= Fixed::whole(64),
                "prior_good is above 0, at most 64",
            ),
            (
                Fixed::ZERO < self.prior_bad && self.prior_bad <= Fixed::whole(64),
                "prior_bad is above 0, at most 64",
            ),
            (self.caution <= Fixed::whole(8), "caution is at most 8"),
            (self.small <= one, "small is at most 1"),
            (self.least_share <= Fixed::ratio(1, 1_000), "least_share is at most a thousandth"),
            (self.known_from <= self.ranked_from, "known_from is at most ranked_from"),
        ];
        rules.iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, rule)| Err(ParameterError { rule }))
    }
}

/// A parameter outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{rule}")]
pub struct ParameterError {
    rule: &'static str,
}
