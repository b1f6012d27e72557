//! Verification of somebody's record with a file, a policy, and no server.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use hanse_document::Timestamp;
use hanse_tlog::policy::POLICY_BYTES_MAX;
use hanse_verifier::{Options, Report};

use crate::error::CommandError;
use crate::terminal;

/// An evidence file has at most 64 MiB; one byte more is read, so that the verifier sees that it is too long.
const EVIDENCE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Verifies `evidence` by `policy` as if it were `now`. Cosignatures older than `max_age` seconds do not count; absent, the
/// verifier's own two days.
///
/// # Errors
/// [`CommandError::Unusable`] if evidence or policy cannot be read as such. What is read and wrong is a report.
pub fn verify(
    evidence: &[u8],
    policy: &str,
    now: Timestamp,
    max_age: Option<u32>,
) -> Result<Report, CommandError> {
    let mut options = Options::default();
    if let Some(seconds) = max_age {
        options.max_age_seconds = seconds;
    }
    hanse_verifier::verify(evidence, policy, now, &options)
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
    max_age: Option<u32>,
) -> Result<Report, CommandError> {
    let mut bytes = Vec::new();
    File::open(evidence)
        .and_then(|file| file.take(EVIDENCE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(CommandError::file(evidence))?;
    let bound = u64::try_from(POLICY_BYTES_MAX).unwrap_or(u64::MAX);
    verify(&bytes, &terminal::read_bounded(policy, bound)?, now, max_age)
}
