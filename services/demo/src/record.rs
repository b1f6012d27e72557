//! The record: who has audited it, the files for a stranger, and the verification.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use hanse_command::document::Timestamp;
use hanse_command::json::Read as _;
use hanse_command::policy::{self, NodeKeys};
use hanse_command::tlog::{Checkpoint, Note, checkpoint, cosignature};
use hanse_command::verifier::{Options, Report, Verdict};
use hanse_command::{api, clock, offline};
use serde_json::{Value, json};

use crate::fail::DemoError;
use crate::nodes::{Node, Nodes};
use crate::stage::{Look, Stage};

/// The last review must be opened, filed in both logs, followed and cosigned by two nodes.
const EVIDENCE_PATIENCE: Duration = Duration::from_secs(60);

/// A log's newest checkpoint, and who has cosigned it.
pub(crate) struct Head {
    /// The log.
    pub(crate) checkpoint: Checkpoint,
    /// Names of the nodes.
    pub(crate) cosigners: Vec<String>,
}

/// Waits until each reputation log has a checkpoint that both others have cosigned, and returns them.
pub(crate) fn heads(stage: &Stage, nodes: &Nodes, keys: &[NodeKeys]) -> Result<Vec<Head>, DemoError> {
    let logs = nodes.all().into_iter().zip(keys);
    let head = |(node, key): (&Node, &NodeKeys)| {
        stage.until(&format!("{} to be cosigned", key.log.name()), || {
            let head = newest(node, key, keys)?;
            Ok(if head.cosigners.len() >= policy::quorum(keys.len()) {
                Look::There(head)
            } else {
                Look::NotYet(format!(
                    "size {} has {} cosignatures",
                    head.checkpoint.size,
                    head.cosigners.len()
                ))
            })
        })
    };
    logs.map(head).collect()
}

/// The checkpoint that the node serves, with the cosignatures of the other nodes that hold.
fn newest(node: &Node, key: &NodeKeys, keys: &[NodeKeys]) -> Result<Head, DemoError> {
    let text = node
        .client
        .text(&api::checkpoint("reputation"))
        .map_err(DemoError::asked("the demo", "read a checkpoint"))?;
    let broken =
        |what: &dyn std::fmt::Display| DemoError::Broken(format!("the checkpoint of {}: {what}", node.name));
    let note = Note::parse(text.as_bytes()).map_err(|error| broken(&error))?;
    let checkpoint = checkpoint::open(&note, &key.log).map_err(|error| broken(&error))?;
    let others = keys.iter().filter(|other| other.name != key.name).map(|other| &other.auditor);
    let times = cosignature::collect(&note, &checkpoint, others).map_err(|error| broken(&error))?;
    let cosigners = times.keys().map(|key| key.name().operator().to_owned()).collect();
    Ok(Head { checkpoint, cosigners })
}

/// How far the auditor has rebuilt the others' logs, by its own word.
pub(crate) fn rebuilt(auditor: &Node) -> Result<Vec<String>, DemoError> {
    let peers = auditor
        .client
        .send(&api::peers())
        .map_err(DemoError::asked("the demo", "list the auditor's peers"))?;
    let logs = peers.list("").iter().flat_map(|peer| peer.list("/logs"));
    let line = |log: &Value| match log.text("/halted") {
        "" => Ok(format!("{:28} rebuilt from {}", log.text("/origin"), leaves(log.number("/size")))),
        why => Err(DemoError::Broken(format!(
            "{} stopped following {}: {why}",
            auditor.name,
            log.text("/origin")
        ))),
    };
    logs.map(line).collect()
}

/// A number of leaves.
pub(crate) fn leaves(size: u64) -> String {
    if size == 1 { "1 leaf".to_owned() } else { format!("{size} leaves") }
}

/// What a stranger gets.
pub(crate) struct Files {
    /// The evidence, byte for byte as the node sent it.
    pub(crate) evidence: Vec<u8>,
    /// The policy.
    pub(crate) policy: String,
}

