//! Gossip that breaks rules: judged, not kept, and never passed on.

use hanse_base::clock::Clock as _;
use hanse_document::{Timestamp, Verified};
use hanse_network::{GOSSIP_BYTES_MAX, PublishError, Topic};
use hanse_testkit::{Federation, Story, until};

use crate::outlaw::{FakeLog, Outlaw, metric};
use crate::own::Own;

fn message(lines: &[&[u8]]) -> Vec<u8> {
    lines.join(&b'\n')
}

fn posting(genesis: &Verified, document: &Verified) -> Vec<u8> {
    message(&[genesis.bytes(), document.bytes()])
}

/// Somebody who says that their home is `home`, their genesis and one posting.
fn somebody(home: &str, now: Timestamp, title: &str) -> (Own, Verified, Verified) {
    let own = Own::new(home, now);
    let (genesis, job) = (own.genesis(), own.job(title));
    (own, genesis, job)
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.contains(from));
    text.replacen(from, to, 1).into_bytes()
}

/// What the sender must have seen itself; each by a peer of its own, because each costs it.
fn rejected(now: Timestamp, peers: &[String]) -> Vec<(&'static str, Vec<u8>)> {
    let make = |n: usize| somebody(&peers[n], now, "Bad");
    let (_, genesis, job) = make(0);
    let (other, other_genesis, other_job) = make(1);
    let changed = replaced(job.bytes(), "As the title says.", "As I say.");
    let foreign = hanse_document::canonical::to_vec(&other.sign_value(job.value().clone()));
    let (torn, torn_genesis, _) = make(5);
    let elsewhere = torn.says_home("a.example").job("Bad");
    let profile = other.profile("Smith", None);
    vec![
        ("changed after signing", message(&[genesis.bytes(), &changed])),
        ("signed by another key", message(&[genesis.bytes(), &foreign])),
        ("the genesis of somebody else", posting(&other_genesis, &job)),
        ("no genesis", job.bytes().to_vec()),
        ("three lines", message(&[other_genesis.bytes(), other_job.bytes(), other_job.bytes()])),
        ("another home than one's genesis", posting(&torn_genesis, &elsewhere)),
        ("a kind that is not gossiped", posting(&other_genesis, &profile)),
        ("nothing", b"\n".to_vec()),
        ("no document", b"gossip".to_vec()),
        ("not canonical", message(&[genesis.bytes(), &replaced(job.bytes(), ":", ": ")])),
    ]
}

/// What depends on what this node knows or is told by its clock.
fn ignored(now: Timestamp, peer: &str, story: &Story) -> Vec<(&'static str, Vec<u8>)> {
    let (own, genesis, _) = somebody(peer, now, "Odd");
    let over = own.job_from("Over", now.add_seconds(-7_200).unwrap(), 3_600);
    let ahead = own.job_from("Ahead", now.add_seconds(7_200).unwrap(), 3_600);
    let (_, unknown_genesis, unknown) = somebody("z.example", now, "Unknown home");
    let (_, claimed_genesis, claimed) = somebody("a.example", now, "Somebody whom the home does not know");
    let step = step_of(&own, &story.job);
    vec![
        ("over", posting(&genesis, &over)),
        ("dated ahead", posting(&genesis, &ahead)),
        ("a home that is not known", posting(&unknown_genesis, &unknown)),
        ("a person of the hearer's own, who is not", posting(&claimed_genesis, &claimed)),
        ("the end of somebody else's posting", message(&[genesis.bytes(), &step])),
    ]
}

/// A step that closes a posting of somebody else.
fn step_of(own: &Own, job: &str) -> Vec<u8> {
    let body = serde_json::json!({"reason": "Mine now."});
    let step = serde_json::json!({"body": body, "event": "close_unfilled", "object": job, "prev": job, "to": "a.example"});
    own.says("HanseStep", &step)
}

async fn judged(federation: &Federation, word: &str) -> f64 {
    let name = format!("hanse_network_gossip_total{{topic=\"jobs\",outcome=\"{word}\"}}");
    metric(federation[0].operators(), &name).await
}

