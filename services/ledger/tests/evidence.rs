//! Reading evidence files in one form only, and building parts that fit their own index.

#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use hanse_document::key::SigningKey;
use hanse_document::rejection::Rejection;
use hanse_document::{Commitment, Did, Timestamp};
use hanse_ledger::evidence::{
    self, CHECKPOINTS_MAX, DOCUMENTS_MAX, DocumentJson, ENTRIES_MAX, EVIDENCE_BYTES_MAX, Evidence,
    EvidenceError, Format, NOTE_LINES_MAX, PARTS_MAX, PATH_MAX, Source, tiles_for_part,
};
use hanse_ledger::leaf::LEAF_DEPTH_MAX;
use hanse_ledger::{LogState, Statement, SubjectKey};
use hanse_tlog::note::NOTE_BYTES_MAX;
use hanse_tlog::prove::Inclusions;
use hanse_tlog::{Proved, TileSet, hash, prove, tile, verify};
use serde_json::{Value, json};

/// A log with three leaves about one person among others, with all its tiles.
struct Log {
    state: LogState,
    tiles: TileSet,
    index_leaf: Vec<u8>,
    subject: SubjectKey,
    entries: Vec<(u64, Vec<u8>, Vec<DocumentJson>)>,
}

fn log() -> Log {
    let subject = SubjectKey::from_bytes([7; 32]);
    let (mut state, mut tiles, mut entries) = (LogState::new(), TileSet::new(), Vec::new());
    let first = state.seal().unwrap();
    tile::append(&mut tiles, 0, &[hash::leaf(&first)]).unwrap();
    for nonce in 0_u8..9 {
        let about = if nonce % 3 == 0 { subject } else { SubjectKey::from_bytes([nonce; 32]) };
        let statement = Statement::Posting { commitment: Commitment::from_bytes([nonce; 32]) };
        let leaf = statement.draft(20_781, &[about]).sign(&[]).unwrap();
        let (index, hash) = state.append(leaf.bytes()).unwrap();
        tile::append(&mut tiles, index, &[hash]).unwrap();
        if about == subject {
            entries.push((
                index,
                leaf.bytes().to_vec(),
                vec![DocumentJson::of(&json!({"nonce": nonce})).unwrap()],
            ));
        }
    }
    let index_leaf = state.seal().unwrap();
    tile::append(&mut tiles, state.size - 1, &[hash::leaf(&index_leaf)]).unwrap();
    Log { state, tiles, index_leaf, subject, entries }
}

impl Log {
    fn source(&self) -> Source<'_> {
        Source {
            origin: "b.example/reputation",
            checkpoint: "note\n",
            size: self.state.size,
            index_leaf: &self.index_leaf,
            tiles: &self.tiles,
            nodes: &self.state.nodes,
        }
    }

    fn evidence(&self) -> Evidence {
        let part = evidence::part(&self.source(), &self.subject, &self.entries).unwrap();
        let stranger = evidence::part(&self.source(), &SubjectKey::from_bytes([99; 32]), &[]).unwrap();
        let (index, leaf, _) = self.entries.first().unwrap();
        let origin = "a.example/reputation";
        let cited = evidence::engagement(
            origin,
            "note\n",
            self.state.size,
            &mut Inclusions::new(&self.tiles),
            *index,
            leaf,
        )
        .unwrap();
        Evidence {
            format: Format::V1,
            subject: Did::of(&SigningKey::from_seed([1; 32]).public()),
            made: Timestamp::parse("2026-11-24T10:00:00Z").unwrap(),
            identity: DocumentJson::of(&json!({"any": "document"})).unwrap(),
            parts: vec![part, stranger],
            engagements: vec![cited],
        }
    }
}

#[test]
fn a_file_is_read_back_in_any_layout() {
    let evidence = log().evidence();
    assert_eq!(Evidence::parse(&evidence.to_bytes()), Ok(evidence.clone()));
    let value: Value = serde_json::from_slice(&evidence.to_bytes()).unwrap();
    assert_eq!(Evidence::parse(&serde_json::to_vec_pretty(&value).unwrap()), Ok(evidence));
}

