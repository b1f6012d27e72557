//! Reading the sets and ESCO from the layout that README.md describes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use hanse_document::Rejection;
use hanse_matching::taxonomy::{Importer, Taxonomy, TaxonomyError};
use hanse_matching::text::TextLanguage;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The largest file inside an archive that is read, as the importer's own bound.
const INNER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why a set cannot be read.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// A file is missing or cannot be read.
    #[error("{0}: {1}")]
    File(String, #[source] io::Error),
    /// An archive is broken.
    #[error("{0}: {1}")]
    Archive(String, #[source] zip::result::ZipError),
    /// A file of the taxonomy is refused.
    #[error("{0}: {1}")]
    Taxonomy(String, #[source] TaxonomyError),
    /// A text cannot be part of a document.
    #[error("{0}: {1}")]
    Refused(String, Rejection),
    /// A line has too few columns or a grade that is no number.
    #[error("{0}: line {1} is out of form")]
    Form(String, usize),
}

/// Queries, documents, and the grade of each pair that people judged.
#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) queries: Vec<(String, String)>,
    pub(crate) corpus: Vec<(String, String)>,
    pub(crate) grades: BTreeMap<String, BTreeMap<String, u32>>,
}

impl Set {
    pub(crate) fn read(folder: &Path) -> Result<Self, ReadError> {
        let pairs = |name: &str| -> Result<Vec<(String, String)>, ReadError> {
            let rows = lines(&folder.join(name), 2)?;
            Ok(rows
                .into_iter()
                .filter_map(|row| <[String; 2]>::try_from(row).ok())
                .map(|[id, text]| (id, text))
                .collect())
        };
        let mut grades: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
        let file = folder.join("qrels.tsv");
        for (row, number) in lines(&file, 3)?.into_iter().zip(1..) {
            let out_of_form = || ReadError::Form(file.display().to_string(), number);
            let [query, document, grade] = <[String; 3]>::try_from(row).map_err(|_| out_of_form())?;
            let grade = grade.parse().map_err(|_| out_of_form())?;
            grades.entry(query).or_default().insert(document, grade);
        }
        Ok(Self { queries: pairs("queries.tsv")?, corpus: pairs("corpus.tsv")?, grades })
    }
}

/// Whether a query belongs to the half that parameters may be chosen on: the lowest bit of SHA-256 of its id.
pub(crate) fn is_tuning(id: &str) -> bool {
    Sha256::digest(id.as_bytes()).last().is_some_and(|byte| byte & 1 == 0)
}

pub(crate) fn read(path: &Path) -> Result<String, ReadError> {
    fs::read_to_string(path).map_err(|error| ReadError::File(path.display().to_string(), error))
}

fn lines(path: &Path, columns: usize) -> Result<Vec<Vec<String>>, ReadError> {
    let text = read(path)?;
    let row = |(line, number): (&str, usize)| {
        let row: Vec<String> = line.split('\t').map(str::to_owned).collect();
        if row.len() == columns { Ok(row) } else { Err(ReadError::Form(path.display().to_string(), number)) }
    };
    text.lines().zip(1..).map(row).collect()
}

/// One file of an archive.
pub(crate) fn inside(archive: &Path, name: &str) -> Result<String, ReadError> {
    let shown = || format!("{}/{name}", archive.display());
    let file = File::open(archive).map_err(|error| ReadError::File(shown(), error))?;
    let mut zip = zip::ZipArchive::new(file).map_err(|error| ReadError::Archive(shown(), error))?;
    let entry = zip.by_name(name).map_err(|error| ReadError::Archive(shown(), error))?;
    let mut text = String::new();
    entry.take(INNER_BYTES_MAX).read_to_string(&mut text).map_err(|error| ReadError::File(shown(), error))?;
    Ok(text)
}

/// The list that every node has from its start, alone.
pub(crate) fn own_list(files: &[String]) -> Result<Taxonomy, ReadError> {
    let refused = |error| ReadError::Taxonomy("services/discovery/data".to_owned(), error);
    let mut importer = Importer::new("own").map_err(refused)?;
    for file in files {
        importer.add(file, TextLanguage::Other).map_err(refused)?;
    }
    importer.finish().map_err(refused)
}

/// ESCO 1.1.1 in English with its relations, and the labels of 1.0 in French, with what else is given as label files.
pub(crate) fn esco(folder: &Path, labels: &[String]) -> Result<Taxonomy, ReadError> {
    esco_in(folder, &[TextLanguage::English, TextLanguage::French], labels)
}

/// The same with the labels of some languages only.
pub(crate) fn esco_in(
    folder: &Path,
    languages: &[TextLanguage],
    labels: &[String],
) -> Result<Taxonomy, ReadError> {
    let refused = |name: &str| {
        let name = name.to_owned();
        move |error| ReadError::Taxonomy(name, error)
    };
    let mut importer = Importer::new("esco-1.1.1+fr-1.0").map_err(refused("version"))?;
    let has = |language: TextLanguage| languages.contains(&language);
    let english = folder.join("esco-v1.1.1-en.zip");
    let names = ["skills_en.csv", "occupations_en.csv", "skillGroups_en.csv", "ISCOGroups_en.csv"];
    for name in names.into_iter().filter(|_| has(TextLanguage::English)) {
        importer.add(&inside(&english, name)?, TextLanguage::English).map_err(refused(name))?;
    }
    let relations = folder.join("esco-v1.1.1-relations.zip");
    for name in [
        "broaderRelationsOccPillar.csv",
        "broaderRelationsSkillPillar.csv",
        "occupationSkillRelations.csv",
        "skillSkillRelations.csv",
    ] {
        importer.add(&inside(&relations, name)?, TextLanguage::Other).map_err(refused(name))?;
    }
    let names = ["v1.0-skills_fr.csv", "v1.0-occupations_fr.csv"];
    for name in names.into_iter().filter(|_| has(TextLanguage::French)) {
        importer.add(&read(&folder.join(name))?, TextLanguage::French).map_err(refused(name))?;
    }
    for text in labels {
        importer.add(text, TextLanguage::French).map_err(refused("labels"))?;
    }
    importer.finish().map_err(refused("taxonomy"))
}
