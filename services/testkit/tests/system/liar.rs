//! Logs that lie: whatever a peer signs or sends, a node that finds it wrong never cosigns it, and says what it found.

use hanse_base::clock::Clock as _;
use hanse_document::Verified;
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_network::{Request, Response};
use hanse_store::log;
use hanse_testkit::{Federation, Seat, Story, until};
use hanse_tlog::hash;

use crate::outlaw::{FakeLog, Outlaw, seen};
use crate::own::Own;

const KIND: &str = "reputation";

/// A person of the outlaw's and the leaf about their identity, with its document.
fn member(seat: &Seat, federation: &Federation) -> (Own, Verified, Leaf) {
    let own = Own::new(seat.name().as_str(), federation.clock().now());
    let genesis = own.genesis();
    let statement = Statement::Identity { commitment: genesis.commitment(), seq: 0 };
    let leaf = statement.draft(genesis.from().day(), &[SubjectKey::of(&own.did)]).sign(&[&own.key]).unwrap();
    (own, genesis, leaf)
}

/// An honest log of one person.
fn honest(seat: &Seat, federation: &Federation) -> FakeLog {
    let (_, genesis, leaf) = member(seat, federation);
    let mut log = FakeLog::new(seat, KIND);
    log.append(leaf.bytes(), &[genesis.bytes()]);
    log.seal();
    log
}

