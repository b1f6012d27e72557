//! From ESCO's own files, in any language and order, to a taxonomy.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::Taxonomy;
use super::columns::Columns;
use super::concept::{Concept, ConceptKind, Label, Link, Relation};
use super::csv::{CsvError, Rows};
use crate::text::TextLanguage;

/// The most concepts: ten times ESCO.
pub const CONCEPTS_MAX: usize = 200_000;
/// The most names of one concept; ESCO's longest list has about 100.
pub const LABELS_MAX: usize = 1_000;
/// A group with more members than this makes no siblings: its members have little in common.
pub const SIBLINGS_MAX: usize = 40;

/// Why a taxonomy cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TaxonomyError {
    /// A file is not comma-separated values.
    #[error("not a taxonomy file: {0}")]
    Csv(#[from] CsvError),
    /// The columns are none that the importer knows.
    #[error("the first row names none of the known sets of columns")]
    UnknownColumns,
    /// A row has another number of fields than the first.
    #[error("row {0} has another number of fields than the first row")]
    Ragged(u32),
    /// More than `CONCEPTS_MAX` concepts.
    #[error("more than {CONCEPTS_MAX} concepts")]
    TooManyConcepts,
    /// There is no concept with a name.
    #[error("no concept has a name")]
    Empty,
    /// The version is empty or has characters other than `a-z`, `0-9`, `.`, `+` and `-`.
    #[error("the version needs 1 to 64 characters of a-z, 0-9, '.', '+' and '-'")]
    Version,
}

/// What a file brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Rows that were taken.
    pub rows: u32,
    /// Rows that were left out: no id, no name, or of a kind that matching does not use.
    pub skipped: u32,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    kind: Option<ConceptKind>,
    labels: BTreeSet<Label>,
    /// The name to show in a language that has no preferred one.
    first: BTreeMap<TextLanguage, String>,
    isco: Option<String>,
    parents: BTreeSet<String>,
    related: BTreeSet<String>,
    skills: BTreeMap<String, bool>,
    same_as: BTreeMap<String, Relation>,
}

impl Entry {
    /// Takes names apart by `|`. The first is proposed to be shown.
    fn names(&mut self, language: TextLanguage, texts: &str) {
        let mut texts = texts.split('|').map(str::trim).filter(|text| !text.is_empty()).peekable();
        if let Some(text) = texts.peek() {
            self.propose(language, text);
        }
        texts.for_each(|text| name(self, language, text, false));
    }

    /// Of several that are proposed to be shown the least is, so that the order of files does not matter.
    fn propose(&mut self, language: TextLanguage, text: &str) {
        let known = self.first.entry(language).or_insert_with(|| text.to_owned());
        if text < known.as_str() {
            text.clone_into(known);
        }
    }

    fn wants(&mut self, skill: String, essential: bool) {
        self.skills.entry(skill).and_modify(|old| *old |= essential).or_insert(essential);
    }

    /// All names; where no file prefers one, the proposed one is to be shown.
    fn labels(&self) -> Vec<Label> {
        let mut labels = self.labels.clone();
        for (language, text) in &self.first {
            let has = labels.iter().any(|label| label.preferred && label.language == *language);
            let label = |preferred| Label { language: *language, preferred, text: text.clone() };
            if !has && labels.remove(&label(false)) {
                labels.insert(label(true));
            }
        }
        labels.into_iter().collect()
    }
}

/// Collects files until [`Importer::finish`].
#[derive(Clone, Debug)]
pub struct Importer {
    version: String,
    entries: BTreeMap<String, Entry>,
}

