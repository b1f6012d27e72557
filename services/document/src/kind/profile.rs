//! What a person offers.

use serde::{Deserialize, Serialize};

use crate::bounded::{Line, List, Number, Text};
use crate::code::{Language, Skill};
use crate::id::{DocumentId, Kind};
use crate::kind::pay::Pay;
use crate::kind::place::Place;
use crate::name::NodeName;
use crate::rejection::Rejection;

/// A name, a pseudonym or a trading name on one line.
pub const NAME_CHARS_MAX: usize = 80;
/// One line under the name; as long as a job's title.
pub const HEADLINE_CHARS_MAX: usize = 120;
/// About a page: more belongs on the person's own site.
pub const ABOUT_CHARS_MAX: usize = 4_000;
/// More languages or skills than this say nothing about any of them.
pub const ITEMS_MAX: usize = 20;
/// Half the circumference of the Earth.
pub const TRAVEL_KM_MAX: u32 = 20_000;

/// A few paragraphs.
pub type About = Text<1, ABOUT_CHARS_MAX>;
/// One line.
pub type Headline = Line<1, HEADLINE_CHARS_MAX>;
/// What a person is called.
pub type PersonName = Line<1, NAME_CHARS_MAX>;
/// Languages that a person works in.
pub type Languages = List<Language, ITEMS_MAX>;
/// Skills of a person, the most important first.
pub type Skills = List<Skill, ITEMS_MAX>;
/// How far somebody travels, in kilometres.
pub type TravelKm = Number<0, TRAVEL_KM_MAX>;

/// What a person offers and where. The newest of a chain of `prev` counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The person in their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// One line under the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<Headline>,
    /// The node that the profile is published at.
    pub home: NodeName,
    /// The languages the person works in, the best first.
    pub languages: Languages,
    /// What the person is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// Where the person works from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The profile that this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<DocumentId>,
    /// What the person usually asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Pay>,
    /// Whether the person takes remote work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<bool>,
    /// What the person can do, the best first.
    pub skills: Skills,
    /// How far from the place the person travels, in kilometres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub travel_km: Option<TravelKm>,
}

impl Profile {
    pub(super) fn check(&self) -> Result<(), Rejection> {
        self.prev.map_or(Ok(()), |prev| prev.expect_kind(&[Kind::Profile]))
    }
}
