//! The archive of a person.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use serde_json::Value;
use tokio::sync::mpsc;

use super::*;

/// The files of an archive as it came.
async fn files(home: &Home, did: &Did) -> BTreeMap<String, String> {
    let (to, mut pieces) = mpsc::channel(1);
    let (written, bytes) = tokio::join!(home.engine.export(did, "", to), async {
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.recv().await {
            bytes.extend(piece);
        }
        bytes
    });
    written.unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(file.name().unwrap().into_owned(), text);
    }
    files
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn an_archive_has_all_that_is_kept_and_no_secret() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    write_to(&home, &ada, "ada@mail.example").await;
    let session = login(&home, "ada", PASSWORD).await.unwrap();
    home.engine.accounts().block(&ada, &ben).await.unwrap();
    let profile = serde_json::from_value(serde_json::json!({"name": "Ada"})).unwrap();
    home.engine.put_profile(&ada, profile, false).await.unwrap();
    let search = serde_json::from_value(serde_json::json!({"label": "All", "query": {}})).unwrap();
    home.engine.keep_search(&ada, search).await.unwrap();
    // More than one page.
    for _ in 0..101 {
        home.post(&ada).await;
    }
    let other = home.post(&ben).await.view.id;
    let bid = home.bid(&ada, &other).await.view.id;
    let files = files(&home, &ada).await;
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let expected = [
        "README.txt",
        "account.json",
        "alerts.jsonl",
        "attachments.jsonl",
        "bids.jsonl",
        "blocks.json",
        "contracts.jsonl",
        "documents.jsonl",
        "email.json",
        "jobs.jsonl",
        "logins.json",
        "messages.jsonl",
        "profile.json",
        "reviews.jsonl",
        "saved-searches.json",
    ];
    assert_eq!(names, expected);
    let readme = &files["README.txt"];
    for name in names.iter().filter(|name| **name != "README.txt") {
        assert_eq!(readme.matches(&format!("  {name} ")).count(), 2, "{name} is explained in both languages");
    }
    let of = |name: &str| serde_json::from_str::<Value>(&files[name]).unwrap();
    assert_eq!(of("account.json")["handle"], "ada");
    assert_eq!(of("email.json")["address"], "ada@mail.example");
    assert_eq!(of("logins.json")[0]["id"], session.id.as_str());
    assert_eq!(of("blocks.json")[0]["did"], ben.as_str());
    assert_eq!(of("profile.json")["profile"]["name"], "Ada");
    assert_eq!(of("saved-searches.json")[0]["label"], "All");
    let jobs = lines(&files["jobs.jsonl"]);
    assert_eq!(jobs.len(), 101);
    assert!(jobs.iter().all(|job| job["client"] == ada.as_str()));
    assert_eq!(lines(&files["bids.jsonl"])[0]["id"], bid.as_str());
    // Genesis, profile, postings, bid: each with the bytes that were signed.
    let documents: Vec<&str> = files["documents.jsonl"].lines().collect();
    assert_eq!(documents.len(), 1 + 1 + 101 + 1);
    for document in documents {
        let signed = hanse_document::Signed::parse(document.as_bytes()).unwrap();
        assert_eq!(signed.verify().unwrap().issuer(), &ada);
    }
    for (name, text) in &files {
        for secret in ["$argon2id$", session.refresh.as_str(), PASSWORD] {
            assert!(!text.contains(secret), "{name}");
        }
    }
    let refused = home.engine.export(&Did::parse(NOBODY).unwrap(), "", mpsc::channel(1).0).await;
    assert_eq!(refusal(refused), Refusal::NotFound("account"));
}

const NOBODY: &str = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

#[tokio::test]
async fn four_archives_are_written_at_a_time_and_one_that_nobody_takes_ends() {
    let home = Home::new('a', &[]).await;
    let ada = home.register("ada").await;
    let profile = serde_json::from_value(serde_json::json!({"about": "x".repeat(4_000)})).unwrap();
    home.engine.put_profile(&ada, profile, false).await.unwrap();
    let open = || {
        let (to, pieces) = mpsc::channel(1);
        to.try_send(vec![0]).unwrap();
        (Box::pin(home.engine.export(&ada, "", to)), pieces)
    };
    let mut held: Vec<_> = (0..4).map(|_| open()).collect();
    for (export, _) in &mut held {
        let pending = futures::poll!(export.as_mut()).is_pending();
        assert!(pending, "it waits for the database, or for its reader");
    }
    let (fifth, _pieces) = open();
    assert_eq!(refusal(fifth.await), Refusal::Busy);
    let (export, pieces) = held.pop().unwrap();
    drop(pieces);
    export.await.unwrap();
    let (next, mut pieces) = open();
    let (written, ()) = tokio::join!(next, async { while pieces.recv().await.is_some() {} });
    written.unwrap();
}
