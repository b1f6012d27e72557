use super::*;

fn name(text: &str) -> KeyName {
    KeyName::parse(text).unwrap()
}

fn signer(text: &str, seed: u8) -> LogSigner {
    LogSigner::new(name(text), [seed; 32])
}

fn note() -> Note {
    signer("a.example/log", 1).sign("text\n".to_owned()).unwrap()
}

#[test]
fn a_note_prints_what_it_reads() {
    let signed = note();
    assert_eq!(signed.to_string().parse(), Ok(signed.clone()));
    assert_eq!(signed.text(), "text\n");
    assert_eq!(signed.verify(signer("a.example/log", 1).vkey()), Ok(()));
}

#[test]
fn the_last_empty_line_separates() {
    let signer = signer("a.example/log", 1);
    let text = format!("\n\nan empty line before\n\n{}\n\nand after\n", signer.line("text\n"));
    let signed = signer.sign(text.clone()).unwrap();
    let read: Note = signed.to_string().parse().unwrap();
    assert_eq!(read.text(), text);
    assert_eq!(read.signatures().len(), 1);
    assert_eq!(read.verify(signer.vkey()), Ok(()));
}

#[test]
fn malformed_notes_are_refused() {
    let line = note().signatures()[0].to_string();
    let cases = [
        ("".to_owned(), NoteError::Form),
        ("\n".to_owned(), NoteError::Form),
        (format!("\n{line}\n"), NoteError::Form),
        (format!("text\n{line}\n"), NoteError::Form),
        (format!("text\n\n{line}"), NoteError::Form),
        ("text\n\n".to_owned(), NoteError::Form),
        (format!("text\n\n{line}\n\n"), NoteError::Form),
        (format!("text\n\n{line}\nmore\n"), NoteError::SignatureLine),
        (format!("te\txt\n\n{line}\n"), NoteError::Text),
        (format!("text\r\n\n{line}\n"), NoteError::Text),
        (format!("te\0xt\n\n{line}\n"), NoteError::Text),
        (format!("text\n\n{line}\r\n"), NoteError::SignatureLine),
        (format!("text\n\n {line}\n"), NoteError::SignatureLine),
        (format!("text\n\n{line} \n"), NoteError::SignatureLine),
        (format!("text\n\n{line}=\n"), NoteError::SignatureLine),
        (format!("text\n\n{}\n", line.replace('\u{2014}', "-")), NoteError::SignatureLine),
        ("text\n\n\u{2014} a\n".to_owned(), NoteError::SignatureLine),
        ("text\n\n\u{2014} a \n".to_owned(), NoteError::SignatureLine),
        // A key id without a signature; trailing bits that are not zero; the URL alphabet; no padding.
        ("text\n\n\u{2014} a AAAAAA==\n".to_owned(), NoteError::SignatureLine),
        ("text\n\n\u{2014} a AAAAAAB=\n".to_owned(), NoteError::SignatureLine),
        ("text\n\n\u{2014} a AAAAA-A_\n".to_owned(), NoteError::SignatureLine),
        ("text\n\n\u{2014} a AAAAAAA\n".to_owned(), NoteError::SignatureLine),
        ("text\n\n\u{2014}  AAAAAAA=\n".to_owned(), NoteError::KeyName),
        ("text\n\n\u{2014} a+b AAAAAAA=\n".to_owned(), NoteError::KeyName),
        ("text\n\n\u{2014} a\u{2003}b AAAAAAA=\n".to_owned(), NoteError::KeyName),
    ];
    for (text, error) in cases {
        assert_eq!(Note::parse(text.as_bytes()), Err(error), "{text:?}");
    }
    assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteError::Text));
    assert!(Note::parse("text\n\n\u{2014} a AAAAAAA=\n".as_bytes()).is_ok());
    let line = SignatureLine::new(name("a"), 0, vec![0]).unwrap();
    assert_eq!(Note::new("text".to_owned(), line.clone()), Err(NoteError::Form));
    assert_eq!(Note::new("te\txt\n".to_owned(), line), Err(NoteError::Text));
    assert_eq!(SignatureLine::new(name("a"), 0, Vec::new()), Err(NoteError::SignatureLine));
}