/// The reason for the bound of leaves: what a log may hold, a file about its subject can carry.
#[test]
fn a_file_carries_the_deepest_leaf() {
    let mut file: Value = serde_json::from_slice(&log().evidence().to_bytes()).unwrap();
    let deepest = (1..LEAF_DEPTH_MAX).fold(json!([]), |inner, _| json!({"x": inner}));
    file["parts"][0]["entries"][0]["leaf"] = deepest.clone();
    file["engagements"][0]["leaf"] = deepest.clone();
    assert!(Evidence::parse(&serde_json::to_vec(&file).unwrap()).is_ok());
    let line = hanse_document::canonical::to_vec(&json!({"documents": [], "leaf": deepest}));
    assert!(hanse_ledger::record::ReadLine::parse(&line).is_ok());
}

#[test]
fn the_paths_of_a_part_are_audit_paths() {
    let log = log();
    let part = evidence::part(&log.source(), &log.subject, &log.entries).unwrap();
    let (size, root) = (log.state.size, log.state.root());
    verify::inclusion(size - 1, size, &hash::leaf(&log.index_leaf), &part.index.path, &root).unwrap();
    let mut proved = Proved::new(size, root);
    proved.add(size - 1, &hash::leaf(&log.index_leaf), &part.index.path).unwrap();
    for ((index, leaf, _), entry) in log.entries.iter().zip(&part.entries) {
        assert_eq!(*index, entry.index);
        // Shorter than a whole one, because the upper nodes are there already.
        assert!(entry.path.len() < prove::inclusion(&log.tiles, *index, size).unwrap().len());
        proved.add(*index, &hash::leaf(leaf), &entry.path).unwrap();
    }
}

#[test]
fn engagements_below_a_part_share_its_checkpoint_and_nodes() {
    let log = log();
    let (size, source) = (log.state.size, log.source());
    let part = evidence::part(&source, &log.subject, &log.entries).unwrap();
    let proved = evidence::proved(&part, size).unwrap();
    let (index, leaf, _) = log.entries.first().unwrap();
    let shared = evidence::engagement_below(
        source.origin,
        (&proved, size),
        &mut Inclusions::new(&log.tiles),
        *index,
        leaf,
    )
    .unwrap();
    assert_eq!((shared.checkpoint.as_ref(), shared.path.len()), (None, 0));
    proved.check(*index, &hash::leaf(leaf), &shared.path).unwrap();
    let mut other = part;
    other.entries.first_mut().unwrap().index += 1;
    assert_eq!(evidence::proved(&other, size).unwrap_err(), EvidenceError::Refuted);
}

#[test]
fn the_named_tiles_are_enough() {
    let log = log();
    let places: Vec<u64> = log.entries.iter().map(|(index, ..)| *index).collect();
    let mut tiles = TileSet::new();
    for id in tiles_for_part(log.state.size, &places) {
        tiles.insert(id, log.tiles.get(&id).unwrap().to_vec());
    }
    let part = evidence::part(&Source { tiles: &tiles, ..log.source() }, &log.subject, &log.entries);
    assert_eq!(part, evidence::part(&log.source(), &log.subject, &log.entries));
}

#[test]
fn a_node_builds_no_part_that_its_index_refutes() {
    let log = log();
    let mut fewer = log.entries.clone();
    fewer.remove(1);
    let mut swapped = log.entries.clone();
    swapped.swap(0, 1);
    let mut elsewhere = log.entries.clone();
    elsewhere.first_mut().unwrap().0 += 1;
    for entries in [&fewer[..], &swapped, &elsewhere, &[]] {
        assert_eq!(evidence::part(&log.source(), &log.subject, entries), Err(EvidenceError::Refuted));
    }
    let older = LogState::new().seal().unwrap();
    let stale = [
        Source { index_leaf: &older, ..log.source() },
        Source { index_leaf: b"{}", ..log.source() },
        Source { size: log.state.size + 1, ..log.source() },
        Source { size: 0, ..log.source() },
    ];
    for source in stale {
        assert_eq!(evidence::part(&source, &log.subject, &log.entries), Err(EvidenceError::Stale));
    }
}

