//! Names of nodes and of their reputation logs. A name is fixed when a node is created and is never an address.

use crate::rejection::Rejection;
use crate::text::checked_text;

/// A node name stands in log origins and key names, which C2SP formats keep short.
pub const NODE_NAME_CHARS_MAX: usize = 64;
/// Custody says `self` for a key that no node holds, so no node may be called that.
pub const SELF: &str = "self";
/// What follows the node name in the origin of its reputation log.
const REPUTATION: &str = "/reputation";

checked_text!(
    /// The name of a node: labels of `a-z`, `0-9` and inner `-`, joined by `.`, 64 characters at most, and not `self`.
    NodeName,
    check_node,
    "As in `lyon.example`: 1 to 64 of a-z, 0-9, `.` and inner `-`."
);

checked_text!(
    /// The origin of a node's reputation log, `<node name>/reputation`.
    LogName,
    check_log,
    "As in `lyon.example/reputation`."
);

impl LogName {
    /// The reputation log of this node.
    #[must_use]
    pub fn of(node: &NodeName) -> Self {
        Self(format!("{node}{REPUTATION}"))
    }

    /// The node whose log it is.
    #[must_use]
    pub fn node(&self) -> NodeName {
        NodeName(self.0.strip_suffix(REPUTATION).unwrap_or(&self.0).to_owned())
    }
}

fn check_node(text: &str) -> Result<(), Rejection> {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    if text.len() <= NODE_NAME_CHARS_MAX && text != SELF && text.split('.').all(label) {
        Ok(())
    } else {
        Err(Rejection::BadName)
    }
}

fn check_log(text: &str) -> Result<(), Rejection> {
    check_node(text.strip_suffix(REPUTATION).ok_or(Rejection::BadName)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_form() {
        for name in ["a", "a.example", "bremen-2.hanse.example", "xn--lbeck-kva.example", &"a".repeat(64)] {
            assert_eq!(NodeName::parse(name).unwrap().as_str(), name);
        }
        let long = "a".repeat(65);
        for name in
            ["", "self", "A.example", "a..b", ".a", "a.", "-a", "a-", "a/b", "a b", "a+b", "a:1", "ü", &long]
        {
            assert_eq!(NodeName::parse(name), Err(Rejection::BadName), "{name}");
        }
    }

    #[test]
    fn a_log_is_named_by_its_node() {
        let node = NodeName::parse("a.example").unwrap();
        let log = LogName::of(&node);
        assert_eq!(log.as_str(), "a.example/reputation");
        assert_eq!(log.node(), node);
        for name in ["a.example", "a.example/jobs", "/reputation", "a.example/reputation/"] {
            assert_eq!(LogName::parse(name), Err(Rejection::BadName), "{name}");
        }
    }
}
