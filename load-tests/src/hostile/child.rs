//! The process that checks one file.

use std::fs;
use std::path::Path;

use hanse_document::Did;
use hanse_verifier::record::{Question, score};
use hanse_verifier::{Options, verify};
use serde::{Deserialize, Serialize};

use super::{Asked, Reader};
use crate::Result;
use crate::inputs::now;

pub(super) const FILE: &str = "file";
pub(super) const POLICY: &str = "policy";
pub(super) const ASKED: &str = "asked";
pub(super) const ANSWER: &str = "answer";

/// Characters of a verdict: what a table has room for.
const VERDICT_CHARS_MAX: usize = 60;

/// The kernel counts processor time in hundredths of a second.
const TICKS_A_SECOND: f64 = 100.0;

/// What the process says of itself.
#[derive(Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) seconds: f64,
    pub(super) peak_bytes: u64,
    pub(super) verdict: String,
}

/// Checks the file in this folder and writes the answer beside it.
pub(crate) fn run(reader: &str, folder: &Path) -> Result<()> {
    let known = Reader::ALL.into_iter().find(|known| known.name() == reader);
    let reader = known.ok_or("no such reader")?;
    let (file, policy) = (fs::read(folder.join(FILE))?, fs::read_to_string(folder.join(POLICY))?);
    let before = processor_seconds()?;
    let verdict = match reader {
        Reader::Evidence => match verify(&file, &policy, now()?, &Options::default()) {
            Ok(report) => said(&report.steps, &format!("{:?}", report.verdict)),
            Err(error) => format!("unusable: {error}"),
        },
        Reader::Record => {
            let asked: Option<Asked> = serde_json::from_slice(&fs::read(folder.join(ASKED))?)?;
            let Asked { viewer, subject } = asked.ok_or("nothing is asked of the record")?;
            let (viewer, subject) = (Did::parse(&viewer)?, Did::parse(&subject)?);
            let question = Question { viewer, seen_from: None, subject, history: false };
            match score(&file, &policy, now()?, &Options::default(), &question, None) {
                Ok(report) => said(&report.steps, &format!("{:?}", report.verdict)),
                Err(error) => format!("unusable: {error}"),
            }
        }
    };
    let seconds = processor_seconds()? - before;
    let verdict = verdict.chars().take(VERDICT_CHARS_MAX).collect();
    let answer = Answer { seconds, peak_bytes: peak_bytes()?, verdict };
    Ok(fs::write(folder.join(ANSWER), serde_json::to_vec(&answer)?)?)
}

/// The verdict, and the worst step.
fn said(steps: &[hanse_verifier::CheckStep], verdict: &str) -> String {
    let worst = steps.iter().max_by_key(|step| step.outcome);
    let worst = worst.filter(|step| step.outcome > hanse_verifier::Outcome::Note);
    worst.map_or_else(|| verdict.to_owned(), |step| format!("{verdict}: {}", step.says))
}

/// Processor time of this process, the kernel's share with it.
fn processor_seconds() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name of the program stands in parentheses, and may have spaces.
    let (_, fields) = stat.rsplit_once(") ").ok_or("/proc/self/stat is not as it was")?;
    let times = fields.split(' ').skip(11).take(2).map(str::parse::<u32>);
    let ticks = times.sum::<std::result::Result<u32, _>>()?;
    Ok(f64::from(ticks) / TICKS_A_SECOND)
}

/// The most memory that this process ever had.
fn peak_bytes() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    Ok(peak.ok_or("/proc/self/status has no VmHWM")?.parse::<u64>()? * 1024)
}
