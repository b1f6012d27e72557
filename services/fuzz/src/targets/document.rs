//! Documents and what stands in them.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use hanse_document::canonical::{self, Json, parse_lenient_form, parse_request, to_vec};
use hanse_document::{
    BYTES_MAX, Body, Commitment, Country, Currency, Date, Did, Digest, DocumentId, Draft, Fault, Kind,
    Language, LeafRef, Line, LogName, NodeName, PublicKey, Rejection, Signature, Signed, Skill, Text,
    Timestamp, Verified,
};
use serde_json::Value;

use super::{PLAIN, Target, heavy, reason, texts};
use crate::cost::Budget;
use crate::mutate::{CLIENT, JSON, SIGN, key, sign_document};

pub(super) const DOCUMENT: Target = Target {
    name: "document",
    bytes_max: BYTES_MAX + 64,
    mutators: &[JSON, JSON, SIGN],
    also: &["services/document/testdata/valid", "services/document/testdata/invalid"],
    made: by_the_client,
    budget: Budget { base: 256 * 1024, each: 1_024 },
    run: document,
    ..PLAIN
};

/// Every valid document, signed by a key that everybody knows: one that is changed can be signed again.
fn by_the_client() -> Vec<Vec<u8>> {
    let valid = |text: &str| serde_json::from_str::<Value>(text).ok();
    let all = [
        include_str!("../../../document/testdata/valid/job.json"),
        include_str!("../../../document/testdata/valid/profile.json"),
        include_str!("../../../document/testdata/valid/bid.json"),
    ];
    let signed = |mut document: Value| sign_document(&mut document, &key(CLIENT)).map(|()| to_vec(&document));
    all.iter().filter_map(|text| valid(text)).filter_map(signed).chain(heavy()).collect()
}

fn document(bytes: &[u8]) -> String {
    let signed = match Signed::parse(bytes) {
        Ok(signed) => signed,
        Err(rejection) => return refused(bytes, rejection),
    };
    let (id, kind) = (signed.id(), signed.kind());
    match signed.clone().verify() {
        Ok(document) => verified(bytes, &document),
        Err(rejection) => {
            assert!(matches!(rejection, Rejection::ForeignKey | Rejection::BadSignature), "{rejection}");
            // What is kept to be read back is read back as it was, and has no second origin.
            let kept = signed.clone().verified_before(&Commitment::of(bytes)).unwrap();
            assert_eq!((kept.id(), kept.bytes()), (id, bytes));
            assert!(signed.verified_before(&Commitment::of(b"other bytes")).is_err());
            format!("{} {kind}", word(rejection))
        }
    }
}

/// The slug alone.
fn word(rejection: Rejection) -> String {
    rejection.slug().to_owned()
}

fn refused(bytes: &[u8], rejection: Rejection) -> String {
    if matches!(rejection, Rejection::TooLarge) {
        return word(rejection);
    }
    // What is wrong with the JSON is said of the JSON alone.
    let json = canonical::parse(bytes, BYTES_MAX);
    if let Err(other) = json {
        assert_eq!(other, rejection);
    }
    word(rejection)
}

/// Everything that can be read out of a document makes the same bytes again.
fn verified(bytes: &[u8], document: &Verified) -> String {
    assert_eq!(document.bytes(), bytes);
    assert_eq!(to_vec(document.value()), bytes);
    assert_eq!(document.commitment(), Commitment::of(bytes));
    assert_eq!(DocumentId::parse(&document.id().to_string()), Ok(document.id()));
    let body = document.body();
    assert_eq!(Body::from_value(document.kind(), &body.to_value()).as_ref(), Ok(body));
    assert_eq!(body.check(document.issuer()), Ok(()));
    if let Some(seed) = (1..=6).find(|seed| key(*seed).public() == document.issuer().key()) {
        let draft = Draft {
            issuer: document.issuer().clone(),
            body: body.clone(),
            salt: *document.salt(),
            from: document.from(),
            until: document.until(),
            custody: document.custody().cloned(),
        };
        let again = draft.sign(&key(seed)).unwrap();
        assert_eq!(String::from_utf8_lossy(again.bytes()), String::from_utf8_lossy(bytes));
    }
    format!("verified {}", document.kind())
}

pub(super) const CANONICAL: Target = Target {
    name: "canonical",
    bytes_max: 16 * 1024,
    mutators: &[JSON],
    also: &["services/document/testdata/rfc8785", "services/document/testdata/invalid/too-deep.json"],
    made: || {
        let mut seeds = texts(&[
            r#"{"a":[1,true,"é",{}],"b":{"c":-9007199254740991}}"#,
            "{\"a\":\"e\\u0301\"}",
            r#"{"a":1,"a":2}"#,
            "[null,1.5,-0,1e3]",
            "\"\\ud800\"",
            "[\"a\\r\\nb\\u000dc\"]",
            "[1e400,1]",
            "{\"a\":\n-99999999999999999999999999999999999999999e300}",
        ]);
        seeds.extend(heavy());
        seeds
    },
    budget: Budget { base: 64 * 1024, each: 2_048 },
    run: canonical_json,
    ..PLAIN
};

