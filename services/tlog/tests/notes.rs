#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]
//! Notes, keys, paths and policies: the examples of C2SP and of Go, and the `signed_note` crate as an oracle.

use base64::{Engine, engine::general_purpose::STANDARD};
use hanse_tlog::{
    Checkpoint, Cosigner, KeyKind, KeyName, LogSigner, Note, Policy, SignatureLine, VerifierKey, checkpoint,
    cosignature, hash, policy::Threshold, tile,
};
use proptest::prelude::*;
use signed_note::{StandardSigner, StandardVerifier, Verifier, VerifierList};

/// The example of C2SP signed-note.
const C2SP_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const C2SP_NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

/// The example of Go's sumdb/note, whose secret key is public.
const GO_SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\u{2014} PeterNeumann \
    x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// The example of C2SP tlog-cosignature; its keys are not published.
const C2SP_COSIGNED: &str = "example.com/behind-the-sofa\n20852163\n\
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} example.com/behind-the-sofa \
    Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
    \u{2014} witness.example.com/w1 \
    jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

fn name(text: &str) -> KeyName {
    KeyName::parse(text).unwrap()
}

#[test]
fn the_published_notes_verify() {
    for (key, text) in [(C2SP_KEY, C2SP_NOTE), (GO_KEY, GO_NOTE)] {
        let key: VerifierKey = key.parse().unwrap();
        let note: Note = text.parse().unwrap();
        assert_eq!(note.verify(&key), Ok(()));
        assert_eq!(note.to_string(), text);
    }
    let key: VerifierKey = C2SP_KEY.parse().unwrap();
    assert_eq!(
        (key.name().as_str(), key.kind(), key.key_id()),
        ("example.com/foo", KeyKind::Log, 0x530d_903a)
    );
    assert_eq!(key.to_string(), C2SP_KEY);
}

#[test]
fn the_published_secret_signs_the_published_note() {
    let seed = STANDARD.decode(GO_SEED).unwrap()[1..].try_into().unwrap();
    let signer = LogSigner::new(name("PeterNeumann"), seed);
    assert_eq!(signer.vkey().to_string(), GO_KEY);
    let text = GO_NOTE.parse::<Note>().unwrap().text().to_owned();
    assert_eq!(signer.sign(text).unwrap().to_string(), GO_NOTE);
}

#[test]
fn the_published_cosigned_checkpoint_reads() {
    let note: Note = C2SP_COSIGNED.parse().unwrap();
    assert_eq!(note.to_string(), C2SP_COSIGNED);
    let checkpoint = Checkpoint::parse(note.text()).unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(checkpoint.body(), note.text());
    let line = &note.signatures()[1];
    assert_eq!((line.name().as_str(), line.key_id()), ("witness.example.com/w1", 0x8d66_cf3f));
    assert_eq!(line.bytes()[..8], 1_679_315_147u64.to_be_bytes());
    assert_eq!(line.bytes().len(), 72);
}

/// A `signed_note` verifier of `cosignature/v1`, written from the specification.
struct CosignatureVerifier(VerifierKey);

impl Verifier for CosignatureVerifier {
    fn name(&self) -> &str {
        self.0.name().as_str()
    }

    fn key_id(&self) -> u32 {
        signed_note::key_id(self.0.name().as_str(), &[&[4], self.0.public().as_slice()].concat())
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let (time, signature) = signature.split_at(8);
        let time = u64::from_be_bytes(time.try_into().unwrap());
        let signed = [format!("cosignature/v1\ntime {time}\n").as_bytes(), text].concat();
        let plain = VerifierKey::new(self.0.name().clone(), KeyKind::Log, *self.0.public()).unwrap();
        StandardVerifier::new(&plain.to_string()).unwrap().verify(&signed, signature)
    }
}

#[test]
fn another_implementation_verifies_our_cosigned_checkpoint() {
    let log = LogSigner::new(name("a.example/reputation"), [1; 32]);
    let auditor = Cosigner::new(name("b.example/auditor"), [2; 32]);
    let checkpoint = Checkpoint { origin: name("a.example/reputation"), size: 7, root: hash::leaf(b"root") };
    let line = auditor.cosign(&checkpoint, 1_795_000_000);
    let note = checkpoint::sign(&checkpoint, &log).with_signature(line).unwrap();
    let keys = VerifierList::new(vec![
        Box::new(StandardVerifier::new(&log.vkey().to_string()).unwrap()),
        Box::new(CosignatureVerifier(auditor.vkey().clone())),
    ]);
    let theirs = signed_note::Note::from_bytes(note.to_string().as_bytes()).unwrap();
    let (verified, unverified) = theirs.verify(&keys).unwrap();
    assert_eq!((verified.len(), unverified.len()), (2, 0));
    let opened = checkpoint::open(&note, log.vkey()).unwrap();
    assert_eq!(cosignature::collect(&note, &opened, [auditor.vkey()]).unwrap().len(), 1);
}