impl Importer {
    /// An empty one for a version, named by who publishes the data: `esco-1.1.1+fr-1.0`.
    ///
    /// # Errors
    /// [`TaxonomyError::Version`].
    pub fn new(version: &str) -> Result<Self, TaxonomyError> {
        let good = version.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'+' | b'-'));
        if !good || version.is_empty() || version.len() > 64 {
            return Err(TaxonomyError::Version);
        }
        Ok(Self { version: version.to_owned(), entries: BTreeMap::new() })
    }

    /// Takes one file, recognised by its columns: ESCO's concepts (names in `language`), broader relations, relations of
    /// skills, relations of occupations and skills; or ours: `conceptUri,language,label`, `localId,relation,conceptUri`, and
    /// `conceptUri,conceptType,iscoGroup,en,fr,essential,optional` (names apart by `|`, the first to be shown where the
    /// others have none; skills of an occupation apart by spaces).
    /// A file that fails leaves the importer as it was.
    ///
    /// # Errors
    /// [`TaxonomyError`] for anything that is not such a file.
    pub fn add(&mut self, text: &str, language: TextLanguage) -> Result<Imported, TaxonomyError> {
        let mut rows = Rows::new(text);
        let header = rows.next().transpose()?.unwrap_or_default();
        let file = Columns::of(&header).ok_or(TaxonomyError::UnknownColumns)?;
        let mut parsed = Vec::new();
        for (row, number) in rows.zip(2_u32..) {
            let row = row?;
            if row.len() != header.len() {
                if row.iter().all(String::is_empty) {
                    continue;
                }
                return Err(TaxonomyError::Ragged(number));
            }
            parsed.push(row);
        }
        let (mut imported, mut proposed) = (Imported::default(), BTreeSet::new());
        for row in &parsed {
            let taken = self.take(&file, row, language, &mut proposed);
            let count = if taken.is_some() { &mut imported.rows } else { &mut imported.skipped };
            *count = count.saturating_add(1);
        }
        if self.entries.len() > CONCEPTS_MAX {
            return Err(TaxonomyError::TooManyConcepts);
        }
        Ok(imported)
    }

    fn entry(&mut self, id: String) -> &mut Entry {
        self.entries.entry(id).or_default()
    }

    /// Takes a row, if it says anything. `proposed` are the local concepts, each with a language, of which this file has proposed a name.
    fn take(
        &mut self,
        file: &Columns,
        row: &[String],
        language: TextLanguage,
        proposed: &mut BTreeSet<(String, TextLanguage)>,
    ) -> Option<()> {
        let cell = |column: usize| row.get(column).map(|text| text.trim()).filter(|text| !text.is_empty());
        match *file {
            Columns::Concepts { uri, kind, preferred, others, isco } => {
                let id = id_of(cell(uri)?)?;
                let kind = kind_of(cell(kind)?)?;
                let preferred = cell(preferred)?;
                let entry = self.entry(id);
                entry.kind = entry.kind.max(Some(kind));
                // Versions differ in some groups; the greater code stands, so that the order of files does not matter.
                entry.isco = entry.isco.take().max(isco.and_then(cell).map(str::to_owned));
                name(entry, language, preferred, true);
                for text in cell(others).unwrap_or_default().lines() {
                    name(entry, language, text, false);
                }
            }
            Columns::Broader { uri, broader } => {
                let (id, parent) = (id_of(cell(uri)?)?, id_of(cell(broader)?)?);
                self.entry(id).parents.insert(parent);
            }
            Columns::SkillSkill { from, to } => {
                let (a, b) = (id_of(cell(from)?)?, id_of(cell(to)?)?);
                self.entry(a.clone()).related.insert(b.clone());
                self.entry(b).related.insert(a);
            }
            Columns::OccupationSkill { occupation, relation, skill } => {
                let (occupation, skill) = (id_of(cell(occupation)?)?, id_of(cell(skill)?)?);
                let essential = cell(relation)? == "essential";
                self.entry(occupation).wants(skill, essential);
            }
            Columns::Labels { uri, language, label } => {
                let (id, language) = (id_of(cell(uri)?)?, TextLanguage::of_tag(cell(language)?));
                let text = cell(label)?;
                let entry = self.entry(id.clone());
                if id.starts_with(LOCAL) {
                    entry.kind = entry.kind.max(Some(ConceptKind::Skill));
                    if proposed.insert((id, language)) {
                        entry.propose(language, text);
                    }
                }
                name(entry, language, text, false);
            }
            Columns::Trades { uri, kind, isco, names, skills } => {
                let (id, kind) = (id_of(cell(uri)?)?, kind_of(cell(kind)?)?);
                let entry = self.entry(id);
                entry.kind = entry.kind.max(Some(kind));
                entry.isco = entry.isco.take().max(cell(isco).map(str::to_owned));
                for (language, column) in names {
                    entry.names(language, cell(column).unwrap_or_default());
                }
                for (essential, column) in skills {
                    for skill in cell(column).unwrap_or_default().split(' ').filter_map(id_of) {
                        entry.wants(skill, essential);
                    }
                }
            }
            Columns::Local { local, relation, uri } => {
                let (id, target) = (id_of(cell(local)?)?, id_of(cell(uri)?)?);
                let relation = match cell(relation)? {
                    "exactMatch" => Relation::Same,
                    "broadMatch" => Relation::Broader,
                    "narrowMatch" => Relation::Narrower,
                    "closeMatch" | "relatedMatch" => Relation::Related,
                    _ => return None,
                };
                self.entry(id).same_as.insert(target, relation);
            }
        }
        Some(())
    }

    /// How many concepts the files speak of, and how many of them no file names: many, where labels are missing or of another
    /// version than the relations.
    #[must_use]
    pub fn unnamed(&self) -> (usize, usize) {
        let mut spoken: BTreeSet<&str> = self.entries.keys().map(String::as_str).collect();
        for entry in self.entries.values() {
            let others = entry.parents.iter().chain(&entry.related).chain(entry.skills.keys());
            spoken.extend(others.chain(entry.same_as.keys()).map(String::as_str));
        }
        let named = self.entries.values().filter(|entry| !entry.labels.is_empty()).count();
        (spoken.len(), spoken.len().saturating_sub(named))
    }

    /// The taxonomy. Relations to concepts without a name are dropped.
    ///
    /// # Errors
    /// [`TaxonomyError::Empty`] if no concept has a name.
    pub fn finish(self) -> Result<Taxonomy, TaxonomyError> {
        let entries: Vec<(String, Entry, ConceptKind)> = self
            .entries
            .into_iter()
            .filter(|(_, entry)| !entry.labels.is_empty())
            .filter_map(|(id, entry)| entry.kind.map(|kind| (id, entry, kind)))
            .collect();
        if entries.is_empty() {
            return Err(TaxonomyError::Empty);
        }
        let numbers: BTreeMap<&str, u32> = entries.iter().map(|(id, ..)| id.as_str()).zip(0_u32..).collect();
        let number = |id: &String| numbers.get(id.as_str()).copied();
        let near = near(&entries, &numbers);
        let mut wanted = vec![0_u32; entries.len()];
        for skill in entries.iter().flat_map(|(_, entry, _)| entry.skills.keys()).filter_map(number) {
            if let Some(count) = wanted.get_mut(skill as usize) {
                *count = count.saturating_add(1);
            }
        }
        let concepts = entries
            .iter()
            .zip(near)
            .zip(wanted)
            .map(|(((id, entry, kind), near), wanted_by)| Concept {
                id: id.clone(),
                kind: *kind,
                labels: entry.labels(),
                isco: entry.isco.clone(),
                parents: entry.parents.iter().filter_map(number).collect(),
                near,
                skills: entry
                    .skills
                    .iter()
                    .filter_map(|(id, essential)| Some((number(id)?, *essential)))
                    .collect(),
                wanted_by,
            })
            .collect();
        Ok(Taxonomy::new(self.version, concepts))
    }
}