fn canonical_json(bytes: &[u8]) -> String {
    const MAX: usize = 14 * 1024;
    let strict = canonical::parse(bytes, MAX);
    let lenient = parse_lenient_form(bytes, MAX);
    let request = parse_request(bytes, MAX);
    let embedded: Result<Json<MAX>, _> = serde_json::from_slice(bytes);
    if let Ok(value) = &strict {
        assert_eq!(to_vec(value), bytes, "another form");
        assert_eq!(lenient.as_ref(), Ok(value));
    }
    if let Ok(value) = &lenient {
        assert!(request.is_ok(), "a request may be whatever a file may be");
        assert!(
            request.as_ref() == Ok(value) || to_vec(value).windows(2).any(|two| two == br"\r"),
            "line ends apart"
        );
        let again = to_vec(value);
        assert_eq!(parse_lenient_form(&again, usize::MAX).as_ref(), Ok(value));
        let parsed = canonical::parse(&again, MAX);
        assert!(
            matches!(&parsed, Err(Rejection::OutOfForm | Rejection::TooLarge))
                || parsed.as_ref() == Ok(value),
            "{parsed:?}"
        );
    }
    if let Ok(value) = &request {
        let again = to_vec(value);
        assert_eq!(
            parse_lenient_form(&again, usize::MAX).as_ref(),
            Ok(value),
            "what is brought into form is in form"
        );
    }
    if let Ok(json) = &embedded {
        assert_eq!(Json::parse(json.bytes()).as_ref(), Ok(json));
        assert_eq!(Json::of(&json.value()).as_ref(), Ok(json));
        assert_eq!(lenient.as_ref(), Ok(&json.value()));
    }
    let said = |read: Result<&Value, &Rejection>| match read {
        Ok(value) => kind(value).to_owned(),
        Err(rejection) => word(*rejection),
    };
    let all = [strict.as_ref(), lenient.as_ref(), request.as_ref()].map(said);
    format!("{} {}", all.join("/"), embedded.is_ok())
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

pub(super) const WORDS: Target = Target {
    name: "words",
    bytes_max: 600,
    made: || {
        texts(&[
            "did:key:z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX",
            "z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX",
            "job_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "a.example",
            "a.example/reputation",
            "2026-11-24T10:00:00Z",
            "2028-02-29",
            "EUR",
            "fr",
            "zh-Hant",
            "local:wrought-iron",
            "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c",
            "Two lines.\nOf text.",
            "\u{1f469}\u{1f3fd}\u{200d}\u{1f4bb} \u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e007f} 1\u{fe0f}\u{20e3}",
            "\u{6a9}\u{62a}\u{627}\u{628}\u{200c}\u{647}\u{627} \u{915}\u{94d}\u{200d}\u{937} \u{845b}\u{e0100}",
            "80.50",
            "out-of-bounds: A text, list or number is shorter, longer, smaller or larger than its place takes.\n1 to 5.",
        ])
    },
    budget: Budget { base: 64 * 1024, each: 1_024 },
    run: words,
    ..PLAIN
};

/// Reads one sort of word: it has one spelling.
fn one<T: Display + PartialEq + Debug, E: Debug>(
    said: &mut Vec<String>,
    name: &str,
    text: &str,
    read: impl Fn(&str) -> Result<T, E>,
) {
    match read(text) {
        Ok(value) => {
            assert_eq!(value.to_string(), text, "{name} has another spelling");
            said.push(name.to_owned());
        }
        Err(error) if said.is_empty() => said.push(reason(&error)),
        Err(_) => {}
    }
}

fn words(bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else { return "no text".into() };
    let mut said = Vec::new();
    one(&mut said, "did", text, Did::from_str);
    one(&mut said, "id", text, DocumentId::from_str);
    one(&mut said, "kind", text, Kind::from_str);
    one(&mut said, "node", text, NodeName::from_str);
    one(&mut said, "log", text, LogName::from_str);
    one(&mut said, "time", text, Timestamp::parse);
    one(&mut said, "date", text, Date::parse);
    one(&mut said, "currency", text, Currency::from_str);
    one(&mut said, "language", text, Language::from_str);
    one(&mut said, "skill", text, Skill::from_str);
    one(&mut said, "country", text, Country::from_str);
    one(&mut said, "key", text, PublicKey::from_hex);
    one(&mut said, "signature", text, Signature::from_hex);
    one(&mut said, "digest", text, Digest::from_hex);
    one(&mut said, "leaf", text, LeafRef::from_hex);
    one(&mut said, "line", text, Line::<1, 120>::parse);
    one(&mut said, "text", text, Text::<1, 400>::parse);
    if let Ok(did) = Did::parse(text) {
        assert_eq!(Did::of(&did.key()), did);
    }
    if let Ok(log) = LogName::parse(text) {
        assert_eq!(LogName::of(&log.node()), log);
    }
    // What shows on a line shows between spaces.
    let shows = |text: &str| Line::<0, { usize::MAX }>::parse(text).is_ok();
    assert_eq!(shows(text), shows(&format!("x {text} x")), "{text:?}");
    for currency in ["EUR", "JPY", "KWD", "CLF"].map(|code| Currency::parse(code).unwrap()) {
        let minor = currency.minor(text);
        assert_eq!(
            minor.and_then(|minor| currency.minor(&currency.major(minor))),
            minor,
            "{text:?} {currency}"
        );
    }
    if let Some(fault) = Fault::carried_by(&text) {
        assert_eq!(Fault::carried_by(&fault), Some(fault));
    }
    if let Ok(date) = Date::parse(text) {
        assert_eq!((date.start().date(), Date::from_day(date.day())), (date, Ok(date)));
    }
    said.join(" ")
}
