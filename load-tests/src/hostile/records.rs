//! Record files: whole logs, and what dates them.

use hanse_document::{Commitment, SigningKey};
use hanse_ledger::evidence::EVIDENCE_BYTES_MAX;
use hanse_ledger::record::{DATINGS_MAX, DatingLine, FileLine, Format, LeafLine, Line, LogLine};
use hanse_ledger::{Leaf, LeafId, Statement};
use hanse_tlog::note::SIGNATURES_MAX;
use hanse_tlog::{KeyName, SignatureLine};
use serde_json::{Value, json};

use super::{Asked, Handed, Kind, Reader, alone};
use crate::Result;
use crate::inputs::{Seeded, now};
use crate::world::{Auditors, MemoryLog, Own, Person, Plan, World};

/// As large as the evidence files, so that the figures can be compared; a record file may have four times as many.
const BYTES: usize = EVIDENCE_BYTES_MAX;
/// What a leaf's line has beside the leaf.
const FRAME_BYTES: usize = 40;
/// Bytes of a signature that nobody knows: 512 notes of 63 such lines are nearly as long as notes may be, and the file as the others are.
const UNKNOWN_BYTES: usize = 1_500;
/// Of the smallest objects, those that fit into a leaf.
const MAPS: usize = 480;

/// The kinds.
pub(super) fn kinds() -> Vec<Kind> {
    alone([
        ("record: honest", honest),
        ("record: leaves by a slot's key, badly signed", || leaves(commit)),
        ("record: leaves of maps", || leaves(maps)),
        ("record: leaves of an unknown type, each by 17 keys", || leaves(keys)),
        ("record: 512 datings, as long as a note can be, by strangers", || datings(strangers)),
        ("record: 512 datings of 64 lines, all different", || datings(different)),
        ("record: 512 datings of 64 lines, all bad", || datings(bad)),
    ])
}

/// A file while it is written, line by line.
struct Lines(Vec<u8>);

impl Lines {
    fn new() -> Result<Self> {
        let mut lines = Self(Vec::new());
        lines.add(&Line::File(FileLine { format: Format::V1, made: now()? }));
        Ok(lines)
    }

    fn add(&mut self, line: &Line) {
        self.0.extend(line.to_bytes());
    }

    fn head(&mut self, log: &MemoryLog, auditors: &Auditors) -> Result<()> {
        self.add(&Line::Log(LogLine { checkpoint: auditors.note(log)?, log: log.origin.clone() }));
        Ok(())
    }

    /// Every leaf, with what it makes public.
    fn leaves(&mut self, log: &MemoryLog, words: &impl Fn(&Own) -> Vec<Value>) -> Result<()> {
        let bare = |bytes: &[u8]| {
            Ok::<_, crate::Error>(LeafLine { documents: Vec::new(), leaf: serde_json::from_slice(bytes)? })
        };
        let [first, last] = log.index_leaves();
        self.add(&Line::Leaf(bare(&first)?));
        for (_, own) in &log.own {
            self.add(&Line::Leaf(LeafLine { documents: words(own), ..bare(&own.bytes)? }));
        }
        self.add(&Line::Leaf(bare(&last)?));
        Ok(())
    }

    fn hand(self, policy: String, viewer: &Person, subject: &Person) -> Result<Handed> {
        if self.0.len() > BYTES {
            return Err(format!("{} bytes are more than the others have", self.0.len()).into());
        }
        let asked = Asked { viewer: viewer.did.to_string(), subject: subject.did.to_string() };
        Ok(Handed { reader: Reader::Record, file: self.0, policy, asked: Some(asked) })
    }
}

/// One freelancer with so many clients is the longest row of entries about one person.
fn honest() -> Result<Handed> {
    const CONTRACTS: usize = 6_300;
    let world = World::build(&Plan { contracts: CONTRACTS, logs: 1, padding: 0, text: 400 })?;
    let words = |own: &Own| match Leaf::parse(&own.bytes).ok().as_ref().and_then(Leaf::statement) {
        Some(Statement::Open { .. }) => values(own).chain(world.words(own)).collect(),
        Some(Statement::Identity { .. } | Statement::Reply { .. }) => values(own).collect(),
        _ => Vec::new(),
    };
    let mut lines = Lines::new()?;
    for log in world.others.iter().chain([&world.home]) {
        lines.head(log, &world.auditors)?;
        lines.leaves(log, &words)?;
    }
    let viewer = Person::new(&mut Seeded::new(11), "c0.example")?;
    lines.hand(world.policy(), &viewer, &world.subject)
}

fn values(own: &Own) -> impl Iterator<Item = Value> {
    own.documents.iter().map(|document| document.value())
}

