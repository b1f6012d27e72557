//! A policy file (C2SP tlog-policy) from the cards of nodes that somebody chose to trust.
//!
//! Whoever makes a policy this way takes each node's word for its own keys, once. From then on the file speaks.

use std::fmt::Write as _;

use hanse_document::Timestamp;
use hanse_tlog::policy::{PolicyFault, Threshold};
use hanse_tlog::{KeyKind, Policy, VerifierKey};
use serde_json::Value;

use hanse_client::json::Read as _;

/// Name of the group of all auditors. Their own names have a slash, so that none can be this one.
const GROUP: &str = "auditors";

/// A node as it describes itself at `GET /v1/node`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeKeys {
    /// Where it was asked.
    pub url: String,
    /// Its name.
    pub name: String,
    /// Key of its reputation log.
    pub log: VerifierKey,
    /// Key that it cosigns other logs with.
    pub auditor: VerifierKey,
}

/// Why the nodes make no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyMistake {
    /// There is no node at all.
    #[error("a policy needs at least one node")]
    NoNode,
    /// A node does not show a key that a policy needs.
    #[error("{url} shows no usable {kind} key for the name `{name}`")]
    NoKey {
        /// Which node.
        url: String,
        /// What it calls itself.
        name: String,
        /// `reputation` or `auditor`.
        kind: &'static str,
    },
    /// Two nodes have one name, or one was named twice.
    #[error("{0} and {1} both call themselves `{2}`: name each node once")]
    SameName(String, String, String),
    /// A rule of the format.
    #[error("these nodes make no policy: {0}")]
    Format(#[from] PolicyFault),
}

impl NodeKeys {
    /// Reads what the node at `url` answered.
    ///
    /// # Errors
    /// [`PolicyMistake::NoKey`] unless it shows a log key and an auditor key of its own name.
    pub fn from_answer(url: &str, node: &Value) -> Result<Self, PolicyMistake> {
        let name = node.text("/name");
        let keys: Vec<VerifierKey> =
            node.texts("/vkeys").into_iter().filter_map(|vkey| VerifierKey::parse(vkey).ok()).collect();
        let key = |kind: &'static str, of: KeyKind| {
            let wanted = format!("{name}/{kind}");
            let found = keys.iter().find(|key| *key.name() == *wanted && key.kind() == of);
            found.cloned().ok_or_else(|| PolicyMistake::NoKey {
                url: url.to_owned(),
                name: name.to_owned(),
                kind,
            })
        };
        let (log, auditor) = (key("reputation", KeyKind::Log)?, key("auditor", KeyKind::Cosigner)?);
        Ok(Self { url: url.to_owned(), name: name.to_owned(), log, auditor })
    }

    /// Where the log's tiles and checkpoints are.
    #[must_use]
    pub fn log_url(&self) -> String {
        format!("{}/log/reputation", self.url)
    }
}

/// How many auditors must have cosigned a log: a node does not audit itself, and of the n others more than two thirds
/// must agree, so that with less than a third of liars two quorums always share an honest one.
#[must_use]
pub const fn quorum(nodes: usize) -> usize {
    1 + 2 * nodes.saturating_sub(1) / 3
}

/// The policy that trusts these nodes: each one's reputation log, and [`quorum`] of them as auditors.
///
/// # Errors
/// [`PolicyMistake`] for no node, a name twice, or a rule of the format.
pub fn policy(nodes: &[NodeKeys]) -> Result<Policy, PolicyMistake> {
    if nodes.is_empty() {
        return Err(PolicyMistake::NoNode);
    }
    for (index, node) in nodes.iter().enumerate() {
        if let Some(other) = nodes.iter().take(index).find(|other| other.name == node.name) {
            return Err(PolicyMistake::SameName(other.url.clone(), node.url.clone(), node.name.clone()));
        }
    }
    let mut builder = Policy::builder();
    for node in nodes {
        builder.log(node.log.clone(), Some(&node.log_url()))?;
    }
    for node in nodes {
        builder.witness(node.auditor.name().as_str(), node.auditor.clone(), None)?;
    }
    let members: Vec<&str> = nodes.iter().map(|node| node.auditor.name().as_str()).collect();
    builder.group(GROUP, Threshold::AtLeast(quorum(nodes.len())), &members)?.quorum(Some(GROUP))?;
    Ok(builder.build()?)
}

