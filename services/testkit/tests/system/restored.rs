//! A node whose database is older than what it has signed, or may be: it never signs a second history, and goes on where it can.

use hanse_base::clock::Clock as _;
use hanse_logbook::mend;
use hanse_store::log::{self, LogRow};
use hanse_testkit::{Federation, PASSWORD, Person, Story, TestNode, eventually, until};
use serde_json::json;

const A: &str = "a.example";
const JOBS: &str = "a.example/jobs";
const REPUTATION: &str = "a.example/reputation";

async fn row(node: &TestNode, origin: &str) -> LogRow {
    let store = node.store().await;
    let row = log::find(&store.connection().await.unwrap(), origin).await.unwrap().unwrap();
    store.close();
    row
}

async fn post(person: &Person, title: &str) {
    person.does("/v1/jobs", &json!({"title": title, "text": "Text."})).await;
}

/// The size of the node's own jobs log once nothing waits for it.
async fn logged(node: &TestNode) -> u64 {
    logged_in(node, JOBS).await
}

async fn logged_in(node: &TestNode, origin: &str) -> u64 {
    eventually("all leaves are in the log", async || {
        let store = node.store().await;
        let connection = store.connection().await.unwrap();
        let pending = log::pending_count(&connection, origin).await.unwrap();
        let size = log::find(&connection, origin).await.unwrap().unwrap().size;
        drop(connection);
        store.close();
        (pending == 0).then_some(size)
    })
    .await
}

async fn held(node: &TestNode, size: u64) {
    until("a peer holds the log", async || row(node, JOBS).await.size == size).await;
}

/// What `/readyz` says of a log that is not signed yet.
async fn waits(node: &TestNode) -> String {
    eventually("the node says why it waits", async || {
        let answer = node.http().get("/readyz").may_fail().send().await;
        let logs = answer.json()["logs"].clone();
        let of = logs.as_array()?.iter().find(|log| log["origin"] == JOBS)?.clone();
        of["waits"].as_str().map(str::to_owned)
    })
    .await
}

/// Three nodes; the first has signed `before` the backup was taken, and then `after`, which its peers hold.
async fn backed_up(after: u64) -> (Federation, hanse_store::testing::TestDatabase, Person, u64) {
    let mut federation = Federation::start(&[A, "b.example", "n.example"]).await;
    let mut ada = federation[0].person("ada").await;
    post(&ada, "Before").await;
    let size = logged(&federation[0]).await;
    for peer in [1, 2] {
        held(&federation[peer], size).await;
    }
    federation[0].stop().await;
    let backup = federation[0].backup().await;
    if after > 0 {
        federation[0].restart().await;
        ada.again().await;
        for number in 0..after {
            post(&ada, &format!("After {number}")).await;
        }
        let size = logged(&federation[0]).await;
        for peer in [1, 2] {
            held(&federation[peer], size).await;
        }
        federation[0].stop().await;
    }
    federation[0].restore(backup);
    let backup = federation[0].backup().await;
    (federation, backup, ada, size)
}

fn forget(node: &TestNode) {
    std::fs::remove_dir_all(node.heads()).unwrap();
}

/// Nobody holds two histories of the log.
async fn no_fork(federation: &Federation) {
    for peer in [1, 2] {
        assert_eq!(row(&federation[peer], JOBS).await.halted, None);
    }
}

