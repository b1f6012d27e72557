//! Lines of record files: one byte form, and nothing in them that a small file could make large.
#![expect(clippy::panic, reason = "test code: a failure is the finding")]

use hanse_document::rejection::Rejection;
use hanse_ledger::record::{Form, LINE_BYTES_MAX, LeafLine, Line, LogLine, ReadLine, RecordError};
use serde_json::{Value, json};

fn leaf_line(leaf: &str) -> String {
    format!("{{\"documents\":[],\"leaf\":{leaf}}}")
}

fn form(leaf: &str) -> Result<Form, RecordError> {
    let line = leaf_line(leaf);
    ReadLine::parse(line.as_bytes()).map(|read| match read {
        ReadLine::Leaf(read) => {
            assert_eq!(read.bytes, leaf.as_bytes());
            read.form
        }
        ReadLine::File(_) | ReadLine::Log(_) | ReadLine::Dating(_) => panic!("a leaf"),
    })
}

fn general(more: &str) -> String {
    format!("{{{more}\"day\":1,\"sigs\":[],\"subjects\":[],\"t\":\"other\",\"v\":1}}")
}

#[test]
fn what_is_written_is_read() {
    let documents = vec![json!({"a": 1}), json!({"b": [{"c": "d,]}"}]})];
    let line = Line::Leaf(LeafLine { documents, leaf: serde_json::from_str(&general("")).unwrap() });
    let bytes = line.to_bytes();
    let ReadLine::Leaf(read) = ReadLine::parse(bytes.strip_suffix(b"\n").unwrap()).unwrap() else {
        panic!("a leaf")
    };
    assert_eq!(read.documents, [&b"{\"a\":1}"[..], b"{\"b\":[{\"c\":\"d,]}\"}]}"]);
    assert!(matches!(read.form, Form::Leaf(_)));
    let head = LogLine { checkpoint: "x\n".to_owned(), log: "a.example/reputation".to_owned() };
    let bytes = Line::Log(head.clone()).to_bytes();
    assert_eq!(ReadLine::parse(bytes.strip_suffix(b"\n").unwrap()), Ok(ReadLine::Log(head)));
}

#[test]
fn a_line_has_one_byte_form() {
    let leaf = general("");
    for line in [
        leaf_line(&leaf).replace(':', ": "),
        leaf_line(&leaf).replace("\"v\":1", "\"v\": 1"),
        leaf_line(&leaf).replace("\"v\":1", "\"v\":1.0"),
        leaf_line(&leaf).replace("{\"documents\":[],", "{").replace('}', ",\"documents\":[]}"),
        leaf_line(&leaf).replace("[],\"leaf\"", "[{}{}],\"leaf\""),
        leaf_line(&leaf).replace("[],\"leaf\"", "[{},],\"leaf\""),
        leaf_line(&leaf).replace("[],\"leaf\"", "[{\"b\":1,\"a\":1}],\"leaf\""),
        leaf_line(&leaf).replace("[],\"leaf\"", "[{},{},{},{}],\"leaf\""),
        leaf_line(&leaf) + " ",
        leaf_line(&leaf) + "}",
        leaf_line("[]"),
        "[\"x\"]".to_owned(),
        "{\"dating\":\"x\",\"more\":\"y\"}".to_owned(),
        "{\"dating\":[]}".to_owned(),
        "{\"dating\":\"e\u{301}\"}".to_owned(),
        "{\"dating\": \"x\"}".to_owned(),
        "{\"checkpoint\":\"x\",\"log\":\"A\"}".to_owned(),
        String::new(),
    ] {
        assert!(ReadLine::parse(line.as_bytes()).is_err(), "{line}");
    }
    let long = "x".repeat(LINE_BYTES_MAX);
    let long = format!("{{\"dating\":\"{long}\"}}");
    assert_eq!(ReadLine::parse(long.as_bytes()), Err(RecordError::Json(Rejection::TooLarge)));
}

/// Sixteen levels are what JSON may have here; the line around a leaf is none of them.
#[test]
fn nesting_counts_from_the_leaf() {
    let nested = |depth: usize| general(&format!("\"a\":{}{},", "[".repeat(depth), "]".repeat(depth)));
    assert!(matches!(form(&nested(7)), Ok(Form::Leaf(_))));
    assert_eq!(form(&nested(8)), Ok(Form::Out), "deeper than a leaf may be");
    assert_eq!(form(&nested(15)), Ok(Form::Out));
    assert_eq!(form(&nested(16)), Err(RecordError::Json(Rejection::TooDeep)));
    let documents = |depth: usize| {
        let document = format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        let line = leaf_line(&general("")).replace("[],\"leaf\"", &format!("[{document}],\"leaf\""));
        ReadLine::parse(line.as_bytes()).map(drop)
    };
    assert_eq!(documents(15), Ok(()));
    assert_eq!(documents(16), Err(RecordError::Json(Rejection::TooDeep)));
}

#[test]
fn what_no_log_may_hold_is_read_and_seen() {
    let index = "{\"entries\":0,\"listed\":0,\"root\":\"".to_owned()
        + &"0".repeat(64)
        + "\",\"t\":\"index\",\"v\":1}";
    assert_eq!(form(&index), Ok(Form::Index));
    assert_eq!(form(&index.replace("\"listed\":0,", "")), Ok(Form::Out));
    assert_eq!(form("{}"), Ok(Form::Out));
    assert_eq!(form(&general("\"a\":null,")), Ok(Form::Out));
    assert_eq!(form(&general("").replace("other", "settle")), Ok(Form::Out));
    let long: Value = json!("x".repeat(4096));
    assert_eq!(form(&general(&format!("\"a\":{long},"))), Ok(Form::Out));
}

/// The figures that other implementations read in PROTOCOL.md.
#[test]
fn the_bounds_are_those_of_the_protocol() {
    use hanse_ledger::record::{DATINGS_MAX, DOCUMENTS_MAX, LOGS_MAX, RECORD_BYTES_MAX};
    assert_eq!((RECORD_BYTES_MAX, LINE_BYTES_MAX), (268_435_456, 332_800));
    assert_eq!((LOGS_MAX, DATINGS_MAX, DOCUMENTS_MAX), (256, 512, 3));
}
