//! Notes, checkpoints, cosignatures, keys, policies, tiles and proofs.

use hanse_tlog::checkpoint::{self, Checkpoint};
use hanse_tlog::note::{KeyKind, KeyName, LogSigner, Note, SignatureLine, VerifierKey};
use hanse_tlog::tile::{bundle, hashes_from_bytes, hashes_to_bytes, parse_bundle, parse_path};
use hanse_tlog::{Cosigner, Hash, Policy, Proved, cosignature, hash, verify};

use super::{PLAIN, Target, reason, texts};
use crate::cost::Budget;
use crate::mutate::LINES;

const ORIGIN: &str = "a.example/reputation";

fn name(text: &str) -> KeyName {
    KeyName::parse(text).unwrap()
}

fn signer() -> LogSigner {
    LogSigner::new(name(ORIGIN), [1; 32])
}

fn cosigner(operator: u8) -> Cosigner {
    Cosigner::new(name(&format!("{}.example/auditor", char::from(b'a' + operator))), [operator; 32])
}

/// A checkpoint of the log, cosigned by so many.
pub(super) fn note(size: u64, cosigners: u8) -> Note {
    let checkpoint = Checkpoint { origin: name(ORIGIN), size, root: hash::leaf(&size.to_be_bytes()) };
    let lines = (1..=cosigners).map(|operator| cosigner(operator).cosign(&checkpoint, 1_795_000_000));
    checkpoint::sign(&checkpoint, &signer()).with_signatures(lines).unwrap()
}

pub(super) const NOTE: Target = Target {
    name: "note",
    bytes_max: 8_192,
    mutators: &[LINES],
    made: || {
        let notes = [note(0, 0), note(7, 1), note(u64::MAX, 3)];
        notes.iter().map(|note| note.to_string().into_bytes()).collect()
    },
    budget: Budget { base: 256 * 1024, each: 1_024 },
    run: read_note,
    ..PLAIN
};

fn read_note(bytes: &[u8]) -> String {
    let note = match Note::parse(bytes) {
        Ok(note) => note,
        Err(error) => return reason(&error),
    };
    assert_eq!(note.to_string().as_bytes(), bytes);
    for line in note.signatures() {
        assert_eq!(SignatureLine::parse(&line.to_string()).as_ref(), Ok(line));
    }
    let stated = Checkpoint::parse(note.text());
    if let Ok(checkpoint) = &stated {
        assert_eq!(checkpoint.body(), note.text());
    }
    let opened = checkpoint::open(&note, signer().vkey());
    let keys: Vec<VerifierKey> = (1..4).map(|operator| cosigner(operator).vkey().clone()).collect();
    let cosigned = match &opened {
        Ok(checkpoint) => {
            assert_eq!(stated.as_ref(), Ok(checkpoint));
            // Nobody has the key but those who made the seeds.
            assert!([0, 7, u64::MAX].contains(&checkpoint.size), "nobody has signed {checkpoint:?}");
            match cosignature::collect(&note, checkpoint, &keys) {
                Ok(times) => format!("{} cosigners", times.len()),
                Err(error) => reason(&error),
            }
        }
        Err(error) => reason(error),
    };
    let stated = stated.map_or_else(|error| reason(&error), |_| "checkpoint".into());
    // A line that is added again changes nothing.
    if let Some(line) = note.signatures().first().cloned() {
        let again = note.clone().with_signature(line).unwrap();
        assert_eq!(again.signatures().len(), note.signatures().len());
    }
    format!("{stated} {cosigned}")
}

pub(super) const POLICY: Target = Target {
    name: "policy",
    bytes_max: 8_192,
    mutators: &[LINES],
    also: &["docs/one-contract/policy.txt", "services/command/testdata/policy.txt"],
    made: || {
        let (log, a, b) = (signer(), cosigner(1), cosigner(2));
        let (log, a, b) = (log.vkey(), a.vkey(), b.vkey());
        texts(&[
            &format!("log {log}\nwitness a {a}\nquorum a\n"),
            &format!(
                "log {log} http://x\nwitness a {a} u\nwitness b {b}\ngroup g 1 a b\ngroup h all g\nquorum h\n"
            ),
            &format!("# nothing\n\n\tlog\t{log}\nquorum none"),
            &log.to_string(),
        ])
    },
    budget: Budget { base: 256 * 1024, each: 1_024 },
    run: policy,
    ..PLAIN
};

