//! What a taxonomy consists of.

use serde::{Deserialize, Serialize};

use crate::text::TextLanguage;

/// What a concept is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConceptKind {
    /// What a person can do or knows.
    Skill,
    /// What a person works as.
    Occupation,
    /// A group of either.
    Group,
}

impl ConceptKind {
    /// Its name in data.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Skill => "skill",
            Self::Occupation => "occupation",
            Self::Group => "group",
        }
    }
}

/// A name of a concept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The language of the name.
    pub language: TextLanguage,
    /// Whether it is the one to show; the others are synonyms. Preferred ones sort last, so lists keep them by search.
    pub preferred: bool,
    /// The name as written.
    pub text: String,
}

/// How what somebody has relates to what is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// It is that.
    Same,
    /// It is a kind of that.
    Narrower,
    /// That is a kind of it.
    Broader,
    /// The taxonomy relates the two.
    Related,
    /// Both stand in one group.
    Sibling,
}

impl Relation {
    /// Its name in data.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Narrower => "narrower",
            Self::Broader => "broader",
            Self::Related => "related",
            Self::Sibling => "sibling",
        }
    }

    /// How much of the need it meets, in hundredths.
    #[must_use]
    pub const fn hundredths(self) -> u8 {
        match self {
            Self::Same => 100,
            Self::Narrower => 90,
            Self::Broader => 60,
            Self::Related => 50,
            Self::Sibling => 30,
        }
    }
}

/// A concept near another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The number of the near one.
    pub concept: u32,
    /// What having the near one is to a need for this one.
    pub relation: Relation,
}

/// One skill, occupation or group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concept {
    /// The last part of its ESCO URI, `isco:…` or another group's code, or `local:<slug>`.
    pub id: String,
    /// What it is.
    pub kind: ConceptKind,
    /// Its names, sorted.
    pub labels: Vec<Label>,
    /// Group code of an occupation, 4 digits.
    pub isco: Option<String>,
    /// The groups and concepts it belongs to, by number.
    pub parents: Vec<u32>,
    /// What else meets a need for it, by number; only skills have any.
    pub near: Vec<Link>,
    /// The skills of an occupation and whether they are essential, by number.
    pub skills: Vec<(u32, bool)>,
    /// How many occupations need it.
    pub wanted_by: u32,
}

impl Concept {
    /// The names to show in English and French, of those languages that have one.
    pub(crate) fn shown(&self) -> impl Iterator<Item = (&str, TextLanguage)> {
        let languages = [TextLanguage::English, TextLanguage::French, TextLanguage::Other];
        let has = |language: &TextLanguage| self.labels.iter().any(|label| label.language == *language);
        languages.into_iter().filter(has).map(|language| (self.label(language), language))
    }

    /// The name to show in a language, else in any; the id if it has none.
    #[must_use]
    pub fn label(&self, language: TextLanguage) -> &str {
        let preferred = self.labels.iter().filter(|label| label.preferred);
        preferred
            .clone()
            .find(|label| label.language == language)
            .or_else(|| self.labels.iter().find(|label| label.language == language))
            .or_else(|| preferred.min_by_key(|label| label.language))
            .or_else(|| self.labels.first())
            .map_or(&self.id, |label| &label.text)
    }
}
