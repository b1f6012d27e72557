//! What must hold for every document, not only for those that somebody thought of.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use hanse_document::canonical::{parse, parse_lenient_form, to_vec};
use hanse_document::kind::{Reply, ReviewText};
use hanse_document::{
    Body, Commitment, Date, Did, DocumentId, Draft, Kind, LeafRef, PublicKey, Rejection, Signature, Signed,
    SigningKey, Text, Timestamp, Verified,
};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

/// Texts that a text of several lines takes, of any script.
fn texts() -> impl Strategy<Value = String> {
    "([^\\p{C}]|[\n\t]){1,60}"
        .prop_map(|text| text.nfc().collect::<String>())
        .prop_filter("not blank", |text| !text.trim().is_empty())
}

fn bodies() -> impl Strategy<Value = Body> {
    prop_oneof![
        texts().prop_map(|text| Body::Text(ReviewText { language: None, text: Text::parse(&text).unwrap() })),
        (texts(), any::<[u8; 32]>()).prop_map(|(text, leaf)| Body::Reply(Reply {
            cites: LeafRef::from_bytes(leaf),
            text: Text::parse(&text).unwrap(),
        })),
    ]
}

fn times() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.unix()..=Timestamp::MAX.unix()).prop_map(|seconds| Timestamp::from_unix(seconds).unwrap())
}

fn documents() -> impl Strategy<Value = Verified> {
    let custody = proptest::option::of(
        "[a-z]([a-z0-9.]{0,8}[a-z0-9])?".prop_filter_map("name", |name| name.parse().ok()),
    );
    (any::<[u8; 32]>(), bodies(), any::<[u8; 32]>(), times(), custody).prop_map(
        |(seed, body, salt, from, custody)| {
            let key = SigningKey::from_seed(seed);
            Draft { issuer: Did::of(&key.public()), body, salt, from, until: None, custody }
                .sign(&key)
                .unwrap()
        },
    )
}

/// JSON within the rules of documents, which know no `null`.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        any::<String>().prop_map(|text| Value::from(text.nfc().collect::<String>())),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map("[ -~]{0,6}", inner, 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_signed_reads_and_verifies(document in documents()) {
        let read = Signed::parse(document.bytes()).unwrap();
        prop_assert_eq!(read.id(), document.id());
        prop_assert_eq!(&read.verify().unwrap(), &document);
        prop_assert_eq!(document.commitment(), Commitment::of(document.bytes()));
        prop_assert_eq!(document.id().to_string().parse(), Ok(document.id()));
    }

    #[test]
    fn one_changed_byte_is_refused(document in documents(), at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let mut bytes = document.bytes().to_vec();
        let at = at.index(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= flip;
        }
        prop_assert!(Signed::parse(&bytes).and_then(Signed::verify).is_err());
    }

    #[test]
    fn a_missing_or_an_added_byte_is_refused(document in documents(), at in any::<prop::sample::Index>(), byte: u8) {
        let mut shorter = document.bytes().to_vec();
        let at = at.index(shorter.len());
        shorter.remove(at);
        prop_assert!(Signed::parse(&shorter).and_then(Signed::verify).is_err());
        let mut longer = document.bytes().to_vec();
        longer.insert(at, byte);
        prop_assert!(Signed::parse(&longer).and_then(Signed::verify).is_err());
    }

    #[test]
    fn no_bytes_do_harm(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(Signed::parse(&bytes).is_err());
    }

    #[test]
    fn the_canonical_form_is_unique(value in values()) {
        let bytes = to_vec(&value);
        let max = bytes.len();
        prop_assert_eq!(&parse(&bytes, max).unwrap(), &value);
        prop_assert_eq!(parse(&bytes, max - 1), Err(Rejection::TooLarge));
        for other in [serde_json::to_vec(&value).unwrap(), serde_json::to_vec_pretty(&value).unwrap()] {
            let read = parse_lenient_form(&other, other.len()).unwrap();
            prop_assert_eq!(to_vec(&read), bytes.clone());
            let strict = parse(&other, other.len());
            prop_assert_eq!(strict, if other == bytes { Ok(read) } else { Err(Rejection::NotCanonical) });
        }
    }

    /// Whatever the quick way takes, it writes as the library does.
    #[test]
    fn the_canonical_form_is_that_of_the_library(
        value in values(), number in any::<i64>(), float in any::<f64>(), key in any::<String>(),
    ) {
        let float = if float.is_finite() { float } else { 0.5 };
        for value in [value.clone(), json!({ key: value, "n": number }), json!([value, float, u64::MAX])] {
            prop_assert_eq!(to_vec(&value), serde_json_canonicalizer::to_vec(&value).unwrap());
        }
    }

    #[test]
    fn keys_have_one_form(bytes: [u8; 32]) {
        if let Ok(key) = PublicKey::from_bytes(&bytes) {
            prop_assert_eq!(PublicKey::from_did(&key.did()), Ok(key));
            prop_assert_eq!(PublicKey::from_hex(&key.hex()), Ok(key));
            prop_assert_eq!(key.as_bytes(), &bytes);
        }
        let made = SigningKey::from_seed(bytes).public();
        prop_assert_eq!(PublicKey::from_bytes(made.as_bytes()), Ok(made));
    }

    #[test]
    fn a_signature_fits_one_message_and_one_key(seed: [u8; 32], other: [u8; 32], message in vec(any::<u8>(), 0..64)) {
        prop_assume!(seed != other);
        let key = SigningKey::from_seed(seed);
        let signature = key.sign(&message);
        prop_assert!(key.public().verify(&message, &signature));
        prop_assert!(!SigningKey::from_seed(other).public().verify(&message, &signature));
        let longer = [message.as_slice(), &[0]].concat();
        prop_assert!(!key.public().verify(&longer, &signature));
        prop_assert_eq!(Signature::from_hex(&signature.hex()), Ok(signature));
    }

    #[test]
    fn times_have_one_form(time in times()) {
        prop_assert_eq!(Timestamp::parse(&time.to_string()), Ok(time));
        prop_assert_eq!(Date::parse(&time.date().to_string()), Ok(time.date()));
        prop_assert_eq!(time.date().day(), time.day());
        prop_assert!((0..86_400).contains(&time.seconds_since(time.date().start())));
    }

    #[test]
    fn ids_sort_by_kind_then_hash(a: [u8; 32], b: [u8; 32]) {
        let (job, bid) = (DocumentId::new(Kind::Job, a), DocumentId::new(Kind::Bid, b));
        prop_assert!(job < bid);
        prop_assert_eq!(DocumentId::new(Kind::Bid, a).cmp(&bid), a.cmp(&b));
    }
}
