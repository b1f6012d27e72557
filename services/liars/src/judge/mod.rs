//! What a verifier may say of a file, by what the oracle knows.

mod evidence;
mod record;
mod tally;

use std::fmt;

use hanse_verifier::Verdict;

pub use self::evidence::evidence;
pub use self::record::{Asked, record};
pub use self::tally::Tally;

/// How a check came out: a verdict, or none because the file cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Came {
    /// No verdict.
    Unusable,
    /// Not what it claims.
    Invalid,
    /// Something is not shown.
    Incomplete,
    /// All but what lies outside the policy.
    Partial,
    /// All.
    Valid,
}

impl Came {
    /// Every outcome, the worst first.
    pub const ALL: [Self; 5] = [Self::Unusable, Self::Invalid, Self::Incomplete, Self::Partial, Self::Valid];

    /// As the word of a command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unusable => "unusable",
            Self::Invalid => "invalid",
            Self::Incomplete => "incomplete",
            Self::Partial => "partial",
            Self::Valid => "valid",
        }
    }
}

impl From<Verdict> for Came {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Valid,
            Verdict::Partial => Self::Partial,
            Verdict::Incomplete => Self::Incomplete,
            Verdict::Invalid => Self::Invalid,
        }
    }
}

/// What a verdict says that it must not, or does not say that it must.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// In a sentence.
    pub says: String,
    /// The file's report, for whoever looks into it.
    pub report: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.says)?;
        f.write_str(&self.report)
    }
}

/// Who made a file, about whom, for a reader of which policy.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// About whom.
    pub who: usize,
    /// The operators that the policy names.
    pub policy: &'a [usize],
    /// Whether the file shows all that an honest home has.
    pub honest: bool,
}
