use super::*;
use crate::checkpoint;
use crate::hash;
use crate::note::LogSigner;

/// Some second of 2026.
const TIME: u64 = 1_795_000_000;

fn name(text: &str) -> KeyName {
    KeyName::parse(text).unwrap()
}

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint { origin: name("a.example/reputation"), size, root: hash::leaf(b"root") }
}

fn cosigner(seed: u8) -> Cosigner {
    Cosigner::new(name("b.example/auditor"), [seed; 32])
}

#[test]
fn what_is_signed_is_the_header_the_time_and_the_body() {
    let expected =
        format!("cosignature/v1\ntime {TIME}\na.example/reputation\n42\n{}\n", hash::leaf(b"root").base64());
    assert_eq!(message(&checkpoint(42), TIME), expected);
}

#[test]
fn a_cosignature_gives_back_its_time() {
    for time in [0, TIME, TIME_MAX] {
        let line = cosigner(1).cosign(&checkpoint(42), time);
        assert_eq!(line.bytes().len(), 72);
        assert_eq!(line.bytes()[..8], time.to_be_bytes());
        assert_eq!(verify(&checkpoint(42), &line, cosigner(1).vkey()), Ok(time));
    }
    let late = cosigner(1).cosign(&checkpoint(42), TIME_MAX + 1);
    assert_eq!(verify(&checkpoint(42), &late, cosigner(1).vkey()), Err(NoteError::BadSignature));
}

#[test]
fn any_other_checkpoint_time_or_key_is_refused() {
    let key = cosigner(1);
    let line = key.cosign(&checkpoint(42), TIME);
    assert_eq!(verify(&checkpoint(43), &line, key.vkey()), Err(NoteError::BadSignature));
    assert_eq!(verify(&checkpoint(42), &line, cosigner(2).vkey()), Err(NoteError::Unsigned));
    let log = LogSigner::new(name("b.example/auditor"), [1; 32]);
    assert_eq!(verify(&checkpoint(42), &line, log.vkey()), Err(NoteError::WrongKind));
    for at in 0..72 {
        let mut bytes = line.bytes().to_vec();
        bytes[at] ^= 1;
        let changed = SignatureLine::by(key.vkey(), bytes);
        assert_eq!(verify(&checkpoint(42), &changed, key.vkey()), Err(NoteError::BadSignature), "byte {at}");
    }
    for length in [1, 7, 8, 71] {
        let cut = SignatureLine::by(key.vkey(), line.bytes()[..length].to_vec());
        assert_eq!(verify(&checkpoint(42), &cut, key.vkey()), Err(NoteError::BadSignature), "{length} bytes");
    }
}

#[test]
fn the_same_secret_has_another_id_as_a_log() {
    let log = LogSigner::new(name("b.example/auditor"), [1; 32]);
    assert_eq!(log.vkey().public(), cosigner(1).vkey().public());
    assert_ne!(log.vkey().key_id(), cosigner(1).vkey().key_id());
}

#[test]
fn collecting_takes_known_keys_and_each_of_their_times_once() {
    let log = LogSigner::new(name("a.example/reputation"), [9; 32]);
    let (first, second) = (cosigner(1), Cosigner::new(name("n.example/auditor"), [2; 32]));
    let unknown = Cosigner::new(name("x.example/auditor"), [3; 32]);
    let note = checkpoint::sign(&checkpoint(42), &log);
    let lines = [&first, &second, &unknown].map(|key| key.cosign(&checkpoint(42), TIME));
    let note = note.with_signatures(lines).unwrap();
    let keys = [first.vkey(), second.vkey()];
    let both = BTreeMap::from(keys.map(|key| (key, vec![TIME])));
    assert_eq!(collect(&note, &checkpoint(42), keys), Ok(both));
    assert_eq!(collect(&note, &checkpoint(43), keys), Err(NoteError::Checkpoint));
    assert_eq!(collect(&note, &checkpoint(42), [log.vkey()]), Err(NoteError::WrongKind));

    let (later, again) = (first.cosign(&checkpoint(42), TIME + 5), first.cosign(&checkpoint(42), TIME));
    let thrice = format!("{note}{later}\n{again}\n").parse().unwrap();
    let times = collect(&thrice, &checkpoint(42), keys).unwrap();
    assert_eq!(times.get(first.vkey()), Some(&vec![TIME, TIME + 5]));

    // A line in a known key's name that fails cannot be passed over.
    let forged = note.with_signature(second.cosign(&checkpoint(43), TIME)).unwrap();
    assert_eq!(collect(&forged, &checkpoint(42), keys), Err(NoteError::BadSignature));
    assert!(collect(&forged, &checkpoint(42), [first.vkey()]).is_ok());
}

#[test]
fn a_secret_does_not_show() {
    assert_eq!(format!("{:?}", cosigner(1)), format!("Cosigner({})", cosigner(1).vkey()));
}
