//! Files that a hostile party could hand over, and what each costs whoever checks it: a process of its own for each, so that its memory
//! is that of this file alone.

mod child;
mod crafted;
mod notes;
mod records;
mod stuffed;

use std::path::Path;
use std::process::Command;

use hanse_ledger::evidence::{EVIDENCE_BYTES_MAX, Evidence};
use serde::{Deserialize, Serialize};

use crate::Result;

pub(crate) use self::child::run as in_child;

/// How the program calls itself to check one file.
pub(crate) const CHILD: &str = "hostile-child";

/// Who reads the file.
#[derive(Clone, Copy, Debug)]
enum Reader {
    Evidence,
    Record,
}

impl Reader {
    const ALL: [Self; 2] = [Self::Evidence, Self::Record];

    const fn name(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Record => "record",
        }
    }
}

/// A file, and the policy by which it is checked.
struct Handed {
    reader: Reader,
    file: Vec<u8>,
    policy: String,
    /// Of a record.
    asked: Option<Asked>,
}

/// Whose score is computed, and for whom: two dids.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Asked {
    viewer: String,
    subject: String,
}

impl Handed {
    /// An evidence file in its canonical bytes, which must be as large as a verifier reads.
    fn evidence(evidence: &Evidence, policy: String) -> Result<Self> {
        let file = evidence.to_bytes();
        if file.len() > EVIDENCE_BYTES_MAX {
            return Err(format!("{} bytes are more than any verifier reads", file.len()).into());
        }
        Ok(Self { reader: Reader::Evidence, file, policy, asked: None })
    }
}

/// Makes one file, of which nothing is given.
type Craft = fn() -> Result<Handed>;

/// Makes one file.
type Make = Box<dyn Fn() -> Result<Handed>>;

/// What checking one file took.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Cost {
    pub(crate) what: String,
    pub(crate) bytes: usize,
    /// Of processor time.
    pub(crate) seconds: f64,
    /// The most memory that the process ever had, the file with it.
    pub(crate) peak_bytes: u64,
    /// What was found; why there is no answer, if there is none.
    pub(crate) verdict: String,
}

/// Measures each kind whose name contains one of `asked`, or every kind.
pub(crate) fn run(asked: &[String], tell: impl Fn(&Cost)) -> Result<Vec<Cost>> {
    let folder = tempfile::tempdir()?;
    let chosen = |what: &str| asked.is_empty() || asked.iter().any(|part| what.contains(part.as_str()));
    let mut costs = Vec::new();
    let whole = crafted::kinds().into_iter().chain(notes::kinds()).chain(records::kinds());
    for (what, makes) in stuffed::kinds()?.into_iter().chain(whole) {
        if !chosen(&what) {
            continue;
        }
        let measured = makes.iter().map(|(place, make)| {
            let what = if place.is_empty() { what.clone() } else { format!("{what}, {place}") };
            measure(what, &make()?, folder.path())
        });
        for cost in worst(&measured.collect::<Result<Vec<_>>>()?) {
            tell(&cost);
            costs.push(cost);
        }
    }
    Ok(costs)
}

/// A kind of file by its name, in each place where it can stand.
type Kind = (String, Vec<(String, Make)>);

/// Kinds that are whole files.
fn alone<const COUNT: usize>(kinds: [(&str, Craft); COUNT]) -> Vec<Kind> {
    let kind = |(name, make): (&str, Craft)| {
        let make: Make = Box::new(make);
        (name.to_owned(), vec![(String::new(), make)])
    };
    kinds.into_iter().map(kind).collect()
}

/// Of many places the one that takes the most time, and the one that takes the most memory.
fn worst(costs: &[Cost]) -> Vec<Cost> {
    let slowest = costs.iter().max_by(|one, other| one.seconds.total_cmp(&other.seconds)).cloned();
    let largest = costs.iter().max_by_key(|cost| cost.peak_bytes).cloned();
    let mut worst: Vec<Cost> = slowest.into_iter().chain(largest).collect();
    worst.dedup_by(|one, other| one.what == other.what);
    worst
}

fn measure(what: String, handed: &Handed, folder: &Path) -> Result<Cost> {
    let Handed { reader, file, policy, asked } = handed;
    std::fs::write(folder.join(child::FILE), file)?;
    std::fs::write(folder.join(child::POLICY), policy)?;
    std::fs::write(folder.join(child::ASKED), serde_json::to_vec(asked)?)?;
    let ended = Command::new(std::env::current_exe()?).arg(CHILD).arg(reader.name()).arg(folder).status()?;
    if !ended.success() {
        let verdict = format!("NO ANSWER: {ended}");
        return Ok(Cost { what, bytes: file.len(), seconds: f64::NAN, peak_bytes: 0, verdict });
    }
    let child::Answer { seconds, peak_bytes, verdict } =
        serde_json::from_slice(&std::fs::read(folder.join(child::ANSWER))?)?;
    Ok(Cost { what, bytes: file.len(), seconds, peak_bytes, verdict })
}