/// The policy file, with comments that say when it was made and from what.
///
/// # Errors
/// [`PolicyMistake`] as in [`policy`].
pub fn text(nodes: &[NodeKeys], made: Timestamp) -> Result<String, PolicyMistake> {
    let policy = policy(nodes)?;
    let mut text = format!("# Made by `hanse policy` on {made}, from what these nodes say of themselves:\n");
    for node in nodes {
        // A String takes whatever is written to it.
        let _written = writeln!(text, "#   {} at {}", node.name, node.url).is_ok();
    }
    let (others, needed) = (nodes.len() - 1, quorum(nodes.len()));
    let _written = write!(
        text,
        "# Compare each key with what its operator publishes elsewhere; then this file needs none of them any more.\n\
         # A log is audited when {needed} of its {others} other auditors have rebuilt and cosigned it.\n\n{policy}"
    )
    .is_ok();
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanse_tlog::{Cosigner, KeyName, LogSigner};
    use serde_json::json;

    fn card(name: &str, seed: u8) -> Value {
        let key_name = |kind: &str| KeyName::parse(&format!("{name}/{kind}")).unwrap();
        let log = |kind: &str, add: u8| LogSigner::new(key_name(kind), [seed + add; 32]).vkey().to_string();
        let auditor = Cosigner::new(key_name("auditor"), [seed + 2; 32]).vkey().to_string();
        json!({"name": name, "url": "https://ignored.example",
            "vkeys": [log("reputation", 0), log("jobs", 1), auditor, log("receipt", 3)]})
    }

    fn nodes(names: &[&str]) -> Vec<NodeKeys> {
        let seeds = (1_u8..).step_by(10);
        let read = |(name, seed): (&&str, u8)| {
            NodeKeys::from_answer(&format!("http://{name}"), &card(name, seed)).unwrap()
        };
        names.iter().zip(seeds).map(read).collect()
    }

    #[test]
    fn the_file_reads_back_and_asks_for_two_thirds_of_the_others() {
        let nodes = nodes(&["a.example", "b.example", "c.example"]);
        let text = text(&nodes, Timestamp::parse("2026-11-24T10:00:00Z").unwrap()).unwrap();
        assert!(text.starts_with("# Made by `hanse policy` on 2026-11-24T10:00:00Z"), "{text}");
        assert!(text.contains("#   b.example at http://b.example\n"), "{text}");
        assert!(
            text.contains(
                "group auditors 2 a.example/auditor b.example/auditor c.example/auditor\nquorum auditors\n"
            ),
            "{text}"
        );
        let read = Policy::parse(&text).unwrap();
        assert_eq!(read, policy(&nodes).unwrap());
        assert_eq!(read.logs()[1].1.as_deref(), Some("http://b.example/log/reputation"));
        assert_eq!(read.logs()[2].0, nodes[2].log);
    }

    #[test]
    fn a_quorum_leaves_the_log_itself_out() {
        let expected = [(1, 1), (2, 1), (3, 2), (4, 3), (5, 3), (7, 5), (10, 7)];
        for (nodes, needed) in expected {
            assert_eq!(quorum(nodes), needed, "{nodes} nodes");
        }
        assert!(policy(&nodes(&["alone.example"])).is_ok());
    }

    #[test]
    fn keys_of_another_name_or_kind_are_not_taken() {
        let mut foreign = card("a.example", 1);
        foreign["name"] = json!("b.example");
        let mut swapped = card("a.example", 1);
        swapped["vkeys"][2] =
            json!(LogSigner::new(KeyName::parse("a.example/auditor").unwrap(), [9; 32]).vkey().to_string());
        for (answer, kind) in
            [(foreign, "reputation"), (swapped, "auditor"), (json!("no node"), "reputation")]
        {
            let mistake = NodeKeys::from_answer("http://x", &answer).unwrap_err();
            assert!(
                matches!(mistake, PolicyMistake::NoKey { kind: found, .. } if found == kind),
                "{mistake}"
            );
        }
    }

    #[test]
    fn a_node_counts_once() {
        let mut twice = nodes(&["a.example", "b.example"]);
        twice[1].name = "a.example".into();
        assert!(matches!(policy(&twice), Err(PolicyMistake::SameName(..))));
        assert_eq!(policy(&[]), Err(PolicyMistake::NoNode));
        let same = nodes(&["a.example"])[0].clone();
        let renamed = NodeKeys { name: "other".into(), ..same.clone() };
        assert!(matches!(policy(&[same, renamed]), Err(PolicyMistake::Format(_))));
    }
}