/// Parts from which texts close to a note are made, and rarely a note.
fn note_like() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "text",
        "\n",
        "\n\n",
        "\u{2014} ",
        "\u{2014}",
        " ",
        "name",
        "a+b",
        "AAAAAAA=",
        "AAAAAAB=",
        "AAAAAA==",
        "\r",
        "\t",
        "\u{2014} name AAAAAAA=\n",
        "\n\u{2014} name AAAAAAA=\n",
        "\u{a0}",
    ]);
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn notes_pass_between_implementations(text in "[^\\x00-\\x09\\x0b-\\x1f]{0,60}", seed: [u8; 32], label in "[a-z./]{1,20}") {
        let text = text + "\n";
        let signer = LogSigner::new(name(&label), seed);
        let ours = signer.sign(text.clone()).unwrap();
        let key = StandardVerifier::new(&signer.vkey().to_string()).unwrap();
        let theirs = signed_note::Note::from_bytes(ours.to_string().as_bytes()).unwrap();
        prop_assert!(theirs.verify(&VerifierList::new(vec![Box::new(key)])).is_ok());

        let secret = STANDARD.encode([[1].as_slice(), &seed].concat());
        let skey = format!("PRIVATE+KEY+{label}+{:08x}+{secret}", signer.vkey().key_id());
        let mut unsigned = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        unsigned.add_sigs(&[&StandardSigner::new(&skey).unwrap()]).unwrap();
        let read = Note::parse(&unsigned.to_bytes()).unwrap();
        prop_assert_eq!(read.verify(signer.vkey()), Ok(()));
        prop_assert_eq!(read, ours);
    }

    #[test]
    fn both_implementations_agree_what_a_note_is(text in note_like()) {
        let ours = Note::parse(text.as_bytes());
        let theirs = signed_note::Note::from_bytes(text.as_bytes());
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}: {:?}", text, ours);
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            prop_assert_eq!(ours.to_string(), text);
            prop_assert_eq!(ours.text().as_bytes(), theirs.text());
        }
    }

    #[test]
    fn every_flipped_bit_of_a_note_is_refused(bit in 0..C2SP_NOTE.len() * 8) {
        let key: VerifierKey = C2SP_KEY.parse().unwrap();
        let mut bytes = C2SP_NOTE.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let verified = Note::parse(&bytes).and_then(|note| note.verify(&key));
        prop_assert!(verified.is_err());
    }

    #[test]
    fn arbitrary_bytes_are_handled(bytes: Vec<u8>, text: String) {
        if let Ok(note) = Note::parse(&bytes) {
            prop_assert_eq!(note.to_string().into_bytes(), bytes.clone());
        }
        if let Ok(entries) = tile::parse_bundle(&bytes) {
            prop_assert_eq!(tile::bundle(&entries), Ok(bytes.clone()));
        }
        if let Ok(hashes) = tile::hashes_from_bytes(&bytes) {
            prop_assert_eq!(tile::hashes_to_bytes(&hashes), bytes);
        }
        prop_assert!(Checkpoint::parse(&text).is_err());
        prop_assert!(VerifierKey::parse(&text).is_err());
        prop_assert!(SignatureLine::parse(&text).is_err());
        prop_assert!(tile::parse_path(&text).is_err());
        prop_assert!(Policy::parse(&text).is_err());
    }

    #[test]
    fn checkpoints_print_what_they_read(origin in "[!-*,-~]{1,40}", size: u64, root: [u8; 32]) {
        let checkpoint = Checkpoint { origin: name(&origin), size, root: root.into() };
        prop_assert_eq!(Checkpoint::parse(&checkpoint.body()), Ok(checkpoint));
    }

    #[test]
    fn tile_paths_print_what_they_read(level in 0..64u8, index: u64, width in prop::option::of(1..256u16)) {
        for path in [tile::path(level, index, width), tile::entries_path(index, width)] {
            prop_assert_eq!(tile::parse_path(&path).unwrap().to_string(), path);
        }
    }

    #[test]
    fn path_like_texts_have_one_reading(text in "tile/(entries|[0-9]{1,3})(/x?[0-9]{2,4}){1,4}(\\.p/[0-9]{1,3})?") {
        if let Ok(path) = tile::parse_path(&text) {
            prop_assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn policies_print_what_they_read(
        witnesses in 1..12u8,
        groups in prop::collection::vec((1..4usize, 0..5usize), 0..6),
        quorum: prop::sample::Index,
        urls: bool,
    ) {
        let mut builder = Policy::builder();
        let url = urls.then_some("https://a.example/log");
        builder.log(LogSigner::new(name("a.example/reputation"), [99; 32]).vkey().clone(), url).unwrap();
        let mut free: Vec<String> = Vec::new();
        for number in 0..witnesses {
            let own = format!("w{number}");
            let key = Cosigner::new(name(&format!("{own}.example/auditor")), [number; 32]);
            builder.witness(&own, key.vkey().clone(), url).unwrap();
            free.push(own);
        }
        for (number, (count, threshold)) in groups.into_iter().enumerate() {
            let members = free.split_off(free.len().saturating_sub(count));
            let threshold = match threshold {
                0 => Threshold::All,
                1 => Threshold::Any,
                more => Threshold::AtLeast(1 + more % members.len()),
            };
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            builder.group(&format!("g{number}"), threshold, &members).unwrap();
            free.push(format!("g{number}"));
        }
        let quorum: &String = quorum.get(&free);
        builder.quorum(Some(quorum)).unwrap();
        let policy = builder.build().unwrap();
        let everybody = policy.witnesses().keys().cloned().collect();
        prop_assert!(policy.satisfied(&everybody));
        prop_assert!(!policy.satisfied(&Default::default()));
        prop_assert_eq!(Policy::parse(&policy.to_string()), Ok(policy));
    }
}
