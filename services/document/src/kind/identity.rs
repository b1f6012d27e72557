//! The genesis of a person.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::bounded::List;
use crate::did::Did;
use crate::name::{NodeName, SELF};
use crate::rejection::Rejection;

/// More recovery keys than a person has safe places would only be a larger surface.
pub const RECOVERY_MAX: usize = 8;

/// The first document of a person: its issuer's `did:key` names the person for ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Who holds the key.
    pub custody: Custody,
    /// The node whose log holds the person's record.
    pub home: NodeName,
    /// Keys that may replace a lost or stolen one, the strongest first; none of them is the person's own.
    pub recovery: List<Did, RECOVERY_MAX>,
    /// The place in the chain of identity documents: 0 for the genesis.
    pub seq: u32,
}

impl Identity {
    pub(super) fn check(&self, issuer: &Did) -> Result<(), Rejection> {
        if self.seq != 0 {
            return Err(Rejection::OutOfBounds);
        }
        if self.recovery.contains(issuer) { Err(Rejection::KeyReused) } else { Ok(()) }
    }
}

/// Who holds a person's key. Written `self` or the name of the node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Custody {
    /// The person alone.
    Own,
    /// This node, which so answers for everything that is signed.
    Node(NodeName),
}

impl Custody {
    /// The node that holds the key; `None` if the person does.
    #[must_use]
    pub const fn node(&self) -> Option<&NodeName> {
        match self {
            Self::Own => None,
            Self::Node(name) => Some(name),
        }
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.node().map_or(SELF, NodeName::as_str)
    }
}

impl FromStr for Custody {
    type Err = Rejection;

    fn from_str(text: &str) -> Result<Self, Rejection> {
        if text == SELF { Ok(Self::Own) } else { NodeName::parse(text).map(Self::Node) }
    }
}

impl TryFrom<String> for Custody {
    type Error = Rejection;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Custody> for String {
    fn from(custody: Custody) -> Self {
        custody.as_str().to_owned()
    }
}
