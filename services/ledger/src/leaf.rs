//! One entry of a log: who it is about, what it states, and by whose key; and how one is made.

use hanse_document::canonical;
use hanse_document::key::{PublicKey, Signature, SigningKey};
use hanse_tlog::Hash;
use serde_json::{Map, Value};

use crate::form;
use crate::statement::Statement;
use crate::subject::SubjectKey;

pub use crate::form::{
    LEAF_BYTES_MAX, LEAF_DEPTH_MAX, LeafError, LeafId, SUBJECTS_MAX, is_signed, subjects_of,
};

/// A leaf in its one byte form. Its signatures are in form; whether they fit is [`Leaf::verify_signatures`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
    bytes: Vec<u8>,
    message: Vec<u8>,
    fields: Map<String, Value>,
    kind: String,
    day: u32,
    subjects: Vec<SubjectKey>,
    signatures: Vec<(PublicKey, Signature)>,
    statement: Option<Statement>,
}

impl Leaf {
    /// A leaf of a type that this version knows, strictly in that type's form: what a node admits.
    ///
    /// # Errors
    /// Each way to be out of form; [`LeafError::UnknownKind`] for a type of a later version.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        let leaf = Self::parse_general(bytes)?;
        if leaf.statement.is_some() { Ok(leaf) } else { Err(LeafError::UnknownKind) }
    }

    /// A leaf of any type: known types strictly, others by the form that all leaves share. What auditors accept.
    ///
    /// # Errors
    /// Each way to be out of form.
    pub fn parse_general(bytes: &[u8]) -> Result<Self, LeafError> {
        let fields = form::fields(bytes)?;
        if fields.get("v").and_then(Value::as_u64) != Some(1) {
            return Err(LeafError::Version);
        }
        let kind = form::kind(&fields)?;
        let day = fields.get("day").and_then(Value::as_u64).and_then(|day| u32::try_from(day).ok());
        let day = day.ok_or(LeafError::Day)?;
        let subjects = form::subjects(&fields)?;
        let signatures = form::signatures(&fields)?;
        let statement = Statement::read(&kind, &fields, subjects.len(), signatures.len())?;
        let message = form::message_of(bytes);
        Ok(Self { bytes: bytes.to_vec(), message, fields, kind, day, subjects, signatures, statement })
    }

    /// A leaf from its JSON in any byte form, as an evidence file holds it.
    ///
    /// # Errors
    /// As [`Leaf::parse_general`].
    pub fn from_value(value: &Value) -> Result<Self, LeafError> {
        Self::parse_general(&canonical::to_vec(value))
    }

    /// The JSON of the leaf.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(self.fields.clone())
    }

    /// The one byte form, which is what the log holds.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The RFC 6962 leaf hash of the bytes.
    #[must_use]
    pub fn hash(&self) -> Hash {
        hanse_tlog::hash::leaf(&self.bytes)
    }

    /// SHA-256 of the signed bytes: the same whoever signs.
    #[must_use]
    pub fn id(&self) -> LeafId {
        form::id_of(&self.message)
    }

    /// The type, as it stands in `t`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The UTC day that the signer claims, in days since 1970. No rule reads it.
    #[must_use]
    pub const fn day(&self) -> u32 {
        self.day
    }

    /// Whom the leaf is about, sorted.
    #[must_use]
    pub fn subjects(&self) -> &[SubjectKey] {
        &self.subjects
    }

    /// The signatures, sorted by key.
    #[must_use]
    pub fn signatures(&self) -> &[(PublicKey, Signature)] {
        &self.signatures
    }

    /// What the leaf states, if its type is known.
    #[must_use]
    pub const fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref()
    }

    /// Checks every signature.
    ///
    /// # Errors
    /// [`LeafError::BadSignature`] if one does not fit.
    pub fn verify_signatures(&self) -> Result<(), LeafError> {
        let fits = self.signatures.iter().all(|(key, signature)| key.verify(&self.message, signature));
        if fits { Ok(()) } else { Err(LeafError::BadSignature) }
    }

    /// Whether `key` is the one signer, and its signature fits.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        matches!(self.signatures.as_slice(), [(signer, signature)]
            if signer == key && signer.verify(&self.message, signature))
    }
}

impl Statement {
    /// The leaf that states this about `subjects`, still to be signed. `day` is the signer's UTC day number.
    #[must_use]
    pub fn draft(&self, day: u32, subjects: &[SubjectKey]) -> UnsignedLeaf {
        let mut subjects = subjects.to_vec();
        subjects.sort_unstable();
        subjects.dedup();
        let mut fields = self.fields();
        fields.insert("day".into(), day.into());
        fields.insert("subjects".into(), subjects.iter().map(SubjectKey::hex).collect());
        fields.insert("t".into(), self.kind().into());
        fields.insert("v".into(), 1.into());
        UnsignedLeaf { fields }
    }
}

/// A leaf before its signatures: its id is fixed, so documents can cite it already.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnsignedLeaf {
    fields: Map<String, Value>,
}

impl UnsignedLeaf {
    /// The id that the leaf will have, whoever signs it.
    #[must_use]
    pub fn id(&self) -> LeafId {
        form::id_of(&self.message())
    }

    /// The bytes to sign: `hanse/leaf/v1\n` and the canonical leaf without `sigs`.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        form::message(&self.fields)
    }

    /// The leaf, signed by these keys.
    ///
    /// # Errors
    /// As [`UnsignedLeaf::with_signatures`].
    pub fn sign(self, keys: &[&SigningKey]) -> Result<Leaf, LeafError> {
        let message = self.message();
        let signatures = keys.iter().map(|key| (key.public(), key.sign(&message))).collect();
        self.with_signatures(signatures)
    }

    /// The leaf with signatures made elsewhere, in any order.
    ///
    /// # Errors
    /// [`LeafError::Parties`] if the type asks for another number of subjects or signatures,
    /// [`LeafError::Signatures`] if a key signs twice, [`LeafError::BadSignature`] if a signature does not fit,
    /// [`LeafError::Fields`] for a statement out of bounds.
    pub fn with_signatures(mut self, mut signatures: Vec<(PublicKey, Signature)>) -> Result<Leaf, LeafError> {
        signatures.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
        let sigs = signatures.iter().map(|(key, signature)| {
            let pair = [("key", key.hex()), ("value", signature.hex())];
            pair.into_iter().map(|(name, text)| (name.to_owned(), Value::from(text))).collect::<Value>()
        });
        self.fields.insert("sigs".into(), sigs.collect());
        let leaf = Leaf::parse(&canonical::to_vec(&Value::Object(self.fields)))?;
        leaf.verify_signatures()?;
        Ok(leaf)
    }
}
