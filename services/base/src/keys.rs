//! Every key of a node, derived from one secret; and the sealing of keys that people have placed in its custody.
//!
//! No key has two purposes: each purpose is its own HKDF-SHA256 expansion, so that none can be computed from another.

use std::fmt;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hanse_document::{Did, NodeName, PublicKey, SigningKey};
use hanse_tlog::{Cosigner, KeyName, LogSigner};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::config::Secret;
use crate::names::{self, LogKind};

/// XChaCha20's nonce, long enough to be drawn at random for ever.
const NONCE_BYTES: usize = 24;

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Signs checkpoints of the reputation log.
    LogReputation,
    /// Signs checkpoints of the jobs log.
    LogJobs,
    /// Cosigns what this node has rebuilt of others' logs.
    Auditor,
    /// Signs receipts of delivered documents.
    Receipt,
    /// Signs what this node's clock says, for peers who ask.
    Clock,
    /// Signs access tokens.
    Token,
    /// The transport identity.
    Transport,
    /// Encrypts keys at rest.
    Seal,
    /// Makes refresh tokens, and knows those that it has made.
    Refresh,
    /// Hashes codes that are good once.
    Code,
    /// Opens what other homes seal to this one, and shows them that what it seals is its own.
    Talk,
}

impl Purpose {
    /// Signing the checkpoints of a log.
    #[must_use]
    pub const fn of_log(kind: LogKind) -> Self {
        match kind {
            LogKind::Reputation => Self::LogReputation,
            LogKind::Jobs => Self::LogJobs,
        }
    }
}

/// A sealed key could not be opened, or the machine gave no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The sealed bytes are damaged, belong to another person, or were sealed under another node secret.
    #[error("a sealed key does not open under this node's secret")]
    Unsealable,
    /// The operating system's random source failed.
    #[error("the operating system gave no random bytes")]
    Random,
}

/// One seed of 32 bytes, wiped when it goes.
type Seed = Zeroizing<[u8; 32]>;

/// The keys of one node, one for each purpose.
#[derive(Clone)]
pub struct Keys {
    log_reputation: Seed,
    log_jobs: Seed,
    auditor: Seed,
    receipt: Seed,
    clock: Seed,
    token: Seed,
    transport: Seed,
    seal: Seed,
    refresh: Seed,
    code: Seed,
    talk: Seed,
}

impl Keys {
    /// Derives all keys.
    #[must_use]
    pub fn derive(secret: &Secret) -> Self {
        let derivation = Hkdf::<Sha256>::new(None, secret.bytes());
        Self {
            log_reputation: expand(&derivation, b"hanse/log-reputation/v1"),
            log_jobs: expand(&derivation, b"hanse/log-jobs/v1"),
            auditor: expand(&derivation, b"hanse/auditor/v1"),
            receipt: expand(&derivation, b"hanse/receipt/v1"),
            clock: expand(&derivation, b"hanse/clock/v1"),
            token: expand(&derivation, b"hanse/token/v1"),
            transport: expand(&derivation, b"hanse/transport/v1"),
            seal: expand(&derivation, b"hanse/seal/v1"),
            refresh: expand(&derivation, b"hanse/refresh/v1"),
            code: expand(&derivation, b"hanse/code/v1"),
            talk: expand(&derivation, b"hanse/talk/v1"),
        }
    }

    /// The Ed25519 seed (for `Seal`: the symmetric key; for `Talk`: what an X25519 key is derived from) of a purpose.
    #[must_use]
    pub fn seed(&self, purpose: Purpose) -> Seed {
        let seed = match purpose {
            Purpose::LogReputation => &self.log_reputation,
            Purpose::LogJobs => &self.log_jobs,
            Purpose::Auditor => &self.auditor,
            Purpose::Receipt => &self.receipt,
            Purpose::Clock => &self.clock,
            Purpose::Token => &self.token,
            Purpose::Transport => &self.transport,
            Purpose::Seal => &self.seal,
            Purpose::Refresh => &self.refresh,
            Purpose::Code => &self.code,
            Purpose::Talk => &self.talk,
        };
        seed.clone()
    }

