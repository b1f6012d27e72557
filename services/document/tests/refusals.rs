//! What each field of each kind refuses, and by which name. A case is one change to a valid document of `testdata`; the
//! signature does not fit any more, but form and bounds are looked at first.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use hanse_document::canonical::to_vec;
use hanse_document::kind::{Bid, Event, Job, Pay, Place, Profile, Step};
use hanse_document::rejection::Forbidden;
use hanse_document::{Body, Did, Draft, Fault, Kind, Rejection, Signed, SigningKey, Verified};
use serde_json::{Value, json};

fn valid(kind: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/valid").join(format!("{kind}.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn verified(kind: &str) -> Verified {
    Signed::parse(&to_vec(&valid(kind))).unwrap().verify().unwrap()
}

fn refusal(document: &Value) -> Option<Rejection> {
    Signed::parse(&to_vec(document)).and_then(Signed::verify).err()
}

/// Sets `key` of the object at `pointer` (null removes it) and compares the refusal.
fn check(kind: &str, pointer: &str, key: &str, value: Value, expected: Rejection) {
    let mut document = valid(kind);
    let object = document.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap();
    let case = format!("{kind} {pointer}/{key} = {value}");
    if value.is_null() {
        object.remove(key).unwrap();
    } else {
        object.insert(key.to_owned(), value);
    }
    assert_eq!(refusal(&document), Some(expected), "{case}");
}

fn forbidden(character: char, place: usize) -> Rejection {
    Rejection::ForbiddenCharacter(Forbidden { character, place })
}

const SUBJECT: &str = "/credentialSubject";

#[test]
fn envelope() {
    use Rejection::{BadKey, BadName, BadSignature, BadTime, ForeignKey, OutOfForm, UnknownKind};
    let other = verified("profile").issuer().verification_method();
    let cases = [
        ("", "@context", json!(["https://www.w3.org/ns/credentials/v2"]), OutOfForm),
        ("", "@context", json!(["https://www.w3.org/ns/credentials/v2", "https://a.example/"]), OutOfForm),
        ("", "id", json!("urn:x"), OutOfForm),
        ("", "salt", json!("CAgI"), OutOfForm),
        ("", "salt", json!("CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAj"), OutOfForm),
        ("", "salt", Value::Null, OutOfForm),
        ("", "proof", Value::Null, OutOfForm),
        ("", "proof", json!([]), OutOfForm),
        ("", "type", json!(["HanseText", "VerifiableCredential"]), OutOfForm),
        ("", "type", json!(["VerifiableCredential", "HanseText", "HanseJob"]), OutOfForm),
        ("", "type", json!(["VerifiableCredential", "hansetext"]), UnknownKind),
        ("", "issuer", json!("did:web:a.example"), BadKey),
        ("", "issuer", json!({"id": "did:web:a.example"}), OutOfForm),
        ("", "validFrom", json!("2026-11-24T18:00:00.000Z"), BadTime),
        ("", "validFrom", json!("2026-11-24T18:00:01Z"), BadTime),
        ("", "validUntil", json!("2026-11-25T18:00:00Z"), BadTime),
        ("/proof", "created", json!("2026-11-24T18:00:01Z"), BadTime),
        ("/proof", "@context", Value::Null, OutOfForm),
        ("/proof", "cryptosuite", json!("eddsa-rdfc-2022"), OutOfForm),
        ("/proof", "proofPurpose", json!("authentication"), OutOfForm),
        ("/proof", "type", json!("Ed25519Signature2020"), OutOfForm),
        ("/proof", "domain", json!("a.example"), OutOfForm),
        ("/proof", "custody", json!("self"), BadName),
        ("/proof", "custody", json!("a.example"), BadSignature),
        ("/proof", "verificationMethod", json!(other), ForeignKey),
        ("/proof", "verificationMethod", json!("#key"), ForeignKey),
        ("/proof", "proofValue", Value::Null, BadSignature),
        ("/proof", "proofValue", json!("z"), BadSignature),
        ("/proof", "proofValue", json!("u3Fp9q5x6"), BadSignature),
        ("/proof", "proofValue", json!(format!("z1{}", "2".repeat(87))), BadSignature),
        ("/proof", "proofValue", json!(format!("z{}", "2".repeat(5_000))), BadSignature),
    ];
    for (pointer, key, value, expected) in cases {
        check("text", pointer, key, value, expected);
    }
}

/// A field that is not stated is left out. With `null` there would be a second document that says the same.
#[test]
fn null_is_refused_wherever_it_stands() {
    let places = [
        ("job", "", "validUntil"),
        ("job", SUBJECT, "hours_per_week"),
        ("job", SUBJECT, "unheard_of"),
        ("job", "/credentialSubject/schedule", "start"),
        ("job", "/proof", "custody"),
    ];
    for (kind, pointer, key) in places {
        let mut document = valid(kind);
        let object = document.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap();
        object.insert(key.to_owned(), Value::Null);
        assert_eq!(refusal(&document), Some(Rejection::OutOfForm), "{kind} {pointer}/{key}");
    }
    // Of a later kind, whose fields nobody here knows.
    let mut later = valid("job");
    later["type"][1] = json!("HanseSpell");
    assert_eq!(refusal(&later), Some(Rejection::UnknownKind));
    later["credentialSubject"]["skills"] = json!([{"words": [null]}]);
    assert_eq!(refusal(&later), Some(Rejection::OutOfForm));
}

#[test]
fn jobs() {
    use Rejection::{BadCode, BadName, BadTime, OutOfBounds, OutOfForm, RepeatedItem};
    let many: Vec<String> = (0..21).map(|n| format!("local:{n}")).collect();
    let cases = [
        ("title", Value::Null, OutOfForm),
        ("title", json!(""), OutOfBounds),
        ("title", json!("x".repeat(121)), OutOfBounds),
        ("title", json!("two\nlines"), forbidden('\n', 4)),
        ("title", json!("zéro\u{200b}width"), forbidden('\u{200b}', 5)),
        ("text", json!("é".repeat(16_001)), OutOfBounds),
        ("text", json!("\u{1b}[2J"), forbidden('\u{1b}', 1)),
        ("home", json!("a.example/reputation"), BadName),
        ("seats", json!(0), OutOfBounds),
        ("seats", json!(-1), OutOfBounds),
        ("seats", json!(9_007_199_254_740_991_u64), OutOfBounds),
        ("seats", json!("1"), OutOfForm),
        ("hours_per_week", json!(169), OutOfBounds),
        ("language", json!("FR"), BadCode),
        ("languages", json!("fr"), OutOfForm),
        ("languages", json!(["fr", "fr"]), RepeatedItem),
        ("skills", json!(many), OutOfBounds),
        ("skills", json!(["Plumbing"]), BadCode),
        ("schedule", json!({"start": "2027-01-11", "end": "2027-01-10"}), BadTime),
        ("schedule", json!({"start": "11.01.2027"}), BadTime),
        ("schedule", json!({"begin": "2027-01-11"}), OutOfForm),
        ("urgent", json!(true), OutOfForm),
    ];
    for (key, value, expected) in cases {
        check("job", SUBJECT, key, value, expected);
    }
    check("job", "", "validUntil", Value::Null, BadTime);
    check("job", "", "validUntil", json!("2026-11-24T12:00:00Z"), BadTime);
    check("job", "", "validUntil", json!("2027-02-22T12:00:01Z"), BadTime);
}

#[test]
fn pay_and_place() {
    use Rejection::{BadCode, OutOfBounds, OutOfForm};
    let money = |min: i64, max: i64| json!({"kind": "money", "currency": "EUR", "min": min, "max": max, "per": "hour"});
    let site = |latitude: i64| json!({"kind": "site", "name": "Visby", "country": "SE", "latitude_e4": latitude, "longitude_e4": 182_948});
    let cases = [
        ("pay", money(2, 1), OutOfBounds),
        ("pay", money(-1, 1), OutOfBounds),
        ("pay", money(1, 1_000_000_000_001), OutOfBounds),
        (
            "pay",
            json!({"kind": "money", "currency": "EUR", "min": 1_000_000_000_001_u64, "per": "hour"}),
            OutOfBounds,
        ),
        ("pay", json!({"kind": "money", "currency": "eur", "per": "hour"}), BadCode),
        ("pay", json!({"kind": "money", "currency": "EUR", "per": "day"}), OutOfForm),
        ("pay", json!({"kind": "money", "currency": "EUR"}), OutOfForm),
        ("pay", json!({"kind": "money", "currency": "EUR", "per": "hour", "hours": 3}), OutOfForm),
        ("pay", json!({"kind": "barter"}), OutOfForm),
        ("pay", json!({"kind": "barter", "offers": "eggs", "hours": 3}), OutOfForm),
        ("pay", json!({"kind": "time_credits", "hours": 0}), OutOfBounds),
        ("pay", json!({"kind": "time_credits", "per": "hour"}), OutOfForm),
        ("pay", json!({"kind": "shares"}), OutOfForm),
        ("pay", json!("EUR 5"), OutOfForm),
        ("place", json!({"kind": "remote", "name": "Visby"}), OutOfForm),
        ("place", json!({"kind": "site", "name": "Visby"}), OutOfForm),
        ("place", json!({"kind": "site", "name": "Visby", "country": "Sweden"}), BadCode),
        (
            "place",
            json!({"kind": "site", "name": "Visby", "country": "SE", "latitude_e4": 576_348}),
            OutOfForm,
        ),
        ("place", site(900_001), OutOfBounds),
        ("place", site(-9_007_199_254_740_991), OutOfBounds),
        ("place", json!({"kind": "moon"}), OutOfForm),
    ];
    for (key, value, expected) in cases {
        check("job", SUBJECT, key, value, expected);
    }
}

#[test]
fn people() {
    use Rejection::{BadKey, BadName, KeyReused, OutOfBounds, RepeatedItem, WrongKind};
    let own = json!([verified("identity").issuer()]);
    let recovery = valid("identity").pointer("/credentialSubject/recovery/0").unwrap().clone();
    check("identity", SUBJECT, "seq", json!(1), OutOfBounds);
    check("identity", SUBJECT, "recovery", own, KeyReused);
    check("identity", SUBJECT, "recovery", json!([recovery, recovery]), RepeatedItem);
    check("identity", SUBJECT, "recovery", json!(["did:key:z6Mk"]), BadKey);
    check("identity", SUBJECT, "custody", json!("Self"), BadName);
    check("profile", SUBJECT, "name", json!("x".repeat(81)), OutOfBounds);
    check("profile", SUBJECT, "name", json!("x\u{feff}y"), forbidden('\u{feff}', 2));
    check("profile", SUBJECT, "about", json!("x".repeat(4_001)), OutOfBounds);
    check("profile", SUBJECT, "travel_km", json!(20_001), OutOfBounds);
    check("profile", SUBJECT, "prev", json!(verified("job").id()), WrongKind);
}

#[test]
fn contracts() {
    use Rejection::{AboutSelf, BadName, BadTime, KeyReused, OutOfBounds, OutOfForm, WrongKind};
    let [job, bid, offer] = ["job", "bid", "offer"].map(|kind| json!(verified(kind).id()));
    let [client, freelancer] = ["job", "bid"].map(|kind| verified(kind).issuer().clone());
    check("bid", SUBJECT, "job", bid.clone(), WrongKind);
    check("bid", SUBJECT, "text", json!("x".repeat(8_001)), OutOfBounds);
    check("bid", SUBJECT, "days", json!(3_651), OutOfBounds);
    check("bid", "", "validUntil", json!("2026-11-25T13:00:00Z"), BadTime);
    check("terms", SUBJECT, "due", json!("2027-02-15T00:00:00Z"), BadTime);
    check("terms", SUBJECT, "scope", json!(" \n "), OutOfBounds);
    check("offer", SUBJECT, "bid", job.clone(), WrongKind);
    check("offer", SUBJECT, "job", bid, WrongKind);
    check("offer", SUBJECT, "freelancer", json!(client), AboutSelf);
    check("offer", SUBJECT, "slot", json!(freelancer.key()), KeyReused);
    check("offer", SUBJECT, "log", json!("a.example/jobs"), BadName);
    check("offer", SUBJECT, "terms", json!("AB".repeat(32)), OutOfForm);
    check("offer", "", "validUntil", json!("2026-12-01T15:00:01Z"), BadTime);
    check("offer", "", "validUntil", Value::Null, BadTime);
    check("acceptance", SUBJECT, "offer", job.clone(), WrongKind);
    check("acceptance", SUBJECT, "client", json!(freelancer), AboutSelf);
    check("acceptance", SUBJECT, "slot", json!(client.key()), KeyReused);
    check("review", SUBJECT, "contract", job, WrongKind);
    check("review", SUBJECT, "axes", json!({"quality": 6}), OutOfBounds);
    check("review", SUBJECT, "axes", json!({"payment": 5}), OutOfForm);
    check("review", SUBJECT, "axes", json!({"charm": 5}), OutOfForm);
    check("review", SUBJECT, "role", json!("freelancer"), OutOfForm);
    check("review", SUBJECT, "rating", json!(0), OutOfBounds);
    check("reply", SUBJECT, "cites", offer, OutOfForm);
}

#[test]
fn steps() {
    use Rejection::{OutOfBounds, OutOfForm, WrongKind};
    let engagement = "42".repeat(32);
    let [job, bid, offer] = ["job", "bid", "offer"].map(|kind| verified(kind).id());
    let of = |event: &str, object, body: Value| {
        let mut step = valid("step").pointer(SUBJECT).unwrap().clone();
        step["event"] = json!(event);
        step["object"] = json!(object);
        step["body"] = body;
        let issuer = verified("step").issuer().clone();
        Body::from_value(Kind::Step, &step)
            .and_then(|body| body.check(&issuer).map(|()| body).map_err(|misfit| misfit.fault.rejection))
    };
    let good = [
        ("close_unfilled", job, json!({"reason": "The shed is gone."})),
        ("withdraw", bid, json!({})),
        ("decline", bid, json!({"reason": "Too far."})),
        ("decline", offer, json!({"reason": "Other work."})),
        ("deliver", offer, json!({"digest": "00".repeat(32), "note": "two\nlines"})),
        ("accept_delivery", offer, json!({})),
        ("attest_paid", offer, json!({})),
        ("confirm_received", offer, json!({"engagement": engagement})),
        ("close", offer, json!({"reason": "Done."})),
    ];
    let mut names = BTreeSet::new();
    for (event, object, body) in good {
        let Ok(Body::Step(step)) = of(event, object, body.clone()) else { panic!("{event} {body}") };
        assert_eq!(step.event.name(), event);
        names.insert(event);
        let mut more = body.clone();
        more["more"] = json!(1);
        assert_eq!(of(event, object, more), Err(OutOfForm), "{event}");
        assert_eq!(of(event, verified("terms").id(), body), Err(WrongKind), "{event}");
    }
    assert_eq!(names.len(), 8);
    assert_eq!(of("close_unfilled", job, json!({})), Err(OutOfForm));
    assert_eq!(of("close_unfilled", job, json!({"reason": "x".repeat(501)})), Err(OutOfBounds));
    assert_eq!(of("deliver", offer, json!({"note": "x".repeat(2_001)})), Err(OutOfBounds));
    assert_eq!(of("deliver", offer, json!({"note": null})), Err(OutOfForm));
    assert_eq!(of("attest_paid", offer, json!([])), Err(OutOfForm));
    assert_eq!(of("attest_paid", offer, Value::Null), Err(OutOfForm));
    assert_eq!(of("confirm_received", offer, json!({"engagement": "42"})), Err(OutOfForm));
    assert_eq!(of("attest_paid", job, json!({})), Err(WrongKind));
    assert_eq!(of("explode", offer, json!({})), Err(OutOfForm));
    check("step", SUBJECT, "prev", json!(verified("review").id()), WrongKind);
}

#[test]
fn requests_meet_the_same_bounds_through_serde_alone() {
    let unknown = json!({"kind": "remote", "name": "Visby"});
    assert!(serde_json::from_value::<Place>(unknown).is_err());
    assert!(serde_json::from_value::<Pay>(json!({"kind": "barter", "offers": "eggs", "more": 1})).is_err());
    assert!(serde_json::from_value::<Event>(json!({"event": "close", "body": {"more": 1}})).is_err());
    for kind in ["job", "bid", "profile", "step"] {
        let mut body = valid(kind).pointer(SUBJECT).unwrap().clone();
        body["more"] = json!(1);
        let refused = match kind {
            "job" => serde_json::from_value::<Job>(body).is_err(),
            "bid" => serde_json::from_value::<Bid>(body).is_err(),
            "profile" => serde_json::from_value::<Profile>(body).is_err(),
            _ => serde_json::from_value::<Step>(body).is_err(),
        };
        assert!(refused, "{kind}");
    }
    // What serde says is the rejection itself, for a problem document to show.
    let error = serde_json::from_value::<Pay>(json!({"kind": "barter", "offers": ""})).unwrap_err();
    let told = Rejection::OutOfBounds.told("1 to 500 characters; this one has 0.");
    assert_eq!((Fault::carried_by(&error), error.to_string()), (Some(told.clone()), told.to_string()));
}

#[test]
fn drafts_are_refused_like_documents() {
    let text = verified("text");
    let draft = |body: Body| Draft {
        issuer: text.issuer().clone(),
        body,
        salt: [9; 32],
        from: text.from(),
        until: None,
        custody: None,
    };
    let key = SigningKey::from_seed([1; 32]);
    let again = draft(text.body().clone()).sign(&key).unwrap();
    assert_ne!(again.id(), text.id(), "another salt, another id");
    let foreign = draft(text.body().clone()).sign(&SigningKey::from_seed([2; 32]));
    assert_eq!(foreign.err(), Some(Rejection::ForeignKey));
    let unbounded = draft(verified("job").body().clone()).sign(&key);
    assert_eq!(unbounded.err(), Some(Rejection::BadTime));
    let mut step = verified("step").body().clone();
    if let Body::Step(step) = &mut step {
        step.object = text.id();
    }
    assert_eq!(draft(step).sign(&key).err(), Some(Rejection::WrongKind));
}

#[test]
fn a_body_written_by_hand_is_told_which_field_is_wrong() {
    let misfit = |change: fn(&mut Value)| {
        let mut value = verified("job").body().to_value();
        change(&mut value);
        Body::read(Kind::Job, &value).map(drop).unwrap_err()
    };
    let long = misfit(|job| job["title"] = "x".repeat(1_000).into());
    assert_eq!((long.field.as_str(), long.fault.rejection), ("title", Rejection::OutOfBounds));
    let code = misfit(|job| job["skills"] = json!(["local:rust", "no code"]));
    assert_eq!((code.field.as_str(), code.fault.rejection), ("skills[1]", Rejection::BadCode));
    let told = [
        (long, "1 to 120 characters; this one has 1000."),
        (code, "An ESCO id or a tag such as `local:rust`"),
    ];
    for (misfit, told) in told {
        assert!(misfit.fault.sentence().starts_with(told), "{misfit:?}");
    }
    let swapped = misfit(|job| job["pay"]["min"] = json!(120_001));
    assert_eq!(swapped.fault.told, "`min` is 120001, above `max`, which is 120000.");
    let half = misfit(|job| drop(job["place"].as_object_mut().unwrap().remove("latitude_e4")));
    assert!(half.fault.told.starts_with("`longitude_e4` stands without `latitude_e4`"), "{half:?}");
    let unstated = misfit(|job| job["pay"] = Value::Null);
    assert_eq!((unstated.field.as_str(), unstated.fault.rejection), ("pay", Rejection::OutOfForm));
}

#[test]
fn work_may_end_on_the_day_that_it_starts() {
    let read = |end: &str| {
        let mut value = verified("job").body().to_value();
        value["schedule"] = json!({"start": "2026-12-02", "end": end});
        let body = Body::from_value(Kind::Job, &value).unwrap();
        body.check(&Did::of(&SigningKey::from_seed([3; 32]).public()))
    };
    assert_eq!(read("2026-12-02"), Ok(()));
    let misfit = read("2026-12-01").unwrap_err();
    assert_eq!((misfit.field.as_str(), misfit.fault.rejection), ("schedule", Rejection::BadTime));
    assert!(misfit.fault.told.starts_with("`end` is 2026-12-01 and `start` is 2026-12-02"), "{misfit:?}");
}

#[test]
fn each_reason_has_a_sentence_of_its_own() {
    let sentences: BTreeSet<&str> = Rejection::ALL.into_iter().map(Rejection::detail).collect();
    assert_eq!(sentences.len(), Rejection::ALL.len());
    assert!(sentences.iter().all(|sentence| sentence.ends_with('.') && sentence.len() > 30), "{sentences:?}");
}
