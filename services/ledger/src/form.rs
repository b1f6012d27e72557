//! The form that all leaves share, whatever they state: bounds, ids, subjects, signatures, and the bytes that are signed.

use std::fmt;

use hanse_document::canonical;
use hanse_document::hash::LeafRef;
use hanse_document::key::{PublicKey, Signature};
use hanse_document::rejection::Rejection;
use hanse_tlog::Hash;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::subject::SubjectKey;

/// Bytes of a leaf. The largest one of ours, an engagement with all its slots, takes a third; a bundle of 256 leaves
/// stays within 1 MiB.
pub const LEAF_BYTES_MAX: usize = 4096;

/// How deep objects and arrays of a leaf may be nested, the leaf itself being the first: evidence files carry leaves five
/// levels down, record files and answers less deep, and no JSON of ours has more than [`canonical::DEPTH_MAX`] levels. What
/// such a file cannot carry may stand in no log, or its subjects could prove nothing any more. Today's leaves have three levels.
pub const LEAF_DEPTH_MAX: u32 = 8;

/// Subjects of a leaf. Today's types have one, and nothing can be about more than the two sides of a contract. Each subject is a way of up
/// to 257 nodes in the index of everybody who follows the log, whatever the leaf's own length.
pub const SUBJECTS_MAX: usize = 2;

/// Characters of a leaf's type.
const KIND_CHARS_MAX: usize = 32;

const DOMAIN: &[u8] = b"hanse/leaf/v1\n";

/// Why bytes are no leaf.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LeafError {
    /// Not canonical JSON within [`LEAF_BYTES_MAX`].
    #[error("a leaf is canonical JSON: {}", .0.detail())]
    NotCanonical(Rejection),
    /// Objects and arrays are nested more than [`LEAF_DEPTH_MAX`] deep.
    #[error("the objects and arrays of a leaf are nested at most {LEAF_DEPTH_MAX} deep")]
    TooDeep,
    /// Not an object, or not of version 1.
    #[error("a leaf is an object with \"v\":1")]
    Version,
    /// No type, a type out of form, or `index`, which is no leaf about anybody.
    #[error("a leaf's \"t\" is 1 to 32 lower-case letters or hyphens, and not \"index\"")]
    Kind,
    /// The day is missing or no day number.
    #[error("a leaf's \"day\" is a day number")]
    Day,
    /// Subjects are missing, out of form, out of order, repeated, or more than [`SUBJECTS_MAX`].
    #[error("a leaf's \"subjects\" are at most {SUBJECTS_MAX} sorted subject keys, each once")]
    Subjects,
    /// Signatures are missing, out of form, out of order, or two by one key.
    #[error("a leaf's \"sigs\" are sorted by key, each key once")]
    Signatures,
    /// The fields are not those of the type.
    #[error("the fields are not those of a leaf of this type")]
    Fields,
    /// The type is unknown here; such a leaf is kept and counted, and states nothing.
    #[error("the type of the leaf is unknown")]
    UnknownKind,
    /// The type asks for another number of subjects or signatures.
    #[error("the type asks for another number of subjects or signatures")]
    Parties,
    /// A signature does not fit the leaf.
    #[error("a signature does not fit the leaf")]
    BadSignature,
}

/// What citations and de-duplication use: SHA-256 of the bytes that are signed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafId([u8; 32]);

impl LeafId {
    /// An id from its 32 bytes, as a store keeps it.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// An id from 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        Hash::from_hex(text).ok().map(|hash| Self(hash.into()))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        Hash::from_bytes(self.0).hex()
    }
}

impl From<LeafRef> for LeafId {
    fn from(cited: LeafRef) -> Self {
        Self(cited.into())
    }
}

impl From<LeafId> for LeafRef {
    fn from(id: LeafId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for LeafId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for LeafId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LeafId({})", self.hex())
    }
}

/// The subjects of a leaf as the index counts them: the part of the form that the index needs, and no more.
///
/// # Errors
/// If the bytes are not canonical, nested too deep, the type is missing or `index`, or the subjects are out of form.
pub fn subjects_of(leaf: &[u8]) -> Result<Vec<SubjectKey>, LeafError> {
    let fields = fields(leaf)?;
    kind(&fields)?;
    subjects(&fields)
}

/// The JSON object of a leaf of any type.
pub(crate) fn fields(leaf: &[u8]) -> Result<Map<String, Value>, LeafError> {
    let value = canonical::parse(leaf, LEAF_BYTES_MAX).map_err(LeafError::NotCanonical)?;
    if !fits(&value, LEAF_DEPTH_MAX) {
        return Err(LeafError::TooDeep);
    }
    if let Value::Object(fields) = value { Ok(fields) } else { Err(LeafError::Version) }
}