type Change = fn(&mut Value);

/// What reading the file makes of a change.
fn read(change: Change) -> Result<Evidence, EvidenceError> {
    let mut file: Value = serde_json::from_slice(&log().evidence().to_bytes()).unwrap();
    change(&mut file);
    Evidence::parse(&serde_json::to_vec(&file).unwrap())
}

/// Every way to write the same file otherwise, or another file of nearly the same form.
#[test]
fn second_forms_are_refused() {
    let fields: [Change; 27] = [
        |file| {
            let half = vec![file["parts"][0]["entries"][0].clone(); ENTRIES_MAX / 2 + 1];
            (file["parts"][0]["entries"], file["parts"][1]["entries"]) = (half.clone().into(), half.into());
        },
        |file| file["parts"][0]["checkpoint"] = json!("a".repeat(131_073)),
        |file| file["extra"] = json!(1),
        |file| file["format"] = json!("hanse/evidence/v2"),
        |file| file["subject"] = json!("did:web:example"),
        |file| file["made"] = json!("2026-11-24T10:00:00+00:00"),
        |file| file["identity"] = json!([null]),
        |file| file["parts"] = json!({}),
        |file| file["parts"] = vec![file["parts"][0].clone(); PARTS_MAX + 1].into(),
        |file| file["parts"][0] = json!(["b.example/reputation", "note\n", {}, {}, []]),
        |file| file["parts"][0]["extra"] = json!(1),
        |file| file["parts"][0]["checkpoint"] = json!("e\u{301}"),
        |file| file["parts"][0]["index"]["path"][0] = json!("AA".repeat(32)),
        |file| file["parts"][0]["index"]["path"] = vec![json!("aa".repeat(32)); PATH_MAX + 1].into(),
        |file| {
            let index = &mut file["parts"][0]["index"];
            *index = json!([index["leaf"], index["path"]]);
        },
        |file| file["parts"][0]["prefix"]["end"]["value"] = json!("short"),
        |file| file["parts"][0]["prefix"]["end"]["extra"] = json!(1),
        |file| file["parts"][0]["prefix"]["end"] = json!([]),
        |file| file["parts"][0]["prefix"]["siblings"] = vec![json!("aa".repeat(32)); 257].into(),
        |file| {
            file["parts"][1]["prefix"].as_object_mut().unwrap().remove("end");
        },
        |file| file["parts"][0]["entries"][0]["index"] = json!(-1),
        |file| file["parts"][0]["entries"][0]["index"] = json!(1_u64 << 53),
        |file| file["parts"][0]["entries"][0]["leaf"] = json!("x".repeat(4_096)),
        |file| file["parts"][0]["entries"][0]["documents"] = Value::Null,
        |file| file["parts"][0]["entries"][0]["documents"] = vec![json!({}); DOCUMENTS_MAX + 1].into(),
        |file| file["engagements"][0]["checkpoint"] = Value::Null,
        |file| {
            file["engagements"][0].as_object_mut().unwrap().remove("path");
        },
    ];
    for (number, change) in fields.into_iter().enumerate() {
        assert!(matches!(read(change), Err(EvidenceError::Fields(_))), "{number}");
    }
    let text = String::from_utf8(log().evidence().to_bytes()).unwrap();
    let twice = text.replacen("\"format\"", "\"format\":\"x\",\"format\"", 1);
    for text in [&twice, "", "[]", "null", &text.replace("\"index\":1,", "\"index\":1.0,")] {
        assert!(Evidence::parse(text.as_bytes()).is_err(), "{text}");
    }
}

