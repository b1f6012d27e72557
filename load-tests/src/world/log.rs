//! A log with one checkpoint, and those who cosign it.

use std::collections::BTreeMap;

use hanse_document::SigningKey;
use hanse_ledger::evidence::{self, DocumentJson, EngagementProof, Part, Source};
use hanse_ledger::index::{self, IndexLeaf, Listed, Nodes};
use hanse_ledger::{Leaf, SubjectKey};
use hanse_tlog::prove::Inclusions;
use hanse_tlog::{
    Checkpoint, Cosigner, Hash, KeyName, LogSigner, TileSet, VerifierKey, checkpoint, hash, prove, tile,
};

use crate::Result;
use crate::inputs::{now, subject};

/// Other people whom the padding is about: the way to a subject in the index is about 12 nodes long.
const OTHERS: u64 = 2_000;

/// Operators that audit every log here and keep none: with four of them a quorum is three.
const AUDITORS: usize = 4;

/// A leaf with the documents that it makes public.
#[derive(Clone)]
pub(crate) struct Own {
    pub(crate) bytes: Vec<u8>,
    pub(crate) about: SubjectKey,
    pub(crate) documents: Vec<DocumentJson>,
}

impl Own {
    pub(crate) fn new(leaf: &Leaf, about: SubjectKey, documents: Vec<DocumentJson>) -> Self {
        Self { bytes: leaf.bytes().to_vec(), about, documents }
    }
}

/// A log in memory as of its last checkpoint. It keeps its own leaves; of those that fill it, only the hashes.
///
/// The index leaves of earlier checkpoints are left out: nobody who checks a file meets them.
pub(crate) struct MemoryLog {
    pub(crate) origin: String,
    pub(crate) signer: LogSigner,
    pub(crate) own: Vec<(u64, Own)>,
    pub(crate) checkpoint: Checkpoint,
    index_leaf: Vec<u8>,
    tiles: TileSet,
    nodes: Nodes,
}

impl MemoryLog {
    /// The reputation log of a node, with `padding` leaves about others spread between its own.
    pub(crate) fn build(node: &str, own: Vec<Own>, padding: usize) -> Result<Self> {
        let origin = format!("{node}/reputation");
        let signer = LogSigner::new(KeyName::parse(&origin)?, seed(&origin));
        let mut filling = Filling::new()?;
        let (count, mut placed) = (own.len(), Vec::with_capacity(own.len()));
        for (at, own) in own.into_iter().enumerate() {
            filling.pad_to((at + 1) * padding / (count + 1));
            placed.push((filling.append(hash::leaf(&own.bytes), own.about)?, own));
        }
        filling.pad_to(padding);
        let Filling { mut hashes, listed, .. } = filling;
        let mut nodes = Nodes::new();
        index::update(
            &mut nodes,
            &listed.iter().map(|(subject, listed)| (*subject, listed.value())).collect(),
        )?;
        let (entries, listed) = (u64::try_from(hashes.len())?, u64::try_from(listed.len())?);
        let index_leaf = IndexLeaf { entries, listed, root: index::root(&nodes) }.to_bytes();
        hashes.push(hash::leaf(&index_leaf));
        let mut tiles = TileSet::new();
        tile::append(&mut tiles, 0, &hashes)?;
        let size = entries + 1;
        let root = prove::root(&tiles, size)?;
        let checkpoint = Checkpoint { origin: signer.vkey().name().clone(), size, root };
        Ok(Self { origin, signer, own: placed, checkpoint, index_leaf, tiles, nodes })
    }

    /// All about a subject, below this note.
    pub(crate) fn part(&self, subject: &SubjectKey, note: &str) -> Result<Part> {
        let about = self.own.iter().filter(|(_, own)| own.about == *subject);
        let entries = about.map(|(at, own)| (*at, own.bytes.clone(), own.documents.clone()));
        let source = Source {
            origin: &self.origin,
            checkpoint: note,
            size: self.checkpoint.size,
            index_leaf: &self.index_leaf,
            tiles: &self.tiles,
            nodes: &self.nodes,
        };
        Ok(evidence::part(&source, subject, &entries.collect::<Vec<_>>())?)
    }

    /// Every own leaf about somebody other than the subject, below the part of this log.
    pub(crate) fn cited(&self, subject: &SubjectKey, part: &Part) -> Result<Vec<EngagementProof>> {
        let size = self.checkpoint.size;
        let proved = evidence::proved(part, size)?;
        let others = self.own.iter().filter(|(_, own)| own.about != *subject);
        let mut paths = Inclusions::new(&self.tiles);
        let proofs = others.map(|(at, own)| {
            evidence::engagement_below(&self.origin, (&proved, size), &mut paths, *at, &own.bytes)
        });
        Ok(proofs.collect::<std::result::Result<_, _>>()?)
    }

