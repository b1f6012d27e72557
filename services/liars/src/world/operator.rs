//! An operator: the keys of a node and the histories that its log has.

use hanse_tlog::{Checkpoint, Cosigner, Hash, KeyName, LogSigner, checkpoint};

use super::history::{Branch, Line};
use super::{NAMES, World, log_of};
use crate::random::Random;

/// Which note: operator, size, root and cosignatures.
pub(super) type NoteKey = (usize, u64, String, Vec<Line>);

/// A node's keys, and its log.
#[derive(Debug)]
pub struct Operator {
    /// Signs checkpoints of the log.
    pub signer: LogSigner,
    /// Cosigns those of the others.
    pub auditor: Cosigner,
    /// The same, and states less.
    pub witness: Cosigner,
    /// What the log shows: the first is what other homes follow, others are for whom it deceives.
    pub branches: Vec<Branch>,
}

impl Operator {
    /// Keys by chance, and an empty log.
    pub fn new(operator: usize, dice: &mut Random) -> Self {
        let key = |purpose: &str| KeyName::parse(&format!("{}/{purpose}", NAMES[operator])).unwrap();
        Self {
            signer: LogSigner::new(key("reputation"), dice.bytes()),
            auditor: Cosigner::new(key("auditor"), dice.bytes()),
            witness: Cosigner::new(key("witness"), dice.bytes()),
            branches: vec![Branch::default()],
        }
    }
}

impl World {
    /// The signed note of a state of a log with these cosignatures. Each is signed once, since many files show the same.
    #[must_use]
    pub fn note(&self, operator: usize, size: u64, root: Hash, lines: &[Line]) -> String {
        let key = (operator, size, root.hex(), lines.to_vec());
        if let Some(note) = self.notes.borrow().get(&key) {
            return note.clone();
        }
        let note = self.sign_note(operator, size, root, lines);
        self.notes.borrow_mut().insert(key, note.clone());
        note
    }

    fn sign_note(&self, operator: usize, size: u64, root: Hash, lines: &[Line]) -> String {
        let origin = KeyName::parse(&log_of(operator)).unwrap();
        let checkpoint = Checkpoint { origin, size, root };
        let cosign = |line: &Line| {
            let cosigner = &self.operators[line.by];
            let at = u64::try_from(line.at).unwrap();
            if line.witness {
                cosigner.witness.cosign(&checkpoint, at)
            } else {
                cosigner.auditor.cosign(&checkpoint, at)
            }
        };
        let note = checkpoint::sign(&checkpoint, &self.operators[operator].signer);
        note.with_signatures(lines.iter().map(cosign)).unwrap().to_string()
    }

    /// A policy that names the logs and auditors of these operators.
    #[must_use]
    pub fn policy(&self, operators: &[usize]) -> String {
        let mut lines = String::new();
        for operator in operators {
            let operator = &self.operators[*operator];
            lines += &format!("log {}\n", operator.signer.vkey());
            for cosigner in [&operator.auditor, &operator.witness] {
                lines += &format!("witness {} {}\n", cosigner.vkey().name(), cosigner.vkey());
            }
        }
        lines + "quorum none\n"
    }
}
