//! The sets of columns that the importer knows.

use super::csv::Rows;
use crate::text::TextLanguage;

/// What a file is, as its first row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Names in one language, which the caller must know.
    Names,
    /// Relations, or names that each say their language.
    Other,
}

impl Shape {
    /// From the first row; `None` for a file that the importer does not know.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let header = Rows::new(text).next()?.ok()?;
        match Columns::of(&header)? {
            Columns::Concepts { .. } => Some(Self::Names),
            Columns::Broader { .. }
            | Columns::SkillSkill { .. }
            | Columns::OccupationSkill { .. }
            | Columns::Labels { .. }
            | Columns::Local { .. }
            | Columns::Trades { .. } => Some(Self::Other),
        }
    }
}

/// Which file it is, and where its columns stand.
pub(super) enum Columns {
    Concepts {
        uri: usize,
        kind: usize,
        preferred: usize,
        others: usize,
        isco: Option<usize>,
    },
    Broader {
        uri: usize,
        broader: usize,
    },
    SkillSkill {
        from: usize,
        to: usize,
    },
    OccupationSkill {
        occupation: usize,
        relation: usize,
        skill: usize,
    },
    Labels {
        uri: usize,
        language: usize,
        label: usize,
    },
    Local {
        local: usize,
        relation: usize,
        uri: usize,
    },
    Trades {
        uri: usize,
        kind: usize,
        isco: usize,
        names: [(TextLanguage, usize); 2],
        skills: [(bool, usize); 2],
    },
}

impl Columns {
    pub(super) fn of(header: &[String]) -> Option<Self> {
        let at = |name: &str| header.iter().position(|column| column.trim() == name);
        if let (Some(uri), Some(english), Some(french)) = (at("conceptUri"), at("en"), at("fr")) {
            return Some(Self::Trades {
                uri,
                kind: at("conceptType")?,
                isco: at("iscoGroup")?,
                names: [(TextLanguage::English, english), (TextLanguage::French, french)],
                skills: [(true, at("essential")?), (false, at("optional")?)],
            });
        }
        if let (Some(uri), Some(preferred)) = (at("conceptUri"), at("preferredLabel")) {
            let (kind, others) = (at("conceptType")?, at("altLabels")?);
            return Some(Self::Concepts { uri, kind, preferred, others, isco: at("iscoGroup") });
        }
        if let (Some(uri), Some(broader)) = (at("conceptUri"), at("broaderUri")) {
            return Some(Self::Broader { uri, broader });
        }
        if let (Some(from), Some(to)) = (at("originalSkillUri"), at("relatedSkillUri")) {
            return Some(Self::SkillSkill { from, to });
        }
        if let (Some(occupation), Some(skill)) = (at("occupationUri"), at("skillUri")) {
            return Some(Self::OccupationSkill { occupation, relation: at("relationType")?, skill });
        }
        if let (Some(uri), Some(label)) = (at("conceptUri"), at("label")) {
            return Some(Self::Labels { uri, language: at("language")?, label });
        }
        Some(Self::Local { local: at("localId")?, relation: at("relation")?, uri: at("conceptUri")? })
    }
}
