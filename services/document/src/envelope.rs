//! The one envelope of every kind: a W3C Verifiable Credential 2.0 with an `eddsa-jcs-2022` proof.
//!
//! `Draft` → sign → [`Verified`]; bytes → [`Signed::parse`] → [`Signed::verify`] → [`Verified`]. Signing ends in parsing and
//! verifying, so a [`Verified`] has one origin, whoever made the bytes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical;
use crate::did::Did;
use crate::fault::Fault;
use crate::hash::{Commitment, sha256};
use crate::id::{DocumentId, Kind, from_base64url, to_base64url};
use crate::key::{Signature, SigningKey};
use crate::kind::{Body, job, offer};
use crate::name::NodeName;
use crate::rejection::Rejection;
use crate::time::Timestamp;

/// The most bytes of a document: every text at its bound still fits in letters of three bytes, and a peer can buffer many.
pub const BYTES_MAX: usize = 65_536;

/// The two contexts of every document. The second gives every term of ours a meaning without a context to fetch.
pub const CONTEXT: [&str; 2] =
    ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/undefined-terms/v2"];
const CREDENTIAL: &str = "VerifiableCredential";
const CRYPTOSUITE: &str = "eddsa-jcs-2022";
const PURPOSE: &str = "assertionMethod";
const PROOF_TYPE: &str = "DataIntegrityProof";
/// A signature in base58 has at most 88 characters and the `z`; decoding costs the square of the length.
const PROOF_CHARS_MAX: usize = 89;
const DAY_SECONDS: i64 = 86_400;

/// The 64 bytes that an `eddsa-jcs-2022` proof signs: SHA-256 of the proof without its `proofValue`, then SHA-256 of the
/// document without its `proof`, both in RFC 8785 form.
#[must_use]
pub fn signing_bytes(document: &Value, proof: &Value) -> [u8; 64] {
    let mut bytes = [0; 64];
    let (first, second) = bytes.split_at_mut(32);
    first.copy_from_slice(&sha256(&[&canonical::to_vec(proof)]));
    second.copy_from_slice(&sha256(&[&canonical::to_vec(document)]));
    bytes
}

/// The credential as it is written. Reading it checks the form of every part but the body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(rename = "@context")]
    context: [String; 2],
    #[serde(rename = "credentialSubject")]
    subject: Value,
    issuer: Did,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proof: Option<Proof>,
    salt: Salt,
    #[serde(rename = "type")]
    types: [String; 2],
    #[serde(rename = "validFrom")]
    from: Timestamp,
    #[serde(rename = "validUntil", default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof {
    #[serde(rename = "@context")]
    context: [String; 2],
    created: Timestamp,
    cryptosuite: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    custody: Option<NodeName>,
    #[serde(rename = "proofPurpose")]
    purpose: String,
    #[serde(rename = "proofValue", default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(rename = "type")]
    proof_type: String,
    #[serde(rename = "verificationMethod")]
    method: String,
}

/// 32 random bytes in base64url.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Salt([u8; 32]);

impl TryFrom<String> for Salt {
    type Error = Rejection;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        from_base64url(&text).map(Self).ok_or(Rejection::OutOfForm)
    }
}

impl From<Salt> for String {
    fn from(salt: Salt) -> Self {
        to_base64url(&salt.0)
    }
}

/// A document that is about to be signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The person who speaks.
    pub issuer: Did,
    /// What is said.
    pub body: Body,
    /// 32 random bytes from the caller, never used twice: they are what keeps id and commitment from saying anything.
    pub salt: [u8; 32],
    /// When it is said.
    pub from: Timestamp,
    /// Until when it holds: required for jobs (90 days at most) and offers (7 days at most), refused for other kinds.
    pub until: Option<Timestamp>,
    /// The node that holds the key and signs for the person, if one does.
    pub custody: Option<NodeName>,
}