/// Whether objects and arrays are nested at most `levels` deep.
fn fits(value: &Value, levels: u32) -> bool {
    let left = levels.saturating_sub(1);
    match value {
        Value::Array(items) => 0 < levels && items.iter().all(|item| fits(item, left)),
        Value::Object(fields) => 0 < levels && fields.values().all(|field| fits(field, left)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// Whether a signature fits a leaf, which is given in its one byte form.
#[must_use]
pub fn is_signed(leaf: &[u8], key: &PublicKey, signature: &Signature) -> bool {
    key.verify(&message_of(leaf), signature)
}

/// [`message`] of a leaf in its one byte form: the same bytes without the member `sigs`. A text with a colon behind it is a key, and what
/// follows `sigs` is never nothing, because `t` does.
pub(crate) fn message_of(leaf: &[u8]) -> Vec<u8> {
    const KEY: &[u8] = b"\"sigs\":";
    let (mut depth, mut in_text, mut escaped, mut from) = (0_u32, false, false, None);
    for (at, byte) in leaf.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' if !in_text && depth == 1 && leaf.get(at..).is_some_and(|rest| rest.starts_with(KEY)) => {
                (in_text, from) = (true, Some(at));
            }
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => depth = depth.saturating_add(1),
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 1 => {
                if let Some((before, after)) = from.and_then(|from| leaf.get(..from).zip(leaf.get(at..))) {
                    return [DOMAIN, before, after.get(1..).unwrap_or_default()].concat();
                }
            }
            _ => {}
        }
    }
    [DOMAIN, leaf].concat()
}

/// `hanse/leaf/v1\n` and the canonical leaf without its signatures.
pub(crate) fn message(fields: &Map<String, Value>) -> Vec<u8> {
    let unsigned = fields.iter().filter(|(key, _)| *key != "sigs");
    let unsigned = unsigned.map(|(key, value)| (key.clone(), value.clone())).collect();
    [DOMAIN, &canonical::to_vec(&Value::Object(unsigned))].concat()
}

/// SHA-256 of the bytes that are signed.
pub(crate) fn id_of(message: &[u8]) -> LeafId {
    LeafId(Sha256::digest(message).into())
}

pub(crate) fn kind(fields: &Map<String, Value>) -> Result<String, LeafError> {
    let kind = fields.get("t").and_then(Value::as_str).ok_or(LeafError::Kind)?;
    let in_form = (1..=KIND_CHARS_MAX).contains(&kind.len())
        && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        && kind != "index";
    if in_form { Ok(kind.to_owned()) } else { Err(LeafError::Kind) }
}

pub(crate) fn subjects(fields: &Map<String, Value>) -> Result<Vec<SubjectKey>, LeafError> {
    let listed = fields.get("subjects").and_then(Value::as_array).ok_or(LeafError::Subjects)?;
    if listed.len() > SUBJECTS_MAX {
        return Err(LeafError::Subjects);
    }
    let keys: Option<Vec<SubjectKey>> =
        listed.iter().map(|key| SubjectKey::from_hex(key.as_str()?)).collect();
    keys.filter(|keys| keys.is_sorted_by(|a, b| a < b)).ok_or(LeafError::Subjects)
}

pub(crate) fn signatures(fields: &Map<String, Value>) -> Result<Vec<(PublicKey, Signature)>, LeafError> {
    let listed = fields.get("sigs").and_then(Value::as_array).ok_or(LeafError::Signatures)?;
    let read: Option<Vec<_>> = listed.iter().map(signature).collect();
    read.filter(|read| read.is_sorted_by(|(a, _), (b, _)| a.as_bytes() < b.as_bytes()))
        .ok_or(LeafError::Signatures)
}

fn signature(value: &Value) -> Option<(PublicKey, Signature)> {
    let fields = value.as_object().filter(|fields| fields.len() == 2)?;
    let key = PublicKey::from_hex(fields.get("key")?.as_str()?).ok()?;
    let signature = Signature::from_hex(fields.get("value")?.as_str()?).ok()?;
    Some((key, signature))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Texts in which the way to `sigs` could be lost, and values in which another `sigs` stands.
    fn values() -> impl Strategy<Value = Value> {
        let texts = prop::sample::select(vec!["sigs", "\"sigs\":", "\\", "\\\"", "},{", "[", ",", "\"", "é"]);
        let leaf = prop_oneof![texts.prop_map(Value::from), any::<u32>().prop_map(Value::from)];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                (prop::sample::select(vec!["sigs", "a", "\"sigs\":", "\\"]), inner)
                    .prop_map(|(key, value)| serde_json::json!({ key: value })),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_signed_bytes_are_cut_out_of_the_leaf(
            fields in prop::collection::btree_map("[a-z\"\\\\]{0,5}", values(), 0..5), sigs in values(),
        ) {
            let mut fields: Map<String, Value> = fields.into_iter().collect();
            fields.extend([("sigs".to_owned(), sigs), ("t".to_owned(), "later".into())]);
            let leaf = canonical::to_vec(&Value::Object(fields.clone()));
            prop_assert_eq!(message_of(&leaf), message(&fields));
        }
    }
}