async fn rolled_back(node: &TestNode) -> LogRow {
    let halted = eventually("the log is halted", async || {
        Some(row(node, JOBS).await).filter(|row| row.halted.is_some())
    })
    .await;
    assert!(halted.halted.as_ref().is_some_and(|reason| reason.starts_with("rolled-back: ")), "{halted:?}");
    halted
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_backup_is_not_signed_on_whether_peers_are_there_or_away() {
    let (mut federation, backup, _, size) = backed_up(2).await;
    // All are there, and what the node remembers is lost with the disk.
    forget(&federation[0]);
    federation[0].restart().await;
    assert_eq!(rolled_back(&federation[0]).await.size, size);
    federation[0].stop().await;
    // All are away, and the node remembers nothing.
    let again = {
        federation[0].restore(backup);
        federation[0].backup().await
    };
    for peer in [1, 2] {
        federation[peer].stop().await;
    }
    let _nothing = std::fs::remove_dir_all(federation[0].heads());
    federation[0].restart().await;
    let said = waits(&federation[0]).await;
    assert!(said.contains("is missing, so 2 of 2 peers") && said.contains("b.example, n.example"), "{said}");
    let ada = Person::sign_in(federation[0].http(), "ada", &[]).await;
    post(&ada, "Waits").await;
    // Half are there: one of two knows more.
    federation[1].restart().await;
    assert_eq!(rolled_back(&federation[0]).await.size, size, "nothing was signed");
    federation[2].restart().await;
    no_fork(&federation).await;
    federation[0].stop().await;
    drop(again);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lost_end_of_a_log_comes_back_from_the_peers_and_the_log_goes_on() {
    let (mut federation, _, mut ada, size) = backed_up(3).await;
    federation[0].restart().await;
    let (store, logs) = (federation[0].store().await, federation[0].logs());
    // What is lost of which log differs; each is recovered by itself.
    let mut recovered = 0;
    for origin in [JOBS, REPUTATION] {
        if origin == JOBS {
            assert_eq!(rolled_back(&federation[0]).await.size, size);
        }
        if row(&federation[0], origin).await.halted.is_some() {
            mend::recover(&store, &logs, origin, hanse_base::clock::SystemClock.now()).await.unwrap();
            recovered += 1;
        }
    }
    assert!(recovered > 0);
    let mirrored = row(&federation[1], JOBS).await;
    until("the log is whole again", async || {
        let own = row(&federation[0], JOBS).await;
        own.halted.is_none() && own.root == mirrored.root
    })
    .await;
    store.close();
    ada.again().await;
    post(&ada, "Goes on").await;
    let grown = logged(&federation[0]).await;
    assert_eq!(grown, mirrored.size + 2);
    for peer in [1, 2] {
        held(&federation[peer], grown).await;
    }
    no_fork(&federation).await;
    let store = federation[0].store().await;
    let report = hanse_logbook::fsck::fsck(&store).await.unwrap();
    assert!(report.sound(), "{report}");
    store.close();
    // The postings of the lost end are found again, too.
    until("the lost postings are here", async || {
        let found = federation[0].http().get("/v1/jobs?limit=50").send().await.ok(200);
        found["items"].as_array().unwrap().len() == 5
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_who_states_what_is_known_needs_no_peer() {
    let (mut federation, _, _, size) = backed_up(0).await;
    for peer in [1, 2] {
        federation[peer].stop().await;
    }
    forget(&federation[0]);
    federation[0].restart().await;
    assert!(waits(&federation[0]).await.ends_with(&format!("log accept {JOBS} {size}")));
    let ada = Person::sign_in(federation[0].http(), "ada", &[]).await;
    post(&ada, "Waits").await;
    let (store, logs) = (federation[0].store().await, federation[0].logs());
    mend::accept(&store, &logs, JOBS, size, hanse_base::clock::SystemClock.now()).await.unwrap();
    store.close();
    let grown = logged(&federation[0]).await;
    assert_eq!(grown, size + 2);
    for peer in [1, 2] {
        federation[peer].restart().await;
        held(&federation[peer], grown).await;
    }
    no_fork(&federation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_node_remembers_stops_an_old_backup_without_any_peer() {
    let (mut federation, _, _, size) = backed_up(2).await;
    for peer in [1, 2] {
        federation[peer].stop().await;
    }
    federation[0].restart().await;
    assert_eq!(rolled_back(&federation[0]).await.size, size);
    let said = federation[0].http().get("/readyz").may_fail().send().await;
    assert_eq!(said.status, 503);
    assert!(said.text().contains("hanse-node log recover a.example/jobs"), "{}", said.text());
    for peer in [1, 2] {
        federation[peer].restart().await;
    }
    no_fork(&federation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_halted_log_must_hold_is_refused_and_the_rest_goes_on() {
    let federation = Federation::start(&[A, "b.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let carl = federation[0].person("carl").await;
    let story = Story::posted(&ada, &ben).await;
    let store = federation[0].store().await;
    let connection = store.connection().await.unwrap();
    for origin in [JOBS, REPUTATION] {
        logged_in(&federation[0], origin).await;
        assert!(log::halt(&connection, origin, "for a test").await.unwrap());
    }
    let job = json!({"title": "Late", "text": "Text."});
    let bids = format!("/v1/jobs/{}/bids", story.job);
    let account = json!({"handle": "dora", "password": PASSWORD});
    let calls = [
        ada.post("/v1/jobs", &job),
        ada.post("/v1/jobs?dry_run=true", &job),
        ada.post(&format!("/v1/jobs/{}/close", story.job), &json!({"reason": "Enough."})),
        carl.post(&bids, &json!({"text": "Mine."})),
        federation[0].http().post("/v1/accounts", &account),
    ];
    for call in calls {
        call.may_fail().send().await.refused(503, "log-halted");
    }
    // Another home's bid waits there: it is not refused for ever.
    ben.post(&bids, &json!({"text": "Later."})).send().await.ok(202);
    // Reading goes on, and what no log holds.
    ada.read(&format!("/v1/jobs/{}", story.job)).await;
    ada.put("/v1/me/profile", &json!({"name": "Ada"})).send().await.done();
    for origin in [JOBS, REPUTATION] {
        assert_eq!(log::pending_count(&connection, origin).await.unwrap(), 0, "{origin}");
        let reason = log::halted(&connection, origin).await.unwrap();
        assert!(log::resume(&connection, origin, &reason.unwrap()).await.unwrap());
    }
    drop(connection);
    store.close();
    until("the bid arrives", async || !ada.read(&bids).await["items"].as_array().unwrap().is_empty()).await;
    post(&ada, "After").await;
}

/// Starts the node, which waits for the second of its two peers because of what it remembers.
async fn one_is_not_enough(federation: &mut Federation, memory: &str) {
    federation[0].restart().await;
    until("one has answered", async || {
        let said = waits(&federation[0]).await;
        said.contains(&format!("{memory}, so 2 of 2 peers")) && said.contains("heard: n.example.")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_peer_is_enough_for_a_memory_that_agrees_and_a_quorum_without_one() {
    let (mut federation, backup, _, size) = backed_up(0).await;
    for peer in [1, 2] {
        federation[peer].stop().await;
    }
    let memory = ["jobs.json", "jobs.2.json"].map(|file| federation[0].heads().join(file));
    let older = memory.each_ref().map(|file| std::fs::read(file).unwrap());
    federation[0].restart().await;
    let said = waits(&federation[0]).await;
    assert!(said.contains("agrees with the database, so 1 of 2 peers"), "{said}");
    let ada = Person::sign_in(federation[0].http(), "ada", &[]).await;
    post(&ada, "One").await;
    federation[1].restart().await;
    let grown = logged(&federation[0]).await;
    assert_eq!(grown, size + 2);
    held(&federation[1], grown).await;
    federation[0].stop().await;
    drop(backup);
    // The same node, its memory older than what was signed, then lost: one of two peers does not know enough.
    for (file, older) in memory.iter().zip(older) {
        std::fs::write(file, older).unwrap();
    }
    one_is_not_enough(&mut federation, "is older than the database").await;
    federation[0].stop().await;
    forget(&federation[0]);
    one_is_not_enough(&mut federation, "is missing").await;
    let ada = Person::sign_in(federation[0].http(), "ada", &[]).await;
    post(&ada, "Two").await;
    assert_eq!(row(&federation[0], JOBS).await.size, grown);
    federation[2].restart().await;
    assert_eq!(logged(&federation[0]).await, grown + 2);
    held(&federation[2], grown + 2).await;
    no_fork(&federation).await;
}
