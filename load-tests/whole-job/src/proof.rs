//! Whether a file that a node hands out proves what was acknowledged, with the verifier that a stranger has.

use hanse_command::document::Timestamp;
use hanse_command::offline;
use hanse_command::verifier::{Options, Outcome, Report, Verdict};

/// Whether evidence is valid by the policy and has each of these reviews, by commit and words. Nothing while a review or a cosignature
/// is missing, as for a moment it may; what is invalid, or says something else, is wrong at any time.
pub(crate) fn holds(
    evidence: &[u8],
    policy: &str,
    now: Timestamp,
    reviews: &[(&String, &String)],
) -> Result<Option<()>, String> {
    let report = offline::verify(evidence, policy, now, &Options::default());
    let report = report.map_err(|error| error.to_string())?;
    match report.verdict {
        Verdict::Valid => {}
        Verdict::Invalid => return Err(format!("the evidence is invalid: {}", first_fault(&report))),
        Verdict::Incomplete | Verdict::Partial => return Ok(None),
    }
    for (commit, text) in reviews {
        let Some(review) = report.reviews().find(|review| review.commit == **commit) else { return Ok(None) };
        match &review.text {
            Some(words) if words == *text => {}
            Some(_) => return Err(format!("the evidence has other words for {commit}")),
            None => return Ok(None),
        }
    }
    Ok(Some(()))
}

/// The first step that does not hold, in its own words.
fn first_fault(report: &Report) -> String {
    let bad = report.steps.iter().find(|step| step.outcome == Outcome::Invalid);
    bad.map_or_else(String::new, |step| format!("{}: {}", step.name, step.says))
}