/// Waits until the evidence shows all reviews and replies and holds, as a stranger would find it.
pub(crate) fn evidence(
    stage: &Stage,
    home: &Node,
    did: &str,
    policy: &str,
    expected: (usize, usize),
) -> Result<(Files, Report), DemoError> {
    stage.within(EVIDENCE_PATIENCE, "evidence with everything in it", || {
        let evidence = home
            .client
            .bytes(&api::evidence(did))
            .map_err(DemoError::asked("a stranger", "fetch the evidence"))?;
        let report = offline::verify(&evidence, policy, clock::now(), &Options::default())?;
        let reviews = report.reviews().count();
        let replies = report.reviews().filter(|review| review.reply.is_some()).count();
        Ok(if report.verdict == Verdict::Valid && (reviews, replies) == expected {
            Look::There((Files { evidence, policy: policy.to_owned() }, report))
        } else {
            let verdict = format!("{:?}", report.verdict).to_lowercase();
            Look::NotYet(format!("{verdict}, {reviews} reviews, {replies} replies; {}", first_fault(&report)))
        })
    })
}

/// The first step that does not hold, in its own words.
pub(crate) fn first_fault(report: &Report) -> String {
    use hanse_command::verifier::Outcome;
    let bad = |step: &&hanse_command::verifier::CheckStep| {
        matches!(step.outcome, Outcome::Incomplete | Outcome::Invalid)
    };
    report
        .steps
        .iter()
        .find(bad)
        .map_or_else(|| "every step holds".to_owned(), |step| format!("{}: {}", step.name, step.says))
}

/// The text with the middle of each hash left out.
pub(crate) fn shorter(text: &str) -> String {
    const HASH_DIGITS: usize = 64;
    const KEPT: usize = 12;
    let is_hash = |word: &str| word.len() == HASH_DIGITS && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let word = |word: &str| {
        if is_hash(word) { word.chars().take(KEPT).chain(['…']).collect() } else { word.to_owned() }
    };
    text.split(' ').map(word).collect::<Vec<String>>().join(" ")
}

/// A path as it is typed in the folder where the program was started.
pub(crate) fn from_here(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let shown = here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    shown.display().to_string()
}

/// Where the results of a demo lie; held by one demo at a time.
pub(crate) struct Results {
    folder: PathBuf,
    _lock: File,
}

impl Results {
    /// `target/demo`, without what an earlier demo left.
    pub(crate) fn fresh() -> Result<Self, DemoError> {
        let here = std::env::current_exe().map_err(DemoError::file("target/demo"))?;
        let target = here.parent().and_then(Path::parent).unwrap_or(Path::new("target"));
        let (folder, lock) = (target.join("demo"), target.join("demo.lock"));
        let file = File::create(&lock).map_err(DemoError::file(&lock))?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                DemoError::Data(format!("another one is running and writes to {}", folder.display()))
            }
            TryLockError::Error(error) => DemoError::file(&lock)(error),
        })?;
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(DemoError::file(&folder))?;
        }
        fs::create_dir_all(&folder).map_err(DemoError::file(&folder))?;
        Ok(Self { folder, _lock: file })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes the files of a stranger.
    pub(crate) fn keep(&self, files: &Files) -> Result<(), DemoError> {
        self.write("evidence.json", &files.evidence)?;
        self.write("policy.txt", files.policy.as_bytes())
    }

    /// Writes where the nodes are.
    pub(crate) fn keep_nodes(&self, nodes: &Nodes, keys: &[NodeKeys]) -> Result<(), DemoError> {
        let entry = |(node, key): (&Node, &NodeKeys)| {
            json!({"name": node.name, "role": node.role, "url": node.url(), "docs": format!("{}/docs/", node.url()),
                "log_url": key.log_url(), "log_vkey": key.log.to_string(), "auditor_vkey": key.auditor.to_string()})
        };
        let list: Vec<Value> = nodes.all().into_iter().zip(keys).map(entry).collect();
        let text = format!("{:#}\n", Value::Array(list));
        self.write("nodes.json", text.as_bytes())
    }

    /// Writes who fits a job, as the node answered it, and returns where.
    pub(crate) fn keep_matches(&self, language: &str, text: &str) -> Result<PathBuf, DemoError> {
        let name = format!("matches-{language}.json");
        self.write(&name, text.as_bytes())?;
        Ok(self.folder.join(name))
    }

    /// Writes a score, as the node answered it.
    pub(crate) fn keep_score(&self, answer: &Value) -> Result<(), DemoError> {
        self.write("score.json", format!("{answer:#}\n").as_bytes())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), DemoError> {
        let path = self.folder.join(name);
        fs::write(&path, bytes).map_err(DemoError::file(&path))
    }
}

/// The policy that trusts these nodes, as `hanse policy` writes it.
pub(crate) fn policy_text(keys: &[NodeKeys], now: Timestamp) -> Result<String, DemoError> {
    policy::text(keys, now).map_err(|mistake| DemoError::Command(mistake.into()))
}
