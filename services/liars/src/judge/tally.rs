//! How often what came out.

use std::collections::BTreeMap;
use std::fmt;

use super::Came;

/// Verdicts, counted by kind of lie.
#[derive(Clone, Default, Debug)]
pub struct Tally(BTreeMap<String, [u64; Came::ALL.len()]>);

impl Tally {
    /// One more file of this kind.
    pub fn count(&mut self, kind: &str, came: Came) {
        let counts = self.0.entry(kind.to_owned()).or_default();
        counts[Came::ALL.iter().position(|other| *other == came).unwrap_or(0)] += 1;
    }

    /// Files of this kind.
    #[must_use]
    pub fn of(&self, kind: &str) -> u64 {
        self.0.get(kind).map_or(0, |counts| counts.iter().sum())
    }

    /// Files with this verdict.
    #[must_use]
    pub fn came(&self, came: Came) -> u64 {
        let place = Came::ALL.iter().position(|other| *other == came).unwrap_or(0);
        self.0.values().map(|counts| counts[place]).sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:34}", "")?;
        for came in Came::ALL {
            write!(f, "{:>11}", came.word())?;
        }
        for (kind, counts) in &self.0 {
            write!(f, "\n{kind:34}")?;
            for count in counts {
                write!(f, "{count:>11}")?;
            }
        }
        Ok(())
    }
}
