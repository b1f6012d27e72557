//! Fetching whole logs from servers of the test's own, honest ones and others.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use hanse_command::record::fetch;
use hanse_command::{Client, CommandError};
use hanse_document::Timestamp;
use hanse_tlog::{Checkpoint, Cosigner, Hash, KeyName, LogSigner, checkpoint};
use serde_json::{Value, json};

/// Serves what the function answers to a path, for as long as the test runs, and tells which paths were asked for.
fn serve(answer: impl Fn(&str) -> Option<Value> + Send + 'static) -> (Client, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (told, asked) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let path = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let (status, body) = match answer(&path) {
                Some(body) => (200, body),
                None => (404, json!({"type": "/problems/not-found", "status": 404, "detail": "No."})),
            };
            let body = body.to_string();
            let head =
                format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            let sent = (&stream).write_all((head + &body).as_bytes());
            if sent.is_err() || told.send(path).is_err() {
                return;
            }
        }
    });
    (Client::new(&url).unwrap(), asked)
}

/// A signed note of so many leaves.
fn note(origin: &str, size: u64, root: u8) -> String {
    let name = KeyName::parse(origin).unwrap();
    let head = Checkpoint { origin: name.clone(), size, root: Hash::from_bytes([root; 32]) };
    checkpoint::sign(&head, &LogSigner::new(name, [1; 32])).to_string()
}

/// A dating of the log of a, cosigned so many days after 1970.
fn dated(size: u64, day: u64) -> String {
    let name = KeyName::parse("a.example/reputation").unwrap();
    let head = Checkpoint { origin: name.clone(), size, root: Hash::from_bytes([1; 32]) };
    let auditor = Cosigner::new(KeyName::parse("b.example/auditor").unwrap(), [2; 32]);
    let note = checkpoint::sign(&head, &LogSigner::new(name, [1; 32]));
    note.with_signature(auditor.cosign(&head, day * 86_400)).unwrap().to_string()
}

/// A node with the logs of a and b; a page has two leaves, and b has three.
fn honest(path: &str) -> Option<Value> {
    let leaf = |number: u64| json!({"leaf": {"n": number}, "documents": [{"of": number}]});
    Some(match path {
        "/v1/logs" => json!([{"origin": "b.example/reputation"}, {"origin": "b.example/jobs"},
            {"origin": "a.example/reputation"}, {"origin": "n.example/reputation"}]),
        "/v1/logs/a.example/reputation/checkpoints" => {
            json!({"checkpoint": note("a.example/reputation", 1, 1), "datings": ["x", dated(1, 30), note("b.example/reputation", 1, 1)]})
        }
        "/v1/logs/b.example/reputation/checkpoints" => {
            json!({"checkpoint": note("b.example/reputation", 3, 1), "datings": []})
        }
        _ => {
            let (log, start) = path.split_once("/reputation/entries?start=")?;
            let start: u64 = log.starts_with("/v1/logs/").then(|| start.parse().unwrap())?;
            let page: Vec<Value> = (start..3).take(2).map(leaf).collect();
            json!({"leaves": page})
        }
    })
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T10:00:00Z").unwrap()
}

fn take(nodes: &[Client], file: &Path) -> Result<(), CommandError> {
    fetch(nodes, file, now(), &mut |_, _, _| {})
}

/// What goes wrong when a node answers this to the path, and honestly to the others.
fn lied(at: &'static str, lie: Value) -> String {
    let (client, _asked) = serve(move |path| if path == at { Some(lie.clone()) } else { honest(path) });
    let folder = tempfile::tempdir().unwrap();
    take(&[client], &folder.path().join("record.jsonl")).unwrap_err().to_string()
}

#[test]
fn whole_logs_are_written_in_order_and_no_leaf_more() {
    let (client, _asked) = serve(honest);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("record.jsonl");
    let mut told = Vec::new();
    let nodes = [client];
    fetch(&nodes, &file, now(), &mut |log, have, all| told.push((log.to_owned(), have, all))).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], json!({"format": "hanse/record/v1", "made": "2026-11-24T10:00:00Z"}));
    assert_eq!(lines[1]["log"], "a.example/reputation");
    assert_eq!(lines[2], json!({"dating": dated(1, 30)}), "and what is no dating of this log is left");
    assert_eq!(lines[3], json!({"documents": [{"of": 0}], "leaf": {"n": 0}}));
    assert_eq!(lines[4]["log"], "b.example/reputation");
    assert_eq!(lines.len(), 8, "{text}");
    assert_eq!(told.last(), Some(&("b.example/reputation".to_owned(), 3, 3)));
}

