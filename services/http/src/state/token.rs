//! Access tokens: EdDSA JWTs of a quarter of an hour, signed with the node's token key, checked against the published key set.
//!
//! `jsonwebtoken` is given our own Ed25519 so that the whole node has one implementation of it, the strict one.

use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use hanse_document::{Did, Timestamp};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult};
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// How long an access token opens doors, in seconds: a stolen one is worth little, a refresh is cheap.
pub const ACCESS_SECONDS: i64 = 900;

/// How far the clocks of two processes of one node may differ, in seconds: what one gives the other takes.
const CLOCK_SECONDS: i64 = 60;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        only_eddsa(*algorithm)?;
        let key = SigningKey::from_pkcs8_der(key.as_bytes()).map_err(|_| ErrorKind::InvalidEddsaKey)?;
        Ok(Box::new(Ed25519Signer(key)))
    },
    verifier_factory: |algorithm, key| {
        only_eddsa(*algorithm)?;
        Ok(Box::new(Ed25519Verifier(public_key(key)?)))
    },
    key_utils: KeyUtils::new_unimplemented(),
};

fn only_eddsa(algorithm: Algorithm) -> JwtResult<()> {
    if algorithm == Algorithm::EdDSA { Ok(()) } else { Err(ErrorKind::InvalidAlgorithm.into()) }
}

fn public_key(key: &DecodingKey) -> JwtResult<VerifyingKey> {
    let bytes: &[u8; 32] = key.try_get_as_bytes()?.try_into().map_err(|_| ErrorKind::InvalidEddsaKey)?;
    Ok(VerifyingKey::from_bytes(bytes).map_err(|_| ErrorKind::InvalidEddsaKey)?)
}

struct Ed25519Signer(SigningKey);

impl Signer<Vec<u8>> for Ed25519Signer {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(ed25519_dalek::Signer::sign(&self.0, message).to_bytes().to_vec())
    }
}

impl JwtSigner for Ed25519Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct Ed25519Verifier(VerifyingKey);

impl Verifier<Vec<u8>> for Ed25519Verifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        let signature = Signature::from_slice(signature).map_err(|_| SignatureError::new())?;
        self.0.verify_strict(message, &signature).map_err(|_| SignatureError::new())
    }
}

impl JwtVerifier for Ed25519Verifier {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The node that gave it.
    pub iss: String,
    /// The node it is for: the same.
    pub aud: String,
    /// The person.
    pub sub: Did,
    /// The login it belongs to; ended with it.
    pub sid: String,
    /// Scopes, separated by spaces.
    pub scope: String,
    /// When it was given, Unix seconds.
    pub iat: i64,
    /// When it begins, Unix seconds; tokens of earlier versions do not say it.
    #[serde(default)]
    pub nbf: i64,
    /// When it ends, Unix seconds.
    pub exp: i64,
}

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Its time is over.
    Expired,
    /// It is for another node.
    Foreign,
    /// It is not one of ours.
    Forged,
}

/// Gives and checks the tokens of one node.
pub struct Tokens {
    node: String,
    key_id: String,
    public: [u8; 32],
    sign: EncodingKey,
    check: DecodingKey,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl Tokens {
    /// Tokens of `node`, signed with the key of `seed`. `None` if the key cannot be encoded, which does not happen.
    #[must_use]
    pub fn new(node: &str, seed: &[u8; 32]) -> Option<Self> {
        // A second call in one process finds the same provider installed.
        let _installed = PROVIDER.install_default().is_ok();
        let key = SigningKey::from_bytes(seed);
        let public = key.verifying_key().to_bytes();
        Some(Self {
            node: node.to_owned(),
            key_id: public.iter().take(8).map(|byte| format!("{byte:02x}")).collect(),
            public,
            sign: EncodingKey::from_ed_der(key.to_pkcs8_der().ok()?.as_bytes()),
            check: DecodingKey::from_ed_der(&public),
        })
    }

    /// A token for `sub` in session `sid`, valid from `now` for [`ACCESS_SECONDS`].
    pub fn issue(&self, sub: &Did, sid: &str, scope: &str, now: Timestamp) -> JwtResult<String> {
        let claims = Claims {
            iss: self.node.clone(),
            aud: self.node.clone(),
            sub: sub.clone(),
            sid: sid.to_owned(),
            scope: scope.to_owned(),
            iat: now.unix(),
            nbf: now.unix(),
            exp: now.unix() + ACCESS_SECONDS,
        };
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.sign)
    }

