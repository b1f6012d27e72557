//! From files as people have them to one taxonomy: which language, which version, and whether they belong together.

use std::collections::{BTreeMap, BTreeSet};

use hanse_matching::taxonomy::{ConceptKind, FILE_BYTES_MAX, Importer, Shape, Taxonomy, TaxonomyError};
use hanse_matching::text::TextLanguage;
use hanse_store::knowledge::File;
use sha2::{Digest as _, Sha256};

use super::built_in;

/// The most files of one set: ESCO's 17 in three languages, and own ones.
pub const FILES_MAX: usize = 64;
/// The most bytes of one set: six times ESCO's English and French files together. All of it is in memory while it loads.
pub const SET_BYTES_MAX: usize = 256 * 1024 * 1024;
/// The longest name of a file.
const NAME_CHARS_MAX: usize = 200;
/// Of the concepts that the files speak of, one in so many may have no name. ESCO 1.1.1 with French labels alone, which are those
/// of 1.0 and lack the groups, has one in ten; relations without their labels have nearly all.
const UNNAMED_ONE_IN: usize = 4;
/// Hexadecimal digits that tell unversioned sets apart.
const CONTENT_DIGITS: usize = 8;

/// Why files are not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// There is none.
    #[error("there is no file that could be imported")]
    Nothing,
    /// Too many.
    #[error("there are more than {FILES_MAX} files")]
    TooManyFiles,
    /// One file is too large.
    #[error("{name} is larger than {max} MiB", name = .0, max = FILE_BYTES_MAX >> 20)]
    FileTooLarge(String),
    /// All together are too large.
    #[error("the files are larger than {} MiB together", SET_BYTES_MAX >> 20)]
    SetTooLarge,
    /// A name that cannot be kept.
    #[error("a file needs a name of 1 to {NAME_CHARS_MAX} printable characters")]
    Name,
    /// One name for two files.
    #[error("two files are called {0}")]
    Twice(String),
    /// The bytes are no text.
    #[error("{0} is not UTF-8 text")]
    NotText(String),
    /// No known columns in the first row.
    #[error("{0} is no taxonomy file: its first row names none of the known sets of columns")]
    Unknown(String),
    /// Names of which nobody knows the language.
    #[error("{0} does not say its language: end its name with it, as in `skills_fr.csv`, or give --language")]
    Language(String),
    /// A language tag that is none.
    #[error("`{0}` is not a language: a tag such as `en` or `fr`")]
    BadLanguage(String),
    /// A file is broken.
    #[error("{0}: {1}")]
    File(String, #[source] TaxonomyError),
    /// The whole cannot be.
    #[error(transparent)]
    Set(#[from] TaxonomyError),
    /// Files of two versions.
    #[error(
        "the files are of different versions: {0}; import one version, or say with --version that they belong together"
    )]
    Mixed(String),
    /// Relations between concepts that have no names.
    #[error(
        "of {spoken} concepts that the files speak of, {unnamed} have no name in any file: labels are missing, or of another \
         version than the relations"
    )]
    Unnamed {
        /// How many there are.
        spoken: usize,
        /// How many have no name.
        unnamed: usize,
    },
}

/// A file to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Where it came from: its own name, behind that of its archive.
    pub name: String,
    /// The language of its names, if it was said.
    pub language: Option<String>,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A whole set, checked and loaded.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The version of the imported files.
    pub version: String,
    /// The files, by name, as they are kept.
    pub files: Vec<File>,
    /// Rows taken and rows left out of each, in the same order.
    pub rows: Vec<(u32, u32)>,
    /// What they make, together with our own list.
    pub taxonomy: Taxonomy,
}

impl Prepared {
    /// How much there is, our own list included, in words.
    #[must_use]
    pub fn summary(&self) -> String {
        summary(&self.taxonomy)
    }
}

/// How many concepts of which kind.
pub(super) fn summary(taxonomy: &Taxonomy) -> String {
    let count = |kind| taxonomy.concepts().iter().filter(|concept| concept.kind == kind).count();
    let (skills, trades) = (count(ConceptKind::Skill), count(ConceptKind::Occupation));
    let names: usize = taxonomy.concepts().iter().map(|concept| concept.labels.len()).sum();
    format!("{skills} skills and {trades} trades with {names} names, our own list included")
}