/// What no single field says of itself.
#[test]
fn a_file_is_bounded_as_a_whole() {
    let wholes: [(Change, EvidenceError); 5] = [
        (|file| file["parts"][0]["origin"] = json!("b.example/reputation\u{1b}[2J"), EvidenceError::Origin),
        (|file| file["engagements"][0]["origin"] = json!("b.example"), EvidenceError::Origin),
        (
            |file| {
                file["engagements"] = vec![file["engagements"][0].clone(); ENTRIES_MAX - 3].into();
            },
            EvidenceError::Entries,
        ),
        (
            |file| {
                let other = |number: usize| {
                    let mut other = file["engagements"][0].clone();
                    other["checkpoint"] = json!(format!("{number}"));
                    other
                };
                file["engagements"] = (0..=CHECKPOINTS_MAX).map(other).collect();
            },
            EvidenceError::Checkpoints,
        ),
        (
            |file| {
                file["parts"][0]["checkpoint"] = json!("\n".repeat(NOTE_LINES_MAX - 1));
            },
            EvidenceError::Lines,
        ),
    ];
    for (number, (change, error)) in wholes.into_iter().enumerate() {
        assert_eq!(read(change), Err(error), "{number}");
    }
    // What may be left out: the checkpoint of an engagement.
    assert!(read(|file| drop(file["engagements"][0].as_object_mut().unwrap().remove("checkpoint"))).is_ok());
}

/// What each bound lets through: the part and the engagement of the file have four entries and one, and a line in each note.
#[test]
fn a_file_may_reach_each_bound() {
    let most: [Change; 3] = [
        |file| file["engagements"] = vec![file["engagements"][0].clone(); ENTRIES_MAX - 4].into(),
        |file| {
            let other = |number: usize| {
                let mut other = file["engagements"][0].clone();
                other["checkpoint"] = json!(format!("{number}"));
                other
            };
            file["engagements"] = (0..CHECKPOINTS_MAX).map(other).collect();
        },
        |file| file["parts"][0]["checkpoint"] = json!("\n".repeat(NOTE_LINES_MAX - 2)),
    ];
    for (number, change) in most.into_iter().enumerate() {
        assert!(read(change).is_ok(), "{number}");
    }
    let mut file = log().evidence().to_bytes();
    file.resize(EVIDENCE_BYTES_MAX, b' ');
    assert!(Evidence::parse(&file).is_ok());
    file.push(b' ');
    assert_eq!(Evidence::parse(&file), Err(EvidenceError::Json(Rejection::TooLarge)));
}

/// A terminal obeys control characters, and what names a field comes from a stranger.
#[test]
fn an_error_repeats_little_and_nothing_that_a_terminal_obeys() {
    let name = format!("\\u001b[2J\\n{}", "x".repeat(1_000));
    let error = Evidence::parse(format!("{{\"{name}\":1}}").as_bytes()).unwrap_err().to_string();
    assert!(error.contains("unknown field `?[2J?x") && error.len() < 400, "{error}");
    let file = String::from_utf8(log().evidence().to_bytes()).unwrap();
    let format = file.replace("hanse/evidence/v1", "\u{202e}v1");
    let error = Evidence::parse(format.as_bytes()).unwrap_err().to_string();
    assert!(error.is_ascii() && error.contains("`?v1`"), "{error}");
}

/// Each of these objects has seven bytes, and takes hundreds in memory: what cannot be a document is refused while it is read.
#[test]
fn a_file_of_many_small_values_is_not_built_up_in_memory() {
    let file = format!("{{\"identity\":[{}", "{\"\":0},".repeat(hanse_document::BYTES_MAX));
    let error = Evidence::parse(file.as_bytes()).unwrap_err().to_string();
    assert!(error.contains(Rejection::TooLarge.detail()), "{error}");
}

/// Serde would say what it found in the place of a number, with each of these letters in seven.
#[test]
fn a_text_that_no_file_has_is_refused_before_it_is_read() {
    let longest = 6 * NOTE_BYTES_MAX;
    let file = |length: usize| format!("{{\"made\":\"{}\"}}", "a".repeat(length));
    let error = |length| Evidence::parse(file(length).as_bytes()).unwrap_err();
    assert_eq!(error(longest), EvidenceError::Json(Rejection::TooLarge));
    assert!(matches!(error(longest - 1), EvidenceError::Fields(_)));
    let escaped = format!("{{\"made\":\"{}\"}}", "\\\"".repeat(longest));
    assert_eq!(Evidence::parse(escaped.as_bytes()), Err(EvidenceError::Json(Rejection::TooLarge)));
}
