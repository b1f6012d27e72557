//! One document for each rejection. Each is right but for that one fault: where the fault can be signed, it is.

use hanse_document::canonical::to_vec;
use hanse_document::envelope::{BYTES_MAX, signing_bytes};
use hanse_document::{Kind, Rejection, Verified};
use serde_json::{Value, json};

use super::{CLIENT, did, halves, key};

/// The document of this kind.
fn of(valid: &[Verified], kind: Kind) -> Value {
    valid
        .iter()
        .find(|document| document.kind() == kind)
        .map(|document| document.value().clone())
        .unwrap_or_default()
}

/// Puts a value at a JSON pointer, into an object or over what is there.
fn put(mut document: Value, pointer: &str, value: Value) -> Value {
    if let Some((parent, last)) = pointer.rsplit_once('/')
        && let Some(parent) = document.pointer_mut(parent)
    {
        match parent {
            Value::Object(object) => drop(object.insert(last.to_owned(), value)),
            Value::Array(items) => items.iter_mut().last().into_iter().for_each(|item| *item = value.clone()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    document
}

/// Signs the document anew with the client's key, whatever it says.
fn signed(document: Value) -> Vec<u8> {
    let (unsigned, proof) = halves(&document);
    let signature = key(CLIENT).sign(&signing_bytes(&unsigned, &proof));
    let value = format!("z{}", bs58::encode(signature.as_bytes()).into_string());
    to_vec(&put(document, "/proof/proofValue", json!(value)))
}

/// The canonical bytes with one piece of text replaced.
fn spliced(document: &Value, from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(&to_vec(document)).replacen(from, to, 1).into_bytes()
}

/// The bytes for each rejection, in the order of [`Rejection::ALL`].
pub(crate) fn invalid(valid: &[Verified]) -> Vec<(Rejection, Vec<u8>)> {
    Rejection::ALL.into_iter().map(|rejection| (rejection, sample(valid, rejection))).collect()
}

fn sample(valid: &[Verified], rejection: Rejection) -> Vec<u8> {
    let text = || of(valid, Kind::Text);
    let with = |pointer: &str, value: Value| signed(put(text(), pointer, value));
    let job_with = |pointer: &str, value: Value| signed(put(of(valid, Kind::Job), pointer, value));
    let body_text = "/credentialSubject/text";
    match rejection {
        Rejection::TooLarge => with(body_text, json!("a".repeat(BYTES_MAX))),
        Rejection::NotJson => spliced(&text(), "}", ""),
        Rejection::TooDeep => {
            let deep = (0..16).fold(json!(1), |inner, _| json!([inner]));
            with("/credentialSubject/deep", deep)
        }
        Rejection::DuplicateKey => spliced(&text(), "\"language\"", "\"language\":\"en\",\"language\""),
        Rejection::KeyNotAscii => with("/credentialSubject/naïve", json!(1)),
        Rejection::NotNfc => with(body_text, json!("Cafe\u{301}")),
        Rejection::Float => with("/credentialSubject/share", json!(0.5)),
        Rejection::IntegerRange => with("/credentialSubject/share", json!(9_007_199_254_740_992_u64)),
        Rejection::NotCanonical => spliced(&text(), ",", ", "),
        Rejection::OutOfForm => with("/credentialSubject/stars", json!(5)),
        Rejection::UnknownKind => with("/type/1", json!("HanseSpell")),
        Rejection::OutOfBounds => job_with("/credentialSubject/seats", json!(101)),
        Rejection::ForbiddenCharacter(_) => job_with("/credentialSubject/title", json!("Gate \u{202e}etag")),
        Rejection::RepeatedItem => job_with("/credentialSubject/languages", json!(["fr", "de", "fr"])),
        Rejection::BadTime => job_with("/validUntil", json!("2027-11-24T12:00:00Z")),
        // A point of order four is no key.
        Rejection::BadKey => {
            signed(put(of(valid, Kind::Offer), "/credentialSubject/slot", json!("00".repeat(32))))
        }
        Rejection::BadId => {
            signed(put(of(valid, Kind::Review), "/credentialSubject/contract", json!("offer_1")))
        }
        Rejection::BadName => job_with("/credentialSubject/home", json!("A.example:443")),
        Rejection::BadCode => job_with("/credentialSubject/skills", json!(["Wrought iron"])),
        Rejection::WrongKind => {
            let job = valid.iter().find(|document| document.kind() == Kind::Job).map(Verified::id);
            signed(put(of(valid, Kind::Review), "/credentialSubject/contract", json!(job)))
        }
        Rejection::KeyReused => {
            signed(put(of(valid, Kind::Offer), "/credentialSubject/slot", json!(key(CLIENT).public())))
        }
        Rejection::AboutSelf => {
            signed(put(of(valid, Kind::Review), "/credentialSubject/id", json!(did(CLIENT))))
        }
        Rejection::ForeignKey => with("/proof/verificationMethod", json!(did(2).verification_method())),
        Rejection::BadSignature => to_vec(&put(text(), body_text, json!("Crooked, loose, late."))),
    }
}