impl Draft {
    /// Signs with the issuer's key.
    ///
    /// # Errors
    /// `ForeignKey` when the key is not the issuer's, and whatever [`Signed::parse`] would refuse.
    pub fn sign(self, key: &SigningKey) -> Result<Verified, Rejection> {
        if key.public() != self.issuer.key() {
            return Err(Rejection::ForeignKey);
        }
        let context = CONTEXT.map(str::to_owned);
        let mut proof = Proof {
            context: context.clone(),
            created: self.from,
            cryptosuite: CRYPTOSUITE.to_owned(),
            custody: self.custody,
            purpose: PURPOSE.to_owned(),
            value: None,
            proof_type: PROOF_TYPE.to_owned(),
            method: self.issuer.verification_method(),
        };
        let mut form = Form {
            context,
            types: [CREDENTIAL.to_owned(), self.body.kind().type_name().to_owned()],
            subject: self.body.to_value(),
            issuer: self.issuer,
            proof: None,
            salt: Salt(self.salt),
            from: self.from,
            until: self.until,
        };
        let message = signing_bytes(&to_value(&form), &to_value(&proof));
        proof.value = Some(encode_signature(&key.sign(&message)));
        form.proof = Some(proof);
        Signed::parse(&canonical::to_vec(&to_value(&form)))?.verify()
    }
}

/// A document that is of the form and within all bounds, but whose signature nobody has looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Signed {
    id: DocumentId,
    issuer: Did,
    body: Body,
    salt: [u8; 32],
    from: Timestamp,
    until: Option<Timestamp>,
    custody: Option<NodeName>,
    method: String,
    message: [u8; 64],
    signature: Signature,
    value: Value,
    bytes: Vec<u8>,
}

impl Signed {
    /// Reads the one byte form of a document of at most [`BYTES_MAX`] bytes.
    ///
    /// # Errors
    /// Every [`Rejection`] but `ForeignKey` and, for a signature of the right form, `BadSignature`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Rejection> {
        let value = canonical::parse(bytes, BYTES_MAX)?;
        let form = Form::deserialize(&value).map_err(|error| Fault::of_serde(&error).rejection)?;
        // What does not come back the same has two forms, such as null for an absent field.
        if to_value(&form) != value {
            return Err(Rejection::OutOfForm);
        }
        let Form { context, subject, issuer, proof, salt, types: [credential, type_name], from, until } =
            form;
        let proof = proof.filter(|proof| constants_hold(proof, &context)).ok_or(Rejection::OutOfForm)?;
        if credential != CREDENTIAL {
            return Err(Rejection::OutOfForm);
        }
        let kind = Kind::of_type_name(&type_name).ok_or(Rejection::UnknownKind)?;
        let body = Body::from_value(kind, &subject)?;
        body.check(&issuer).map_err(|misfit| misfit.fault.rejection)?;
        check_times(kind, from, until, proof.created)?;
        let signature = decode_signature(proof.value.as_deref().unwrap_or_default())?;
        let message = message_of(&value);
        Ok(Self {
            id: DocumentId::new(kind, sha256(&[&message])),
            issuer,
            body,
            salt: salt.0,
            from,
            until,
            custody: proof.custody,
            method: proof.method,
            message,
            signature,
            value,
            bytes: bytes.to_vec(),
        })
    }

    /// Verifies that the issuer's own key signed.
    ///
    /// # Errors
    /// `ForeignKey` when the verification method is another key, `BadSignature` when the signature does not fit.
    pub fn verify(self) -> Result<Verified, Rejection> {
        if self.method != self.issuer.verification_method() {
            return Err(Rejection::ForeignKey);
        }
        if !self.issuer.key().verify(&self.message, &self.signature) {
            return Err(Rejection::BadSignature);
        }
        Ok(Verified(self))
    }

    /// Takes for verified what was verified before: the bytes are those to which the one who verified them has kept this commitment.
    ///
    /// # Errors
    /// `BadSignature` when they are others.
    pub fn verified_before(self, commitment: &Commitment) -> Result<Verified, Rejection> {
        if Commitment::of(&self.bytes) != *commitment {
            return Err(Rejection::BadSignature);
        }
        Ok(Verified(self))
    }

    /// The id that the document has if its signature holds.
    #[must_use]
    pub const fn id(&self) -> DocumentId {
        self.id
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.id.kind()
    }

    /// Who is said to speak.
    #[must_use]
    pub const fn issuer(&self) -> &Did {
        &self.issuer
    }
}

