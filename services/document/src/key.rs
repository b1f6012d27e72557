//! Ed25519 keys and signatures, strictly: what one verifier accepts, every verifier accepts.
//!
//! Keys that are not in canonical form or are of small order are refused where they enter, and only strict verification
//! decides: there is no second encoding of a key, and no signature that fits several messages.

use std::fmt;

use ed25519_dalek::Signer as _;
use zeroize::Zeroizing;

use crate::hash::{from_hex, hex};
use crate::rejection::Rejection;

/// What every `did:key` begins with.
pub(crate) const DID_PREFIX: &str = "did:key:";
/// The multicodec prefix of an Ed25519 public key.
const MULTICODEC: [u8; 2] = [0xed, 0x01];
/// The longest text that base58 decoding is tried on: a key needs 47 characters, and decoding costs the square.
const MULTIBASE_CHARS_MAX: usize = 64;

/// An Ed25519 public key in canonical form and of full order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Takes the 32 bytes of RFC 8032, section 5.1.5.
    ///
    /// # Errors
    /// [`Rejection::BadKey`] when the bytes are no point, not its canonical form, or a point of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, Rejection> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| Rejection::BadKey)?;
        if key.is_weak() || !is_reduced(bytes) { Err(Rejection::BadKey) } else { Ok(Self(*bytes)) }
    }

    /// Reads the one canonical `did:key:z6Mk…` text of an Ed25519 key.
    ///
    /// # Errors
    /// [`Rejection::BadKey`] for any other text.
    pub fn from_did(did: &str) -> Result<Self, Rejection> {
        let encoded = did
            .strip_prefix(DID_PREFIX)
            .and_then(|multibase| multibase.strip_prefix('z'))
            .filter(|encoded| encoded.len() < MULTIBASE_CHARS_MAX)
            .ok_or(Rejection::BadKey)?;
        let decoded = bs58::decode(encoded).into_vec().map_err(|_| Rejection::BadKey)?;
        let bytes = decoded.strip_prefix(&MULTICODEC).ok_or(Rejection::BadKey)?;
        // Of these bytes there is no other text: base 58 writes a number, and leading zeros, of which a multicodec has none, as ones.
        Self::from_bytes(bytes.try_into().map_err(|_| Rejection::BadKey)?)
    }

    /// The key as a `did:key`.
    #[must_use]
    pub fn did(&self) -> String {
        format!("{DID_PREFIX}{}", self.multibase())
    }

    /// The key as `z6Mk…`, the part after `did:key:` and after the `#` of a verification method.
    #[must_use]
    pub fn multibase(&self) -> String {
        let mut bytes = MULTICODEC.to_vec();
        bytes.extend_from_slice(&self.0);
        format!("z{}", bs58::encode(bytes).into_string())
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hex digits.
    #[must_use]
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// Reads exactly 64 lower-case hex digits of a strict key.
    ///
    /// # Errors
    /// [`Rejection::BadKey`] for any other text.
    pub fn from_hex(text: &str) -> Result<Self, Rejection> {
        Self::from_bytes(&from_hex(text).ok_or(Rejection::BadKey)?)
    }

    /// Whether the signature is by this key over exactly this message, by strict verification: the cofactorless equation,
    /// a canonical scalar, and no point of small order.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        ed25519_dalek::VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }
}

/// Whether the y-coordinate is below the field's prime, 2^255 − 19. The only other second form, a sign of the x that is 0, is of points of
/// small order. To compress the point again would say the same, and takes as long as finding the point.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    *low < 0xed || high & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff)
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl TryFrom<String> for PublicKey {
    type Error = Rejection;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::from_hex(&text)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.hex()
    }
}

/// An Ed25519 private key. It is wiped from memory when dropped and never printed.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Makes the key of a 32-byte seed (RFC 8032's private key). The caller brings good randomness.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The seed, for sealing or export; the copy is wiped when dropped.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        // A key made from a seed is the base point times a clamped scalar: canonical and never of small order.
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs the message (pure Ed25519, deterministic).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(public {})", self.public())
    }
}

/// The 64 bytes of an Ed25519 signature, not yet verified.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Signature([u8; 64]);

impl Signature {
    /// Takes 64 bytes as they are; only [`PublicKey::verify`] judges them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// 128 lower-case hex digits.
    #[must_use]
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// Reads exactly 128 lower-case hex digits.
    ///
    /// # Errors
    /// [`Rejection::BadSignature`] for any other text.
    pub fn from_hex(text: &str) -> Result<Self, Rejection> {
        from_hex(text).map(Self).ok_or(Rejection::BadSignature)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}

impl TryFrom<String> for Signature {
    type Error = Rejection;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::from_hex(&text)
    }
}

impl From<Signature> for String {
    fn from(signature: Signature) -> Self {
        signature.hex()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn did_key_has_one_form() {
        let did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
        let key = PublicKey::from_did(did).unwrap();
        assert_eq!(key.did(), did);
        let wrong = [
            "did:key:z1z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            "did:key:z16MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            "did:key:6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#",
            "did:web:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            "did:key:z",
            "",
        ];
        for text in wrong {
            assert_eq!(PublicKey::from_did(text), Err(Rejection::BadKey), "{text}");
        }
    }

    /// What compressing the point again would say, for the last 237 y-coordinates of the field and the 19 numbers behind them.
    #[test]
    fn a_key_has_one_form() {
        let (mut taken, mut other_forms) = (0, 0);
        for low in 0..=u8::MAX {
            for high in [0x7f, 0xff] {
                let mut bytes = [0xff; 32];
                (bytes[0], bytes[31]) = (low, high);
                let point = curve25519_point(&bytes);
                let expected = point.is_some_and(|(same, weak)| same && !weak);
                assert_eq!(PublicKey::from_bytes(&bytes).is_ok(), expected, "{low:02x} {high:02x}");
                taken += usize::from(expected);
                other_forms += usize::from(point.is_some_and(|(same, _)| !same));
            }
        }
        assert!(taken > 100 && other_forms > 10, "{taken} {other_forms}");
    }

    /// If the bytes are a point: whether they are its canonical form, and whether it is of small order.
    fn curve25519_point(bytes: &[u8; 32]) -> Option<(bool, bool)> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).ok()?;
        Some((key.to_edwards().compress().as_bytes() == bytes, key.is_weak()))
    }

    #[test]
    fn a_private_key_is_never_printed() {
        let key = SigningKey::from_seed([7; 32]);
        assert!(!format!("{key:?}").contains(&hex(&[7; 32])));
        assert_eq!(*key.seed(), [7; 32]);
    }
}