    /// The transport identity.
    #[must_use]
    pub fn peer_id(&self) -> String {
        hanse_network::peer_id(&self.seed(Purpose::Transport))
    }

    /// The verifier keys that peers pin: both logs, auditor, receipts; in the C2SP vkey form.
    #[must_use]
    pub fn vkeys(&self, node: &NodeName) -> Vec<String> {
        // A node name is a key name, and so is one with a word behind a slash: none of these fails.
        let named = |name: String| KeyName::parse(&name).ok();
        let signer = |name: String, purpose| {
            Some(LogSigner::new(named(name)?, *self.seed(purpose)).vkey().to_string())
        };
        let cosigner =
            |name: String| Some(Cosigner::new(named(name)?, *self.seed(Purpose::Auditor)).vkey().to_string());
        let keys = [
            signer(LogKind::Reputation.origin(node), Purpose::LogReputation),
            signer(LogKind::Jobs.origin(node), Purpose::LogJobs),
            cosigner(names::auditor(node)),
            signer(names::receipt(node), Purpose::Receipt),
        ];
        keys.into_iter().flatten().collect()
    }

    /// Seals a person's identity key; the box opens for this person only.
    pub fn seal_hosted(&self, did: &Did, key: &SigningKey) -> Result<Vec<u8>, KeyError> {
        self.seal(hosted_context(did).as_bytes(), key)
    }

    /// Opens what [`seal_hosted`](Self::seal_hosted) sealed.
    pub fn open_hosted(&self, did: &Did, sealed: &[u8]) -> Result<SigningKey, KeyError> {
        let key = self.open(hosted_context(did).as_bytes(), sealed)?;
        if key.public() == did.key() { Ok(key) } else { Err(KeyError::Unsealable) }
    }

    /// Seals a slot key; the box opens under its own public half only.
    pub fn seal_slot(&self, key: &SigningKey) -> Result<Vec<u8>, KeyError> {
        self.seal(slot_context(&key.public()).as_bytes(), key)
    }

    /// Opens what [`seal_slot`](Self::seal_slot) sealed.
    pub fn open_slot(&self, public: &PublicKey, sealed: &[u8]) -> Result<SigningKey, KeyError> {
        let key = self.open(slot_context(public).as_bytes(), sealed)?;
        if key.public() == *public { Ok(key) } else { Err(KeyError::Unsealable) }
    }

    /// What only this node can compute from `context` and `input`: one half of a refresh token.
    pub fn refresh(&self, context: &[u8], input: &[u8]) -> [u8; 16] {
        self.keyed(Purpose::Refresh, context, input)
    }

    /// The hash of a code that is good once, for what `context` says. Without the node's secret nobody can tell which code it is of.
    pub fn code(&self, context: &[u8], code: &[u8]) -> [u8; 32] {
        self.keyed(Purpose::Code, context, code)
    }

    fn keyed<const N: usize>(&self, purpose: Purpose, context: &[u8], input: &[u8]) -> [u8; N] {
        let mut output = [0; N];
        let derivation = Hkdf::<Sha256>::new(Some(self.seed(purpose).as_slice()), input);
        // At most one block is asked for: this cannot fail.
        let expanded = derivation.expand(context, &mut output);
        debug_assert!(expanded.is_ok());
        output
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.seed(Purpose::Seal)).into())
    }

    /// Nonce, then ciphertext and tag; `context` is authenticated with it.
    fn seal(&self, context: &[u8], key: &SigningKey) -> Result<Vec<u8>, KeyError> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let seed = key.seed();
        let payload = Payload { msg: seed.as_slice(), aad: context };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|chacha20poly1305::Error| KeyError::Unsealable)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, context: &[u8], sealed: &[u8]) -> Result<SigningKey, KeyError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(KeyError::Unsealable)?;
        let payload = Payload { msg: sealed, aad: context };
        let seed = self
            .cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|chacha20poly1305::Error| KeyError::Unsealable)?;
        let seed = Zeroizing::new(seed);
        Ok(SigningKey::from_seed(seed.as_slice().try_into().map_err(|_| KeyError::Unsealable)?))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[keys]")
    }
}

