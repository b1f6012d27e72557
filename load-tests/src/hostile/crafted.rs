//! Logs whose every proof holds, with as many leaves about one person as a file can have.

use hanse_document::kind::{Acceptance, Body};
use hanse_document::{Commitment, DocumentId, Kind as DocumentKind, PublicKey, SigningKey};
use hanse_ledger::evidence::{ENTRIES_MAX, EVIDENCE_BYTES_MAX};
use hanse_ledger::{Leaf, LeafId, Statement};

use super::{Handed, Kind, alone};
use crate::Result;
use crate::inputs::{Seeded, now};
use crate::world::{Auditors, MemoryLog, Own, Person, Plan, World, evidence, json};

/// What an entry takes beside leaf and documents: frame, place and, as paths are shared, one hash of the path or two.
const FRAME_BYTES: usize = 200;
/// Leaves that are left for what every file needs.
const OTHERS: usize = 16;
/// Signatures of a leaf of an unknown type that still fit into its bytes.
const SIGNERS: u8 = 17;
/// Of a document, as near its bound as the frame allows: as many of the smallest objects as a document may have values.
const MAPS: usize = 2_040;
/// Slots that an engagement may name.
const SLOTS: usize = 8;

/// The kinds.
pub(super) fn kinds() -> Vec<Kind> {
    alone([
        ("leaves by strangers", || signed_by(Who::Strangers)),
        ("leaves by strangers, of an unknown type, each by 17 keys", many_keys),
        ("leaves by strangers, engagements with 8 slots", many_slots),
        ("leaves by the slot's key, badly signed", || signed_by(Who::SlotBadly)),
        ("leaves by the slot's key, well signed", || signed_by(Who::Slot)),
        ("leaves by the subject: replies", replies),
        ("leaves by the subject: replies beside documents of maps", maps),
        ("leaves by the subject: contracts, each with its document", || contracts(ENTRIES_MAX)),
        ("engagements of others, 30,000", engagements),
        ("honest, as many contracts as a file has room for", || honest(5_100, 400)),
        ("honest, with the longest texts", || honest(1_250, 7_900)),
    ])
}

/// A subject with a home log in which everything stands.
pub(super) struct Home {
    pub(super) seeded: Seeded,
    pub(super) subject: Person,
    own: Vec<Own>,
    bytes: usize,
    identity: hanse_ledger::evidence::DocumentJson,
}

impl Home {
    pub(super) fn new() -> Result<Self> {
        let mut seeded = Seeded::new(9);
        let subject = Person::new(&mut seeded, "home.example")?;
        let (leaf, identity) = subject.join(&mut seeded)?;
        let mut home = Self { seeded, subject, own: Vec::new(), bytes: 0, identity };
        home.add(&leaf, vec![home.identity.clone()]);
        Ok(home)
    }

    /// Whether there is room for one more of the same.
    pub(super) fn has_room(&self, entries: usize, bytes: usize) -> bool {
        let each = self.own.last().map_or(0, size);
        self.own.len() + OTHERS < entries && self.bytes + each + FRAME_BYTES * OTHERS < bytes
    }

    pub(super) fn add(&mut self, leaf: &Leaf, documents: Vec<hanse_ledger::evidence::DocumentJson>) {
        let own = Own::new(leaf, self.subject.subject(), documents);
        self.bytes += size(&own);
        self.own.push(own);
    }

    /// A contract of the subject with somebody at the same node, by the subject's word alone.
    pub(super) fn contract(&mut self, slot: PublicKey) -> Result<LeafId> {
        let client = Person::new(&mut self.seeded, "home.example")?;
        let acceptance = Body::Acceptance(Acceptance {
            client: client.did,
            log: self.subject.log(),
            offer: DocumentId::new(DocumentKind::Offer, self.seeded.bytes()),
            slot: SigningKey::from_seed(self.seeded.bytes()).public(),
            terms: None,
            to: client.home,
        });
        let acceptance = self.subject.sign(&mut self.seeded, acceptance)?;
        let (commitment, log) = (acceptance.commitment(), self.subject.log().to_string());
        let engagement = Statement::Engagement { commitment, due: now()?.day(), log, slots: vec![slot] };
        let leaf = self.subject.leaf(&engagement, &self.subject.key)?;
        self.add(&leaf, vec![json(&acceptance)?]);
        Ok(leaf.id())
    }

    pub(super) fn key(&mut self) -> SigningKey {
        SigningKey::from_seed(self.seeded.bytes())
    }

    /// The home log, the subject and the identity document.
    pub(super) fn log(self) -> Result<(MemoryLog, Person, hanse_ledger::evidence::DocumentJson)> {
        Ok((MemoryLog::build("home.example", self.own, 0)?, self.subject, self.identity))
    }

    fn hand(self) -> Result<Handed> {
        let ((log, subject, identity), auditors) = (self.log()?, Auditors::new()?);
        let part = log.part(&subject.subject(), &auditors.note(&log)?)?;
        let file = evidence(&subject, &identity, vec![part], Vec::new())?;
        Handed::evidence(&file, auditors.policy([&log]))
    }
}

fn size(own: &Own) -> usize {
    own.bytes.len() + FRAME_BYTES + own.documents.iter().map(|one| one.bytes().len()).sum::<usize>()
}

/// Who signs what says it is about the subject's one contract.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Strangers,
    Slot,
    SlotBadly,
}

