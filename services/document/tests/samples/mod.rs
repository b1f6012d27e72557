//! What `testdata/valid` and `testdata/invalid` hold, made from fixed seeds and salts: one document of each kind, of one
//! contract as both sides see it, and one document for each rejection.

pub(crate) mod bodies;
pub(crate) mod invalid;

use std::collections::BTreeMap;

use hanse_document::envelope::signing_bytes;
use hanse_document::{Body, Did, Draft, Kind, Rejection, SigningKey, Timestamp, Verified};
use serde_json::Value;

/// The seeds of the keys: 32 times this byte.
pub(crate) const CLIENT: u8 = 1;
pub(crate) const FREELANCER: u8 = 2;
pub(crate) const CLIENT_SLOT: u8 = 3;
pub(crate) const FREELANCER_SLOT: u8 = 4;
pub(crate) const RECOVERY: u8 = 5;
pub(crate) const ARBITER: u8 = 6;

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32])
}

pub(crate) fn did(seed: u8) -> Did {
    Did::of(&key(seed).public())
}

/// Signs the body as documents of `testdata` are signed: the salt is 32 times the kind's place among the kinds, and each
/// kind is an hour later than the one before. The freelancer's key is in the custody of the node `b.example`.
fn sign(seed: u8, body: Body) -> Result<Verified, Rejection> {
    // What came later has its place behind the others, so that theirs stay.
    let later = [Kind::Invitation, Kind::Arbiter, Kind::Dispute];
    let order = Kind::ALL.iter().filter(|kind| !later.contains(kind)).chain(&later);
    let place = order.take_while(|kind| **kind != body.kind()).count();
    let place = u8::try_from(place).map_err(|_| Rejection::OutOfBounds)?;
    let from = Timestamp::parse("2026-11-24T10:00:00Z")?.add_seconds(i64::from(place) * 3_600)?;
    let days = [(Kind::Job, 30), (Kind::Offer, 7)].into_iter().find(|(kind, _)| *kind == body.kind());
    let until = days.map(|(_, days)| from.add_seconds(days * 86_400)).transpose()?;
    let custody = if seed == FREELANCER { Some("b.example".parse()?) } else { None };
    Draft { issuer: did(seed), body, salt: [place; 32], from, until, custody }.sign(&key(seed))
}

/// One document of each kind, in the order of [`Kind::ALL`].
pub(crate) fn valid() -> Result<Vec<Verified>, Rejection> {
    let job = sign(CLIENT, Body::Job(bodies::job()?))?;
    let invitation = sign(CLIENT, Body::Invitation(bodies::invitation(&job)?))?;
    let bid = sign(FREELANCER, Body::Bid(bodies::bid(&job)?))?;
    let terms = sign(CLIENT, Body::Terms(bodies::terms()?))?;
    let offer = sign(CLIENT, Body::Offer(bodies::offer(&job, &bid, &terms)?))?;
    let acceptance = sign(FREELANCER, Body::Acceptance(bodies::acceptance(&offer)?))?;
    let step = sign(FREELANCER, Body::Step(bodies::step(&offer, &acceptance)?))?;
    let text = sign(CLIENT, Body::Text(bodies::text()?))?;
    let review = sign(CLIENT, Body::Review(bodies::review(&offer, &text)?))?;
    let dispute = sign(CLIENT, Body::Dispute(bodies::dispute(&offer)?))?;
    Ok(vec![
        sign(CLIENT, Body::Identity(bodies::identity()?))?,
        sign(FREELANCER, Body::Profile(bodies::profile()?))?,
        job,
        invitation,
        bid,
        terms,
        offer,
        acceptance,
        step,
        text,
        review,
        sign(FREELANCER, Body::Reply(bodies::reply()?))?,
        sign(CLIENT, Body::Arbiter(bodies::arbiter()?))?,
        dispute,
    ])
}

/// The document without its proof, and the proof without its value: the two halves of what is signed.
fn halves(document: &Value) -> (Value, Value) {
    let mut unsigned = document.clone();
    let mut proof = unsigned.as_object_mut().and_then(|object| object.remove("proof")).unwrap_or_default();
    if let Some(options) = proof.as_object_mut() {
        options.remove("proofValue");
    }
    (unsigned, proof)
}

/// What has to come out of the documents: by kind the id, the commitment, the 64 bytes that are signed (their hash is the
/// id), and the issuer with the issuer's subject key.
pub(crate) fn ids(documents: &[Verified]) -> Result<String, serde_json::Error> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let outcome = |document: &Verified| {
        let (unsigned, proof) = halves(document.value());
        let fields = serde_json::json!({
            "commitment": document.commitment(),
            "id": document.id(),
            "issuer": document.issuer(),
            "signed": hex(&signing_bytes(&unsigned, &proof)),
            "subject": hex(&document.issuer().subject_key()),
        });
        (document.kind().name(), fields)
    };
    let all: BTreeMap<_, _> = documents.iter().map(outcome).collect();
    Ok(serde_json::to_string_pretty(&all)? + "\n")
}
