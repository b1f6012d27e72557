//! Documents against the signatures and hashes inside them.

use ed25519_dalek::{Signer as _, SigningKey as RawKey};
use hanse_document::{Signed, SigningKey};
use sha2::{Digest as _, Sha256};

use crate::Result;
use crate::inputs::{Seeded, posting, signed_posting};
use crate::measure::{Figure, in_turn};
use crate::report::Group;

/// Some seconds in all.
const SAMPLES: usize = 4_000;
/// A usual posting, and one near the bound of a gossiped message, in bytes of text.
const TEXTS: [(&str, usize); 2] = [("1 KB", 1_000), ("12 KB", 12_000)];

pub(crate) fn run() -> Result<Group> {
    let mut figures = Vec::new();
    for (size, text) in TEXTS {
        figures.push(reading(size, text)?);
        figures.push(signing(size, text)?);
    }
    Ok(Group { title: "Documents (a posting, by the size of its text)", figures, values: Vec::new() })
}

/// Parsing and verifying, against one strict verification and one hash of all bytes.
fn reading(size: &str, text: usize) -> Result<Figure> {
    let (mut seeded, raw) = (Seeded::new(1), RawKey::from_bytes(&[1; 32]));
    let document = signed_posting(&mut seeded, &SigningKey::from_seed([1; 32]), text)?;
    let message = [0x5a; 64];
    let (signature, public) = (raw.sign(&message), raw.verifying_key());
    let (ours, limit) = in_turn(
        SAMPLES,
        1,
        |_| Ok(Signed::parse(document.bytes())?.verify()?),
        |_| {
            public.verify_strict(&message, &signature)?;
            Ok(Sha256::digest(document.bytes()))
        },
    )?;
    let what = format!("parse and verify, {size}");
    Ok(Figure::new(what, "verify_strict of 64 bytes, SHA-256 of the bytes", ours, limit))
}

/// Signing, which ends in parsing and verifying what was signed, against the same two primitives and the signature.
fn signing(size: &str, text: usize) -> Result<Figure> {
    let (mut seeded, key) = (Seeded::new(2), SigningKey::from_seed([1; 32]));
    let draft = posting(&mut seeded, &key, text)?;
    let bytes = draft.clone().sign(&key)?.bytes().to_vec();
    let raw = RawKey::from_bytes(&[1; 32]);
    let (message, public) = ([0x5a; 64], raw.verifying_key());
    let (ours, limit) = in_turn(
        SAMPLES,
        1,
        |_| Ok(draft.clone().sign(&key)?),
        |_| {
            let signature = raw.sign(&message);
            public.verify_strict(&message, &signature)?;
            Ok(Sha256::digest(&bytes))
        },
    )?;
    Ok(Figure::new(
        format!("sign and check, {size}"),
        "sign, verify_strict, SHA-256 of the bytes",
        ours,
        limit,
    ))
}
