//! C2SP tlog-policy: the logs, the witnesses and the quorum that somebody chose to trust.
//!
//! A policy file is lines of `log`, `witness`, `group` and one `quorum`. Reading one and building one in code
//! go by the same rules: [`PolicyBuilder`].

use crate::note::{KeyKind, NoteError, VerifierKey};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

mod builder;
mod parse;

pub use builder::PolicyBuilder;

/// The longest policy file that is read, in bytes: 256 lines of each kind and some comments.
pub const POLICY_BYTES_MAX: usize = 262_144;

/// The most logs, the most witnesses and the most groups. The format asks for 32 of each at least.
pub const DEFINITIONS_MAX: usize = 256;

/// The quorum that asks for nobody, and no other name.
const NONE: &str = "none";

/// Who must have signed a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<(VerifierKey, Option<String>)>,
    witnesses: BTreeMap<String, (VerifierKey, Option<String>)>,
    groups: Vec<Group>,
    quorum: Option<String>,
}

/// Some witnesses and groups, of which enough must have cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How many members are enough.
    pub threshold: Threshold,
    /// The names of its members, all defined before it.
    pub members: Vec<String>,
}

/// How many members of a group are enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// Every member.
    All,
    /// One member.
    Any,
    /// This many.
    AtLeast(usize),
}

impl Threshold {
    /// The number of members, of `members`, that are enough.
    #[must_use]
    pub const fn count(self, members: usize) -> usize {
        match self {
            Self::All => members,
            Self::Any => 1,
            Self::AtLeast(count) => count,
        }
    }
}

/// A rule that a policy breaks.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyFault {
    /// Over [`POLICY_BYTES_MAX`].
    #[error("the policy is longer than {POLICY_BYTES_MAX} bytes")]
    TooLarge,
    /// A control character other than tab and newline, carriage return included.
    #[error("the line has a control character")]
    Control,
    /// Not one of the four kinds of line, or too many or too few words.
    #[error(
        "expected `log <vkey> [<url>]`, `witness <name> <vkey> [<url>]`, `group <name> all|any|<k> <name>...` or `quorum <name>`"
    )]
    Syntax,
    /// A vkey that cannot be used.
    #[error("bad key: {0}")]
    Key(#[from] NoteError),
    /// A key whose signature type is not for this line.
    #[error("a log needs a key of type 1, a witness one of type 4")]
    Kind,
    /// A second log or witness with the same public key.
    #[error("the same public key is already listed")]
    DuplicateKey,
    /// A second witness or group of one name.
    #[error("the name {0:?} is already defined")]
    DuplicateName(String),
    /// `none`, an empty name, or one with spaces or control characters.
    #[error("{0:?} cannot be a name")]
    Name(String),
    /// A URL that is empty or has spaces or control characters.
    #[error("{0:?} cannot be a URL here")]
    Url(String),
    /// A name that no earlier line defines.
    #[error("the name {0:?} is not defined before this line")]
    Unknown(String),
    /// A name that is already a member of a group: each counts in one way only.
    #[error("{0:?} is already a member of a group")]
    Member(String),
    /// A threshold that is no number from 1 to the number of members.
    #[error("the threshold must be all, any, or a number from 1 to the number of members")]
    Threshold,
    /// Over [`DEFINITIONS_MAX`].
    #[error("more than {DEFINITIONS_MAX} lines of this kind")]
    TooMany,
    /// A second quorum.
    #[error("the quorum is already defined")]
    DuplicateQuorum,
    /// No quorum at all.
    #[error("there is no quorum line")]
    NoQuorum,
}

/// A rule that a policy file breaks, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {fault}")]
pub struct PolicyError {
    /// The line, from 1; the last one if something is missing.
    pub line: usize,
    /// What is wrong with it.
    pub fault: PolicyFault,
}

impl Policy {
    /// A policy to be put together in code.
    #[must_use]
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::default()
    }

    /// Reads a policy file.
    ///
    /// # Errors
    /// [`PolicyError`] names the first line that breaks a rule.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        parse::parse(text)
    }

    /// The trusted logs, each with its URL if it has one, in the order given.
    #[must_use]
    pub fn logs(&self) -> &[(VerifierKey, Option<String>)] {
        &self.logs
    }

    /// The trusted witnesses by the policy's own name for them, each with its URL if it has one.
    #[must_use]
    pub const fn witnesses(&self) -> &BTreeMap<String, (VerifierKey, Option<String>)> {
        &self.witnesses
    }

    /// The groups, each after its members.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The witness or group whose cosignature is enough; None if nobody's is asked for.
    #[must_use]
    pub fn quorum(&self) -> Option<&str> {
        self.quorum.as_deref()
    }

    /// The trusted keys of the log of this origin: more than one while a log changes its key.
    pub fn keys_of_log(&self, origin: &str) -> impl Iterator<Item = &VerifierKey> {
        self.logs.iter().map(|(key, _)| key).filter(move |key| *key.name() == *origin)
    }

    /// Whether the quorum is met when the witnesses of these names have cosigned. Unknown names do not count.
    #[must_use]
    pub fn satisfied(&self, cosigned: &BTreeSet<String>) -> bool {
        let Some(quorum) = &self.quorum else { return true };
        let known = cosigned.iter().filter(|name| self.witnesses.contains_key(*name));
        let mut met: BTreeSet<&str> = known.map(String::as_str).collect();
        // Each group stands after its members, so one pass settles all.
        for group in &self.groups {
            let members = group.members.iter().filter(|name| met.contains(name.as_str())).count();
            if members >= group.threshold.count(group.members.len()) {
                met.insert(&group.name);
            }
        }
        met.contains(quorum.as_str())
    }
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        Self::parse(text)
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => formatter.write_str("all"),
            Self::Any => formatter.write_str("any"),
            Self::AtLeast(count) => write!(formatter, "{count}"),
        }
    }
}

impl fmt::Display for Policy {
    /// The policy file, without comments; reading it gives the same policy.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, url) in &self.logs {
            writeln!(formatter, "log {key}{}", word(url))?;
        }
        for (name, (key, url)) in &self.witnesses {
            writeln!(formatter, "witness {name} {key}{}", word(url))?;
        }
        for Group { name, threshold, members } in &self.groups {
            writeln!(formatter, "group {name} {threshold} {}", members.join(" "))?;
        }
        writeln!(formatter, "quorum {}", self.quorum().unwrap_or(NONE))
    }
}

fn word(url: &Option<String>) -> String {
    url.as_ref().map_or_else(String::new, |url| format!(" {url}"))
}

#[cfg(test)]
mod tests;