/// A node that runs since this year has no datings of the last one, and one whose disk was lost has gaps: together they have all.
#[test]
fn the_datings_of_all_nodes_are_taken() {
    let at = "/v1/logs/a.example/reputation/checkpoints";
    let node = |size: u64, datings: Vec<String>| {
        let state = json!({"checkpoint": note("a.example/reputation", size, 1), "datings": datings});
        move |path: &str| if path == at { Some(state.clone()) } else { honest(path) }
    };
    let old = vec![dated(1, 30), dated(2, 61), dated(2, 90), dated(3, 120)];
    let young = vec![dated(2, 62), dated(2, 120), dated(3, 150), dated(4, 180)];
    for turned in [false, true] {
        let (first, _asked) = serve(node(3, old.clone()));
        let (second, _asked_too) = serve(node(2, young.clone()));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("record.jsonl");
        take(&if turned { [second, first] } else { [first, second] }, &file).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let datings: Vec<&str> = lines.iter().filter_map(|line| line["dating"].as_str()).collect();
        let of = |datings: &[&str]| -> Vec<String> {
            datings.iter().map(|text| text.lines().nth(1).unwrap().to_owned()).collect()
        };
        assert_eq!(
            of(&datings),
            ["1", "2", "2", "2", "3", "3"],
            "by size, one of each epoch, and none above the head"
        );
    }
}

#[test]
fn a_broken_download_goes_on_where_it_ended() {
    let (client, asked) = serve(honest);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("record.jsonl");
    let nodes = [client];
    take(&nodes, &file).unwrap();
    let whole = fs::read(&file).unwrap();
    for end in 0..whole.len() {
        fs::write(&file, &whole[..end]).unwrap();
        take(&nodes, &file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), whole, "broken off at {end}");
    }
    while asked.try_recv().is_ok() {}
    take(&nodes, &file).unwrap();
    assert!(asked.try_iter().all(|path| !path.contains("entries")), "what is whole is not fetched again");
}

#[test]
fn a_file_that_is_something_else_stays_as_it_is() {
    let (client, _asked) = serve(honest);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.txt");
    for text in ["Dear Ana,\n", "Dear Ana,", "{\"leaf\":{},\"documents\":[]}\n", "{\"dating\":\"x\"}\n"] {
        fs::write(&file, text).unwrap();
        let refused = take(std::slice::from_ref(&client), &file).unwrap_err();
        assert!(refused.to_string().contains("not the beginning of a record file"), "{refused}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

#[test]
fn a_node_that_answers_nonsense_is_left() {
    let entries = "/v1/logs/b.example/reputation/entries?start=2";
    assert!(lied(entries, json!({"leaves": []})).contains("over 3 leaves, and has 2"));
    assert!(lied(entries, json!({})).contains("and has 2"));
    let four = json!({"leaves": [{"leaf": {}, "documents": [1, 2, 3, 4]}]});
    for lie in [json!({"leaves": [{"leaf": "x", "documents": []}]}), json!({"leaves": [{"leaf": {}}]}), four]
    {
        assert!(lied(entries, lie).contains("that are none"));
    }
    let head = "/v1/logs/b.example/reputation/checkpoints";
    let other = json!({"checkpoint": note("a.example/reputation", 3, 1), "datings": []});
    assert!(lied(head, other).contains("shows no checkpoint of b.example/reputation"));
    let endless = json!({"checkpoint": note("b.example/reputation", u64::MAX >> 1, 1), "datings": []});
    assert!(lied(head, endless).contains("and has 3"));
}

#[test]
fn two_nodes_that_show_different_logs_are_told() {
    let (first, _asked) = serve(honest);
    let (second, _asked_too) = serve(|path| {
        let fork = json!({"checkpoint": note("b.example/reputation", 3, 2), "datings": []});
        if path.ends_with("b.example/reputation/checkpoints") { Some(fork) } else { honest(path) }
    });
    let folder = tempfile::tempdir().unwrap();
    let refused = take(&[first, second], &folder.path().join("record.jsonl")).unwrap_err().to_string();
    assert!(refused.contains("different logs of b.example/reputation"), "{refused}");
}
