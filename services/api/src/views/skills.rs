//! Skills as people are shown them.

use hanse_document::Skill;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::Advice;

/// Which taxonomy an answer is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaxonomyView {
    /// Its version, as in `hanse-2+esco-1.1.1`.
    pub version: String,
    /// SHA-256 over its concepts, names and relations, in hex: two nodes with one digest rank alike.
    pub digest: String,
    /// What to show beside its names.
    pub attribution: String,
}

/// A name of a skill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SkillName {
    /// `en`, `fr`, or `und` for any other language.
    pub language: String,
    /// The name.
    pub text: String,
}

/// A skill that a phrase may mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SuggestionView {
    /// What a profile or a job names it by.
    pub id: String,
    /// The name to show, one for each language that has one.
    pub labels: Vec<SkillName>,
    /// How well it fits, in millionths; 1,000,000 is the same words.
    pub score: u32,
}

/// Skills that a phrase may mean, best first, and what a form does with them. Nothing is decided: the person confirms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Suggestions {
    /// Where they are from.
    pub taxonomy: TaxonomyView,
    /// What a form does with the phrase.
    pub advice: Advice,
    /// The tag that the phrase is if the person means none of the skills; absent for words that no tag can be written with, as those
    /// of another alphabet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_tag: Option<Skill>,
    /// The skills: what is called so, and what is like enough to be asked about. What is not is left out.
    pub items: Vec<SuggestionView>,
}

/// A skill near another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NearView {
    /// Its id.
    pub id: String,
    /// The name to show, one for each language that has one.
    pub labels: Vec<SkillName>,
    /// What having it is to a need for the first: `narrower`, `broader`, `related`, `sibling` or, for ids that are the same
    /// skill, `same`.
    pub relation: String,
    /// How much of the need it meets, in hundredths.
    pub meets: u8,
}

/// One skill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SkillView {
    /// Where it is from.
    pub taxonomy: TaxonomyView,
    /// What a profile or a job names it by.
    pub id: String,
    /// The name to show, one for each language that has one.
    pub labels: Vec<SkillName>,
    /// Its other names, at most 100.
    pub names: Vec<SkillName>,
    /// What else meets a need for it, the closest first, at most 100.
    pub near: Vec<NearView>,
    /// How many trades need it: the fewer, the more it counts.
    pub wanted_by: u32,
}

/// A skill that a text names outright.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MentionView {
    /// What a profile or a job names it by.
    pub id: String,
    /// The name to show, one for each language that has one.
    pub labels: Vec<SkillName>,
    /// The words of the text that name it, folded: without accents and capitals.
    pub words: String,
}

/// The skills that a text names without doubt, in its order, each once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mentions {
    /// Where they are from.
    pub taxonomy: TaxonomyView,
    /// The language that the text was read in: `en`, `fr`, or `und`.
    pub language: String,
    /// The skills.
    pub items: Vec<MentionView>,
}
