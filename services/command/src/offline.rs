//! Verification of somebody's record, and scores, with a file, a policy, and no server.

pub mod check;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use hanse_document::Timestamp;
use hanse_tlog::Policy;
use hanse_tlog::policy::POLICY_BYTES_MAX;
use hanse_verifier::record::{Question, Record, ScoreReport, Served, Unreadable};
use hanse_verifier::{Options, Report};

use crate::error::CommandError;
use crate::{record, terminal};

/// Bytes of a node's answer that is compared.
const SERVED_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// An evidence file has at most 64 MiB; one byte more is read, so that the verifier sees that it is too long.
const EVIDENCE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Verifies `evidence` by `policy` as if it were `now`.
///
/// # Errors
/// [`CommandError::Unusable`] if evidence or policy cannot be read as such. What is read and wrong is a report.
pub fn verify(
    evidence: &[u8],
    policy: &str,
    now: Timestamp,
    options: &Options,
) -> Result<Report, CommandError> {
    hanse_verifier::verify(evidence, policy, now, options)
        .map_err(|why| CommandError::Unusable(why.to_string()))
}

/// The same, from files.
///
/// # Errors
/// [`CommandError::File`] if one cannot be read, and as in [`verify`].
pub fn verify_files(
    evidence: &Path,
    policy: &Path,
    now: Timestamp,
    options: &Options,
) -> Result<Report, CommandError> {
    let mut bytes = Vec::new();
    File::open(evidence)
        .and_then(|file| file.take(EVIDENCE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(CommandError::file(evidence))?;
    let bound = u64::try_from(POLICY_BYTES_MAX).unwrap_or(u64::MAX);
    verify(&bytes, &terminal::text_file(policy, bound)?, now, options)
}

/// The files of a score.
#[derive(Clone, Copy, Debug)]
pub struct ScoreFiles<'a> {
    /// The record.
    pub record: &'a Path,
    /// Whom to trust.
    pub policy: &'a Path,
    /// A node's answer to hold it to, if there is one.
    pub served: Option<&'a Path>,
}

/// Answers a question from a record file, line by line, as if it were `now`.
///
/// # Errors
/// [`CommandError::File`] if a file cannot be read, [`CommandError::Unusable`] if it is not what it is named as.
pub fn score_files(
    files: ScoreFiles<'_>,
    question: &Question,
    now: Timestamp,
    options: &Options,
) -> Result<ScoreReport, CommandError> {
    let unusable = |why: Unreadable| CommandError::Unusable(why.to_string());
    let bound = u64::try_from(POLICY_BYTES_MAX).unwrap_or(u64::MAX);
    let policy = terminal::text_file(files.policy, bound)?;
    let policy = Policy::parse(&policy)
        .map_err(|error| CommandError::Unusable(format!("the policy cannot be read: {error}")))?;
    let served = match files.served {
        Some(path) => {
            let text = terminal::text_file(path, SERVED_BYTES_MAX)?;
            Some(Served::parse(text.as_bytes()).map_err(unusable)?)
        }
        None => None,
    };
    let mut reading = Record::new(&policy, now, options, served.as_ref());
    let open = File::open(files.record).map_err(CommandError::file(files.record))?;
    record::lines(open, files.record, |line| reading.line(line).map_err(unusable))?;
    reading.ask(question, served.as_ref()).map_err(unusable)
}

/// What the person who checks may choose. Cosignatures older than `max_age` seconds do not count; absent, the verifier's own two
/// days. `within_policy`: whether the logs of the policy are all that is asked for.
#[must_use]
pub fn options(max_age: Option<u32>, within_policy: bool) -> Options {
    let plain = Options { within_policy, ..Options::default() };
    max_age.map_or(plain, |max_age_seconds| Options { max_age_seconds, ..plain })
}
