//! What travels between two homes, sealed by the one to the other: HPKE (RFC 9180) in its authenticated mode, with X25519, HKDF-SHA256 and
//! ChaCha20-Poly1305. The answer is sealed under a key that both draw from the same exchange, so that it answers this question only.
//!
//! Each home has one key for this, which it says in a C2SP note under its receipt key:
//!
//! ```text
//! hanse/talk-key/v1
//! <the X25519 key, base64>
//!
//! — <node>/receipt <signature>
//! ```

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hanse_base::config::Config;
use hanse_base::error::EngineError;
use hanse_base::keys::{self, KeyError, Keys, Purpose};
use hanse_base::names;
use hanse_document::NodeName;
use hanse_tlog::{KeyKind, KeyName, LogSigner, Note, VerifierKey};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{
    Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _, setup_receiver, setup_sender,
};
use zeroize::Zeroizing;

type Kem = X25519HkdfSha256;
type PrivateKey = <Kem as hpke::Kem>::PrivateKey;
type Public = <Kem as hpke::Kem>::PublicKey;
type Encapsulated = <Kem as hpke::Kem>::EncappedKey;

const KEY_HEADER: &str = "hanse/talk-key/v1";
const INFO: &str = "hanse/talk/v1";
const ANSWER: &[u8] = b"hanse/talk-answer/v1";
/// Bytes of the key that a question begins with.
const ENCAPSULATED_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// Why sealed bytes say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsealed {
    /// They are for another key, by another home, or changed.
    #[error("it is not sealed to this home's key by the home that sends it")]
    NotOurs,
    /// The note about a key is not under the pinned receipt key, or not in the form.
    #[error("the peer's key is not signed by its pinned receipt key")]
    Key,
}

/// A peer's public key.
pub(crate) type TalkKey = [u8; 32];

/// This home's key, and those of the peers as far as they are known.
pub(crate) struct Boxes {
    name: NodeName,
    private: PrivateKey,
    public: Public,
    signer: LogSigner,
    pinned: BTreeMap<String, VerifierKey>,
    known: Mutex<BTreeMap<String, TalkKey>>,
}

impl Boxes {
    /// # Errors
    /// `Peer` names the peer whose receipt key is missing or unusable.
    pub(crate) fn new(config: &Config, keys: &Keys) -> Result<Self, EngineError> {
        let unusable = |peer: &NodeName, reason: String| EngineError::Peer {
            peer: peer.to_string(),
            reason: format!("its verifier key {}: {reason}", names::receipt(peer)),
        };
        let name = KeyName::parse(&names::receipt(&config.name))
            .map_err(|error| unusable(&config.name, error.to_string()))?;
        let mut pinned = BTreeMap::new();
        for peer in &config.peers {
            let name = names::receipt(&peer.name);
            let vkeys = peer.vkeys.iter().filter_map(|text| text.parse::<VerifierKey>().ok());
            let vkey = vkeys.into_iter().find(|vkey| vkey.name() == &*name && vkey.kind() == KeyKind::Log);
            pinned.insert(
                peer.name.to_string(),
                vkey.ok_or_else(|| unusable(&peer.name, "is not pinned".into()))?,
            );
        }
        let (private, public) = Kem::derive_keypair(keys.seed(Purpose::Talk).as_slice());
        let signer = LogSigner::new(name, *keys.seed(Purpose::Receipt));
        Ok(Self { name: config.name.clone(), private, public, signer, pinned, known: Mutex::default() })
    }

    /// This home's key, signed.
    pub(crate) fn note(&self) -> Result<Vec<u8>, hanse_tlog::NoteError> {
        let text = format!("{KEY_HEADER}\n{}\n", STANDARD.encode(self.public.to_bytes()));
        Ok(self.signer.sign(text)?.to_string().into_bytes())
    }