#[test]
fn signatures_and_bytes_are_bounded() {
    let line = |key_id| SignatureLine::new(name("a"), key_id, vec![1]).unwrap();
    let many = |count| note().with_signatures((1..count).map(line));
    let most = many(64).unwrap();
    assert_eq!(most.signatures().len(), SIGNATURES_MAX);
    assert_eq!(most.to_string().parse(), Ok(most.clone()));
    assert_eq!(many(65), Err(NoteError::TooManySignatures));
    assert_eq!(Note::parse(format!("{most}{}\n", line(65)).as_bytes()), Err(NoteError::TooManySignatures));
    let signer = signer("a.example/log", 1);
    let long = |spaces: usize| signer.sign(format!("{}\n", " ".repeat(spaces)));
    let around = long(0).unwrap().to_string().len();
    let longest = long(NOTE_BYTES_MAX - around).unwrap().to_string();
    assert_eq!(longest.len(), NOTE_BYTES_MAX);
    assert!(Note::parse(longest.as_bytes()).is_ok());
    assert_eq!(long(NOTE_BYTES_MAX - around + 1), Err(NoteError::TooLarge));
    assert_eq!(Note::parse(format!(" {longest}").as_bytes()), Err(NoteError::TooLarge));
    // Sixteen signatures of a length like the largest post-quantum ones fit.
    let heavy = (0..16).map(|key_id| SignatureLine::new(name("a"), key_id, vec![1; 4_700]).unwrap());
    assert!(note().with_signatures(heavy).is_ok());
}

#[test]
fn unknown_keys_are_ignored_and_known_ones_must_verify() {
    let (known, other) = (signer("a.example/log", 1), signer("a.example/log", 2));
    let foreign_name = signer("b.example/log", 1);
    let text = "text\n".to_owned();
    let signed = known.sign(text.clone()).unwrap();
    let wrong = |signer: &LogSigner| {
        SignatureLine::new(signer.vkey().name().clone(), signer.vkey().key_id(), vec![1; 64]).unwrap()
    };
    // Same name with another id, and same id with another name, are unknown keys.
    let id = known.vkey().key_id();
    let same_id = SignatureLine::new(name("b.example/log"), id, vec![1; 64]).unwrap();
    let crowded = signed.clone().with_signatures([wrong(&other), wrong(&foreign_name), same_id]).unwrap();
    assert_eq!(crowded.verify(known.vkey()), Ok(()));
    assert_eq!(crowded.verify(other.vkey()), Err(NoteError::BadSignature));
    assert_eq!(signed.verify(other.vkey()), Err(NoteError::Unsigned));
    assert_eq!(signed.verify(foreign_name.vkey()), Err(NoteError::Unsigned));
    // A second line of a known key that fails makes the note bad, whatever the first one says.
    for (first, second) in [(known.line(&text), wrong(&known)), (wrong(&known), known.line(&text))] {
        let both = format!("{text}\n{first}\n{second}\n");
        assert_eq!(Note::parse(both.as_bytes()).unwrap().verify(known.vkey()), Err(NoteError::BadSignature));
    }
    let altered = signed.to_string().replace("text", "test");
    assert_eq!(altered.parse::<Note>().unwrap().verify(known.vkey()), Err(NoteError::BadSignature));
}

#[test]
fn a_later_line_of_a_key_takes_the_place_of_the_earlier() {
    let line = |key_id, byte| SignatureLine::new(name("w.example/witness"), key_id, vec![byte]).unwrap();
    let merged = note().with_signatures([line(1, 1), line(2, 1), line(1, 2)]).unwrap();
    let rest: Vec<_> = merged.signatures()[1..].to_vec();
    assert_eq!(rest, [line(1, 2), line(2, 1)]);
}

#[test]
fn lines_alone_are_read_as_a_witness_answers_them() {
    let line = SignatureLine::new(name("w.example/witness"), 7, vec![1, 2]).unwrap();
    assert_eq!(SignatureLine::parse_all(&format!("{line}\n{line}\n")), Ok(vec![line.clone(); 2]));
    assert_eq!(SignatureLine::parse_all(""), Ok(Vec::new()));
    assert_eq!(SignatureLine::parse_all(&line.to_string()), Err(NoteError::SignatureLine));
    assert_eq!(SignatureLine::parse_all(&format!("{line}\n\n")), Err(NoteError::SignatureLine));
    assert_eq!(SignatureLine::parse_all(&format!("{line}\n").repeat(65)), Err(NoteError::TooManySignatures));
    assert_eq!(line.to_string().parse(), Ok(line));
}