/// A lie, and the word for it.
type Lie = (&'static str, fn(&Outlaw, &Federation));

fn index_that_hides(outlaw: &Outlaw, federation: &Federation) {
    let mut log = honest(&outlaw.seat, federation);
    let (_, _, leaf) = member(&outlaw.seat, federation);
    // The leaf stands in the tree, and the index is that of a log without it.
    let mut without = log.state.clone();
    let hidden = without.seal().unwrap();
    log.append(leaf.bytes(), &[]);
    log.force(&hidden);
    log.serve(outlaw);
}

fn no_index_first(outlaw: &Outlaw, federation: &Federation) {
    let (_, _, leaf) = member(&outlaw.seat, federation);
    let mut log = FakeLog::new(&outlaw.seat, KIND);
    (log.entries, log.state) = (Vec::new(), hanse_ledger::LogState::new());
    log.force(leaf.bytes());
    log.serve(outlaw);
}

fn no_index_last(outlaw: &Outlaw, federation: &Federation) {
    let mut log = honest(&outlaw.seat, federation);
    let (_, _, leaf) = member(&outlaw.seat, federation);
    log.append(leaf.bytes(), &[]);
    log.serve(outlaw);
}

fn rubbish(outlaw: &Outlaw, federation: &Federation) {
    let mut log = honest(&outlaw.seat, federation);
    log.force(b"not a leaf");
    log.seal();
    log.serve(outlaw);
}

fn out_of_form(outlaw: &Outlaw, federation: &Federation) {
    let mut log = honest(&outlaw.seat, federation);
    let (_, _, leaf) = member(&outlaw.seat, federation);
    let spaced = String::from_utf8(leaf.bytes().to_vec()).unwrap().replacen(':', ": ", 1);
    log.force(spaced.as_bytes());
    log.seal();
    log.serve(outlaw);
}

fn twice(outlaw: &Outlaw, federation: &Federation) {
    let mut log = honest(&outlaw.seat, federation);
    let leaf = log.entries[1].leaf.to_vec();
    log.append(&leaf, &[]);
    log.seal();
    log.serve(outlaw);
}

fn another_leaf_than_signed(outlaw: &Outlaw, federation: &Federation) {
    let log = honest(&outlaw.seat, federation);
    log.serve(outlaw);
    let (_, _, other) = member(&outlaw.seat, federation);
    outlaw.script().entries.get_mut(&log.origin()).unwrap()[1].leaf = other.bytes().to_vec().into();
}

fn another_size_than_signed(outlaw: &Outlaw, federation: &Federation) {
    let log = honest(&outlaw.seat, federation);
    log.serve(outlaw);
    let note = log.note_of(2, hash::leaf(b"two"));
    outlaw.script().checkpoints.insert((log.origin(), log.size()), note);
}

fn signed_by_somebody_else(outlaw: &Outlaw, federation: &Federation) {
    let log = honest(&outlaw.seat, federation);
    log.serve(outlaw);
    let stranger = Seat::new(outlaw.seat.name().as_str());
    let forged = FakeLog { signer: stranger.log(KIND), state: log.state.clone(), entries: Vec::new() };
    let note = forged.note_of(log.size(), log.state.root());
    outlaw.script().checkpoints.insert((log.origin(), log.size()), note);
}

fn no_checkpoint(outlaw: &Outlaw, federation: &Federation) {
    let log = honest(&outlaw.seat, federation);
    log.serve(outlaw);
    outlaw.script().checkpoints.clear();
}

const LIES: [Lie; 10] = [
    ("wrong-index", index_that_hides),
    ("wrong-index", no_index_first),
    ("wrong-index", no_index_last),
    ("wrong-leaf", rubbish),
    ("wrong-leaf", out_of_form),
    ("repeated-leaf", twice),
    ("wrong-root", another_leaf_than_signed),
    ("wrong-size", another_size_than_signed),
    ("forged-checkpoint", signed_by_somebody_else),
    ("no-checkpoint", no_checkpoint),
];

/// How many cosignatures the node has ever kept of a log of the outlaw's, its own included.
async fn cosignatures(federation: &Federation, origin: &str) -> usize {
    let store = federation[0].store().await;
    let connection = store.connection().await.unwrap();
    let mut count = 0;
    for size in 1..64 {
        count += log::cosignatures(&connection, origin, size).await.unwrap().len();
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_lies_is_halted_with_its_reason_and_never_cosigned() {
    let names: Vec<String> = (0..LIES.len()).map(|n| format!("m{n}.example")).collect();
    let mut seats: Vec<&str> = names.iter().map(String::as_str).collect();
    seats.push("honest.example");
    let federation = Federation::with_outlaws(&["a.example"], &seats).await;
    let home = federation[0].http();
    let mut outlaws = Vec::new();
    for ((word, lie), name) in LIES.iter().zip(&names) {
        let outlaw = Outlaw::start(&federation, name).await;
        lie(&outlaw, &federation);
        let origin = format!("{name}/{KIND}");
        until(&format!("{name} is halted for {word}"), async || seen(home, &origin).await.1.is_some()).await;
        let (size, reason) = seen(home, &origin).await;
        let reason = reason.unwrap();
        assert!(reason.starts_with(word), "{name} should be halted for {word}: {reason}");
        assert_eq!(size, 0, "{name}: nothing of the page is kept");
        outlaws.push(outlaw);
    }
    let honest_one = Outlaw::start(&federation, "honest.example").await;
    let log = honest(&honest_one.seat, &federation);
    log.serve(&honest_one);
    until("the honest log is cosigned", async || cosignatures(&federation, &log.origin()).await == 1).await;
    for (outlaw, name) in outlaws.iter().zip(&names) {
        let origin = format!("{name}/{KIND}");
        assert_eq!(cosignatures(&federation, &origin).await, 0, "{name} is cosigned");
        // Making it right afterwards changes nothing: the operator has to look.
        honest(&outlaw.seat, &federation).serve(outlaw);
        assert!(seen(home, &origin).await.1.is_some());
    }
    let ready = home.get("/readyz").send().await.ok(200);
    assert_eq!(ready["database"], true, "another's lie is not this node's illness");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_with_two_histories_is_halted() {
    let federation = Federation::with_outlaws(&["a.example"], &["m.example", "o.example"]).await;
    let home = federation[0].http();
    let (m, o) =
        (Outlaw::start(&federation, "m.example").await, Outlaw::start(&federation, "o.example").await);
    let log = honest(&m.seat, &federation);
    log.serve(&m);
    until("the log is cosigned", async || cosignatures(&federation, &log.origin()).await == 1).await;
    // Somebody else shows what the log has signed elsewhere.
    let fork = honest(&m.seat, &federation);
    assert_eq!(fork.size(), log.size());
    o.script().heads.push(fork.note());
    until("the fork is seen", async || seen(home, &log.origin()).await.1.is_some()).await;
    let reason = seen(home, &log.origin()).await.1.unwrap();
    assert!(reason.starts_with("forked"), "{reason}");
    assert!(reason.contains(fork.note().lines().nth(2).unwrap()), "the proof is kept: {reason}");
    assert_eq!(cosignatures(&federation, &log.origin()).await, 1, "the other history is not cosigned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_signed_more_than_it_remembers_signs_no_more() {
    let federation = Federation::with_outlaws(&["a.example"], &["m.example"]).await;
    let home = federation[0].http();
    let ada = federation[0].person("ada").await;
    let m = Outlaw::start(&federation, "m.example").await;
    let own = FakeLog { signer: federation.seat("a.example").log("jobs"), ..FakeLog::new(&m.seat, "jobs") };
    m.script().heads.push(own.note_of(1_000, hash::leaf(b"what was once there")));
    until("the node is not ready", async || home.get("/readyz").may_fail().send().await.status == 503).await;
    home.get("/readyz").may_fail().send().await.refused(503, "not-ready");
    let size = async || {
        let node = home.get("/v1/node").send().await.ok(200);
        let logs = node["logs"].as_array().unwrap().clone();
        let log = logs.iter().find(|log| log["origin"] == "a.example/jobs").unwrap().clone();
        (log["size"].as_u64().unwrap(), log["halted"].as_str().unwrap_or_default().to_owned())
    };
    let (before, reason) = size().await;
    assert!(reason.starts_with("rolled-back"), "{reason}");
    // What must stand in that log is refused until the operator has looked; the other log goes on.
    let job = serde_json::json!({"title": "Kept", "text": "Text."});
    ada.post("/v1/jobs", &job).may_fail().send().await.refused(503, "log-halted");
    let newcomer = federation[0].person("ben").await;
    until("the reputation log goes on", async || {
        let facts = home.get(&format!("/v1/reputation/{}", newcomer.did)).send().await;
        facts.status == 200 && facts.json()["size"].as_u64().unwrap() >= 4
    })
    .await;
    assert_eq!(size().await.0, before, "a log that may have forked has signed again");
    let jobs = home.get("/v1/jobs").send().await.ok(200);
    assert_eq!(jobs["items"], serde_json::json!([]), "nothing is shown that no log will hold");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_lies_keeps_nobody_from_an_honest_one() {
    let federation = Federation::with_outlaws(&["a.example"], &["l.example", "m.example", "o.example"]).await;
    let liar = Outlaw::start(&federation, "l.example").await;
    let mirror = Outlaw::start(&federation, "m.example").await;
    // The log's own operator says how far it goes, and hands out nothing.
    let operator = Outlaw::start(&federation, "o.example").await;
    let log = honest(&operator.seat, &federation);
    let (_, _, other) = member(&operator.seat, &federation);
    log.serve(&liar);
    liar.script().entries.get_mut(&log.origin()).unwrap()[1].leaf = other.bytes().to_vec().into();
    log.serve(&mirror);
    operator.script().heads.push(log.note());
    until("the log is followed", async || {
        seen(federation[0].http(), &log.origin()).await == (log.size(), None)
    })
    .await;
    assert!(liar.script().asked > 0, "the liar was not asked before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_whose_words_are_withheld_is_not_cosigned() {
    let federation = Federation::with_outlaws(&["a.example"], &["m.example"]).await;
    let home = federation[0].http();
    let m = Outlaw::start(&federation, "m.example").await;
    let mut log = honest(&m.seat, &federation);
    let (rated, genesis, identity) = member(&m.seat, &federation);
    log.append(identity.bytes(), &[genesis.bytes()]);
    log.seal();
    log.serve(&m);
    until("the log is cosigned", async || cosignatures(&federation, &log.origin()).await == 1).await;
    let (author, _, _) = member(&m.seat, &federation);
    let review = review_of(&author, &rated);
    let (day, about) = (review.from().day(), [SubjectKey::of(&rated.did)]);
    let commit =
        Statement::Commit { commitment: review.commitment(), engagement: LeafId::from_bytes([7; 32]) };
    let commit = commit.draft(day, &about).sign(&[&author.key]).unwrap();
    let open = Statement::Open { cites: commit.id() }.draft(day, &about).sign(&[&author.key]).unwrap();
    log.append(commit.bytes(), &[]);
    log.append(open.bytes(), &[]);
    log.seal();
    log.serve(&m);
    until("the leaves are followed", async || seen(home, &log.origin()).await.0 == log.size()).await;
    // Enough rounds of following for a cosignature, had it been given.
    let asked = m.script().asked;
    until("the document is asked for again", async || m.script().asked > asked + 3).await;
    assert_eq!(
        cosignatures(&federation, &log.origin()).await,
        1,
        "a review that nobody can read is vouched for"
    );
    assert_eq!(seen(home, &log.origin()).await.1, None, "withholding is no lie yet");
    let place = usize::try_from(log.size()).unwrap() - 2;
    m.script().entries.get_mut(&log.origin()).unwrap()[place].documents =
        vec![review.bytes().to_vec().into()];
    until("it is cosigned with its document", async || cosignatures(&federation, &log.origin()).await == 2)
        .await;
}

/// A review by one person of another, of a contract that nobody knows.
fn review_of(author: &Own, rated: &Own) -> Verified {
    let review = serde_json::json!({
        "axes": {}, "contract": format!("offer_{}", "A".repeat(43)), "engagement": "07".repeat(32),
        "id": rated.did.as_str(), "rating": 1, "role": "client",
    });
    hanse_document::Signed::parse(&author.says("HanseReview", &review)).unwrap().verify().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_log_can_open_a_sealed_review() {
    let federation = Federation::with_outlaws(&["a.example"], &["m.example"]).await;
    let home = federation[0].http();
    let m = Outlaw::start(&federation, "m.example").await;
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let story = Story::closed(&ada, &ben).await;
    let deposited = story.client_reviews().await;
    let review =
        hanse_document::Signed::parse(deposited["document"].as_str().unwrap().as_bytes()).unwrap().id();
    let commit = LeafId::from_hex(deposited["view"]["commit"].as_str().unwrap()).unwrap();
    let copied = leaf_of(&m, "a.example/reputation", &commit).await;
    // The very commit, with its true signature, and an open leaf by a key of the outlaw's own.
    let (thief, genesis, identity) = member(&m.seat, &federation);
    let open =
        Statement::Open { cites: commit }.draft(copied.day(), copied.subjects()).sign(&[&thief.key]).unwrap();
    let mut log = FakeLog::new(&m.seat, KIND);
    log.append(identity.bytes(), &[genesis.bytes()]);
    log.append(copied.bytes(), &[]);
    log.append(open.bytes(), &[]);
    log.seal();
    log.serve(&m);
    until("the leaves are followed", async || seen(home, &log.origin()).await.0 == log.size()).await;
    // Own leaves come after those of mirrors in no round: when this one has had its effect, the others had theirs.
    until("the thief is known", async || {
        home.get(&format!("/v1/profiles/{}", thief.did)).send().await.status == 200
    })
    .await;
    for answer in [
        home.get(&format!("/v1/documents/{review}")).send().await,
        ben.get(&format!("/v1/documents/{review}")).send().await,
    ] {
        answer.refused(404, "not-found");
    }
    let page = m.ask("a.example", Request::Range { origin: log.origin(), start: 0, end: log.size() }).await;
    let Response::Range { entries, .. } = page else { panic!("{page:?}") };
    let given: usize = entries.iter().skip(2).map(|entry| entry.documents.len()).sum();
    assert_eq!(given, 0, "the sealed review is handed to whoever asks for the page");
    let seen_by_ben = ben.read(&story.at("reviews")).await.to_string();
    assert!(!seen_by_ben.contains("rating"), "{seen_by_ben}");
}

/// A leaf of a log, as the outlaw gets it like anybody.
async fn leaf_of(outlaw: &Outlaw, origin: &str, id: &LeafId) -> Leaf {
    let node = origin.split('/').next().unwrap();
    hanse_testkit::eventually("the commit is in the log", async || {
        let page = outlaw.ask(node, Request::Range { origin: origin.to_owned(), start: 0, end: 256 }).await;
        let Response::Range { entries, .. } = page else { return None };
        let mut leaves = entries.iter().filter_map(|entry| Leaf::parse(&entry.leaf).ok());
        leaves.find(|leaf| leaf.id() == *id)
    })
    .await
}
