use super::*;
use crate::cosignature::Cosigner;
use crate::note::{KeyName, LogSigner};

fn witness(number: u16) -> VerifierKey {
    let mut seed = [9; 32];
    seed[..2].copy_from_slice(&number.to_be_bytes());
    Cosigner::new(KeyName::parse(&format!("w{number}.example/witness")).unwrap(), seed).vkey().clone()
}

fn log(number: u8) -> VerifierKey {
    LogSigner::new(KeyName::parse(&format!("l{number}.example/reputation")).unwrap(), [number; 32])
        .vkey()
        .clone()
}

fn names(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|&name| name.to_owned()).collect()
}

/// The two-level example of the specification.
fn example() -> String {
    let mut text = format!("# who we trust\n\n  # indented\nlog\t{}  https://l1.example/log\n", log(1));
    for (number, name) in (1..).zip(["X1", "X2", "X3", "Y1", "Y2", "Y3"]) {
        text += &format!(" witness {name} \t {} \n", witness(number));
    }
    text + "group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\n\
            group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
}

#[test]
fn groups_decide_as_the_specification_says() {
    let policy = Policy::parse(&example()).unwrap();
    for (cosigned, satisfied) in [
        (&[][..], false),
        (&["X1", "X2"], false),
        (&["X1", "X2", "Y3"], true),
        (&["X1", "X2", "X3", "Y1", "Y2", "Y3"], true),
        (&["X1", "Y1", "Y2", "Y3"], false),
        // A group is met by its members, never by its own name.
        (&["X-and-Y", "X-witnesses", "Y-witnesses"], false),
        (&["X1", "X4", "Y1"], false),
    ] {
        assert_eq!(policy.satisfied(&names(cosigned)), satisfied, "{cosigned:?}");
    }
}

#[test]
fn a_policy_prints_what_it_reads() {
    let policy = Policy::parse(&example()).unwrap();
    assert_eq!(policy.to_string().parse(), Ok(policy.clone()));
    assert_eq!(policy.logs(), [(log(1), Some("https://l1.example/log".to_owned()))]);
    assert_eq!(policy.witnesses().len(), 6);
    assert_eq!(policy.groups().len(), 3);
    assert_eq!(policy.quorum(), Some("X-and-Y"));
    assert_eq!(policy.keys_of_log("l1.example/reputation").collect::<Vec<_>>(), [&log(1)]);
    assert_eq!(policy.keys_of_log("l1.example").next(), None);
}

#[test]
fn a_single_witness_or_nobody_can_be_the_quorum() {
    let one = Policy::parse(&format!("witness a {}\nquorum a", witness(1))).unwrap();
    assert!(!one.satisfied(&names(&["b"])));
    assert!(one.satisfied(&names(&["a"])));
    let none = Policy::parse("quorum none\n").unwrap();
    assert!(none.satisfied(&names(&[])));
    assert_eq!(none.quorum(), None);
    assert_eq!(none.to_string(), "quorum none\n");
}