#[tokio::test(flavor = "multi_thread")]
async fn gossip_that_breaks_rules_goes_no_further() {
    let peers: Vec<String> = (0..10).map(|n| format!("m{n}.example")).collect();
    let mut outlaws: Vec<&str> = peers.iter().map(String::as_str).collect();
    outlaws.extend(["good.example", "odd.example", "hears.example"]);
    let federation = Federation::with_outlaws(&["a.example"], &outlaws).await;
    let now = federation.clock().now();
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let story = Story::posted(&ada, &ben).await;
    let mut hears = Outlaw::start(&federation, "hears.example").await;
    let heard_before = "Translate a menu";

    let mut senders = Vec::new();
    for ((name, bytes), peer) in rejected(now, &peers).into_iter().zip(&peers) {
        let outlaw = Outlaw::start(&federation, peer).await;
        let before = judged(&federation, "rejected").await;
        outlaw.gossip(Topic::Jobs, bytes).await;
        until(&format!("{name} is rejected"), async || judged(&federation, "rejected").await > before).await;
        let name_of_score = format!("hanse_network_peer_score{{peer=\"{peer}\"}}");
        until(&format!("{name} costs its sender"), async || {
            metric(federation[0].operators(), &name_of_score).await < 15.0
        })
        .await;
        senders.push(outlaw);
    }
    let odd = Outlaw::start(&federation, "odd.example").await;
    for (name, bytes) in ignored(now, "odd.example", &story) {
        let before = judged(&federation, "ignored").await;
        odd.gossip(Topic::Jobs, bytes).await;
        until(&format!("{name} is ignored"), async || judged(&federation, "ignored").await > before).await;
    }
    let large = odd.handle.publish(Topic::Jobs, vec![b'x'; GOSSIP_BYTES_MAX + 1]).await;
    assert_eq!(large, Err(PublishError::TooLarge(GOSSIP_BYTES_MAX + 1)));

    // A good one after all of them: it is passed on, and nothing came before it.
    let good = Outlaw::start(&federation, "good.example").await;
    let (_, genesis, job) = somebody("good.example", now, "Good");
    good.gossip(Topic::Jobs, posting(&genesis, &job)).await;
    let mut next = hears.hears(Topic::Jobs).await;
    if String::from_utf8_lossy(&next).contains(heard_before) {
        next = hears.hears(Topic::Jobs).await;
    }
    assert_eq!(
        next,
        posting(&genesis, &job),
        "something else was passed on: {}",
        String::from_utf8_lossy(&next)
    );
    let listed = federation[0].http().get("/v1/jobs?limit=100").send().await.ok(200);
    let mut titles: Vec<&str> =
        listed["items"].as_array().unwrap().iter().map(|job| job["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["Good", "Translate a menu"]);
    assert_eq!(ada.read(&format!("/v1/jobs/{}", story.job)).await["state"], "open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posting_that_comes_again_has_one_effect() {
    let federation = Federation::with_outlaws(&["a.example"], &["m.example", "o.example"]).await;
    let now = federation.clock().now();
    let home = federation[0].http();
    let (m, o) =
        (Outlaw::start(&federation, "m.example").await, Outlaw::start(&federation, "o.example").await);
    let (own, genesis, job) = somebody("m.example", now, "Once");
    m.gossip(Topic::Jobs, posting(&genesis, &job)).await;
    until("the posting is known", async || {
        home.get(&format!("/v1/jobs/{}", job.id())).send().await.status == 200
    })
    .await;
    // By another way, and with another genesis of the same key.
    o.gossip(Topic::Jobs, posting(&genesis, &job)).await;
    let second = own.genesis();
    m.gossip(Topic::Jobs, posting(&second, &own.job("Under another genesis"))).await;
    until("the second genesis is judged", async || judged(&federation, "ignored").await >= 1.0).await;
    // And once more in the log.
    let mut log = FakeLog::new(&m.seat, "jobs");
    let leaf = hanse_ledger::Statement::Posting { commitment: job.commitment() };
    let leaf =
        leaf.draft(now.day(), &[hanse_ledger::SubjectKey::of(&own.did)]).with_signatures(Vec::new()).unwrap();
    log.append(leaf.bytes(), &[job.bytes()]);
    log.seal();
    log.serve(&m);
    until("the log is followed", async || crate::outlaw::seen(home, "m.example/jobs").await.0 == log.size())
        .await;
    let listed = home.get("/v1/jobs").send().await.ok(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed["items"][0]["home"], "m.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_nobody_signed_are_not_passed_on() {
    let federation =
        Federation::with_outlaws(&["a.example"], &["m.example", "o.example", "p.example", "q.example"]).await;
    let mut o = Outlaw::start(&federation, "o.example").await;
    let m = Outlaw::start(&federation, "m.example").await;
    let p = Outlaw::start(&federation, "p.example").await;
    let log = FakeLog::new(&m.seat, "reputation");
    let forged = FakeLog { signer: p.seat.log("reputation"), ..FakeLog::new(&m.seat, "reputation") };
    let rejected = async || {
        metric(federation[0].operators(), "hanse_network_gossip_total{topic=\"heads\",outcome=\"rejected\"}")
            .await
    };
    // Another log's origin over one's own signature; a cosignature in a known auditor's name that is none; no note at all.
    let swapped = forged.note().replace("p.example/reputation\n", "m.example/reputation\n");
    let other = hanse_tlog::Checkpoint {
        origin: log.signer.vkey().name().clone(),
        size: 9,
        root: hanse_tlog::hash::EMPTY,
    };
    let cosigned =
        format!("{}{}\n", log.note(), federation.seat("a.example").auditor().cosign(&other, 1_795_514_400));
    for (name, bytes) in [
        ("forged", swapped.into_bytes()),
        ("no note", b"head".to_vec()),
        ("a cosignature of nobody", cosigned.into_bytes()),
    ] {
        let before = rejected().await;
        m.gossip(Topic::Heads, bytes.clone()).await;
        until(&format!("{name} is rejected"), async || rejected().await > before).await;
    }
    let q = Outlaw::start(&federation, "q.example").await;
    let good = FakeLog::new(&q.seat, "reputation");
    q.gossip(Topic::Heads, good.note().into_bytes()).await;
    let heard = loop {
        let bytes = o.hears(Topic::Heads).await;
        // The node announces its own heads, and what it has cosigned, too.
        if !bytes.starts_with(b"a.example/") {
            break bytes;
        }
    };
    assert!(heard.starts_with(b"q.example/reputation\n"), "{}", String::from_utf8_lossy(&heard));
}
