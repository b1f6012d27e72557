//! Both logs as anybody reads them: from tiles and entries alone, with nothing but the keys on the node's card.

use std::collections::BTreeMap;

use hanse_base::clock::Clock as _;
use hanse_ledger::LogState;
use hanse_ledger::index::IndexLeaf;
use hanse_testkit::{Federation, Http, Story, eventually};
use hanse_tlog::{
    Checkpoint, CompactRange, KeyKind, Note, TileId, TileSet, VerifierKey, checkpoint, cosignature, hash,
    prove, tile, verify,
};

/// A log as read from outside.
struct Read {
    checkpoint: Checkpoint,
    note: Note,
    entries: Vec<Vec<u8>>,
}

async fn vkeys(home: Http) -> BTreeMap<String, VerifierKey> {
    let card = home.get("/v1/node").send().await.ok(200);
    let keys = card["vkeys"].as_array().unwrap().iter();
    keys.map(|key| VerifierKey::parse(key.as_str().unwrap()).unwrap())
        .map(|key| (key.name().as_str().to_owned(), key))
        .collect()
}

async fn bytes(home: Http, path: &str) -> Vec<u8> {
    let answer = home.get(path).send().await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/octet-stream"), "{path}");
    answer.body
}

async fn read(home: Http, kind: &str, key: &VerifierKey) -> Read {
    let answer = home.get(&format!("/log/{kind}/checkpoint")).send().await;
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    let note = Note::parse(&answer.body).unwrap();
    let checkpoint = checkpoint::open(&note, key).unwrap();
    let mut entries = Vec::new();
    for index in 0..checkpoint.size.div_ceil(tile::WIDTH) {
        let width = (checkpoint.size - index * tile::WIDTH).min(tile::WIDTH);
        let partial = (width < tile::WIDTH).then(|| u16::try_from(width).unwrap());
        let bundle = bytes(home, &format!("/log/{kind}/{}", tile::entries_path(index, partial))).await;
        entries.extend(tile::parse_bundle(&bundle).unwrap());
    }
    Read { checkpoint, note, entries }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_rebuilds_from_its_tiles() {
    let federation = Federation::start(&["a.example", "b.example", "n.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    // More than one tile, so that there is a full one, a partial one and a second level.
    let home = federation[0].http();
    let posts = 260;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..posts {
        let call = ada.post("/v1/jobs", &serde_json::json!({"title": format!("Job {n}"), "text": "Text."}));
        tasks.spawn(async move { call.send().await.status });
        if tasks.len() >= 8 {
            assert_eq!(tasks.join_next().await.unwrap().unwrap(), 201);
        }
    }
    assert!(tasks.join_all().await.into_iter().all(|status| status == 201));
    let story = Story::reviewed(&ada, &ben).await;
    let keys = vkeys(home).await;
    for kind in ["jobs", "reputation"] {
        let key = &keys[&format!("a.example/{kind}")];
        let log = eventually(&format!("the {kind} log holds everything"), async || {
            let log = read(home, kind, key).await;
            (kind != "jobs" || log.entries.len() > posts).then_some(log)
        })
        .await;
        rebuilds(&log);
        proves(home, kind, &log).await;
        nothing_beyond(home, kind, key).await;
        cosigned(&federation, kind, key).await;
    }
    drop(story);
}

/// The entries make the root, and the index leaves in between are the ones that the entries make.
fn rebuilds(log: &Read) {
    let mut range = CompactRange::new();
    range.extend(log.entries.iter().map(|entry| hash::leaf(entry)));
    assert_eq!(u64::try_from(log.entries.len()).unwrap(), log.checkpoint.size);
    assert_eq!(range.root(), log.checkpoint.root, "the entries are not those that the log signed");
    let mut state = LogState::new();
    for entry in &log.entries {
        drop(state.replay(entry).unwrap());
    }
    assert_eq!(state.root(), log.checkpoint.root);
    assert!(
        log.entries.first().is_some_and(|leaf| IndexLeaf::parse(leaf).is_some_and(|leaf| leaf.listed == 0))
    );
    assert!(
        log.entries.last().is_some_and(|leaf| IndexLeaf::parse(leaf).is_some()),
        "a checkpoint ends with its index"
    );
}

/// Tiles of hashes prove inclusion of every leaf and consistency with every earlier size.
async fn proves(home: Http, kind: &str, log: &Read) {
    let (size, root) = (log.checkpoint.size, log.checkpoint.root);
    let mut tiles = TileSet::new();
    let mut wanted = prove::tiles_for_root(size);
    for index in 0..size {
        wanted.extend(prove::tiles_for_inclusion(index, size));
    }
    for id in wanted {
        let width = id.width(size);
        let partial = (u64::from(width) < tile::WIDTH).then_some(width);
        let bytes = bytes(home, &format!("/log/{kind}/{}", tile::path(id.level, id.index, partial))).await;
        tiles.insert(id, tile::hashes_from_bytes(&bytes).unwrap());
    }
    assert_eq!(prove::root(&tiles, size).unwrap(), root);
    let mut range = CompactRange::new();
    for (index, entry) in (0_u64..).zip(&log.entries) {
        let path = prove::inclusion(&tiles, index, size).unwrap();
        verify::inclusion(index, size, &hash::leaf(entry), &path, &root).unwrap();
        range.append(hash::leaf(entry));
        let path = prove::consistency(&tiles, index + 1, size).unwrap();
        verify::consistency(index + 1, size, &path, &range.root(), &root).unwrap();
    }
}

/// A tile has no hash more than the log has leaves, and an address has one form.
async fn nothing_beyond(home: Http, kind: &str, key: &VerifierKey) {
    let answers = eventually(&format!("the {kind} log does not grow meanwhile"), async || {
        let size = read(home, kind, key).await.checkpoint.size;
        let beyond = TileId { level: 0, index: size / tile::WIDTH };
        let partial = beyond.width(size);
        let mut answers = Vec::new();
        for path in [
            tile::path(0, beyond.index, None),
            tile::path(0, beyond.index, Some(partial + 1)),
            tile::path(0, beyond.index + 1, Some(1)),
            tile::entries_path(beyond.index, Some(partial + 1)),
            format!("tile/0/{:03}.p/{partial:03}", beyond.index),
            format!("tile/00/{:03}.p/{partial}", beyond.index),
        ] {
            let status = home.get(&format!("/log/{kind}/{path}")).send().await.status;
            answers.push((path, status));
        }
        (read(home, kind, key).await.checkpoint.size == size).then_some(answers)
    })
    .await;
    for (path, status) in answers {
        assert_eq!(status, 404, "{path}");
    }
}

/// Both other nodes have cosigned a head of the log, with keys of their own cards and times of now.
async fn cosigned(federation: &Federation, kind: &str, key: &VerifierKey) {
    let home = federation[0].http();
    for auditor in &federation.nodes()[1..] {
        let name = format!("{}/auditor", auditor.name());
        let auditor_key = vkeys(auditor.http()).await.remove(&name).unwrap();
        assert_eq!(auditor_key.kind(), KeyKind::Cosigner);
        let at = eventually(&format!("{name} cosigns the {kind} log"), async || {
            let log = read(home, kind, key).await;
            let line = log.note.lines_of(&auditor_key).next()?.clone();
            Some(cosignature::verify(&log.checkpoint, &line, &auditor_key).unwrap())
        })
        .await;
        let now = u64::try_from(federation.clock().now().unix()).unwrap();
        assert!(at <= now && now - at < 600, "cosigned at {at}, now {now}");
    }
}