fn signed_by(who: Who) -> Result<Handed> {
    let mut home = Home::new()?;
    let slot = home.key();
    let engagement = home.contract(slot.public())?;
    while home.has_room(ENTRIES_MAX, EVIDENCE_BYTES_MAX) {
        let commit =
            Statement::Commit { commitment: Commitment::from_bytes(home.seeded.bytes()), engagement };
        let key = if who == Who::Strangers { home.key() } else { slot.clone() };
        let leaf = home.subject.leaf(&commit, &key)?;
        let leaf = if who == Who::SlotBadly { broken(&leaf)? } else { leaf };
        home.add(&leaf, Vec::new());
    }
    home.hand()
}

/// The leaf with a signature that does not fit.
fn broken(leaf: &Leaf) -> Result<Leaf> {
    let (mut value, other) = (leaf.to_value(), SigningKey::from_seed([3; 32]).sign(b"another message"));
    *value.pointer_mut("/sigs/0/value").ok_or("the leaf is not signed")? = other.hex().into();
    Ok(Leaf::from_value(&value)?)
}

fn many_keys() -> Result<Handed> {
    let (mut home, mut number) = (Home::new()?, 0);
    let (subject, key) = (home.subject.subject().hex(), home.key());
    while home.has_room(ENTRIES_MAX, EVIDENCE_BYTES_MAX) {
        home.add(&by_many(number, &subject, &key)?, Vec::new());
        number += 1;
    }
    home.hand()
}

/// A leaf of an unknown type with signatures, never looked at, of as many keys as it has room for.
pub(super) fn by_many(number: u64, subject: &str, key: &SigningKey) -> Result<Leaf> {
    let mut keys: Vec<PublicKey> =
        (0..SIGNERS).map(|seed| SigningKey::from_seed([seed; 32]).public()).collect();
    keys.sort_by_key(|key| *key.as_bytes());
    let value = key.sign(b"nothing").hex();
    let sigs: Vec<_> = keys.iter().map(|key| serde_json::json!({"key": key.hex(), "value": value})).collect();
    let leaf = serde_json::json!({
        "day": 1, "n": number, "sigs": sigs, "subjects": [subject], "t": "later", "v": 1,
    });
    Ok(Leaf::from_value(&leaf)?)
}

fn many_slots() -> Result<Handed> {
    let mut home = Home::new()?;
    let slots: Vec<PublicKey> = (0..SLOTS).map(|_| home.key().public()).collect();
    let (stranger, log) = (home.key(), home.subject.log().to_string());
    while home.has_room(ENTRIES_MAX, EVIDENCE_BYTES_MAX) {
        let commitment = Commitment::from_bytes(home.seeded.bytes());
        let (slots, log) = (slots.clone(), log.clone());
        let engagement = Statement::Engagement { commitment, due: 1, log, slots };
        let leaf = home.subject.leaf(&engagement, &stranger)?;
        home.add(&leaf, Vec::new());
    }
    home.hand()
}

fn replies() -> Result<Handed> {
    let mut home = Home::new()?;
    while home.has_room(ENTRIES_MAX, EVIDENCE_BYTES_MAX) {
        let reply = reply(&mut home)?;
        home.add(&reply, Vec::new());
    }
    home.hand()
}

/// Nobody reads the documents beside replies that answer nothing, but that they are JSON.
fn maps() -> Result<Handed> {
    let mut home = Home::new()?;
    let list = vec![serde_json::json!({"": 0}); MAPS];
    let document = hanse_ledger::evidence::DocumentJson::of(&serde_json::json!({ "a": list }))?;
    while home.has_room(ENTRIES_MAX, EVIDENCE_BYTES_MAX) {
        let reply = reply(&mut home)?;
        home.add(&reply, vec![document.clone(); 2]);
    }
    home.hand()
}

fn reply(home: &mut Home) -> Result<Leaf> {
    let (cites, commitment) =
        (LeafId::from_bytes(home.seeded.bytes()), Commitment::from_bytes(home.seeded.bytes()));
    home.subject.leaf(&Statement::Reply { cites, commitment }, &home.subject.key)
}

/// The most signatures that a byte can ask for: each leaf and each document has one, and all are the subject's own.
fn contracts(entries: usize) -> Result<Handed> {
    let mut home = Home::new()?;
    while home.has_room(entries, EVIDENCE_BYTES_MAX) {
        let slot = home.key().public();
        home.contract(slot)?;
    }
    home.hand()
}

/// Leaves of others, below the part of a log that holds nothing about the subject.
fn engagements() -> Result<Handed> {
    const COUNT: usize = 30_000;
    let mut home = Home::new()?;
    let own = (0..COUNT).map(|_| cited(&mut home)).collect::<Result<Vec<_>>>()?;
    let (others, auditors) = (MemoryLog::build("c0.example", own, 0)?, Auditors::new()?);
    let (log, subject, identity) = home.log()?;
    let key = subject.subject();
    let part = others.part(&key, &auditors.note(&others)?)?;
    let engagements = others.cited(&key, &part)?;
    let parts = vec![log.part(&key, &auditors.note(&log)?)?, part];
    let file = evidence(&subject, &identity, parts, engagements)?;
    Handed::evidence(&file, auditors.policy([&log, &others]))
}

/// An engagement of somebody at another node with the subject.
pub(super) fn cited(home: &mut Home) -> Result<Own> {
    let client = Person::new(&mut home.seeded, "c0.example")?;
    let (commitment, slot) = (Commitment::from_bytes(home.seeded.bytes()), home.key().public());
    let log = home.subject.log().to_string();
    let engagement = Statement::Engagement { commitment, due: now()?.day(), log, slots: vec![slot] };
    Ok(Own::new(&client.leaf(&engagement, &client.key)?, client.subject(), Vec::new()))
}

fn honest(contracts: usize, text: usize) -> Result<Handed> {
    let world = World::build(&Plan { contracts, logs: 50, padding: 10_000, text })?;
    Handed::evidence(&world.evidence()?, world.policy())
}
