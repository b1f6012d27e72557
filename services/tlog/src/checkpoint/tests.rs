use super::*;
use crate::cosignature::Cosigner;
use crate::hash;

fn name(text: &str) -> KeyName {
    KeyName::parse(text).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: name("a.example/reputation"), size: 42, root: hash::leaf(b"root") }
}

#[test]
fn a_signed_checkpoint_opens_to_itself() {
    let signer = LogSigner::new(name("a.example/reputation"), [1; 32]);
    let note = sign(&checkpoint(), &signer);
    assert_eq!(open(&note, signer.vkey()), Ok(checkpoint()));
    let read = note.to_string().parse().unwrap();
    assert_eq!(note, read);
}

#[test]
fn another_key_kind_or_origin_does_not_open() {
    let signer = LogSigner::new(name("a.example/reputation"), [1; 32]);
    let note = sign(&checkpoint(), &signer);
    let stranger = LogSigner::new(name("a.example/reputation"), [2; 32]);
    assert_eq!(open(&note, stranger.vkey()), Err(NoteError::Unsigned));
    let cosigner = Cosigner::new(name("a.example/reputation"), [1; 32]);
    assert_eq!(open(&note, cosigner.vkey()), Err(NoteError::WrongKind));
    let jobs = LogSigner::new(name("a.example/jobs"), [1; 32]);
    assert_eq!(open(&sign(&checkpoint(), &jobs), jobs.vkey()), Err(NoteError::Origin));
    let prose = signer.sign("not a checkpoint\n".to_owned()).unwrap();
    assert_eq!(open(&prose, signer.vkey()), Err(NoteError::Checkpoint));
}

#[test]
fn only_the_printed_form_is_a_checkpoint() {
    let body = checkpoint().body();
    assert_eq!(Checkpoint::parse(&body), Ok(checkpoint()));
    let root = checkpoint().root.base64();
    let largest = format!("o\n{}\n{root}\n", u64::MAX);
    assert_eq!(Checkpoint::parse(&largest).map(|checkpoint| checkpoint.size), Ok(u64::MAX));
    let bad = [
        String::new(),
        "\n".to_owned(),
        body.trim_end().to_owned(),
        format!("{body}\n"),
        format!("{body}extension\n"),
        format!("o\n42\n{root}\n\n"),
        format!("o\n042\n{root}\n"),
        format!("o\n+42\n{root}\n"),
        format!("o\n-1\n{root}\n"),
        format!("o\n 42\n{root}\n"),
        format!("o\n\n{root}\n"),
        format!("o\n\u{664}\u{662}\n{root}\n"),
        format!("o\n18446744073709551616\n{root}\n"),
        format!("o\n42\r\n{root}\n"),
        format!("o\n42\n{}\n", root.trim_end_matches('=')),
        "o\n42\nAAAA\n".to_owned(),
        "o\n42\n".to_owned(),
    ];
    for text in bad {
        assert_eq!(Checkpoint::parse(&text), Err(NoteError::Checkpoint), "{text:?}");
    }
    for origin in ["", "a b", "a+b", "a\u{a0}b"] {
        let text = format!("{origin}\n42\n{root}\n");
        assert_eq!(Checkpoint::parse(&text), Err(NoteError::KeyName), "{text:?}");
    }
}