#[test]
fn key_names_have_no_spaces_signs_or_excess() {
    for good in ["a", "a.example/reputation", "\u{fc}ber.example", &"x".repeat(KEY_NAME_BYTES_MAX)] {
        assert_eq!(name(good).as_str(), good);
    }
    for bad in [
        "",
        " ",
        "a b",
        "a\u{a0}b",
        "a\u{2028}b",
        "a+b",
        "a\nb",
        "a\u{1}",
        "a\u{7f}",
        "a\u{9b}b",
        &"x".repeat(513),
    ] {
        assert_eq!(KeyName::parse(bad), Err(NoteError::KeyName), "{bad:?}");
    }
    assert_eq!(name("a.example/reputation").operator(), "a.example");
    assert_eq!(name("a.example/x/y").operator(), "a.example");
    assert_eq!(name("a.example").operator(), "a.example");
}

#[test]
fn verifier_keys_have_one_spelling() {
    let text = signer("a.example/log", 1).vkey().to_string();
    let key: VerifierKey = text.parse().unwrap();
    assert_eq!(key.to_string(), text);
    let (rest, base64) = text.rsplit_once('+').unwrap();
    let (_, id) = rest.split_once('+').unwrap();
    let flipped = format!("{:08x}", key.key_id() ^ 1);
    let cases = [
        (text.replace(id, &flipped), NoteError::VerifierKey),
        (text.replace(id, ""), NoteError::VerifierKey),
        (text.replace(id, &format!("0{id}")), NoteError::VerifierKey),
        (text.replace(base64, ""), NoteError::VerifierKey),
        (format!("{text}A"), NoteError::VerifierKey),
        (format!("{text}+{id}"), NoteError::VerifierKey),
        ("a".to_owned(), NoteError::VerifierKey),
        ("a+b".to_owned(), NoteError::VerifierKey),
        (text.replace("a.example/log", ""), NoteError::KeyName),
        (text.replace("a.example/log", "a b"), NoteError::KeyName),
        (text.replace("a.example/log", "b.example/log"), NoteError::VerifierKey),
    ];
    for (text, error) in cases {
        assert_eq!(VerifierKey::parse(&text), Err(error), "{text}");
    }
    let upper = "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    assert_eq!(VerifierKey::parse(upper), Err(NoteError::VerifierKey));
    for kind in [0x00, 0x02, 0x05, 0x06, 0xff] {
        let bytes = [[kind].as_slice(), key.public()].concat();
        let other = format!("a.example/log+00000000+{}", encoding::base64(&bytes));
        assert_eq!(VerifierKey::parse(&other), Err(NoteError::KeyKind), "type {kind:#04x}");
    }
}

#[test]
fn unsound_public_keys_are_refused() {
    let mut identity = [0; 32];
    identity[0] = 1;
    // The same point with the sign bit set, and y = p + 1, are not canonical.
    let mut signed_zero = identity;
    signed_zero[31] |= 0x80;
    let mut above_p = [0xff; 32];
    (above_p[0], above_p[31]) = (0xee, 0x7f);
    // y = p + 3 is a point of full order in a second spelling.
    let mut full_order = [0xff; 32];
    (full_order[0], full_order[31]) = (0xf0, 0x7f);
    let order_four = [0; 32];
    let no_point = [[2].as_slice(), &[0; 31]].concat().try_into().unwrap();
    for public in [identity, signed_zero, above_p, full_order, order_four, no_point] {
        let key = VerifierKey::new(name("a"), KeyKind::Log, public);
        assert_eq!(key, Err(NoteError::PublicKey), "{}", encoding::hex(&public));
    }
}

#[test]
fn only_the_one_form_of_a_signature_verifies() {
    let signer = signer("a.example/log", 1);
    let line = signer.line("text\n");
    let check = |bytes: &[u8]| signer.vkey().check(b"text\n", bytes);
    assert_eq!(check(line.bytes()), Ok(()));
    // S + L, the group's order, is the malleable form of the same signature.
    let order: [u8; 32] =
        encoding::from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
    let mut malleable = line.bytes().to_vec();
    let mut carry = 0u16;
    for (byte, add) in malleable[32..].iter_mut().zip(order) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    assert_eq!(check(&malleable), Err(NoteError::BadSignature));
    assert_eq!(check(&line.bytes()[..63]), Err(NoteError::BadSignature));
    assert_eq!(check(&[line.bytes(), &[0]].concat()), Err(NoteError::BadSignature));
    assert_eq!(check(&[]), Err(NoteError::BadSignature));
}

#[test]
fn a_secret_does_not_show() {
    let signer = signer("a.example/log", 1);
    assert_eq!(format!("{signer:?}"), format!("LogSigner({})", signer.vkey()));
}
