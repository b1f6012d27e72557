//! What a node knows besides documents: imported files of a taxonomy, and exchange rates.

use crate::rows::bytes32;
use crate::{Sql, StoreError, Tx, column};

const STATE: &str = "SELECT taxonomy, rates, version, imported_at FROM knowledge";
// One statement, so that the files and the number that names them are of one moment.
const FILES: &str = "SELECT k.taxonomy, k.version, f.name, f.language, f.bytes FROM knowledge k \
     LEFT JOIN taxonomy_file f ON true ORDER BY f.name";
const LIST: &str =
    "SELECT name, language, sha256, octet_length(bytes) AS size FROM taxonomy_file ORDER BY name";
const ADVANCE: &str = "UPDATE knowledge SET taxonomy = taxonomy + 1, version = $2, imported_at = $3 \
     WHERE taxonomy = $1";
const CLEAR: &str = "DELETE FROM taxonomy_file";
const INSERT: &str = "INSERT INTO taxonomy_file (name, language, sha256, bytes) VALUES ($1, $2, $3, $4)";
const PUT_RATES: &str =
    "INSERT INTO rate_table (day, body) VALUES ($1, $2) ON CONFLICT (day) DO UPDATE SET body = excluded.body";
const COUNT_RATES: &str = "UPDATE knowledge SET rates = rates + 1";
const RATES: &str = "SELECT body FROM rate_table ORDER BY day DESC LIMIT 1";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[STATE, FILES, LIST, ADVANCE, CLEAR, INSERT, PUT_RATES, COUNT_RATES, RATES];

const TABLE: &str = "knowledge";
const FILE: &str = "taxonomy_file";

/// What is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// How many imports of files there were.
    pub taxonomy: i64,
    /// How many imports of rates.
    pub rates: i64,
    /// The version of the imported files; empty without any.
    pub version: String,
    /// When they were imported, Unix seconds.
    pub imported_at: Option<i64>,
}

/// A file of the taxonomy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, unique in the set, at most 200 characters.
    pub name: String,
    /// The language of its names as a tag; empty for relations.
    pub language: String,
    /// Its content, at most 64 MiB.
    pub bytes: Vec<u8>,
}

/// A file without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// The language of its names.
    pub language: String,
    /// SHA-256 of its content.
    pub sha256: [u8; 32],
    /// Bytes.
    pub size: i32,
}

/// All files of a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// How many imports of files there had been.
    pub taxonomy: i64,
    /// Their version.
    pub version: String,
    /// The files by name.
    pub files: Vec<File>,
}

/// What is in force.
pub async fn state(db: &impl Sql) -> Result<State, StoreError> {
    let row = db.query_one(STATE, &[]).await?;
    Ok(State {
        taxonomy: column(&row, TABLE, "taxonomy")?,
        rates: column(&row, TABLE, "rates")?,
        version: column(&row, TABLE, "version")?,
        imported_at: column(&row, TABLE, "imported_at")?,
    })
}

/// The files in force, whole: at most a few hundred MiB, as the import bounds them.
pub async fn files(db: &impl Sql) -> Result<Files, StoreError> {
    let rows = db.query(FILES, &[]).await?;
    let first = rows.first().ok_or(StoreError::Inconsistent { table: TABLE, column: "one" })?;
    let (taxonomy, version) = (column(first, TABLE, "taxonomy")?, column(first, TABLE, "version")?);
    let mut files = Vec::new();
    for row in rows {
        if let Some(name) = column::<Option<String>>(&row, FILE, "name")? {
            let (language, bytes) = (column(&row, FILE, "language")?, column(&row, FILE, "bytes")?);
            files.push(File { name, language, bytes });
        }
    }
    Ok(Files { taxonomy, version, files })
}

/// The files in force without their content, by name.
pub async fn list(db: &impl Sql) -> Result<Vec<Listed>, StoreError> {
    let mut listed = Vec::new();
    for row in db.query(LIST, &[]).await? {
        listed.push(Listed {
            name: column(&row, FILE, "name")?,
            language: column(&row, FILE, "language")?,
            sha256: bytes32(&row, FILE, "sha256")?,
            size: column(&row, FILE, "size")?,
        });
    }
    Ok(listed)
}

/// Puts these files, with their hashes, in the place of those of import `seen`.
///
/// # Errors
/// `Conflict` if another import was faster; everything else as usual.
pub async fn replace(
    tx: &Tx<'_>,
    seen: i64,
    version: &str,
    files: &[(File, [u8; 32])],
    at: i64,
) -> Result<(), StoreError> {
    // First: the row's lock makes a second import wait, and then find that it is late.
    if tx.execute(ADVANCE, &[&seen, &version, &at]).await? != 1 {
        return Err(StoreError::Conflict);
    }
    tx.execute(CLEAR, &[]).await?;
    for (file, hash) in files {
        tx.execute(INSERT, &[&file.name, &file.language, &hash.as_slice(), &file.bytes]).await?;
    }
    Ok(())
}

/// Files a table of rates, as JSON, under its day; one of the same day is replaced.
pub async fn put_rates(tx: &Tx<'_>, day: i32, body: &str) -> Result<(), StoreError> {
    tx.execute(PUT_RATES, &[&day, &body]).await?;
    tx.execute(COUNT_RATES, &[]).await?;
    Ok(())
}

/// The newest table of rates, as JSON.
pub async fn rates(db: &impl Sql) -> Result<Option<String>, StoreError> {
    db.query_opt(RATES, &[]).await?.map(|row| column(&row, "rate_table", "body")).transpose()
}