fn policy(bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else { return "no text".into() };
    let key = match VerifierKey::parse(text) {
        Ok(key) => {
            assert_eq!(key.to_string(), text);
            assert_eq!(VerifierKey::new(key.name().clone(), key.kind(), *key.public()).as_ref(), Ok(&key));
            format!("key {}", if key.kind() == KeyKind::Log { "log" } else { "cosigner" })
        }
        Err(error) => reason(&error),
    };
    let policy = match Policy::parse(text) {
        Ok(policy) => policy,
        Err(error) => return format!("{key} {}", reason(&error.fault)),
    };
    let printed = policy.to_string();
    assert_eq!(Policy::parse(&printed).as_ref(), Ok(&policy), "{printed}");
    let nobody = policy.satisfied(&std::collections::BTreeSet::new());
    let all = policy.satisfied(&policy.witnesses().keys().cloned().collect());
    assert!(all || policy.quorum().is_some(), "no quorum is always satisfied");
    format!("policy {} {} {nobody} {all}", policy.logs().len().min(3), policy.groups().len().min(3))
}

pub(super) const TILE: Target = Target {
    name: "tile",
    bytes_max: 128,
    made: || {
        texts(&[
            "tile/0/000",
            "tile/0/x001/x234/067",
            "tile/63/x018/x446/x744/x073/x709/x551/615",
            "tile/entries/x001/067.p/255",
            "tile/1/000.p/1",
        ])
    },
    run: tile,
    ..PLAIN
};

fn tile(bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else { return "no text".into() };
    match parse_path(text) {
        Ok(path) => {
            assert_eq!(path.to_string(), text);
            reason(&path)
        }
        Err(error) => reason(&error),
    }
}

pub(super) const BUNDLE: Target = Target {
    name: "bundle",
    bytes_max: 4_096,
    made: || {
        let hashes: Vec<Hash> = (0..3).map(|number| hash::leaf(&[number])).collect();
        vec![bundle(&["", "a", "leaf"]).unwrap(), bundle(&[""; 256]).unwrap(), hashes_to_bytes(&hashes)]
    },
    run: read_bundle,
    ..PLAIN
};

fn read_bundle(bytes: &[u8]) -> String {
    let hashes = hashes_from_bytes(bytes);
    if let Ok(hashes) = &hashes {
        assert_eq!(hashes_to_bytes(hashes), bytes);
    }
    let hashes =
        hashes.map_or_else(|error| reason(&error), |hashes| format!("{} hashes", hashes.len().min(3)));
    match parse_bundle(bytes) {
        Ok(entries) => {
            assert_eq!(bundle(&entries).as_deref(), Ok(bytes));
            format!("{} entries, {hashes}", entries.len().min(3))
        }
        Err(error) => format!("{}, {hashes}", reason(&error)),
    }
}

pub(super) const PROOF: Target =
    Target { name: "proof", bytes_max: 16 + 32 * 70, made: proofs, run: proof, ..PLAIN };

/// Two numbers and hashes: a leaf at an index of a size, or a size within another.
fn proofs() -> Vec<Vec<u8>> {
    let numbers = [
        (0, 1, 0),
        (2, 3, 1),
        (0, 7, 3),
        (6, 7, 2),
        (5, 8, 3),
        (4, 8, 1),
        (3, 7, 4),
        (u64::MAX - 1, u64::MAX, 63),
    ];
    let proof = |(first, second, length): &(u64, u64, u64)| {
        let mut bytes = [first.to_be_bytes(), second.to_be_bytes()].concat();
        (0..=*length).for_each(|at| bytes.extend(hash::leaf(&at.to_be_bytes()).as_bytes()));
        bytes
    };
    numbers.iter().map(proof).collect()
}

fn proof(bytes: &[u8]) -> String {
    let Some((first, rest)) = bytes.split_first_chunk::<8>() else { return "short".into() };
    let Some((second, rest)) = rest.split_first_chunk::<8>() else { return "short".into() };
    let (first, second) = (u64::from_be_bytes(*first), u64::from_be_bytes(*second));
    let hashes: Vec<Hash> = rest.as_chunks::<32>().0.iter().map(|bytes| Hash::from_bytes(*bytes)).collect();
    let Some((leaf, path)) = hashes.split_first() else { return "no hash".into() };
    let led = verify::root_from_inclusion(first, second, leaf, path);
    if let Ok(root) = &led {
        assert_eq!(verify::inclusion(first, second, leaf, path, root), Ok(()));
        assert!(verify::inclusion(first, second, leaf, path, leaf).is_err() || root == leaf);
        let mut proved = Proved::new(second, *root);
        let whole = proved.check(first, leaf, path);
        assert_eq!(whole, Ok(()), "a whole path is a shared one");
        proved.add(first, leaf, path).unwrap();
        assert_eq!(proved.check(first, leaf, proved.enough(first, path)), Ok(()));
    }
    let consistent = verify::consistency(first, second, path, leaf, leaf);
    let led = led.map_or_else(|error| reason(&error), |_| "a root".into());
    let consistent = consistent.map_or_else(|error| reason(&error), |()| "consistent".into());
    format!("{led} {consistent}")
}
