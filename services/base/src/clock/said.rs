//! What a node's clock says, for a peer that asks for heads: one more note among them, in the form of a checkpoint of a log that nobody
//! keeps. Its "size" is the time; nodes that do not know it pass it over.

use hanse_document::Timestamp;
use hanse_tlog::{Checkpoint, KeyName, LogSigner, Note, checkpoint, hash};

use crate::keys::{Keys, Purpose};

/// The last part of its origin.
const WORD: &str = "clock";

/// The note that says the time of a node.
pub fn say(keys: &Keys, node: &str, now: Timestamp) -> Option<Vec<u8>> {
    let origin = KeyName::parse(&format!("{node}/{WORD}")).ok()?;
    let signer = LogSigner::new(origin.clone(), *keys.seed(Purpose::Clock));
    let size = u64::try_from(now.unix()).ok()?;
    let said = Checkpoint { origin, size, root: hash::EMPTY };
    Some(checkpoint::sign(&said, &signer).to_string().into_bytes())
}

/// The time that a peer says, Unix seconds; `None` for any other note. The connection says whose word it is.
pub fn read(peer: &str, note: &[u8]) -> Option<i64> {
    let note = Note::parse(note).ok()?;
    let said = Checkpoint::parse(note.text()).ok()?;
    let (operator, word) = said.origin.as_str().split_once('/')?;
    if operator == peer && word == WORD { i64::try_from(said.size).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    #[test]
    fn a_peer_reads_what_a_node_says_and_nobody_speaks_for_another() {
        let keys = Keys::derive(&Secret::new([1; 32]));
        let now = Timestamp::from_unix(1_795_950_000).unwrap();
        let said = say(&keys, "a.example", now).unwrap();
        assert_eq!(read("a.example", &said), Some(1_795_950_000));
        assert_eq!(read("b.example", &said), None);
        assert_eq!(read("a.example", b"12"), None);
    }
}
