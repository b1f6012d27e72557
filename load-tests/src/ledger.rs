//! The log in memory against the hashes that it is made of.

use hanse_ledger::index::{self, PrefixProof};
use hanse_ledger::{Leaf, LogState, SubjectKey};
use hanse_tlog::{Hash, TileSet, prove, tile, verify};
use sha2::{Digest as _, Sha256};

use crate::Result;
use crate::directory::Directory;
use crate::inputs::{Seeded, leaves, subject};
use crate::measure::{Figure, Target, in_turn};
use crate::report::Group;

/// A sequencer's batch: with the index leaf it fills a tile.
const BATCH: usize = 255;
const BATCHES: usize = 100;
/// People in the index: paths are about 13 nodes deep.
const PEOPLE: u64 = 5_000;
/// Proofs made and checked.
const PROOFS: usize = 4_000;
/// Batches that a directory publishes too, as epochs: some seconds.
const EPOCHS: usize = 40;
/// Bytes under one hash of a tree node, prefix included.
const NODE: [u8; 65] = [3; 65];

pub(crate) fn run() -> Result<Group> {
    let leaves = leaves(&mut Seeded::new(3), BATCH * BATCHES, PEOPLE)?;
    let (append, state) = appending(&leaves)?;
    let proofs = Proofs::new(&leaves, state)?;
    let title = "Ledger in memory (25,500 leaves about 5,000 people)";
    let mut figures = vec![append, proofs.making()?, proofs.checking()?];
    figures.extend([beside(&leaves, false)?, beside(&leaves, true)?]);
    Ok(Group { title, figures, values: Vec::new() })
}

/// The same work beside a directory that takes as many entries about the same people, from empty; with the leaves' signatures checked, which
/// nobody asks of a directory, or without.
fn beside(leaves: &[Leaf], signatures: bool) -> Result<Figure> {
    let (mut state, directory) = (LogState::new(), Directory::new()?);
    state.seal()?;
    let batches: Vec<&[Leaf]> = leaves.chunks(BATCH).collect();
    let batch = |at: usize| batches.get(at).copied().unwrap_or_default();
    let entries = |at: usize| -> Vec<(SubjectKey, [u8; 32])> {
        let about =
            |leaf: &Leaf| leaf.subjects().iter().map(|about| (*about, *leaf.id().as_bytes())).collect();
        batch(at).iter().flat_map(|leaf| -> Vec<_> { about(leaf) }).collect()
    };
    let entries: Vec<_> = (0..EPOCHS).map(entries).collect();
    let (ours, other) = in_turn(
        EPOCHS,
        BATCH,
        |at| {
            for leaf in batch(at) {
                if signatures {
                    leaf.verify_signatures()?;
                }
                state.append(leaf.bytes())?;
            }
            let sealed = state.seal()?;
            state.forget_changes();
            Ok(sealed)
        },
        |at| directory.publish(entries.get(at).ok_or("no epoch")?),
    )?;
    let faster = ours.per_second / other.per_second;
    let what = if signatures { "the same, signatures checked" } else { "append and seal, from an empty log" };
    let figure = Figure::beside(what, "akd publishes as many in memory", ours, other);
    // A directory checks none, so it has to be no faster with them.
    let target = Target::at_least("at least 3 times as many in a second", faster, 3.0);
    Ok(if signatures { figure } else { figure.aimed_at(target) })
}

/// Checking the form, listing, hashing and sealing, for each leaf, against one hash of its bytes.
fn appending(leaves: &[Leaf]) -> Result<(Figure, LogState)> {
    let mut state = LogState::new();
    state.seal()?;
    let batches: Vec<&[Leaf]> = leaves.chunks(BATCH).collect();
    let batch = |at: usize| batches.get(at).copied().unwrap_or_default();
    let (ours, limit) = in_turn(
        BATCHES,
        BATCH,
        |at| {
            for leaf in batch(at) {
                state.append(leaf.bytes())?;
            }
            let sealed = state.seal()?;
            state.forget_changes();
            Ok(sealed)
        },
        |at| {
            Ok(batch(at).iter().map(|leaf| Sha256::digest(leaf.bytes())).fold([0; 32].into(), |_, hash| hash))
        },
    )?;
    Ok((Figure::new("append and seal, a leaf in a batch of 255", "SHA-256 of the leaf", ours, limit), state))
}