/// Checks files and makes a taxonomy of them. It takes seconds and no other input: the same files give the same result.
///
/// # Errors
/// [`ImportError`], the first that there is.
pub fn prepare(given: Vec<Given>, version: Option<&str>) -> Result<Prepared, ImportError> {
    check_bounds(&given)?;
    let mut files = Vec::new();
    for file in given {
        files.push(described(file)?);
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let version = match version {
        Some(version) => version.to_owned(),
        None => version_of(&files)?,
    };
    let (taxonomy, rows) = assemble(&version, &files)?;
    Ok(Prepared { version, files, rows, taxonomy })
}

/// Our own list and these files as one taxonomy; the rows taken and left out of each.
pub(super) fn assemble(version: &str, files: &[File]) -> Result<(Taxonomy, Vec<(u32, u32)>), ImportError> {
    let parts = [built_in::VERSION, version];
    let whole: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let mut importer = Importer::new(&whole.join("+"))?;
    let mut rows = Vec::new();
    for file in files {
        let named = |error| ImportError::File(file.name.clone(), error);
        let text = std::str::from_utf8(&file.bytes).map_err(|_| ImportError::NotText(file.name.clone()))?;
        let imported = importer.add(text, TextLanguage::of_tag(&file.language)).map_err(named)?;
        rows.push((imported.rows, imported.skipped));
    }
    let (spoken, _) = importer.unnamed();
    let mut own = Importer::new(built_in::VERSION)?;
    for text in built_in::FILES {
        importer.add(text, TextLanguage::Other)?;
        own.add(text, TextLanguage::Other)?;
    }
    // Only now: files may relate what they name to what our own list names, which itself speaks of some concepts that only ESCO names.
    let unnamed = importer.unnamed().1.saturating_sub(own.unnamed().1);
    if unnamed.saturating_mul(UNNAMED_ONE_IN) > spoken {
        return Err(ImportError::Unnamed { spoken, unnamed });
    }
    Ok((importer.finish()?, rows))
}

fn check_bounds(given: &[Given]) -> Result<(), ImportError> {
    if given.is_empty() {
        return Err(ImportError::Nothing);
    }
    if given.len() > FILES_MAX {
        return Err(ImportError::TooManyFiles);
    }
    let mut names = BTreeSet::new();
    for file in given {
        let length = file.name.chars().count();
        if length == 0 || length > NAME_CHARS_MAX || file.name.chars().any(char::is_control) {
            return Err(ImportError::Name);
        }
        if file.bytes.len() > FILE_BYTES_MAX {
            return Err(ImportError::FileTooLarge(file.name.clone()));
        }
        if !names.insert(&file.name) {
            return Err(ImportError::Twice(file.name.clone()));
        }
    }
    let whole: usize = given.iter().map(|file| file.bytes.len()).sum();
    if whole > SET_BYTES_MAX { Err(ImportError::SetTooLarge) } else { Ok(()) }
}

/// The file with the language of its names.
fn described(given: Given) -> Result<File, ImportError> {
    let Given { name, language, bytes } = given;
    let Ok(text) = std::str::from_utf8(&bytes) else { return Err(ImportError::NotText(name)) };
    let language = match Shape::of(text) {
        None => return Err(ImportError::Unknown(name)),
        Some(Shape::Other) => String::new(),
        Some(Shape::Names) => match language.or_else(|| language_in(&name)) {
            None => return Err(ImportError::Language(name)),
            Some(tag) if !is_tag(&tag) => return Err(ImportError::BadLanguage(tag)),
            Some(tag) => tag,
        },
    };
    Ok(File { name, language, bytes })
}

fn is_tag(text: &str) -> bool {
    matches!(text.len(), 2 | 3) && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// The languages that ESCO is published in.
const LANGUAGES: &[&str] = &[
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "is", "it", "lt",
    "lv", "mt", "nb", "nl", "nn", "no", "pl", "pt", "ro", "sk", "sl", "sv", "uk",
];

/// `fr` of `skills_fr.csv` and of `v1.0-skills_fr.csv`.
fn language_in(name: &str) -> Option<String> {
    let last = name.rsplit('/').next()?.to_ascii_lowercase();
    let stem = last.strip_suffix(".csv").unwrap_or(&last);
    let word = stem.rsplit(|letter: char| !letter.is_ascii_alphanumeric()).next()?;
    LANGUAGES.contains(&word).then(|| word.to_owned())
}

/// `1.1.1` of `esco-v1.1.1-en.zip/skills_en.csv`: the last that the name says, so that a file's own word goes over its archive's.
fn version_in(name: &str) -> Option<&str> {
    let digits = |text: &'static str| move |letter: char| !(letter.is_ascii_digit() || text.contains(letter));
    let mut found = None;
    for (start, _) in name.match_indices(['v', 'V']) {
        let rest = name.get(start.saturating_add(1)..).unwrap_or_default();
        let version = rest.split(digits(".")).next().unwrap_or_default().trim_end_matches('.');
        let behind = name.get(..start).and_then(|before| before.chars().next_back());
        let begins = behind.is_none_or(|letter| !letter.is_alphanumeric());
        if begins && version.contains('.') {
            found = Some(version);
        }
    }
    found
}

/// One version for each language, and for the relations one of these: `esco-1.1.1+fr-1.0`.
fn version_of(files: &[File]) -> Result<String, ImportError> {
    let mut versions: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for file in files {
        let Some(version) = version_in(&file.name) else { continue };
        let (first, name) = *versions.entry(&file.language).or_insert((version, &file.name));
        if first != version {
            return Err(mixed(first, name, version, &file.name));
        }
    }
    let relations = versions.remove("");
    let main =
        relations.or_else(|| versions.get("en").copied()).or_else(|| versions.values().next().copied());
    let Some((main, name)) = main else { return Ok(by_content(files)) };
    if !versions.is_empty() && versions.values().all(|(version, _)| *version != main) {
        let (version, other) = versions.values().next().copied().unwrap_or_default();
        return Err(mixed(main, name, version, other));
    }
    let others = versions.iter().filter(|(_, (version, _))| *version != main);
    let others: String = others.map(|(language, (version, _))| format!("+{language}-{version}")).collect();
    Ok(format!("esco-{main}{others}"))
}

fn mixed(first: &str, name: &str, second: &str, other: &str) -> ImportError {
    ImportError::Mixed(format!("{first} ({name}) and {second} ({other})"))
}

fn by_content(files: &[File]) -> String {
    let mut hash = Sha256::new();
    for file in files {
        hash.update(Sha256::digest(&file.bytes));
    }
    let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("files-{}", hash.get(..CONTENT_DIGITS).unwrap_or_default())
}

#[cfg(test)]
mod tests;