/// The seed of one purpose.
#[expect(
    clippy::expect_used,
    reason = "32 bytes are one block of HKDF-SHA256, which expands to at most 255 of them"
)]
fn expand(derivation: &Hkdf<Sha256>, info: &[u8]) -> Seed {
    let mut seed = Zeroizing::new([0; 32]);
    derivation.expand(info, seed.as_mut_slice()).expect("one block can be had");
    seed
}

fn hosted_context(did: &Did) -> String {
    format!("hanse/hosted-key/v1\n{did}")
}

fn slot_context(public: &PublicKey) -> String {
    format!("hanse/slot-key/v1\n{}", public.hex())
}

/// Fresh random bytes: salts, nonces, tokens, new keys.
pub fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => {
            tracing::error!(%error, "the random source failed");
            Err(KeyError::Random)
        }
    }
}

/// A fresh signing key.
pub fn new_key() -> Result<SigningKey, KeyError> {
    Ok(SigningKey::from_seed(random()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(byte: u8) -> Keys {
        Keys::derive(&Secret::new([byte; 32]))
    }

    const ALL: [Purpose; 11] = [
        Purpose::LogReputation,
        Purpose::LogJobs,
        Purpose::Auditor,
        Purpose::Receipt,
        Purpose::Clock,
        Purpose::Token,
        Purpose::Transport,
        Purpose::Seal,
        Purpose::Refresh,
        Purpose::Code,
        Purpose::Talk,
    ];

    #[test]
    fn each_purpose_has_a_key_of_its_own_and_it_never_changes() {
        let keys = keys(7);
        let mut seeds = ALL.map(|purpose| *keys.seed(purpose));
        assert_eq!(seeds, ALL.map(|purpose| *self::keys(7).seed(purpose)));
        seeds.sort_unstable();
        assert!(seeds.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(!seeds.contains(&[0; 32]));
    }

    #[test]
    fn the_keys_of_a_secret_are_those_of_every_release() {
        let keys = keys(7);
        let first = ALL.map(|purpose| u32::from_be_bytes(keys.seed(purpose).first_chunk().copied().unwrap()));
        // Computed by Python's hmac: a salt of 32 zero bytes, one block.
        let known: [u32; 11] = [
            0xeebd_bcc4,
            0xc02e_2af1,
            0xb0b0_b493,
            0x2635_ddb6,
            0x55e8_217e,
            0x74c0_e748,
            0x06b4_bcb4,
            0x80f2_2f85,
            0x8b1d_042c,
            0x1728_e5a9,
            0x5031_43c4,
        ];
        assert_eq!(first, known);
    }

    #[test]
    fn a_sealed_key_opens_for_its_person_and_node_only() {
        let keys = keys(7);
        let key = new_key().unwrap();
        let did = Did::of(&key.public());
        let sealed = keys.seal_hosted(&did, &key).unwrap();
        assert_eq!(keys.open_hosted(&did, &sealed).unwrap().public(), key.public());
        assert_ne!(sealed, keys.seal_hosted(&did, &key).unwrap(), "a fresh nonce each time");
        let other = Did::of(&new_key().unwrap().public());
        assert!(keys.open_hosted(&other, &sealed).is_err());
        assert!(self::keys(8).open_hosted(&did, &sealed).is_err());
        assert!(keys.open_slot(&key.public(), &sealed).is_err(), "a hosted key is no slot key");
        let mut damaged = sealed.clone();
        damaged[40] ^= 1;
        assert!(keys.open_hosted(&did, &damaged).is_err());
        assert!(keys.open_hosted(&did, &sealed[..10]).is_err());
    }

    #[test]
    fn a_slot_key_opens_under_its_public_half() {
        let keys = keys(7);
        let slot = new_key().unwrap();
        let sealed = keys.seal_slot(&slot).unwrap();
        assert_eq!(keys.open_slot(&slot.public(), &sealed).unwrap().public(), slot.public());
        assert!(keys.open_slot(&new_key().unwrap().public(), &sealed).is_err());
    }
}