/// A document whose every rule holds and whose issuer signed it. Nothing else is stored, relayed or scored.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified(Signed);

impl Verified {
    /// The id: the same for every copy, another for every other document.
    #[must_use]
    pub const fn id(&self) -> DocumentId {
        self.0.id
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.0.id.kind()
    }

    /// The person who speaks.
    #[must_use]
    pub const fn issuer(&self) -> &Did {
        &self.0.issuer
    }

    /// What is said.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.0.body
    }

    /// When it was said, by the author's clock.
    #[must_use]
    pub const fn from(&self) -> Timestamp {
        self.0.from
    }

    /// Until when it holds; stated for jobs and offers.
    #[must_use]
    pub const fn until(&self) -> Option<Timestamp> {
        self.0.until
    }

    /// The node that signed with a key in its custody, if one did.
    #[must_use]
    pub const fn custody(&self) -> Option<&NodeName> {
        self.0.custody.as_ref()
    }

    /// The one byte form.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// What a log leaf says of this document.
    #[must_use]
    pub fn commitment(&self) -> Commitment {
        Commitment::of(&self.0.bytes)
    }

    /// The 32 random bytes.
    #[must_use]
    pub const fn salt(&self) -> &[u8; 32] {
        &self.0.salt
    }

    /// The whole document as JSON.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.0.value
    }
}

fn to_value<T: Serialize>(form: &T) -> Value {
    // Cannot fail: forms are structs of texts and JSON. If one did, null is out of form wherever it is read.
    serde_json::to_value(form).unwrap_or_default()
}

fn constants_hold(proof: &Proof, context: &[String; 2]) -> bool {
    *context == CONTEXT
        && proof.context == CONTEXT
        && proof.cryptosuite == CRYPTOSUITE
        && proof.purpose == PURPOSE
        && proof.proof_type == PROOF_TYPE
}

fn check_times(
    kind: Kind,
    from: Timestamp,
    until: Option<Timestamp>,
    created: Timestamp,
) -> Result<(), Rejection> {
    let days_max = match kind {
        Kind::Job => Some(job::OPEN_DAYS_MAX),
        Kind::Offer => Some(offer::OPEN_DAYS_MAX),
        Kind::Identity
        | Kind::Invitation
        | Kind::Profile
        | Kind::Bid
        | Kind::Terms
        | Kind::Acceptance
        | Kind::Step
        | Kind::Text
        | Kind::Review
        | Kind::Reply
        | Kind::Arbiter
        | Kind::Dispute => None,
    };
    let bounded = match (days_max, until) {
        (Some(days), Some(until)) => (1..=i64::from(days) * DAY_SECONDS).contains(&until.seconds_since(from)),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    if bounded && from == created { Ok(()) } else { Err(Rejection::BadTime) }
}

/// The signed bytes of a document that has passed the form.
fn message_of(value: &Value) -> [u8; 64] {
    let mut document = value.clone();
    let mut proof = document.as_object_mut().and_then(|object| object.remove("proof")).unwrap_or_default();
    if let Some(options) = proof.as_object_mut() {
        options.remove("proofValue");
    }
    signing_bytes(&document, &proof)
}

fn encode_signature(signature: &Signature) -> String {
    format!("z{}", bs58::encode(signature.as_bytes()).into_string())
}

/// Reads the one multibase form of a signature.
fn decode_signature(text: &str) -> Result<Signature, Rejection> {
    let encoded =
        text.strip_prefix('z').filter(|_| text.len() <= PROOF_CHARS_MAX).ok_or(Rejection::BadSignature)?;
    let decoded = bs58::decode(encoded).into_vec().map_err(|_| Rejection::BadSignature)?;
    let signature = Signature::from_bytes(decoded.try_into().map_err(|_| Rejection::BadSignature)?);
    if encode_signature(&signature) == text { Ok(signature) } else { Err(Rejection::BadSignature) }
}
