//! The list of trades and skills that every node has from its start, without a file or a network.

use std::error::Error;
use std::sync::OnceLock;

use hanse_matching::side::Policy;
use hanse_matching::taxonomy::Importer;
use hanse_matching::text::Tongue;

use super::Knowledge;
use crate::error::Failure;

/// The version of the list; a change of `data/` changes it.
pub(crate) const VERSION: &str = "hanse-1";
/// Trades and skills with their names, and what our own ids are in ESCO, in forms that the importer knows.
pub(crate) const FILES: [&str; 2] =
    [include_str!("../../data/trades.csv"), include_str!("../../data/local.csv")];
/// Currencies whose rate is fixed: true on any day, and older than any table that an operator imports.
const RATES: &str = include_str!("../../data/rates.json");

/// Our own list, ready for use: made once in a process, since many engines of one test share it.
///
/// # Errors
/// `Inconsistent`, which a test of the list excludes.
pub(crate) fn built_in() -> Result<Knowledge, Failure> {
    static MADE: OnceLock<Result<Knowledge, String>> = OnceLock::new();
    MADE.get_or_init(|| make().map_err(|error| error.to_string())).clone().map_err(Failure::Inconsistent)
}

fn make() -> Result<Knowledge, Box<dyn Error>> {
    let mut importer = Importer::new(VERSION)?;
    for file in FILES {
        importer.add(file, Tongue::Other)?;
    }
    Ok(Knowledge::new(importer.finish()?, serde_json::from_str(RATES)?, Policy::DEFAULT))
}
