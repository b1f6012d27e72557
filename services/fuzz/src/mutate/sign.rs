//! Signatures put right after a change, so that what is behind them is reached: by keys that everybody knows.

use hanse_document::canonical::to_vec;
use hanse_document::envelope::signing_bytes;
use hanse_document::{Did, SigningKey};
use hanse_liars::random::Random;
use serde_json::{Value, json};

use super::Mutator;
use super::json::{object, pointers, with};

/// Every one.
pub(crate) const SIGN: &[Mutator] = &[signed];

/// The key of `testdata` that signs as the client.
pub(crate) const CLIENT: u8 = 1;

/// Keys that may sign.
const KEYS: usize = 5;

/// What leaves sign before their bytes (PROTOCOL.md, section 5).
const DOMAIN: &[u8] = b"hanse/leaf/v1\n";

/// The key of this seed, as `services/document/testdata` has them.
pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32])
}

/// Signs a document anew as the issuer whose key it is.
pub(crate) fn sign_document(document: &mut Value, key: &SigningKey) -> Option<()> {
    let did = Did::of(&key.public());
    let fields = document.as_object_mut()?;
    fields.insert("issuer".into(), json!(did));
    let mut proof = fields.remove("proof")?;
    let options = proof.as_object_mut()?;
    options.remove("proofValue");
    options.insert("verificationMethod".into(), json!(did.verification_method()));
    let message = signing_bytes(document, &proof);
    let signature = bs58::encode(key.sign(&message).as_bytes()).into_string();
    proof.as_object_mut()?.insert("proofValue".into(), json!(format!("z{signature}")));
    document.as_object_mut()?.insert("proof".into(), proof);
    Some(())
}

/// Signs a leaf anew with these keys, in their order.
fn sign_leaf(leaf: &mut Value, keys: &mut [SigningKey]) -> Option<()> {
    let fields = leaf.as_object_mut()?;
    fields.remove("sigs");
    let message = [DOMAIN, &to_vec(&Value::Object(fields.clone()))].concat();
    keys.sort_by_key(|key| *key.public().as_bytes());
    let signed = keys.iter().map(|key| json!({"key": key.public(), "value": key.sign(&message)}));
    fields.insert("sigs".into(), signed.collect());
    Some(())
}

/// A document or a leaf somewhere in the input, signed anew.
fn signed(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let (from, to, mut whole) = object(dice, input)?;
    let is_signed = |pointer: &String| {
        whole.pointer(pointer).is_some_and(|value| value.get("proof").or(value.get("sigs")).is_some())
    };
    let places: Vec<String> = pointers(&whole).into_iter().filter(is_signed).collect();
    let value = whole.pointer_mut(dice.pick(&places)?)?;
    let seed = if dice.chance(1, 2) { CLIENT } else { u8::try_from(1 + dice.below(KEYS)).ok()? };
    if value.get("proof").is_some() {
        sign_document(value, &key(seed))?;
    } else {
        let mut keys = vec![key(seed)];
        if dice.chance(1, 4) {
            keys.push(key(6));
        }
        sign_leaf(value, &mut keys)?;
    }
    Some(with(input, (from, to), &to_vec(&whole)))
}
