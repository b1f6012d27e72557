//! The signed answer of a home to a delivered document: a C2SP signed note, so that it proves to anybody what was answered.
//!
//! ```text
//! hanse/receipt/v1
//! <document id>
//! accepted | refused <slug>
//! <unix seconds>
//!
//! — <node>/receipt <signature>
//! ```

use std::collections::BTreeMap;
use std::fmt;

use hanse_base::config::Config;
use hanse_base::error::EngineError;
use hanse_base::keys::{Keys, Purpose};
use hanse_base::names;
use hanse_document::{DocumentId, NodeName, Timestamp};
use hanse_tlog::{KeyKind, KeyName, LogSigner, Note, NoteError, VerifierKey};

const HEADER: &str = "hanse/receipt/v1";
const ACCEPTED: &str = "accepted";
const REFUSED: &str = "refused ";
/// Stands for a reason that is no slug.
const UNREADABLE: &str = "unreadable-reason";
/// A slug is one short word; a longer text is no receipt of ours.
const SLUG_CHARS_MAX: usize = 64;

/// What a home answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// It has applied the document.
    Accepted,
    /// It never will, and why.
    Refused(String),
}

/// Why bytes are no receipt for this document by this peer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadReceipt {
    /// No key of the peer is pinned.
    #[error("the peer has no pinned receipt key")]
    NoKey,
    /// Not a note, or not signed by the pinned key.
    #[error("the receipt is not signed by the pinned key")]
    Note(#[source] NoteError),
    /// Signed, but not about this document, or not in the form.
    #[error("the receipt is about something else")]
    Text,
}

/// The keys with which receipts are signed and checked.
pub(crate) struct Receipts {
    signer: LogSigner,
    peers: BTreeMap<String, VerifierKey>,
}

impl Receipts {
    /// # Errors
    /// `Peer` names the peer whose receipt key is missing or unusable.
    pub(crate) fn new(config: &Config, keys: &Keys) -> Result<Self, EngineError> {
        let unusable = |peer: &NodeName, reason: &str| EngineError::Peer {
            peer: peer.to_string(),
            reason: format!("its verifier key {}: {reason}", names::receipt(peer)),
        };
        let name = KeyName::parse(&names::receipt(&config.name))
            .map_err(|error| unusable(&config.name, &error.to_string()))?;
        let mut peers = BTreeMap::new();
        for peer in &config.peers {
            let name = names::receipt(&peer.name);
            let vkey = peer.vkeys.iter().filter_map(|text| text.parse::<VerifierKey>().ok());
            let vkey = vkey.into_iter().find(|vkey| vkey.name() == &*name && vkey.kind() == KeyKind::Log);
            peers.insert(peer.name.to_string(), vkey.ok_or_else(|| unusable(&peer.name, "is not pinned"))?);
        }
        Ok(Self { signer: LogSigner::new(name, *keys.seed(Purpose::Receipt)), peers })
    }

    /// Signs an answer.
    pub(crate) fn sign(
        &self,
        document: &DocumentId,
        answered: &Answered,
        now: Timestamp,
    ) -> Result<Vec<u8>, NoteError> {
        let answered = match answered {
            Answered::Accepted => ACCEPTED.to_owned(),
            Answered::Refused(slug) => format!("{REFUSED}{slug}"),
        };
        let text = format!("{HEADER}\n{document}\n{answered}\n{}\n", now.unix());
        Ok(self.signer.sign(text)?.to_string().into_bytes())
    }

    /// What a peer answered about this document.
    pub(crate) fn read(
        &self,
        peer: &str,
        document: &DocumentId,
        receipt: &[u8],
    ) -> Result<Answered, BadReceipt> {
        let key = self.peers.get(peer).ok_or(BadReceipt::NoKey)?;
        let note = Note::parse(receipt).map_err(BadReceipt::Note)?;
        note.verify(key).map_err(BadReceipt::Note)?;
        let mut lines = note.text().lines();
        let (header, id) = (lines.next(), lines.next());
        let (answered, time, rest) = (lines.next(), lines.next(), lines.next());
        let about = id == Some(&document.to_string());
        let timed = time.is_some_and(|time| time.parse::<i64>().is_ok());
        if header != Some(HEADER) || !about || !timed || rest.is_some() {
            return Err(BadReceipt::Text);
        }
        match answered.unwrap_or_default() {
            ACCEPTED => Ok(Answered::Accepted),
            text => {
                let slug = text.strip_prefix(REFUSED).filter(|slug| is_slug(slug)).ok_or(BadReceipt::Text)?;
                Ok(Answered::Refused(slug.to_owned()))
            }
        }
    }
}

/// A peer's reason that no signature covers, as a word: whatever else it sent goes into no row, log line or answer.
pub(crate) fn word(slug: String) -> String {
    if is_slug(&slug) { slug } else { UNREADABLE.to_owned() }
}

/// A reason of a later version is unknown here, but has the form of one.
fn is_slug(text: &str) -> bool {
    (1..=SLUG_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl fmt::Debug for Receipts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipts").field("peers", &self.peers.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanse_base::config::{Pace, Peer, Secret};
    use hanse_document::Kind;

    fn receipts(name: &str, byte: u8, peer: Option<(&str, u8)>) -> Receipts {
        let peers = peer.map(|(name, byte)| {
            let name = NodeName::parse(name).unwrap();
            let vkeys = Keys::derive(&Secret::new([byte; 32])).vkeys(&name);
            Peer { name, address: String::new(), peer_id: String::new(), vkeys, url: None }
        });
        let config = Config {
            name: NodeName::parse(name).unwrap(),
            secret: Secret::new([byte; 32]),
            url: String::new(),
            peers: peers.into_iter().collect(),
            listen: Vec::new(),
            net: "test".into(),
            pace: Pace::default(),
            ranking: hanse_matching::side::Weights::DEFAULT,
            heads: None,
            mail: None,
        };
        Receipts::new(&config, &Keys::derive(&config.secret)).unwrap()
    }

    #[test]
    fn a_receipt_is_about_one_document_and_by_one_peer() {
        let home = receipts("a.example", 1, None);
        let asker = receipts("b.example", 2, Some(("a.example", 1)));
        let now = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
        let (id, other) = (DocumentId::new(Kind::Bid, [1; 32]), DocumentId::new(Kind::Bid, [2; 32]));
        for answered in [Answered::Accepted, Answered::Refused("wrong-prev".into())] {
            let receipt = home.sign(&id, &answered, now).unwrap();
            assert_eq!(asker.read("a.example", &id, &receipt), Ok(answered));
            assert_eq!(asker.read("a.example", &other, &receipt), Err(BadReceipt::Text));
            assert_eq!(asker.read("c.example", &id, &receipt), Err(BadReceipt::NoKey));
        }
        let forged = receipts("a.example", 3, None).sign(&id, &Answered::Accepted, now).unwrap();
        assert!(matches!(asker.read("a.example", &id, &forged), Err(BadReceipt::Note(_))));
        let odd = home.sign(&id, &Answered::Refused("Two words".into()), now).unwrap();
        assert_eq!(asker.read("a.example", &id, &odd), Err(BadReceipt::Text));
        assert_eq!(word("too-large".into()), "too-large");
        for odd in ["", "no\0word", "two\nlines", &"a".repeat(65)] {
            assert_eq!(word(odd.into()), UNREADABLE);
        }
    }
}