/// A log to prove things of.
struct Proofs {
    state: LogState,
    tiles: TileSet,
    hashes: Vec<Hash>,
}

impl Proofs {
    fn new(leaves: &[Leaf], state: LogState) -> Result<Self> {
        let hashes: Vec<Hash> = leaves.iter().map(Leaf::hash).collect();
        let mut tiles = TileSet::new();
        tile::append(&mut tiles, 0, &hashes)?;
        Ok(Self { state, tiles, hashes })
    }

    fn size(&self) -> u64 {
        u64::try_from(self.hashes.len()).unwrap_or(0)
    }

    /// The audit path of a leaf, and the way to a person in the index.
    fn prove(&self, sample: usize) -> Result<(u64, u64, Vec<Hash>, PrefixProof)> {
        let mut seeded = Seeded::new(u64::try_from(sample)?);
        let (leaf, person) = (seeded.below(self.size()), seeded.below(PEOPLE));
        let path = prove::inclusion(&self.tiles, leaf, self.size())?;
        Ok((leaf, person, path, index::prove(&self.state.nodes, &subject(person))?))
    }

    /// As many hashes as a proof has.
    fn hash(&self, sample: usize) -> Result<u8> {
        let (_, _, path, prefix) = self.prove(sample)?;
        Ok(u8::try_from(path.len() + prefix.siblings.len())?)
    }

    fn making(&self) -> Result<Figure> {
        let counts = (0..PROOFS).map(|sample| self.hash(sample)).collect::<Result<Vec<u8>>>()?;
        let (ours, limit) = in_turn(PROOFS, 1, |at| self.prove(at), |at| Ok(hashes(&counts, at)))?;
        let limit_is = "as many SHA-256 of 65 bytes as the proof has hashes";
        Ok(Figure::new("make a proof: leaf in log, person in index", limit_is, ours, limit))
    }

    fn checking(&self) -> Result<Figure> {
        let proofs = (0..PROOFS).map(|sample| self.prove(sample)).collect::<Result<Vec<_>>>()?;
        let counts = (0..PROOFS).map(|sample| self.hash(sample)).collect::<Result<Vec<u8>>>()?;
        let (root, indexed) = (prove::root(&self.tiles, self.size())?, index::root(&self.state.nodes));
        let check = |at: usize| {
            let (leaf, person, path, prefix) = proofs.get(at).ok_or("no proof")?;
            let place = usize::try_from(*leaf)?;
            let hash = self.hashes.get(place).ok_or("no leaf")?;
            let in_log = verify::root_from_inclusion(*leaf, self.size(), hash, path)? == root;
            let in_index = index::root_from_prefix(&subject(*person), prefix) == Some(indexed);
            if in_log && in_index { Ok(()) } else { Err("a proof does not hold".into()) }
        };
        let (ours, limit) = in_turn(PROOFS, 1, check, |at| Ok(hashes(&counts, at)))?;
        let limit_is = "as many SHA-256 of 65 bytes as the proof has hashes";
        Ok(Figure::new("check that proof", limit_is, ours, limit))
    }
}

/// Hashes one after the other, each over the one before, as a proof is folded.
fn hashes(counts: &[u8], at: usize) -> [u8; 65] {
    let mut node = NODE;
    for _ in 0..counts.get(at).copied().unwrap_or(0) {
        let digest = Sha256::digest(node);
        for (byte, hashed) in node.iter_mut().skip(1).zip(digest) {
            *byte = hashed;
        }
    }
    node
}
