//! What the logs and keys of a node are called, and how many auditors are a quorum.

use hanse_document::NodeName;

/// Which of a node's two logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogKind {
    /// Whatever feeds a fact or a score.
    Reputation,
    /// Postings and what becomes of them.
    Jobs,
}

impl LogKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Reputation, Self::Jobs];

    /// The last part of the origin.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reputation => "reputation",
            Self::Jobs => "jobs",
        }
    }

    /// The log of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The origin of this log of a node, which is also its key name.
    #[must_use]
    pub fn origin(self, node: &NodeName) -> String {
        format!("{node}/{}", self.name())
    }
}

/// More than two thirds of `others`: what verifiers ask for.
pub const fn quorum_of(others: u64) -> u64 {
    1 + 2 * others / 3
}

/// The key name of a node's auditor.
#[must_use]
pub fn auditor(node: &NodeName) -> String {
    format!("{node}/auditor")
}

/// The name of a node's receipt key.
#[must_use]
pub fn receipt(node: &NodeName) -> String {
    format!("{node}/receipt")
}

#[cfg(test)]
mod tests {
    use super::quorum_of;

    #[test]
    fn a_quorum_is_more_than_two_thirds() {
        let asked: Vec<u64> = (0..=10).map(quorum_of).collect();
        assert_eq!(asked, [1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7]);
    }
}
