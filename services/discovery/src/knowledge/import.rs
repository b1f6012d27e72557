//! Putting what an operator imports in the place of what is in force: all of it, or nothing.

use hanse_base::error::Failure;
use hanse_document::Timestamp;
use hanse_matching::money::RateTable;
use hanse_matching::taxonomy::Taxonomy;
use hanse_store::knowledge::{self, File, Listed};
use hanse_store::{Store, StoreError};
use sha2::{Digest as _, Sha256};

use super::built_in;
use super::files::{Given, ImportError, Prepared, assemble, prepare, summary};
use super::rates::{RatesError, checked};

/// Why an import did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotImported {
    /// The files cannot be used; nothing was changed.
    #[error("nothing was imported")]
    Files(#[from] ImportError),
    /// The table cannot be used; nothing was changed.
    #[error("nothing was imported")]
    Rates(#[from] RatesError),
    /// Something of ours.
    #[error("nothing was imported")]
    Failed(#[from] Failure),
}

impl From<StoreError> for NotImported {
    fn from(error: StoreError) -> Self {
        Self::Failed(Failure::Store(error))
    }
}

/// Whether the given files are all, or come to those that are there (and replace those of the same name).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They are all.
    Replace,
    /// They come to the others.
    Add,
}

/// Imports files of a taxonomy. Everything is parsed before anything is written, in one transaction; running processes take the
/// new set by themselves.
///
/// # Errors
/// [`NotImported`]; `Failed` with a conflict if another import came between.
pub async fn import(
    store: &Store,
    given: Vec<Given>,
    version: Option<String>,
    mode: Mode,
    now: Timestamp,
) -> Result<Prepared, NotImported> {
    let mut connection = store.connection().await?;
    let state = knowledge::state(&connection).await?;
    let given = match mode {
        Mode::Replace => given,
        Mode::Add => joined(knowledge::files(&connection).await?.files, given),
    };
    let prepared = tokio::task::spawn_blocking(move || prepare(given, version.as_deref()));
    let prepared = prepared.await.map_err(Failure::Cut)??;
    let hashed: Vec<(File, [u8; 32])> =
        prepared.files.iter().map(|file| (file.clone(), Sha256::digest(&file.bytes).into())).collect();
    let tx = connection.begin().await?;
    knowledge::replace(&tx, state.taxonomy, &prepared.version, &hashed, now.unix()).await?;
    tx.commit().await?;
    Ok(prepared)
}

fn joined(old: Vec<File>, mut new: Vec<Given>) -> Vec<Given> {
    let kept = old.into_iter().filter(|file| new.iter().all(|given| given.name != file.name));
    let kept: Vec<Given> = kept
        .map(|File { name, language, bytes }| Given {
            name,
            language: (!language.is_empty()).then_some(language),
            bytes,
        })
        .collect();
    new.extend(kept);
    new
}

/// Files a table of exchange rates; the newest by its own day is in force.
///
/// # Errors
/// [`NotImported`].
pub async fn import_rates(store: &Store, table: RateTable, now: Timestamp) -> Result<RateTable, NotImported> {
    let table = checked(table, now)?;
    let day = i32::try_from(table.date.day()).map_err(|_| RatesError::Future(table.date))?;
    let body = serde_json::to_string(&table).map_err(|error| Failure::unreadable("rates", error))?;
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    knowledge::put_rates(&tx, day, &body).await?;
    tx.commit().await?;
    Ok(table)
}

/// What a database holds, and what it makes.
#[derive(Clone, Debug)]
pub struct InForce {
    /// The version of the imported files; empty without any.
    pub version: String,
    /// The version of the whole, our own list included.
    pub name: String,
    /// The digest of the whole, in hex.
    pub digest: String,
    /// How much there is, in words.
    pub summary: String,
    /// The imported files.
    pub files: Vec<Listed>,
    /// The exchange rates.
    pub rates: RateTable,
}

/// What is in force, loaded as a node would.
///
/// # Errors
/// `Failed`, and `Files` where what is stored cannot be loaded by this version.
pub async fn in_force(store: &Store) -> Result<InForce, NotImported> {
    let connection = store.connection().await?;
    let (found, files) = (knowledge::files(&connection).await?, knowledge::list(&connection).await?);
    let rates = match knowledge::rates(&connection).await? {
        Some(body) => serde_json::from_str(&body).map_err(|error| Failure::unreadable("rates", error))?,
        None => built_in()?.rates,
    };
    let version = found.version.clone();
    let loaded = tokio::task::spawn_blocking(move || assemble(&found.version, &found.files));
    let (taxonomy, _): (Taxonomy, _) = loaded.await.map_err(Failure::Cut)??;
    Ok(InForce {
        version,
        name: taxonomy.version().to_owned(),
        digest: taxonomy.digest_hex(),
        summary: summary(&taxonomy),
        files,
        rates,
    })
}

/// The version of what was imported; `None` without any.
///
/// # Errors
/// `Failed`.
pub async fn imported_version(store: &Store) -> Result<Option<String>, NotImported> {
    let version = knowledge::state(&store.connection().await?).await?.version;
    Ok((!version.is_empty()).then_some(version))
}