/// What meets a need for each concept besides itself: the closest relation for each, sorted by number.
fn near(entries: &[(String, Entry, ConceptKind)], numbers: &BTreeMap<&str, u32>) -> Vec<Vec<Link>> {
    let number = |id: &String| numbers.get(id.as_str()).copied();
    let mut near: Vec<BTreeMap<u32, Relation>> = vec![BTreeMap::new(); entries.len()];
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut relate = |need: u32, have: u32, relation: Relation| {
        if let Some(links) = near.get_mut(need as usize).filter(|_| need != have) {
            links.entry(have).and_modify(|old| *old = relation.min(*old)).or_insert(relation);
        }
    };
    for ((_, entry, kind), own) in
        entries.iter().zip(0_u32..).filter(|((.., kind), _)| *kind == ConceptKind::Skill)
    {
        debug_assert!(*kind == ConceptKind::Skill, "only skills are near to each other");
        for parent in entry.parents.iter().filter_map(number) {
            children.entry(parent).or_default().push(own);
            let skill = entries.get(parent as usize).is_some_and(|(.., kind)| *kind == ConceptKind::Skill);
            if skill {
                relate(own, parent, Relation::Broader);
                relate(parent, own, Relation::Narrower);
            }
        }
        for other in entry.related.iter().filter_map(number) {
            relate(own, other, Relation::Related);
        }
        for (target, relation) in
            entry.same_as.iter().filter_map(|(id, relation)| Some((number(id)?, *relation)))
        {
            relate(own, target, relation);
            relate(target, own, reverse(relation));
        }
    }
    for members in children.values().filter(|members| members.len() <= SIBLINGS_MAX) {
        for (need, have) in members.iter().flat_map(|need| members.iter().map(move |have| (*need, *have))) {
            relate(need, have, Relation::Sibling);
        }
    }
    near.into_iter()
        .map(|links| links.into_iter().map(|(concept, relation)| Link { concept, relation }).collect())
        .collect()
}

const fn reverse(relation: Relation) -> Relation {
    match relation {
        Relation::Narrower => Relation::Broader,
        Relation::Broader => Relation::Narrower,
        Relation::Same | Relation::Related | Relation::Sibling => relation,
    }
}

fn name(entry: &mut Entry, language: TextLanguage, text: &str, preferred: bool) {
    let text = text.trim();
    if !text.is_empty() && entry.labels.len() < LABELS_MAX {
        let label = |preferred| Label { language, preferred, text: text.to_owned() };
        if preferred {
            entry.labels.remove(&label(false));
        } else if entry.labels.contains(&label(true)) {
            return;
        }
        entry.labels.insert(label(preferred));
    }
}

/// What local ids begin with.
const LOCAL: &str = "local:";

/// `…/skill/<uuid>` is the uuid, `…/isco/C2511` is `isco:c2511`, `local:<slug>` is itself.
fn id_of(uri: &str) -> Option<String> {
    let written = uri.bytes().all(|byte| byte.is_ascii_graphic());
    if uri.starts_with(LOCAL) || !uri.contains('/') {
        return (written && uri.len() <= 64).then(|| uri.to_owned());
    }
    let mut parts = uri.rsplit('/');
    let (last, scheme) = (parts.next()?, parts.next()?);
    let uuid = last.len() == 36;
    let id = if uuid { last.to_owned() } else { format!("{scheme}:{last}").to_ascii_lowercase() };
    (written && !last.is_empty() && id.len() <= 64).then_some(id)
}

fn kind_of(text: &str) -> Option<ConceptKind> {
    match text {
        "KnowledgeSkillCompetence" => Some(ConceptKind::Skill),
        "Occupation" => Some(ConceptKind::Occupation),
        "ISCOGroup" | "SkillGroup" => Some(ConceptKind::Group),
        _ => None,
    }
}
