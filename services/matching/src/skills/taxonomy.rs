//! Skills, occupations and their groups as one versioned graph with labels in two languages. It is data that a node
//! imports; everything that a score needs from it (frequencies, relations) is fixed by its version and digest.

mod columns;
mod concept;
mod csv;
mod esco;

pub use columns::Shape;
pub use concept::{Concept, ConceptKind, Label, Link, Relation};
pub use csv::{COLUMNS_MAX, CsvError, FIELD_BYTES_MAX, FILE_BYTES_MAX, Rows};
pub use esco::{CONCEPTS_MAX, Imported, Importer, LABELS_MAX, SIBLINGS_MAX, TaxonomyError};

use sha2::{Digest, Sha256};

/// The number of a concept in one taxonomy; numbers follow the order of ids and mean nothing in another version.
pub type Concepts = u32;

/// A finished taxonomy. The same files in any order give the same taxonomy.
#[derive(Clone, Debug)]
pub struct Taxonomy {
    version: String,
    digest: [u8; 32],
    /// By id.
    concepts: Vec<Concept>,
    idf: Vec<f64>,
    /// That of what no occupation needs.
    rarest: f64,
}

impl Taxonomy {
    pub(crate) fn new(version: String, concepts: Vec<Concept>) -> Self {
        let occupations = concepts.iter().filter(|concept| concept.kind == ConceptKind::Occupation).count();
        let rarest = rarity(occupations, 0);
        let idf = concepts.iter().map(|concept| rarity(occupations, concept.wanted_by)).collect();
        let digest = digest(&version, &concepts);
        Self { version, digest, concepts, idf, rarest }
    }

    /// What the importer was told this is: `esco-1.1.1+fr-1.0`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// SHA-256 over version, concepts, labels with their languages, and relations: two nodes with one digest rank alike.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The digest in lower-case hex.
    #[must_use]
    pub fn digest_hex(&self) -> String {
        let digits = self.digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
    }

    /// All concepts in order of their ids.
    #[must_use]
    pub fn concepts(&self) -> &[Concept] {
        &self.concepts
    }

    /// The concept of a number.
    #[must_use]
    pub fn get(&self, number: Concepts) -> Option<&Concept> {
        self.concepts.get(number as usize)
    }

    /// The number of an id, if this version knows it.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Concepts> {
        let place = self.concepts.binary_search_by(|concept| concept.id.as_str().cmp(id)).ok()?;
        u32::try_from(place).ok()
    }

    /// How much a skill says: the logarithm of how rarely occupations need it. Always above zero; a tag of somebody's own says as much as
    /// a skill that no occupation needs.
    #[must_use]
    pub fn idf(&self, number: Concepts) -> f64 {
        self.idf.get(number as usize).copied().unwrap_or(self.rarest)
    }

    /// How far having `have` meets a need for `need`: what relates them, the closest first.
    #[must_use]
    pub fn relation(&self, need: Concepts, have: Concepts) -> Option<Relation> {
        if need == have {
            return Some(Relation::Same);
        }
        let links = &self.get(need)?.near;
        let place = links.binary_search_by_key(&have, |link| link.concept).ok()?;
        links.get(place).map(|link| link.relation)
    }
}

/// Occupations in which a skill is expected to occur although none says so: keeps a skill without relations from being
/// worth more than any other.
const UNSEEN_OCCUPATIONS: f64 = 2.0;

fn rarity(occupations: usize, wanted_by: u32) -> f64 {
    let all = occupations as f64;
    libm::log(1.0 + (all + UNSEEN_OCCUPATIONS) / (f64::from(wanted_by) + UNSEEN_OCCUPATIONS))
}

fn digest(version: &str, concepts: &[Concept]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut field = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    field(version);
    for concept in concepts {
        field(&concept.id);
        field(concept.kind.name());
        field(concept.isco.as_deref().unwrap_or_default());
        for label in &concept.labels {
            field(label.language.tag());
            field(&label.text);
            field(if label.preferred { "preferred" } else { "other" });
        }
        for link in &concept.near {
            field(link.relation.name());
            field(&link.concept.to_string());
        }
        for (skill, essential) in &concept.skills {
            field(if *essential { "essential" } else { "optional" });
            field(&skill.to_string());
        }
    }
    hash.finalize().into()
}