    /// The claims of `token` if it is ours and its time is not over at `now`.
    pub fn check(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        // The time comes from the node's clock, below, so that one clock rules and tests can move it.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.validate_aud = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.check, &validation)
            .map_err(
                |_| if self.names_another_node(token) { TokenError::Foreign } else { TokenError::Forged },
            )?
            .claims;
        if claims.iss != self.node || claims.aud != self.node {
            return Err(TokenError::Foreign);
        }
        let early = claims.iat.max(claims.nbf) > now.unix() + CLOCK_SECONDS;
        if claims.exp <= now.unix() || early {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }

    /// Only to word the refusal: an unchecked look at who the token says gave it.
    fn names_another_node(&self, token: &str) -> bool {
        jsonwebtoken::dangerous::insecure_decode::<Claims>(token)
            .is_ok_and(|data| data.claims.iss != self.node)
    }

    /// The JSON Web Key Set (RFC 7517, RFC 8037) that others check our tokens with.
    #[must_use]
    pub fn key_set(&self) -> serde_json::Value {
        use base64::Engine as _;
        let x = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.public);
        serde_json::json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.key_id, "x": x}]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-24T10:00:00Z").unwrap()
    }

    fn person() -> Did {
        Did::parse("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").unwrap()
    }

    #[test]
    fn a_token_opens_its_own_node_until_its_time_is_over() {
        let tokens = Tokens::new("a.example", &[7; 32]).unwrap();
        let token = tokens.issue(&person(), "s", "jobs:write", now()).unwrap();
        assert_eq!(tokens.check(&token, now()).unwrap().sub, person());
        assert!(tokens.check(&token, now().add_seconds(ACCESS_SECONDS - 1).unwrap()).is_ok());
        assert_eq!(
            tokens.check(&token, now().add_seconds(ACCESS_SECONDS).unwrap()),
            Err(TokenError::Expired)
        );
    }

    #[test]
    fn a_token_opens_nothing_before_it_begins() {
        let tokens = Tokens::new("a.example", &[7; 32]).unwrap();
        let soon = |seconds| tokens.issue(&person(), "s", "", now().add_seconds(seconds).unwrap()).unwrap();
        assert!(tokens.check(&soon(CLOCK_SECONDS), now()).is_ok(), "clocks of two processes differ a little");
        assert_eq!(tokens.check(&soon(CLOCK_SECONDS + 1), now()), Err(TokenError::Expired));
        let claims = Claims { iat: 0, ..tokens.check(&soon(0), now()).unwrap() };
        let begins = Claims { nbf: now().unix() + 600, ..claims };
        let header = Header { kid: None, ..Header::new(Algorithm::EdDSA) };
        let token = jsonwebtoken::encode(&header, &begins, &tokens.sign).unwrap();
        assert_eq!(tokens.check(&token, now()), Err(TokenError::Expired), "whatever it says of its making");
    }

    #[test]
    fn a_foreign_and_a_forged_token_are_refused() {
        let tokens = Tokens::new("a.example", &[7; 32]).unwrap();
        let other = Tokens::new("b.example", &[8; 32]).unwrap();
        let foreign = other.issue(&person(), "s", "", now()).unwrap();
        assert_eq!(tokens.check(&foreign, now()), Err(TokenError::Foreign));
        let renamed = Tokens::new("b.example", &[7; 32]).unwrap().issue(&person(), "s", "", now()).unwrap();
        assert_eq!(tokens.check(&renamed, now()), Err(TokenError::Foreign), "the key alone says nothing");
        let impostor = Tokens::new("a.example", &[8; 32]).unwrap();
        let forged = impostor.issue(&person(), "s", "", now()).unwrap();
        assert_eq!(tokens.check(&forged, now()), Err(TokenError::Forged));
        let mut parts: Vec<String> =
            tokens.issue(&person(), "s", "", now()).unwrap().split('.').map(str::to_owned).collect();
        parts[0] = "eyJhbGciOiJub25lIn0".into(); // {"alg":"none"}
        assert_eq!(tokens.check(&parts.join("."), now()), Err(TokenError::Forged));
        assert_eq!(tokens.check("", now()), Err(TokenError::Forged));
    }
}