    /// Takes a peer's key from its signed note.
    pub(crate) fn learn(&self, peer: &str, note: &[u8]) -> Result<TalkKey, Unsealed> {
        let pinned = self.pinned.get(peer).ok_or(Unsealed::Key)?;
        let note = Note::parse(note).map_err(|_| Unsealed::Key)?;
        note.verify(pinned).map_err(|_| Unsealed::Key)?;
        let mut lines = note.text().lines();
        let (header, key, rest) = (lines.next(), lines.next(), lines.next());
        let key = key.and_then(|key| STANDARD.decode(key).ok()?.try_into().ok());
        let key: TalkKey =
            key.filter(|_| header == Some(KEY_HEADER) && rest.is_none()).ok_or(Unsealed::Key)?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(peer.to_owned(), key);
        Ok(key)
    }

    /// The key of a peer, if it is known.
    pub(crate) fn known(&self, peer: &str) -> Option<TalkKey> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(peer).copied()
    }

    /// A peer may have another key now: it is asked again.
    pub(crate) fn forget(&self, peer: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(peer);
    }

    /// Seals a question to a peer.
    pub(crate) fn seal(
        &self,
        to: &str,
        key: &TalkKey,
        question: &[u8],
    ) -> Result<(Vec<u8>, AnswerKey), Unsealed> {
        let their = Public::from_bytes(key).map_err(|_| Unsealed::Key)?;
        let mode = OpModeS::Auth((self.private.clone(), self.public.clone()));
        let info = info(self.name.as_str(), to);
        let setup = setup_sender::<ChaCha20Poly1305, HkdfSha256, Kem>(&mode, &their, info.as_bytes());
        let (encapsulated, mut context) = setup.map_err(|_| Unsealed::Key)?;
        let sealed = context.seal(question, b"").map_err(|_| Unsealed::Key)?;
        let mut answer = Zeroizing::new([0; 32]);
        context.export(ANSWER, answer.as_mut_slice()).map_err(|_| Unsealed::Key)?;
        Ok(([encapsulated.to_bytes().as_slice(), &sealed].concat(), AnswerKey(answer)))
    }

    /// Opens the question of a peer: only its home can have sealed it, and only this one can read it.
    pub(crate) fn open(
        &self,
        from: &str,
        key: &TalkKey,
        sealed: &[u8],
    ) -> Result<(Vec<u8>, AnswerKey), Unsealed> {
        let (encapsulated, sealed) =
            sealed.split_first_chunk::<ENCAPSULATED_BYTES>().ok_or(Unsealed::NotOurs)?;
        let encapsulated = Encapsulated::from_bytes(encapsulated).map_err(|_| Unsealed::NotOurs)?;
        let mode = OpModeR::Auth(Public::from_bytes(key).map_err(|_| Unsealed::Key)?);
        let info = info(from, self.name.as_str());
        let setup = setup_receiver::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &mode,
            &self.private,
            &encapsulated,
            info.as_bytes(),
        );
        let mut context = setup.map_err(|_| Unsealed::NotOurs)?;
        let question = context.open(sealed, b"").map_err(|_| Unsealed::NotOurs)?;
        let mut answer = Zeroizing::new([0; 32]);
        context.export(ANSWER, answer.as_mut_slice()).map_err(|_| Unsealed::NotOurs)?;
        Ok((question, AnswerKey(answer)))
    }
}

/// Who says it to whom: bytes for one home are nothing to another.
fn info(from: &str, to: &str) -> String {
    format!("{INFO}\n{from}\n{to}")
}

/// What the answer to one question is sealed with. A question that comes again is answered again, so each answer draws its nonce.
pub(crate) struct AnswerKey(Zeroizing<[u8; 32]>);

impl AnswerKey {
    pub(crate) fn seal(&self, answer: &[u8]) -> Result<Vec<u8>, KeyError> {
        let nonce: [u8; NONCE_BYTES] = keys::random()?;
        let cipher = XChaCha20Poly1305::new(&(*self.0).into());
        let sealed = cipher.encrypt(&XNonce::from(nonce), answer).map_err(|_| KeyError::Unsealable)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(crate) fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Unsealed> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Unsealed::NotOurs)?;
        let cipher = XChaCha20Poly1305::new(&(*self.0).into());
        cipher.decrypt(&XNonce::from(*nonce), sealed).map_err(|_| Unsealed::NotOurs)
    }
}