/// A log of these leaves about one person, without documents.
fn leaves(leaf: fn(&mut Seeded, &Person, &SigningKey) -> Result<Leaf>) -> Result<Handed> {
    let mut seeded = Seeded::new(10);
    let (subject, key) = (Person::new(&mut seeded, "home.example")?, SigningKey::from_seed([6; 32]));
    let (mut own, mut bytes) = (Vec::new(), FRAME_BYTES * FRAME_BYTES * 8);
    while bytes < BYTES {
        let next = Own::new(&leaf(&mut seeded, &subject, &key)?, subject.subject(), Vec::new());
        bytes += next.bytes.len() + FRAME_BYTES;
        own.push(next);
    }
    own.pop();
    let (log, auditors) = (MemoryLog::build("home.example", own, 0)?, Auditors::new()?);
    let mut lines = Lines::new()?;
    lines.head(&log, &auditors)?;
    lines.leaves(&log, &|_| Vec::new())?;
    let viewer = Person::new(&mut seeded, "home.example")?;
    lines.hand(auditors.policy([&log]), &viewer, &subject)
}

fn commit(seeded: &mut Seeded, subject: &Person, key: &SigningKey) -> Result<Leaf> {
    let (commitment, engagement) = (Commitment::from_bytes(seeded.bytes()), LeafId::from_bytes([7; 32]));
    let leaf = subject.leaf(&Statement::Commit { commitment, engagement }, key)?;
    let mut value = leaf.to_value();
    *value.pointer_mut("/sigs/0/value").ok_or("the leaf is not signed")? = key.sign(b"else").hex().into();
    Ok(Leaf::from_value(&value)?)
}

fn maps(seeded: &mut Seeded, subject: &Person, _: &SigningKey) -> Result<Leaf> {
    let subjects = [subject.subject().hex()];
    let leaf = json!({
        "day": 1, "n": seeded.below(1 << 52), "sigs": [], "subjects": subjects, "t": "later", "v": 1,
        "x": vec![json!({"": 0}); MAPS],
    });
    Ok(Leaf::from_value(&leaf)?)
}

fn keys(seeded: &mut Seeded, subject: &Person, key: &SigningKey) -> Result<Leaf> {
    super::crafted::by_many(seeded.below(1 << 52), &subject.subject().hex(), key)
}

/// What stands below the text of a dating beside the log's own signature.
type Below = fn(&Auditors, &hanse_tlog::Checkpoint, usize) -> Result<SignatureLine>;

/// A log of which as many sizes are dated as can be.
fn datings(line: Below) -> Result<Handed> {
    let mut seeded = Seeded::new(12);
    let (subject, viewer) =
        (Person::new(&mut seeded, "home.example")?, Person::new(&mut seeded, "home.example")?);
    let key = SigningKey::from_seed([6; 32]);
    let own = (0..DATINGS_MAX)
        .map(|_| Ok(Own::new(&commit(&mut seeded, &subject, &key)?, subject.subject(), Vec::new())));
    let (log, auditors) =
        (MemoryLog::build("home.example", own.collect::<Result<_>>()?, 0)?, Auditors::new()?);
    let mut lines = Lines::new()?;
    lines.head(&log, &auditors)?;
    for size in 1..=u64::try_from(DATINGS_MAX)? {
        let checkpoint = log.at(size)?;
        let mut dating = hanse_tlog::checkpoint::sign(&checkpoint, &log.signer).to_string();
        for number in 1..SIGNATURES_MAX {
            dating.push_str(&format!("{}\n", line(&auditors, &checkpoint, number)?));
        }
        lines.add(&Line::Dating(DatingLine { dating }));
    }
    lines.leaves(&log, &|_| Vec::new())?;
    lines.hand(auditors.policy([&log]), &viewer, &subject)
}

fn strangers(_: &Auditors, _: &hanse_tlog::Checkpoint, number: usize) -> Result<SignatureLine> {
    let name = KeyName::parse("stranger.example/auditor")?;
    Ok(SignatureLine::new(name, u32::try_from(number)?, vec![1; UNKNOWN_BYTES])?)
}

fn different(
    auditors: &Auditors,
    checkpoint: &hanse_tlog::Checkpoint,
    number: usize,
) -> Result<SignatureLine> {
    let auditor = auditors.all().get(number % auditors.all().len()).ok_or("no auditor")?;
    Ok(auditor.cosign(checkpoint, u64::try_from(now()?.unix())? - u64::try_from(number)?))
}

/// The first line that is looked at ends it.
fn bad(auditors: &Auditors, _: &hanse_tlog::Checkpoint, number: usize) -> Result<SignatureLine> {
    let auditor = auditors.all().first().ok_or("no auditor")?.vkey();
    let bytes = vec![u8::try_from(number)?; 72];
    Ok(SignatureLine::new(auditor.name().clone(), auditor.key_id(), bytes)?)
}