    /// The checkpoint at an earlier size.
    pub(crate) fn at(&self, size: u64) -> Result<Checkpoint> {
        let root = prove::root(&self.tiles, size)?;
        Ok(Checkpoint { origin: self.checkpoint.origin.clone(), size, root })
    }

    /// The first leaf and the last.
    pub(crate) fn index_leaves(&self) -> [Vec<u8>; 2] {
        [first(), self.index_leaf.clone()]
    }

    /// The own leaf of this number, below a checkpoint of its own.
    pub(crate) fn alone(&self, number: usize, note: &str) -> Result<EngagementProof> {
        let (at, own) = self.own.get(number).ok_or("the log has no such leaf")?;
        let size = self.checkpoint.size;
        Ok(evidence::engagement(
            &self.origin,
            note,
            size,
            &mut Inclusions::new(&self.tiles),
            *at,
            &own.bytes,
        )?)
    }
}

/// The leaves of a log while they are put in order.
struct Filling {
    hashes: Vec<Hash>,
    listed: BTreeMap<SubjectKey, Listed>,
    padded: usize,
    key: String,
}

impl Filling {
    fn new() -> Result<Self> {
        let key = SigningKey::from_seed([0x5a; 32]).public().hex();
        Ok(Self { hashes: vec![hash::leaf(&first())], listed: BTreeMap::new(), padded: 0, key })
    }

    fn append(&mut self, hash: Hash, about: SubjectKey) -> Result<u64> {
        let at = u64::try_from(self.hashes.len())?;
        self.listed.entry(about).or_default().append(at, &hash);
        self.hashes.push(hash);
        Ok(at)
    }

    /// Adds leaves in form about others, until there are so many. Nobody looks at the signatures of such leaves.
    fn pad_to(&mut self, padded: usize) {
        while self.padded < padded {
            let (number, key) = (self.padded, &self.key);
            let about = subject(u64::try_from(number).unwrap_or(0) % OTHERS);
            let leaf = format!(
                r#"{{"commitment":"{number:064x}","day":20781,"engagement":"{number:064x}","sigs":[{{"key":"{key}","value":"{number:0128x}"}}],"subjects":["{about}"],"t":"settle","v":1}}"#
            );
            let hash = hash::leaf(leaf.as_bytes());
            let at = u64::try_from(self.hashes.len()).unwrap_or(0);
            self.listed.entry(about).or_default().append(at, &hash);
            self.hashes.push(hash);
            self.padded += 1;
        }
    }
}

/// The index of nothing.
fn first() -> Vec<u8> {
    IndexLeaf { entries: 0, listed: 0, root: index::root(&Nodes::new()) }.to_bytes()
}

/// Those who cosign.
pub(crate) struct Auditors(Vec<Cosigner>);

impl Auditors {
    pub(crate) fn new() -> Result<Self> {
        let auditors = (0..AUDITORS).map(|number| {
            let name = format!("n{number}.example/auditor");
            Ok(Cosigner::new(KeyName::parse(&name)?, seed(&name)))
        });
        auditors.collect::<Result<_>>().map(Self)
    }

    pub(crate) fn all(&self) -> &[Cosigner] {
        &self.0
    }

    /// Signatures of a note that all cosigned.
    pub(crate) fn signatures(&self) -> usize {
        self.0.len() + 1
    }

    /// The checkpoint of a log, cosigned by all a minute ago.
    pub(crate) fn note(&self, log: &MemoryLog) -> Result<String> {
        let seen = u64::try_from(now()?.unix() - 60)?;
        let lines = self.0.iter().map(|auditor| auditor.cosign(&log.checkpoint, seen));
        Ok(checkpoint::sign(&log.checkpoint, &log.signer).with_signatures(lines)?.to_string())
    }

    /// These logs and all auditors, of which three quarters must cosign.
    pub(crate) fn policy<'l>(&self, logs: impl IntoIterator<Item = &'l MemoryLog>) -> String {
        policy(logs.into_iter().map(|log| log.signer.vkey()), self.0.iter().map(Cosigner::vkey))
    }
}

/// These logs and auditors, of which three quarters must cosign.
pub(crate) fn policy<'k>(
    logs: impl IntoIterator<Item = &'k VerifierKey>,
    auditors: impl IntoIterator<Item = &'k VerifierKey>,
) -> String {
    let mut lines: Vec<String> = logs.into_iter().map(|log| format!("log {log}")).collect();
    let auditors: Vec<&VerifierKey> = auditors.into_iter().collect();
    let names: Vec<&str> = auditors.iter().map(|auditor| auditor.name().as_str()).collect();
    lines.extend(auditors.iter().map(|auditor| format!("witness {} {auditor}", auditor.name())));
    lines.push(format!("group auditors {} {}", names.len() * 3 / 4, names.join(" ")));
    lines.push("quorum auditors\n".to_owned());
    lines.join("\n")
}

/// Another seed for each name.
fn seed(name: &str) -> [u8; 32] {
    hash::leaf(name.as_bytes()).into()
}
