//! Seeded inputs: the same in every run.

use hanse_document::{Body, Commitment, Did, Draft, Kind, SigningKey, Timestamp, Verified};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_tlog::hash;
use serde_json::json;

use crate::Result;

/// SplitMix64: small, seeded, and good enough to look random.
#[derive(Clone, Debug)]
pub(crate) struct Seeded(u64);

impl Seeded {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.next().to_be_bytes());
        }
        bytes
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// Words of a posting, of about so many bytes.
    pub(crate) fn text(&mut self, bytes: usize) -> String {
        const WORDS: [&str; 8] = ["gate", "réparer", "zwei", "façade", "weld", "pièce", "and", "forge"];
        let mut text = String::new();
        while text.len() < bytes {
            let word = WORDS.get(usize::try_from(self.below(8)).unwrap_or(0)).copied().unwrap_or_default();
            text.push_str(word);
            text.push(if self.below(12) == 0 { '\n' } else { ' ' });
        }
        text
    }
}

/// The time that documents and leaves are dated.
pub(crate) fn now() -> Result<Timestamp> {
    Ok(Timestamp::parse("2026-11-24T10:00:00Z")?)
}

/// A posting with a text of about so many bytes, not yet signed.
pub(crate) fn posting(seeded: &mut Seeded, key: &SigningKey, text: usize) -> Result<Draft> {
    let body = json!({
        "home": "a.example", "languages": ["fr"], "seats": 1, "skills": ["local:wrought-iron"],
        "pay": {"kind": "money", "currency": "EUR", "max": 120_000, "per": "project"},
        "text": seeded.text(text), "title": "Réparer un portail en fer forgé",
    });
    let from = now()?;
    Ok(Draft {
        issuer: Did::of(&key.public()),
        body: Body::from_value(Kind::Job, &body)?,
        salt: seeded.bytes(),
        from,
        until: Some(from.add_seconds(30 * 86_400)?),
        custody: None,
    })
}

/// A signed posting.
pub(crate) fn signed_posting(seeded: &mut Seeded, key: &SigningKey, text: usize) -> Result<Verified> {
    Ok(posting(seeded, key, text)?.sign(key)?)
}

/// Signed `settle` leaves, about one of `people` subjects each.
pub(crate) fn leaves(seeded: &mut Seeded, count: usize, people: u64) -> Result<Vec<Leaf>> {
    let key = SigningKey::from_seed(seeded.bytes());
    let day = now()?.day();
    let mut leaves = Vec::with_capacity(count);
    for _ in 0..count {
        let subject = subject(seeded.below(people));
        let commitment = Commitment::from_bytes(seeded.bytes());
        let engagement = LeafId::from_bytes(seeded.bytes());
        leaves.push(Statement::Settle { commitment, engagement }.draft(day, &[subject]).sign(&[&key])?);
    }
    Ok(leaves)
}

/// Leaves that only commit to a posting: nobody signs them, and the log does not say what they commit to.
pub(crate) fn postings(seeded: &mut Seeded, count: usize, people: u64) -> Result<Vec<Leaf>> {
    let day = now()?.day();
    let mut leaves = Vec::with_capacity(count);
    for _ in 0..count {
        let (subject, commitment) = (subject(seeded.below(people)), Commitment::from_bytes(seeded.bytes()));
        leaves.push(Statement::Posting { commitment }.draft(day, &[subject]).sign(&[])?);
    }
    Ok(leaves)
}

/// A `settle` leaf in form whose signature nobody looks at: a million of them are made in seconds.
pub(crate) fn unsigned(seeded: &mut Seeded, about: SubjectKey) -> Result<Leaf> {
    let [commitment, engagement] = [hex(seeded), hex(seeded)];
    let (key, value) = (SigningKey::from_seed([0x5a; 32]).public().hex(), commitment.repeat(2));
    let leaf = format!(
        r#"{{"commitment":"{commitment}","day":20781,"engagement":"{engagement}","sigs":[{{"key":"{key}","value":"{value}"}}],"subjects":["{about}"],"t":"settle","v":1}}"#
    );
    Ok(Leaf::parse(leaf.as_bytes())?)
}

fn hex(seeded: &mut Seeded) -> String {
    hash::leaf(&seeded.bytes()).hex()
}

/// One of the people.
pub(crate) fn subject(number: u64) -> SubjectKey {
    SubjectKey::from_bytes(Seeded::new(number).bytes())
}