#[test]
fn every_broken_rule_names_its_line() {
    let (w1, w2, l1) = (witness(1), witness(2), log(1));
    let renamed =
        VerifierKey::new(KeyName::parse("other").unwrap(), KeyKind::Cosigner, *w1.public()).unwrap();
    let same_key = VerifierKey::new(KeyName::parse("l").unwrap(), KeyKind::Log, *w1.public()).unwrap();
    let two = format!("witness a {w1}\nwitness b {w2}\n");
    let cases = [
        ("".to_owned(), 1, PolicyFault::NoQuorum),
        (two.clone(), 2, PolicyFault::NoQuorum),
        ("quorum none\nquorum none".to_owned(), 2, PolicyFault::DuplicateQuorum),
        ("quorum a".to_owned(), 1, PolicyFault::Unknown("a".to_owned())),
        ("quorum".to_owned(), 1, PolicyFault::Syntax),
        ("quorum none none".to_owned(), 1, PolicyFault::Syntax),
        ("\n\nLog x".to_owned(), 3, PolicyFault::Syntax),
        ("log".to_owned(), 1, PolicyFault::Syntax),
        (format!("log {l1} url more"), 1, PolicyFault::Syntax),
        (format!("witness {w1}"), 1, PolicyFault::Syntax),
        ("log x".to_owned(), 1, PolicyFault::Key(NoteError::VerifierKey)),
        (format!("log {w1}"), 1, PolicyFault::Kind),
        (format!("witness a {l1}"), 1, PolicyFault::Kind),
        (format!("log {l1}\nlog {l1}"), 2, PolicyFault::DuplicateKey),
        (format!("{two}witness c {renamed}"), 3, PolicyFault::DuplicateKey),
        // A log's key under a witness's name would vouch for itself.
        (format!("{two}log {same_key}"), 3, PolicyFault::DuplicateKey),
        (format!("witness a {w1}\nwitness a {w2}"), 2, PolicyFault::DuplicateName("a".to_owned())),
        (format!("{two}group a any b"), 3, PolicyFault::DuplicateName("a".to_owned())),
        (format!("witness none {w1}"), 1, PolicyFault::Name("none".to_owned())),
        (format!("{two}group none any a"), 3, PolicyFault::Name("none".to_owned())),
        (format!("{two}group g any none"), 3, PolicyFault::Unknown("none".to_owned())),
        (format!("{two}group g any g"), 3, PolicyFault::Unknown("g".to_owned())),
        (format!("group g any a\n{two}"), 1, PolicyFault::Unknown("a".to_owned())),
        (format!("{two}group g any a a"), 3, PolicyFault::Member("a".to_owned())),
        (format!("{two}group g any a\ngroup h any a"), 4, PolicyFault::Member("a".to_owned())),
        (format!("{two}group g any"), 3, PolicyFault::Threshold),
        (format!("{two}group g 0 a b"), 3, PolicyFault::Threshold),
        (format!("{two}group g 3 a b"), 3, PolicyFault::Threshold),
        (format!("{two}group g 01 a b"), 3, PolicyFault::Threshold),
        (format!("{two}group g most a b"), 3, PolicyFault::Threshold),
        ("quorum none\r\n".to_owned(), 1, PolicyFault::Control),
        ("# bell \u{7}".to_owned(), 1, PolicyFault::Control),
        ("# delete \u{7f}".to_owned(), 1, PolicyFault::Control),
        (format!("\n#{}", " ".repeat(POLICY_BYTES_MAX)), 2, PolicyFault::TooLarge),
    ];
    for (text, line, fault) in cases {
        assert_eq!(Policy::parse(&text), Err(PolicyError { line, fault }), "{text:.200}");
    }
    let longest = format!("quorum none\n#{}", " ".repeat(POLICY_BYTES_MAX - 13));
    assert_eq!(longest.len(), POLICY_BYTES_MAX);
    assert!(Policy::parse(&longest).is_ok());
    let error = Policy::parse("quorum none\nquorum none").unwrap_err();
    assert_eq!(error.to_string(), "line 2: the quorum is already defined");
}

#[test]
fn names_are_opaque_and_need_not_be_ascii() {
    // U+212A, the Kelvin sign, is not K; U+00A0, a space of Unicode's, is part of a word.
    let text = format!(
        "witness K {}\nwitness \u{212a} {}\nwitness a\u{a0}b {}\ngroup g all K \u{212a}\nquorum a\u{a0}b\n",
        witness(1),
        witness(2),
        witness(3)
    );
    let policy = Policy::parse(&text).unwrap();
    assert!(policy.satisfied(&names(&["a\u{a0}b"])));
    assert_eq!(policy.to_string().parse(), Ok(policy));
}

#[test]
fn as_many_as_the_limit_are_read_and_no_more() {
    let mut builder = Policy::builder();
    let mut members = Vec::new();
    for number in 0..DEFINITIONS_MAX {
        let name = format!("w{number}");
        builder.witness(&name, witness(u16::try_from(number).unwrap()), None).unwrap();
        builder.group(&format!("g{number}"), Threshold::All, &[&name]).unwrap();
        members.push(name);
    }
    assert_eq!(builder.witness("more", witness(999), None).err(), Some(PolicyFault::TooMany));
    assert_eq!(builder.group("more", Threshold::All, &["w0"]).err(), Some(PolicyFault::TooMany));
    builder.quorum(Some("g200")).unwrap();
    let policy = builder.build().unwrap();
    assert!(policy.satisfied(&names(&["w200"])));
    assert_eq!(Policy::parse(&policy.to_string()), Ok(policy));
}

#[test]
fn code_cannot_build_what_a_file_cannot_say() {
    let mut builder = Policy::builder();
    for name in ["", "a b", "a\tb", "a\nquorum none", "none"] {
        assert_eq!(builder.witness(name, witness(1), None).err(), Some(PolicyFault::Name(name.to_owned())));
    }
    for url in ["", "https://a.example /", "x\n"] {
        assert_eq!(builder.log(log(1), Some(url)).err(), Some(PolicyFault::Url(url.to_owned())));
    }
    assert_eq!(builder.group("g", Threshold::All, &[]).err(), Some(PolicyFault::Threshold));
    assert_eq!(builder.build(), Err(PolicyFault::NoQuorum));
}
