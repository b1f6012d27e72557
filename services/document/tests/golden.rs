//! Our own vectors, for other implementers: `testdata/valid` and `testdata/invalid`.
//! `cargo run -p hanse-document --example golden` writes them anew.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

mod samples;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use hanse_document::{Body, DocumentId, Kind, Rejection, Signed};
use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

fn file_names(name: &str) -> BTreeSet<String> {
    fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn valid_documents_verify_and_are_what_they_were() {
    let documents = samples::valid().unwrap();
    let outcomes: Value = serde_json::from_slice(&fs::read(folder("valid/ids.json")).unwrap()).unwrap();
    for (kind, made) in Kind::ALL.into_iter().zip(&documents) {
        let bytes = fs::read(folder(&format!("valid/{kind}.json"))).unwrap();
        let read = Signed::parse(&bytes).unwrap().verify().unwrap();
        assert_eq!(&read, made, "{kind}");
        assert_eq!(read.kind(), kind);
        assert_eq!(read.bytes(), bytes);
        let outcome = &outcomes[kind.name()];
        let id: DocumentId = serde_json::from_value(outcome["id"].clone()).unwrap();
        assert_eq!(read.id(), id);
        assert_eq!(read.commitment().hex(), outcome["commitment"]);
        assert_eq!(Body::from_value(kind, &read.value()["credentialSubject"]).as_ref(), Ok(read.body()));
    }
    assert_eq!(fs::read_to_string(folder("valid/ids.json")).unwrap(), samples::ids(&documents).unwrap());
    let expected: BTreeSet<String> =
        Kind::ALL.iter().map(|kind| format!("{kind}.json")).chain(["ids.json".to_owned()]).collect();
    assert_eq!(file_names("valid"), expected);
}

#[test]
fn invalid_documents_are_refused_by_their_name() {
    let made = samples::invalid::invalid(&samples::valid().unwrap());
    for (rejection, bytes) in &made {
        let file = fs::read(folder(&format!("invalid/{}.json", rejection.slug()))).unwrap();
        assert!(file == *bytes, "{rejection}: the file is not the sample");
        assert_eq!(Signed::parse(&file).and_then(Signed::verify).err(), Some(*rejection));
    }
    let expected: BTreeSet<String> =
        Rejection::ALL.iter().map(|rejection| format!("{}.json", rejection.slug())).collect();
    assert_eq!(expected.len(), Rejection::ALL.len(), "slugs are unique");
    assert_eq!(file_names("invalid"), expected);
}

#[test]
fn no_kind_has_two_forms_of_unstated() {
    for document in samples::valid().unwrap() {
        let body = document.body().to_value();
        let mut absent = 0;
        for key in
            ["about", "days", "language", "pay", "place", "prev", "rate", "schedule", "text", "on_time"]
        {
            let mut with_null = body.clone();
            if with_null.as_object_mut().unwrap().insert(key.to_owned(), Value::Null).is_none() {
                absent += 1;
            }
            let refused = Body::from_value(document.kind(), &with_null);
            assert_eq!(refused, Err(Rejection::OutOfForm), "{key} of {}", document.kind());
        }
        assert!(absent > 0);
    }
}
